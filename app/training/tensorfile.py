"""safetensors files: written, and read from anyone. When reading, everything is checked before anything is allocated.

The arrays that come out are views of the file's bytes (bfloat16, which NumPy does not have, is widened to float32,
which holds every one of its numbers). Nothing is unpickled, nothing is guessed, and whatever is wrong raises BadUpload.
"""

import json
from collections.abc import Mapping
from math import isfinite, prod
from typing import Any, NoReturn

import numpy as np
from safetensors import TensorSpec, serialize

from .. import strictjson
from ..errors import BadUpload, shown
from .limits import MAX_AXES, MAX_ENTRIES, MAX_HEADER_BYTES, MAX_TENSORS

DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",  # the bits; see `_widened`
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
}
# The types that are written, by the names the library knows.
WRITTEN = {np.dtype(name): name for name in ("float64", "float32", "int64", "int32", "uint8")}
Kind = tuple[str, np.dtype, tuple[int, ...]]  # of a tensor: its name, type and shape
MOST_LAYOUTS = 256  # that are remembered
_layouts: dict[tuple[Kind, ...], tuple[str, tuple[str, ...]]] = {}
IN_PYTORCH = "safetensors.torch.save_file(model.state_dict(), path) writes one."
OTHER_FORMATS = {  # by their first bytes
    b"\x80": f"It is a pickle, which can run any program and is never opened. {IN_PYTORCH}",
    b"\x93NUMPY": "It is one NumPy array. safetensors.numpy.save_file({'inputs': x, 'targets': y}, path) writes one.",
    b"\x89HDF": "It is HDF5. safetensors.numpy.save_file, given a dict of its arrays, writes one.",
}


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
    if len(blob) < 8:
        _refuse(f"at least 8 bytes; got {len(blob)}")
    length = int.from_bytes(blob[:8], "little")
    if not 2 <= length <= min(MAX_HEADER_BYTES, len(blob) - 8):
        other = next((words for start, words in OTHER_FORMATS.items() if blob.startswith(start)), None)
        if other is not None:
            raise BadUpload(f"Expected a safetensors file. {other}")
        _refuse(f"a header that fits into the file and {MAX_HEADER_BYTES} bytes; its length says {shown(length)}")
    header = strict_json(blob[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        _refuse("metadata of names and texts")
    if len(header) > MAX_TENSORS:
        _refuse(f"at most {MAX_TENSORS} tensors; got {len(header)}")
    return metadata, _tensors(header, blob, 8 + length)


def strict_json(text: bytes | str) -> dict[str, Any]:
    """A JSON object without duplicate names and without NaN."""
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        value = strictjson.loads(decoded)
    except (ValueError, RecursionError):
        _refuse("a header of strict JSON, every name once, no NaN")
    if not isinstance(value, dict):
        _refuse("a JSON object as header")
    return value


def _tensors(header: dict[str, Any], blob: bytes, start: int) -> dict[str, np.ndarray]:
    """The tensors, which must follow each other without gaps and fill the file."""
    spans = sorted(((*_span(name, entry), name) for name, entry in header.items()), key=lambda span: span[:2])
    position = 0
    for begin, end, name in spans:
        if begin != position:
            _refuse(f"tensors that follow each other without gap; {shown(name)} begins at {begin}, not {position}")
        position = end
    if position != len(blob) - start:
        _refuse(f"{position} bytes of tensors; got {len(blob) - start}")
    return {name: _array(header[name], blob, start + begin) for begin, _, name in spans}


def _array(entry: dict[str, Any], blob: bytes, begin: int) -> np.ndarray:
    values = np.frombuffer(blob, DTYPES[entry["dtype"]], prod(entry["shape"]), begin).reshape(entry["shape"])
    return _widened(values) if entry["dtype"] == "BF16" else values


def _widened(bits: np.ndarray) -> np.ndarray:
    """Bfloat16 numbers as float32: their 16 bits are the upper half of a float32's 32."""
    return (bits.astype("<u4") << 16).view("<f4")


def _span(name: str, entry: Any) -> tuple[int, int]:
    """The first and last offset of a tensor's bytes; BadUpload where dtype, shape and offsets do not agree."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        _refuse(f"dtype, shape and data_offsets for {shown(name)}")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        _refuse(f"tensors of {', '.join(DTYPES)}; {shown(name)} is {shown(dtype)}")
    if not _are_sizes(shape) or len(shape) > MAX_AXES or prod(size for size in shape if size) > MAX_ENTRIES:
        _refuse(f"at most {MAX_AXES} sizes, with a product of at most {MAX_ENTRIES}, as shape of {shown(name)}")
    if not _are_sizes(offsets) or len(offsets) != 2:
        _refuse(f"two offsets for {shown(name)}")
    if offsets[1] - offsets[0] != prod(shape) * np.dtype(DTYPES[dtype]).itemsize:
        _refuse(f"as many bytes for {shown(name)} as its dtype and shape need")
    return offsets[0], offsets[1]


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 2**48 for value in values)


def _refuse(expected: str) -> NoReturn:
    raise BadUpload(f"This is not a valid safetensors file: expected {expected}.")


def finite(tensors: Mapping[str, np.ndarray]) -> None:
    """Refuse tensors that hold a number which is not finite."""
    for name, values in tensors.items():
        if not np.isfinite(values).all():
            raise BadUpload(f"Every number must be finite; {shown(name)} holds others.")
