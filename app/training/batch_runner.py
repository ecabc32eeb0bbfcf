"""BatchRunner: the sequences of one configuration, run forward and backward through the network in shared buffers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan

import numpy as np

from ..engine import BreakName, Columns, Network, Params, Precision
from ..steps import Steps, finish
from ..tasks import Batch, Task
from . import batch_pass, gradient_check
from .architecture import architecture_of
from .batch_pass import BatchPass
from .beside import goes_along, shape_beside, shape_of_two
from .carried import START, Carried
from .config import RunConfig
from .edits import Edits, edited
from .learner import Learner
from .probe_trace import ProbeTrace
from .sample import continuation
from .work import Work
from .workspace import Shape, Workspace, WorkspacePool

SAMPLE = 3  # stream of random numbers; tasks and weights have 0 to 2, the check of gradients has 4
LONG, ENTRY = 4e6, 40.0  # nanoseconds of a record; of one weight in it, copied, sorted and packed
STEP = 5e5  # nanoseconds of a step of what takes long, about
AT_ONCE = (1, 2, 4, 8, 16, 32, 64, 128)  # timesteps that may be one

Along = tuple[int, Edits]
"""Which probe goes along with a batch, and how edited."""


@dataclass(frozen=True, eq=False)
class Sequence:
    """A probe as it is shown, and how it goes along with a batch."""

    along: Along
    batch: Batch  # B = 1

    @cached_property
    def columns(self) -> Columns:
        """What goes along."""
        return Columns.of(self.batch.x, self.batch.target)


@dataclass(frozen=True, eq=False)
class Begun:
    """A pass over the batch that others may interrupt, and what goes along in it."""

    along: Along | None
    steps: Steps[BatchPass]


class BatchRunner:
    """Runs the training batch and the probe of a configuration in workspaces of a pool. Keeps no weights."""

    def __init__(self, config: RunConfig, task: Task, workspaces: WorkspacePool) -> None:
        self.config, self.task, self.workspaces = config, task, workspaces
        self._net = architecture_of(config, task)
        self._last: BatchPass | None = None
        self._begun: Begun | None = None  # a pass that takes long and is not over yet
        self._sequence: Sequence | None = None  # the one looked at last
        self._held_out: Batch | None = None
        self._shapes: dict[tuple[str, int, int | None, str | None], Shape] = {}  # made once, as every iteration asks
        self._along: Along | None = None  # what went along with the last batch

    def batch(self, learner: Learner) -> BatchPass:
        """The training batch of an iteration; run once, however often it is asked for until `forget`."""
        return self._last or finish(self.batching(learner))

    def batching(self, learner: Learner) -> Steps[BatchPass]:
        """The same in steps, where it takes long; who asks again goes on where the last one stopped."""
        while self._last is None:
            if self._begun is None:
                batch = self._cast(self._drawn(learner))
                shape = self._shape("batch", batch.x.shape[1])
                self._begun = Begun(None, self._running(shape, learner.params, batch, learner.carried.states))
            if self._goes_on(self._begun):
                yield
        return self._last

    def looking(self, learner: Learner, probe: int, edits: Edits) -> Steps[tuple[BatchPass, ProbeTrace]]:
        """`batch`, and the trace of the probe with this index, with those edits that lie within its length.

        In one pass where the probe can go along with the batch and changes no bit of it. Where state is carried it
        starts from the last state of the window before it, computed forward from zeros. In steps, where it takes long;
        what lies in buffers at their end is there until others use them.
        """
        shape, sequence = self._beside, self._sequence_of(probe, edits)
        if shape is not None and not (_varies(sequence.batch) or _varies(batch := self._at_hand(learner))):
            wide = yield from self._beside_batch(learner, batch, shape, sequence)
            net = self._workspace("probe", 1).net
            trace = ProbeTrace.beside(net, wide, sequence.batch, sequence.columns, self.config)
            return self.batch(learner), trace
        return (yield from self._one_after_the_other(learner, probe, sequence.batch))

    def _one_after_the_other(
        self, learner: Learner, probe: int, sequence: Batch
    ) -> Steps[tuple[BatchPass, ProbeTrace]]:
        """The probe and the batch by themselves."""
        pool, one, two = self.workspaces, self._shape("probe", 1), self._of_two
        if self._at_once is not None and pool.may_lend(one, *([two] if two else [])):
            # The probe first: where others use buffers of these shapes in between, both are there in the end.
            with pool.lent("probe", one) as own, pool.lent("probe", two) if two else nullcontext() as pair:
                trace = yield from self._tracing(own, pair, learner.params, probe, sequence, self._at_once)
                if (last := self._last) and not pool.holds("batch", self._shape("batch", last.batch.x.shape[1]), last):
                    self._last = None  # run again, in steps: what is measured needs its buffers
                return (yield from self.batching(learner)), trace
        if self._last is None:
            yield from self.batching(learner)
            yield
        own, pair = pool.workspace("probe", one), pool.workspace("probe", two) if two else None
        return self.batch(learner), finish(self._tracing(own, pair, learner.params, probe, sequence, None))

    def _tracing(
        self,
        own: Workspace,
        pair: Workspace | None,
        params: Params,
        probe: int,
        sequence: Batch,
        at_once: int | None,
    ) -> Steps[ProbeTrace]:
        initial = self._states_before(params, probe) if self.config.carry_state else {}
        two = None if pair is None else pair.net
        return ProbeTrace.tracing(own.net, two, params, sequence, self.config, initial, at_once)

    def _beside_batch(self, learner: Learner, batch: Batch | None, shape: Shape, sequence: Sequence) -> Steps[Network]:
        """The network in whose buffers the batch and, beside it, the sequence lie."""
        along = sequence.along
        while True:
            if self._begun is None or self._begun.along != along:
                if self._last is not None and self._along == along:
                    workspace = self.workspaces.workspace("batch", shape)
                    if workspace.holds is self._last:
                        return workspace.net
                batch = batch or self._at_hand(learner)
                self._begun = Begun(along, self._running(shape, learner.params, batch, {}, sequence.columns))
                batch = None
            if self._goes_on(self._begun):
                yield

    def _running(
        self,
        shape: Shape,
        params: Params,
        batch: Batch,
        initial: Mapping[str, np.ndarray],
        along: Columns | None = None,
    ) -> Steps[BatchPass]:
        """`batch_pass.run` in buffers of this shape; in steps where it takes long."""
        return _run(self.workspaces, shape, params, batch, self.config, initial, along, self._at_once)

    def _goes_on(self, begun: "Begun") -> bool:
        """The next step of a pass; False if it was the last one."""
        try:
            next(begun.steps)
        except StopIteration as done:
            self._last, self._along, self._begun = done.value, begun.along, None
            return False
        return True

    @cached_property
    def is_long(self) -> bool:
        """Whether a record or an update takes so long that others should have turns while it is made."""
        work = Work.of(self.config, self.task)
        return work.batch + ENTRY * work.parameters > LONG

    @cached_property
    def _at_once(self) -> int | None:
        """Timesteps of a layer that one step of a pass takes; None where the pass is short."""
        if not self.is_long:
            return None
        work = Work.of(self.config, self.task)
        timesteps = work.T + (2 if work.clips else 1) * work.swept  # of one layer, forward and back
        fit = STEP * timesteps * work.layers / work.batch
        return max(timesteps for timesteps in AT_ONCE if timesteps == 1 or timesteps <= fit)

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

    def _at_hand(self, learner: Learner) -> Batch:
        """The sequences of the batch, drawn if need be."""
        return self._drawn(learner) if self._last is None else self._last.batch

    def _drawn(self, learner: Learner) -> Batch:
        """The batch as the task has it: drawn for the iteration or, where state is carried, the next window."""
        seed, B, carried = self.config.seed, self.config.batch_size, learner.carried
        if self.config.carry_state:
            return self.task.window(seed, carried.passes, carried.position, B)
        return self.task.batch(seed, learner.progress.iteration, B)

    def forget(self) -> None:
        """Forget the last batch, and one that was begun: the weights or the configuration change."""
        self._last = self._begun = None

    def leave_off(self) -> None:
        """Give up a pass that was begun, and the buffers that are lent to it; whoever asks for it begins again."""
        self._begun = None

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

    @contextmanager
    def keeping(self, trace: ProbeTrace) -> Iterator[bool]:
        """For a while the buffers of a sequence are nobody else's, where what is looked at takes long; whether so."""
        shape = self._shape("probe", 1)
        keeps = self.is_long and self.workspaces.may_lend(shape)
        with self.workspaces.kept("probe", shape, trace.net) if keeps else nullcontext():
            yield keeps

    def _sequence_of(self, probe: int, edits: Edits) -> Sequence:
        """The probe with this index, edited."""
        if self._sequence is None or self._sequence.along != (probe, edits):
            drawn = self.task.probe(self.config.seed, probe)
            self._sequence = Sequence((probe, dict(edits)), self._cast(replace(drawn, x=edited(drawn.x, edits))))
        return self._sequence

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

    def checking_gradients(
        self, learner: Learner, samples: int, broken: BreakName | None
    ) -> Iterator[gradient_check.Known]:
        """`Trainer.checking_gradients`, on the first sequences of an iteration's batch."""
        samples = gradient_check.samples_of(samples)
        if broken is not None:
            gradient_check.refuse_unknown_break(broken)
            gradient_check.refuse_unfit_break(broken, self._workspace("probe", 1).net, self.config)
        data = gradient_check.first_sequences(self._drawn(learner), learner.carried, self.config, self._at_once)
        shape = self._shape("check", data.x.shape[1], precision="float64")
        rng = np.random.default_rng((self.config.seed, gradient_check.STREAM, learner.progress.iteration))
        return gradient_check.checking(self.workspaces, shape, learner.params, data, samples, rng, broken)

    def _cast(self, batch: Batch) -> Batch:
        """The batch in the run's precision."""
        if self.config.precision == "float64":
            return batch
        target = batch.target.astype(np.float32) if batch.target.ndim == 3 else batch.target
        h0 = None if batch.h0 is None else batch.h0.astype(np.float32)
        return replace(batch, x=batch.x.astype(np.float32), target=target, h0=h0)

    def _workspace(self, use: str, B: int, T: int | None = None, precision: Precision | None = None) -> Workspace:
        return self.workspaces.workspace(use, self._shape(use, B, T, precision))

    def _shape(self, use: str, B: int, T: int | None = None, precision: Precision | None = None) -> Shape:
        asked = (use, B, T, precision)
        if asked not in self._shapes:
            config = self.config
            T, precision = T or config.sequence_length, precision or config.precision
            self._shapes[asked] = Shape(self._net, config.activation, self.task.loss, T, B, precision)
        return self._shapes[asked]


def _run(
    pool: WorkspacePool,
    shape: Shape,
    params: Params,
    batch: Batch,
    config: RunConfig,
    initial: Mapping[str, np.ndarray],
    along: Columns | None,
    at_once: int | None,
) -> Steps[BatchPass]:
    """`batch_pass.run` in buffers of a pool; nobody else's until it is over or given up, where it is made in steps.

    It is not where much is lent already. No method: a runner that is dropped gives it up.
    """
    if at_once is None or not pool.may_lend(shape):
        workspace = pool.workspace("batch", shape)
        workspace.holds = found = batch_pass.run(workspace.net, params, batch, config, initial, along)
        return found
    with pool.lent("batch", shape) as workspace:
        found = yield from batch_pass.running(workspace.net, params, batch, config, initial, along, at_once)
        workspace.holds = found
    return found


def _varies(batch: Batch) -> bool:
    """Whether its sequences bring states to begin with, or lengths of their own."""
    return batch.h0 is not None or batch.lengths is not None
