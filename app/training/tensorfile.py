"""safetensors files: written, and read from anyone, their headers checked before anything is allocated.

The arrays that come out are views of the file's bytes (bfloat16, which NumPy does not have, is widened to float32,
which holds every one of its numbers). Nothing is unpickled, nothing is guessed, and whatever is wrong raises BadUpload.
"""

import json
from collections.abc import Mapping
from math import isfinite, prod
from typing import Any

import numpy as np
from safetensors import TensorSpec, serialize

from ..errors import BadUpload, shown
from ..steps import Steps, finish
from ..tensorheader import DTYPES, checked

# The types that are written, by the names the library knows.
WRITTEN = {np.dtype(name): name for name in ("float64", "float32", "int64", "int32", "uint8")}
Kind = tuple[str, np.dtype, tuple[int, ...]]  # of a tensor: its name, type and shape
MOST_LAYOUTS = 256  # that are remembered
BLOCK = 2**17  # numbers that are widened at once
_layouts: dict[tuple[Kind, ...], tuple[str, tuple[str, ...]]] = {}


def pack(scalars: dict[str, Any], tensors: dict[str, np.ndarray]) -> bytes:
    """Safetensors with one metadata key: with two or more, equal contents would not give equal bytes."""
    text = _json(scalars)
    in_order = {name: np.asarray(values, order="C") for name, values in tensors.items()}
    kinds = tuple((name, values.dtype, values.shape) for name, values in in_order.items())
    start = _start(text)
    layout = _layouts.get(kinds)
    if layout is not None:
        end, order = layout
        header = (start + end).encode()
        header += b" " * (-len(header) % 8)
        parts: list[bytes | memoryview] = [len(header).to_bytes(8, "little"), header]
        return b"".join(parts + [in_order[name].data for name in order])
    file = _written(text, in_order)
    header = file[8 : 8 + int.from_bytes(file[:8], "little")]
    if header.startswith(start.encode()):
        _remember(kinds, header[len(start) :].decode(), header)
    return file


def _start(text: str) -> str:
    """How a header with this metadata begins; ``text`` is ASCII without control characters."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'{{"__metadata__":{{"unroll":"{escaped}"}}'


def _written(text: str, in_order: dict[str, np.ndarray]) -> bytes:
    """The file as the library writes it: memory as it lies, whatever the strides."""
    # As `safetensors.numpy.save` would, which asks every tensor for the name of its type again.
    specs = {
        name: TensorSpec(
            dtype=WRITTEN[values.dtype], shape=values.shape, data_ptr=values.ctypes.data, data_len=values.nbytes
        )
        for name, values in in_order.items()
    }
    return bytes(serialize(specs, metadata={"unroll": text}))


def _remember(kinds: tuple[Kind, ...], end: str, header: bytes) -> None:
    """How the header of such tensors ends, and the order in which they lie: the next file needs no library."""
    if len(_layouts) >= MOST_LAYOUTS:
        _layouts.clear()
    entries = json.loads(header)
    del entries["__metadata__"]
    _layouts[kinds] = end.rstrip(" "), tuple(sorted(entries, key=lambda name: entries[name]["data_offsets"]))


def _json(scalars: dict[str, Any]) -> str:
    try:
        return json.dumps(scalars, allow_nan=False, separators=(",", ":"))
    except ValueError:  # a number that is not finite
        return json.dumps(_jsonable(scalars), allow_nan=False, separators=(",", ":"))


def _jsonable(value: Any) -> Any:
    """The same value in types JSON has; a number that is not finite becomes null."""
    if isinstance(value, dict):
        return {name: _jsonable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value


def read(blob: bytes) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """The metadata and the tensors of a safetensors file."""
    return finish(reading(blob))


def reading(blob: bytes) -> Steps[tuple[dict[str, str], dict[str, np.ndarray]]]:
    """The same in steps."""
    metadata, stored = checked(blob)
    tensors = {}
    for tensor in stored:
        values = np.frombuffer(blob, DTYPES[tensor.dtype], prod(tensor.shape), tensor.begin)
        if tensor.dtype == "BF16":
            values = yield from _widened(values)
        tensors[tensor.name] = values.reshape(tensor.shape)
    return metadata, tensors


def _widened(bits: np.ndarray) -> Steps[np.ndarray]:
    """Bfloat16 numbers as float32: their 16 bits are the upper half of a float32's 32."""
    wide = np.empty(bits.shape, "<u4")
    for at in range(0, len(bits), BLOCK):
        np.left_shift(bits[at : at + BLOCK], 16, out=wide[at : at + BLOCK], dtype="<u4")
        yield
    return wide.view("<f4")


def finite(tensors: Mapping[str, np.ndarray]) -> None:
    """Refuse tensors that hold a number which is not finite."""
    for name, values in tensors.items():
        if not np.isfinite(values).all():
            raise BadUpload(f"Every number must be finite; {shown(name)} holds others.")
