"""What the network is asked to learn. A new task is one file with a Task in it, and its class named here."""

from typing import Literal

from .adding import Adding
from .base import MAX_NAMES, STREAK, Batch, Task
from .characters import Characters
from .copy import Copy
from .echo import Echo
from .latch import Latch
from .own import Own, OwnData
from .parity import Parity
from .reading import Options, read_array
from .sequences import MAX_LENGTH, Sequences
from .series import Series
from .sine import Sine
from .temporal_order import TemporalOrder
from .text import Text

TASKS: dict[str, type[Task]] = {
    task.name: task for task in (Echo, Parity, Adding, Copy, TemporalOrder, Latch, Sine, Characters, Own)
}

# What is registered from outside is a name, too.
TaskName = Literal["echo", "parity", "adding", "copy", "temporal_order", "latch", "sine", "characters", "own"] | str


def make_task(name: TaskName, T: int, lag: int, data: OwnData | None = None) -> Task:
    """The task called `name` at sequence length T; `own` needs `data`."""
    return Own.of(data)(T, lag, data) if name == Own.name else TASKS[name](T, lag)


__all__ = [
    "MAX_LENGTH",
    "MAX_NAMES",
    "STREAK",
    "TASKS",
    "Batch",
    "Options",
    "OwnData",
    "Sequences",
    "Series",
    "Task",
    "TaskName",
    "Text",
    "make_task",
    "read_array",
]
