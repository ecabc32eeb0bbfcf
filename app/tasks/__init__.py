"""What the network is asked to learn. A new task is one file with a Task in it, and its class named here."""

from app.tasks.adding import Adding
from app.tasks.base import MAX_NAMES, STREAK, Batch, Task
from app.tasks.characters import Characters
from app.tasks.copy import Copy
from app.tasks.echo import Echo
from app.tasks.latch import Latch
from app.tasks.own import Own, OwnData
from app.tasks.parity import Parity
from app.tasks.sequences import Sequences
from app.tasks.series import Series
from app.tasks.sine import Sine
from app.tasks.temporal_order import TemporalOrder
from app.tasks.text import Text

TASKS: dict[str, type[Task]] = {
    task.name: task for task in (Echo, Parity, Adding, Copy, TemporalOrder, Latch, Sine, Characters, Own)
}


def make_task(name: str, T: int, lag: int, data: OwnData | None = None) -> Task:
    """The task called `name` at sequence length T; `own` needs `data`."""
    return Own.of(data)(T, lag, data) if name == Own.name else TASKS[name](T, lag)


__all__ = [
    "MAX_NAMES",
    "STREAK",
    "TASKS",
    "Batch",
    "OwnData",
    "Sequences",
    "Series",
    "Task",
    "Text",
    "make_task",
]
