"""The compute processes, seen from the web process: starts them, carries packets, replaces one that dies.

The event loop never computes: it hands a run's frames to a process and gets frames back.
"""

import asyncio
import contextlib
import json
import logging
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..settings import Settings
from .closing import CloseCode
from .counts import Counts
from .process import BEAT_SECONDS, START_SECONDS, Process
from .wire import Kind, from_many

log = logging.getLogger(__name__)

OTHERS_SECONDS = 3.0  # for which the others are waited for, once one process can compute
RESTART_PAUSE = 1.0  # seconds between two starts of a process that keeps dying,
LONGEST_PAUSE = 16.0  # and at most between two tries to start one that the system has no room for


class Visitor(Protocol):
    """Whoever watches a run."""

    def deliver(self, frame: str | bytes) -> None:
        """A frame for the visitor."""

    def deliver_news(self, frame: str) -> None:
        """How the run stands that the visitor sees; of two that wait, the newer one is enough."""

    def deliver_part(self, part: bytes, *, is_last: bool) -> None:
        """A part of one binary frame: the first, or the one that comes after the last that was delivered."""

    def allow(self, frame_bytes: int) -> None:
        """The visitor's next binary frame may be so large."""

    def settle(self, commands: int) -> None:
        """So many of the visitor's commands were answered."""

    def dismiss(self, code: CloseCode, reason: str) -> None:
        """The connection ends."""


@dataclass(eq=False)
class RunHandle:
    """A visitor's run in one of the compute processes: how the web process reaches it, and what it knows of it."""

    pool: "Pool"
    process: Process
    run: int
    visitor: Visitor
    site: str  # where the visitor comes from
    since: float
    in_use: bool = False  # whether there is a network
    asked: bool = False  # whether the visitor said anything
    followed: str | None = None  # the token of the run that the visitor asked to follow

    def send(self, frame: str | bytes) -> None:
        """A frame from the visitor."""
        self.asked = True
        if isinstance(frame, str):
            self.process.send(Kind.TEXT, self.run, frame.encode())
        else:
            self.process.send(Kind.BINARY, self.run, frame)

    async def send_part(self, part: bytes) -> None:
        """A part of a file whose last one is yet to come; others' packets need not wait behind much of it."""
        self.process.send(Kind.PART, self.run, part)
        await self.process.writable.wait()

    def must_move(self, token: str) -> bool:
        """Whether the run that is shared under this token is in another process; who follows a run stays with it."""
        where = self.pool.shared.get(token, self.process)
        return where is not self.process and self.followed not in self.pool.shared

    def move_to(self, token: str) -> None:
        """Leave this run behind and begin anew in the process that holds the run which is shared under this token."""
        process = self.pool.shared.get(token)
        if process is None or self.run not in self.pool.handles:
            return
        self.process.send(Kind.LEAVE, self.run)
        process.send(Kind.OPEN, self.run)
        self.process = process

    def ack(self, iteration: int) -> None:
        """The visitor drew a record."""
        self.process.send(Kind.ACK, self.run, iteration.to_bytes(8, "big"))

    def taken(self) -> None:
        """The visitor took a part of a file."""
        self.process.send(Kind.TAKEN, self.run)

    def give_up_file(self) -> None:
        """The file that the visitor announced is waited for no longer."""
        self.process.send(Kind.LATE, self.run)

    def leave(self) -> None:
        """The visitor left; what the run held is freed."""
        if self.pool.handles.pop(self.run, None) is not None:
            self.process.send(Kind.LEAVE, self.run)
            self.pool.changed.set()


