"""A whole module replayed: layers from the lowest up, then the gradients from the top down."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from .crossing import Crossing
from .direction import Direction, Params, as_pytorch, parameters

Array = np.ndarray
Key = TypeVar("Key", bound=Hashable)


def pytorch_suffix(layer: int, reverse: bool) -> str:
    """What PyTorch appends to a parameter's name; layers counted from 0."""
    return f"_l{layer}{'_reverse' if reverse else ''}"


@dataclass
class Stack:
    """Directions by layer, lowest first, after the way up; `backward` hands down what arrived from outside."""

    crossing: Crossing
    layers: list[list[Direction]]

    def backward(self) -> None:
        """From the top layer to the lowest: dE/d(outputs) of a layer is dE/dx of the one above, through its dropout."""
        crossing, spec = self.crossing, self.crossing.spec
        arriving = crossing.d_output
        for number in range(spec.num_layers - 1, -1, -1):
            below = np.zeros(self.layers[number][0].inputs.shape)
            for place, direction in enumerate(self.layers[number]):
                of_state = slice(place * spec.state_size, (place + 1) * spec.state_size)
                row = number * spec.directions + place
                last_h, last_c = (None if last is None else last[row] for last in (crossing.d_h_n, crossing.d_c_n))
                direction.hand(arriving[..., of_state], last_h, last_c if spec.cell == "lstm" else None)
                below += direction.backward()
            arriving = below if number == 0 or crossing.masks is None else below * crossing.masks[number - 1]

    def gradients(self) -> dict[str, Array]:
        """dE/d(parameters) by PyTorch's names, summed over the batch; after `backward`."""
        found: dict[str, Array] = {}
        for number, directions in enumerate(self.layers):
            for direction in directions:
                found |= as_pytorch(direction.gradients(), pytorch_suffix(number, direction.reverse))
        return {name: values for name, values in found.items() if name in self.crossing.weights}


def replay(crossing: Crossing) -> Stack:
    """The way up: every layer from what entered it."""
    spec = crossing.spec
    entering, layers = crossing.x, []
    for number in range(spec.num_layers):
        directions = [_direction(crossing, number, bool(place), entering) for place in range(spec.directions)]
        layers.append(directions)
        if number < spec.num_layers - 1:
            entering = np.concatenate([direction.states for direction in directions], axis=2)
            entering = entering if crossing.masks is None else entering * crossing.masks[number]
    return Stack(crossing, layers)


def _direction(crossing: Crossing, number: int, reverse: bool, entering: Array) -> Direction:
    spec = crossing.spec
    params: Params = parameters(spec, crossing.weights, pytorch_suffix(number, reverse))
    row = number * spec.directions + int(reverse)
    h0, c0 = (None if initial is None else initial[row] for initial in (crossing.h0, crossing.c0))
    return Direction(spec, params, entering, crossing.lengths, h0, c0, reverse)


def residual(own: dict[Key, Array], replayed: dict[Key, Array]) -> float:
    """The largest ||replayed - own|| / ||own|| over parameters; an ||own|| below 1e-7 of the whole counts as that."""
    with np.errstate(all="ignore"):
        whole = np.sqrt(sum(float(np.vdot(values, values)) for values in own.values()))
        largest = 0.0
        for name, values in own.items():
            error = float(np.linalg.norm(replayed[name] - values))
            size = max(float(np.linalg.norm(values)), 1e-7 * whole)
            largest = max(largest, error / size) if error > 0.0 or size > 0.0 else largest
            if not np.isfinite(error):
                return float("nan")
        return largest
