"""Walks: every sequence one configuration sends through the network, forward and back, on shared buffers."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..engine import BREAKS, Network, Params, TensorCheck, gradcheck
from ..errors import BadValue, OutOfRange, shown
from ..tasks import Batch, Task
from . import passes
from .config import RunConfig
from .edits import Edits, edited
from .passes import Pass
from .picture import Picture
from .sample import continuation
from .scratch import Bench, Scratch

SAMPLE, CHECK = 3, 4  # streams of random numbers; tasks and weights have 0 to 2
CHECKED_SEQUENCES = 8
MOST_SAMPLES = 100


class Walks:
    """The training batch and the probe of a configuration, walked on benches of `scratch`. Keeps no weights."""

    def __init__(self, config: RunConfig, task: Task, scratch: Scratch) -> None:
        self.config, self.task, self.scratch = config, task, scratch
        self._last: Pass | None = None
        self._probe: tuple[int, Batch] | None = None

    def batch(self, params: Params, iteration: int) -> Pass:
        """The training batch of an iteration; walked once, however often it is asked for until `forget`."""
        if self._last is None:
            bench = self._bench("batch", self.task.rows(self.config.batch_size))
            batch = self._cast(self.task.batch(self.config.seed, iteration, self.config.batch_size))
            self._last = bench.holds = passes.walk(bench.net, params, batch, self.config)
        return self._last

    def forget(self) -> None:
        """The weights are about to be others, or other numbers will be asked for."""
        self._last = None

    def loss(self, params: Params, batch: Batch) -> float:
        """The loss of any batch of this configuration."""
        self.forget()
        bench = self._bench("batch", batch.x.shape[1])
        bench.holds = None
        bench.net.forward(params, batch.x, batch.target, batch.h0)
        return passes.objective(bench.net, self.config)[0]

    def net(self, params: Params, walked: Pass) -> Network:
        """The buffers in which that batch lies; walked again where another run has used them since."""
        bench = self._bench("batch", walked.batch.x.shape[1])
        if bench.holds is not walked:
            passes.walk(bench.net, params, walked.batch, self.config)
            bench.holds = walked
        return bench.net

    def picture(self, params: Params, probe: int, edits: Edits) -> Picture:
        """The probe with this index, with those edits that lie within its length."""
        if self._probe is None or self._probe[0] != probe:
            self._probe = probe, self.task.probe(self.config.seed, probe)
        sequence = self._probe[1]
        sequence = self._cast(replace(sequence, x=edited(sequence.x, edits)))
        return Picture(self._bench("probe", 1).net, params, sequence, self.config)

    def sample(self, params: Params, picture: Picture, iteration: int) -> np.ndarray:
        """The classes with which the network goes on where the probe in `picture` ends."""
        rng = np.random.default_rng((self.config.seed, SAMPLE, iteration))
        return continuation(self._bench("sample", 1, T=1).net, params, picture.net, rng)

    def check_gradients(
        self, params: Params, iteration: int, samples: int, broken: str | None
    ) -> Iterator[tuple[str, TensorCheck]]:
        """`Trainer.check_gradients`, on the first sequences of an iteration's batch."""
        if type(samples) is not int:
            raise BadValue(f"samples must be a whole number; got {shown(samples)}. 8 would do.", "samples")
        if not 1 <= samples <= MOST_SAMPLES:
            raise OutOfRange(f"samples must be from 1 to {MOST_SAMPLES}; got {shown(samples)}. 8 would do.", "samples")
        if broken is not None and broken not in BREAKS:
            raise BadValue(f"break must be one of {', '.join(BREAKS)}; got {shown(broken)}.", "break")
        if broken is not None and not BREAKS[broken].fits(self._bench("probe", 1).net):
            config = self.config
            raise BadValue(
                f"The break {broken} needs {BREAKS[broken].needs}; this network has cell = {config.cell}, "
                f"activation = {config.activation}. Change that, or try another break.",
                "break",
            )
        batch = self.task.batch(self.config.seed, iteration, self.config.batch_size)
        B = min(CHECKED_SEQUENCES, batch.x.shape[1])
        return gradcheck(
            self._bench("check", B, precision="float64").net,
            {name: values.astype(np.float64) for name, values in params.items()},
            batch.x[:, :B],
            batch.target[:, :B],
            None if batch.h0 is None else batch.h0[:B],
            reduction=self.config.loss_reduction,
            samples=samples,
            rng=np.random.default_rng((self.config.seed, CHECK, iteration)),
            broken=broken,
        )

    def _cast(self, batch: Batch) -> Batch:
        """The batch in the run's precision."""
        if self.config.precision == "float64":
            return batch
        target = batch.target.astype(np.float32) if batch.target.ndim == 3 else batch.target
        return Batch(batch.x.astype(np.float32), target, None if batch.h0 is None else batch.h0.astype(np.float32))

    def _bench(self, use: str, B: int, T: int | None = None, precision: str | None = None) -> Bench:
        config, I, O = self.config, len(self.task.inputs), len(self.task.outputs)
        T, H, precision = T or config.sequence_length, config.hidden_size, precision or config.precision
        shape = (config.cell, config.activation, self.task.loss, T, B, I, H, O, precision)
        return self.scratch.bench(use, shape)
