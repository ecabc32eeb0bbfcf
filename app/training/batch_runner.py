"""BatchRunner: the sequences of one configuration, run forward and backward through the network in shared buffers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from math import nan

import numpy as np

from ..engine import BREAKS, BreakName, Data, Network, Params, Precision, TensorCheck, gradcheck
from ..errors import BadValue, OutOfRange, shown
from ..tasks import Batch, Task
from . import batch_pass
from .architecture import architecture_of
from .batch_pass import BatchPass
from .beside import goes_along, shape_beside, shape_of_two
from .carried import START, Carried
from .config import RunConfig
from .edits import Edits, edited
from .limits import MAX_SAMPLES
from .probe_trace import ProbeTrace
from .sample import continuation
from .scalars import plain
from .work import Work
from .workspace import Shape, Workspace, WorkspacePool

SAMPLE, CHECK = 3, 4  # streams of random numbers; tasks and weights have 0 to 2
CHECKED_SEQUENCES = 8
LONG = 4e6  # nanoseconds of a batch


class BatchRunner:
    """Runs the training batch and the probe of a configuration in workspaces of a pool. Keeps no weights."""

    def __init__(self, config: RunConfig, task: Task, workspaces: WorkspacePool) -> None:
        self.config, self.task, self.workspaces = config, task, workspaces
        self._net = architecture_of(config, task)
        self._last: BatchPass | None = None
        self._probe: tuple[int, Batch] | None = None
        self._held_out: Batch | None = None
        self._shapes: dict[tuple[str, int, int | None, str | None], Shape] = {}  # made once, as every iteration asks
        self._along: tuple[int, Edits] | None = None  # which probe went along with the last batch, and how edited

    def batch(self, params: Params, iteration: int, carried: Carried) -> BatchPass:
        """The training batch of an iteration; run once, however often it is asked for until `forget`."""
        if self._last is None:
            workspace = self._workspace("batch", self.task.rows(self.config.batch_size))
            batch = self._cast(self._drawn(iteration, carried))
            self._last = workspace.holds = batch_pass.run(workspace.net, params, batch, self.config, carried.states)
        return self._last

    def both(
        self, params: Params, iteration: int, carried: Carried, probe: int, edits: Edits
    ) -> tuple[BatchPass, ProbeTrace]:
        """`batch` and `trace`: in one pass where the probe can go along with the batch and changes no bit of it."""
        shape, sequence = self._beside, self._sequence(probe, edits)
        if shape is None or _varies(sequence):
            return self.batch(params, iteration, carried), self.trace(params, probe, edits)
        batch = self._drawn(iteration, carried) if self._last is None else self._last.batch
        if _varies(batch):
            return self.batch(params, iteration, carried), self.trace(params, probe, edits)
        workspace = self.workspaces.workspace("batch", shape)
        if self._last is None or workspace.holds is not self._last or self._along != (probe, edits):
            self._last = workspace.holds = batch_pass.run(workspace.net, params, batch, self.config, sequence=sequence)
            self._along = probe, dict(edits)
        net = self._workspace("probe", 1).net
        return self._last, ProbeTrace(net, workspace.net, params, sequence, self.config)

    @property
    def batch_goes_alone(self) -> bool:
        """Whether the batch is run before the probe."""
        return self._beside is None

    @cached_property
    def is_long(self) -> bool:
        """Whether a record takes so long that others should have turns while it is made."""
        return Work.of(self.config, self.task).batch > LONG

    @cached_property
    def _beside(self) -> Shape | None:
        """The buffers in which the probe goes along with the batch; None where it has a pass of its own."""
        shape = shape_beside(self._net, self.config, self.task)
        return shape if shape is not None and goes_along(shape) else None

    @cached_property
    def _of_two(self) -> Shape | None:
        """The buffers in which a probe that has passes of its own goes back twice at once."""
        return shape_of_two(self._net, self.config, self.task)

    def carried_on(self, carried: Carried, computed: BatchPass) -> Carried:
        """What goes on from a batch: where streams stand after it and in which states."""
        if not self.config.carry_state:
            return START
        return carried.after(self.task, self.config.batch_size, computed.last_states)

    def _drawn(self, iteration: int, carried: Carried) -> Batch:
        """The batch as the task has it: drawn for the iteration or, where state is carried, the next window."""
        seed, B = self.config.seed, self.config.batch_size
        if self.config.carry_state:
            return self.task.window(seed, carried.passes, carried.position, B)
        return self.task.batch(seed, iteration, B)

    def forget(self) -> None:
        """Forget the last batch: the weights or the configuration change."""
        self._last = None

    def loss(self, params: Params, computed: BatchPass) -> float:
        """The loss of the same batch under any weights."""
        self.forget()
        batch = computed.batch
        workspace = self._workspace("batch", batch.x.shape[1])
        workspace.holds = None
        workspace.net.forward(params, batch.x, batch.target, batch.h0, initial=computed.initial, lengths=batch.lengths)
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
        B = computed.batch.x.shape[1]
        if self._beside and (along := self.workspaces.workspace("batch", self._beside)).holds is computed:
            return along.net
        workspace = self._workspace("batch", B)
        if workspace.holds is not computed:
            batch_pass.run(workspace.net, params, computed.batch, self.config, computed.initial)
            workspace.holds = computed
        return workspace.net

    def trace(self, params: Params, probe: int, edits: Edits) -> ProbeTrace:
        """The probe with this index, with those edits that lie within its length.

        Where state is carried it starts from the last state of the window before it, computed forward from zeros.
        """
        initial = self._states_before(params, probe) if self.config.carry_state else {}
        sequence = self._sequence(probe, edits)
        net, of_two = self._workspace("probe", 1).net, self._of_two
        pair = None if of_two is None else self.workspaces.workspace("probe", of_two).net
        return ProbeTrace(net, pair, params, sequence, self.config, initial)

    def _sequence(self, probe: int, edits: Edits) -> Batch:
        """The probe with this index, edited."""
        if self._probe is None or self._probe[0] != probe:
            self._probe = probe, self.task.probe(self.config.seed, probe)
        sequence = self._probe[1]
        return self._cast(replace(sequence, x=edited(sequence.x, edits)))

    def _states_before(self, params: Params, probe: int) -> Mapping[str, np.ndarray]:
        """The states in which the window before a probe ends; none where nothing is before it."""
        x = self.task.before_probe(self.config.seed, probe).astype(self.config.precision)
        if not len(x):
            return {}
        net = self._workspace("before", 1, T=len(x)).net
        nothing = np.full((len(x), 1), -1) if self.task.loss == "cross_entropy" else np.full((*x.shape[:2], net.O), nan)
        net.forward(params, x, nothing)
        return net.last_states()

    def sample(self, params: Params, trace: ProbeTrace, iteration: int) -> np.ndarray:
        """The classes with which the network goes on where the probe in `trace` ends."""
        rng = np.random.default_rng((self.config.seed, SAMPLE, iteration))
        return continuation(self._workspace("sample", 1, T=1).net, params, trace.net, rng)

    def check_gradients(
        self, params: Params, iteration: int, carried: Carried, samples: int, broken: BreakName | None
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
        batch = self._drawn(iteration, carried)
        B = min(CHECKED_SEQUENCES, batch.x.shape[1])
        data = Data(
            batch.x[:, :B],
            batch.target[:, :B],
            None if batch.h0 is None else batch.h0[:B],
            {name: states[:B].astype(np.float64) for name, states in carried.states.items()},
            None if batch.lengths is None else batch.lengths[:B],
            self.config.loss_reduction,
        )
        return gradcheck(
            self._workspace("check", B, precision="float64").net,
            {name: values.astype(np.float64) for name, values in params.items()},
            data,
            samples=samples,
            rng=np.random.default_rng((self.config.seed, CHECK, iteration)),
            broken=broken,
        )

    def _check_break(self, broken: BreakName) -> None:
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
        h0 = None if batch.h0 is None else batch.h0.astype(np.float32)
        return replace(batch, x=batch.x.astype(np.float32), target=target, h0=h0)

    def _workspace(self, use: str, B: int, T: int | None = None, precision: Precision | None = None) -> Workspace:
        asked = (use, B, T, precision)
        if asked not in self._shapes:
            config = self.config
            T, precision = T or config.sequence_length, precision or config.precision
            self._shapes[asked] = Shape(self._net, config.activation, self.task.loss, T, B, precision)
        return self.workspaces.workspace(use, self._shapes[asked])


def _varies(batch: Batch) -> bool:
    """Whether its sequences bring states to begin with, or lengths of their own."""
    return batch.h0 is not None or batch.lengths is not None
