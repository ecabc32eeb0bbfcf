"""Arrays from what a script passes: a path, a file's bytes, or a dict of NumPy arrays or torch tensors.

Nothing is unpickled. torch is never imported: a tensor is known by what it can do.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadUpload, shown
from . import tensorfile

Source = Mapping[str, Any] | bytes | str | Path
"""Arrays by name, a safetensors file's bytes, or the path of a .safetensors or .npz file."""


def read(source: Source) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """The metadata (of a safetensors file; else empty) and the arrays by name.

    What is wrong inside raises BadUpload; a path that leads nowhere raises FileNotFoundError.
    """
    match source:
        case bytes():
            return tensorfile.read(source)
        case str() | Path():
            return _file(Path(source))
        case Mapping():
            return {}, {str(name): _array(str(name), values) for name, values in source.items()}
    raise BadUpload(
        "Expected a dict of arrays, the bytes of a safetensors file, or the path of a .safetensors or .npz file; "
        f"got {type(source).__name__}."
    )


def _file(path: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    if path.suffix != ".npz":
        return tensorfile.read(path.read_bytes())
    with path.open("rb") as file:
        try:
            found = np.load(file, allow_pickle=False)
            arrays = {"one array": found} if isinstance(found, np.ndarray) else dict(found)
        except Exception as error:  # a broken archive fails in zipfile, zlib or NumPy, in many ways
            raise BadUpload(
                f"{shown(path.name)} is not an .npz of plain arrays ({error}). numpy.savez(path, inputs=x) writes one."
            ) from error
    return {}, {name: _array(name, values) for name, values in arrays.items()}


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
