"""What many runs, and one long run, leave behind."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import time

from app.web.run import Limits, Run
from benchmarks.faults.tabs import SMALL
from benchmarks.report import Report
from benchmarks.servers import descriptors, family, resident, threads
from benchmarks.visitors import Visitor
from tests.support.servers import Server

MB = 1e6


async def lives(report: Report, share: float) -> None:
    """Runs that come and go: what each leaves behind."""
    number = round(10_000 * share)
    with Server() as server:

        async def life() -> None:
            visitor = await Visitor.connect(server.port)
            await visitor.ask("start", config=SMALL)
            await visitor.ask("play")
            await visitor.first_record
            visitor.leave()

        async def some(count: int) -> None:
            for _ in range(0, count, 20):
                await asyncio.gather(*(life() for _ in range(20)))
            await asyncio.sleep(2)

        await some(1000)  # what is kept once for all
        pids = family(server)
        before = sum(map(resident, pids)), descriptors(pids), threads(pids)
        await some(number)
        memory = sum(map(resident, pids)) - before[0]
        report.row(f"{number} run lives: memory left behind by each", memory / number, "B", "≤", 1024)
        report.row("  descriptors", descriptors(pids) - before[1], "", "≤", 0)
        report.row("  threads", threads(pids) - before[2], "", "≤", 0)


async def soak(report: Report, share: float) -> None:
    """One long run, without a clock: every record is made, sent and drawn."""
    number = round(2_600_000 * share)
    run = Run(Limits(80_000_000, 2**26, 1e9))
    tiny = {"sequence_length": 2, "hidden_size": 1, "batch_size": 1, "lag": 1, "task": "parity"}
    for text in ({"type": "start", "config": tiny}, {"type": "play"}):
        run.receive(json.dumps(text))
        run.work()
    records, before, begun = 0, 0, time.monotonic()
    while records < number:
        for sent in run.work(0.001):
            if isinstance(sent, bytes):
                records += 1
                run.drawn(2**53)
        if not before and records > min(20_000, number / 2):
            gc.collect()
            before = resident(os.getpid())
    gc.collect()
    report.row(f"one run of {records} records: memory it grew by", (resident(os.getpid()) - before) / MB, "MB", "≤", 2)
    report.row("  records", records / (time.monotonic() - begun), "/s")
