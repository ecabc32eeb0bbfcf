"""What happens when things go wrong, with real servers, a real nginx (Debian's) and real records, on loopback only.

    make bench-faults                                     # about ten minutes
    .venv/bin/python -m benchmarks.faults kill restart    # some of it
    .venv/bin/python -m benchmarks.faults --quick         # everything, with a tenth of the numbers

Every scenario is bounded in count and time, and stops by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import multiprocessing
import os
import random
import re
import signal
import socket
import statistics
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np
import uvloop

from app.errors import UnrollError
from app.training import WATCHABLE, RunConfig, Trainer
from app.web.run import Limits, Run
from benchmarks.report import Report
from benchmarks.servers import descriptors, family, metrics, nginx, resident, threads
from benchmarks.visitors import (
    CONTINUATION,
    PAGE,
    PING,
    RUN,
    TEXT,
    Visitor,
    class_of,
    frame,
    pupil,
    quantile,
    raw_visitor,
)
from tests.conftest import Server
from tests.training.test_snapshot import FORGED, trained
from tests.web.abuse import ask_every_way, resume_snapshots, send_messages

MS, MB, KIB = 1e3, 1e6, 1024
RATE = 30
SMALL = {"sequence_length": 12, "hidden_size": 8, "batch_size": 8}


# Visitors who misbehave, in processes of their own so that they disturb the server and not the measurement.


def beside(action: Callable[..., None], *arguments: object) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=action, args=arguments, daemon=True)
    process.start()
    return process


def command(type: str, **fields: object) -> bytes:
    return frame(TEXT, json.dumps({"type": type, **fields}).encode())


def never_read(port: int, number: int, gone: Any) -> None:
    """Ask for much and take nothing; notes for each how long until the server had enough."""
    stuck = [raw_visitor(port, receive_buffer=4096) for _ in range(number)]
    for each in stuck:
        each.sendall(command("start", config=RUN) + command("watch", quantities=PAGE) + command("play", rate=RATE))
        with contextlib.suppress(OSError):
            for _ in range(20):
                each.sendall(command("snapshot"))
    begun = time.monotonic()
    for each in stuck:
        each.settimeout(0.05)
    waiting = set(stuck)
    while waiting and time.monotonic() - begun < 30:
        for each in list(waiting):
            if closed_by_the_other(each):
                waiting.discard(each)
                gone.put(time.monotonic() - begun)
        time.sleep(0.02)


def closed_by_the_other(connection: socket.socket) -> bool:
    """Without reading anything: what the system says of the connection."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
    return info[0] != 1  # TCP_ESTABLISHED


FLOODS = {
    "empty continuations": (frame(TEXT, b"{", fin=False), frame(CONTINUATION, b"", fin=False)),
    "one-byte continuations": (frame(TEXT, b"{", fin=False), frame(CONTINUATION, b" ", fin=False)),
    "pings": (b"", frame(PING)),
    "long pings": (b"", frame(PING, bytes(100))),
    "empty messages": (b"", frame(TEXT)),
}


def flood(port: int, first: bytes, repeated: bytes, lasted: Any) -> None:
    """A million frames, or as many as the server puts up with."""
    attacker = raw_visitor(port)
    attacker.sendall(first)
    begun = time.monotonic()
    with contextlib.suppress(OSError):
        for _ in range(500):
            attacker.sendall(repeated * 2000)
        while attacker.recv(65536):
            pass
    lasted.put(time.monotonic() - begun)


async def results(queue: Any, number: int, patience: float = 40) -> list[float]:
    return await asyncio.to_thread(lambda: [queue.get(timeout=patience) for _ in range(number)])


# Scenarios.


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


@dataclass
class Tab:
    """What a page does about a server that goes away: keeps snapshots, repeats what came after them."""

    port: int
    seed: int
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
        self.visitor = await pupil(self.port, RATE, PAGE, self.config)
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
        visitor = await Visitor.connect(self.port)
        iteration = (await visitor.upload(self.kept))["iteration"]
        for at, change in self.since_snapshot:
            if at > iteration:
                await visitor.ask("step", iterations=at - iteration)
            await visitor.ask("edit", **change)
            iteration = at
        await self.edit(visitor)
        await visitor.ask("watch", quantities=PAGE)
        await visitor.ask("play", rate=RATE)
        await visitor.first_record
        return visitor

    def unbroken(self, iteration: int) -> bytes:
        """The same run in this process, which nothing ever interrupted."""
        trainer = Trainer(RunConfig(**self.config))
        for at, change in self.changes:
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


