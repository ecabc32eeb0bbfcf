"""Arrays from what a script passes: a path, a file's bytes, or a dict of NumPy arrays or torch tensors.

Nothing is unpickled. torch is never imported: a tensor is known by what it can do.
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadUpload, shown
from ..steps import Steps, finish
from . import npzfile, tensorfile

Bytes = bytes | bytearray | memoryview
FilePath = str | PathLike[str]
Source = Mapping[str, Any] | Bytes | FilePath
"""Arrays by name, a safetensors or .npz file's bytes, or its path."""


def read(source: Source) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """The metadata (of a safetensors file; else empty) and the arrays by name.

    What is wrong inside raises BadUpload; a path that leads nowhere raises FileNotFoundError.
    """
    return finish(reading(source))


def reading(source: Source) -> Steps[tuple[dict[str, str], dict[str, np.ndarray]]]:
    """The same in steps."""
    match source:
        case bytes() | bytearray() | memoryview():
            return (yield from _bytes(bytes(source)))
        case str() | PathLike():
            return (yield from _bytes(Path(source).read_bytes()))
        case Mapping():
            return {}, {str(name): _array(str(name), values) for name, values in source.items()}
    raise BadUpload(
        "Expected a dict of arrays, the bytes of a .safetensors or .npz file, or its path; "
        f"got {type(source).__name__}."
    )


def _bytes(content: bytes) -> Steps[tuple[dict[str, str], dict[str, np.ndarray]]]:
    """A safetensors file, or an archive of NumPy arrays."""
    if npzfile.is_archive(content):
        arrays = yield from npzfile.reading(content)
        return {}, {name: _array(name, values) for name, values in arrays.items()}
    return (yield from tensorfile.reading(content))


def _array(name: str, values: Any) -> np.ndarray:
    """A NumPy array of numbers, from one, a list, or a torch tensor on any device."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if str(values.dtype) == "torch.bfloat16":  # NumPy has none; float32 holds each of its numbers
            values = values.float()
        values = values.numpy()
    try:
        array = np.asarray(values)
    except ValueError:
        raise BadUpload(f"Expected an array of numbers as {shown(name)}; its rows have different lengths.") from None
    if array.dtype.kind not in "fiub":
        raise BadUpload(f"Expected an array of numbers as {shown(name)}; got {array.dtype}. Try .astype(float).")
    return array
