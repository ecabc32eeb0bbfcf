"""Own data: read from files or arrays, packed into a snapshot and unpacked again."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Annotated, Any
from weakref import WeakKeyDictionary

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from ..errors import BadUpload, Choice
from ..steps import Steps, finish
from ..tasks import Options as Options
from ..tasks import OwnData as OwnData
from ..tasks import Sequences, Series, Text
from ..tasks.columns import parts
from . import arrays_from, tensorfile
from .arrays_from import Bytes, Source
from .limits import MAX_SAID, MAX_WORDS_BYTES

Tensors = dict[str, np.ndarray]
READ = "series_read"  # notes on how a series was read
BLOCK = 2**15  # characters of a text that are encoded at once, or bytes that are decoded
_HASHES: WeakKeyDictionary[OwnData, str] = WeakKeyDictionary()


class _LeftOut(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    what: str
    why: str


class _Words(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    left_out: Annotated[list[_LeftOut], FailFast(), Field(max_length=MAX_SAID)]
    notes: Annotated[list[str], FailFast(), Field(max_length=MAX_SAID)]
    others: Annotated[list[str], FailFast(), Field(max_length=MAX_SAID)] = []


def read_sequences(dataset: Source, *, time_first: bool = False) -> Sequences:
    """Sequences from `inputs`, `targets` and, if wanted, `h0` and `lengths`: arrays, torch tensors, bytes or a path."""
    return Sequences.of(arrays_from.read(dataset)[1], time_first=time_first)


def own_data(dataset: Source | OwnData | None) -> OwnData | None:
    """Data as they are, or sequences read from what a script hands over."""
    return dataset if dataset is None or isinstance(dataset, OwnData) else read_sequences(dataset)


def read_text(text: str | Bytes | PathLike[str]) -> Text:
    """A text, the bytes of one in UTF-8 or UTF-16, or the path of such a file; CRLF and CR become LF, a BOM goes.

    What is none of these, or no text that can be learned from, raises BadUpload; a path that leads nowhere raises
    FileNotFoundError. A str is the text itself, never a path.
    """
    return finish(Text.reading(_content(text)))


def read_series(csv: str | Bytes | PathLike[str], **options: Any) -> Series:
    """CSV with numeric columns, its bytes or its path; options as in `Options`; refused as by `read_text`."""
    return Series.of(_content(csv), Options(**options))


def reading(kind: str, content: str | bytes, **options: Any) -> Steps[OwnData]:
    """A text, or a series with its options, read in steps that leave nothing to be done at once later."""
    chosen = Options(**options)
    data: OwnData
    if kind == "text":
        data = yield from Text.reading(content, chosen)
    else:
        data = yield from _series_or_what_helps(content, chosen)
    yield from digesting(data)
    return data


def _series_or_what_helps(content: str | bytes, options: Options) -> Steps[Series]:
    """A series; where nothing would make one of the file, it may be a text that can be learned from."""
    try:
        return (yield from Series.reading(content, options))
    except BadUpload as error:
        if error.choices:
            raise
        refusal = error.with_traceback(None)  # else it and this frame would hold each other
    try:
        yield from Text.reading(content, options)
    except BadUpload:
        raise refusal from None
    raise BadUpload(str(refusal), refusal.field, [Choice("Read it as a text", {"kind": "text"})]) from None


def reading_file(kind: str, content: str | bytes, **options: Any) -> Steps[OwnData]:
    """The same for every kind of own data that a file may hold."""
    if kind != "dataset" or not isinstance(content, bytes):
        return (yield from reading(kind, content, **options))
    arrays = (yield from arrays_from.reading(content))[1]
    data = yield from Sequences.reading(arrays, time_first=Options(**options).time_first)
    yield from digesting(data)
    return data


def _content(source: str | Bytes | PathLike[str]) -> str | bytes:
    if not isinstance(source, str | Bytes | PathLike):
        raise BadUpload(f"Expected text, its bytes, or the Path of a file; got {type(source).__name__}.")
    if isinstance(source, PathLike):
        return Path(source).read_bytes()
    return source if isinstance(source, str) else bytes(source)


def packed(data: OwnData) -> tuple[Mapping[str, np.ndarray | tensorfile.ByteStream], list[str] | None]:
    """The data as tensors, and the names of a series' columns; a text is encoded when it is written."""
    match data:
        case Text():
            sizes = [len(character.encode("utf-8", "surrogatepass")) for character in data.vocabulary]
            return {"text": tensorfile.ByteStream(int(data.counts @ sizes), _encoded(data))}, None
        case Series():
            return {"series": data.values, READ: _as_json(data)}, list(data.columns)
    tensors = {"inputs": data.inputs, "targets": data.targets, "h0": data.h0, "lengths": data.lengths}
    return {name: values for name, values in tensors.items() if values is not None}, None


