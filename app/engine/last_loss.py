"""The last loss alone, on its way back: one row of the flow, with what each timestep's slopes and gates do to it."""

from dataclasses import dataclass

import numpy as np

from .adjoints import LN2, Swept, ln_norms, sweep_all
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
    with np.errstate(all="ignore"):
        net.prepare("sum", only=t)
        found = sweep_all(net)
        scale = float(np.log(len(losses))) if reduction == "mean" else 0.0
        forward = {ending: layer for ending, layer in net.layers.items() if not layer.reverse}
        return {ending: _way(layer, found[ending], t, scale) for ending, layer in forward.items()}


def _way(layer: Layer, swept: Swept, t: int, scale: float) -> LastLoss:
    symbol, state = ("h", swept.dh) if swept.dc is None else ("c", swept.dc)
    is_gated = layer.cell.slope is None
    # What goes on from each timestep; the other route, of which the second argument says nothing, is not asked for.
    onwards = layer.cell.routes(swept.dh[:-1], state)[0] if is_gated else swept.da_x
    ln, ln_onwards = ln_norms(state[: t + 1], onwards[:t])
    change = ln_onwards - ln[1:]
    true = ln + LN2 * swept.exponent[: t + 1] - scale
    return LastLoss(symbol, true, None if is_gated else change, change if is_gated else None)
