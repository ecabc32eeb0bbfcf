"""safetensors files: written, and read from anyone, their headers checked before anything is allocated.

The arrays that come out are views of the file's bytes (bfloat16, which NumPy does not have, is widened to float32,
which holds every one of its numbers). Nothing is unpickled, nothing is guessed, and whatever is wrong raises BadUpload.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, prod
from typing import Any

import numpy as np

from ..errors import BadUpload, shown
from ..steps import Steps, finish
from ..tensorheader import DTYPES, checked

# The types that are written, by their names in a file, in the order in which their tensors lie.
WRITTEN = {
    np.dtype(name): of_file
    for name, of_file in (
        ("int64", "I64"),
        ("float64", "F64"),
        ("float32", "F32"),
        ("int32", "I32"),
        ("uint8", "U8"),
    )
}
IN_ORDER = list(WRITTEN)
Kind = tuple[str, np.dtype, tuple[int, ...]]  # of a tensor: its name, type and shape
MOST_LAYOUTS = 256  # that are remembered
BLOCK = 2**17  # numbers that are widened at once
PIECE = 2**17  # bytes of a file that are handed on at once


@dataclass(frozen=True, eq=False)
class ByteStream:
    """A tensor of bytes that is made while it is written: so many of them, in pieces."""

    size: int
    pieces: Iterator[bytes]
    dtype = np.dtype(np.uint8)

    @property
    def shape(self) -> tuple[int, ...]:
        """As an array has it."""
        return (self.size,)


@dataclass(frozen=True, eq=False)
class File:
    """A file as it is handed on: how many bytes it has, and they in pieces, of which the first is its whole header.

    So many bytes of them are `held` in memory for this file alone.
    """

    size: int
    pieces: Iterator[bytes]
    held: int = 0

    def whole(self) -> bytes:
        """All of it at once."""
        return b"".join(self.pieces)


def pack(scalars: dict[str, Any], tensors: Mapping[str, np.ndarray]) -> bytes:
    """Safetensors with one metadata key: with two or more, equal contents would not give equal bytes."""
    in_order = {name: np.asarray(values, order="C") for name, values in tensors.items()}
    header, order = _header(scalars, in_order)
    return b"".join([header, *(in_order[name].data for name in order)])


def in_pieces(scalars: dict[str, Any], tensors: Mapping[str, np.ndarray | ByteStream], held: int = 0) -> File:
    """The same file, of which no more than a piece is in memory beside the tensors; so much of these is its own."""
    header, order = _header(scalars, tensors)
    size = len(header) + sum(tensor.dtype.itemsize * prod(tensor.shape) for tensor in tensors.values())
    return File(size, _pieces(header, [tensors[name] for name in order]), held)


def _pieces(header: bytes, tensors: list[np.ndarray | ByteStream]) -> Iterator[bytes]:
    yield header
    for tensor in tensors:
        yield from pieces(tensor)


def pieces(tensor: np.ndarray | ByteStream) -> Iterator[bytes]:
    """The bytes of a tensor, a few at a time."""
    if isinstance(tensor, ByteStream):
        yield from tensor.pieces
        return
    numbers, at_once = np.ascontiguousarray(tensor).reshape(-1), PIECE // tensor.dtype.itemsize
    for at in range(0, len(numbers), at_once):
        yield numbers[at : at + at_once].tobytes()


def _header(scalars: dict[str, Any], tensors: Mapping[str, np.ndarray | ByteStream]) -> tuple[bytes, tuple[str, ...]]:
    """How the file begins, up to the first number, and the order in which its tensors follow."""
    entries, order = _layout(tuple((name, tensor.dtype, tensor.shape) for name, tensor in tensors.items()))
    text = _json(scalars).replace("\\", "\\\\").replace('"', '\\"')  # ASCII without control characters
    header = f'{{"__metadata__":{{"unroll":"{text}"}}{entries}}}'.encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header, order


@lru_cache(MOST_LAYOUTS)
def _layout(kinds: tuple[Kind, ...]) -> tuple[str, tuple[str, ...]]:
    """What a header says of such tensors, and their order: both as the format's own library writes them."""
    entries, at = [], 0
    kinds = tuple(sorted(kinds, key=lambda kind: (IN_ORDER.index(kind[1]), kind[0].encode())))
    for name, dtype, shape in kinds:
        end = at + dtype.itemsize * prod(shape)
        about = {"dtype": WRITTEN[dtype], "shape": shape, "data_offsets": [at, end]}
        entries.append(f",{json.dumps(name, ensure_ascii=False)}:{json.dumps(about, separators=(',', ':'))}")
        at = end
    return "".join(entries), tuple(name for name, _, _ in kinds)


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
    yield
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
