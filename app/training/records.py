"""Record: one iteration in numbers, as NumPy arrays and as one safetensors file."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .quantities import WATCHABLE, source
from .table import table
from .tensorfile import pack


@dataclass(frozen=True, eq=False)
class Record:
    """Iteration n: everything under the weights after n updates.

    `scalars` are about the training batch that update n will use, the `tensors` about the probe sequence (`grad.NAME`
    about the batch again). Both are reachable as attributes: `record.loss`, `record.dh`. `complete` says whether all of
    it was measured at this iteration, also what is expensive.
    """

    scalars: dict[str, Any]
    tensors: dict[str, np.ndarray]
    complete: bool = True

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            for values in (self.tensors, self.scalars):
                if name in values:
                    return values[name]
        raise AttributeError(f"this record has no {name}. {_advice(name)}")

    def table(self) -> dict[str, np.ndarray]:
        """What belongs to a timestep as equal columns, a row for each t = 0 … T: `pandas.DataFrame` takes it."""
        return table(self.tensors)

    def to_bytes(self) -> bytes:
        """The record as safetensors; its one metadata key, `unroll`, holds the scalars as JSON."""
        return pack(self.scalars, self.tensors)


def _advice(name: str) -> str:
    quantity = source(name)
    if quantity is None:
        return f"Quantities that may be watched are {', '.join(WATCHABLE)}."
    return f'Ask for it: watch={{"{quantity}"}}.'