async def kill(report: Report, share: float) -> None:
    """One of two replicas behind nginx is killed under 100 tabs that are editing."""
    number = max(10, round(100 * share))
    with Server(WORKERS="1") as first, Server(WORKERS="1") as second, nginx([first, second]) as port:
        tabs = [Tab(port, seed) for seed in range(number)]
        lives = [asyncio.ensure_future(tab.live()) for tab in tabs]
        await asyncio.sleep(6)
        first.stop(signal.SIGKILL)
        await asyncio.sleep(6)
        for tab in tabs:
            tab.ending = True
        ends = await asyncio.gather(*lives)
        restores = metrics(second)["unroll_restores_total"]
    resumed = [seconds for tab in tabs for seconds in tab.resumed]
    different = sum(tab.unbroken(iteration_of(end)) != end for tab, end in zip(tabs, ends, strict=True))
    report.row(f"kill -9 of one of two replicas, {number} tabs: hit", len(resumed), "", "≥", number / 4)
    report.row("  resumed", restores, "", "≥", len(resumed))
    report.row("  training again after, p99", quantile(resumed, 0.99), "s", "≤", 1)
    report.row("  size of a snapshot", len(ends[0]) / KIB, "KiB", "≤", 64)
    report.row("  edits accepted", sum(len(tab.changes) for tab in tabs))
    report.row("  runs that differ from an unbroken one by a bit", different, "", "≤", 0)


async def restart(report: Report, share: float) -> None:
    """Both replicas behind nginx are replaced one after the other, under tabs and people who open the page."""
    number = max(10, round(50 * share))
    with Server(WORKERS="1") as first, Server(WORKERS="1") as second, nginx([first, second]) as port:
        tabs = [Tab(port, seed) for seed in range(number)]
        lives = [asyncio.ensure_future(tab.live()) for tab in tabs]
        opening = Opening(port)
        asking = asyncio.ensure_future(opening.go_on())
        await asyncio.sleep(4)
        for server in (first, second):
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            await asyncio.sleep(2)
        for tab in tabs:
            tab.ending = True
        ends = await asyncio.gather(*lives)
        opening.ending = True
        await asking
    resumed = [seconds for tab in tabs for seconds in tab.resumed]
    different = sum(tab.unbroken(iteration_of(end)) != end for tab, end in zip(tabs, ends, strict=True))
    report.row("rolling restart: answers of the page", len(opening.seconds), "", "≥", 50)
    report.row("  that were 502 or another error", opening.failed, "", "≤", 0)
    report.row("  the slowest", max(opening.seconds), "s", "≤", 1)
    report.row("  tabs that moved", len(resumed), "", "≥", number)
    report.row("  training again after, p99", quantile(resumed, 0.99), "s", "≤", 1)
    report.row("  runs that differ from an unbroken one by a bit", different, "", "≤", 0)


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


async def sigterm(report: Report, share: float) -> None:
    """A server with 200 tabs is asked to end; ten of them are stuck."""
    number = max(20, round(190 * share))
    with contextlib.ExitStack() as stack:
        server = Server().start()
        visitors = await class_of(number, server.port, RATE, [])
        for _ in range(10):
            each = raw_visitor(server.port, receive_buffer=4096)
            stack.callback(each.close)
            each.sendall(command("start") + command("play") + command("snapshot") * 50)
        await asyncio.sleep(3)
        assert server.process
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.process.wait, 30)
        ended = time.monotonic() - begun
        lost = codes = 0
        for visitor in visitors:
            codes += not visitor.closed.done() or visitor.closed.result() != 1012
            last = visitor.snapshots.get_nowait() if not visitor.snapshots.empty() else None
            lost += last is None or iteration_of(last) < visitor.iteration
    report.row(f"SIGTERM with {number + 10} tabs, 10 of them stuck: ended", ended, "s", "≤", 5.5)
    report.row("  healthy tabs that lost an iteration", lost, "", "≤", 0)
    report.row("  healthy tabs not told 1012", codes, "", "≤", 0)


async def messages(report: Report, share: float) -> None:
    """Messages that are almost right; the checks are in tests/web/abuse.py, and raise."""
    number = round(100_000 * share)
    counts = send_messages(number, seed=5)
    report.row("almost right messages, each answered once", number)
    report.row("  of which valid JSON", 100 * counts["valid JSON"] / number, "%", "≥", 40)
    report.row("  refused, with nothing changed", counts["refused"], "", "≥", number / 4)


