"""Real servers and a real nginx for the measurements, and what the system says they use."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.support.nginx import INSTALLED, PROGRAM, TEMPORARY
from tests.support.servers import ROOT, Server, free_port, wait_until

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
NGINX = ROOT / "deploy" / "nginx.conf"


def family(server: Server) -> list[int]:
    """The web process and its compute processes."""
    assert server.process is not None
    found = [server.process.pid]
    for pid in found:
        with contextlib.suppress(OSError):
            found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found


def resident(pid: int) -> int:
    """Bytes of memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def cpu_seconds(pids: list[int]) -> float:
    """What processes have computed so far."""
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
    return sum(int(stat[11]) + int(stat[12]) for stat in fields) / TICKS


def descriptors(pids: list[int]) -> int:
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)


def threads(pids: list[int]) -> int:
    return sum(len(os.listdir(f"/proc/{pid}/task")) for pid in pids)


def metrics(server: Server) -> dict[str, float]:
    """What `/metrics` says, by name with labels."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


def late(before: dict[str, float], after: dict[str, float], seconds: float) -> float:
    """The share of looks at which the event loop was later than that."""
    name = f'unroll_loop_lag_seconds_bucket{{le="{seconds}"}}'
    looks = after["unroll_loop_lag_seconds_count"] - before["unroll_loop_lag_seconds_count"]
    return 1 - (after[name] - before[name]) / looks


@contextlib.contextmanager
def nginx(servers: list[Server]) -> Iterator[int]:
    """The shipped configuration in front of these servers; yields its port."""
    if not INSTALLED:
        raise SystemExit("This needs nginx: apt-get install nginx")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="unroll-nginx-") as folder:
        place = Path(folder)
        shipped = re.sub(r" *listen \[::\].*\n", "", NGINX.read_text())  # there may be no IPv6 here
        shipped = shipped.replace("listen 8080;", f"listen 127.0.0.1:{port};")
        shipped = shipped.replace("http {", "http {" + TEMPORARY.format(folder=folder))
        (place / "nginx.conf").write_text(shipped.replace("/run/unroll-nginx.pid", str(place / "pid")))
        replicas = "".join(f"server 127.0.0.1:{server.port} max_fails=0;\n" for server in servers)
        (place / "replicas.conf").write_text(replicas)
        command = [PROGRAM, "-p", folder, "-c", str(place / "nginx.conf"), "-e", "stderr"]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen([*command, "-g", "daemon off;"], stdout=log, stderr=log)
        try:
            wait_until(lambda: process.poll() is not None or answers(port), "nginx", patience=20)
            assert process.poll() is None, (place / "log").read_text()
            yield port
        finally:
            process.terminate()
            process.wait(10)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
        return bool(answer.status == 200)
    return False
