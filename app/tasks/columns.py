"""Statistics of the columns of large tables (N, C), in steps; bit for bit what NumPy's reductions over axis 0 give."""

from collections.abc import Iterator

import numpy as np

from ..steps import Steps

NUMBERS = 2**15  # that are worked on at once


def parts(values: np.ndarray) -> Iterator[slice]:
    """Rows that are worked on at once."""
    rows = max(1, NUMBERS // max(1, values.shape[1]))
    return (slice(at, at + rows) for at in range(0, len(values), rows))


def largest(values: np.ndarray) -> Steps[np.ndarray]:
    """The largest size in each column."""
    found = np.zeros(values.shape[1])
    for some in parts(values):
        found = np.maximum(found, np.abs(values[some]).max(axis=0))
        yield
    return found


def sums(values: np.ndarray) -> Steps[np.ndarray]:
    """The sum of each column: NumPy adds one row after the other, but sums a single column in pairs."""
    if values.shape[1] == 1:
        yield
        return np.asarray(values.sum(axis=0))
    total: np.ndarray = np.zeros((0, values.shape[1]))
    for some in parts(values):
        total = np.concatenate([total, values[some]]).sum(axis=0, keepdims=True)
        yield
    return np.asarray(total[0])


def variances(values: np.ndarray) -> Steps[np.ndarray]:
    """The variance of each column; exactly 0 where it is constant, as rounding makes no spread."""
    mean = (yield from sums(values)) / len(values)
    squares = np.empty_like(values)
    varies = np.zeros(values.shape[1], bool)
    for some in parts(values):
        np.square(values[some] - mean, out=squares[some])
        varies |= (values[some] != values[0]).any(axis=0)
        yield
    found = (yield from sums(squares)) / len(values)
    return np.where(varies, found, 0.0)
