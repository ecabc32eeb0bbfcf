"""A class that opens one link: what everyone gets while nothing was changed, and that a change is everyone's own."""

from __future__ import annotations

import asyncio
import random
import statistics
from typing import Any

from app.training import RunConfig, Trainer
from benchmarks.observed import watch
from benchmarks.report import Report
from benchmarks.servers import family, resident
from benchmarks.visitors import PAGE, RUN, Visitor, class_of, quantile
from tests.support.servers import Server

MB = 1e6
CLASS = 300
CHANGING, ALL = 50, 100
CHANGES: list[dict[str, Any]] = [
    {"learning_rate": 0.02},
    {"clip": "none"},
    {"optimizer": "sgd"},
    {"activation": "relu"},
    {"sequence_length": 30},
]


async def one_link(report: Report, seconds: float) -> None:
    """300 visitors of one link, with plain records and with all that the page watches."""
    for what, quantities, goal in (("plain records", [], 12), ("the page's default watch", PAGE, None)):
        with Server() as server:
            (first,) = await class_of(1, server.port, 30, quantities, of_one_link=True)
            empty = sum(map(resident, family(server)))
            visitors = [first, *await class_of(CLASS - 1, server.port, 30, quantities, of_one_link=True)]
            seen = await watch(visitors, seconds)
            report.row(f"{CLASS} of one link, {what}: each", statistics.mean(seen.rates), "/s", "≥", goal)
            report.row("  the worst off", min(seen.rates), "/s")
            report.row("  p99 gap", 1e3 * quantile(seen.gaps, 0.99), "ms")
            used = (sum(map(resident, family(server))) - empty) / (CLASS - 1) / MB
            report.row("  memory per visitor", used, "MB", "≤", 0.3)
            report.row("  errors", sum(len(one.errors) + one.closed.done() for one in visitors), "", "≤", 0)


async def half(report: Report, seconds: float) -> None:
    """100 visitors of one link, of whom 50 change something at random moments: everyone as if alone, bit for bit."""
    dice = random.Random(17)
    with Server() as server:
        visitors = await class_of(ALL, server.port, 30, [], of_one_link=True)
        changing = [(visitor, dice.choice(CHANGES), dice.uniform(0, seconds)) for visitor in visitors[:CHANGING]]
        made = await asyncio.gather(*(change(*each) for each in changing))
        ends = [await end(visitor) for visitor in visitors]
    unchanged: list[tuple[int, dict[str, Any]] | None] = [None] * (ALL - CHANGING)
    wrong = sum(alone(changed, snapshot) for changed, snapshot in zip([*made, *unchanged], ends, strict=True))
    report.row(f"{CHANGING} of {ALL} change something: runs that differ", wrong, "", "≤", 0)
    report.row("  iterations compared, the fewest", min(map(iteration_of, ends)), "", "≥", 1)


async def change(visitor: Visitor, changes: dict[str, Any], after: float) -> tuple[int, dict[str, Any]]:
    """A change, and the iteration before whose update the server accepted it."""
    await asyncio.sleep(after)
    state = await visitor.ask("configure", changes=changes)
    return state["iteration"], changes


async def end(visitor: Visitor) -> bytes:
    """Where a run stands when it was paused."""
    await visitor.ask("pause")
    return await visitor.snapshot()


def iteration_of(snapshot: bytes) -> int:
    return Trainer.resume(snapshot).iteration


def alone(changed: tuple[int, dict[str, Any]] | None, snapshot: bytes) -> bool:
    """Whether a run in this process, which nobody shared anything with, ends with other bytes."""
    trainer, last = Trainer(RunConfig(**RUN)), iteration_of(snapshot)
    if changed:
        at, changes = changed
        while trainer.iteration < at:
            trainer.advance()
        trainer.configure(**changes)
    while trainer.iteration < last:
        trainer.advance()
    return trainer.snapshot() != snapshot
