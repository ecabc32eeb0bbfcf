"""How many follow one run: what each of them gets, what the owner keeps, and what a follower takes of memory.

    make bench-following                                     # 50 and 300 followers, about a minute
    .venv/bin/python -m benchmarks.following --followers 50  # as many as you like

Server and followers share this machine: what the followers use is missing from what the server can have.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time

import uvloop

from benchmarks.report import Report
from benchmarks.servers import cpu_seconds, family, resident
from benchmarks.visitors import PAGE, Visitor, pupil, quantile
from tests.support.servers import Server

MB = 1e6
SETTLING = 2.0  # seconds before anything is measured
AT_A_TIME = 20  # followers who come together


async def follower(port: int, token: str) -> Visitor:
    """Follows, and watches what the page watches by itself."""
    visitor = await Visitor.connect(port)
    await visitor.ask("follow", run=token)
    await visitor.ask("watch", quantities=PAGE)
    return visitor


async def iterations_per_second(owner: Visitor, seconds: float) -> float:
    """How fast the owner's run trains."""
    before, begun = owner.iteration, time.perf_counter()
    await asyncio.sleep(seconds)
    return (owner.iteration - before) / (time.perf_counter() - begun)


async def measure(report: Report, size: int, seconds: float) -> None:
    """So many followers of one run that trains as fast as it goes."""
    with Server() as server:
        owner = await pupil(server.port, None, PAGE)
        token = (await owner.ask("share"))["run"]
        (first,) = [await follower(server.port, token)]
        await asyncio.sleep(SETTLING)
        alone = await iterations_per_second(owner, seconds / 2)
        pids = family(server)
        empty = sum(map(resident, pids))
        followers = [first]
        while len(followers) < size:
            coming = min(AT_A_TIME, size - len(followers))
            followers += await asyncio.gather(*(follower(server.port, token) for _ in range(coming)))
        await asyncio.sleep(SETTLING)
        used, since = cpu_seconds(pids), time.perf_counter()
        fast = await iterations_per_second(owner, seconds)
        until = time.perf_counter()
        used = cpu_seconds(pids) - used
        rates = [sum(since <= at <= until for at in visitor.came) / (until - since) for visitor in followers]
        gaps = [gap for visitor in followers for gap in visitor.gaps(since, until)]
        report.row(f"{size} followers of one run: each", statistics.mean(rates), "/s", "≥", 10)
        report.row("  the worst off", min(rates), "/s", "≥", 10)
        report.row("  p99 gap", 1e3 * quantile(gaps, 0.99), "ms")
        report.row("  CPU of a record that was delivered", 1e3 * used / sum(rates) / (until - since), "ms")
        report.row("  the owner's training, with one follower = 1", fast / alone)
        report.row("  memory per follower", (sum(map(resident, pids)) - empty) / max(1, size - 1) / MB, "MB", "≤", 0.3)
        report.row("  errors", sum(len(visitor.errors) + visitor.closed.done() for visitor in followers), "", "≤", 0)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--followers", type=int, nargs="*", default=[50, 300], help="how many; several are measured in turn"
    )
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each is measured")
    chosen = parser.parse_args()
    report = Report("Following one run")
    for size in chosen.followers:
        await measure(report, size, chosen.seconds)
    return report.finish()


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
