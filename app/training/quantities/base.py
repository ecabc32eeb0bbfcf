"""What a watchable quantity is: the tensors and scalars it adds to a record, what it costs, how it is computed."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ...engine import CELLS
from ...tasks import Task
from ..architecture import Architecture
from ..config import RunConfig
from ..measurement import Measurement
from ..probe_trace import is_cut

Sizes = tuple[int | None, ...]
LARGEST = np.finfo(np.float32).max


@dataclass(frozen=True)
class Condition:
    """When a tensor is there, in words and as a test."""

    words: str
    holds: Callable[[RunConfig, Task], bool]


ALWAYS = Condition("", lambda _config, _task: True)
GATED = Condition("gated cells", lambda config, _task: bool(CELLS[config.cell].gates))
WITH_CELL_STATE = Condition("lstm", lambda config, _task: CELLS[config.cell].direct == "c")
WITH_DIRECT_PATH = Condition("lstm, gru", lambda config, _task: CELLS[config.cell].direct is not None)
WITHOUT_DIRECT_PATH = Condition("rnn", lambda config, _task: CELLS[config.cell].direct is None)
CUT = Condition("when truncated or clipped per timestep", lambda config, _task: is_cut(config))
WITH_CLASSES = Condition("tasks with classes", lambda _config, task: task.loss == "cross_entropy")
WITH_VALUES = Condition("tasks with values", lambda _config, task: task.loss == "squared_error")
CONTINUES = Condition("tasks made of characters", lambda _config, task: task.continues)


@dataclass(frozen=True)
class Tensor:
    """One tensor of a record. Where `name` holds NAME, there is one for every parameter.

    axes: "T" has an entry for each timestep 1 … T, "T+1" for each 0 … T, "lag" for each lag 0 … T-1, "gate" for each
    gate, "parameter" for each parameter; I, H, O and numbers are sizes, "n" is known only once it is measured; None:
    the axes of the parameter.
    """

    name: str
    axes: tuple[str | int, ...] | None
    dtype: str
    about: str
    when: Condition = ALWAYS

    def named(self, config: RunConfig, task: Task) -> dict[str, tuple[Sizes, str]]:
        """Shape and type by name in a run of this configuration; a size that is not known yet is None."""
        if not self.when.holds(config, task):
            return {}
        parameters = Architecture.of(config, task).parameter_shapes
        if self.axes is None:
            return {self.name.replace("NAME", name): (shape, self.dtype) for name, shape in parameters.items()}
        T, H = config.sequence_length, config.hidden_size
        sizes = {"T": T, "T+1": T + 1, "lag": T, "I": len(task.inputs), "H": H, "O": len(task.outputs)}
        sizes |= {"gate": len(CELLS[config.cell].gates), "parameter": len(parameters)}
        return {
            self.name: (tuple(sizes.get(axis) if isinstance(axis, str) else axis for axis in self.axes), self.dtype)
        }

    def description(self) -> dict[str, Any]:
        """For the schema."""
        shape = "the parameter's" if self.axes is None else list(self.axes)
        return {"shape": shape, "dtype": self.dtype, "description": self.about, "when": self.when.words or None}


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
        tensors = {tensor.name: tensor.description() for tensor in self.tensors}
        return {"description": self.about, "expensive": self.expensive, "tensors": tensors}


def f32(values: np.ndarray) -> np.ndarray:
    """The values as float32; a finite one stays finite, as only a number that really is not may look so."""
    short = values.astype(np.float32, order="C")
    if not np.isfinite(short).all():
        np.copyto(short, np.copysign(LARGEST, short), where=np.isinf(short) & np.isfinite(values))
    return short