@dataclass(eq=False)
class Pool:
    """All compute processes of this server."""

    size: int
    limits: dict[str, Any]
    processes: list[Process] = field(default_factory=list)
    handles: dict[int, RunHandle] = field(default_factory=dict)  # of all runs, by their numbers
    facts: dict[str, Any] = field(default_factory=dict)
    hello: str = ""
    first_record: bytes = b""
    counts: Counts = field(default_factory=Counts)
    shared: dict[str, Process] = field(default_factory=dict)  # where the runs are that can be followed, by their tokens
    draining: bool = False
    stop_listening: Callable[[], None] = lambda: None  # set by a server that can: balancers then go elsewhere at once
    _runs: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _restarts: set[asyncio.Task[None]] = field(default_factory=set)
    _watching: asyncio.Task[None] | None = None

    def spawn(self) -> None:
        """Start the processes; they get ready while the web process is still importing."""
        while len(self.processes) < self.size:
            self.processes.append(Process(self.limits))

    async def start(self) -> None:
        """Listen to the processes, and wait until one of them can compute; a little longer for all of them."""
        self.spawn()
        await asyncio.gather(*map(self._listen, self.processes))
        # Else those who come first all sit on the first, for as long as they stay.
        with contextlib.suppress(TimeoutError):
            await self.until(lambda: all(process.ready for process in self.processes), OTHERS_SECONDS)
        await self.until(lambda: self.ready or not self.processes, START_SECONDS)
        if not self.ready:
            raise RuntimeError("no compute process could start; each said why on standard error")
        self._watching = asyncio.create_task(self._watch_for_hung_processes())

    async def _listen(self, process: Process) -> None:
        process.keeper = self
        await asyncio.get_running_loop().create_unix_connection(lambda: process, sock=process.socket)

    async def _watch_for_hung_processes(self) -> None:
        """Replace a process that lives but no longer works, as one that died."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for process in self.processes:
                process.beat()
                if process.hangs:
                    log.error("a compute process does not answer", extra={"pid": process.popen.pid})
                    process.end()

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait for something that processes or visitors bring about; TimeoutError if they do not."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.handles)

    @property
    def ready(self) -> bool:
        """Whether somebody can compute."""
        return any(process.ready for process in self.processes)

    @property
    def is_prompt(self) -> bool:
        """Whether somebody can compute and answers questions at once."""
        return any(process.is_prompt for process in self.processes)

    def runs_in(self, process: Process) -> list[RunHandle]:
        """The runs that one process computes."""
        return [handle for handle in self.handles.values() if handle.process is process]

    def runs_of(self, site: str) -> int:
        """How many runs belong to one address."""
        return sum(handle.site == site for handle in self.handles.values())

    @property
    def pids(self) -> list[int]:
        """The processes that compute."""
        return [process.popen.pid for process in self.processes]

    def open(self, visitor: Visitor, site: str, now: float) -> RunHandle | None:
        """A run in the process with the fewest of them, if possible one that answers; None while none is ready."""
        ready = [process for process in self.processes if process.ready]
        if not ready or self.draining:
            return None
        process = min(ready, key=lambda process: (not process.is_prompt, len(self.runs_in(process))))
        self._runs += 1
        handle = self.handles[self._runs] = RunHandle(self, process, self._runs, visitor, site, now)
        process.send(Kind.OPEN, self._runs)
        return handle

    def take(self, process: Process, kind: Kind, run: int, payload: bytes) -> None:
        """One packet from a process."""
        handle = self.handles.get(run)
        if handle and handle.process is not process:  # it has moved on to another process
            handle = None
        visitor = handle.visitor if handle else None
        match kind:
            case Kind.BINARY if visitor:
                visitor.deliver(payload)
            case Kind.PART | Kind.LAST_PART if visitor:
                visitor.deliver_part(payload, is_last=kind is Kind.LAST_PART)
            case Kind.TEXT if visitor:
                visitor.deliver(payload.decode())
            case Kind.ANSWERED if visitor:
                visitor.settle(int.from_bytes(payload, "big"))
            case Kind.FRAME_BYTES if visitor:
                visitor.allow(int.from_bytes(payload, "big"))
            case Kind.CLOSE if visitor:
                visitor.dismiss(CloseCode(int.from_bytes(payload[:2], "big")), payload[2:].decode())
            case Kind.IN_USE if handle:
                handle.in_use = True
            case Kind.NEWS if visitor:
                visitor.deliver_news(payload.decode())
            case Kind.TO_MANY:
                inner, runs, content = from_many(payload)
                for each in runs:
                    self.take(process, inner, each, content)
            case Kind.SHARED:
                self.shared[payload.decode()] = process
            case Kind.UNSHARED if self.shared.get(payload.decode()) is process:
                del self.shared[payload.decode()]
            case Kind.FIRST_RECORD:
                self.first_record = payload
            case Kind.HELLO:
                self.facts = json.loads(payload)
                self.hello = json.dumps(self.facts["hello"])
                process.ready = True
                self.changed.set()
            case Kind.COUNTS:
                self.counts.add(json.loads(payload))
            case Kind.DRAINED:
                process.ready = False
                self.changed.set()

    def lost(self, process: Process) -> None:
        """A process ended: its visitors are told to come again, and another one takes its place."""
        process.ready = False
        process.keeper = None
        self.processes.remove(process)
        self.shared = {token: where for token, where in self.shared.items() if where is not process}
        lost = self.runs_in(process)
        for handle in lost:
            del self.handles[handle.run]
            handle.visitor.dismiss(CloseCode.SERVICE_RESTART, "the process that computed this run ended; connect again")
        self.changed.set()
        if self.facts and not self.draining:  # one that cannot even start is not replaced by others that cannot
            log.error("a compute process ended", extra={"pid": process.popen.pid, "runs": len(lost)})
            restart = asyncio.get_running_loop().create_task(self._replace(process))
            self._restarts.add(restart)
            restart.add_done_callback(self._restarts.discard)

    async def _replace(self, process: Process) -> None:
        process.popen.poll()
        if time.monotonic() - process.started_at < RESTART_PAUSE:
            await asyncio.sleep(RESTART_PAUSE)
        pause = RESTART_PAUSE
        while not self.draining:
            try:
                replacement = Process(self.limits)
            except OSError as error:  # the system has no memory, or no place for one more process
                log.error("a compute process cannot be started: %s; trying again in %.0f s", error, pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self.processes.append(replacement)
                await self._listen(replacement)
                return

    async def drain(self, seconds: float) -> None:
        """Every visitor gets the last snapshot of their run; nothing is computed after it."""
        self.draining = True
        self.stop_listening()
        for process in self.processes:
            process.send(Kind.DRAIN)
        with contextlib.suppress(TimeoutError):
            await self.until(lambda: not self.ready, seconds)

    async def stop(self) -> None:
        """End the processes: closing their socket tells them, and whoever does not listen is killed."""
        self.draining = True
        if self._watching:
            self._watching.cancel()
        for process in list(self.processes):
            process.keeper = None
            if process.transport:
                process.transport.close()
        await asyncio.sleep(0)
        for process in self.processes:
            try:
                await asyncio.to_thread(process.popen.wait, 1)
            except subprocess.TimeoutExpired:
                process.popen.kill()
                await asyncio.to_thread(process.popen.wait)


def create_pool(settings: Settings) -> Pool:
    """The processes these settings ask for, not yet started."""
    limits = settings.model_dump(include={"max_cost", "max_bytes", "records_per_second"})
    return Pool(settings.workers, limits)
