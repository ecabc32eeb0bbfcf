"""Truncated BPTT as a mask on the pairs (E_t, timestep k), and what it costs: share by lag, cosine with the whole.

A truncation keeps some pairs and drops others (Williams & Peng 1990; Tallec & Ollivier 2017 on the bias of that).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .adjoints import LN2, STRETCH, Adjoints, ln_norm, near_one
from .arrays import BUFFER, Array
from .bptt import Unrolled
from .flow import arrivals, at_once, close, rescale, table

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
    net: Unrolled, reduction: str = "sum", k1: int = 0, k2: int = 0, clip_timestep: float | None = None
) -> Array:
    """The share (T, T+1) of each loss in the dh_k that truncation and per-timestep clipping leave.

    As `Flow.share`, with the vectors of the pairs `Unrolled.backward` counts under the same arguments, rescaled as
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
                factor[one.losses_after + 1 : one.last + 1, reached] = net.clip_factor[reached, 0]
        for here in arrivals(net, keep, factor, together=True):
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
    n, H) = dE_t/da_k, of what sees h_{k-1}. All are 0 where there is no such k. True values are those times
    2**exponent (n,); ``largest`` is that of the pairs of these lags that are not 0. The arrays are the sweep's own:
    gone at the next yield.
    """

    first: int
    source: int
    dh: Array
    dc: Array | None
    da: Array
    exponent: Array
    largest: int


def lags(net: Unrolled) -> Iterator[Lags]:
    """All pairs (E_t, timestep k) of ``net`` (B = 1) after `adjoints` or `backward`, by t - k and, within, by t.

    `flow.arrivals` takes them timestep by timestep, which is cheaper where their sums over a lag are not wanted.
    """
    T, H, cell = net.T, net.H, net.cell
    V = net.V.astype(np.float64)
    weights = np.ascontiguousarray(V[:, : -net.O].T).reshape(-1, H, H)
    # Blocks first, then rows, one a loss: what the cell does to a block of n rows is one stretch of memory.
    local = [before_the_first(np.moveaxis(part[..., 0], 0, -2)) for part in cell.local]
    straight = int(cell.direct is not None)
    seen = straight + cell.input_blocks
    most = at_once(T, H)
    direct, back = np.zeros((STRETCH + 1, most, H)), np.zeros((STRETCH, straight + cell.blocks, most, H))
    arrived = np.zeros((len(weights), STRETCH + 1, most, H))  # block by block; the first one gathers the others
    under_way, straight_on = np.zeros((2, T + 1, H))  # by t, between two stretches
    under_way[1:] = net.dy[:, 0].dot(V[:, -net.O :].T)
    exponent = np.zeros(T + 1, np.int64)
    for first in range(0, T + 1, STRETCH):
        m = min(STRETCH, T + 1 - first)
        rescale(exponent[first:], under_way[first:], straight_on[first:])
        alive = under_way[first:].any(axis=1) | straight_on[first:].any(axis=1)
        largest = int(exponent[first:].max(where=alive, initial=LEAST))
        for source in range(max(first, 1), T + 1, most):
            rows = slice(source, min(source + most, T + 1))
            n = rows.stop - source
            dh, dc = arrived[0, :, :n], direct[:, :n]
            dh[0], dc[0] = under_way[rows], straight_on[rows]
            each = zip(back[:m, :, :n], dh, dc, arrived.swapaxes(0, 1)[1:, :, :n], dc[1:], strict=False)
            for j, (here, dh_k, dc_k, before, dc_before) in enumerate(each):
                k = STRETCH + source - first - j
                cell.backward([part[..., k - 1 : k - 1 + n, :] for part in local], dh_k, dc_k, cell.split(here))
                np.matmul(here[seen:], weights, out=before)
                for other in (*before[1:], here[0]) if cell.direct == "h" else before[1:]:
                    before[0] += other
                if cell.direct == "c":
                    dc_before[:] = here[0]
            under_way[rows], straight_on[rows] = dh[m], dc[m]
            da, exponents = back[:m, seen:, :n], exponent[rows]
            yield Lags(first, source, dh[:m], dc[:m] if cell.direct == "c" else None, da, exponents, largest)


def before_the_first(values: Array) -> Array:
    """The same (…, timesteps, H) in float64, after zeros for a stretch of timesteps that do not exist."""
    padded = np.zeros((*values.shape[:-2], STRETCH + values.shape[-2], values.shape[-1]))
    padded[..., STRETCH:, :] = values
    return padded


def truncation_meter(net: Unrolled, adjoint: Adjoints) -> TruncationMeter:
    """The meter of ``net`` (B = 1) whose `adjoints` are ``adjoint``, for every k in one sweep over the lag."""
    T = net.T
    ln_lag_norm, cosine = np.zeros(T + 1), np.zeros(T + 1)
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)
        whole = adjoint.dW_hh[0].reshape(net.H, -1, net.H).swapaxes(0, 1).reshape(-1)  # block by block, as the lags
        so_far, its_exponent = np.zeros_like(whole), LEAST
        for first, up_to, exponent in _sums_by_lag(net, adjoint.h[:-1]):
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


def _sums_by_lag(net: Unrolled, h_prev: Array) -> Iterator[tuple[int, Array, int]]:
    """The first of some lags, one row each of what all their pairs contribute together, and the rows' exponent.

    The pair (t, k) contributes h_{k-1} (outer) dE_t/da_k, so that a lag's pairs add up in one product.
    """
    most = at_once(net.T, net.H)
    # All stretches of `most` states in a row, as columns: a lag more is one stretch earlier.
    states = sliding_window_view(np.pad(before_the_first(h_prev), ((0, most), (0, 0))), most, axis=0)
    for first, sources in groupby(lags(net), lambda pairs: pairs.first):
        total = np.zeros(1)
        for pairs in sources:
            m, _, n, _ = pairs.da.shape
            if (pairs.exponent != pairs.largest).any():
                pairs.da[:] *= np.ldexp(1.0, np.minimum(pairs.exponent - pairs.largest, 0))[:, None]
            k = STRETCH + pairs.source - first
            total = total + np.matmul(states[k - m : k, None, :, :n][::-1], pairs.da)
        yield first, total.reshape(m, -1), pairs.largest


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
