"""Recorder: makes the record of the current iteration from the training batch, the probe and what is watched."""

from collections.abc import Collection
from typing import Any

import numpy as np

from ..engine import norm_of
from ..steps import Steps, finish
from . import batch_pass
from .batch_runner import BatchRunner
from .divergence import Divergence, Location
from .findings import Facts, Finding, judge
from .findings.measured import facts_of, first_bad
from .findings.remedies import remedies
from .measurement import Measurement, Recent
from .quantities import PROBE, QUANTITIES, scalars
from .quantities.beyond import blank_beyond_the_end
from .records import Record
from .state import State


class Recorder:
    """Measures a run under the present weights, and changes nothing in it."""

    def __init__(self, state: State, runner: BatchRunner) -> None:
        self.state, self.runner = state, runner
        self._memory: Recent = {}

    def forget(self) -> None:
        """After anything but an update: what was measured before may not be repeated."""
        self._memory.clear()

    def look(self, *, skip_expensive: bool = False, probe: int | None = None) -> Measurement:
        """The batch and the probe, run forward and back; ``probe`` is another sequence than the run's, unedited."""
        return finish(self.looking(skip_expensive=skip_expensive, probe=probe))

    def looking(self, *, skip_expensive: bool, probe: int | None) -> Steps[Measurement]:
        """The same in steps, where it takes long; what lies in buffers at their end is there until others use them."""
        is_own = probe is None or probe == self.state.probe
        shown, edits = (self.state.probe, self.state.edits) if probe is None or is_own else (probe, {})
        learner = self.state.learner
        batch, trace = yield from self.runner.looking(learner, shown, edits)
        return Measurement(
            learner.params,
            learner.progress.iteration,
            batch,
            trace,
            self.runner,
            skip_expensive,
            self._memory if is_own else {},
        )

    def record(self, seen: Measurement, watch: Collection[str]) -> Record:
        """The record of what was seen, with the quantities in `watch`."""
        return finish(self.recording(seen, watch))

    def recording(self, seen: Measurement, watch: Collection[str]) -> Steps[Record]:
        """The same in steps; whatever needs the batch's buffers, which are everybody's, is done before one ends."""
        tensors, found_scalars = PROBE.measure(seen).tensors, scalars()
        watched = {name: quantity for name, quantity in QUANTITIES.items() if name in watch}
        of_the_batch = self._scalars(seen)
        with self.runner.keeping(seen.trace) as pauses:
            for quantity in watched.values():
                if quantity.needs_buffers:
                    each = (yield from quantity.measuring(seen)) if pauses else quantity.measure(seen)
                    tensors |= each.tensors
                    found_scalars |= each.scalars
            facts = of_the_batch | self._of_the_buffers(seen, tensors, found_scalars)
        for quantity in watched.values():
            if not quantity.needs_buffers:
                later = yield from quantity.measuring(seen)
                tensors |= later.tensors
                facts |= later.scalars
        return Record(facts, tensors, complete=not seen.skipped)

    def _of_the_buffers(
        self, seen: Measurement, tensors: dict[str, np.ndarray], found_scalars: dict[str, Any]
    ) -> dict[str, Any]:
        """What was found, with what else is read in the buffers of the sequence."""
        blank_beyond_the_end(tensors, self.state.config, seen.trace.probe.lengths)
        found_scalars |= self._validation(seen, found_scalars.get("as_of"))
        found_scalars["finding"] = self._finding(seen, tensors)
        return found_scalars

    def not_finite(self, place: Location | Divergence) -> dict[str, Any]:
        """The finding of a run that met a number that is not finite."""
        return self._with_remedies(judge(Facts(finite=False, not_finite=first_bad(place))))

    def _finding(self, seen: Measurement, tensors: dict[str, np.ndarray]) -> dict[str, Any]:
        state = self.state
        facts = facts_of(seen, state.learner, state.task, state.config, tensors.get("lag_norm"))
        return self._with_remedies(judge(facts))

    def _with_remedies(self, found: Finding) -> dict[str, Any]:
        advice = remedies(found, self.state.config, self.state.task.min_length)
        return {
            "code": found.code,
            "cause": found.cause,
            "values": found.values,
            "remedies": advice,
            "skipped": found.skipped,
        }

    def _validation(self, seen: Measurement, as_of: int | None) -> dict[str, Any]:
        """The loss of what is held out, expensive as it is: `as_of` is truncation's where that is watched too."""
        loss, iteration = seen.recent("validation_loss", lambda: seen.runner.validation_loss(seen.params))
        if loss is None:
            return {"validation_loss": None, "validation_as_of": None}
        return {
            "validation_loss": loss,
            "validation_as_of": iteration,
            "as_of": iteration if as_of is None else as_of,
        }

    def _scalars(self, seen: Measurement) -> dict[str, Any]:
        batch, progress, task = seen.batch, self.state.learner.progress, self.state.task
        return {
            "kind": "record",
            "iteration": seen.iteration,
            "solved_at": progress.solved_at,
            "weights_from": None
            if progress.weights_at is None
            else {"name": progress.weights_name or "", "iteration": progress.weights_at},
            "loss": batch.loss,
            "loss_per_timestep": batch.loss_per_timestep,
            "accuracy": batch_pass.accuracy(self.runner.net(seen.params, batch), batch.batch.target),
            "baseline": task.baseline,
            "persistence": task.persistence,
            "grad_norm": batch.grad_norm,
            "clip_scale": batch.clip_scale,
            "clip_angle": batch.clip_angle,
            "clipped_updates": progress.clipped_updates,
            "update_norm": progress.update_norm,
            "grad_norms": {name: norm_of(values) for name, values in batch.gradients.items()},
            "loss_after": None,
            "iterations_per_second": None,
            "needed_lag": task.needed_lag,
        }
