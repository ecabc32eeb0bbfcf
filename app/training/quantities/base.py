"""What a watchable quantity is: the tensors and scalars it adds to a record, what it costs, how it is computed."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ...engine import CELLS
from ..config import RunConfig
from ..measurement import Measurement
from .tensor import Tensor

LARGEST = np.finfo(np.float32).max


@dataclass(frozen=True)
class Found:
    """What a quantity adds to one record."""

    tensors: dict[str, np.ndarray]
    scalars: dict[str, Any] = field(default_factory=dict)


class Quantity(ABC):
    """Something a record can hold. A new one is one file, and its entry in `QUANTITIES`."""

    name: ClassVar[str]
    about: ClassVar[str]
    tensors: ClassVar[tuple[Tensor, ...]]
    scalars: ClassVar[tuple[str, ...]] = ()  # null in records without it
    expensive: ClassVar[bool] = False  # records may come that repeat it or leave it out

    def cost(self, config: RunConfig) -> int:  # noqa: ARG002 (most cost next to nothing)
        """About how many nanoseconds of one core it adds to a record."""
        return 0

    @abstractmethod
    def measure(self, seen: Measurement) -> Found:
        """Compute it."""

    def description(self) -> dict[str, Any]:
        """For the schema."""
        tensors = [tensor.description() for tensor in self.tensors]
        return {"description": self.about, "expensive": self.expensive, "tensors": tensors}


def layers(config: RunConfig, *, of_pairs: bool = False) -> int:
    """How many layers and directions there are; `of_pairs`: how many times the work of one all their pairs are.

    With one layer each direction goes back by itself; in a stack what comes from above is added at every pair.
    """
    several = config.num_layers * (2 if config.bidirectional else 1)
    return 5 * several if of_pairs and config.num_layers > 1 else several


def cost_of_jacobians(config: RunConfig) -> int:
    """About how many nanoseconds the Jacobians take of a cell that couples its units, asked for each unit; else 0."""
    T, H = config.sequence_length, config.hidden_size
    return T * (22 * H**3 + 400_000) // 10 if CELLS[config.cell].couples_units else 0


def f32(values: np.ndarray) -> np.ndarray:
    """The values as float32; a finite one stays finite, as only a number that really is not may look so."""
    short = values.astype(np.float32, order="C")
    if not np.isfinite(short).all():
        np.copyto(short, np.copysign(LARGEST, short), where=np.isinf(short) & np.isfinite(values))
    return short
