"""A pass over time that can be interrupted: a generator that pauses after every few timesteps, in between of which
others may compute, in other buffers. Its numbers are those of the whole pass, bit for bit.
"""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Pieces = Generator[None, None, T]
"""What it returns is what the pass was for."""


def whole(pieces: Pieces[T]) -> T:
    """All pieces one after the other."""
    try:
        while True:
            next(pieces)
    except StopIteration as done:
        found: T = done.value
        return found
