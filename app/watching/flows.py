"""Which handed gradient reaches which state, in every layer: dE_t/dh_k for each t by itself.

E_t is what was handed to the module's output at t; gradients of last states belong to the timestep read last. The flow
of a record is exact at any size: the top layer of a module without projection is the engine's own `layer_flow`, of the
others `pairs` has every E_t by itself. For a verdict and for lags, every E_t asked for is a column of a batch of its
own and goes down through the layers as gradients always do; each is brought near 1 before, so that nothing is lost
unless it shrinks by more than 10^190 on its way.
"""

from collections.abc import Iterator

import numpy as np

from ..engine.adjoints import Adjoints
from ..engine.flow import Flow, Gathered, layer_flow
from ..engine.ln_norms import LN2, ln_norm
from .direction import Direction
from .pairs import all_pairs, at_end
from .stack import Stack
from .tables import OF_PAIRS

Array = np.ndarray
AT_ONCE = 2**19  # timesteps × units × losses that are worked on together
ROUTES = "route_share"
MOST = 2**25  # timesteps² × numbers of one timestep: beyond, the flow would take seconds and is left out
MOST_PAIRS = 2**23  # timesteps² × layers and directions: beyond, its tables would take hundreds of MB


def affordable(T: int, width: int, parts: int) -> bool:
    """Whether the flow of ``parts`` layers and directions, each with ``width`` pre-activations, is worth its time and
    its memory.
    """
    return T * T * width <= MOST and T * T * parts <= MOST_PAIRS


def of_all(stack: Stack, adjoints: list[list[Adjoints]]) -> list[list[tuple[dict[str, Array], float]]]:
    """The flow's tensors of every layer and direction of one sequence (B = 1) after its way back, and its residual.

    ``adjoints`` are the stack's `all_adjoints`. Each dE_t/dh_k as in the records of our own networks: ``ln_flow``,
    ``share``, ``carried_share``, below a top layer ``above_share``, of an lstm ``ln_flow_c`` (T, T+1), of a top rnn
    ``ln_flow_a``, of gated cells ``route_share`` (T, 2).
    """
    spec, top = stack.crossing.spec, len(stack.layers) - 1
    with np.errstate(all="ignore"):
        gathered = {
            (number, place): Gathered(direction.layer, adjoint, is_top=number == top, both=spec.bidirectional)
            for number, layer in enumerate(stack.layers)
            for place, (direction, adjoint) in enumerate(zip(layer, adjoints[number], strict=True))
            if number < top or spec.proj_size
        }
        for number, place, group in all_pairs(stack) if gathered else ():
            if (number, place) in gathered:
                gathered[number, place].add(group)
        return [
            [
                _tensors(
                    gathered.pop((number, place)).flow()
                    if (number, place) in gathered
                    else layer_flow(direction.layer, adjoint),
                    direction.reverse,
                )
                for place, (direction, adjoint) in enumerate(zip(layer, adjoints[number], strict=True))
            ]
            for number, layer in enumerate(stack.layers)
        ]


def _tensors(flow: Flow, reverse: bool) -> tuple[dict[str, Array], float]:
    """What there is of it, from the order of reading to that of the sequence, and its residual."""
    present = {name: values for name in (*OF_PAIRS, ROUTES) if (values := getattr(flow, name)) is not None}
    if reverse:
        present = {name: values[::-1] if name == ROUTES else values[::-1, ::-1] for name, values in present.items()}
    return {name: values.astype(np.float32) for name, values in present.items()}, flow.residual


def _has_path(T: int, reverse: bool, top: bool, both: bool) -> Array:
    """Which E_t (rows) can reach which state (columns)."""
    if both and not top:
        return np.ones((T, T + 1), bool)
    t, column = np.arange(1, T + 1)[:, None], np.arange(T + 1)
    return column + 1 >= t if reverse else column <= t


