"""Own data, from a file or a script, and into a snapshot and back."""

import hashlib
from collections.abc import Mapping

import numpy as np

from ..errors import BadUpload
from ..tasks import OwnData, Sequences, Series, Text
from . import tensorfile

Tensors = dict[str, np.ndarray]


def read_sequences(dataset: Mapping[str, np.ndarray] | bytes) -> Sequences:
    """Sequences from arrays `inputs`, `targets` and, if wanted, `h0`, or from a safetensors file of them."""
    return Sequences.of(tensorfile.read(dataset)[1] if isinstance(dataset, bytes) else dataset)


def read_text(text: str | bytes) -> Text:
    """A text, or the bytes of one in UTF-8."""
    return Text.of(_decoded(text, "text"))


def read_series(csv: str | bytes) -> Series:
    """CSV with numeric columns, or the bytes of it in UTF-8."""
    return Series.of(_decoded(csv, "csv"))


def _decoded(text: str | bytes, field: str) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadUpload(
            f"The file must be text in UTF-8; byte {error.start} is not. Save it as UTF-8.", field
        ) from None


def pack(data: OwnData) -> tuple[Tensors, list[str] | None]:
    """The data as tensors, and the names of a series' columns."""
    match data:
        case Text():
            text = "".join(np.array(data.vocabulary)[data.codes])
            return {"text": np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)}, None
        case Series():
            return {"series": data.values}, list(data.columns)
    tensors = {"inputs": data.inputs, "targets": data.targets}
    return tensors if data.h0 is None else {**tensors, "h0": data.h0}, None


def unpack(tensors: Mapping[str, np.ndarray], columns: list[str] | None) -> OwnData:
    """The inverse of `pack`, for tensors that may come from anyone."""
    if set(tensors) == {"text"} and tensors["text"].dtype == np.uint8:
        return _saved_text(tensors["text"].tobytes())
    if set(tensors) == {"series"} and columns is not None:
        values = tensors["series"]
        if values.dtype != np.float64 or values.ndim != 2 or values.shape[1] != len(columns):
            raise BadUpload("A series needs F64 values (N, C) and C names of columns.")
        tensorfile.finite(tensors)
        return Series(tuple(columns), values)
    return Sequences.of(tensors)


def _saved_text(encoded: bytes) -> Text:
    """Exactly the text that `pack` saw: nothing is left out, not even a mark at its beginning."""
    try:
        return Text.of(encoded.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise BadUpload(f"The own text must be UTF-8; byte {error.start} is not.", "text") from None


def digest(data: OwnData) -> str:
    """A hash by which the same data are known again."""
    tensors, columns = pack(data)
    found = hashlib.sha256(repr(columns).encode())
    for name, values in sorted(tensors.items()):
        found.update(f"{name} {values.dtype} {values.shape}".encode())
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()
