"""Analytic gradients against central differences, and the classic bugs that this catches.

For the tests and for the page: the check runs on the very network that is shown, in float64.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..steps import Steps
from .arrays import Array
from .cells import Cell, Params
from .cells.base import W_HH
from .layer import Layer
from .losses import Reduction
from .network import Network

BreakName = Literal[
    "drop_carried",
    "no_accumulation",
    "stale_h",
    "transpose_W_hh",
    "wrong_slope",
    "counted_twice",
    "bias_forgotten",
    "state_kept",
    "forget_gate_dropped",
]

LIMIT = 1e-5
STEPS_OF_STATES = (3e-6, 1e-6)  # learned ones start at 0, where a normalisation bends sharply
STEPS = (1e-4, 1e-5, 1e-6)  # from the one with the least rounding; smaller where a kink is near


@dataclass(frozen=True)
class Data:
    """What a forward pass begins with, as `Network.forward` has it, and the ``reduction`` of its losses.

    ``at_once``: timesteps of one layer after which a pass pauses; None: it does not.
    """

    x: Array
    target: Array
    h0: Array | None = None
    initial: Mapping[str, Array] | None = None
    lengths: Array | None = None
    reduction: Reduction = "sum"
    at_once: int | None = None

    def forward(self, net: Network, params: Params) -> Steps[None]:
        """The forward pass of ``net``."""
        return self.forward_from(net, params, self.h0, self.initial)

    def forward_from(
        self, net: Network, params: Params, h0: Array | None, initial: Mapping[str, Array] | None
    ) -> Steps[None]:
        """The same from other states."""
        given = params, self.x, self.target, h0
        if self.at_once is None:
            net.forward(*given, initial=initial, lengths=self.lengths)
        else:
            yield from net.forwarding(*given, initial=initial, lengths=self.lengths, at_once=self.at_once)

    def backward(self, net: Network) -> Steps[Params]:
        """Full BPTT after it."""
        if self.at_once is None:
            return net.backward(self.reduction)
        return (yield from net.backwarding(self.reduction, 0, 0, None, self.at_once))


@dataclass(frozen=True)
class TensorCheck:
    """What the comparison of one tensor came to.

    ``max_rel_error``: the largest |a - n| / max(1e-4, |a| + |n|) over ``samples`` entries, None where no entry was
    compared. ``at_kink``: entries drawn beside them, so close to a kink of phi that no difference is a derivative.
    ``zero``: compared entries that are exactly 0 on both sides, as all are that no loss depends on.
    """

    max_rel_error: float | None
    samples: int
    at_kink: int = 0
    zero: int = 0

    @property
    def passed(self) -> bool | None:
        """Below the limit; a NaN is not. None where nothing was compared."""
        return None if self.max_rel_error is None else self.max_rel_error < LIMIT


Known = tuple[str, TensorCheck]
"""The name of a parameter, and what its check has come to."""


def gradcheck(
    net: Network,
    params: Params,
    data: Data,
    *,
    samples: int = 8,
    rng: np.random.Generator,
    broken: BreakName | None = None,
) -> Iterator[Known]:
    """The check of every parameter in turn, by name; ``dict(gradcheck(...))`` for all of them.

    Yields after every entry what a parameter's check has come to, as others may want a turn; its last word counts.

    Full BPTT of ``data`` on ``net``, whose dtype must be float64. Up to ``samples``
    entries of each tensor are drawn from ``rng``; entries so close to a kink of phi that any difference would straddle
    it are passed over. ``broken``, a key of `BREAKS` that this network can have, computes the analytic side with that
    bug; where W_hh is spoken of, an indrnn has u_hh and a mingru W_xh. ``params`` is as it was in the end, to the last
    bit.
    """
    checks = gradchecking(net, params, data, samples=samples, rng=rng, broken=broken)
    yield from (known for known in checks if known is not None)


def gradchecking(
    net: Network,
    params: Params,
    data: Data,
    *,
    samples: int,
    rng: np.random.Generator,
    broken: BreakName | None,
) -> Iterator[Known | None]:
    """`gradcheck` that also pauses, with None, after every forward pass, and within it as ``data`` has it.

    Within a pass nobody else may use ``net``.
    """
    if net.dtype != np.float64:
        raise ValueError(f"a gradient check needs float64, this network computes in {net.dtype}")
    if broken is not None and not BREAKS[broken].fits(net):
        raise ValueError(f"the break {broken} needs {BREAKS[broken].needs}")
    analytic = yield from _analytic(net, params, data, broken)
    for name, array in params.items():
        worst, taken, at_kink, zero = 0.0, 0, 0, 0
        for flat in rng.permutation(array.size):
            if taken == samples:
                break
            index = np.unravel_index(flat, array.shape)
            numeric = yield from _numeric(net, params, data, name, index)
            if numeric is None:
                at_kink += 1
            else:
                a = float(analytic[name][index])
                error = abs(a - numeric) / max(1e-4, abs(a) + abs(numeric))
                worst = max(worst, error) if error == error else float("nan")
                taken += 1
                zero += a == 0.0 == numeric
            yield name, TensorCheck(worst if taken else None, taken, at_kink, zero)


def _analytic(net: Network, params: Params, data: Data, broken: BreakName | None) -> Steps[Params]:
    yield from data.forward(net, params)
    gradients = data.backward(net) if broken is None else BREAKS[broken].gradients(net, params, data)
    return (yield from gradients)


def _numeric(net: Network, params: Params, data: Data, name: str, index: tuple[int, ...]) -> Steps[float | None]:
    """The five-point central difference (Abramowitz & Stegun 25.3.6); None where every step crosses a kink."""
    array, value = params[name], params[name][index]

    def at(offset: float) -> Steps[tuple[Array, list[Array]]]:
        array[index] = value + offset
        yield from data.forward(net, params)
        return net.E_t.copy(), _sides(net)

    try:
        for step in STEPS_OF_STATES if name[:2] in ("h0", "c0") else STEPS:
            found = []
            for m in (2, 1, -1, -2):
                found.append((yield from at(m * step)))
                yield
            (E2, far), (E1, _), (E_1, _), (E_2, opposite) = found
            if all(np.array_equal(a, b) for a, b in zip(far, opposite, strict=True)):
                with np.errstate(all="ignore"):
                    # Differences of single losses, then their sum: rounding does not grow with the sum.
                    E = ((8.0 * (E1 - E_1) - (E2 - E_2)) / (12.0 * step)).sum(axis=0)
                return float(np.mean(E / np.maximum(net.n, 1) if data.reduction == "mean" else E))
    finally:
        array[index] = value
    return None


def _sides(net: Network) -> list[Array]:
    """On which side of each kink every argument of phi lies."""
    cells = [layer.cell for layer in net.layers.values()]
    arguments = [argument for cell in cells for argument in (cell.candidate, *cell.further_arguments)]
    return [argument > kink for kink in net.cell.activation.kinks for argument in arguments]


# The classic bugs. Each computes the gradients after `forward`, with one mistake, made in every layer and direction.


def _drop_carried(net: Network, params: Params, data: Data) -> Steps[Params]:  # noqa: ARG001
    """A backward pass at every timestep that goes nowhere."""
    found = net.backward_each_alone(data.reduction)
    yield
    return found


def _no_accumulation(net: Network, params: Params, data: Data) -> Steps[Params]:  # noqa: ARG001
    """Only the last timestep's dW_hh is kept: `=` where `+=` belongs."""
    grads, of_x = (yield from data.backward(net)), net.cell.recurrent.of_x
    for layer in net.layers.values():
        _recurrent_gradient(layer, grads, (_entered(layer) if of_x else _states(layer)[:-1])[-1:], slice(-1, None))
    return grads


