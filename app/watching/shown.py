"""The tensors of a record: one sequence of a captured call, every layer and direction, under the names of a record.

Arrays are those of the contract's records: (T+1)-arrays begin with the initial state, of a reverse direction they end
with it. h, dh, c, dc stay float64, as everything here is worked out in float64.
"""

import numpy as np

from ..engine import TruncationMeter
from ..engine.activations import ACTIVATIONS
from ..engine.adjoints import Adjoints
from ..engine.ln_norms import LN2, ln_norm
from ..engine.naming import suffix, with_suffix
from . import flows, spectrum
from .crossing import Crossing
from .direction import Direction
from .pairs import all_adjoints
from .stack import Stack, replay

Array = np.ndarray
Tensors = dict[str, Array]


def of_sequence(alone: Stack) -> tuple[Tensors, float | None]:
    """Tensors and the flow's residual of one sequence, as `alone` took it out."""
    tensors: Tensors = {"x": inputs(alone)}
    adjoints = all_adjoints(alone)
    for number, (layer, its_adjoints) in enumerate(zip(alone.layers, adjoints, strict=True), start=1):
        for direction, adjoint in zip(layer, its_adjoints, strict=True):
            found = passed(direction) | states_of(direction, adjoint)
            if spectrum.has_spectrum(alone):
                found |= spectrum.of_steps(direction)
            tensors |= named(found, direction, number) | named(direction.params, direction, number, ordered=True)
    pairs, residual = pairs_of(alone, adjoints)
    return tensors | pairs, residual


def of_lags(meter: TruncationMeter | None) -> Tensors:
    """The gradient of the recurrent weights by lag, of all layers and directions together."""
    return {} if meter is None else {"lag_norm": meter.lag_norm, "truncation_cosine": meter.cosine}


def of_weights(one: Stack) -> Tensors:
    """What the recurrent weights of every layer and direction say by themselves."""
    tensors: Tensors = {}
    for number, layer in enumerate(one.layers, start=1):
        for direction in layer:
            tensors |= named(spectrum.of_weights(direction), direction, number, ordered=True)
    return tensors


def alone(crossing: Crossing, example: int) -> Stack:
    """One sequence by itself, at its own length, after its way back."""
    stack = replay(crossing.of_one(example))
    stack.backward()
    return stack


def in_brief(one: Stack) -> Tensors:
    """What a verdict looks at, of one sequence as `alone` took it out: states, slopes, gates, weights, and of the flow
    the last gradient that was handed in, in either order of reading.
    """
    tensors: Tensors = {"x": inputs(one)}
    for number, layer in enumerate(one.layers, start=1):
        for direction in layer:
            found = passed(direction) | {"dh": direction.dh[:, 0]}
            tensors |= named(found, direction, number) | named(direction.params, direction, number, ordered=True)
    losses = flows.handed(one)
    if len(losses):
        ends = losses[[0, -1]] if one.crossing.spec.bidirectional and len(losses) > 1 else losses[-1:]
        for number, (layer, tables) in enumerate(zip(one.layers, flows.of_some(one, ends), strict=True), start=1):
            for direction, table in zip(layer, tables, strict=True):
                tensors |= named({"ln_flow": table}, direction, number, ordered=True)
    return tensors


def inputs(one: Stack) -> Array:
    """X of the one sequence (T, I)."""
    with np.errstate(all="ignore"):
        return one.crossing.x[:, 0].astype(np.float32)


def named(found: Tensors, direction: Direction, layer: int, *, ordered: bool = False) -> Tensors:
    """Under their names in a record; unless they are ``ordered`` already, in the order of the sequence."""
    if direction.reverse and not ordered:
        found = {name: np.ascontiguousarray(values[::-1]) for name, values in found.items()}
    return with_suffix(found, suffix(layer, reverse=direction.reverse))


def passed(direction: Direction) -> Tensors:
    """What the way up left, in the order of reading: states, pre-activations and slopes, gates."""
    layer = direction.layer
    with np.errstate(all="ignore"):
        a = np.ascontiguousarray(layer.cell.candidate[..., 0])
        slope = ACTIVATIONS[direction.spec.activation].slope(a)
        found: Tensors = {"h": direction.h, "a": a.astype(np.float32), "slope_mean": slope.mean(axis=1)}
        gates = layer.cell.gate_values()
        if gates is not None:
            found["gates"] = gates[..., 0].astype(np.float32)
        return found


def states_of(direction: Direction, adjoint: Adjoints) -> Tensors:
    """What the way back left, of one layer and direction, in the order of reading.

    It is what the script's own backward pass brings, so what is used is all of it.
    """
    layer = direction.layer
    h = direction.h
    with np.errstate(all="ignore"):
        exponent = LN2 * adjoint.exponent[1:]
        dh_norm = np.exp(adjoint.ln_dh_norm)
        found: Tensors = {
            "dh": direction.dh[:, 0],
            "dh_norm": dh_norm,
            "ln_dh_norm": adjoint.ln_dh_norm,
            "dh_norm_used": dh_norm,
            "dh_carried_norm": np.exp(ln_norm(adjoint.dh_carried) + np.append(exponent, 0.0)),
            "dW_hh_norm": np.exp(ln_norm(h[:-1]) + ln_norm(adjoint.da) + exponent),
            "dW_xh_norm": np.exp(ln_norm(adjoint.x[:, : direction.I]) + ln_norm(adjoint.da_x) + exponent),
        }
        if layer.cell.c is not None and adjoint.dc is not None and adjoint.ln_dc_norm is not None:
            found |= {"c": layer.cell.c[..., 0].copy(), "dc": np.ldexp(adjoint.dc, adjoint.exponent[:, None])}
            dc_norm = np.exp(adjoint.ln_dc_norm)
            found |= {"dc_norm": dc_norm, "ln_dc_norm": adjoint.ln_dc_norm, "dc_norm_used": dc_norm}
    return found


def pairs_of(alone: Stack, adjoints: list[list[Adjoints]]) -> tuple[Tensors, float | None]:
    """What tells every E_t by itself, of all layers and directions, and the largest residual."""
    T, spec = alone.crossing.T, alone.crossing.spec
    if not flows.affordable(T, alone.layers[0][0].layer.da.shape[1], spec.num_layers * spec.directions):
        return {}, None
    tensors: Tensors = {}
    residuals = []
    for number, found in enumerate(flows.of_all(alone, adjoints), start=1):
        for direction, (tables, residual) in zip(alone.layers[number - 1], found, strict=True):
            residuals.append(residual)
            tensors |= named(tables, direction, number, ordered=True)
    return tensors, float(np.max(residuals))
