"""People with the page open: what it does when its server goes away, and who opens it meanwhile."""

from __future__ import annotations

import asyncio
import random
import re
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from app.training import RunConfig, Trainer
from benchmarks.visitors import PAGE, Visitor, pupil

RATE = 30
SMALL: dict[str, Any] = {"sequence_length": 12, "hidden_size": 8, "batch_size": 8}


@dataclass
class Tab:
    """What a page does about a server that goes away: keeps snapshots, repeats what came after them."""

    port: int
    seed: int
    one_way: float = 0.0  # seconds that what is said takes to arrive
    rate: float = RATE
    watch: list[str] = field(default_factory=lambda: PAGE)
    changes: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  # accepted, at which iteration
    since_snapshot: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    in_flight: dict[str, Any] | None = None
    kept: bytes = b""
    resumed: list[float] = field(default_factory=list)
    ending: bool = False
    visitor: Visitor | None = None

    @property
    def config(self) -> dict[str, Any]:
        return {**SMALL, "seed": self.seed}

    async def live(self) -> bytes:
        """Train until told to end, whatever happens to servers; the last snapshot."""
        self.visitor = await pupil(self.port, self.rate, self.watch, self.config, self.one_way)
        self.kept = await self.visitor.snapshot()
        while True:
            try:
                return await self.train(self.visitor)
            except ConnectionError:
                lost = time.monotonic()
                await self.come_again()
                self.resumed.append(time.monotonic() - lost)

    async def train(self, visitor: Visitor) -> bytes:
        rng = random.Random(self.seed + len(self.resumed))
        while not self.ending:
            for _ in range(4):
                await asyncio.wait({visitor.closed}, timeout=0.25 * rng.uniform(0.5, 1.5))
                if visitor.closed.done():
                    raise ConnectionError
                self.in_flight = {"tensor": "W_hh", "index": [rng.randrange(8), 0], "value": rng.uniform(-1, 1)}
                await self.edit(visitor)
            self.kept, self.since_snapshot = await or_lost(visitor, visitor.snapshot()), []
        await visitor.ask("pause")
        return await visitor.snapshot()

    async def edit(self, visitor: Visitor) -> None:
        if self.in_flight:
            state = await visitor.ask("edit", **self.in_flight)
            self.since_snapshot.append((state["iteration"], self.in_flight))
            self.changes.append(self.since_snapshot[-1])
            self.in_flight = None

    async def come_again(self) -> None:
        """On whatever server answers; first at once, then with longer and longer pauses."""
        patience = 0.1
        if self.visitor and not self.visitor.snapshots.empty():  # what a server that ends hands over
            self.kept, self.since_snapshot = self.visitor.snapshots.get_nowait(), []
        while True:
            await asyncio.sleep(random.uniform(0, patience))
            try:
                self.visitor = await self.go_on()
            except (ConnectionError, OSError, TimeoutError):
                patience = min(2, 2 * patience)
            else:
                return

    async def go_on(self) -> Visitor:
        visitor = await Visitor.connect(self.port, self.one_way)
        iteration = (await visitor.upload(self.kept))["iteration"]
        asked = []  # all at once, as the page does: commands are carried out in order
        for at, change in self.since_snapshot:
            if at > iteration:
                asked.append(visitor.ask("step", iterations=at - iteration))
            asked.append(visitor.ask("edit", **change))
            iteration = at
        await asyncio.gather(*asked)
        await self.edit(visitor)
        await asyncio.gather(visitor.ask("watch", quantities=self.watch), visitor.ask("play", rate=self.rate))
        await visitor.first_record
        return visitor

    def unbroken(self, iteration: int) -> bytes:
        """The same run in this process, which nothing ever interrupted."""
        return unbroken(self.config, self.changes, iteration)


def unbroken(config: dict[str, Any], changes: list[tuple[int, dict[str, Any]]], iteration: int) -> bytes:
    """The snapshot at `iteration` of a run that was edited at these iterations, computed in this process at once."""
    trainer = Trainer(RunConfig(**config))
    for at, change in changes:
        while trainer.iteration < at:
            trainer.advance()
        trainer.edit(change["tensor"], tuple(change["index"]), change["value"])
    while trainer.iteration < iteration:
        trainer.advance()
    return trainer.snapshot()


async def or_lost(visitor: Visitor, snapshot: Awaitable[bytes]) -> bytes:
    """A snapshot, or ConnectionError as soon as it cannot come any more."""
    asked = asyncio.ensure_future(snapshot)
    either: set[asyncio.Future[Any]] = {asked, visitor.closed}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not asked.done():
        asked.cancel()
        raise ConnectionError
    return asked.result()


def iteration_of(snapshot: bytes) -> int:
    found = re.search(rb'\\"iteration\\": ?(\d+)', snapshot)
    assert found
    return int(found[1])


class Opening:
    """Somebody opens the page again and again."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.seconds: list[float] = []
        self.failed = 0
        self.ending = False

    async def go_on(self) -> None:
        while not self.ending:
            begun = time.monotonic()
            self.failed += not await asyncio.to_thread(self.works)
            self.seconds.append(time.monotonic() - begun)
            await asyncio.sleep(0.05)

    def works(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=10) as answer:
                return bool(answer.status == 200 and b"</html>" in answer.read()[-20:])
        except (OSError, urllib.error.HTTPError):
            return False
