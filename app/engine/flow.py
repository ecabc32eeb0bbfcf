"""Which loss reaches which timestep: every dE_t/dh_k, exactly, in tables of pairs (t, k)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .adjoints import Adjoints
from .arrays import BUFFER, Array
from .arrivals import Arrivals, arrivals, at_once, stack_arrivals
from .backstep import RESCALE_EVERY
from .layer import Layer
from .ln_norms import LN2
from .network import Network
from .pairs import LayerPairs, pairs
from .stack import Stack


@dataclass(frozen=True)
class Flow:
    """What each loss sends to each timestep: (T, T+1) arrays, row t - 1, column k; NaN where k > t.

    ln_flow = ln ||dE_t/dh_k||; ln_flow_a of an rnn or indrnn = ln ||dE_t/da_k|| (NaN in column 0); ln_flow_c of an
    lstm = ln ||dE_t/dc_k||; -inf is exactly 0. share = <dE_t/dh_k, dh_k> / ||dh_k||^2: signed, columns sum to 1, NaN
    where dh_k = 0. carried_share = <carried part of dE_t/dh_k, dh_carried_k> / ||dh_carried_k||^2: the same of what the
    timestep read next sends back, NaN where that is 0 and for k >= t; in a top layer all that E_t sends to k < t is
    carried. above_share, below a top layer: of what comes from the layer above. residual: the largest error over k of
    sum_t dE_t/dh_k against dh_k, relative to the size of the terms summed. route_share (T, 2) of gated cells: direct
    path, rest.
    """

    ln_flow: Array
    share: Array
    residual: float
    carried_share: Array
    above_share: Array | None = None
    ln_flow_a: Array | None = None
    ln_flow_c: Array | None = None
    route_share: Array | None = None


def table(T: int) -> tuple[Array, Array]:
    """A table of pairs twice: row k as `arrivals` come, to be written into, and as (T, T+1), row t - 1, column k."""
    as_they_come = np.empty((T + 1, T))
    return as_they_come, as_they_come[:, ::-1].T


def close(*tables: Array, diagonal: bool = False) -> None:
    """NaN where k > t, with the ``diagonal`` also where k = t, in tables as `arrivals` come."""
    T = tables[0].shape[1]
    beyond = np.tri(T + 1, T, -1 if diagonal else -2, bool)[:, ::-1]
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
        if len(net.stack.top) == 1:
            tables = {
                ending: _Tables(layer, adjoints[ending], is_top=layer in net.stack.top)
                for ending, layer in net.layers.items()
            }
            for layer, here in stack_arrivals(net.stack):
                tables[layer.ending].add(here)
            return {ending: found.flow() for ending, found in tables.items()}
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
        carried_share=found.carried_share[::-1, ::-1],
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
        self._covector, self._carried_covector = covector(adjoint.dh), covector(adjoint.dh_carried)
        self._received_covector = covector(adjoint.received)
        self._carried_exponent = np.append(adjoint.exponent[1:], 0)
        slope = layer.cell.slope if self._is_top else None
        self._slope = None if slope is None else slope[..., 0].astype(np.float64)[:, None]
        self._ln, self._ln_c, self._ln_a, self._share, self._carried, self._above = np.full((6, T, T + 1), np.nan)
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
        self._carried[rows] = shares_of(
            group.carried, self._carried_covector, group.exponent - self._carried_exponent[:, None]
        ).T
        self._above[rows, 1:] = shares_of(
            group.above, self._received_covector, group.exponent[1:] - self._adjoint.received_exponent[:, None]
        ).T
        self._summed += np.vecmat(factor, dh)
        self._terms += np.vecdot(factor, np.sqrt(square))

    def flow(self) -> Flow:
        """What was gathered, in the order of the sequence."""
        layer, T = self._layer, self._layer.T
        tables = [self._ln, self._share, self._ln_c, self._ln_a, self._above, self._carried]
        if not self._all_paths:
            t = np.arange(1, T + 1)[:, None]
            own = T + 1 - t if layer.reverse else t
            for table in tables:
                table[np.arange(T + 1) > own] = np.nan
            self._carried[np.arange(T + 1) == own] = np.nan
        ln, share, ln_c, ln_a, above, carried = (layer.by_time(table.T).T for table in tables)
        route = None if layer.cell.slope is not None else layer.by_time(_route_share(layer, self._adjoint))
        return Flow(
            ln_flow=ln,
            share=share,
            residual=residual(self._summed, self._adjoint.dh, self._terms),
            carried_share=carried,
            above_share=None if self._is_top else above,
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
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)
        tables = _Tables(layer, adjoint, is_top=True)
        for here in arrivals(layer):
            tables.add(here)
        return tables.flow()


class _Tables:
    """The tables of one layer that is reached from one side, filled as its `Arrivals` come."""

    def __init__(self, layer: Layer, adjoint: Adjoints, *, is_top: bool) -> None:
        T, H = layer.T, layer.H
        self._layer, self._adjoint = layer, adjoint
        self._share, self._carried_share, *norms = (table(T) for _ in range(4))
        self._above_share = None if is_top else table(T)
        self._slope = layer.cell.slope if is_top else None
        self._norms = norms if self._slope is not None or layer.cell.direct == "c" else norms[:1]
        self._summed, self._terms, self._ones = np.zeros((T + 1, H)), np.zeros(T + 1), np.ones((1, T))
        if self._slope is not None:  # dE_t/da_k is dE_t/dh_k times the slopes: both norms come from one set of squares
            self._weights = np.ones((T + 1, 2, H))
            self._weights[0, 1] = np.nan  # h_0 has no pre-activation
            np.square(self._slope[..., 0], out=self._weights[1:, 1])
            self._squares = np.empty((RESCALE_EVERY, at_once(T, H), H))
        self._covectors = np.stack([covector(adjoint.dh), covector(adjoint.dh_carried)], axis=1)
        self._carried_exponent = np.append(adjoint.exponent[1:], 0)
        self._near_one = not adjoint.rescaled and not adjoint.received_exponent.any()  # no powers of two to mind
        # That of h_0 stays without effect: nothing comes to it from above.
        self._received_covector = np.vstack([np.zeros((1, H)), covector(adjoint.received)])
        self._received_exponent = np.append(0, adjoint.received_exponent)

    def add(self, here: Arrivals) -> None:
        """What some losses send to some timesteps."""
        at, rows, dh, exponent = here.timesteps, here.rows, here.dh, self._adjoint.exponent
        squares = self._squares_of(here)
        covectors, plain = self._covectors[at], not here.rescaled and self._near_one
        if here.above is None:
            shares, carried = np.matmul(covectors, dh.swapaxes(1, 2)).swapaxes(0, 1)
        else:
            shares, carried = np.matvec(dh, covectors[:, 0]), np.matvec(here.carried, covectors[:, 1])
        factor = self._ones[:, rows] if plain else here.towards(exponent[:1] if self._near_one else exponent[at])
        if not plain:
            shares *= factor
            carried *= factor if self._near_one else here.towards(self._carried_exponent[at])
        self._share[0][at, rows], self._carried_share[0][at, rows] = shares, carried
        if here.above is not None and self._above_share is not None:
            above = np.matvec(here.above, self._received_covector[at][: len(here.above)])
            reached = slice(here.last, here.last - len(here.above), -1)
            if not plain:
                above *= factor if self._near_one else here.towards(self._received_exponent[reached])
            self._above_share[0][reached, rows] = above
        self._summed[at] += np.vecmat(factor, dh)
        self._terms[at] += np.vecdot(factor, np.sqrt(squares[:, 0]))
        for (ln, _), found in zip(self._norms, here.ln(squares).swapaxes(0, 1), strict=True):
            ln[at, rows] = found

    def _squares_of(self, here: Arrivals) -> Array:
        """Of the norms of each table (m, tables, n)."""
        if self._slope is None and here.dc is None:
            only: Array = np.vecdot(here.dh, here.dh)[:, None]
            return only
        if self._slope is None:
            return np.stack([np.vecdot(part, part) for part in (here.dh, here.dc) if part is not None], axis=1)
        dh = here.dh
        entries = np.square(dh, self._squares[: dh.shape[0], : dh.shape[1]])
        squares: Array = np.matmul(self._weights[here.timesteps], entries.swapaxes(1, 2))
        return squares

    def flow(self) -> Flow:
        """What was gathered, in the layer's own order."""
        layer, adjoint, above = self._layer, self._adjoint, self._above_share
        close(self._share[0], *(ln for ln, _ in self._norms))
        close(self._carried_share[0], diagonal=True)
        if above is not None:
            close(above[0])
            above[0][0] = np.nan
        norms = [ln for _, ln in self._norms]
        return Flow(
            ln_flow=norms[0],
            share=self._share[1],
            residual=residual(self._summed, adjoint.dh, self._terms),
            carried_share=self._carried_share[1],
            above_share=None if above is None else above[1],
            ln_flow_a=norms[1] if self._slope is not None else None,
            ln_flow_c=norms[1] if layer.cell.direct == "c" else None,
            route_share=_route_share(layer, adjoint) if layer.cell.slope is None else None,
        )


