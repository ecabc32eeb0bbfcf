"""The header of a safetensors file from anyone: which tensors lie where. Everything is checked, and no number is read.

A file is eight bytes of length, little-endian; a header of that many bytes, a JSON object with `dtype`, `shape` and
`data_offsets` of every tensor and `__metadata__`, names with texts; then the tensors' bytes without gaps. What is wrong
raises BadUpload. NumPy is not needed: the web process looks into headers, too.
"""

from math import prod
from typing import Any, NamedTuple, NoReturn

from . import strictjson
from .errors import BadUpload, shown

# The types a tensor may have, as NumPy writes them: order of bytes, kind, bytes of one number.
DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",  # the bits, as NumPy has no bfloat16
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
}
MAX_HEADER_BYTES = 2**20
MAX_SIGNS = 100_000  # quotation marks, brackets and commas in it: what takes long to read is many short things
MAX_TENSORS = 1000
MAX_AXES = 4
MAX_ENTRIES = 2**40  # the product of a tensor's sizes, empty ones left out: NumPy has no array beyond 2^63 bytes
SIGNS = (b'"', b"{", b"[", b",")
IN_PYTORCH = "safetensors.torch.save_file(model.state_dict(), path) writes one."
OTHER_FORMATS = {  # by their first bytes
    b"\x80": f"It is a pickle, which can run any program and is never opened. {IN_PYTORCH}",
    b"\x93NUMPY": "It is one NumPy array. safetensors.numpy.save_file({'inputs': x, 'targets': y}, path) writes one.",
    b"\x89HDF": "It is HDF5. safetensors.numpy.save_file, given a dict of its arrays, writes one.",
}


class Stored(NamedTuple):
    """A tensor in a file: ``dtype`` is a key of `DTYPES`, ``begin`` counts its bytes from the start of the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int


def checked(blob: bytes) -> tuple[dict[str, str], list[Stored]]:
    """The metadata of a safetensors file and its tensors, in the order in which they lie."""
    if len(blob) < 8:
        _refuse(f"at least 8 bytes; got {len(blob)}")
    length = int.from_bytes(blob[:8], "little")
    if not 2 <= length <= min(MAX_HEADER_BYTES, len(blob) - 8):
        other = next((words for start, words in OTHER_FORMATS.items() if blob.startswith(start)), None)
        if other is not None:
            raise BadUpload(f"Expected a safetensors file. {other}")
        _refuse(f"a header that fits into the file and {MAX_HEADER_BYTES} bytes; its length says {shown(length)}")
    text = blob[8 : 8 + length]
    if sum(map(text.count, SIGNS)) > MAX_SIGNS:
        _refuse(f"a header of at most {MAX_SIGNS} quotation marks, brackets and commas")
    header = strict_json(text)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        _refuse("metadata of names and texts")
    if len(header) > MAX_TENSORS:
        _refuse(f"at most {MAX_TENSORS} tensors; got {len(header)}")
    return metadata, _stored(header, 8 + length, len(blob))


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


def _stored(header: dict[str, Any], start: int, end: int) -> list[Stored]:
    """The tensors, which must follow each other without gaps and fill the file."""
    spans = sorted(((*_span(name, entry), name) for name, entry in header.items()), key=lambda span: span[:2])
    position = 0
    for begin, after, name in spans:
        if begin != position:
            _refuse(f"tensors that follow each other without gap; {shown(name)} begins at {begin}, not {position}")
        position = after
    if position != end - start:
        _refuse(f"{position} bytes of tensors; got {end - start}")
    return [Stored(name, header[name]["dtype"], tuple(header[name]["shape"]), start + at) for at, _, name in spans]


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
    if offsets[1] - offsets[0] != prod(shape) * int(DTYPES[dtype][-1]):
        _refuse(f"as many bytes for {shown(name)} as its dtype and shape need")
    return offsets[0], offsets[1]


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 2**48 for value in values)


def _refuse(expected: str) -> NoReturn:
    raise BadUpload(f"This is not a valid safetensors file: expected {expected}.")
