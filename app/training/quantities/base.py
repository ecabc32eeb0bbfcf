"""What a watchable quantity is: the tensors and scalars it adds to a record, what it costs, how it is computed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ...engine import CELLS
from ...engine.arrays import any_infinite
from ...engine.ln_norms import split
from ...steps import Steps
from ..measurement import Measurement
from ..work import Work
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
    needs_buffers: ClassVar[bool] = True  # False: weights and gradients are enough, so others may get turns before it

    @abstractmethod
    def cost(self, work: Work) -> float:
        """About how many nanoseconds of one core it adds to a record, packing it included."""

    @abstractmethod
    def measure(self, seen: Measurement) -> Found:
        """Compute it."""

    def measuring(self, seen: Measurement) -> Steps[Found]:
        """The same in steps, where it can be interrupted."""
        yield
        return self.measure(seen)

    def description(self) -> dict[str, Any]:
        """For the schema."""
        tensors = [tensor.description() for tensor in self.tensors]
        return {"description": self.about, "expensive": self.expensive, "tensors": tensors}


def cost_of_jacobians(work: Work) -> float:
    """About how many nanoseconds the Jacobians take of a cell that couples its units, asked for each unit; else 0."""
    return work.T * (2.2 * work.H**3 + 40_000) if CELLS[work.config.cell].couples_units else 0.0


FEW = 16_000  # numbers


def all_f32(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`f32` of each; of few numbers as parts of one vector, as there it is the calls that take the time."""
    if sum(values.size for values in arrays.values()) > FEW:
        return {name: f32(values) for name, values in arrays.items()}
    short = f32(np.concatenate([values.ravel() for values in arrays.values()]))
    parts = split(short, [values.size for values in arrays.values()])
    return {name: part.reshape(values.shape) for (name, values), part in zip(arrays.items(), parts, strict=True)}


def f32(values: np.ndarray) -> np.ndarray:
    """The values as float32; a finite one stays finite, as only a number that really is not may look so."""
    short = values.astype(np.float32, order="C")
    if any_infinite(short):
        np.copyto(short, np.copysign(LARGEST, short), where=np.isinf(short) & np.isfinite(values))
    return short
