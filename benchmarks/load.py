"""How many visitors a server holds, and how evenly, with real servers, real records and up to 300 visitors at once.

    make bench-load                                       # about four minutes
    .venv/bin/python -m benchmarks.load thirty bell       # some of it
    .venv/bin/python -m benchmarks.load --seconds 5       # shorter

Server and visitors share this machine: what the visitors use is missing from what the server can have.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from app.training import RunConfig, Trainer
from app.web.pacing import EXPENSIVE_EVERY
from benchmarks.observed import SETTLING, watch
from benchmarks.one_link import half, one_link
from benchmarks.report import Report
from benchmarks.servers import cpu_seconds, family, late, metrics, resident
from benchmarks.visitors import PAGE, RUN, Visitor, class_of, fairness, pupil, quantile, run_of_ones_own
from tests.support.servers import Server

MB = 1e6
STEPS = 400
Scenario = Callable[[Report, float], Coroutine[Any, Any, None]]


def step_seconds(quantities: list[str]) -> float:
    """What an iteration costs whoever trains without a server: the record's numbers and the update, in the mean."""
    trainer = Trainer(RunConfig(**RUN))
    begun = time.process_time()
    for taken in range(STEPS):
        trainer.record(quantities, skip_expensive=taken % EXPENSIVE_EVERY > 0)
        trainer.advance()
    return (time.process_time() - begun) / STEPS


async def thirty(report: Report, seconds: float) -> None:
    """30 visitors, 30 records a second, as the page opens: with flow and weights."""
    with Server() as server:
        visitors = await class_of(30, server.port, 30, PAGE)
        seen = await watch(visitors, seconds)
        report.row("30 runs, the page's default watch: each", statistics.mean(seen.rates), "/s", "≥", 29)
        report.row("  the worst off", min(seen.rates), "/s")
        report.row("  p99 gap", 1e3 * quantile(seen.gaps, 0.99), "ms", "≤", 50)
        report.row("  bytes of a record", visitors[0].bytes / len(visitors[0].came) / 1e3, "kB")


async def price(report: Report, seconds: float) -> None:
    """What bringing a record to a visitor costs beside computing it, web process and compute processes together."""
    for what, quantities, goal in (("plain", [], 0.5), ("with all the page watches", PAGE, None)):
        with Server() as server:
            visitors = await class_of(20, server.port, 30, quantities)
            await asyncio.sleep(SETTLING)
            pids, records = family(server), sum(len(visitor.came) for visitor in visitors)
            used = cpu_seconds(pids)
            await asyncio.sleep(seconds)
            used = cpu_seconds(pids) - used
            records = sum(len(visitor.came) for visitor in visitors) - records
            beyond = used / records - step_seconds(quantities)
            report.row(f"CPU of a {what} record beyond the step", 1e3 * beyond, "ms", "≤", goal)


async def crowd(report: Report, seconds: float) -> None:
    """300 visitors at once, then what they hold, then nobody."""
    with Server() as server:
        (first,) = await class_of(1, server.port, 30, PAGE)
        await asyncio.sleep(SETTLING)
        pids = family(server)
        empty = sum(map(resident, pids))
        visitors = [first, *await class_of(299, server.port, 30, PAGE)]
        seen = await watch(visitors, seconds)
        report.row("300 runs, the page's default watch: records", statistics.mean(seen.rates), "/s")
        report.row("  memory of the largest process", max(map(resident, pids)) / MB, "MB", "≤", 150)
        report.row("  memory per visitor", (sum(map(resident, pids)) - empty) / 299 / MB, "MB", "≤", 0.3)
        await asyncio.gather(*(visitor.ask("watch", quantities=[]) for visitor in visitors))
        before = metrics(server)
        seen = await watch(visitors, seconds)
        after = metrics(server)
        report.row("300 runs, plain records: each", statistics.mean(seen.rates), "/s", "≥", 3.5)
        report.row("  the worst off", min(seen.rates), "/s")
        report.row("  p99 gap", 1e3 * quantile(seen.gaps, 0.99), "ms", "≤", 400)
        report.row("  Jain's index of fairness", fairness(seen.rates), "", "≥", 0.99)
        report.row("  event loop more than 10 ms late", 100 * late(before, after, 0.01), "%", "≤", 1)
        report.row("  errors", sum(len(visitor.errors) + visitor.closed.done() for visitor in visitors), "", "≤", 0)
        for visitor in visitors:
            visitor.leave()
        await asyncio.sleep(1)
        used = cpu_seconds(pids)
        await asyncio.sleep(2)
        report.row("  compute 1 s after all have left", 100 * (cpu_seconds(pids) - used) / 2, "%", "≤", 3)


async def bell(report: Report, _seconds: float) -> None:
    """300 visitors in the same second; each waits for a first record."""
    with Server() as server:

        async def come(after: float) -> float:
            await asyncio.sleep(after)
            begun = time.perf_counter()
            visitor = await pupil(server.port, 30, PAGE, run_of_ones_own())
            visitors.append(visitor)
            return await visitor.first_record - begun

        visitors: list[Visitor] = []
        came = await asyncio.gather(*(come(at / 300) for at in range(300)), return_exceptions=True)
        waited = [outcome for outcome in came if isinstance(outcome, float)]
        report.row("300 tabs within a second: first record, p99", quantile(waited, 0.99), "s", "≤", 1)
        report.row("  errors", len(came) - len(waited) + sum(len(v.errors) for v in visitors), "", "≤", 0)


async def saturated(report: Report, seconds: float) -> None:
    """One compute process, asked for more than it can: all records it sends, on a core that it has for itself."""
    with Server(WORKERS="1") as server:
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            os.sched_setaffinity(family(server)[1], cores[:1])
            os.sched_setaffinity(server.process.pid if server.process else 0, cores[1:])
        visitors = await class_of(60, server.port, 30, [])
        seen = await watch(visitors, seconds)
        report.row("one compute process, saturated: records", sum(seen.rates), "/s", "≥", 1000)
        report.row("  what its steps alone would allow", 1 / step_seconds([]), "/s")


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario for scenario in (thirty, price, crowd, one_link, half, bell, saturated)
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS], help="by default all")
    parser.add_argument("--seconds", type=float, default=20, help="how long each is watched")
    chosen = parser.parse_args()
    report = Report("A class, on this machine")
    for name in chosen.scenarios or SCENARIOS:
        uvloop.run(SCENARIOS[name](report, chosen.seconds))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
