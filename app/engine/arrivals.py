"""What every loss sends to every timestep, in one sweep from T to 0: a row for each loss, carried back together.

All rows go from timestep k to k - 1 by one product with the Jacobian there, and down to a layer below by one with
W_xh, so it costs products of at most T rows, never a product of Jacobians. Each row is a gradient of one loss alone and
may be as small as it likes: rows carry powers of two of their own, in every layer.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy import add

from .arrays import FEWEST_ROWS, SMALL, Array, zeros
from .backstep import RESCALE_EVERY, SPAN, jacobians_of, own_rows
from .layer import Layer
from .ln_norms import LN2
from .stack import Stack

LEAST = -(2**40)  # exponent of what is 0
Change = Callable[[int, slice, Array], object]  # (timestep k, rows, what arrives there): changes it in place
BLOCK_ELEMENTS = 2**17  # numbers of one kind that a part of the sweep works on: a megabyte, which stays in a cache


class Arrivals(NamedTuple):
    """What some losses send to some timesteps: entry j is timestep k = last - j, row i the loss E_t of t = T - i.

    dh (m, n, H) = dE_t/dh_k of the ``rows`` i, 0 where k > t; dc (m, n, H) the same for dE_t/dc_k of an lstm, else
    None. Below a top layer dh = ``carried`` + ``above``, what timestep k + 1 of the same layer sends back and what the
    layer above sends down; in a top layer, where ``above`` is None, all that comes to k < t is carried. True values are
    those times 2**exponent (n,), which are all 0 unless ``rescaled``. The arrays are the sweep's own: gone at the next
    yield, and free to be written over.
    """

    last: int
    rows: slice
    dh: Array
    dc: Array | None
    exponent: Array
    rescaled: bool
    carried: Array
    above: Array | None = None

    @property
    def timesteps(self) -> slice:
        """All k, in the order of the entries."""
        first = self.last - len(self.dh)
        return slice(self.last, first if first >= 0 else None, -1)

    def ln(self, norms: Array) -> None:
        """What the ``norms`` (…, n) of these mantissas become: ln of the true ones."""
        np.log(norms, norms)
        if self.rescaled:
            np.add(norms, LN2 * self.exponent, norms)

    def towards(self, exponent: Array) -> Array:
        """What the rows (m, n) are multiplied with to go with other exponents (m,), one a timestep."""
        # Terms do not cancel by 2^1000; only a row of zeros, which never left exponent 0, can ask for more.
        factor: Array = np.ldexp(1.0, np.minimum(self.exponent - exponent[:, None], 1000))
        return factor


class LossRows:
    """The rows of all losses in one layer (B = 1), after a backward sweep; up to ``most`` go back at once.

    ``carried`` (T, width): dh_k and, of an lstm, what goes straight to c_k, by row, at the timestep the sweep is at;
    true values are those times 2**``exponent`` (T,).
    """

    def __init__(self, layer: Layer, most: int) -> None:
        self.layer, self.jacobians = layer, jacobians_of(layer)
        self.has_c = self.jacobians.straight_to == "c"
        self.carried = np.zeros((layer.T, self.jacobians.width))
        self.exponent, self.rescaled = np.zeros(layer.T, np.int64), False
        self._own = np.zeros((0, layer.H))
        self._product = np.ndarray.dot if self.jacobians.diagonal is None else np.multiply
        self._walk = zeros((RESCALE_EVERY + 1, most, self.jacobians.width), self.carried.dtype)
        self._most = most
        self.timesteps, self.lowest = range(0), 1

    def start(self) -> None:
        """In a top layer: each loss begins with what it hands to its own timestep."""
        self._own, exponent = own_rows(self.layer)
        self.exponent[:], self.rescaled = exponent[::-1], bool(exponent.any())
        if self.has_c:
            self.carried[0, self.layer.H :] = np.ldexp(self.layer.last_dc[:, 0], -self.exponent[0])

    def begin(self, last: int) -> None:
        """The timesteps from ``last`` on come next."""
        self.timesteps = range(last, max(last - RESCALE_EVERY, -1), -1)
        self.lowest = max(self.timesteps[-1], 1)
        self._down: Array | None = None
        diagonal, between = self.jacobians.diagonal, self.jacobians.between
        self._J = (between(self.lowest, last) if diagonal is None else diagonal[self.lowest - 1 : last])[::-1]

    def rescale(self) -> None:
        """Rows that have left the range of numbers come back into it."""
        sources = self.layer.T + 1 - self.lowest
        self.rescaled |= rescale(self.exponent[:sources], self.carried[:sources])

    def back(self, rows: slice, change: Change | None = None) -> Array:
        """Take ``rows`` through these timesteps, each from its own loss on; what arrives there (m, n, width).

        ``change``: what becomes of it before it goes on.
        """
        H, T, n, own, back = self.layer.H, self.layer.T, rows.stop - rows.start, self._own, self._product
        found = self._walk[:, :n]
        found[0] = self.carried[rows]
        for k, here, J, before in zip(self.timesteps, found, self._J, found[1:], strict=False):
            if rows.start <= T - k < rows.stop:  # what is carried to a loss's own timestep is 0, or an lstm's last_dc
                here[T - k - rows.start, :H] = own[k - 1]
            if change is not None:
                change(k, rows, here)
            back(here, J, before)
        self.carried[rows] = found[len(self._J)]
        if change is not None and self.timesteps[-1] == 0:
            change(0, rows, found[len(self._J)])
        return found[: len(self.timesteps)]

    def arrivals(self, rows: slice, arrived: Array, carried: Array, above: Array | None) -> Arrivals:
        """What `back` gave, by name."""
        dc = self.jacobians.completed(arrived, self.timesteps) if self.has_c else None
        dh = arrived[..., : self.layer.H]
        return Arrivals(self.timesteps.start, rows, dh, dc, self.exponent[rows], self.rescaled, carried, above)

    @cached_property
    def _whole(self) -> Array:
        return zeros((RESCALE_EVERY, self._most, self.jacobians.width), self.carried.dtype)

    @cached_property
    def _sent(self) -> Array:
        return zeros((RESCALE_EVERY, self._most, self.layer.inputs.shape[1]), self.carried.dtype)

    def sends_down(self, arrived: Array) -> Array:
        """What these rows send to the layer below at the timesteps k ≥ 1 among these: (m, n, I)."""
        if self._down is None:
            self._down = self.jacobians.to_inputs(self.lowest, self.timesteps.start)[::-1]
        sent = self._sent[: len(self._down), : arrived.shape[1]]
        np.matmul(arrived[: len(sent)], self._down, out=sent)
        return sent

    def take_in(self, rows: slice, incoming: Array, exponent: Array) -> Array:
        """``incoming`` (m, n, H) times 2**exponent (n,), with the powers of two that the rows here go on with.

        It is spent.
        """
        carried, mine = self.carried[rows], self.exponent[rows]
        ends = incoming[:: max(len(incoming) - 1, 1)]  # between them a few steps make little difference
        square, its_square = np.vecdot(ends, ends).max(axis=0, initial=0.0), np.vecdot(carried, carried)
        if not exponent.any() and not mine.any() and is_near_one(square + its_square):
            return incoming
        largest = np.maximum(mine + size(its_square), exponent + size(square))
        # Those of the layer above, so that most often nothing has to be scaled.
        new = np.where((np.abs(largest - exponent) > SPAN) & (largest > LEAST // 2), largest, exponent)
        if (shift := mine - new).any():
            carried *= np.ldexp(1.0, np.clip(shift, -2000, 2000))[:, None]
            mine[:] = new
        if (shift := exponent - new).any():
            incoming *= np.ldexp(1.0, np.clip(shift, -2000, 2000))[:, None]
        self.rescaled |= bool(new.any())
        return incoming

    def join(self, rows: slice, incoming: Array) -> tuple[Array, Array]:
        """`back` with what comes from above at every timestep (m, n, H); also what was carried there without it."""
        H, n = self.layer.H, rows.stop - rows.start
        came, whole = self._walk[:, :n], self._whole[: len(self.timesteps), :n]
        came[0] = self.carried[rows]
        back = self._product
        for carried, here, above, J, before in zip(came, whole, incoming, self._J, came[1:], strict=False):
            add(carried[:, :H], above, here[:, :H])
            if self.has_c:
                here[:, H:] = carried[:, H:]
            back(here, J, before)
        self.carried[rows] = came[len(self._J)]
        if self.timesteps[-1] == 0:  # nothing comes to h_0 from above
            whole[-1] = came[len(self._J)]
        return whole, came[: len(self.timesteps), :, :H]


def arrivals(
    layer: Layer, keep: Array | None = None, factor: Array | None = None, *, together: bool = False
) -> Iterator[Arrivals]:
    """At all timesteps of ``layer`` (B = 1), from T to 0, after a backward sweep; all losses ``together``.

    Each timestep of what was handed to the layer counts as the gradient of a loss of its own, what arrives at the last
    states as part of the last one's.

    ``keep`` (T+1, T+1), row t, column k: pairs that count (truncation); a pair that does not is 0 from there on.
    ``factor``, same shape: by what dE_t/dh_k is rescaled on arrival (per-timestep clipping; dc is left alone).
    """
    T, H = layer.T, layer.H
    most = T if together else at_once(T, H * (2 if layer.cell.direct == "c" else 1))
    losses = LossRows(layer, most)
    losses.start()
    change: Change | None = None
    if keep is not None or factor is not None:

        def change(k: int, rows: slice, here: Array) -> None:
            by_row = slice(T - rows.start, T - rows.stop, -1)
            if keep is not None:
                here[~keep[by_row, k]] = 0.0
            if factor is not None:
                here[:, :H] *= factor[by_row, k, None]

    for last in range(T, -1, -RESCALE_EVERY):
        losses.begin(last)
        losses.rescale()
        for rows in blocks(T + 1 - losses.lowest, most):
            arrived = losses.back(rows, change)
            yield losses.arrivals(rows, arrived, arrived[..., :H], None)


def stack_arrivals(stack: Stack) -> Iterator[tuple[Layer, Arrivals]]:
    """`arrivals` of every layer of ``stack``, which reads in one direction, the top first at any timesteps.

    All layers go through some timesteps before the next: E_t reaches a layer at timestep k through the one above at k.
    """
    T, H = stack.T, stack.H
    top = stack.top[0]
    most = at_once(T, H * (2 if top.cell.direct == "c" else 1))
    levels = [LossRows(layer, most) for (layer,) in reversed(stack.levels)]
    levels[0].start()
    for last in range(T, -1, -RESCALE_EVERY):
        for losses in levels:
            losses.begin(last)
        levels[0].rescale()
        for rows in blocks(T + 1 - levels[0].lowest, most):
            sent = None
            for losses in levels:
                if sent is None:
                    arrived = losses.back(rows)
                    here = losses.arrivals(rows, arrived, arrived[..., :H], None)
                else:
                    incoming = losses.take_in(rows, *sent)
                    arrived, carried = losses.join(rows, incoming)
                    here = losses.arrivals(rows, arrived, carried, incoming)
                if losses is not levels[-1]:
                    sent = losses.sends_down(arrived), losses.exponent[rows]
                yield losses.layer, here


def blocks(rows: int, most: int) -> Iterator[slice]:
    """Slices of up to ``most`` rows."""
    return (slice(start, min(start + most, rows)) for start in range(0, rows, most))


def at_once(T: int, width: int) -> int:
    """How many rows of ``width`` numbers stay in the cache for RESCALE_EVERY timesteps and make small products."""
    return min(T, max(FEWEST_ROWS, min(BLOCK_ELEMENTS // (RESCALE_EVERY * width), SMALL // width**2)))


def rescale(exponent: Array, *vectors: Array) -> bool:
    """Rows whose norm has left [2^-SPAN, 2^SPAN] come back to 1, in place; says whether there were any."""
    square = np.vecdot(vectors[0], vectors[0])
    for more in vectors[1:]:
        square += np.vecdot(more, more)
    exponents = np.frexp(square)[1]
    (outside,) = (np.abs(exponents) > 2 * SPAN).nonzero()
    if len(outside) == 0:
        return False
    shift = exponents[outside] // 2
    for rows in vectors:
        rows[outside] *= np.ldexp(1.0, -shift)[:, None]
    exponent[outside] += shift
    return True


def is_near_one(square: Array) -> bool:
    """Whether all norms whose squares these are lie in [2^-SPAN, 2^SPAN] or are 0."""
    return bool((np.abs(np.frexp(square)[1]) <= 2 * SPAN).all())


def size(square: Array) -> Array:
    """About the power of two of norms whose squares these are; LEAST where they are 0."""
    return np.where(square > 0.0, np.frexp(square)[1] // 2, np.int64(LEAST))


def largest_of(exponents: Array, nonzero: Array) -> Array:
    """The largest along the first axis of those that belong to what is not 0; 0 where all is."""
    least = np.iinfo(np.int64).min
    largest = np.where(nonzero, exponents, least).max(axis=0)
    return np.where(largest == least, 0, largest)
