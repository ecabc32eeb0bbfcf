import platform
import subprocess
import sys

import pytest

from tests.support.servers import ROOT

MANY_FREED_BLOCKS = """
from app.web import memory, procfs
import os
if {gives_back}:
    memory.give_back_freed_blocks()
del (large := [bytearray(31 * 2**20)])[:]  # from now on glibc keeps what is smaller
before = procfs.resident_bytes(os.getpid())
blocks, small = [], []
for _ in range(50):
    blocks.append(bytearray(b"x") * 2**21)
    small.append(bytearray(1000))
blocks.clear()
print(procfs.resident_bytes(os.getpid()) - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries give memory back by themselves")
def test_memory_that_was_freed_goes_back_to_the_system_though_small_objects_live_above_it():
    def kept(gives_back: bool) -> int:
        script = MANY_FREED_BLOCKS.format(gives_back=gives_back)
        return int(subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True).stdout)

    assert kept(gives_back=False) > 50 * 2**20, "glibc does this by itself now: memory.py can go"
    assert kept(gives_back=True) < 10 * 2**20
