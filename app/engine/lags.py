"""The gradient of the recurrent weights by lag t - k: how much each holds, and what BPTT cut after k lags would keep.

What a truncation drops biases the gradient (Tallec & Ollivier 2017); by how much, the sums over each lag say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy import matmul
from numpy.lib.stride_tricks import sliding_window_view

from ..steps import Steps, finish
from .adjoints import Adjoints
from .arrays import Array
from .arrivals import LEAST, at_once, rescale
from .backstep import RESCALE_EVERY, Backstep, own_gradients, timesteps_by_row
from .cells.base import W_HH
from .layer import Layer
from .ln_norms import LN2, is_safe, ln_norm, near_one, peaks
from .network import Network
from .pairs import LayerPairs, pairs


@dataclass(frozen=True)
class TruncationMeter:
    """What a truncation at any lag would keep of dE/dW_hh.

    lag_norm (T,): Frobenius norm of the sum of all pair contributions of lag l = t - k, from 0. cosine (T,): entry
    k - 1 between the gradient of lags < k and the whole, NaN where either is 0. horizon: the smallest n with
    sum_{l <= n} lag_norm >= 0.99 of the whole, None where that is 0 or not finite.
    """

    lag_norm: Array
    cosine: Array
    horizon: int | None


class Lags(NamedTuple):
    """What some losses send some lags back: entry j of each array is lag = first + j, row i is E_t of t = source + i.

    dh (m, n, H) = dE_t/dh_k of k = t - lag; dc (m, n, H) the same for dE_t/dc_k of an lstm, else None; da (m, blocks,
    n, H) = dE_t/da_k, of what the cell's recurrent parameter feeds. All are 0 where there is no such k. True values
    are those times 2**exponent (n,); ``largest`` is that of the pairs of these lags that are not 0. The arrays are the
    sweep's own: gone at the next yield.
    """

    first: int
    source: int
    dh: Array
    dc: Array | None
    da: Array
    exponent: Array
    largest: int


def lags(layer: Layer) -> Iterator[Lags]:
    """All pairs (E_t, timestep k) of ``layer`` (B = 1) after a backward sweep, by t - k and, within, by t.

    `arrivals` takes them timestep by timestep, which is cheaper where their sums over a lag are not wanted.
    """
    T, H = layer.T, layer.H
    local = [before_the_first(part).swapaxes(-1, -2) for part in timesteps_by_row(layer.cell.local)]
    most = at_once(T, H)
    backstep = Backstep(layer, most, RESCALE_EVERY)
    da = backstep.da if layer.cell.recurrent == W_HH else backstep.da_x
    carried, carried_to_c = np.zeros((2, T + 1, H))  # by t, from one group of lags to the next
    carried[1:] = own_gradients(layer)
    if backstep.straight_to == "c":
        carried_to_c[T] = layer.last_dc[:, 0]
    exponent = np.zeros(T + 1, np.int64)
    for first in range(0, T + 1, RESCALE_EVERY):
        m = min(RESCALE_EVERY, T + 1 - first)
        rescale(exponent[first:], carried[first:], carried_to_c[first:])
        nonzero = carried[first:].any(axis=1) | carried_to_c[first:].any(axis=1)
        largest = int(exponent[first:].max(where=nonzero, initial=LEAST))
        for source in range(max(first, 1), T + 1, most):
            rows = slice(source, min(source + most, T + 1))
            n = rows.stop - source
            dh, dc = backstep.dh[:, :n], backstep.dc[:, :n]
            dh[0], dc[0] = carried[rows], carried_to_c[rows]
            for j, workspace in enumerate(backstep.workspaces(n)[:m]):
                k = RESCALE_EVERY + source - first - j
                backstep.step([part[..., k - 1 : k - 1 + n] for part in local], workspace)
            carried[rows] = dh[m]
            if backstep.straight_to == "c":
                carried_to_c[rows] = dc[m]
            yield Lags(
                first,
                source,
                dh[:m],
                dc[:m] if backstep.straight_to == "c" else None,
                da[:m, :, :n],
                exponent[rows],
                largest,
            )


def before_the_first(values: Array) -> Array:
    """The same (…, timesteps, H) after zeros for RESCALE_EVERY timesteps that do not exist."""
    padded = np.zeros((*values.shape[:-2], RESCALE_EVERY + values.shape[-2], values.shape[-1]))
    padded[..., RESCALE_EVERY:, :] = values
    return padded


def truncation_meter(net: Network, adjoint: Adjoints) -> TruncationMeter:
    """The meter of ``net`` (B = 1) whose `adjoints` are ``adjoint``, for every k in one sweep over the lag."""
    if len(net.layers) > 1:
        raise ValueError(f"this network has {len(net.layers)} layers and directions: whole_meter is for all of them")
    return finish(net.in_silence(_metering_one(net, adjoint)))


def _metering_one(net: Network, adjoint: Adjoints) -> Steps[TruncationMeter]:
    T = net.T
    ln_lag_norm, cosine = np.zeros(T + 1), np.zeros(T + 1)
    whole = np.atleast_2d(adjoint.dW_hh[0])
    whole = near_one(whole.reshape(len(whole), -1, net.H).swapaxes(0, 1).reshape(-1))  # block by block, as the lags
    its_square = np.vecdot(whole, whole)
    so_far, its_exponent = np.zeros_like(whole), LEAST
    for first, up_to, exponent in _sums_by_lag(net.layer, adjoint.recurrent_factors[0]):
        yield
        some = slice(first, first + len(up_to))
        ln_lag_norm[some] = ln_norm(up_to) + LN2 * exponent
        largest = max(exponent, its_exponent)
        if exponent != largest:
            up_to *= 2.0 ** (exponent - largest)
        up_to[0] += so_far * 2.0 ** (its_exponent - largest)
        for fewer, more in pairwise(up_to):  # `np.cumsum` down the columns takes five times as long
            more += fewer
        cosine[some] = _cosine(up_to, whole, its_square)
        so_far, its_exponent = up_to[-1], largest
    lag_norm = np.exp(ln_lag_norm[:T])
    return TruncationMeter(lag_norm, cosine[:T], horizon(lag_norm))


def _sums_by_lag(layer: Layer, incoming: Array) -> Iterator[tuple[int, Array, int]]:
    """The first of some lags, one row each of what all their pairs contribute together, and the rows' exponent.

    The pair (t, k) contributes the product of what comes ``incoming`` (T, features) at k, h_{k-1} as a rule, and
    dE_t/da_k: the outer one, so that a lag's pairs add up in one product of matrices, or that of each unit by itself.
    """
    most = at_once(layer.T, layer.H)
    add_up = _unit_by_unit if layer.cell.recurrent.by_unit else matmul
    # All runs of `most` states in a row, as columns: a lag more is one run earlier.
    states = sliding_window_view(np.pad(before_the_first(incoming), ((0, most), (0, 0))), most, axis=0)
    for first, sources in groupby(lags(layer), lambda some: some.first):
        found = []
        for some in sources:
            m, _, n, _ = some.da.shape
            if (some.exponent != some.largest).any():
                some.da[:] *= np.ldexp(1.0, np.minimum(some.exponent - some.largest, 0))[:, None]
            k = RESCALE_EVERY + some.source - first
            found.append(add_up(states[k - m : k, None, :, :n][::-1], some.da))
        yield first, sum(found[1:], start=found[0]).reshape(m, -1), some.largest


def _unit_by_unit(states: Array, da: Array) -> Array:
    """sum over n of states (m, 1, H, n) times da (m, 1, n, H), unit by unit."""
    products: Array = np.einsum("mbhn,mbnh->mh", states, da)
    return products


def _cosine(rows: Array, one: Array, its_square: Array) -> Array:
    """Between every row and ``one``, which is near 1 and whose square is known; NaN where either is 0."""
    squares = np.vecdot(rows, rows)
    if not is_safe(squares):
        rows = rows / peaks(rows)
        squares = np.vecdot(rows, rows)
    cosine: Array = np.vecdot(rows, one) / np.sqrt(squares * its_square)
    return cosine


def whole_meter(net: Network, adjoints: Mapping[str, Adjoints]) -> TruncationMeter:
    """The meter of all layers and directions of ``net`` (B = 1) together, ``adjoints`` being its `all_adjoints`.

    Pairs are summed by |t - k| for each parameter that is meant by W_hh, then these sums are read as one vector.
    """
    return finish(metering(net, adjoints))


def metering(net: Network, adjoints: Mapping[str, Adjoints]) -> Steps[TruncationMeter]:
    """`whole_meter` in steps, between which nobody else may use ``net``."""
    one = len(net.layers) == 1
    return net.in_silence(_metering_one(net, adjoints[""]) if one else _metering(net, adjoints))


def _metering(net: Network, adjoints: Mapping[str, Adjoints]) -> Steps[TruncationMeter]:
    sums = {ending: _LagSums(adjoint) for ending, adjoint in adjoints.items()}
    for group in pairs(net.stack):
        yield
        sums[group.layer.ending].add(group)
    norms = []
    for found in sums.values():
        yield
        norms.append(found.ln_norms())
    ln = np.stack(norms)
    lag_norm = np.exp(0.5 * np.logaddexp.reduce(2.0 * ln))
    # Running sums of all layers with one power of two a lag, so that their products can be added up.
    exponent = np.maximum.accumulate(np.maximum.reduce([found.exponent for found in sums.values()]))
    whole = max(adjoint.dW_hh[1] for adjoint in adjoints.values())
    of_layers = []
    for found in sums.values():
        yield
        of_layers.append(found.products(exponent, whole))
    products = np.sum(of_layers, axis=0)
    cosine = products[0] / np.sqrt(products[1] * products[2])
    return TruncationMeter(lag_norm, cosine, horizon(lag_norm))


class _LagSums:
    """What all pairs of a lag contribute to one layer's dE/dW_hh, for every lag: mantissas and powers of two."""

    def __init__(self, adjoint: Adjoints) -> None:
        self._adjoint, self._incoming = adjoint, adjoint.recurrent_factors[0]
        self._whole, self._whole_exponent = adjoint.dW_hh
        T = len(self._incoming)
        self._sums, self.exponent = np.zeros((T, *self._whole.shape)), np.full(T, LEAST)

    def add(self, group: LayerPairs) -> None:
        """The pairs of some losses."""
        T, losses = len(self._incoming), np.arange(group.losses.start, group.losses.stop)
        own = T - 1 - losses if group.layer.reverse else losses  # the index of each loss's timestep in the own order
        for lag in range(T):
            for k in (own - lag, own + lag) if lag else (own,):
                there = np.flatnonzero((k >= 0) & (k < min(T, group.start)))
                if len(there):
                    k_there = k[there]
                    self._add(
                        lag, self._incoming[k_there], group.da[k_there, there], group.exponent[1:][k_there, there]
                    )

    def _add(self, lag: int, incoming: Array, da: Array, exponent: Array) -> None:
        nonzero = da.any(axis=1)
        if not nonzero.any():
            return
        largest = max(int(exponent[nonzero].max()), int(self.exponent[lag]))
        if (exponent != largest).any():
            da = da * np.ldexp(1.0, np.clip(exponent - largest, -2000, 0))[:, None]
        if self.exponent[lag] not in (LEAST, largest):
            self._sums[lag] *= np.ldexp(1.0, max(int(self.exponent[lag]) - largest, -2000))
        self.exponent[lag] = largest
        self._sums[lag] += (incoming * da).sum(axis=0) if self._adjoint.recurrent.by_unit else incoming.T.dot(da)

    def ln_norms(self) -> Array:
        """ln of the Frobenius norm of each lag's sum."""
        return ln_norm(self._sums.reshape(len(self._sums), -1)) + LN2 * self.exponent

    def products(self, exponent: Array, whole_exponent: int) -> Array:
        """Of the running sum over lags and the whole: their product, and the square of each, (3, T)."""
        whole = self._whole.reshape(-1) * 2.0 ** (self._whole_exponent - whole_exponent)
        running, scale, found = np.zeros(whole.size), LEAST, np.zeros((3, len(self._sums)))
        for lag, (sums, its) in enumerate(zip(self._sums.reshape(len(self._sums), -1), self.exponent, strict=True)):
            running *= 2.0 ** float(max(scale - exponent[lag], -2000))
            running += sums * 2.0 ** float(max(its - exponent[lag], -2000))
            scale = exponent[lag]
            found[:, lag] = np.vdot(running, whole), np.vdot(running, running), np.vdot(whole, whole)
        return found


def horizon(lag_norm: Array) -> int | None:
    """The smallest lag n with sum_{l <= n} lag_norm >= 0.99 of the whole; None where there is nothing to divide."""
    total = np.cumsum(lag_norm)
    if not 0.0 < total[-1] < np.inf:
        return None
    return int(np.argmax(total >= 0.99 * total[-1]))
