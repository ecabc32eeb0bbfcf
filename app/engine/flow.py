"""Which loss reaches which timestep: every dE_t/dh_k, exactly, in tables of pairs (t, k)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..steps import Steps, finish
from .adjoints import Adjoints
from .arrays import BUFFER, Array
from .arrivals import Arrivals, arrivals, stack_arrivals
from .backstep import RESCALE_EVERY
from .layer import Layer
from .ln_norms import LN2
from .network import Network
from .pairs import LayerPairs, pairs

CARRIED, SHARE = 0, 1  # where these stand among the `_Tables`


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
    return finish(flowing(net, adjoints))


def flowing(net: Network, adjoints: Mapping[str, Adjoints]) -> Steps[dict[str, Flow]]:
    """`all_flows` in steps, between which nobody else may use ``net``."""
    return net.in_silence(_flowing(net, adjoints))


def _flowing(net: Network, adjoints: Mapping[str, Adjoints]) -> Steps[dict[str, Flow]]:
    if len(net.stack.levels) == 1:
        flows = {}
        for ending, layer in net.layers.items():
            flows[ending] = _turned((yield from _flowing_of(layer, adjoints[ending])), layer)
        return flows
    if len(net.stack.top) == 1:
        tables = {
            ending: _Tables(layer, adjoints[ending], is_top=layer in net.stack.top)
            for ending, layer in net.layers.items()
        }
        for layer, here in stack_arrivals(net.stack):
            tables[layer.ending].add(here)
            yield
        return {ending: found.flow() for ending, found in tables.items()}
    gathered = {
        ending: Gathered(layer, adjoints[ending], is_top=layer in net.stack.top, both=True)
        for ending, layer in net.layers.items()
    }
    for group in pairs(net.stack):
        gathered[group.layer.ending].add(group)
        yield
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


class Gathered:
    """The tables of one layer of several, filled group by group; columns in the layer's own order until `flow`.

    ``both``: whether the layers read in both directions, so that every loss reaches every state below the top.
    """

    def __init__(self, layer: Layer, adjoint: Adjoints, *, is_top: bool, both: bool) -> None:
        T, H = layer.T, adjoint.dh.shape[1]
        self._layer, self._adjoint, self._is_top = layer, adjoint, is_top
        self._all_paths = both and not is_top
        self._covector, self._carried_covector = covector(adjoint.dh), covector(adjoint.dh_carried)
        self._received_covector = covector(adjoint.received)
        self._carried_exponent = np.append(adjoint.exponent[1:], 0)
        slope = layer.cell.slope if self._is_top else None
        self._slope = None if slope is None else slope[..., 0].astype(np.float64)[:, None]
        names = ["ln_flow", "share", "carried_share"]
        names += [*["above_share"] * (not is_top), *["ln_flow_a"] * (slope is not None)]
        names += ["ln_flow_c"] * (layer.cell.direct == "c")
        self._tables = {name: np.full((T, T + 1), np.nan) for name in names}
        self._summed, self._terms = np.zeros((T + 1, H)), np.zeros(T + 1)

    def add(self, group: LayerPairs) -> None:
        """The rows of some losses."""
        rows, dh, tables = group.losses, group.dh, self._tables
        ln_factor = LN2 * group.exponent
        square = np.vecdot(dh, dh)
        tables["ln_flow"][rows] = (0.5 * np.log(square) + ln_factor).T
        if group.dc is not None:
            tables["ln_flow_c"][rows] = (0.5 * np.log(np.vecdot(group.dc, group.dc)) + ln_factor).T
        if self._slope is not None:
            da = dh[1:] * self._slope
            tables["ln_flow_a"][rows, 1:] = (0.5 * np.log(np.vecdot(da, da)) + ln_factor[1:]).T
        factor = np.ldexp(1.0, np.minimum(group.exponent - self._adjoint.exponent[:, None], 1000))
        tables["share"][rows] = (np.matvec(dh, self._covector) * factor).T
        tables["carried_share"][rows] = shares_of(
            group.carried, self._carried_covector, group.exponent - self._carried_exponent[:, None]
        ).T
        if not self._is_top:
            tables["above_share"][rows, 1:] = shares_of(
                group.above, self._received_covector, group.exponent[1:] - self._adjoint.received_exponent[:, None]
            ).T
        self._summed += np.vecmat(factor, dh)
        self._terms += np.vecdot(factor, np.sqrt(square))

    def flow(self) -> Flow:
        """What was gathered, in the order of the sequence."""
        layer, T = self._layer, self._layer.T
        if not self._all_paths:
            t = np.arange(1, T + 1)[:, None]
            own = T + 1 - t if layer.reverse else t
            for table in self._tables.values():
                table[np.arange(T + 1) > own] = np.nan
            self._tables["carried_share"][np.arange(T + 1) == own] = np.nan
        route = None if layer.cell.slope is not None else layer.by_time(_route_share(layer, self._adjoint))
        return Flow(
            **{name: layer.by_time(table.T).T for name, table in self._tables.items()},
            residual=residual(self._summed, self._adjoint.dh, self._terms),
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
        return finish(_flowing_of(layer, adjoint))


def _flowing_of(layer: Layer, adjoint: Adjoints) -> Steps[Flow]:
    """The same in steps."""
    tables = _Tables(layer, adjoint, is_top=True)
    for here in arrivals(layer):
        tables.add(here)
        yield
    return tables.flow()


class _Tables:
    """The tables of one layer that is reached from one side, filled as its `Arrivals` come.

    They are one array (tables, T+1, T), by timestep k and row, so that a product of all losses with two vectors is
    written where it stays: `CARRIED`, `SHARE`, ln of one norm or two and, below a top layer, what comes from above.
    """

    def __init__(self, layer: Layer, adjoint: Adjoints, *, is_top: bool) -> None:
        T, H = layer.T, layer.H
        self._layer, self._adjoint = layer, adjoint
        self._slope = layer.cell.slope if is_top else None
        norms = 2 if self._slope is not None or layer.cell.direct == "c" else 1
        self._is_top, self._norms = is_top, slice(SHARE + 1, SHARE + 1 + norms)
        self._tables = np.empty((self._norms.stop + (not is_top), T + 1, T))
        self._summed, self._terms, self._ones = np.zeros((T + 1, H)), np.zeros(T + 1), np.ones((1, T))
        if self._slope is not None:  # dE_t/da_k is dE_t/dh_k times the slopes: both norms come from one set of squares
            self._weights = np.ones((T + 1, 2, H))
            self._weights[0, 1] = np.nan  # h_0 has no pre-activation
            np.square(self._slope[..., 0], out=self._weights[1:, 1])
        self._covectors = np.stack([covector(adjoint.dh_carried), covector(adjoint.dh)], axis=1)
        self._carried_exponent = np.append(adjoint.exponent[1:], 0)
        self._near_one = not adjoint.rescaled and not adjoint.received_exponent.any()  # no powers of two to mind
        if not is_top:  # that of h_0 stays without effect: nothing comes to it from above
            self._received_covector = np.vstack([np.zeros((1, H)), covector(adjoint.received)])
            self._received_exponent = np.append(0, adjoint.received_exponent)

    def add(self, here: Arrivals) -> None:
        """What some losses send to some timesteps."""
        at, rows, dh, exponent = here.timesteps, here.rows, here.dh, self._adjoint.exponent
        found, plain = self._tables[:, at, rows].swapaxes(0, 1), not here.rescaled and self._near_one
        shares, norms = found[:, : SHARE + 1], found[:, self._norms]
        self._share(here, self._covectors[at], shares)
        if here.above is not None:
            received, above = self._received_covector[at][: len(here.above)], found[: len(here.above), -1]
            np.matvec(here.above, received, out=above)
        if plain:
            factor = self._ones[:, rows]
        elif self._near_one:
            factor = here.towards(exponent[:1])
            shares *= factor
            if here.above is not None:
                above *= factor
        else:
            factor = here.towards(exponent[at])
            shares[:, SHARE] *= factor
            shares[:, CARRIED] *= here.towards(self._carried_exponent[at])
            if here.above is not None:
                above *= here.towards(self._received_exponent[at][: len(above)])
        summed, terms = self._summed[at], self._terms[at]
        np.add(summed, np.vecmat(factor, dh), summed)
        self._square(here, norms)
        np.sqrt(norms, norms)
        np.add(terms, np.vecdot(factor, norms[:, 0]), terms)
        here.ln(norms)

    def _share(self, here: Arrivals, covectors: Array, shares: Array) -> None:
        """Write those of what is carried and of all that comes (m, 2, n)."""
        if here.above is None:
            np.matmul(covectors, here.dh.swapaxes(1, 2), out=shares)
        else:
            np.matvec(here.carried, covectors[:, CARRIED], out=shares[:, CARRIED])
            np.matvec(here.dh, covectors[:, SHARE], out=shares[:, SHARE])

    def _square(self, here: Arrivals, squares: Array) -> None:
        """Write those of the norms of each table (m, norms, n); dh is spent."""
        if self._slope is not None:
            entries = np.square(here.dh, here.dh)
            np.matmul(self._weights[here.timesteps], entries.swapaxes(1, 2), out=squares)
            return
        np.vecdot(here.dh, here.dh, out=squares[:, 0])
        if here.dc is not None:
            np.vecdot(here.dc, here.dc, out=squares[:, 1])

    def flow(self) -> Flow:
        """What was gathered, in the layer's own order."""
        layer, adjoint = self._layer, self._adjoint
        self._close()
        tables = [table[:, ::-1].T for table in self._tables]
        norms = tables[self._norms]
        return Flow(
            ln_flow=norms[0],
            share=tables[SHARE],
            residual=residual(self._summed, adjoint.dh, self._terms),
            carried_share=tables[CARRIED],
            above_share=None if self._is_top else tables[-1],
            ln_flow_a=norms[1] if self._slope is not None else None,
            ln_flow_c=norms[1] if layer.cell.direct == "c" else None,
            route_share=_route_share(layer, adjoint) if layer.cell.slope is None else None,
        )

    def _close(self) -> None:
        """NaN where k > t, and of what is carried also where k = t."""
        T = self._layer.T
        later, row = np.ogrid[:RESCALE_EVERY, :RESCALE_EVERY]
        beyond = np.repeat((row > later)[None], len(self._tables), axis=0)
        beyond[CARRIED] |= row == later
        for last in range(T, -1, -RESCALE_EVERY):  # the losses of timesteps before `last` are the rows from T - last on
            block = self._tables[:, max(last - RESCALE_EVERY, -1) + 1 : last + 1, T - last :][:, ::-1]
            block[..., RESCALE_EVERY:] = np.nan
            corner = block[..., :RESCALE_EVERY]
            np.copyto(corner, np.nan, where=beyond[:, : corner.shape[1], : corner.shape[2]])
        if not self._is_top:  # nothing comes to h_0 from above
            self._tables[-1, 0] = np.nan


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
