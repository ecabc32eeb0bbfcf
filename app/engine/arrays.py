"""Arrays and products laid out for speed: nothing here changes a number beyond rounding.

Vector instructions read a whole cache line; an array that starts within one makes them read two. And the linear
algebra behind NumPy multiplies small matrices where they lie, which for the shapes of a recurrent network is a third
faster than what it does with larger ones: copy both into an order of its own.
"""

from collections.abc import Callable
from contextvars import Context
from math import isfinite, prod
from typing import Literal

import numpy as np

Array = np.ndarray
Precision = Literal["float64", "float32"]
Product = Callable[[Array, Array], object]  # (z, out): writes W z into out

CACHE_LINE = 64
# Elements that NumPy's elementwise functions may gather in a buffer of theirs. Blocks of an array's rows are operands
# that lie apart; with a large buffer they would be copied together first, which costs several times the arithmetic.
# `np.setbufsize` inside `np.errstate` holds until the end of that; `silent_context` has both at once.
BUFFER = 256
SMALL = 10**6  # multiplications of the largest product that OpenBLAS does in place
FEWEST_ROWS = 8  # of a part that is still worth a call


def zeros(shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """Zeros that begin with a cache line."""
    size = prod(shape) * dtype.itemsize
    memory = np.zeros(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


def silent_context() -> Context:
    """Numbers overflow silently, and NumPy gathers no more than BUFFER elements, in what its `Context.run` calls.

    To go into it takes a thirtieth of what `np.errstate` and `np.setbufsize` take: those two cost as much as five small
    products. A context runs one function at a time.
    """

    def silence() -> None:
        np.seterr(all="ignore")
        np.setbufsize(BUFFER)

    context = Context()
    context.run(silence)
    return context


def all_finite(values: Array) -> bool:
    """Whether every number is: their sum says so, unless it is too large."""
    return isfinite(np.add.reduce(values, axis=None)) or bool(np.logical_and.reduce(np.isfinite(values), axis=None))


def any_infinite(values: Array) -> bool:
    """Whether any number is inf or -inf; NaN is not."""
    return bool(np.logical_or.reduce(np.isinf(values), axis=None))


def parts(rows: int, inner: int, columns: int) -> list[slice]:
    """Slices of the rows of the first factor (rows, inner) such that each one's product (inner, columns) is small."""
    most = SMALL // (inner * columns) // FEWEST_ROWS * FEWEST_ROWS
    if rows * inner * columns <= SMALL or most == 0:
        return [slice(0, rows)]
    return [slice(start, start + most) for start in range(0, rows, most)]


def product(W: Array, columns: int) -> Product:
    """z, out → W z for ``z`` of that many columns, in parts that are small; ``W`` may change later."""
    rows, inner = W.shape
    dots = [(W[part].dot, part) for part in parts(rows, inner, columns)]
    if len(dots) == 1:
        return W.dot

    def multiply(z: Array, out: Array) -> None:
        for dot, part in dots:
            dot(z, out[part])

    return multiply