def covector(vectors: Array) -> Array:
    """v / ||v||^2 along the last axis: what gives the share of a part in v; NaN where v is 0."""
    whole: Array = vectors / np.vecdot(vectors, vectors)[:, None]
    return whole


def residual(summed: Array, whole: Array, terms: Array) -> float:
    """The largest error of sums (T+1, H) against the ``whole``, relative to the size of the ``terms`` summed (T+1,)."""
    error = np.linalg.norm(summed - whole, axis=1)
    return float(np.divide(error, terms, out=error.copy(), where=terms != 0.0).max())


def shares_of(parts: Array, whole: Array, exponent: Array) -> Array:
    """The share of each part (T, n, H), times 2**``exponent`` (T, n), in what ``whole`` (T, H) is the `covector` of."""
    shares: Array = np.matvec(parts, whole) * np.ldexp(1.0, np.minimum(exponent, 1000))
    return shares


def _route_share(layer: Layer, adjoint: Adjoints) -> Array:
    """Direct path and rest (T, 2) of what t sends back to t - 1, each projected on the whole; NaN where that is 0."""
    carried = adjoint.da.dot(layer.V[:, : -layer.handed].T)
    routes = layer.cell.routes(carried, adjoint.dh if adjoint.dc is None else adjoint.dc)
    whole = routes[0] + routes[1]
    whole /= np.abs(whole).max(axis=1, keepdims=True)
    parts = np.stack([np.einsum("th,th->t", part, whole) for part in routes], axis=1)
    parts /= parts.sum(axis=1, keepdims=True)
    return parts
