"""Measurement: one iteration under the present weights, from which the quantities of its record are computed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..engine import Params
from ..steps import Steps
from .batch_pass import BatchPass
from .batch_runner import BatchRunner
from .probe_trace import ProbeTrace

Recent = dict[str, tuple[Any, int]]


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a quantity may look at: the weights, the training batch, the probe; and what was measured before."""

    params: Params
    iteration: int
    batch: BatchPass
    trace: ProbeTrace
    runner: BatchRunner
    skip_expensive: bool = False
    memory: Recent = field(default_factory=dict)
    """Expensive values by name, each with the iteration it was computed at; only updates happened since."""
    skipped: list[str] = field(default_factory=list)
    """What is not of this iteration, or was left out, because it is expensive."""

    def recent(self, name: str, compute: Callable[[], Any]) -> tuple[Any, int]:
        """An expensive value, and the iteration it was computed at: with `skip_expensive` possibly an earlier one."""
        if self._is_due(name):
            self.memory[name] = compute(), self.iteration
        return self._remembered(name)

    def remembering(self, name: str, computing: Callable[[], Steps[Any]]) -> Steps[tuple[Any, int]]:
        """The same of what is computed in steps."""
        if self._is_due(name):
            self.memory[name] = (yield from computing()), self.iteration
        return self._remembered(name)

    def _is_due(self, name: str) -> bool:
        return name not in self.memory or not self.skip_expensive

    def _remembered(self, name: str) -> tuple[Any, int]:
        value, iteration = self.memory[name]
        if iteration != self.iteration and value is not None:
            self.skipped.append(name)
        return value, iteration

    @property
    def is_finite(self) -> bool:
        """Whether every number of the batch and of the probe is."""
        return self.batch.is_finite and self.trace.is_finite
