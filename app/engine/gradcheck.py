"""Analytic gradients against central differences, and the classic bugs that this catches.

For the tests and for the page: the check runs on the very network that is shown, in float64.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .cells import CELLS, Params
from .cells.base import W_HH
from .network import Network

Array = np.ndarray

Data = tuple[Array, Array, Array | None]  # x, target, h0

BREAKS = ("drop_carried", "no_accumulation", "stale_h", "transpose_W_hh")
LIMIT = 1e-5
STEPS_OF_STATES = (3e-6, 1e-6)  # learned ones start at 0, where a normalisation bends sharply
STEPS = (1e-4, 1e-5, 1e-6)  # from the one with the least rounding; smaller where a kink is near


@dataclass(frozen=True)
class TensorCheck:
    """The largest |a - n| / max(1e-4, |a| + |n|) over ``samples`` entries of one tensor."""

    max_rel_error: float
    samples: int

    @property
    def passed(self) -> bool:
        """Below the limit; a NaN is not."""
        return self.max_rel_error < LIMIT


def gradcheck(
    net: Network,
    params: Params,
    x: Array,
    target: Array,
    h0: Array | None = None,
    *,
    reduction: str = "sum",
    samples: int = 8,
    rng: np.random.Generator,
    broken: str | None = None,
) -> Iterator[tuple[str, TensorCheck]]:
    """The check of every parameter in turn, by name; ``dict(gradcheck(...))`` for all of them.

    Yields after every entry what a parameter's check has come to, as others may want a turn; its last word counts.

    Full BPTT on ``net``, whose dtype must be float64, with the arguments of `Network.forward`. Up to ``samples``
    entries of each tensor are drawn from ``rng``; entries so close to a kink of phi that any difference would straddle
    it are passed over. ``broken``, one of `BREAKS`, computes the analytic side with that bug: the gradient from the
    future is forgotten, only the last timestep's dW_hh counts, h_t stands in place of h_{t-1} in dW_hh, or W_hh where
    its transpose belongs; where W_hh is spoken of, an indrnn has u_hh and a mingru W_xh, and `can_break` says what they
    have no place for. ``params`` is left as it was, to the last bit.
    """
    if net.dtype != np.float64:
        raise ValueError(f"a gradient check needs float64, this network computes in {net.dtype}")
    data = (x, target, h0)
    analytic = _analytic(net, params, data, reduction, broken)
    for name, array in params.items():
        worst, taken = 0.0, 0
        for flat in rng.permutation(array.size):
            if taken == samples:
                break
            index = np.unravel_index(flat, array.shape)
            numeric = _numeric(net, params, data, reduction, name, index)
            if numeric is not None:
                a = float(analytic[name][index])
                error = abs(a - numeric) / max(1e-4, abs(a) + abs(numeric))
                worst = max(worst, error) if error == error else float("nan")
                taken += 1
            yield name, TensorCheck(worst, taken)


def _analytic(net: Network, params: Params, data: Data, reduction: str, broken: str | None) -> Params:
    net.forward(params, *data)
    if broken == "drop_carried":  # a backward pass at every timestep that goes nowhere
        return net.backward_each_alone(reduction)
    if broken == "transpose_W_hh":
        blocks = params["W_hh"].reshape(net.H, -1, net.H)
        net.layer.V[:, : -net.layer.handed] = blocks.transpose(2, 1, 0).reshape(net.H, -1)
    grads = net.backward(reduction)
    if broken in ("stale_h", "no_accumulation"):
        recurrent = net.cell.recurrent
        timesteps = slice(None) if broken == "stale_h" else slice(-1, None)
        incoming = net.h[1:] if broken == "stale_h" else net.x if recurrent.of_x else net.h[:-1]
        da = net.da if recurrent == W_HH else net.da_x
        indices = "tbi,tbi->i" if recurrent.by_unit else "tbi,tbj->ij"
        grads[recurrent.name][:] = np.einsum(indices, incoming[timesteps], da[timesteps]) / net.B
    return grads


def can_break(cell: str, broken: str) -> bool:
    """Whether a network of this cell has what the bug needs: a matrix W_hh to transpose, an h_{t-1} to mistake."""
    kind = CELLS[cell]
    if broken == "transpose_W_hh":
        return kind.recurrent == W_HH
    return broken != "stale_h" or not kind.recurrent.of_x


def _numeric(
    net: Network, params: Params, data: Data, reduction: str, name: str, index: tuple[int, ...]
) -> float | None:
    """The five-point central difference (Abramowitz & Stegun 25.3.6); None where every step crosses a kink."""
    array, value = params[name], params[name][index]

    def at(offset: float) -> tuple[Array, list[Array]]:
        array[index] = value + offset
        net.forward(params, *data)
        return net.E_t.copy(), _sides(net)

    try:
        for step in STEPS_OF_STATES if name[:2] in ("h0", "c0") else STEPS:
            (E2, far), (E1, _), (E_1, _), (E_2, opposite) = (at(m * step) for m in (2, 1, -1, -2))
            if all(np.array_equal(a, b) for a, b in zip(far, opposite, strict=True)):
                with np.errstate(all="ignore"):
                    # Differences of single losses, then their sum: rounding does not grow with the sum.
                    E = ((8.0 * (E1 - E_1) - (E2 - E_2)) / (12.0 * step)).sum(axis=0)
                return float(np.mean(E / np.maximum(net.n, 1) if reduction == "mean" else E))
    finally:
        array[index] = value
    return None


def _sides(net: Network) -> list[Array]:
    """On which side of each kink every argument of phi lies."""
    cells = [layer.cell for layer in net.layers.values()]
    arguments = [argument for cell in cells for argument in (cell.candidate, *cell.further_arguments)]
    return [argument > kink for kink in net.cell.activation.kinks for argument in arguments]
