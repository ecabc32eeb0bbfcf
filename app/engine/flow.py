"""Which loss reaches which timestep: every dE_t/dh_k, exactly, in one sweep.

The sweep holds one row for every loss E_t whose gradient is being carried back and takes all of them from timestep k
to k - 1 by one product, so it costs products of at most T rows, never a product of Jacobians. Each row is a gradient
of one loss alone and may be as small as it likes: rows carry powers of two of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .adjoints import LN2, Adjoints
from .arrays import BUFFER, FEWEST_ROWS, SMALL, Array, zeros
from .backstep import RESCALE_EVERY, SPAN, jacobians_of, own_gradients
from .layer import Layer
from .network import Network
from .pairs import LayerPairs, pairs
from .stack import Stack

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
    layer: Layer, keep: Array | None = None, factor: Array | None = None, *, together: bool = False
) -> Iterator[Arrivals]:
    """At all timesteps of ``layer`` (B = 1), from T to 0, after a backward sweep; all losses ``together``.

    Each timestep of what was handed to the layer counts as the gradient of a loss of its own, what arrives at the last
    states as part of the last one's.

    ``keep`` (T+1, T+1), row t, column k: pairs that count (truncation); a pair that does not is 0 from there on.
    ``factor``, same shape: by what dE_t/dh_k is rescaled on arrival (per-timestep clipping; dc is left alone).
    """
    T, H = layer.T, layer.H
    jacobians = jacobians_of(layer)
    own = own_gradients(layer)
    carried = np.zeros((T, jacobians.width))  # a row: dh_k and, lstm, what goes straight to c_k
    if jacobians.straight_to == "c":
        carried[0, H:] = layer.last_dc[:, 0]
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
    for each in tables:
        np.copyto(each, np.nan, where=beyond)


def flow(net: Network, adjoint: Adjoints) -> Flow:
    """The flow of ``net`` of one layer (B = 1) whose `adjoints` are ``adjoint``, with its own check, `residual`."""
    if len(net.layers) > 1:
        raise ValueError(f"this network has {len(net.layers)} layers and directions: all_flows has the flow of each")
    return layer_flow(net.layer, adjoint)


def all_flows(net: Network, adjoints: Mapping[str, Adjoints]) -> dict[str, Flow]:
    """The flow of every layer and direction of ``net`` (B = 1), by what their names end with.

    ``adjoints`` are its `all_adjoints`. Rows are timesteps t; columns those of the layer's (T+1)-arrays in the order of
    the sequence: k = 0…T, of the reverse direction k = 1…T+1. NaN where no path leads from E_t to h_k: in one direction
    where k > t, in the top layer of two also where k < t in reverse. Below that all pairs have one. The ledger,
    ln_flow_a, is of the top layer alone: below it more arrives at every step than the next timestep sends.
    """
    if len(net.stack.levels) == 1:
        return {ending: _turned(layer_flow(layer, adjoints[ending]), layer) for ending, layer in net.layers.items()}
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)
        gathered = {ending: _Gathered(layer, adjoints[ending], net.stack) for ending, layer in net.layers.items()}
        for group in pairs(net.stack):
            gathered[group.layer.ending].add(group)
        return {ending: found.flow() for ending, found in gathered.items()}


def _turned(found: Flow, layer: Layer) -> Flow:
    """The flow of a layer by itself in the order of the sequence, as `all_flows` has it."""
    if not layer.reverse:
        return found

    def turned(table: Array | None) -> Array | None:
        return None if table is None else table[::-1, ::-1]

    return Flow(
        ln_flow=found.ln_flow[::-1, ::-1],
        share=found.share[::-1, ::-1],
        residual=found.residual,
        ln_flow_a=turned(found.ln_flow_a),
        ln_flow_c=turned(found.ln_flow_c),
        route_share=None if found.route_share is None else found.route_share[::-1],
    )


class _Gathered:
    """The tables of one layer of several, filled group by group; columns in the layer's own order until `flow`."""

    def __init__(self, layer: Layer, adjoint: Adjoints, stack: Stack) -> None:
        T, H = layer.T, layer.H
        self._layer, self._adjoint, self._is_top = layer, adjoint, layer in stack.top
        self._all_paths = not self._is_top and len(stack.top) > 1
        self._covector = adjoint.dh / np.vecdot(adjoint.dh, adjoint.dh)[:, None]
        slope = layer.cell.slope if self._is_top else None
        self._slope = None if slope is None else slope[..., 0].astype(np.float64)[:, None]
        self._ln, self._ln_c, self._ln_a, self._share = np.full((4, T, T + 1), np.nan)
        self._summed, self._terms = np.zeros((T + 1, H)), np.zeros(T + 1)

    def add(self, group: LayerPairs) -> None:
        """The rows of some losses."""
        rows, dh = group.losses, group.dh
        ln_factor = LN2 * group.exponent
        square = np.vecdot(dh, dh)
        self._ln[rows] = (0.5 * np.log(square) + ln_factor).T
        if group.dc is not None:
            self._ln_c[rows] = (0.5 * np.log(np.vecdot(group.dc, group.dc)) + ln_factor).T
        if self._slope is not None:
            da = dh[1:] * self._slope
            self._ln_a[rows, 1:] = (0.5 * np.log(np.vecdot(da, da)) + ln_factor[1:]).T
        factor = np.ldexp(1.0, np.minimum(group.exponent - self._adjoint.exponent[:, None], 1000))
        self._share[rows] = (np.matvec(dh, self._covector) * factor).T
        self._summed += np.vecmat(factor, dh)
        self._terms += np.vecdot(factor, np.sqrt(square))

    def flow(self) -> Flow:
        """What was gathered, in the order of the sequence."""
        layer, T = self._layer, self._layer.T
        tables = [self._ln, self._share, self._ln_c, self._ln_a]
        if not self._all_paths:
            t = np.arange(1, T + 1)[:, None]
            own = T + 1 - t if layer.reverse else t
            for table in tables:
                table[np.arange(T + 1) > own] = np.nan
        ln, share, ln_c, ln_a = (layer.by_time(table.T).T for table in tables)
        error = np.linalg.norm(self._summed - self._adjoint.dh, axis=1)
        residual = np.divide(error, self._terms, out=error.copy(), where=self._terms != 0.0)
        route = None if layer.cell.slope is not None else layer.by_time(_route_share(layer, self._adjoint))
        return Flow(
            ln_flow=ln,
            share=share,
            residual=float(residual.max()),
            ln_flow_a=None if self._slope is None else ln_a,
            ln_flow_c=ln_c if layer.cell.direct == "c" else None,
            route_share=route,
        )


def layer_flow(layer: Layer, adjoint: Adjoints) -> Flow:
    """The flow of one layer (B = 1) whose `layer_adjoints` are ``adjoint``; E_t is what was handed to it at t.

    Exact for every cell: rows are adjoints of single losses, by linearity of backpropagation (Pascanu, Mikolov &
    Bengio 2013 study their norms as products of Jacobians). Of a layer that reads in the reverse direction both axes
    are in its own order.
    """
    T, H, cell = layer.T, layer.H, layer.cell
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
        for here in arrivals(layer):
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
            route_share=_route_share(layer, adjoint) if slope is None else None,
        )


def _route_share(layer: Layer, adjoint: Adjoints) -> Array:
    """Direct path and rest (T, 2) of what t sends back to t - 1, each projected on the whole; NaN where that is 0."""
    carried = adjoint.da.dot(layer.V[:, : -layer.handed].T)
    routes = layer.cell.routes(carried, adjoint.dh if adjoint.dc is None else adjoint.dc)
    whole = routes[0] + routes[1]
    whole /= np.abs(whole).max(axis=1, keepdims=True)
    parts = np.stack([np.einsum("th,th->t", part, whole) for part in routes], axis=1)
    parts /= parts.sum(axis=1, keepdims=True)
    return parts
