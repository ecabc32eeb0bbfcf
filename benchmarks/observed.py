"""What visitors of a server see of it: how often records come, and how evenly."""

from __future__ import annotations

import asyncio
import time

from benchmarks.visitors import Visitor

SETTLING = 2.0  # seconds after the last visitor came before anything is measured


class Observed:
    """What happened while visitors watched for some seconds."""

    def __init__(self, visitors: list[Visitor], since: float, until: float) -> None:
        seconds = until - since
        self.rates = [sum(since <= at <= until for at in visitor.came) / seconds for visitor in visitors]
        self.gaps = [gap for visitor in visitors for gap in visitor.gaps(since, until)]


async def watch(visitors: list[Visitor], seconds: float) -> Observed:
    """Let them settle, then look."""
    await asyncio.sleep(SETTLING)
    since = time.perf_counter()
    await asyncio.sleep(seconds)
    return Observed(visitors, since, time.perf_counter())
