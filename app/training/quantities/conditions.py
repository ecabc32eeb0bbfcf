"""When a tensor is in a record: conditions on the configuration, in words and as tests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ...engine import CELLS, Cell
from ...tasks import Task
from ..config import RunConfig


class Condition(Protocol):
    """When a tensor is there, in words and as a test."""

    @property
    def words(self) -> str:
        """For the schema; "" where it always is."""

    def holds(self, config: RunConfig, task: Task) -> bool:
        """Whether a record of this configuration has it."""


@dataclass(frozen=True)
class OfRuns:
    """A condition on configuration and task."""

    words: str
    test: Callable[[RunConfig, Task], bool]

    def holds(self, config: RunConfig, task: Task) -> bool:
        """As the test says."""
        return self.test(config, task)


@dataclass(frozen=True)
class OfCells:
    """A condition on the cell; its words are the names of the cells that meet it."""

    test: Callable[[type[Cell]], bool]

    @property
    def words(self) -> str:
        """Their names."""
        return ", ".join(name for name, cell in CELLS.items() if self.test(cell))

    def holds(self, config: RunConfig, task: Task) -> bool:  # noqa: ARG002 (the cell alone decides)
        """As the test of the run's cell says."""
        return self.test(CELLS[config.cell])


ALWAYS = OfRuns("", lambda _config, _task: True)
GATED = OfCells(lambda cell: bool(cell.gates))
WITH_CELL_STATE = OfCells(lambda cell: cell.direct == "c")
WITH_LEDGER = OfCells(lambda cell: cell.slope is not Cell.slope)
WITHOUT_LEDGER = OfCells(lambda cell: cell.slope is Cell.slope)
WITH_RECURRENT_WEIGHTS = OfCells(lambda cell: not cell.recurrent.of_x)
CUT = OfRuns("when truncated or clipped per timestep", lambda config, _task: config.is_cut)
WITH_CLASSES = OfRuns("tasks with classes", lambda _config, task: task.loss == "cross_entropy")
WITH_VALUES = OfRuns("tasks with values", lambda _config, task: task.loss == "squared_error")
CONTINUES = OfRuns("tasks made of characters", lambda _config, task: task.continues)
