"""BatchRunner: the sequences of one configuration, run forward and backward through the network in shared buffers."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..engine import BREAKS, Network, Params, TensorCheck, gradcheck
from ..errors import BadValue, OutOfRange, shown
from ..tasks import Batch, Task
from . import batch_pass
from .architecture import Architecture
from .batch_pass import BatchPass
from .config import RunConfig
from .edits import Edits, edited
from .limits import MAX_SAMPLES
from .probe_trace import ProbeTrace
from .sample import continuation
from .scalars import plain
from .workspace import Shape, Workspace, WorkspacePool

SAMPLE, CHECK = 3, 4  # streams of random numbers; tasks and weights have 0 to 2
CHECKED_SEQUENCES = 8


class BatchRunner:
    """Runs the training batch and the probe of a configuration in workspaces of a pool. Keeps no weights."""

    def __init__(self, config: RunConfig, task: Task, workspaces: WorkspacePool) -> None:
        self.config, self.task, self.workspaces = config, task, workspaces
        self._last: BatchPass | None = None
        self._probe: tuple[int, Batch] | None = None
        self._held_out: Batch | None = None
        self._shapes: dict[tuple[str, int, int | None, str | None], Shape] = {}  # made once, as every iteration asks

    def batch(self, params: Params, iteration: int) -> BatchPass:
        """The training batch of an iteration; run once, however often it is asked for until `forget`."""
        if self._last is None:
            workspace = self._workspace("batch", self.task.rows(self.config.batch_size))
            batch = self._cast(self.task.batch(self.config.seed, iteration, self.config.batch_size))
            self._last = workspace.holds = batch_pass.run(workspace.net, params, batch, self.config)
        return self._last

    def forget(self) -> None:
        """Forget the last batch: the weights or the configuration change."""
        self._last = None

    def loss(self, params: Params, batch: Batch) -> float:
        """The loss of any batch of this configuration."""
        self.forget()
        workspace = self._workspace("batch", batch.x.shape[1])
        workspace.holds = None
        workspace.net.forward(params, batch.x, batch.target, batch.h0)
        return batch_pass.objective(workspace.net, self.config)[0]

    def validation_loss(self, params: Params) -> float | None:
        """The mean loss per target over sequences that are never trained on; None where none are held out."""
        if self._held_out is None:
            batch = self.task.held_out(self.config.batch_size)
            if batch is None:
                return None
            self._held_out = self._cast(batch)
        batch = self._held_out
        net = self._workspace("held out", batch.x.shape[1]).net
        net.forward(params, batch.x, batch.target, batch.h0)
        return batch_pass.objective(net, self.config)[1]

    def net(self, params: Params, computed: BatchPass) -> Network:
        """The buffers that hold that batch; run again where another trainer has used them since."""
        workspace = self._workspace("batch", computed.batch.x.shape[1])
        if workspace.holds is not computed:
            batch_pass.run(workspace.net, params, computed.batch, self.config)
            workspace.holds = computed
        return workspace.net

    def trace(self, params: Params, probe: int, edits: Edits) -> ProbeTrace:
        """The probe with this index, with those edits that lie within its length."""
        if self._probe is None or self._probe[0] != probe:
            self._probe = probe, self.task.probe(self.config.seed, probe)
        sequence = self._probe[1]
        sequence = self._cast(replace(sequence, x=edited(sequence.x, edits)))
        return ProbeTrace(self._workspace("probe", 1).net, params, sequence, self.config)

    def sample(self, params: Params, trace: ProbeTrace, iteration: int) -> np.ndarray:
        """The classes with which the network goes on where the probe in `trace` ends."""
        rng = np.random.default_rng((self.config.seed, SAMPLE, iteration))
        return continuation(self._workspace("sample", 1, T=1).net, params, trace.net, rng)

    def check_gradients(
        self, params: Params, iteration: int, samples: int, broken: str | None
    ) -> Iterator[tuple[str, TensorCheck]]:
        """`Trainer.check_gradients`, on the first sequences of an iteration's batch."""
        samples = plain(samples)
        if type(samples) is not int:
            raise BadValue(f"samples must be a whole number; got {shown(samples)}. Try 8.", "samples")
        if not 1 <= samples <= MAX_SAMPLES:
            raise OutOfRange(f"samples must be from 1 to {MAX_SAMPLES}; got {shown(samples)}. Try 8.", "samples")
        if broken is not None and broken not in BREAKS:
            raise BadValue(f"break must be one of {', '.join(BREAKS)}; got {shown(broken)}.", "break")
        if broken is not None:
            self._check_break(broken)
        batch = self.task.batch(self.config.seed, iteration, self.config.batch_size)
        B = min(CHECKED_SEQUENCES, batch.x.shape[1])
        return gradcheck(
            self._workspace("check", B, precision="float64").net,
            {name: values.astype(np.float64) for name, values in params.items()},
            batch.x[:, :B],
            batch.target[:, :B],
            None if batch.h0 is None else batch.h0[:B],
            reduction=self.config.loss_reduction,
            samples=samples,
            rng=np.random.default_rng((self.config.seed, CHECK, iteration)),
            broken=broken,
        )

    def _check_break(self, broken: str) -> None:
        """Refuse a bug that this network cannot have."""
        net, config = self._workspace("probe", 1).net, self.config
        possible = [name for name, one in BREAKS.items() if one.fits(net)]
        if broken not in possible:
            raise BadValue(
                f"The break {broken} needs {BREAKS[broken].needs}; this network has cell = {config.cell}, "
                f"activation = {config.activation}. Try one of {', '.join(possible)}.",
                "break",
            )

    def _cast(self, batch: Batch) -> Batch:
        """The batch in the run's precision."""
        if self.config.precision == "float64":
            return batch
        target = batch.target.astype(np.float32) if batch.target.ndim == 3 else batch.target
        return Batch(batch.x.astype(np.float32), target, None if batch.h0 is None else batch.h0.astype(np.float32))

    def _workspace(self, use: str, B: int, T: int | None = None, precision: str | None = None) -> Workspace:
        asked = (use, B, T, precision)
        if asked not in self._shapes:
            config, net = self.config, Architecture.of(self.config, self.task)
            T, precision = T or config.sequence_length, precision or config.precision
            self._shapes[asked] = Shape(net, config.activation, self.task.loss, T, B, precision)
        return self.workspaces.workspace(use, self._shapes[asked])
