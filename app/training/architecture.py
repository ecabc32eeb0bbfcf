"""Architecture: everything that fixes the shapes of a network's parameters."""

from dataclasses import dataclass
from typing import Any, Self

from ..engine import parameter_shapes, suffixes
from ..tasks import Task
from .config import RunConfig


@dataclass(frozen=True)
class Architecture:
    """The cell, I inputs, H units, O outputs, layers. Networks of equal architectures can exchange their weights."""

    cell: str
    inputs: int
    hidden_size: int
    outputs: int
    num_layers: int = 1
    bidirectional: bool = False
    embedding_size: int = 0
    train_h0: bool = False

    @classmethod
    def of(cls, config: RunConfig, task: Task) -> Self:
        """The architecture of a run: its task says how many inputs and outputs there are."""
        sizes = len(task.inputs), config.hidden_size, len(task.outputs)
        return cls(
            config.cell,
            *sizes,
            config.num_layers,
            config.bidirectional,
            config.embedding_size,
            config.train_h0,
        )

    @property
    def extent(self) -> dict[str, Any]:
        """What the engine takes by keyword: layers, directions, embedding, learned initial states."""
        return {
            "num_layers": self.num_layers,
            "bidirectional": self.bidirectional,
            "embedding_size": self.embedding_size,
            "train_h0": self.train_h0,
        }

    @property
    def endings(self) -> list[str]:
        """What the names of each layer and direction end with, from the lowest layer up."""
        return suffixes(self.num_layers, bidirectional=self.bidirectional)

    @property
    def top_endings(self) -> list[str]:
        """Those of the last layer."""
        return self.endings[-2 if self.bidirectional else -1 :]

    @property
    def entering(self) -> list[int]:
        """How many numbers enter each of them at a timestep."""
        both = 2 if self.bidirectional else 1
        return [self.embedding_size or self.inputs] * both + [both * self.hidden_size] * (self.num_layers - 1) * both

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Every parameter by name, in the order users see."""
        return parameter_shapes(self.cell, self.inputs, self.hidden_size, self.outputs, **self.extent)

    def __str__(self) -> str:
        """In words: "lstm, 24 units, 2 inputs, 3 outputs"."""
        return ", ".join(
            [
                self.cell,
                *([counted(self.num_layers, "layer")] if self.num_layers > 1 else []),
                *(["both directions"] if self.bidirectional else []),
                counted(self.hidden_size, "unit"),
                counted(self.inputs, "input"),
                counted(self.outputs, "output"),
                *([f"embedding {self.embedding_size}"] if self.embedding_size else []),
                *(["learned initial state"] if self.train_h0 else []),
            ]
        )


def counted(n: int, what: str) -> str:
    """A number and what it counts: "1 input", "2 inputs"."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
