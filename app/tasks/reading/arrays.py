"""One NumPy array in a file, as numpy.save writes it: rows are timesteps. Nothing is unpickled."""

import re
from math import prod

import numpy as np

from ...errors import BadUpload
from ...tensorheader import MAX_AXES, MAX_ENTRIES

MAGIC = b"\x93NUMPY"
HEADER = re.compile(
    r"\{'descr': '(?P<type>[<>|=](?:f[248]|[iu][1248]|b1))', 'fortran_order': (?P<fortran>True|False), "
    r"'shape': \((?P<shape>(?:\d+(?:, ?\d+)*,?)?)\), ?\}\s*"
)
LONGEST_HEADER = 1000


def is_array(content: str | bytes) -> bool:
    """Whether these are the bytes of a .npy file."""
    return isinstance(content, bytes) and content.startswith(MAGIC)


def read_array(content: bytes | memoryview, field: str) -> np.ndarray:
    """The array in a .npy file: of plain numbers, in either order; else BadUpload."""
    version = content[6:7]
    size = 2 if version == b"\x01" else 4
    length = int.from_bytes(content[8 : 8 + size], "little")
    begin = 8 + size + length
    header = bytes(content[8 + size : begin]).decode("latin-1") if length <= LONGEST_HEADER else ""
    found = HEADER.fullmatch(header)
    if found is None:
        raise BadUpload(
            "The file is a NumPy array, but not one of plain numbers. array.astype(float) before numpy.save helps.",
            field,
        )
    shape = tuple(int(part) for part in found["shape"].split(",") if part.strip())
    dtype = np.dtype(found["type"])
    if prod(size for size in shape if size) > MAX_ENTRIES:
        raise BadUpload(
            "The file is a NumPy array that says it has sizes beyond all that opens here. Save it again.", field
        )
    if len(shape) > MAX_AXES or prod(shape) * dtype.itemsize != len(content) - begin:
        raise BadUpload(
            f"The file is a NumPy array of {shape}, which needs {prod(shape) * dtype.itemsize} bytes; it has "
            f"{max(0, len(content) - begin)}. Was it cut off on its way? Save it again.",
            field,
        )
    order = "F" if found["fortran"] == "True" else "C"
    return np.frombuffer(content, dtype, offset=begin).reshape(shape, order=order)  # type: ignore[call-overload, no-any-return]
