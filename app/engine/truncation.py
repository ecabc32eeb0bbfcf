"""Truncated BPTT as a mask on the pairs (E_t, timestep k), and what it leaves of each gradient.

A truncation keeps some pairs and drops others (Williams & Peng 1990); what it costs is in `lags`.
"""

import numpy as np

from .arrays import BUFFER, Array
from .arrivals import LEAST, arrivals
from .layer import Layer
from .losses import Reduction
from .network import Network
from .pairs import LayerPairs, pairs


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
    net: Network, reduction: Reduction = "sum", k1: int = 0, k2: int = 0, clip_timestep: float | None = None
) -> Array:
    """The share (T, T+1) of each loss in the dh_k that truncation and per-timestep clipping leave.

    As `Flow.share`, with the vectors of the pairs `Network.backward` counts under the same arguments, rescaled as
    it rescales them; NaN where nothing is left. For ``net`` (B = 1) after its `forward`; ``net.dh`` is spent.
    """
    if len(net.layers) > 1:
        raise ValueError(
            f"this network has {len(net.layers)} layers and directions: all_shares_used is for all of them"
        )
    T, keep, factor = net.T, kept_pairs(net.T, k1, k2), None
    share = np.empty((T + 1, T))  # by timestep k and row
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
    by_loss = share[:, ::-1].T
    by_loss[~np.tri(T, T + 1, 1, dtype=bool)] = np.nan  # k > t
    return by_loss


def all_shares_used(
    net: Network, reduction: Reduction = "sum", k1: int = 0, k2: int = 0, clip_timestep: float | None = None
) -> dict[str, Array]:
    """`share_used` of every layer and direction of ``net``, rows and columns as in `all_flows`."""
    if len(net.layers) == 1:
        return {"": share_used(net, reduction, k1, k2, clip_timestep)}
    T, keep, factors = net.T, None, None
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER)
        net.prepare(reduction)
        if clip_timestep is not None:
            factors = _clip_factors(net, k1, k2, clip_timestep)
        if k1:
            keep = kept_pairs(T, k1, k2)
        net.prepare(reduction)
        net.sweep(T, 0)
        left = {ending: _Left(layer, layer in net.stack.top) for ending, layer in net.layers.items()}
        for group in pairs(net.stack, keep, factors):
            left[group.layer.ending].add(group)
        return {ending: found.share(len(net.stack.top) > 1) for ending, found in left.items()}


def _clip_factors(net: Network, k1: int, k2: int, clip_timestep: float) -> dict[str, Array]:
    """By what each layer's dE_t/dh_k is rescaled, (T+1, T+1): row t, column k in the layer's own order."""
    T = net.T
    factors = {ending: np.ones((T + 1, T + 1)) for ending in net.layers}
    if not k1:
        net.sweep(T, 0, clip_timestep)
        return {
            ending: np.broadcast_to(layer.clip_factor[:, 0], (T + 1, T + 1)) for ending, layer in net.layers.items()
        }
    for one in net.passes(k1, k2, clip_timestep):
        reached = slice(one.lowest, one.last + 1)
        for ending, layer in net.layers.items():
            factors[ending][one.losses_after + 1 : one.last + 1, reached] = layer.clip_factor[reached, 0]
    return factors


class _Left:
    """The vectors of all pairs that are left of one layer, until their sum is known."""

    def __init__(self, layer: Layer, is_top: bool) -> None:
        self._layer, self._is_top = layer, is_top
        self._vectors = np.zeros((layer.T, layer.T + 1, layer.H))
        self._exponent = np.zeros((layer.T, layer.T + 1), np.int64)

    def add(self, group: LayerPairs) -> None:
        """Those of some losses."""
        self._vectors[group.losses], self._exponent[group.losses] = group.dh.swapaxes(0, 1), group.exponent.T

    def share(self, both: bool) -> Array:
        """The share of each loss in what is left of dE/dh_k, NaN where nothing is and where no path leads."""
        T, nonzero = self._layer.T, self._vectors.any(axis=2)
        largest = np.where(nonzero, self._exponent, LEAST).max(axis=0)
        vectors = self._vectors * np.ldexp(1.0, np.clip(self._exponent - largest, -2000, 0))[..., None]
        left = vectors.sum(axis=0)
        left /= np.vecdot(left, left)[:, None]
        share: Array = np.vecdot(vectors, left)
        if self._is_top or not both:
            t = np.arange(1, T + 1)[:, None]
            share[np.arange(T + 1) > (T + 1 - t if self._layer.reverse else t)] = np.nan
        return self._layer.by_time(share.T).T
