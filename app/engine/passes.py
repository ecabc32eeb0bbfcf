"""The passes of truncated backpropagation through time (Williams & Peng 1990), and their sum."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .layer import Layer


@dataclass(frozen=True)
class Pass:
    """One backward pass of truncated BPTT: E_t for losses_after < t <= last, parameter uses at lowest < k <= last."""

    losses_after: int
    last: int
    lowest: int
    reaches_h0: bool


class PassSum:
    """What the passes of one layer come to: the sum of their adjoints, which takes the place of the last one's."""

    def __init__(self, layer: "Layer") -> None:
        self._layer = layer
        self._parts = (layer.inner, layer.dh, layer.direct)
        self._sums = [np.zeros_like(part) for part in self._parts]
        self._initial = [np.zeros_like(part) for part in layer.initial]

    def add(self, one: Pass) -> None:
        """Count the pass that the layer has just made."""
        uses = slice(one.lowest, one.last)
        states = slice(one.lowest if one.reaches_h0 else one.lowest + 1, one.last + 1)
        for part, total, where in zip(self._parts, self._sums, (uses, states, states), strict=True):
            total[where] += part[where]
        if one.lowest == 0:  # a learned initial state is a parameter used at timestep 1
            for part, total in zip(self._layer.initial, self._initial, strict=True):
                total += part

    def finish(self) -> None:
        """Write the sums where the passes were."""
        for part, total in zip(self._parts, self._sums, strict=True):
            part[:] = total
        self._layer.restore_handed()
        self._layer.initial = self._initial[0], self._initial[1]
