"""What a parameter's gradient sums over time and batch, as few products of matrices that hold both, side by side."""

from collections.abc import Iterator
from typing import NamedTuple

from numpy import add

from ..steps import Steps
from .arrays import SMALL, Array, parts, zeros

WORTH_SUMMING = 128  # uses of a parameter that are summed by one product, though it be divided because it is not small


class Summand(NamedTuple):
    """Some timesteps: all that leaves and enters them, as it lies there and side by side, and what is multiplied."""

    leaving: Array  # (features, t, B), a view
    d: Array  # the same, one after the other
    entering: Array  # (t, B, features), a view
    z: Array
    products: list[tuple[Array, Array, Array]]  # rows of d, columns of z, and what their product is added to


class SumOverTime:
    """Sum over t of d_t z_t^T, d_t being ``leaving`` (…, features, B) and z_t ``entering`` (…, features, B) at t.

    The first ``seen`` rows of d are multiplied with the features of z from ``inputs`` on alone: the others' sums are 0.
    All views are made once; the arrays may change.
    """

    def __init__(self, leaving: Array, entering: Array, seen: int, inputs: int) -> None:
        self._sums = zeros((leaving.shape[1], entering.shape[1]), entering.dtype)
        self._summands = list(self._divided(leaving.transpose(1, 0, 2), entering.transpose(0, 2, 1), seen, inputs))

    def _divided(self, leaving: Array, entering: Array, seen: int, inputs: int) -> Iterator[Summand]:
        """As many timesteps at once as make small products."""
        rows, (times, B, features) = len(leaving), entering.shape
        at_once = min(times, max(SMALL // (rows * features * B), WORTH_SUMMING // B, 1))
        all_z = zeros((at_once * B, features), entering.dtype)
        all_d = zeros((rows * at_once * B,), entering.dtype)
        for start in range(0, times, at_once):
            some = slice(start, start + at_once)
            z_t, d_t = entering[some], leaving[:, some]
            z = all_z[: len(z_t) * B]  # (t B, features)
            d = all_d[: rows * len(z)].reshape(rows, len(z))
            products = [(d[seen:][part], z, self._sums[seen:][part]) for part in parts(rows - seen, *z.shape)]
            if seen:
                products.append((d[:seen], z[:, inputs:], self._sums[:seen, inputs:]))
            yield Summand(d_t, d.reshape(d_t.shape), z_t, z.reshape(z_t.shape), products)

    def now(self) -> Array:
        """(features of what leaves, features of what enters), gone at the next call."""
        for _ in self.summing():
            pass
        return self._sums

    def summing(self) -> Steps[Array]:
        """The same, some timesteps' products at a time."""
        self._sums.fill(0.0)
        for leaving, d, entering, z, products in self._summands:
            yield
            d[:], z[:] = leaving, entering
            for first, second, sums in products:
                add(sums, first.dot(second), sums)
        return self._sums
