"""Places: which layers and directions a record holds, and its tensors as one of them sees them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..engine.naming import suffixes, without_suffix

WHOLE = {"W_hy", "b_y", "W_emb"}  # parameters of no layer
BELOW_THE_TOP = {"above_share"}  # of layers with another one above, of which there may be only one


@dataclass(frozen=True)
class Place:
    """A layer, 1 the lowest, and whether it reads the sequence from its end; of how many it is one."""

    layer: int = 1
    reverse: bool = False
    layers: int = 1
    bidirectional: bool = False

    def __str__(self) -> str:
        """In words; empty where there is one layer and one direction."""
        layer = [f"layer {self.layer}"] if self.layers > 1 else []
        direction = ["reverse" if self.reverse else "forward"] if self.bidirectional else []
        if not layer:
            return "".join(f"{one} direction" for one in direction)
        return ", ".join(layer + direction)


def places(names: Iterable[str]) -> dict[str, Place]:
    """All places of a record with tensors of these names, by what their own names end with, the lowest layer first."""
    known = set(names)
    layers = 1
    while f"h_l{layers + 1}" in known:
        layers += 1
    both = "h_reverse" in known
    endings = suffixes(layers, bidirectional=both)
    directions = 2 if both else 1
    return {
        ending: Place(1 + at // directions, ending.endswith("_reverse"), layers, both)
        for at, ending in enumerate(endings)
    }


def seen_from(tensors: Mapping[str, np.ndarray], ending: str) -> dict[str, np.ndarray]:
    """What is one for the whole network, and what belongs to one place, that under the names of the first layer's."""
    bases = {name: without_suffix(name)[0] for name in tensors}
    of_a_layer = {base for name, base in bases.items() if name != base} | BELOW_THE_TOP
    return {
        base if base in of_a_layer else name: values
        for (name, values), base in zip(tensors.items(), bases.values(), strict=True)
        if base not in of_a_layer or name == base + ending
    }


def is_of_the_first(name: str) -> bool:
    """Whether a parameter of this name is one of the first layer and direction, or of the one a record is seen from."""
    return name not in WHOLE and without_suffix(name)[0] == name
