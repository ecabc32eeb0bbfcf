"""The first number that is not finite: which, where and why."""

from dataclasses import dataclass, field

import numpy as np

from ..engine import Network, Params
from .records import Record


@dataclass(frozen=True)
class Divergence:
    """At `iteration` a number was not finite; the update that led there has been undone.

    quantity: a symbol of the record (h, c, y, loss_t, dh, dc), "grad.NAME" or "NAME"; timestep 1…T and unit from 0
    where it has one. `record` is the iteration as it was, so that it can be drawn.
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
    for t in range(1, net.T + 1):
        for symbol, values in (("h", net.h[t]), ("y", net.y[t - 1]), ("loss_t", net.E_t[t - 1][:, None])):
            if (unit := _first_bad(values)) is not None:
                return Location(symbol, t, None if symbol == "loss_t" else unit, _why_forward(net, symbol, t, limit))
    return None


def _why_forward(net: Network, symbol: str, t: int, limit: str) -> str:
    if symbol == "loss_t":
        return f"The outputs grew to {np.abs(net.y[t - 1]).max():.1e}; their loss is beyond {limit}."
    size = np.abs(net.h).max(axis=(1, 2))
    if symbol == "y":
        return f"The states grew to {size[t]:.1e}; the outputs made of them are beyond {limit}."
    first = next((s for s in range(1, t) if size[s] > 0), t)
    if first < t - 1:
        rate = (np.log10(size[t - 1]) - np.log10(size[first])) / (t - 1 - first)
        return f"The forward pass overflowed: states grew by 10^{rate:.1f} a timestep until they were beyond {limit}."
    return f"The forward pass overflowed: a state is beyond {limit}."


def _backward(net: Network, limit: str) -> Location | None:
    for t in range(net.T, -1, -1):
        if (unit := _first_bad(net.dh[t])) is not None:
            return Location(
                "dh", t, unit, f"The gradient grew on its way back from timestep {net.T} until beyond {limit}."
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
