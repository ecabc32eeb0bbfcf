import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from app.web import process
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


LARGE_ARRAY = """
import re
from pathlib import Path
import numpy as np
array = np.ones(2**22)
print(re.search(r"AnonHugePages: +(\\d+)", Path("/proc/self/smaps_rollup").read_text())[1])
"""
LARGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")


@pytest.mark.skipif(
    not LARGE_PAGES.exists() or "[madvise]" not in LARGE_PAGES.read_text(),
    reason="here programs do not choose between large and small pages",
)
def test_a_compute_process_is_given_memory_in_small_pages(monkeypatch):
    def in_large_pages(environment: dict[str, str]) -> int:
        script = [sys.executable, "-c", LARGE_ARRAY]
        return int(subprocess.run(script, capture_output=True, check=True, env=environment).stdout)

    monkeypatch.delenv("NUMPY_MADVISE_HUGEPAGE", raising=False)
    if not in_large_pages(dict(os.environ)):
        pytest.skip("this system has no large pages to give, or NumPy does not ask for them any more")
    started = process.Process({"max_cost": 1, "max_bytes": 1, "records_per_second": 1})
    try:
        found = Path(f"/proc/{started.popen.pid}/environ").read_bytes().rstrip(b"\0").split(b"\0")
    finally:
        started.end()
        started.popen.wait()
        started.socket.close()
    its_own = dict(variable.decode().split("=", 1) for variable in found)
    assert in_large_pages(its_own) == 0
