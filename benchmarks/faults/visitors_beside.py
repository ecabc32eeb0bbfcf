"""Attackers beside ordinary visitors: what the ordinary ones notice."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from typing import Any

from benchmarks.faults.attackers import (
    FLOODS,
    LARGE_FILES,
    beside,
    endless_header,
    flood,
    idle_sockets,
    large_file,
    never_read,
    results,
    unfinished_requests,
)
from benchmarks.faults.tabs import RATE
from benchmarks.report import Report
from benchmarks.servers import family, resident
from benchmarks.visitors import PAGE, Visitor, class_of, pupil, quantile
from tests.support.servers import Server

MS, KIB, MIB = 1e3, 2**10, 2**20


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


async def requests(report: Report, share: float) -> None:
    """Requests that never end or are never finished, beside 20 ordinary tabs."""
    rounds, unfinished = max(1, round(4 * share)), 50
    with Server() as server:
        visitors = await class_of(20, server.port, RATE, [])
        await asyncio.sleep(2)
        alone = await gaps_for(visitors, 5)
        lasted: Any = multiprocessing.Queue()
        beside_header, closed = [], []
        for _ in range(rounds):
            attack = beside(endless_header, server.port, lasted)
            beside_header += await gaps_for(visitors, 2)
            closed += await results(lasted, 1)
            await asyncio.to_thread(attack.join, 10)
        attack = beside(unfinished_requests, server.port, unfinished, lasted)
        beside_unfinished = await gaps_for(visitors, 5)
        lives = await results(lasted, unfinished)
        await asyncio.to_thread(attack.join, 10)
    report.row("20 tabs alone: p99 gap", MS * quantile(alone, 0.99), "ms")
    report.row("an endless header: closed after", max(closed), "s", "≤", 10)
    report.row("  others stall for", MS * (max(beside_header) - 1 / RATE), "ms", "≤", 50)
    report.row("50 unfinished requests: the last closed after", max(lives), "s", "≤", 12)
    more = quantile(beside_unfinished, 0.99) / quantile(alone, 0.99) - 1
    report.row("  p99 gap of the others, more beside them", 100 * more, "%", "≤", 15)


async def files(report: Report, _share: float) -> None:
    """Files of the largest size, read beside 20 ordinary tabs; and what the server keeps of them."""
    with Server() as server:
        visitors = await class_of(20, server.port, RATE, PAGE)
        await asyncio.sleep(2)
        alone = await gaps_for(visitors, 5)
        before = sum(map(resident, family(server)))
        most = before
        for name, (kind, content) in LARGE_FILES.items():
            answered: Any = multiprocessing.Queue()
            since = time.perf_counter()
            attack = beside(large_file, server.port, kind, content, answered)
            while attack.is_alive():
                await asyncio.sleep(0.1)
                most = max(most, sum(map(resident, family(server))))
            (took,) = await results(answered, 1)
            gaps = [gap for visitor in visitors for gap in visitor.gaps(since, time.perf_counter())]
            more = quantile(gaps, 0.99) / quantile(alone, 0.99) - 1
            report.row(f"{name}, {len(content) / MIB:.0f} MiB: read in", took, "s")
            report.row("  p99 gap of the others, more beside it", 100 * more, "%", "≤", 15)
        await asyncio.sleep(1)
        kept = sum(map(resident, family(server))) - before
    report.row("large files: memory while one is read", (most - before) / MIB, "MiB", "≤", 96)
    report.row("  kept when their readers have left", kept / MIB, "MiB", "≤", 16)


async def idle(report: Report, share: float) -> None:
    """500 sockets of one client that ask for nothing: the class that comes then finds its places."""
    number, pupils = round(500 * share), 20
    with Server(UNROLL_MAX_RUNS=str(number)) as server:
        opened: Any = multiprocessing.Queue()
        attack = beside(idle_sockets, server.port, number, opened)
        await results(opened, 1)
        begun = time.monotonic()
        served = await asyncio.gather(*(comes(server.port, begun) for _ in range(pupils)))
        attack.terminate()
    report.row(f"{number} idle sockets, room for {number} runs: pupils served", len(served), "", "≥", pupils)
    report.row("  the last of them after", max(served), "s", "≤", 12)


async def comes(port: int, begun: float) -> float:
    """Come again, as a page does that was told so, until there is a network; how long that took."""
    while time.monotonic() - begun < 60:
        try:
            visitor = await pupil(port, RATE, [])
        except ConnectionError:
            await asyncio.sleep(1)
        else:
            await visitor.first_record
            return time.monotonic() - begun
    return float("inf")
