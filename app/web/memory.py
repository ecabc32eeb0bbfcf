"""How compute processes get their memory from the system, and give it back."""

import ctypes
import os

M_MMAP_THRESHOLD = -3  # mallopt's name for it
LARGE_BYTES = 2**20  # blocks from this size on are the system's again as soon as they are freed

SMALL_PAGES = {"NUMPY_MADVISE_HUGEPAGE": "0"}
"""What a process finds in its environment when it imports NumPy, which else asks for pages of 2 MiB for large arrays.

Such a page comes whole when it is first touched, which takes up to 10 ms where a virtual machine is given memory only
then, and nobody else computes meanwhile. In small pages the same memory comes little by little, and computing takes as
long.
"""


def give_back_freed_blocks() -> None:
    """Where the C library is glibc, which keeps blocks of up to 32 MiB once it has seen one of that size freed.

    One small object that lives above them then holds all of them: after a few large files, hundreds of megabytes.
    Named in mallopt(3): setting the threshold also ends its growth.
    """
    if os.name == "posix":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
