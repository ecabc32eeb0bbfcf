"""Recorder: makes the record of the current iteration from the training batch, the probe and what is watched."""

from collections.abc import Collection
from typing import Any

from ..engine import norm
from . import batch_pass
from .batch_runner import BatchRunner
from .measurement import Measurement, Recent
from .quantities import PROBE, QUANTITIES, SCALARS
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

    def look(self, *, skip_expensive: bool = False) -> Measurement:
        """The batch and the probe, run forward and back."""
        params, iteration = self.state.learner.params, self.state.learner.progress.iteration
        return Measurement(
            params,
            iteration,
            self.runner.batch(params, iteration),
            self.runner.trace(params, self.state.probe, self.state.edits),
            self.runner,
            skip_expensive,
            self._memory,
        )

    def record(self, seen: Measurement, watch: Collection[str]) -> Record:
        """The record of what was seen, with the quantities in `watch`."""
        tensors, scalars = PROBE.measure(seen).tensors, dict.fromkeys(SCALARS)
        for name, quantity in QUANTITIES.items():
            if name in watch:
                found = quantity.measure(seen)
                tensors |= found.tensors
                scalars |= found.scalars
        return Record(self._scalars(seen) | scalars, tensors)

    def _scalars(self, seen: Measurement) -> dict[str, Any]:
        batch, progress, task = seen.batch, self.state.learner.progress, self.state.task
        return {
            "kind": "record",
            "iteration": seen.iteration,
            "solved_at": progress.solved_at,
            "loss": batch.loss,
            "loss_per_timestep": batch.loss_per_timestep,
            "accuracy": batch_pass.accuracy(self.runner.net(seen.params, batch), batch.batch.target),
            "baseline": task.baseline,
            "grad_norm": batch.grad_norm,
            "clip_scale": batch.clip_scale,
            "clip_angle": batch.clip_angle,
            "clipped_updates": progress.clipped_updates,
            "update_norm": progress.update_norm,
            "grad_norms": {name: norm({name: values}) for name, values in batch.gradients.items()},
            "loss_after": None,
            "iterations_per_second": None,
            "needed_lag": task.needed_lag,
        }
