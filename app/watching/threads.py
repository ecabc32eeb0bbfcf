"""Threads beside a training loop, which goes first."""

import os
import sys
import threading

NICENESS = 5


def give_way() -> None:
    """Let everyone else run before this thread, where the system gives threads priorities of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
