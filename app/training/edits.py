"""Edits by hand: single weights, and single inputs of the probe."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..errors import BadValue, OutOfRange, shown
from .limits import MAX_EDIT, MAX_EDITS, MAX_PROBE
from .scalars import plain

Edits = dict[tuple[int, int], float]
"""Edited entries of the probe's x, by [t - 1, input]."""


def checked(
    shapes: Mapping[str, tuple[int, ...]], tensor: str, index: Collection[int], value: float
) -> tuple[int, ...]:
    """The index as a tuple; BadValue or OutOfRange where tensor, index or value do not fit."""
    if tensor not in shapes:
        raise BadValue(f"tensor must be one of {', '.join(shapes)}; got {shown(tensor)}.", "tensor")
    if not isinstance(index, Collection):
        raise BadValue(f"index must be one whole number for each axis of {tensor}; got {shown(index)}.", "index")
    at, shape, value = tuple(map(plain, index)), shapes[tensor], plain(value)
    if not _is_inside(at, shape):
        raise OutOfRange(
            f"index must be {len(shape)} whole numbers from 0, below {', '.join(map(str, shape))}, for {tensor}; "
            f"got {', '.join(map(shown, at[:4])) or 'none'}. {[size - 1 for size in shape]} is the last entry.",
            "index",
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue(f"value must be a number; got {shown(value)}. Try 0.", "value")
    if not abs(value) <= MAX_EDIT:
        raise OutOfRange(f"value must be from {-MAX_EDIT:g} to {MAX_EDIT:g}; got {shown(value)}. Try 1.", "value")
    return at


def put(edits: Edits, at: tuple[int, int], value: float) -> None:
    """One more; OutOfRange where that would be more than a snapshot holds."""
    if at not in edits and len(edits) >= MAX_EDITS:
        raise OutOfRange(
            f"At most {MAX_EDITS} entries of x may be edited; got one more. Another sequence begins without any.",
            "index",
        )
    edits[at] = value


def checked_probe(probe: int) -> int:
    """The index of a probe; BadValue or OutOfRange where it cannot be one."""
    probe = plain(probe)
    if type(probe) is not int:
        raise BadValue(f"probe must be a whole number; got {shown(probe)}. Try 0.", "probe")
    if not 0 <= probe <= MAX_PROBE:
        raise OutOfRange(f"probe must be from 0 to {MAX_PROBE}; got {shown(probe)}. Try 0.", "probe")
    return probe


def edited(x: np.ndarray, edits: Edits) -> np.ndarray:
    """A copy of x (T, 1, I) with those edits that lie within its length."""
    x = x.copy()
    for (t, i), value in edits.items():
        if t < len(x):
            x[t, 0, i] = value
    return x


def _is_inside(index: tuple[Any, ...], shape: tuple[int, ...]) -> bool:
    return len(index) == len(shape) and all(
        type(i) is int and 0 <= i < size for i, size in zip(index, shape, strict=True)
    )
