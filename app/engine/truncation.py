"""Truncated BPTT as a mask on the pairs (E_t, timestep k), and what it costs: share by lag, cosine with the whole.

A truncation keeps some pairs and drops others (Williams & Peng 1990; Tallec & Ollivier 2017 on the bias of that).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.engine.adjoints import LN2, Adjoints, ln_norm
from app.engine.arrays import BUFFER, Array
from app.engine.bptt import Unrolled
from app.engine.flow import STRETCH, arrivals, rescale, table


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
        for here in arrivals(net, keep, factor):
            size = 0.5 * np.log2(np.vecdot(here.dh, here.dh)) + here.exponent
            largest = size.max(axis=1)
            exponent = np.where(np.isfinite(largest), largest, 0.0).astype(np.int64)
            mantissas = here.dh * here.towards(exponent)[..., None]
            left = mantissas.sum(axis=1)
            left /= np.vecdot(left, left)[:, None]
            shares = np.matvec(mantissas, left)
            shares[here.beyond] = np.nan
            share[here.timesteps, : size.shape[1]] = shares
    return share_by_source


@dataclass(frozen=True)
class TruncationMeter:
    """What a truncation at any lag would keep of dE/dW_hh.

    lag_norm (T,): Frobenius norm of the sum of all pair contributions of lag l = t - k, from 0. cosine (T,): entry
    k - 1 between the gradient of lags < k and the whole, NaN where either is 0. horizon: the smallest n with
    sum_{l <= n} lag_norm >= 0.99 of the whole, None where that is 0 or not finite. whole_norm: Frobenius norm of the
    sum over all lags, which is dE/dW_hh itself.
    """

    lag_norm: Array
    cosine: Array
    horizon: int | None
    whole_norm: float


class Lag(NamedTuple):
    """All pairs (E_t, timestep k = t - lag): row k of each array, k = 0 … T - lag (E_0, which no one has, is 0).

    dh (n, H) = dE_t/dh_k; dc (n, H) for an lstm, else None; da (blocks, n - 1, H) = dE_t/da_k for k >= 1. True
    values are those times 2**exponent (n,). The arrays are the sweep's own: gone at the next lag.
    """

    lag: int
    dh: Array
    dc: Array | None
    da: Array
    exponent: Array


def lags(net: Unrolled) -> Iterator[Lag]:
    """The pairs of lag 0, 1, … T of ``net`` (B = 1) after `adjoints` or `backward`, all pairs of a lag together.

    `flow.arrivals` takes them timestep by timestep, which is cheaper where their sums over a lag are not wanted.
    """
    T, H, cell = net.T, net.H, net.cell
    V = net.V.astype(np.float64)
    weights = np.ascontiguousarray(V[:, : -net.O].T).reshape(-1, H, H)
    # Blocks first, then rows, one a pair: what the cell does to a block of n rows is one stretch of memory.
    local = [np.ascontiguousarray(np.moveaxis(part[..., 0], 0, -2), dtype=np.float64) for part in cell.local]
    straight = int(cell.direct is not None)
    back = np.zeros((straight + cell.blocks, T + 1, H))
    carried = np.zeros((len(weights), T + 1, H))  # block by block; the first one gathers the others
    direct = np.zeros((T + 1, H))
    exponent = np.zeros(T + 1, np.int64)
    carried[0, 1:] = net.dy[:, 0].dot(V[:, -net.O :].T)
    for lag in range(T + 1):
        n = T - lag
        dh, dc = carried[0, : n + 1], direct[: n + 1]
        if cell.direct == "c":
            dc[:] = back[0, : n + 1]
        if lag % STRETCH == 0:
            rescale(exponent[lag:], dh, dc)
        cell.backward([part[..., :n, :] for part in local], dh[1:], dc[1:], cell.split(back[:, :n]))
        yield Lag(lag, dh, dc if cell.direct == "c" else None, back[straight:, :n], exponent[lag:])
        np.matmul(back[-len(weights) :, :n], weights, out=carried[:, :n])
        for other in (*carried[1:], back[0]) if cell.direct == "h" else carried[1:]:
            carried[0, :n] += other[:n]


def truncation_meter(net: Unrolled, adjoint: Adjoints) -> TruncationMeter:
    """The meter of ``net`` (B = 1) whose `adjoints` are ``adjoint``, for every k in one sweep over the lag.

    The pair (t, k) contributes h_{k-1} (outer) dE_t/da_k; a lag's pairs add up in one product.
    """
    T, skip = net.T, net.cell.input_blocks
    lag_norm, cosine = np.zeros(T), np.zeros(T)
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)
        scale = int(adjoint.exponent[1:].max())
        h_prev = adjoint.h[:-1].T
        whole = h_prev.dot(np.ldexp(adjoint.da, (adjoint.exponent[1:] - scale)[:, None]))
        so_far = np.zeros_like(whole)
        for pairs in lags(net):
            n = T - pairs.lag
            if n == 0:
                break
            da = pairs.da[skip:].transpose(1, 0, 2).reshape(n, -1)
            part = h_prev[:, :n].dot(np.ldexp(da, (pairs.exponent[1:] - scale)[:, None]))
            so_far += part
            lag_norm[pairs.lag] = np.exp(ln_norm(part.reshape(-1)) + LN2 * scale)
            cosine[pairs.lag] = _cosine(so_far, whole)
        whole_norm = float(np.exp(ln_norm(whole.reshape(-1)) + LN2 * scale))
    return TruncationMeter(lag_norm, cosine, horizon(lag_norm), whole_norm)


def _cosine(first: Array, second: Array) -> float:
    first, second = first / np.abs(first).max(), second / np.abs(second).max()
    return float(np.vdot(first, second) / np.sqrt(np.vdot(first, first) * np.vdot(second, second)))


def horizon(lag_norm: Array) -> int | None:
    """The smallest lag n with sum_{l <= n} lag_norm >= 0.99 of the whole; None where there is nothing to divide."""
    total = np.cumsum(lag_norm)
    if not 0.0 < total[-1] < np.inf:
        return None
    return int(np.argmax(total >= 0.99 * total[-1]))
