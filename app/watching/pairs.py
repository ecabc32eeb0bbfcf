"""What every E_t by itself sends to every layer and direction of a module, exact at any size.

E_t is what was handed to the module's output at t; gradients of last states belong to the timestep read last. Losses go
down in groups, layer by layer, as in the engine's own stacks (`engine.pairs`); vectors carry powers of two. What those
stacks lack is put between: dropout's masks, gradients that arrive at the last states of any layer, and projections,
where the engine's layer has states u_t and all that is said here is of h_t = u_t W_hr.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..engine.adjoints import Adjoints, layer_adjoints
from ..engine.backstep import with_exponents
from ..engine.pairs import Buffers, LayerPairs, Rows, Sweep, added, aligned, group_size, sliced
from .crossing import Crossing
from .direction import Direction
from .stack import Stack

Array = np.ndarray


def all_adjoints(stack: Stack) -> list[list[Adjoints]]:
    """dE/d(...) of every layer and direction of one sequence (B = 1) after its way back; h, dh and its parts are
    of h_t.

    ``received`` of a layer below the top is what the layer above sends down, and at the timestep read last what was
    handed to the last state.
    """
    T, top = stack.crossing.T, len(stack.layers) - 1
    found: list[list[Adjoints]] = []
    above = Rows(*with_exponents(stack.crossing.d_output))
    with np.errstate(all="ignore"):
        for number in range(top, -1, -1):
            here, sent = [], []
            for place, direction in enumerate(stack.layers[number]):
                handed = _handed(stack, above, number, place, np.array([0 if place else T - 1]))
                to_units = _to_units(handed, direction)
                adjoint = layer_adjoints(direction.layer, (to_units.mantissa[:, 0], to_units.exponent[:, 0]))
                here.append(_of_states(adjoint, direction, handed))
                if number > 0:
                    W_xh = direction.layer.input_weights[: direction.I]
                    down = Rows(adjoint.da_x.dot(W_xh.T)[:, None], adjoint.exponent[1:, None])
                    sent.append(_turned(down, direction))
            found.append(here)
            if number > 0:
                above = _masked(added(sent), stack, number)
    return found[::-1]


def all_pairs(stack: Stack) -> Iterator[tuple[int, int, LayerPairs]]:
    """Layer, place, and what some losses send there, group by group and from the top layer down; after its way back.

    The arrays, and ``losses``, are in the order of reading; gone at the next yield.
    """
    T, spec = stack.crossing.T, stack.crossing.spec
    most, top = group_size(T, spec.hidden_size), len(stack.layers) - 1
    buffers = Buffers(stack.layers[0][0].layer, most)
    sweeps = [
        [Sweep(direction.layer, most, buffers, sends_down=number > 0) for direction in layer]
        for number, layer in enumerate(stack.layers)
    ]
    for first in range(0, T, most):
        losses = np.arange(first, min(first + most, T))
        n = len(losses)
        handed_in = np.zeros((T, n, stack.crossing.d_output.shape[2]))
        handed_in[losses, np.arange(n)] = stack.crossing.d_output[losses, 0]
        above = Rows(*with_exponents(handed_in))
        for number in range(top, -1, -1):
            sent = []
            for place, direction in enumerate(stack.layers[number]):
                sweep = sweeps[number][place]
                handed = _handed(stack, above, number, place, losses)
                start = T if spec.bidirectional and number < top else T - first if direction.reverse else first + n
                last_dc = at_end(stack.crossing.d_c_n, stack.crossing, number, place, losses)
                group = sweep.back(
                    slice(first, first + n),
                    _to_units(handed, direction),
                    start,
                    last_dc=None if last_dc is None else Rows(*with_exponents(last_dc)),
                )
                yield number, place, _pairs_of_states(group, direction, handed, losses)
                if number > 0:
                    down = sweep.to_inputs(n)
                    sent.append(_turned(Rows(down.mantissa[..., : direction.I], down.exponent), direction))
            if number > 0:
                above = _masked(added(sent), stack, number)


def _handed(stack: Stack, above: Rows, number: int, place: int, losses: Array) -> Rows:
    """What comes to a direction's states, but not from its own: each loss by itself (T, n, P), as it is read."""
    P = stack.crossing.spec.state_size
    handed = _turned(sliced(above, place * P, P), stack.layers[number][place])
    last = at_end(stack.crossing.d_h_n, stack.crossing, number, place, losses)
    if last is None:
        return handed
    arriving = Rows(np.zeros_like(handed.mantissa), np.zeros_like(handed.exponent))
    arriving.mantissa[-1], arriving.exponent[-1] = with_exponents(last)
    return added([handed, arriving])


