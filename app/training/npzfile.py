"""Archives of NumPy arrays (.npz), from anyone: sizes are checked before anything is unpacked, nothing is unpickled."""

import io
from zipfile import ZipFile

import numpy as np

from ..errors import BadUpload, shown
from ..tasks import read_array
from .limits import MAX_TENSORS, MAX_UNPACKED_BYTES

START = b"PK\x03\x04"
ENTRY = b"PK\x01\x02"  # before each name in the list at an archive's end, all of which is read before it is counted
SUFFIX = ".npy"
PICKLE = "data.pkl"
WRITES = "numpy.savez(path, inputs=x, targets=y) writes one."
IN_PYTORCH = "safetensors.torch.save_file(model.state_dict(), path) writes one that opens here."


def is_archive(content: bytes) -> bool:
    """Whether these are the bytes of a zip archive."""
    return content.startswith(START)


def read(content: bytes) -> dict[str, np.ndarray]:
    """The arrays in an archive, by name; BadUpload where it holds anything else."""
    if content.count(ENTRY) > 2 * MAX_TENSORS:  # by chance it stands elsewhere, too, but not a thousand times
        raise BadUpload(f"Expected at most {MAX_TENSORS} arrays; the archive lists far more. {WRITES}")
    try:
        archive = ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except Exception as error:  # a broken archive fails in zipfile, struct or zlib, in many ways
        raise BadUpload(f"The file begins as a zip archive does, but is not one ({error}). {WRITES}") from error
    names = [member.filename for member in members]
    if any(name.rpartition("/")[2] == PICKLE for name in names):
        raise BadUpload(
            "The file is one of torch.save, a pickle, which can run any program and is never opened. " + IN_PYTORCH
        )
    other = next((name for name in names if not name.endswith(SUFFIX)), None)
    if other is not None or not names:
        found = "none" if other is None else shown(other)
        raise BadUpload(
            f"Expected an archive of NumPy arrays, all of whose names end in {SUFFIX}; got {found}. {WRITES}"
        )
    if len(names) > MAX_TENSORS or len(set(names)) < len(names):
        raise BadUpload(f"Expected at most {MAX_TENSORS} arrays, each name once; got {len(names)}. {WRITES}")
    size = sum(member.file_size for member in members)
    if size > MAX_UNPACKED_BYTES:
        raise BadUpload(
            f"The arrays take {size / 2**20:.3g} MiB; at most {MAX_UNPACKED_BYTES // 2**20} MiB are unpacked. Use a "
            "part of the data, or float32."
        )
    arrays = {}
    for member in members:
        try:
            with archive.open(member) as file:
                unpacked = file.read(member.file_size)
                whole = len(unpacked) == member.file_size and not file.read(1)
        except Exception as error:  # ... and a broken member likewise
            raise BadUpload(f"{shown(member.filename)} of the archive is broken ({error}). Save it again.") from error
        if not whole:
            raise BadUpload(f"{shown(member.filename)} of the archive has another size than it says. Save it again.")
        arrays[member.filename.removesuffix(SUFFIX)] = read_array(unpacked, "dataset")
    return arrays
