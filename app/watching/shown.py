"""The tensors of a record: one sequence of a captured call, every layer and direction, under the names of a record.

Arrays are those of the contract's records: (T+1)-arrays begin with the initial state, of a reverse direction they end
with it. h, dh, c, dc stay float64, as everything here is worked out in float64.
"""

import numpy as np

from ..engine.activations import ACTIVATIONS
from ..engine.adjoints import LN2, Adjoints, layer_adjoints, ln_norm
from . import flows
from .crossing import Crossing
from .direction import Direction
from .stack import Stack

Array = np.ndarray
Tensors = dict[str, Array]


def name_of(tensor: str, layer: int, reverse: bool) -> str:
    """Layer 1 forward keeps the name; layer l ≥ 2 appends _l and its number, the reverse direction then _reverse."""
    return f"{tensor}{f'_l{layer}' if layer > 1 else ''}{'_reverse' if reverse else ''}"


def of_sequence(alone: Stack) -> tuple[Tensors, float | None]:
    """Tensors and the flow's residual of one sequence, as `only` took it out."""
    tensors: Tensors = {"x": alone.crossing.x[:, 0].astype(np.float32)}
    adjoints = [[layer_adjoints(direction.layer) for direction in layer] for layer in alone.layers]
    for number, (layer, its_adjoints) in enumerate(zip(alone.layers, adjoints, strict=True), start=1):
        for direction, adjoint in zip(layer, its_adjoints, strict=True):
            found = states_of(direction, adjoint) | direction.params
            tensors |= {name_of(name, number, direction.reverse): values for name, values in found.items()}
    pairs, residual = pairs_of(alone, adjoints)
    return tensors | pairs, residual


def only(stack: Stack, example: int) -> Stack:
    """One sequence of ``stack`` by itself, ready for the way back."""
    whole, T, one = stack.crossing, stack.crossing.length(example), slice(example, example + 1)

    def of_one(values: Array | None) -> Array | None:
        return None if values is None else values[:, one]

    crossing = Crossing(
        spec=whole.spec,
        x=whole.x[:T, one],
        lengths=None,
        h0=of_one(whole.h0),
        c0=of_one(whole.c0),
        weights=whole.weights,
        owners={},
        d_output=whole.d_output[:T, one],
        d_h_n=of_one(whole.d_h_n),
        d_c_n=of_one(whole.d_c_n),
        masks=None if whole.masks is None else [mask[:T, one] for mask in whole.masks],
        notes=whole.notes,
    )
    return Stack(crossing, [[direction.of_one(example) for direction in layer] for layer in stack.layers])


def states_of(direction: Direction, adjoint: Adjoints) -> Tensors:
    """What a record always holds, of one layer and direction."""
    layer, spec = direction.layer, direction.spec
    dh = direction.dh[:, 0]
    ln_dh, ln_carried = norms_of(direction, adjoint)
    h = direction.h
    with np.errstate(all="ignore"):
        exponent = LN2 * adjoint.exponent[1:]
        found: Tensors = {
            "h": h,
            "dh": dh,
            "dh_norm": np.exp(ln_dh),
            "ln_dh_norm": ln_dh,
            "dh_carried_norm": np.exp(ln_carried),
            "dW_hh_norm": np.exp(ln_norm(h[:-1]) + ln_norm(adjoint.da) + exponent),
            "dW_xh_norm": np.exp(ln_norm(adjoint.x[:, : direction.I]) + ln_norm(adjoint.da_x) + exponent),
        }
        if layer.cell.c is not None and adjoint.dc is not None and adjoint.ln_dc_norm is not None:
            found |= {"c": layer.cell.c[..., 0].copy(), "dc": np.ldexp(adjoint.dc, adjoint.exponent[:, None])}
            found |= {"dc_norm": np.exp(adjoint.ln_dc_norm), "ln_dc_norm": adjoint.ln_dc_norm}
        a = np.ascontiguousarray(layer.cell.candidate[..., 0])
        slope = ACTIVATIONS[spec.activation].slope(a)
        found |= {"a": a.astype(np.float32), "slope_mean": slope.mean(axis=1)}
        gates = layer.cell.gate_values()
        if gates is not None:
            found["gates"] = gates[..., 0].astype(np.float32)
    return {name: np.ascontiguousarray(values[::-1]) for name, values in found.items()} if direction.reverse else found


def norms_of(direction: Direction, adjoint: Adjoints) -> tuple[Array, Array]:
    """ln ||dE/dh_t|| and ln of the part of it that the next timestep read sends back (T+1,), with rescaling."""
    with np.errstate(all="ignore"):
        if not direction.spec.proj_size:
            carried = ln_norm(adjoint.dh_carried) + LN2 * np.append(adjoint.exponent[1:], 0)
            return adjoint.ln_dh_norm, carried
        sent = adjoint.da.dot(direction.params["W_hh"].T)
        ln_carried = np.append(ln_norm(sent) + LN2 * adjoint.exponent[1:], -np.inf)
        nothing_handed = np.append(True, ~direction.handed[:, 0].any(axis=1))
        return np.where(nothing_handed, ln_carried, ln_norm(direction.dh[:, 0])), ln_carried


def pairs_of(alone: Stack, adjoints: list[list[Adjoints]]) -> tuple[Tensors, float | None]:
    """ln_flow and share of all layers and directions, and the largest residual of those that have one."""
    spec, T = alone.crossing.spec, alone.crossing.T
    width = alone.layers[0][0].layer.da.shape[1]
    if not flows.affordable(T, width):
        return {}, None
    top, tensors, residuals = len(alone.layers) - 1, {}, []
    if spec.num_layers > 1 or spec.proj_size:
        below = flows.of_all(alone)
    for number, layer in enumerate(alone.layers):
        for place, direction in enumerate(layer):
            if number == top and not spec.proj_size:
                tables, residual = flows.of_top(direction, adjoints[number][place])
                residuals.append(residual)
            else:
                tables = dict(zip(("ln_flow", "share"), below[number][place], strict=True))
            for name, values in tables.items():
                tensors[name_of(name, number + 1, direction.reverse)] = values.astype(np.float32)
    return tensors, max(residuals, default=None)
