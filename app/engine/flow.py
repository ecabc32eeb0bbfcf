"""Which loss reaches which timestep: every dE_t/dh_k, exactly, in one sweep.

The sweep holds one row for every loss E_t whose gradient is being carried back and takes all of them from timestep k
to k - 1 by one product, so it costs products of at most T rows, never a product of Jacobians. Each row is a gradient
of one loss alone and may be as small as it likes: rows carry powers of two of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .adjoints import LN2, Adjoints
from .arrays import BUFFER, FEWEST_ROWS, SMALL, Array, zeros
from .backstep import RESCALE_EVERY, SPAN, jacobians_of, own_gradients
from .network import Network

BLOCK_ELEMENTS = 2**16  # numbers of one kind that a part of the sweep works on, so that they stay in the cache


class Arrivals(NamedTuple):
    """What some losses send to some timesteps: entry j is timestep k = last - j, row i the loss E_t of t = T - i.

    dh (m, n, H) = dE_t/dh_k of the ``rows`` i, 0 where k > t; dc (m, n, H) the same for dE_t/dc_k of an lstm, else
    None. True values are those times 2**exponent (n,), which are all 0 unless ``rescaled``. The arrays are the sweep's
    own: gone at the next yield.
    """

    last: int
    rows: slice
    dh: Array
    dc: Array | None
    exponent: Array
    rescaled: bool

    @property
    def timesteps(self) -> slice:
        """All k, in the order of the entries."""
        first = self.last - len(self.dh)
        return slice(self.last, first if first >= 0 else None, -1)

    def ln(self, square: Array) -> Array:
        """ln of the true norms (…, n) whose squares are ``square``, which is spent."""
        np.log(square, square)
        square *= 0.5
        if self.rescaled:
            square += LN2 * self.exponent
        return square

    def towards(self, exponent: Array) -> Array:
        """What the rows (m, n) are multiplied with to go with other exponents (m,), one a timestep."""
        # Terms do not cancel by 2^1000; only a row of zeros, which never left exponent 0, can ask for more.
        factor: Array = np.ldexp(1.0, np.minimum(self.exponent - exponent[:, None], 1000))
        return factor


def arrivals(
    net: Network, keep: Array | None = None, factor: Array | None = None, *, together: bool = False
) -> Iterator[Arrivals]:
    """At all timesteps of ``net`` (B = 1), from T to 0, after `adjoints` or `backward`; all losses ``together``.

    ``keep`` (T+1, T+1), row t, column k: pairs that count (truncation); a pair that does not is 0 from there on.
    ``factor``, same shape: by what dE_t/dh_k is rescaled on arrival (per-timestep clipping; dc is left alone).
    """
    T, H = net.T, net.H
    jacobians = jacobians_of(net)
    own = own_gradients(net)
    carried = np.zeros((T, jacobians.width))  # a row: dh_k and, lstm, what goes straight to c_k
    exponent, rescaled = np.zeros(T, np.int64), False
    most = T if together else at_once(T, jacobians.width)
    walk = zeros((RESCALE_EVERY + 1, most, jacobians.width), carried.dtype)
    for last in range(T, -1, -RESCALE_EVERY):
        timesteps = range(last, max(last - RESCALE_EVERY, -1), -1)
        lowest = max(timesteps[-1], 1)
        diagonal = jacobians.diagonal
        J = jacobians.between(lowest, last) if diagonal is None else diagonal[lowest - 1 : last]
        back = np.dot if diagonal is None else np.multiply
        sources = T + 1 - lowest
        rescaled |= rescale(exponent[:sources], carried[:sources])
        for start in range(0, sources, most):
            rows = slice(start, min(start + most, sources))
            found = walk[:, : rows.stop - start]
            found[0] = carried[rows]
            for k, here, before in zip(timesteps, found, found[1:], strict=False):
                if k and start <= T - k < rows.stop:
                    here[T - k - start, :H] = own[k - 1]
                if keep is not None:
                    here[~keep[T - start : T - rows.stop : -1, k]] = 0.0
                if factor is not None:
                    here[:, :H] *= factor[T - start : T - rows.stop : -1, k, None]
                if k:
                    back(here, J[k - lowest], before)
            carried[rows] = found[last + 1 - lowest]
            arrived, dc = found[: len(timesteps)], None
            if jacobians.straight_to == "c":
                dc = jacobians.completed(arrived, timesteps)
            yield Arrivals(last, rows, arrived[..., :H], dc, exponent[rows], rescaled)


def at_once(T: int, width: int) -> int:
    """How many rows of ``width`` numbers stay in the cache for RESCALE_EVERY timesteps and make small products."""
    return min(T, max(FEWEST_ROWS, min(BLOCK_ELEMENTS // (RESCALE_EVERY * width), SMALL // width**2)))


def rescale(exponent: Array, *vectors: Array) -> bool:
    """Rows whose norm has left [2^-SPAN, 2^SPAN] come back to 1, in place; says whether there were any."""
    shift = np.frexp(sum(np.vecdot(rows, rows) for rows in vectors))[1] // 2
    outside = np.flatnonzero(np.abs(shift) > SPAN)
    if len(outside) == 0:
        return False
    for rows in vectors:
        rows[outside] *= np.ldexp(1.0, -shift[outside])[:, None]
    exponent[outside] += shift[outside]
    return True


@dataclass(frozen=True)
class Flow:
    """What each loss sends to each timestep: (T, T+1) arrays, row t - 1, column k; NaN where k > t.

    ln_flow = ln ||dE_t/dh_k||; ln_flow_a of an rnn or indrnn = ln ||dE_t/da_k|| (NaN in column 0); ln_flow_c of an
    lstm = ln ||dE_t/dc_k||; -inf is exactly 0. share = <dE_t/dh_k, dh_k> / ||dh_k||^2: signed, columns sum to 1, NaN
    where dh_k = 0. residual: the largest error over k of sum_t dE_t/dh_k against dh_k, relative to the size of the
    terms summed. route_share (T, 2) of gated cells: direct path, rest.
    """

    ln_flow: Array
    share: Array
    residual: float
    ln_flow_a: Array | None = None
    ln_flow_c: Array | None = None
    route_share: Array | None = None


def table(T: int) -> tuple[Array, Array]:
    """A table of pairs twice: row k as `arrivals` come, to be written into, and as (T, T+1), row t - 1, column k."""
    as_they_come = np.empty((T + 1, T))
    return as_they_come, as_they_come[:, ::-1].T


def close(*tables: Array) -> None:
    """NaN where k > t, in tables as `arrivals` come."""
    T = tables[0].shape[1]
    beyond = np.tri(T + 1, T, -2, bool)[:, ::-1]
    for pairs in tables:
        np.copyto(pairs, np.nan, where=beyond)


def flow(net: Network, adjoint: Adjoints) -> Flow:
    """The flow of ``net`` (B = 1) whose `adjoints` are ``adjoint``, with its own check, `Flow.residual`.

    Exact for every cell: rows are adjoints of single losses, by linearity of backpropagation (Pascanu, Mikolov &
    Bengio 2013 study their norms as products of Jacobians).
    """
    T, H, cell = net.T, net.H, net.cell
    slope = cell.slope
    (share, share_by_source), *norms = (table(T) for _ in range(2 if slope is None and cell.direct != "c" else 3))
    summed, terms, ones = np.zeros((T + 1, H)), np.zeros(T + 1), np.ones((1, T))
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)
        if slope is not None:  # dE_t/da_k is dE_t/dh_k times the slopes, so both norms come from one set of squares
            weights, memory = np.ones((T + 1, 2, H)), np.empty((RESCALE_EVERY, at_once(T, H), H))
            weights[0, 1] = np.nan  # h_0 has no pre-activation
            np.square(slope[..., 0], out=weights[1:, 1])
        covector = adjoint.dh / np.vecdot(adjoint.dh, adjoint.dh)[:, None]
        for here in arrivals(net):
            at, dh = here.timesteps, here.dh
            shares, factor = np.matvec(dh, covector[at]), ones[:, here.rows]
            if slope is not None:
                entries = np.square(dh, memory[: dh.shape[0], : dh.shape[1]])
                squares = np.matmul(weights[at], entries.swapaxes(1, 2))
            else:
                squares = np.stack([np.vecdot(part, part) for part in (dh, here.dc) if part is not None], axis=1)
            if here.rescaled or adjoint.rescaled:
                factor = here.towards(adjoint.exponent[at] if adjoint.rescaled else adjoint.exponent[:1])
                shares *= factor
            summed[at] += np.vecmat(factor, dh)
            terms[at] += np.vecdot(factor, np.sqrt(squares[:, 0]))
            share[at, here.rows] = shares
            for (ln, _), found in zip(norms, here.ln(squares).swapaxes(0, 1), strict=True):
                ln[at, here.rows] = found
        close(share, *(ln for ln, _ in norms))
        error = np.linalg.norm(summed - adjoint.dh, axis=1)
        residual = float(np.divide(error, terms, out=error.copy(), where=terms != 0.0).max())
        return Flow(
            ln_flow=norms[0][1],
            share=share_by_source,
            residual=residual,
            ln_flow_a=norms[1][1] if slope is not None else None,
            ln_flow_c=norms[1][1] if cell.direct == "c" else None,
            route_share=_route_share(net, adjoint) if slope is None else None,
        )


def _route_share(net: Network, adjoint: Adjoints) -> Array:
    """Direct path and rest (T, 2) of what t sends back to t - 1, each projected on the whole; NaN where that is 0."""
    carried = adjoint.da.dot(net.V[:, : -net.O].T)
    routes = net.cell.routes(carried, adjoint.dh if adjoint.dc is None else adjoint.dc)
    whole = routes[0] + routes[1]
    whole /= np.abs(whole).max(axis=1, keepdims=True)
    parts = np.stack([np.einsum("th,th->t", part, whole) for part in routes], axis=1)
    parts /= parts.sum(axis=1, keepdims=True)
    return parts
