"""Servers that end, killed or asked to: what becomes of the runs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable

from app.training import RunConfig, Trainer
from benchmarks.faults.attackers import command
from benchmarks.faults.pages import pages
from benchmarks.faults.tabs import RATE, SMALL, Opening, Tab, iteration_of
from benchmarks.report import Report
from benchmarks.servers import answers, cpu_seconds, family, metrics, nginx
from benchmarks.visitors import PATIENCE, Visitor, class_of, pupil, quantile, raw_visitor
from tests.support.servers import Server

KIB = 1024


async def kill(report: Report, share: float) -> None:
    """One of two replicas behind nginx is killed under 100 tabs that are editing."""
    number = max(10, round(100 * share))
    with Server(WORKERS="1") as first, Server(WORKERS="1") as second, nginx([first, second]) as port:
        tabs = [Tab(port, seed) for seed in range(number)]
        lives = [asyncio.ensure_future(tab.live()) for tab in tabs]
        await all_at_work(tabs)
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


async def all_at_work(tabs: list[Tab]) -> None:
    """Every run is kept and was edited, and a while later."""
    while not all(tab.kept and tab.changes for tab in tabs):
        await asyncio.sleep(0.05)
    await asyncio.sleep(4)


async def worker(report: Report, share: float) -> None:
    """One of two compute processes is killed under 100 tabs that are editing, each 100 ms away and back."""
    number = max(10, round(100 * share))
    with Server(WORKERS="2") as server:
        tabs = [Tab(server.port, seed, one_way=0.05) for seed in range(number)]
        lives = [asyncio.ensure_future(tab.live()) for tab in tabs]
        await all_at_work(tabs)
        os.kill(family(server)[1], signal.SIGKILL)
        await asyncio.sleep(6)
        for tab in tabs:
            tab.ending = True
        ends = await asyncio.gather(*lives)
        refused = sum(value for name, value in metrics(server).items() if name.startswith("unroll_refused_total"))
    resumed = [seconds for tab in tabs for seconds in tab.resumed]
    different = sum(tab.unbroken(iteration_of(end)) != end for tab, end in zip(tabs, ends, strict=True))
    report.row(f"kill -9 of one of two workers, {number} tabs: hit", len(resumed), "", "≥", number / 4)
    report.row("  training again after, p99", quantile(resumed, 0.99), "s", "≤", 2)
    report.row("  turned away while they resumed", refused, "", "≤", 0)
    report.row("  runs lost, or that differ from an unbroken one", different, "", "≤", 0)


async def resume(report: Report, share: float) -> None:
    """The page's own modules, 100 times: one of two compute processes is killed under their edits, 100 ms away."""
    number = max(10, round(100 * share))
    with (
        Server(WORKERS="2", UNROLL_ALLOW_MISSING_ORIGIN="true") as server,
        pages(server, number, one_way=0.05, rate=8) as opened,
    ):
        os.kill(family(server)[1], signal.SIGKILL)
        await asyncio.sleep(6)
        outcomes = opened.end()
        restores = metrics(server)["unroll_restores_total"]
    resumed = [seconds for each in outcomes for seconds in each.resumed]
    report.row(
        f"kill -9 of one of two workers, {number} of the page's sessions: hit", len(resumed), "", "≥", number / 4
    )
    report.row("  resumed", restores, "", "≥", len(resumed))
    report.row("  training again after, p99", quantile(resumed, 0.99), "s", "≤", 2)
    report.row("  edits accepted", sum(len(each.edits) for each in outcomes))
    report.row("  runs lost, or that differ from an unbroken one", sum(each.is_lost for each in outcomes), "", "≤", 0)


FOLLOWERS = 20
WAIT = 0.25  # seconds, at most, before whoever lost a run asks again, as the page does at first