def _stale_h(net: Network, params: Params, data: Data) -> Steps[Params]:  # noqa: ARG001
    """dW_hh is made with h_t where h_{t-1} belongs."""
    grads = yield from data.backward(net)
    for layer in net.layers.values():
        _recurrent_gradient(layer, grads, _states(layer)[1:], slice(None))
    return grads


def _states(layer: Layer) -> Array:
    """h_0 … h_T (T+1, H, B) in the layer's own order."""
    return layer.entering[:, : layer.H]


def _entered(layer: Layer) -> Array:
    """What entered at 1 … T (T, I, B), in that order."""
    return layer.entering[:-1, layer.H + 1 :]


def _recurrent_gradient(layer: Layer, grads: Params, incoming: Array, timesteps: slice) -> None:
    """The gradient of what is meant by W_hh in one layer, made of other ``incoming`` columns at some timesteps."""
    recurrent = layer.cell.recurrent
    da = (layer.da if recurrent == W_HH else layer.da_x)[timesteps]
    indices = "tib,tib->i" if recurrent.by_unit else "tib,tjb->ij"
    grads[recurrent.name + layer.ending][:] = np.einsum(indices, incoming, da) / layer.B


def _transpose_W_hh(net: Network, params: Params, data: Data) -> Steps[Params]:
    """dh_{t-1} = da_t W_hh where its transpose belongs."""
    for ending, layer in net.layers.items():
        blocks = params[f"W_hh{ending}"].reshape(net.H, -1, net.H)
        layer.V[:, : -layer.handed] = blocks.transpose(2, 1, 0).reshape(net.H, -1)
    return (yield from data.backward(net))


