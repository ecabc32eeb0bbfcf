"""Many records in little room, bit for bit: what `static/js/wire/packed.js` unpacks, which says how it is done."""

import json
import struct
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...training import Record

# As the page reads the types of a record: 64-bit whole numbers become doubles.
TYPES = {"float64": "Float64Array", "float32": "Float32Array", "int32": "Int32Array", "uint8": "Uint8Array"}
SEEN_AS = {"int64": np.float64}


def pack(records: Iterable[Record], more: Mapping[str, Any]) -> bytes:
    """The records, and `more` that belongs to them as JSON."""
    metas: list[dict[str, Any]] = []
    columns: dict[tuple[str, str, tuple[int, ...]], list[tuple[int, np.ndarray]]] = {}
    for place, record in enumerate(records):
        metas.append(facts_of(record.to_bytes()))
        for name, values in record.tensors.items():
            seen = values.astype(SEEN_AS.get(values.dtype.name, values.dtype), copy=False)
            columns.setdefault((name, TYPES[seen.dtype.name], seen.shape), []).append((place, seen))
    about = [
        {"name": name, "type": kind, "shape": list(shape), "records": [place for place, _ in rows]}
        for (name, kind, shape), rows in columns.items()
    ]
    planes = [_planes([values for _, values in rows]) for rows in columns.values()]
    text = json.dumps({**more, "metas": metas, "columns": about}, allow_nan=False).encode()
    return b"".join([struct.pack("<I", len(text)), text, *planes])


def facts_of(frame: bytes) -> dict[str, Any]:
    """What a record says beside its tensors; a number that is not finite is null."""
    length = int.from_bytes(frame[:8], "little")
    facts: dict[str, Any] = json.loads(json.loads(frame[8 : 8 + length])["__metadata__"]["unroll"])
    return facts


def _planes(rows: list[np.ndarray]) -> bytes:
    """One tensor over all records: second differences of the bits, small ones of either sign as small numbers; then the
    bytes of equal weight together, entry by entry.
    """
    width = rows[0].dtype.itemsize
    bits = np.stack([np.ascontiguousarray(row).reshape(-1) for row in rows]).view(f"<i{width}")
    with np.errstate(over="ignore"):
        difference = bits.copy()
        difference[1:] -= bits[:-1]
        difference[2:] -= bits[1:-1] - bits[:-2]
        folded = (difference << 1) ^ (difference >> (8 * width - 1))
    planes: bytes = folded.view(np.uint8).reshape(*folded.shape, width).transpose(2, 1, 0).tobytes()
    return planes