def at_end(arrived: Array | None, crossing: Crossing, number: int, place: int, losses: Array) -> Array | None:
    """What ``arrived`` at a direction's last state, for each loss by itself (n, …): a part of the loss of the timestep
    that the direction reads last. None where nothing did, or that loss is not among these.
    """
    last = 0 if place else crossing.T - 1
    if arrived is None or last not in losses:
        return None
    vectors = np.zeros((len(losses), arrived.shape[2]))
    vectors[losses == last] = arrived[number * crossing.spec.directions + place, 0]
    return vectors


def _turned(rows: Rows, direction: Direction) -> Rows:
    """From the order of the sequence to that of reading, and the other way round."""
    return Rows(rows.mantissa[::-1], rows.exponent[::-1]) if direction.reverse else rows


def _masked(rows: Rows, stack: Stack, number: int) -> Rows:
    """What layer ``number`` sends down, through the dropout below it."""
    masks = stack.crossing.masks
    return rows if masks is None else Rows(rows.mantissa * masks[number - 1], rows.exponent)


def _to_units(handed: Rows, direction: Direction) -> Rows:
    """dE/dh_t as the engine's layer has it: of u_t, where h_t = u_t W_hr."""
    if not direction.spec.proj_size:
        return handed
    return Rows(handed.mantissa.dot(direction.projection.T), handed.exponent)


def _of_states(adjoint: Adjoints, direction: Direction, handed: Rows) -> Adjoints:
    """The same adjoints with h_t and those of h_t in place of u_t's."""
    received, received_exponent = handed.mantissa[:, 0], handed.exponent[:, 0]
    adjoint = replace(adjoint, received=received, received_exponent=received_exponent)
    if not direction.spec.proj_size:
        return adjoint
    carried = np.zeros((direction.T + 1, direction.P))
    carried[:-1] = adjoint.da.dot(direction.params["W_hh"].T)
    dh = carried * _powers(np.append(adjoint.exponent[1:], 0) - adjoint.exponent)[:, None]
    dh[1:] += received * _powers(received_exponent - adjoint.exponent[1:])[:, None]
    return replace(adjoint, h=direction.h, dh=dh, dh_carried=carried)


def _pairs_of_states(group: LayerPairs, direction: Direction, handed: Rows, losses: Array) -> LayerPairs:
    """The same pairs with those of h_k in place of u_k's, and the losses in the order of reading."""
    n, T, exponent = len(losses), direction.T, group.exponent
    rows = slice(T - 1 - losses[0], T - 1 - losses[-1] - 1 if losses[-1] < T - 1 else None, -1)
    group = replace(group, losses=rows if direction.reverse else group.losses)
    if not direction.spec.proj_size:
        return group
    carried = np.zeros((T + 1, n, direction.P))
    carried[:-1] = group.da.dot(direction.params["W_hh"].T) * _powers(exponent[1:] - exponent[:-1])[..., None]
    above, dh = aligned(handed, exponent[1:]), carried.copy()
    dh[1:] += above
    return replace(group, dh=dh, carried=carried, above=above)


def _powers(exponents: Array) -> Array:
    """2**exponents; what is beyond 2^±1000 goes with zeros alone."""
    found: Array = np.ldexp(1.0, np.clip(exponents, -2000, 1000))
    return found
