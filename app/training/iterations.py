"""Iterations: the records and updates of one run, and the way back from a number that is not finite."""

from typing import TypeVar

import numpy as np

from ..engine import Params
from ..steps import Steps, finish
from .batch_pass import BatchPass
from .batch_runner import BatchRunner
from .computed import Computed
from .divergence import Divergence, find
from .equal_runs import equal_runs_of
from .learner import Learner
from .measurement import Measurement
from .recorder import Recorder
from .records import Record
from .recovery import Recovery
from .state import State
from .workspace import WorkspacePool

T = TypeVar("T")


def quietly(steps: Steps[T]) -> Steps[T]:
    """The same steps; numbers that are not finite are looked for by name, so that no step warns of them."""
    while True:
        with np.errstate(all="ignore"):
            try:
                next(steps)
            except StopIteration as finished:
                value: T = finished.value
                return value
        yield


class Iterations:
    """What training does with a run. Whoever changes the run in another way says so, by `changed` or `reconfigured`."""

    divergence: Divergence | None
    """The first number that was not finite, until something is changed."""

    def __init__(self, state: State, workspaces: WorkspacePool, computed: Computed | None) -> None:
        self._state, self._workspaces = state, workspaces
        self._equal_runs = equal_runs_of(computed, state)
        self._recovery = Recovery()
        self.reconfigured()

    # What follows from a change.

    def reconfigured(self) -> None:
        """The configuration or the task are others now."""
        self.runner = BatchRunner(self._state.config, self._state.task, self._workspaces)
        self._recorder = Recorder(self._state, self.runner)
        self.changed()

    def changed(self) -> None:
        """After a change of any kind nothing that was computed or remembered before is valid."""
        self.divergence = None
        self._equal_runs.forget()
        self._recovery.forget()
        self._recorder.forget()
        self.runner.forget()

    def rewatched(self) -> None:
        """Other quantities are watched: what was measured before may not be repeated."""
        self._recorder.forget()

    # Records and updates.

    def recording(self, watch: frozenset[str], *, skip_expensive: bool, probe: int | None) -> Steps[Record]:
        """As `Trainer.recording`."""
        return quietly(self._recording(watch, skip_expensive=skip_expensive, probe=probe))

    def _recording(self, watch: frozenset[str], *, skip_expensive: bool, probe: int | None) -> Steps[Record]:
        if self.divergence is None:
            yield from self._equal_runs.placing()
        found = self._found(watch, probe, complete=not skip_expensive)
        if found is not None:
            return found
        seen = yield from self._recorder.looking(skip_expensive=skip_expensive, probe=probe)
        record = yield from self._recorded(seen, watch)
        if seen.is_finite:
            self._equal_runs.keep(record, watch, probe)
        if not self._is_shown(probe):
            return record
        if not seen.is_finite:
            self._diverge(seen, record)
        else:
            self._recovery.seen_finite(self._learner)
        return record

    def approaching(self) -> Steps[None]:
        """As `Trainer.approaching`."""
        return quietly(self._approaching())

    def _approaching(self) -> Steps[None]:
        if self.divergence is not None:
            return
        yield from self._equal_runs.placing()
        if self._equal_runs.updated() is None:
            yield from self.runner.batching(self._learner)

    def advance(self, watch: frozenset[str]) -> Record | None:
        """The update that is due; where a number is not finite, none, and the record that shows it."""
        if self.divergence is not None:
            return None
        updated = self._equal_runs.updated()
        if updated is not None:
            self._recovery.before_update(self._learner)
            self._learner.restore(updated)
            self._arrive()
            return None
        with np.errstate(all="ignore"):
            batch = self.batch()
            if not batch.is_finite:
                seen = self._recorder.look()
                record = finish(self._recorded(seen, watch))
                self._diverge(seen, record)
                return record
            self._update(batch)
        return None

    def batch(self) -> BatchPass:
        """The training batch of this iteration."""
        return self.runner.batch(self._learner)

    def undo_if_nonfinite(self) -> None:
        """Before weights or their use change: did the last update lead to a number that is not finite?"""
        if self.divergence is None and self._recovery.after_update:
            with np.errstate(all="ignore"):
                if not self.batch().is_finite:
                    self._go_back()

    @property
    def _learner(self) -> Learner:
        return self._state.learner

    @property
    def _params(self) -> Params:
        return self._learner.params

    @property
    def _iteration(self) -> int:
        return self._learner.progress.iteration

    def _is_shown(self, probe: int | None) -> bool:
        return probe is None or probe == self._state.probe

    def _update(self, batch: BatchPass) -> None:
        learner, loss = self._learner, batch.loss_per_timestep
        self._recovery.before_update(learner)
        learner.update(
            batch.update,
            solved=self._state.task.is_solved_by(loss),
            clipped=batch.was_clipped,
            loss=loss,
            carried=self.runner.carried_on(learner.carried, batch),
        )
        self._arrive()

    def _arrive(self) -> None:
        """After an update: equal runs are told what the learner is now."""
        self.runner.forget()
        copied = self._equal_runs.arrive(self._learner)
        if copied is not None:
            self._recovery.after_update_to(copied)

    def _found(self, watch: frozenset[str], probe: int | None, *, complete: bool) -> Record | None:
        """The record, if an equal run has made it."""
        if self.divergence is not None:
            return None
        record = self._equal_runs.find(watch, probe, complete=complete)
        if record is not None and self._is_shown(probe):
            self._recovery.seen_finite(self._learner)
        return record

    def _recorded(self, seen: Measurement, watch: frozenset[str]) -> Steps[Record]:
        record = yield from self._recorder.recording(seen, watch)
        if self.divergence is not None:
            record.scalars["finding"] = self._recorder.not_finite(self.divergence)
        return record

    # Divergence: back to where every number was finite.

    def _diverge(self, seen: Measurement, record: Record) -> None:
        # The probe comes first: it is what can be looked at. Quantities may have used its buffers for other gradients.
        net = self.runner.net(self._params, seen.batch) if seen.trace.is_finite else self._recorder.look().trace.net
        place, iteration = find(net, self._params, seen.batch.gradients), self._iteration
        self._go_back()
        record.scalars["finding"] = self._recorder.not_finite(place)
        self.divergence = Divergence(iteration, place.quantity, place.timestep, place.unit, place.cause, record)

    def _go_back(self) -> None:
        self._equal_runs.forget()
        self._recorder.forget()
        self._recovery.go_back(self._learner, self._is_finite)

    def _is_finite(self) -> bool:
        self.runner.forget()
        return self._recorder.look().is_finite
