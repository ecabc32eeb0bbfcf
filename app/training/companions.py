"""Companions: one run among others that may stand where it stands, and what it has in common with those that do."""

from collections.abc import Collection
from dataclasses import replace

from .computed import REALIGN_EVERY, Computed, Place, View
from .learner import Checkpoint
from .records import Record
from .state import State


class Companions:
    """What equal runs have computed for this one, and what this one has at hand for them."""

    def __init__(self, computed: Computed, state: State) -> None:
        self.computed, self.state = computed, state
        self._place: Place | None = None  # once somebody asked

    def forget(self) -> None:
        """After anything but an update, the run stands somewhere else."""
        self._place = None

    @property
    def place(self) -> Place:
        """Where the run stands."""
        if self._place is None:
            self._place = Place(self.state.digest(), 0)
        return self._place

    def updated(self) -> Checkpoint | None:
        """The learner after the update that is due, if another run has made it."""
        return self.computed.learner(self.place.following)

    def arrive(self, learner: Checkpoint) -> None:
        """The update was made, and this is the learner after it."""
        place = self.place.following
        self.computed.keep_learner(place, learner)
        self._place = None if learner.progress.iteration % REALIGN_EVERY == 0 else place

    def find(self, watch: Collection[str], probe: int | None, *, complete: bool) -> Record | None:
        """The record, if another run has made it; a complete one also serves a caller that skips what is expensive."""
        view = self._view(watch, probe)
        if view is None:
            return None
        found = self.computed.record(view)
        return found if found or complete else self.computed.record(replace(view, complete=False))

    def keep(self, record: Record, watch: Collection[str], probe: int | None) -> None:
        """Have a record at hand for others."""
        view = self._view(watch, probe)
        if view is not None:
            self.computed.keep_record(replace(view, complete=record.complete), record)

    def _view(self, watch: Collection[str], probe: int | None) -> View | None:
        """What the record shows, as others could want it, too; None for a sequence that was edited here."""
        shown = self.state.probe if probe is None else probe
        if shown == self.state.probe and self.state.edits:
            return None
        return View(self.place, shown, frozenset(watch), complete=True)
