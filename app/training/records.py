"""Record: what one iteration looked like, as plain NumPy, and as one safetensors file."""

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors import TensorSpec, serialize

from .quantities import WATCHABLE, source
from .table import table

# The types of what is packed, by the names the library knows.
NAMES = {np.dtype(name): name for name in ("float64", "float32", "int64", "int32", "uint8")}


@dataclass(frozen=True, eq=False)
class Record:
    """Iteration n: everything under the weights after n updates.

    `scalars` are about the training batch that update n will use, the `tensors` about the probe sequence (`grad.NAME`
    about the batch again). Both are reachable as attributes: `record.loss`, `record.dh`.
    """

    scalars: dict[str, Any]
    tensors: dict[str, np.ndarray]

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


def pack(scalars: dict[str, Any], tensors: dict[str, np.ndarray]) -> bytes:
    """Safetensors with one metadata key: with two or more, equal contents would not give equal bytes."""
    text = json.dumps(_jsonable(scalars), allow_nan=False, separators=(",", ":"))
    # The library writes memory as it lies, whatever the strides; `in_order` keeps it alive meanwhile.
    in_order = {name: np.asarray(values, order="C") for name, values in tensors.items()}
    # As `safetensors.numpy.save` would, which asks every tensor for the name of its type again.
    specs = {
        name: TensorSpec(
            dtype=NAMES[values.dtype], shape=values.shape, data_ptr=values.ctypes.data, data_len=values.nbytes
        )
        for name, values in in_order.items()
    }
    return bytes(serialize(specs, metadata={"unroll": text}))


def _advice(name: str) -> str:
    quantity = source(name)
    if quantity is None:
        return f"Quantities that may be watched are {', '.join(WATCHABLE)}."
    return f'Ask for it: watch={{"{quantity}"}}.'


def _jsonable(value: Any) -> Any:
    """The same value in types JSON has; a number that is not finite becomes null."""
    if isinstance(value, dict):
        return {name: _jsonable(item) for name, item in value.items()}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
