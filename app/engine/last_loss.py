"""The last loss alone, on its way back: one row of the flow, with what each timestep's slopes and gates do to it."""

from dataclasses import dataclass

import numpy as np

from .adjoints import Adjoints, all_adjoints, ln_norm
from .arrays import Array
from .layer import Layer
from .losses import Reduction
from .network import Network


@dataclass(frozen=True)
class LastLoss:
    """Of E_t, t being the last timestep with a target: what it alone sends back through h, or through an lstm's c.

    Of one layer, in the forward direction. ln_norm (t+1,): ln ||dE_t/dh_k||, k = 0…t, in the loss's reduction; -inf is
    exactly 0. By timestep k = 1…t, at index k - 1: ln_slopes = ln ||dE_t/da_k|| - ln ||dE_t/dh_k|| of cells without
    gates; ln_direct, of the others, the same for what goes straight to k - 1, through the forget gate f_k or z_k,
    against dE_t/dc_k or dE_t/dh_k.
    """

    symbol: str
    ln_norm: Array
    ln_slopes: Array | None
    ln_direct: Array | None


def last_loss(net: Network, target: Array, reduction: Reduction = "sum") -> dict[str, LastLoss]:
    """The last loss of ``net`` (B = 1) after its `forward` with this ``target``, by what a layer's names end with.

    Empty where there is no loss. Exact at any size, as `all_adjoints`; leaves the buffers of the way back with this
    loss alone.
    """
    has_target = target[:, 0] >= 0 if target.ndim == 2 else ~np.isnan(target[:, 0]).any(axis=1)
    losses = np.flatnonzero(has_target)
    if not len(losses):
        return {}
    t = int(losses[-1]) + 1
    alone = np.full_like(target, -1 if target.ndim == 2 else np.nan)
    alone[t - 1] = target[t - 1]
    net.retarget(alone)
    found = all_adjoints(net)
    net.retarget(target)
    scale = float(np.log(len(losses))) if reduction == "mean" else 0.0
    forward = {ending: layer for ending, layer in net.layers.items() if not layer.reverse}
    return {ending: _way(layer, found[ending], t, scale) for ending, layer in forward.items()}


def _way(layer: Layer, adjoint: Adjoints, t: int, scale: float) -> LastLoss:
    with np.errstate(all="ignore"):
        symbol, state, ln = "h", adjoint.dh, adjoint.ln_dh_norm
        if adjoint.dc is not None and adjoint.ln_dc_norm is not None:
            symbol, state, ln = "c", adjoint.dc, adjoint.ln_dc_norm
        before = ln_norm(state[1 : t + 1])
        slope = layer.cell.slope
        if slope is not None:
            slopes, direct = ln_norm(slope[:t, :, 0] * state[1 : t + 1]) - before, None
        else:
            straight = layer.cell.routes(adjoint.dh_carried[:-1], state)[0]
            slopes, direct = None, ln_norm(straight[:t]) - before
        return LastLoss(symbol, ln[: t + 1] - scale, slopes, direct)