def _wrong_slope(net: Network, params: Params, data: Data) -> Steps[Params]:  # noqa: ARG001
    """Divided by 1 - h^2 where tanh's slope multiplies."""

    def inverse(_: Array, h: Array, out: Array) -> None:
        np.reciprocal(1.0 - h * h, out=out)

    wrong = replace(net.cell.activation, derivative=inverse)
    with ExitStack() as changes:
        for layer in net.layers.values():
            changes.enter_context(_in_place_of(layer.cell, "activation", wrong))
        return (yield from data.backward(net))


def _counted_twice(net: Network, params: Params, data: Data) -> Steps[Params]:  # noqa: ARG001
    """Each loss enters dh_t a second time; dW_hy and db_y do not depend on dh_t and stay right."""
    for layer in net.stack.top:
        layer.V[:, -layer.handed :] *= 2.0
    return (yield from data.backward(net))


def _bias_forgotten(net: Network, params: Params, data: Data) -> Steps[Params]:  # noqa: ARG001
    """db_h stays 0."""
    grads = yield from data.backward(net)
    for ending in net.layers:
        grads[f"b_h{ending}"][:] = 0.0
    return grads


def _state_kept(net: Network, params: Params, data: Data) -> Steps[Params]:
    """Sequences start from the last state of those before, as nobody set it back to h_0."""
    yield from data.forward_from(net, params, None, net.last_states())
    return (yield from data.backward(net))


def _forget_gate_dropped(net: Network, params: Params, data: Data) -> Steps[Params]:  # noqa: ARG001
    """dc_{t-1} takes over dc_t as it is where f_t dc_t belongs."""

    def without(cell: Cell) -> Callable[[slice], None]:
        def linearise(some: slice) -> None:
            type(cell).linearise(cell, some)
            first = cell.local[0][some]  # what dc_t is multiplied with on its way to c_{t-1}, alone or before others
            (first[:, 0] if first.ndim > 3 else first)[:] = 1.0

        return linearise

    with ExitStack() as changes:
        for layer in net.layers.values():
            changes.enter_context(_in_place_of(layer.cell, "linearise", without(layer.cell)))
        return (yield from data.backward(net))


@contextmanager
def _in_place_of(cell: Cell, name: str, value: Any) -> Iterator[None]:
    """For a while, this one cell has something else under a name."""
    own = vars(cell).get(name)
    setattr(cell, name, value)
    try:
        yield
    finally:
        if own is None:
            delattr(cell, name)
        else:
            setattr(cell, name, own)


def _always(net: Network) -> bool:  # noqa: ARG001
    return True


@dataclass(frozen=True)
class Break:
    """A bug to switch on: the gradients it makes, and what a network must have for it to exist."""

    gradients: Callable[[Network, Params, Data], Steps[Params]]
    fits: Callable[[Network], bool] = _always
    needs: str = ""


BREAKS = {
    "drop_carried": Break(_drop_carried),
    "no_accumulation": Break(_no_accumulation),
    "stale_h": Break(_stale_h, lambda net: not net.cell.recurrent.of_x, "an h_{t-1} that meets weights"),
    "transpose_W_hh": Break(_transpose_W_hh, lambda net: net.cell.recurrent == W_HH, "a square matrix W_hh"),
    "wrong_slope": Break(_wrong_slope, lambda net: net.cell.activation.name == "tanh", "the activation tanh"),
    "counted_twice": Break(_counted_twice),
    "bias_forgotten": Break(_bias_forgotten),
    "state_kept": Break(_state_kept, lambda net: not net.train_h0, "initial states that are not learned"),
    "forget_gate_dropped": Break(
        _forget_gate_dropped, lambda net: net.cell.direct == "c", "the forget gate of an lstm: the cell lstm"
    ),
}
"""The classic bugs by name."""