async def owner_killed(report: Report, share: float) -> None:
    """The compute process of a shared run is killed: its owner takes it up again elsewhere, and all follow again."""
    number = max(5, round(FOLLOWERS * share))
    with Server(WORKERS="2") as server:
        owner = await pupil(server.port, RATE, [], SMALL)
        shared = await owner.ask("share")
        followers = await asyncio.gather(*(follow(server.port, shared["run"]) for _ in range(number)))
        owners_process = await busiest(family(server)[1:])
        kept = await owner.snapshot()
        begun = time.monotonic()
        os.kill(owners_process, signal.SIGKILL)
        again = await asyncio.gather(
            take_up(owner, kept, shared["key"]), *(come_back(each, shared["run"]) for each in followers)
        )
        seconds = [at - begun for _, at in again]
        last = again[0][0]
        await last.ask("pause")
        end = await last.snapshot()
    trainer = Trainer(RunConfig(**SMALL))
    while trainer.iteration < iteration_of(end):
        trainer.advance()
    report.row(
        f"kill -9 of a shared run's process, {number} followers: its owner trains again", seconds[0], "s", "≤", 1
    )
    report.row("  the last follower sees a record again", max(seconds[1:]), "s", "≤", 1)
    report.row("  iterations of its end", trainer.iteration, "", "≥", iteration_of(kept))
    report.row("  bytes of the run that differ from an unbroken one", trainer.snapshot() != end, "", "≤", 0)


async def busiest(pids: list[int]) -> int:
    """The process that computes: of two with one run, the one that has it."""
    before = [cpu_seconds([pid]) for pid in pids]
    await asyncio.sleep(2)
    return max(zip(pids, before, strict=True), key=lambda each: cpu_seconds([each[0]]) - each[1])[0]


async def follow(port: int, token: str) -> Visitor:
    """Somebody who sees the run; where it is not there, they ask again over the same connection, as the page does."""
    visitor = await Visitor.connect(port)

    async def asked() -> Visitor:
        await visitor.ask("follow", run=token)
        return visitor

    await until_it_works(asked)
    await visitor.first_record
    return visitor


async def take_up(owner: Visitor, kept: bytes, key: str) -> tuple[Visitor, float]:
    """As the owner's page does: another connection, the last snapshot, the same link; and when a record came."""
    await owner.closed
    visitor = await until_it_works(lambda: Visitor.connect(owner.port))
    await visitor.upload(kept)
    await visitor.ask("share", key=key)
    await visitor.ask("play", rate=RATE)
    await visitor.first_record
    return visitor, time.monotonic()


async def come_back(follower: Visitor, token: str) -> tuple[Visitor, float]:
    """As a follower's page does: ask until the run is there again; and when a record came."""
    await follower.closed
    visitor = await until_it_works(lambda: follow(follower.port, token))
    return visitor, time.monotonic()


async def until_it_works(action: Callable[[], Awaitable[Visitor]]) -> Visitor:
    """Again and again, with pauses between half of WAIT and all of it."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return await action()
        except (ConnectionError, OSError, TimeoutError):
            if time.monotonic() > end:
                raise
        await asyncio.sleep(WAIT * random.uniform(0.5, 1))


async def hung(report: Report, share: float) -> None:
    """The one process that computes for 20 tabs is stopped, as by a debugger or a bug: alive, and silent."""
    number = max(5, round(20 * share))
    with Server(WORKERS="1") as server:
        visitors = await class_of(number, server.port, RATE, [])
        (pid,) = family(server)[1:]
        begun = time.monotonic()
        os.kill(pid, signal.SIGSTOP)
        while answers(server.port):
            await asyncio.sleep(0.05)
        noticed = time.monotonic() - begun
        codes = await asyncio.gather(*(visitor.closed for visitor in visitors))
        told = time.monotonic() - begun
        while not answers(server.port):
            await asyncio.sleep(0.05)
        replaced = time.monotonic() - begun
    report.row("a stopped compute process: /readyz says so after", noticed, "s", "≤", 3)
    report.row(f"  its {number} visitors were told to come again after", told, "s", "≤", 5)
    report.row("  told with another code than 1012", sum(code != 1012 for code in codes), "", "≤", 0)
    report.row("  another process computes after", replaced, "s", "≤", 5)


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