async def snapshots(report: Report, share: float) -> None:
    """Snapshots that are almost right."""
    number = round(100_000 * share)
    counts, seconds = resume_snapshots(number, seed=6)
    report.row("mutated snapshots", sum(counts.values()), "", "≥", number)
    report.row("  refused in our words", counts["refused"], "", "≥", number / 4)
    report.row("  the slowest", MS * max(seconds), "ms", "≤", 50)
    blob = trained().snapshot()
    refused = sum(is_refused(forge(blob)) for forge in FORGED.values())
    report.row("hand-made bad snapshots, refused in our words", refused, "", "≥", max(60, len(FORGED)))


def is_refused(snapshot: bytes) -> bool:
    try:
        Trainer.resume(snapshot)
    except UnrollError:
        return True
    return False


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


ABUSED = [
    {"learning_rate": rate, "optimizer": optimizer, "clip": clip}
    for rate in (1e-300, 1e-30, 1e3, 1e30, 1e300)
    for optimizer in ("sgd", "momentum", "rmsprop", "adam", "adagrad")
    for clip in ("none", "norm", "value", "timestep")
]
CORNERS = [
    {"sequence_length": 1, "hidden_size": 1, "batch_size": 1},
    {"sequence_length": 500, "hidden_size": 1, "batch_size": 1},
    {"sequence_length": 1, "hidden_size": 256, "batch_size": 256},
    {"sequence_length": 500, "hidden_size": 256, "batch_size": 1},
    {"sequence_length": 500, "hidden_size": 1, "batch_size": 256},
]


async def numbers(report: Report, share: float) -> None:
    """Learning rates, weights and sizes at the ends of what is allowed."""
    tried = late = 0
    for cell in ("rnn", "lstm", "gru"):
        for abused in ABUSED[:: max(1, round(1 / share) // 2)]:
            trainer = Trainer(RunConfig(**SMALL, cell=cell, activation="relu", **abused))
            for _ in range(5):
                trainer.step(WATCHABLE).to_bytes()
                late += not all(np.isfinite(values).all() for values in trainer.params.values())
            tried += 1
        for corner in CORNERS:
            trainer = Trainer(RunConfig(**corner, cell=cell, task="sine"))
            trainer.step().to_bytes()
            tried += 1
        for activation in ("tanh", "relu", "linear"):
            trainer = Trainer(RunConfig(**SMALL, cell=cell, activation=activation))
            for name, values in trainer.params.items():
                for index in np.ndindex(values.shape):
                    trainer.edit(name, index, 1e6 * (-1) ** sum(index))
            record = trainer.step(WATCHABLE)
            late += not np.isfinite(record.loss) and not trainer.diverged
            tried += 1
    report.row("abused numbers: configurations without exception", tried)
    report.row("  not noticed within an iteration", late, "", "≤", 0)
    for cell in ("rnn", "lstm", "gru"):
        report.row(f"  {cell}: an update among subnormals ÷ an update", subnormal_ratio(cell, "advance"), "", "≤", 1.5)
        report.row("  the same with its record", subnormal_ratio(cell, "step"))


def subnormal_ratio(cell: str, what: str) -> float:
    """A gradient that vanishes over 200 timesteps, beside one that does not; turn by turn."""
    config = {"cell": cell, "sequence_length": 200, "hidden_size": 32, "batch_size": 16, "task": "adding"}
    ordinary = Trainer(RunConfig(**config, learning_rate=0.0))
    vanishing = Trainer(RunConfig(**config, learning_rate=0.0, init="normal", gain=1e-3, forget_bias=-20.0))
    ratios = []
    for _ in range(40):
        seconds = []
        for trainer in (ordinary, vanishing):
            begun = time.perf_counter()
            getattr(trainer, what)()
            seconds.append(time.perf_counter() - begun)
        ratios.append(seconds[1] / seconds[0])
    return statistics.median(ratios)


async def openapi(report: Report, share: float) -> None:
    """What schemathesis makes of our own description of the routes."""
    with Server() as server:
        seen = await asyncio.to_thread(ask_every_way, server.url, round(5000 * share))
    report.row("requests made from the OpenAPI description", len(seen), "", "≥", min(500, 5000 * share))
    report.row("  answered by a 5xx", sum(status >= 500 for status in seen), "", "≤", 0)


Scenario = Callable[[Report, float], Coroutine[Any, Any, None]]
SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (stuck, floods, kill, restart, sigterm, messages, snapshots, lives, soak, numbers, openapi)
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS], help="by default all")
    parser.add_argument("--quick", action="store_true", help="a tenth of the numbers")
    chosen = parser.parse_args()
    report = Report("Faults, on this machine")
    for name in chosen.scenarios or SCENARIOS:
        uvloop.run(SCENARIOS[name](report, 0.1 if chosen.quick else 1.0))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
