"""Large arrays block by block: what is done with one takes less than a millisecond."""

from collections.abc import Iterator
from math import prod

NUMBERS = 2**15  # that are worked on at once
Block = tuple[slice, slice]


def blocks(shape: tuple[int, ...]) -> Iterator[Block]:
    """Stretches of the first two axes, each of about as many numbers as are worked on at once."""
    rows, columns = shape[:2]
    each = max(1, prod(shape[2:]))
    wide = max(1, min(columns, NUMBERS // each))
    high = max(1, NUMBERS // (wide * each))
    for row in range(0, rows, high):
        for column in range(0, columns, wide):
            yield slice(row, min(row + high, rows)), slice(column, min(column + wide, columns))
