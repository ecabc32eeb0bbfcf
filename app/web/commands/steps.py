"""Work that is done in steps, as a job: others get their turns between two of them."""

from collections.abc import Generator
from typing import TypeVar

from ...training.dataset import Steps
from ..protocol import Frame

T = TypeVar("T")


def in_turns(steps: Steps[T]) -> Generator[list[Frame], None, T]:
    """What the steps lead to, with nothing to send between two of them."""
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            value: T = finished.value
            return value
        yield []