def of_some(stack: Stack, losses: Array) -> list[list[Array]]:
    """ln_flow (T, T+1) of every layer and direction, of these E_t alone (indices from 0); the other rows are -inf.

    Beyond 10^190 of shrinking or growing it is -inf or inf, also in a top layer. A single loss needs no way back of its
    own: what came back in ``stack`` is all of it.
    """
    T = stack.crossing.T
    alone = len(losses) == 1 == len(handed(stack))
    found = [[np.full((T, T + 1), -np.inf) for _ in layer] for layer in stack.layers]
    for some, exponents, number, place, direction in _as_it_came(stack, losses) if alone else _down(stack, losses):
        order = slice(None, None, -1 if direction.reverse else 1)
        with np.errstate(all="ignore"):
            found[number][place][some] = (ln_norm(direction.dh).T + LN2 * exponents[:, None])[:, order]
    top = len(stack.layers) - 1
    for number, layer in enumerate(stack.layers):
        for direction, table in zip(layer, found[number], strict=True):
            table[~_has_path(T, direction.reverse, number == top, len(layer) == 2)] = np.nan
    return found


def handed(stack: Stack) -> Array:
    """The timesteps at which anything is handed in, as indices from 0, ascending; of one sequence (B = 1)."""
    crossing = stack.crossing
    found = (crossing.d_output[:, 0] != 0.0).any(axis=1)
    for arrived in (crossing.d_h_n, crossing.d_c_n):
        if arrived is not None:
            present = (arrived[:, 0] != 0.0).any(axis=1)
            found[-1] |= present[:: crossing.spec.directions].any()
            found[0] |= crossing.spec.bidirectional and present[1 :: crossing.spec.directions].any()
    indices: Array = np.flatnonzero(found)
    return indices


def columns(stack: Stack) -> Iterator[tuple[Array, Array, int, int, Direction]]:
    """Some losses, their exponents, layer, place, and the direction with a loss a column, after its way back.

    True gradients are those of the column times 2**exponent.
    """
    crossing, T = stack.crossing, stack.crossing.T
    most = max(1, AT_ONCE // (T * crossing.spec.hidden_size))
    for start in range(0, T, most):
        yield from _down(stack, np.arange(start, min(start + most, T)))


def _as_it_came(stack: Stack, losses: Array) -> Iterator[tuple[Array, Array, int, int, Direction]]:
    """As `_down`, where ``losses`` are all that was handed in, one of them."""
    for number, layer in enumerate(stack.layers):
        for place, direction in enumerate(layer):
            yield losses, np.zeros(1, np.int64), number, place, direction


def _down(stack: Stack, losses: Array) -> Iterator[tuple[Array, Array, int, int, Direction]]:
    crossing, T, spec = stack.crossing, stack.crossing.T, stack.crossing.spec
    n = len(losses)
    columns = np.arange(n)
    arriving = np.zeros((T, n, crossing.d_output.shape[2]))
    arriving[losses, columns] = crossing.d_output[losses, 0]
    last = {
        (number, place): tuple(
            at_end(arrived, crossing, number, place, losses) for arrived in (crossing.d_h_n, crossing.d_c_n)
        )
        for number, place in np.ndindex(spec.num_layers, spec.directions)
    }
    sizes = [
        np.abs(arriving).max(axis=(0, 2)),
        *(np.abs(part).max(axis=1) for pair in last.values() for part in pair if part is not None),
    ]
    exponents = np.frexp(np.max(sizes, axis=0))[1]
    arriving = np.ldexp(arriving, -exponents[:, None])
    for number in range(spec.num_layers - 1, -1, -1):
        layer = stack.layers[number]
        below = np.zeros((T, n, layer[0].I))
        for place, single in enumerate(layer):
            direction = single.repeated(n)
            d_h, d_c = (None if part is None else np.ldexp(part, -exponents[:, None]) for part in last[number, place])
            direction.hand(arriving[..., place * spec.state_size : (place + 1) * spec.state_size], d_h, d_c)
            below += direction.backward()
            yield losses, exponents, number, place, direction
        arriving = below if number == 0 or crossing.masks is None else below * crossing.masks[number - 1]
