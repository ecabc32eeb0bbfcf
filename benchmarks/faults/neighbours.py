"""Ordinary visitors of a server, who are watched in turn alone and beside somebody who misbehaves.

Machines differ from minute to minute: only turns that follow each other tell what an attack does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import TypeVar

from benchmarks.faults.tabs import RATE
from benchmarks.report import Report
from benchmarks.visitors import Visitor, class_of, quantile

T = TypeVar("T")
MS = 1e3
MORE = 15  # percent by which the gaps of others may grow
SETTLING = 2.0  # seconds


class Neighbours:
    """What visitors wait between two records, alone and beside an attack, since they last moved in."""

    def __init__(self, visitors: list[Visitor]) -> None:
        self.visitors = visitors
        self.alone: list[float] = []
        self.beside: list[float] = []

    @classmethod
    async def come(cls, number: int, port: int, watch: list[str]) -> Neighbours:
        """So many visitors who watch their networks train."""
        visitors = await class_of(number, port, RATE, watch)
        await asyncio.sleep(SETTLING)
        return cls(visitors)

    async def watch_alone(self, seconds: float) -> None:
        """A turn without anybody."""
        since = time.perf_counter()
        await asyncio.sleep(seconds)
        self.alone += self._gaps(since)

    async def watch_beside(self, attack: Awaitable[T]) -> T:
        """A turn that lasts as long as the attack; what that returns."""
        since = time.perf_counter()
        result = await attack
        self.beside += self._gaps(since)
        return result

    def _gaps(self, since: float) -> list[float]:
        until = time.perf_counter()
        return [gap for visitor in self.visitors for gap in visitor.gaps(since, until)]

    @property
    def stalled(self) -> float:
        """Seconds by which the longest gap beside the attack was longer than between two records."""
        return max(self.beside, default=float("nan")) - 1 / RATE

    def report(self, report: Report) -> None:
        """How much longer the longest of 100 gaps was, and forget them: the next attack has turns of its own."""
        alone, beside = quantile(self.alone, 0.99), quantile(self.beside, 0.99)
        report.row("  p99 gap of the others, alone", MS * alone, "ms")
        report.row("  p99 gap of the others, more beside it", 100 * (beside / alone - 1), "%", "≤", MORE)
        self.alone, self.beside = [], []
