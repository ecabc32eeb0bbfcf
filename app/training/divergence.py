"""The first number that is not finite: which, where and why."""

from dataclasses import dataclass, field

import numpy as np

from ..engine import Network, Params
from .records import Record


@dataclass(frozen=True)
class Divergence:
    """At `iteration` a number was not finite; the update that led there has been undone.

    quantity: a symbol of the record (h, y, loss_t, dh; of further layers h_l2 for example), "grad.NAME" or "NAME";
    timestep 1…T and unit from 0 where it has one. `record` is the iteration as it was, so that it can be drawn.
    """

    iteration: int
    quantity: str
    timestep: int | None
    unit: int | None
    cause: str
    record: Record | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Location:
    """Where the first non-finite number is."""

    quantity: str
    timestep: int | None
    unit: int | None
    cause: str


def find(net: Network, params: Params, grads: Params) -> Location:
    """The first non-finite number in the order of computation: weights, forward, loss, backward, gradients."""
    limit = f"{np.finfo(net.dtype).max:.1e}"
    for name, values in params.items():
        if not np.isfinite(values).all():
            unit = int(np.argwhere(~np.isfinite(values))[0][-1])
            return Location(name, None, unit, f"The update threw {name} beyond {limit}, the largest number there is.")
    overflow = Location("loss", None, None, f"The loss, summed over time, is beyond {limit}.")
    return _forward(net, limit) or _backward(net, limit) or _gradients(grads, limit) or overflow


def _forward(net: Network, limit: str) -> Location | None:
    *below, top = net.layers
    for ending in net.layers if net.layers[top].reverse else below:
        for t in _own_order(net, ending):
            if (unit := _first_bad(_state(net, ending, t))) is not None:
                return Location(f"h{ending}", t, unit, _why_forward(net, "h", ending, t, limit))
    for t in range(1, net.T + 1):
        for symbol, values in (
            (f"h{top}", _state(net, top, t)),
            ("y", net.y[t - 1]),
            ("loss_t", net.E_t[t - 1][:, None]),
        ):
            if (unit := _first_bad(values)) is not None:
                why = _why_forward(net, symbol.removesuffix(top) if top else symbol, top, t, limit)
                return Location(symbol, t, None if symbol == "loss_t" else unit, why)
    return None


def _own_order(net: Network, ending: str) -> range:
    """The timesteps 1 … T in the order in which a layer reads them."""
    return range(net.T, 0, -1) if net.layers[ending].reverse else range(1, net.T + 1)


def _state(net: Network, ending: str, t: int) -> np.ndarray:
    states: np.ndarray = net.views[ending].h[t - 1 if net.layers[ending].reverse else t]
    return states


def _where(net: Network, ending: str) -> str:
    """Which layer is meant, where there are several: " in layer 2, in reverse"."""
    if len(net.layers) == 1:
        return ""
    reverse = net.layers[ending].reverse
    level = ending.removesuffix("_reverse").removeprefix("_l") or "1"
    return f" in layer {level}{', in reverse' if reverse else ''}"


def _why_forward(net: Network, symbol: str, ending: str, t: int, limit: str) -> str:
    if symbol == "loss_t":
        return f"The outputs grew to {np.abs(net.y[t - 1]).max():.1e}; their loss is beyond {limit}."
    order = list(_own_order(net, ending))
    size = np.array([np.abs(_state(net, ending, s)).max() for s in order])
    if symbol == "y":
        return f"The states grew to {size[order.index(t)]:.1e}; the outputs made of them are beyond {limit}."
    at, where = order.index(t), _where(net, ending)
    first = next((s for s in range(at) if size[s] > 0), at)
    if first < at - 1:
        rate = (np.log10(size[at - 1]) - np.log10(size[first])) / (at - 1 - first)
        return (
            f"The forward pass overflowed{where}: states grew by 10^{rate:.1f} a timestep until they were beyond "
            f"{limit}."
        )
    return f"The forward pass overflowed{where}: a state is beyond {limit}."


def _backward(net: Network, limit: str) -> Location | None:
    for ending in reversed(net.layers):
        reverse = net.layers[ending].reverse
        dh = net.views[ending].dh
        for j in range(net.T + 1) if reverse else range(net.T, -1, -1):
            if (unit := _first_bad(dh[j])) is not None:
                way = f"from timestep {1 if reverse else net.T}"
                return Location(
                    f"dh{ending}",
                    j + 1 if reverse else j,
                    unit,
                    f"The gradient grew{_where(net, ending)} on its way back {way} until beyond {limit}.",
                )
    return None


def _gradients(grads: Params, limit: str) -> Location | None:
    for name, values in grads.items():
        if not np.isfinite(values).all():
            unit = int(np.argwhere(~np.isfinite(values))[0][-1])
            return Location(f"grad.{name}", None, unit, f"The gradient of {name}, summed over time, is beyond {limit}.")
    return None


def _first_bad(values: np.ndarray) -> int | None:
    """The first column of (B, features) that holds a non-finite number."""
    bad = ~np.isfinite(values).all(axis=0)
    return int(bad.argmax()) if bad.any() else None
