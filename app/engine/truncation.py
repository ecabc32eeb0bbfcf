"""Truncated BPTT as a mask on the pairs (E_t, timestep k), and what it costs: share by lag, cosine with the whole.

A truncation keeps some pairs and drops others (Williams & Peng 1990; Tallec & Ollivier 2017 on the bias of that).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy import matmul
from numpy.lib.stride_tricks import sliding_window_view

from .adjoints import LN2, Adjoints, ln_norm, near_one
from .arrays import BUFFER, Array
from .backstep import RESCALE_EVERY, Backstep, own_gradients, timesteps_by_row
from .cells.base import W_HH
from .flow import arrivals, at_once, close, rescale, table
from .layer import Layer
from .network import Network

LEAST = -(2**40)  # exponent of what is 0


def kept_pairs(T: int, k1: int = 0, k2: int = 0) -> Array:
    """The mask (T+1, T+1), row t, column k: n(t) - k2 < k <= t with n(t) = min(T, k1 ceil(t / k1)).

    k1 = k2 = 0 keeps every k <= t. Row 0 is empty: there is no E_0.
    """
    t, k = np.ogrid[: T + 1, : T + 1]
    keep = (t >= 1) & (k <= t)
    if k1:
        keep &= k > np.minimum(T, k1 * -(-t // k1)) - k2
    return keep


def share_used(
    net: Network, reduction: str = "sum", k1: int = 0, k2: int = 0, clip_timestep: float | None = None
) -> Array:
    """The share (T, T+1) of each loss in the dh_k that truncation and per-timestep clipping leave.

    As `Flow.share`, with the vectors of the pairs `Network.backward` counts under the same arguments, rescaled as
    it rescales them; NaN where nothing is left. For ``net`` (B = 1) after its `forward`; ``net.dh`` is spent.
    """
    T, keep, factor = net.T, kept_pairs(net.T, k1, k2), None
    share, share_by_source = table(T)
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)
        net.prepare(reduction)
        if clip_timestep is not None:
            factor = np.ones((T + 1, T + 1))
            for one in net.passes(k1 or T, k2 or T + 1, clip_timestep):
                reached = slice(one.lowest, one.last + 1)
                factor[one.losses_after + 1 : one.last + 1, reached] = net.layer.clip_factor[reached, 0]
        for here in arrivals(net.layer, keep, factor, together=True):
            size = 0.5 * np.log2(np.vecdot(here.dh, here.dh)) + here.exponent
            largest = size.max(axis=1)
            exponent = np.where(np.isfinite(largest), largest, 0.0).astype(np.int64)
            mantissas = here.dh * here.towards(exponent)[..., None]
            left = mantissas.sum(axis=1)
            left /= np.vecdot(left, left)[:, None]
            share[here.timesteps, here.rows] = np.matvec(mantissas, left)
        close(share)
    return share_by_source


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

    `flow.arrivals` takes them timestep by timestep, which is cheaper where their sums over a lag are not wanted.
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
            for j, place in enumerate(backstep.places(n)[:m]):
                k = RESCALE_EVERY + source - first - j
                backstep.step([part[..., k - 1 : k - 1 + n] for part in local], place)
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
    T = net.T
    ln_lag_norm, cosine = np.zeros(T + 1), np.zeros(T + 1)
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)
        whole = np.atleast_2d(adjoint.dW_hh[0])
        whole = whole.reshape(len(whole), -1, net.H).swapaxes(0, 1).reshape(-1)  # block by block, as the lags
        so_far, its_exponent = np.zeros_like(whole), LEAST
        for first, up_to, exponent in _sums_by_lag(net.layer, adjoint.recurrent_factors[0]):
            some = slice(first, first + len(up_to))
            ln_lag_norm[some] = ln_norm(up_to) + LN2 * exponent
            largest = max(exponent, its_exponent)
            up_to *= 2.0 ** (exponent - largest)
            up_to[0] += so_far * 2.0 ** (its_exponent - largest)
            for fewer, more in pairwise(up_to):  # `np.cumsum` down the columns takes five times as long
                more += fewer
            cosine[some] = _cosine(up_to, whole)
            so_far[:], its_exponent = up_to[-1], largest
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
    for first, sources in groupby(lags(layer), lambda pairs: pairs.first):
        total = np.zeros(1)
        for pairs in sources:
            m, _, n, _ = pairs.da.shape
            if (pairs.exponent != pairs.largest).any():
                pairs.da[:] *= np.ldexp(1.0, np.minimum(pairs.exponent - pairs.largest, 0))[:, None]
            k = RESCALE_EVERY + pairs.source - first
            total = total + add_up(states[k - m : k, None, :, :n][::-1], pairs.da)
        yield first, total.reshape(m, -1), pairs.largest


def _unit_by_unit(states: Array, da: Array) -> Array:
    """sum over n of states (m, 1, H, n) times da (m, 1, n, H), unit by unit."""
    products: Array = np.einsum("mbhn,mbnh->mh", states, da)
    return products


def _cosine(rows: Array, one: Array) -> Array:
    """Between every row and ``one``; NaN where either is 0."""
    rows, one = near_one(rows), near_one(one)
    cosine: Array = np.vecdot(rows, one) / np.sqrt(np.vecdot(rows, rows) * np.vecdot(one, one))
    return cosine


def horizon(lag_norm: Array) -> int | None:
    """The smallest lag n with sum_{l <= n} lag_norm >= 0.99 of the whole; None where there is nothing to divide."""
    total = np.cumsum(lag_norm)
    if not 0.0 < total[-1] < np.inf:
        return None
    return int(np.argmax(total >= 0.99 * total[-1]))
