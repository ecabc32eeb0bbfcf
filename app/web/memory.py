"""Memory that was freed goes back to the system."""

import ctypes
import os

M_MMAP_THRESHOLD = -3  # mallopt's name for it
LARGE_BYTES = 2**20  # blocks from this size on are the system's again as soon as they are freed


def give_back_freed_blocks() -> None:
    """Where the C library is glibc, which keeps blocks of up to 32 MiB once it has seen one of that size freed.

    One small object that lives above them then holds all of them: after a few large files, hundreds of megabytes.
    Named in mallopt(3): setting the threshold also ends its growth.
    """
    if os.name == "posix":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
