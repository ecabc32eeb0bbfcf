"""Computing in steps: what takes long pauses every few milliseconds, so that whoever wants it can do something else.

A pass over time pauses after every few timesteps, in between of which others may compute, in other buffers; a file is
read a few lines at a time. What is found is what all of it at once finds, bit for bit.
"""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""A computation that pauses after every few milliseconds; what it returns is what it was for."""


def finish(steps: Steps[T]) -> T:
    """All of it at once, where nobody waits."""
    try:
        while True:
            next(steps)
    except StopIteration as finished:
        value: T = finished.value
        return value
