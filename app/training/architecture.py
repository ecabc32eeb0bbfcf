"""Architecture: everything that fixes the shapes of a network's parameters."""

from dataclasses import dataclass
from typing import Self

from ..engine import parameter_shapes
from ..tasks import Task
from .config import RunConfig


@dataclass(frozen=True)
class Architecture:
    """The cell, and I inputs, H units, O outputs. Networks of equal architectures can exchange their weights."""

    cell: str
    inputs: int
    hidden_size: int
    outputs: int

    @classmethod
    def of(cls, config: RunConfig, task: Task) -> Self:
        """The architecture of a run: its task says how many inputs and outputs there are."""
        return cls(config.cell, len(task.inputs), config.hidden_size, len(task.outputs))

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Every parameter by name, in the order users see."""
        return parameter_shapes(self.cell, self.inputs, self.hidden_size, self.outputs)

    def __str__(self) -> str:
        """In words: "lstm, 24 units, 2 inputs, 3 outputs"."""
        return ", ".join(
            [
                self.cell,
                counted(self.hidden_size, "unit"),
                counted(self.inputs, "input"),
                counted(self.outputs, "output"),
            ]
        )


def counted(n: int, what: str) -> str:
    """A number and what it counts: "1 input", "2 inputs"."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
