"""Reading in steps: a large file takes seconds, and whoever reads it can do something else every few milliseconds."""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""A computation that pauses after every few milliseconds; what it returns is what it was for."""


def finish(steps: Steps[T]) -> T:
    """All of it at once, where nobody waits."""
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            value: T = finished.value
            return value
