"""The last loss alone, on its way back: one row of the flow, with what each timestep's slopes and gates do to it."""

from dataclasses import dataclass

import numpy as np

from ..steps import Steps, finish
from .adjoints import Adjoints, complete
from .arrays import Array
from .exact_sweep import Swept, all_swept, left_in
from .layer import FLUSH_EVERY, Layer
from .ln_norms import LN2, ln_norms
from .losses import Reduction
from .network import Network
from .stack import Stack


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


def adjoints_and_last_loss(
    net: Network, pair: Stack | None, target: Array, reduction: Reduction = "sum"
) -> tuple[dict[str, Adjoints], dict[str, LastLoss]]:
    """`all_adjoints` of ``net`` (B = 1) after its `forward` with this ``target``, and its last loss; by layer.

    The last loss, by what a layer's names end with, is exact at any size, too; there is none without a target.
    They go back side by side as two columns of ``pair``.
    ``pair`` has the layers of such a network for B = 2. Without it, and where the last loss's gradient leaves the range
    of numbers, each goes back by itself. The buffers of ``net`` are left as by `all_adjoints`.
    """
    return finish(going_back(net, pair, target, reduction, FLUSH_EVERY))


Both = tuple[dict[str, Adjoints], dict[str, LastLoss]]


def going_back(net: Network, pair: Stack | None, target: Array, reduction: Reduction, at_once: int) -> Steps[Both]:
    """The same, at most ``at_once`` timesteps of one layer at a time; until it is over nobody else may use the two."""
    if pair is None:
        return (yield from _each_by_itself(net, target, reduction, at_once))
    last = last_loss_of(target)
    if last is not None and net.dtype == np.float64:
        yield from net.in_silence(_side_by_side(net, pair, last, reduction, at_once))
    return (yield from of_columns(net, pair, 1, target, last, reduction, at_once))


def of_columns(
    net: Network,
    stack: Stack,
    alone: int,
    target: Array,
    last: int | None,
    reduction: Reduction,
    at_once: int,
    scale: float = 0.0,
) -> Steps[Both]:
    """The same after all losses went back in ``net`` (B = 1), and the last one in the column ``alone`` of ``stack``.

    ``last``: its timestep, None where there is none. ``scale``: ln of what it is still to be divided by.
    """
    if last is not None and net.dtype == np.float64:
        with np.errstate(all="ignore"):
            swept = {ending: left_in(layer, alone) for ending, layer in stack.layers.items()}
            near_one = {ending: found for ending, found in swept.items() if found is not None}
            if len(near_one) == len(swept):
                adjoints = {ending: complete(net.layers[ending], found) for ending, found in all_swept(net).items()}
                return adjoints, _ways(net, near_one, last, scale)
    return (yield from _each_by_itself(net, target, reduction, at_once))


def _each_by_itself(net: Network, target: Array, reduction: Reduction, at_once: int) -> Steps[Both]:
    """The same by one way back after the other."""
    found: dict[str, LastLoss] = {}
    losses = _timesteps_with_a_loss(target)
    if len(losses):
        yield from net.in_silence(_back(net, "sum", int(losses[-1]), at_once))
        with np.errstate(all="ignore"):
            scale = float(np.log(len(losses))) if reduction == "mean" else 0.0
            found = _ways(net, all_swept(net), int(losses[-1]), scale)
        yield
    yield from net.in_silence(_back(net, reduction, None, at_once))
    with np.errstate(all="ignore"):
        return {ending: complete(net.layers[ending], swept) for ending, swept in all_swept(net).items()}, found


def _back(net: Network, reduction: Reduction, only: int | None, at_once: int) -> Steps[None]:
    """All losses, or ``only`` that of one timestep, the whole way back."""
    yield from net.stack.preparing(net.head.backward(reduction, only))
    yield from net.stack.sweeping(net.T, 0, None, at_once)


def last_loss_of(target: Array) -> int | None:
    """The last timestep of the one sequence that has a target, from 1; None where none has."""
    losses = _timesteps_with_a_loss(target)
    return int(losses[-1]) if len(losses) else None


def alone(target: Array, last: int | None) -> Array:
    """A copy of the one sequence's ``target`` without any but that of the timestep ``last``."""
    found = np.full_like(target, -1 if target.ndim == 2 else np.nan)
    if last is not None:
        found[last - 1] = target[last - 1]
    return found


def _timesteps_with_a_loss(target: Array) -> Array:
    """Those of the one sequence in `Network.forward`'s ``target``, from 1."""
    has_none = target[:, 0] < 0 if target.ndim == 2 else np.logical_or.reduce(np.isnan(target[:, 0]), axis=1)
    return np.flatnonzero(~has_none) + 1


def _side_by_side(net: Network, pair: Stack, t: int, reduction: Reduction, at_once: int) -> Steps[None]:
    """All losses back in the first column of ``pair``, E_t in the second; ``net`` gets the first one."""
    yield from net.stack.preparing(net.head.backward(reduction))
    for ending, layer in net.layers.items():
        its = pair.layers[ending]
        its.V[:] = layer.V
        for local, its_local in zip(layer.cell.local, its.cell.local, strict=True):
            its_local[:] = local
    handed = np.zeros((net.T, net.O, 2), net.dtype)
    handed[..., :1] = net.head.dy
    handed[t - 1, :, 1] = net.head.dy[t - 1, :, 0]
    for layer in pair.top:
        layer.receive(handed)
    yield from pair.sweeping(pair.T, 0, None, at_once)
    net.stack.descend(lambda layer: layer.take_back(pair.layers[layer.ending], 0))


def _ways(net: Network, swept: dict[str, Swept], t: int, scale: float = 0.0) -> dict[str, LastLoss]:
    """Of the layers that read forward; ``scale`` is the ln of what the gradient is still to be divided by."""
    forward = {ending: layer for ending, layer in net.layers.items() if not layer.reverse}
    return {ending: _way(layer, swept[ending], t, scale) for ending, layer in forward.items()}


def _way(layer: Layer, swept: Swept, t: int, scale: float) -> LastLoss:
    symbol, state = ("h", swept.dh) if swept.dc is None else ("c", swept.dc)
    is_gated = layer.cell.slope is None
    # What goes on from each timestep; the other route, of which the second argument says nothing, is not asked for.
    onwards = layer.cell.routes(swept.dh[:-1], state)[0] if is_gated else swept.da_x
    ln, ln_onwards = ln_norms(state[: t + 1], onwards[:t])
    change = ln_onwards - ln[1:]
    true = ln + LN2 * swept.exponent[: t + 1] - scale
    return LastLoss(symbol, true, None if is_gated else change, change if is_gated else None)
