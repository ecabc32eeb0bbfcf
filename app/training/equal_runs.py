"""Equal runs: what others that stand where this one stands have computed for it, and it for them."""

from collections.abc import Collection
from dataclasses import replace

from ..steps import Steps
from .computed import REALIGN_EVERY, Company, Computed, RecordKey, RunPosition
from .learner import Checkpoint, Learner
from .records import Record
from .state import State

MOST_HASHED = 1 << 20  # bytes of weights and moments; who has more joins others only where both began
ALONE_FOR = 2 * REALIGN_EVERY  # updates of a run that is alone that are kept for who comes a little later


class NoEqualRuns:
    """A run that shares nothing finds nothing, and keeps nothing for others."""

    def forget(self) -> None:
        """After anything but an update, the run stands somewhere else."""

    def placing(self) -> Steps[None]:
        """Find out where the run stands, in steps; who begins again goes on where the last one stopped."""
        yield from ()

    def updated(self) -> Checkpoint | None:
        """The learner after the update that is due, if another run has made it."""
        return None

    def arrive(self, learner: Learner) -> Checkpoint | None:  # noqa: ARG002
        """The update was made, and this is the learner after it; returns the copy that others may have, if any."""
        return None

    def find(self, watch: Collection[str], probe: int | None, *, complete: bool) -> Record | None:  # noqa: ARG002
        """The record, if another run has made it; a complete one also serves a caller that skips what is expensive."""
        return None

    def keep(self, record: Record, watch: Collection[str], probe: int | None) -> None:
        """Have a record at hand for others."""


class EqualRuns(NoEqualRuns):
    """What equal runs have computed for this one, and what this one has at hand for them.

    A run that stays alone looks for nothing after a while and keeps nothing, until another one comes to where it was,
    if that is still among the last `MOST_ORIGINS`: what nobody takes would only drive out of the processor's caches
    what is worked on.
    """

    def __init__(self, computed: Computed, state: State) -> None:
        self.computed, self.state = computed, state
        self._place: RunPosition | None = None  # once somebody asked
        self._digesting: Steps[bytes] | None = None  # where it is not known yet
        self._company: Company | None = None
        self._updates = 0  # since it has gone its way

    def forget(self) -> None:
        """As `NoEqualRuns`."""
        if self._company is not None:
            self._company.discard(self)
        self._place, self._digesting, self._company, self._updates = None, None, None, 0

    @property
    def place(self) -> RunPosition:
        """Where the run stands."""
        return self._place or self._begun_at(self.state.digest())

    def placing(self) -> Steps[None]:
        """As `NoEqualRuns`."""
        while self._place is None:
            self._digesting = self._digesting or self.state.digesting()
            try:
                next(self._digesting)
            except StopIteration as done:
                self._begun_at(done.value)
            else:
                yield

    def _begun_at(self, origin: bytes) -> RunPosition:
        self._company = self.computed.join(origin, self, self._company)
        self._place, self._digesting = RunPosition(origin, 0), None
        return self._place

    @property
    def is_alone(self) -> bool:
        """Whether it has been alone for so long that nobody is waited for."""
        return self._updates >= ALONE_FOR and self._company is not None and len(self._company) < 2

    def updated(self) -> Checkpoint | None:
        """As `NoEqualRuns`."""
        place = self.place
        return None if self.is_alone else self.computed.learner(place.following)

    def arrive(self, learner: Learner) -> Checkpoint | None:
        """As `NoEqualRuns`."""
        place, copied = self.place.following, None if self.is_alone else learner.checkpoint()
        if copied is not None:
            self.computed.keep_learner(place, copied)
        self._updates += 1
        realigns = learner.progress.iteration % REALIGN_EVERY == 0 and learner.nbytes <= MOST_HASHED
        self._place = None if realigns else place
        return copied

    def find(self, watch: Collection[str], probe: int | None, *, complete: bool) -> Record | None:
        """As `NoEqualRuns`."""
        view = self._key(watch, probe)
        if view is None:
            return None
        found = self.computed.record(view)
        return found if found or complete else self.computed.record(replace(view, complete=False))

    def keep(self, record: Record, watch: Collection[str], probe: int | None) -> None:
        """As `NoEqualRuns`."""
        view = self._key(watch, probe)
        if view is not None:
            self.computed.keep_record(replace(view, complete=record.complete), record)

    def _key(self, watch: Collection[str], probe: int | None) -> RecordKey | None:
        """What the record shows, if others could want it, too: not where a sequence was edited here, nor alone."""
        shown, place = self.state.probe if probe is None else probe, self.place
        if self.is_alone or (shown == self.state.probe and self.state.edits):
            return None
        return RecordKey(place, shown, frozenset(watch), complete=True)


def equal_runs_of(computed: Computed | None, state: State) -> NoEqualRuns:
    """Those of a run that shares what is `computed`, or none."""
    return NoEqualRuns() if computed is None else EqualRuns(computed, state)