def _encoded(text: Text) -> Iterator[bytes]:
    """The text in UTF-8, in pieces."""
    points = np.array([ord(character) for character in text.vocabulary], "<u4")
    for at in range(0, len(text.codes), BLOCK):
        piece = points[text.codes[at : at + BLOCK]].tobytes().decode("utf-32-le", "surrogatepass")
        yield piece.encode("utf-8", "surrogatepass")


def unpacking(
    tensors: Mapping[str, np.ndarray], columns: list[str] | None, wanted: str | None
) -> Steps[OwnData | None]:
    """The inverse of `packed` in steps, for tensors that may come from anyone; None where their `digest` is not the
    one that is `wanted`.

    As `reading`, it leaves nothing to be done at once later.
    """
    return (yield from known_as((yield from _unpacking(tensors, columns)), wanted))


def _unpacking(tensors: Mapping[str, np.ndarray], columns: list[str] | None) -> Steps[OwnData]:
    if set(tensors) == {"text"} and tensors["text"].dtype == np.uint8:
        return (yield from _saved_text(tensors["text"].reshape(-1)))
    if {"series"} <= set(tensors) <= {"series", READ} and columns is not None:
        values = tensors["series"]
        if values.dtype != np.float64 or values.ndim != 2 or values.shape[1] != len(columns):
            raise BadUpload(
                f"Expected the series as F64 (N, {len(columns)}), as it names {len(columns)} columns; got "
                f"{values.dtype} {values.shape}. Save the snapshot again, with its dataset."
            )
        for rows in parts(values):
            tensorfile.finite({"series": values[rows]})
            yield
        return Series(tuple(columns), values, *_words(tensors.get(READ)))
    return (yield from Sequences.reading(tensors))


def _saved_text(encoded: np.ndarray) -> Steps[Text]:
    """Exactly the text that was packed: nothing is left out, not even a byte order mark."""
    return Text.from_pieces(lambda: _decoded(encoded))


def _decoded(encoded: np.ndarray) -> Iterator[str]:
    """A text in UTF-8 (uint8), decoded in pieces, none of which ends within a character."""
    at = 0
    while at < len(encoded):
        end = min(at + BLOCK, len(encoded))
        if end < len(encoded):
            end = next((cut for cut in range(end, end - 4, -1) if encoded[cut] & 0xC0 != 0x80), end)
        try:
            yield encoded[at:end].tobytes().decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise BadUpload(
                f"The snapshot's text must be UTF-8; byte {at + error.start} is not. Save the snapshot again, with its "
                "dataset.",
                "text",
            ) from None
        at = end


def _as_json(series: Series) -> np.ndarray:
    """The notes on how a series was read, as bytes."""
    words = {"left_out": series.left_out, "notes": series.notes, "others": series.others}
    return np.frombuffer(json.dumps(words).encode(), np.uint8)


def _words(encoded: np.ndarray | None) -> tuple[list[dict[str, str]], list[str], list[str]]:
    """The inverse of `_as_json`, for bytes that may come from anyone; older snapshots have none."""
    if encoded is None:
        return [], [], []
    wrong = BadUpload(f"Expected {READ} to hold the notes on how a series was read; it does not.")
    if encoded.dtype != np.uint8 or encoded.size > MAX_WORDS_BYTES:
        raise wrong
    try:
        words = _Words.model_validate_json(encoded.tobytes())
    except ValidationError:
        raise wrong from None
    return [left.model_dump() for left in words.left_out], words.notes, words.others


def nbytes(data: OwnData) -> int:
    """Bytes of memory that the data take."""
    return sum(values.nbytes for values in vars(data).values() if isinstance(values, np.ndarray))


def digest(data: OwnData) -> str:
    """A hash that is equal for equal data; of a series, also where the same rows are trained on."""
    return finish(digesting(data))


def digesting(data: OwnData) -> Steps[str]:
    """The same in steps, of which data that were hashed before need none."""
    if data not in _HASHES:
        _HASHES[data] = yield from _hashing(data)
    return _HASHES[data]


def _hashing(data: OwnData) -> Steps[str]:
    """Tensors and columns as `packed` has them, without what is said about them."""
    columns = list(data.columns) if isinstance(data, Series) else None
    found = hashlib.sha256(repr(columns).encode())
    if isinstance(data, Series) and data.training_rows < len(data.values):
        found.update(f"{data.training_rows} training rows".encode())
    tensors = dict(packed(data)[0])
    tensors.pop(READ, None)
    for name, tensor in sorted(tensors.items()):
        found.update(f"{name} {tensor.dtype} {tensor.shape}".encode())
        for piece in tensorfile.pieces(tensor):
            found.update(piece)
            yield
    return found.hexdigest()


def known_as(data: OwnData, wanted: str | None) -> Steps[OwnData | None]:
    """The data if that is their `digest`; runs of before trained on whole series, and find theirs undivided.

    A series is measured: nothing is left to be done at once later.
    """
    if (yield from digesting(data)) == wanted:
        if isinstance(data, Series):
            yield from data.measuring()
        return data
    if isinstance(data, Series) and data.split:
        return (yield from known_as(replace(data, split=False), wanted))
    return None
