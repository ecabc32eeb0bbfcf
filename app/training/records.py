"""Record: one iteration in numbers, as NumPy arrays and as one safetensors file."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import BadValue
from .places import Place, places, seen_from
from .quantities import WATCHABLE, source
from .table import table
from .tensorfile import pack


@dataclass(frozen=True, eq=False)
class Record:
    """Iteration n: everything under the weights after n updates.

    `scalars` are about the training batch that update n will use, the `tensors` about the probe sequence (`grad.NAME`
    about the batch again). Both are reachable as attributes: `record.loss`, `record.dh`. `complete` says whether all of
    it was measured at this iteration, also what is expensive. `place`: the layer and direction from which it is
    seen, where one was chosen.
    """

    scalars: dict[str, Any]
    tensors: dict[str, np.ndarray]
    complete: bool = True
    place: Place | None = None

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            for values in (self.tensors, self.scalars):
                if name in values:
                    return values[name]
        raise AttributeError(f"this record has no {name}. {_advice(name)}")

    @property
    def places(self) -> list[Place]:
        """Its layers and directions, from the lowest layer up, forward first."""
        return [self.place] if self.place else list(places(self.tensors).values())

    def of_layer(self, layer: int = 1, *, reverse: bool = False) -> "Record":
        """The same as one layer and direction sees it: `h`, `dh_norm`, `W_hh` … are its own.

        In the reverse direction row j of T+1 rows is the state at t = j + 1. BadValue where there is no such layer.
        """
        if self.place and (self.place.layer, self.place.reverse) == (layer, reverse):
            return self
        for ending, place in ({} if self.place else places(self.tensors)).items():
            if (place.layer, place.reverse) == (layer, reverse):
                return replace(self, tensors=seen_from(self.tensors, ending), place=place)
        known = "; ".join(str(place) for place in self.places if str(place)) or "one layer in one direction"
        raise BadValue(
            f"Expected a layer and direction of this record ({known}); got layer {layer}, reverse={reverse}."
        )

    def table(self) -> dict[str, np.ndarray]:
        """What belongs to a timestep as equal columns, a row for each t = 0 … T: `pandas.DataFrame` takes it."""
        return table(self.tensors, reverse=self.place is not None and self.place.reverse)

    def to_bytes(self) -> bytes:
        """The record as safetensors; its one metadata key, `unroll`, holds the scalars as JSON."""
        return pack(self.scalars, self.tensors)


def _advice(name: str) -> str:
    quantity = source(name)
    if quantity is None:
        return f"Quantities that may be watched are {', '.join(WATCHABLE)}."
    return f'Ask for it: watch={{"{quantity}"}}.'
