"""Attackers beside ordinary visitors: what the ordinary ones notice."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any

from app.web.arriving import SMALL_BYTES
from benchmarks.faults.attackers import (
    COSTLY_COMMANDS,
    FLOODS,
    JUST_LET_IN,
    LARGE_FILES,
    acknowledge_without_reading,
    beside,
    costly_commands,
    costly_files,
    endless_header,
    expensive_links,
    flood,
    half_a_file,
    idle_sockets,
    large_files,
    never_read,
    plays,
    read_at_a_trickle,
    results,
    saves_again_and_again,
    sends_a_file,
    unfinished_requests,
)
from benchmarks.faults.neighbours import MS, Neighbours
from benchmarks.faults.tabs import RATE
from benchmarks.report import Report
from benchmarks.servers import family, resident
from benchmarks.visitors import PAGE, pupil
from tests.support.servers import Server

KIB, MIB = 2**10, 2**20
TURN = 4.0  # seconds
TURNS = 8  # alone and beside it: so many gaps that a hundredth of them is enough to count
OTHERS = 20
OTHERS_OF_FILES = 6  # so few leave a large file most of a core, and it is read in seconds instead of minutes


async def stuck(report: Report, share: float) -> None:
    """A tab that asks for much and never reads."""
    await takes_nothing(report, share, "a tab that never reads", never_read)


async def acks(report: Report, share: float) -> None:
    """A client that acknowledges every record and reads none."""
    await takes_nothing(report, share, "who acknowledges without reading", acknowledge_without_reading)


async def trickle(report: Report, share: float) -> None:
    """A client that asks for much and reads a little now and then, so that it never quite stands still."""
    await takes_nothing(report, share, "who reads at a trickle", read_at_a_trickle)


async def takes_nothing(report: Report, share: float, who: str, attacker: Callable[..., None]) -> None:
    """One of them beside 20 ordinary tabs, again and again; then ten at once, for what they hold."""
    rounds, crowd = max(1, round(3 * share)), 10
    with Server() as server:
        others = await Neighbours.come(OTHERS, server.port, PAGE)
        web = family(server)[0]
        gone: multiprocessing.Queue[float] = multiprocessing.Queue()
        for _ in range(rounds):
            await others.watch_alone(TURN)
            await others.watch_beside(until_over(beside(attacker, server.port, 1, gone)))
        before, held = resident(web), 0
        attack = beside(attacker, server.port, crowd, gone)
        while attack.is_alive():
            await asyncio.sleep(0.25)
            held = max(held, resident(web) - before)
        lives = await results(gone, rounds + crowd)
        record = others.visitors[0].bytes / len(others.visitors[0].came)
    report.row(f"{who}: memory it holds", held / crowd / KIB, "KiB", "≤", 256 + 2 * record / KIB)
    report.row("  gone after", max(lives), "s", "≤", 6)
    others.report(report)


async def until_over(attack: BaseProcess) -> None:
    """To its end. It was begun before: to make a process takes this one 5 to 20 ms, in which it takes no record."""
    await asyncio.to_thread(attack.join)


async def floods(report: Report, _share: float) -> None:
    """Frames too small to be messages, as fast as they go, beside 20 ordinary tabs."""
    with Server() as server:
        others = await Neighbours.come(OTHERS, server.port, [])
        for name, (first, repeated) in FLOODS.items():
            lasted: multiprocessing.Queue[float] = multiprocessing.Queue()
            await others.watch_alone(TURN / 2)

            async def attacked(first: bytes = first, repeated: bytes = repeated, lasted: Any = lasted) -> float:
                await until_over(beside(flood, server.port, first, repeated, lasted))
                await asyncio.sleep(0.5)
                return (await results(lasted, 1))[0]

            others.beside = []
            closed = await others.watch_beside(attacked())
            report.row(f"a flood of {name}: others stall for", MS * others.stalled, "ms", "≤", 50)
            report.row("  attacker closed after", closed, "s", "≤", 1)
        report.row(f"{OTHERS} tabs in peace: their longest stall", MS * (max(others.alone) - 1 / RATE), "ms")


async def requests(report: Report, share: float) -> None:
    """Requests that never end or are never finished, beside 20 ordinary tabs."""
    rounds, unfinished = max(1, round(4 * share)), 50
    with Server() as server:
        others = await Neighbours.come(OTHERS, server.port, [])
        lasted: multiprocessing.Queue[float] = multiprocessing.Queue()
        for _ in range(rounds):
            await others.watch_alone(TURN / 2)
            await others.watch_beside(until_over(beside(endless_header, server.port, lasted)))
        closed = await results(lasted, rounds)
        report.row("an endless header: closed after", max(closed), "s", "≤", 10)
        report.row("  others stall for", MS * others.stalled, "ms", "≤", 50)
        others.alone, others.beside = [], []
        await others.watch_alone(2 * TURN)
        await others.watch_beside(until_over(beside(unfinished_requests, server.port, unfinished, lasted)))
        await others.watch_alone(2 * TURN)
        lives = await results(lasted, unfinished)
    report.row("50 unfinished requests: the last closed after", max(lives), "s", "≤", 12)
    others.report(report)


async def expensive(report: Report, share: float) -> None:
    """Links to networks that cost seconds an iteration or a record, opened again and again beside 20 ordinary tabs;
    and networks that are just let in, and train.
    """
    turns = max(1, round(TURNS * share))
    with Server() as server:
        others = await Neighbours.come(OTHERS, server.port, PAGE)
        refused: multiprocessing.Queue[float] = multiprocessing.Queue()
        for _ in range(turns):
            await others.watch_alone(TURN)
            await others.watch_beside(until_over(beside(expensive_links, server.port, TURN, refused)))
        shares = await results(refused, turns)
        report.row("links to what is too expensive: refused", 100 * min(shares), "%", "≥", 100)
        others.report(report)
        for config in JUST_LET_IN:
            updates: multiprocessing.Queue[float] = multiprocessing.Queue()
            for _ in range(turns):
                await others.watch_alone(TURN)
                await others.watch_beside(until_over(beside(plays, server.port, config, TURN, updates)))
            report.row(f"{config}, just let in, plays: updates", sum(await results(updates, turns)), "", "≥", 1)
            others.report(report)


async def files(report: Report, share: float) -> None:
    """Files of the largest size, read again and again beside ordinary tabs; and what the server keeps of them."""
    turns = max(1, round(TURNS * share))
    with Server() as server:
        others = await Neighbours.come(OTHERS_OF_FILES, server.port, PAGE)
        before = sum(map(resident, family(server)))
        most = before
        for name, (kind, content) in LARGE_FILES.items():
            answered: multiprocessing.Queue[float] = multiprocessing.Queue()

            async def read(attack: BaseProcess, answered: Any = answered) -> float:
                nonlocal most
                while attack.is_alive():
                    await asyncio.sleep(0.1)
                    most = max(most, sum(map(resident, family(server))))
                return (await results(answered, 1))[0]

            took = []
            for _ in range(turns):
                await others.watch_alone(TURN)
                attack = beside(large_files, server.port, kind, content, TURN, answered)
                took.append(await others.watch_beside(read(attack)))
            report.row(f"{name}, {len(content) / MIB:.0f} MiB: read in", sum(took) / turns, "s")
            others.report(report)
        await asyncio.sleep(1)
        kept = sum(map(resident, family(server))) - before
    report.row("large files: memory while one is read", (most - before) / MIB, "MiB", "≤", 96)
    report.row("  kept when their readers have left", kept / MIB, "MiB", "≤", 16)


@dataclass(frozen=True)
class Costly:
    """What is sent again and again for so many seconds, in a process of its own; how what it notes is told."""

    name: str
    action: Callable[..., None]
    arguments: tuple[object, ...]
    told: str
    of_all: Callable[[list[float]], float] = sum
    unit: str = ""
    least: int | None = None  # in each turn

    def begin(self, port: int, noted: Any) -> BaseProcess:
        """In a server that listens on this port."""
        return beside(self.action, port, *self.arguments, TURN, noted)


def costly_attacks() -> list[Costly]:
    """Files and commands that would cost much for what they are."""
    files = [
        Costly(name, partial(large_files, answer=answer), (kind, content), "answered in", max, "s")
        for name, (kind, content, answer) in costly_files().items()
    ]
    commands = [
        Costly(name, costly_commands, (fields,), "answers", least=10) for name, fields in COSTLY_COMMANDS.items()
    ]
    text = b"how now, brown cow? " * 750_000
    saves = Costly("a run with a text, saved again and again", saves_again_and_again, (text,), "times", least=1)
    return [*files, *commands, saves]


async def costly(report: Report, share: float) -> None:
    """Each of them again and again beside ordinary tabs; and what the server keeps of them."""
    turns, attacks = max(1, round(TURNS / 2 * share)), costly_attacks()
    with Server() as server:
        others = await Neighbours.come(OTHERS_OF_FILES, server.port, PAGE)
        noted: multiprocessing.Queue[float] = multiprocessing.Queue()

        def held() -> int:
            return sum(map(resident, family(server)))

        before = held()
        for attack in attacks:
            for _ in range(turns):
                await others.watch_alone(TURN)
                await others.watch_beside(until_over(attack.begin(server.port, noted)))
            found = attack.of_all(await results(noted, turns))
            least = attack.least and attack.least * turns
            report.row(f"{attack.name}: {attack.told}", found, attack.unit, "≥", least)
            others.report(report)
        await asyncio.sleep(1)
        kept = held() - before
        for attack in attacks:
            await until_over(attack.begin(server.port, noted))
        await results(noted, len(attacks))
        await asyncio.sleep(1)
        more = held() - before - kept
    report.row("  kept when all of them have left", kept / MIB, "MiB", "≤", 16)
    report.row("  more when each has come and left once again", more / MIB, "MiB", "≤", 2)


async def halves(report: Report, share: float) -> None:
    """Eight clients that send half of the largest file and stop, again and again: how long others wait with theirs."""
    number, seconds = 8, max(4.0, 20 * share)
    with Server() as server:
        others = await Neighbours.come(OTHERS, server.port, PAGE)
        stopped: Any = multiprocessing.Queue()
        took: list[float] = []

        async def upload() -> None:
            attack = beside(half_a_file, server.port, number, seconds, stopped)
            await results(stopped, 1)
            while attack.is_alive():
                waiting = asyncio.to_thread(sends_a_file, server.port, 4 * SMALL_BYTES)
                took.append(await waiting)
            await results(stopped, 1)

        await others.watch_alone(TURN)
        await others.watch_beside(upload())
        await others.watch_alone(TURN)
    report.row(f"{number} clients that stop half way: uploads of another one", len(took), "", "≥", 1)
    report.row("  the longest of them", max(took), "s", "≤", 5)
    others.report(report)


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
