"""Equal runs: what others that stand where this one stands have computed for it, and it for them."""

from collections.abc import Collection
from dataclasses import replace

from .computed import REALIGN_EVERY, Computed, RecordKey, RunPosition
from .learner import Checkpoint, Learner
from .records import Record
from .state import State

MOST_HASHED = 1 << 20  # bytes of weights and moments; who has more joins others only where both began


class NoEqualRuns:
    """A run that shares nothing finds nothing, and keeps nothing for others."""

    def forget(self) -> None:
        """After anything but an update, the run stands somewhere else."""

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
    """What equal runs have computed for this one, and what this one has at hand for them."""

    def __init__(self, computed: Computed, state: State) -> None:
        self.computed, self.state = computed, state
        self._place: RunPosition | None = None  # once somebody asked

    def forget(self) -> None:
        """As `NoEqualRuns`."""
        self._place = None

    @property
    def place(self) -> RunPosition:
        """Where the run stands."""
        if self._place is None:
            self._place = RunPosition(self.state.digest(), 0)
        return self._place

    def updated(self) -> Checkpoint | None:
        """As `NoEqualRuns`."""
        return self.computed.learner(self.place.following)

    def arrive(self, learner: Learner) -> Checkpoint | None:
        """As `NoEqualRuns`."""
        place, copied = self.place.following, learner.checkpoint()
        self.computed.keep_learner(place, copied)
        realigns = learner.progress.iteration % REALIGN_EVERY == 0 and copied.nbytes <= MOST_HASHED
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
        """What the record shows, as others could want it, too; None for a sequence that was edited here."""
        shown = self.state.probe if probe is None else probe
        if shown == self.state.probe and self.state.edits:
            return None
        return RecordKey(self.place, shown, frozenset(watch), complete=True)


def equal_runs_of(computed: Computed | None, state: State) -> NoEqualRuns:
    """Those of a run that shares what is `computed`, or none."""
    return NoEqualRuns() if computed is None else EqualRuns(computed, state)
