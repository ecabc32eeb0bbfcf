"""Attackers beside ordinary visitors: what the ordinary ones notice."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from typing import Any

from benchmarks.faults.attackers import FLOODS, beside, flood, never_read, results
from benchmarks.faults.tabs import RATE
from benchmarks.report import Report
from benchmarks.servers import family, resident
from benchmarks.visitors import PAGE, Visitor, class_of, quantile
from tests.support.servers import Server

MS, KIB = 1e3, 1024


async def stuck(report: Report, share: float) -> None:
    """A tab that asks for much and never reads, beside 20 ordinary ones; then ten of them, for what they hold."""
    rounds, crowd = max(1, round(4 * share)), 10
    with Server() as server:
        visitors = await class_of(20, server.port, RATE, PAGE)
        await asyncio.sleep(2)
        web = family(server)[0]
        gone: multiprocessing.Queue[int] = multiprocessing.Queue()
        alone, beside_one = [], []
        for _ in range(rounds):
            alone += await gaps_for(visitors, 5)
            attack = beside(never_read, server.port, 1, gone)
            beside_one += await gaps_for(visitors, 5)
            await asyncio.to_thread(attack.join, 40)
        before, held = resident(web), 0
        attack = beside(never_read, server.port, crowd, gone)
        while attack.is_alive():
            await asyncio.sleep(0.25)
            held = max(held, resident(web) - before)
        lives = await results(gone, rounds + crowd)
        record = visitors[0].bytes / len(visitors[0].came)
    report.row("a tab that never reads: memory it holds", held / crowd / KIB, "KiB", "≤", 256 + 2 * record / KIB)
    report.row("  gone after", max(lives), "s", "≤", 6)
    report.row("  p99 gap of the others, alone", MS * quantile(alone, 0.99), "ms")
    more = quantile(beside_one, 0.99) / quantile(alone, 0.99) - 1
    report.row("  p99 gap of the others, more beside it", 100 * more, "%", "≤", 15)


async def gaps_for(visitors: list[Visitor], seconds: float) -> list[float]:
    """What the visitors wait between two records, from now on for so long."""
    since = time.perf_counter()
    await asyncio.sleep(seconds)
    return [gap for visitor in visitors for gap in visitor.gaps(since, time.perf_counter())]


async def floods(report: Report, _share: float) -> None:
    """Frames too small to be messages, as fast as they go, beside 20 ordinary tabs."""
    with Server() as server:
        visitors = await class_of(20, server.port, RATE, [])
        await asyncio.sleep(2)
        since = time.perf_counter()
        await asyncio.sleep(3)
        calm = quantile([gap for visitor in visitors for gap in visitor.gaps(since, time.perf_counter())], 0.999)
        report.row("20 tabs in peace: a gap of 1 in 1000", MS * calm, "ms")
        for name, (first, repeated) in FLOODS.items():
            lasted: Any = multiprocessing.Queue()
            since = time.perf_counter()
            attack = beside(flood, server.port, first, repeated, lasted)
            (closed,) = await results(lasted, 1)
            await asyncio.sleep(0.5)
            worst = max(gap for visitor in visitors for gap in visitor.gaps(since - 0.1, time.perf_counter()))
            await asyncio.to_thread(attack.join, 10)
            report.row(f"a flood of {name}: others stall for", MS * (worst - 1 / RATE), "ms", "≤", 50)
            report.row("  attacker closed after", closed, "s", "≤", 1)
