"""Logarithms of norms, without overflow or underflow of the squares."""

from collections.abc import Iterable, Sequence

import numpy as np

from .arrays import Array

LN2 = float(np.log(2.0))
SAFE = 1e120  # norms between 1/SAFE and SAFE need no rescaling: neither they nor their squares leave float64


def ln_norm(vectors: Array) -> Array:
    """ln ||v|| along the last axis, without overflow or underflow of the squares."""
    with np.errstate(all="ignore"):
        square = np.vecdot(vectors, vectors)
        if is_safe(square):
            ln: Array = 0.5 * np.log(square)
        else:
            peak = peaks(vectors)
            unit = vectors / peak
            ln = np.log(peak[..., 0]) + 0.5 * np.log(np.vecdot(unit, unit))
        return ln


def ln_norms(*vectors: Array) -> list[Array]:
    """`ln_norm` of each, by one logarithm where none of the squares leaves the range of numbers."""
    with np.errstate(all="ignore"):
        squares = np.concatenate([np.vecdot(each, each) for each in vectors])
        if not are_safe(squares, vectors):
            return [ln_norm(each) for each in vectors]
        return split(0.5 * np.log(squares), map(len, vectors))


def split(values: Array, lengths: Iterable[int]) -> list[Array]:
    """Views of the first so many ``values``, the next so many, and so on."""
    found, start = [], 0
    for length in lengths:
        found.append(values[start : start + length])
        start += length
    return found


def are_safe(squares: Array, vectors: Sequence[Array]) -> bool:
    """Whether all ``squares``, those of the rows of ``vectors`` in turn, are far from overflow, and from underflow or 0
    because the row is.
    """
    smallest, largest = np.minimum.reduce(squares), np.maximum.reduce(squares)
    if not (largest < SAFE**2 and (smallest > SAFE**-2 or smallest == 0.0)):
        return False
    if smallest > 0.0:
        return True
    zero, start = squares == 0.0, 0
    if not np.minimum.reduce(squares, where=~zero, initial=1.0) > SAFE**-2:
        return False
    for each in vectors:
        rows = zero[start : start + len(each)]
        if np.count_nonzero(rows) and np.count_nonzero(each[rows]):
            return False
        start += len(each)
    return True


def ln_norm_of_product(first: Array, second: Array) -> Array:
    """ln ||u * v|| along the last axis, * entry by entry."""
    with np.errstate(all="ignore"):
        sizes = peaks(first), peaks(second)
        ln: Array = ln_norm(first / sizes[0] * (second / sizes[1])) + sum(np.log(size[..., 0]) for size in sizes)
        return ln


def near_one(vectors: Array) -> Array:
    """Each along the last axis as it is or, where a square would leave float64, divided by its largest entry."""
    return vectors if is_safe(np.vecdot(vectors, vectors)) else vectors / peaks(vectors)


def is_safe(squares: Array) -> bool:
    """Whether all ``squares`` are far from overflow, underflow and 0."""
    return bool(np.minimum.reduce(squares, axis=None) > SAFE**-2 and np.maximum.reduce(squares, axis=None) < SAFE**2)


def peaks(vectors: Array) -> Array:
    """The largest entry of each along the last axis, which stays, of length 1; 1 where that is 0 or not finite."""
    peak = np.abs(vectors).max(axis=-1, keepdims=True, initial=0.0)
    return np.where((peak > 0.0) & (peak < np.inf), peak, 1.0)
