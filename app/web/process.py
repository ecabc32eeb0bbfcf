"""One compute process, seen from the web process: starts it, carries packets, knows whether it still works."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from typing import Any, Protocol, cast

from ..onethread import ONE_THREAD
from .memory import SMALL_PAGES
from .procfs import cpu_seconds
from .wire import Kind, Unpacker, parts

SOCKET_BYTES = 1 << 20  # a record and its neighbours fit between the processes without waiting
START_SECONDS = 60.0  # until which it must be able to compute
BEAT_SECONDS = 0.5  # between two questions whether it still works
LATE_BEATS = 2  # unanswered ones, after which nobody new is sent to it,
HUNG_BEATS = 5  # after which it is replaced if it does not even compute,
BUSY_BEATS = 120  # and after which also if it does: it may be reading a large file, but not for ever


def environment() -> dict[str, str]:
    """What a compute process finds in its environment."""
    return {**SMALL_PAGES, **os.environ, **ONE_THREAD}


class Keeper(Protocol):
    """Whoever started a process."""

    def take(self, process: "Process", kind: Kind, run: int, payload: bytes) -> None:
        """One packet from it."""

    def lost(self, process: "Process") -> None:
        """It ended."""


class Process(asyncio.Protocol):
    """One compute process. What it says goes to its `keeper`, who is also told when it ends."""

    def __init__(self, limits: dict[str, Any]) -> None:
        self.keeper: Keeper | None = None
        self.transport: asyncio.Transport | None = None
        self.writable = asyncio.Event()
        self.writable.set()
        self.unpacker = Unpacker()
        self.ready = False
        self.beats = 0  # questions whether it still works, since it last said anything,
        self.idle_beats = 0  # and those of them between which it did not compute
        self.computed: float | None = None  # until the last question, in seconds
        self.started_at = time.monotonic()
        ours, theirs = socket.socketpair()
        try:
            for end in (ours, theirs):
                for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                    end.setsockopt(socket.SOL_SOCKET, option, SOCKET_BYTES)
            ours.setblocking(False)
            self.socket = ours
            self.popen = subprocess.Popen(  # noqa: S603 (our own program)
                [sys.executable, "-m", f"{__package__}.worker", str(theirs.fileno()), json.dumps(limits)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                process_group=0,  # an interrupt at the terminal is for the web process, which drains this one first
                env=environment(),
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()

    def send(self, kind: Kind, run: int = 0, payload: bytes = b"") -> None:
        """One packet; to a process that is dying it goes nowhere, as its end is about to be noticed."""
        if self.transport and not self.transport.is_closing():
            for part in parts(kind, run, payload):
                self.transport.write(part)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The event loop took the socket over."""
        self.transport = cast(asyncio.Transport, transport)

    def pause_writing(self) -> None:
        """More waits to be taken than should wait."""
        self.writable.clear()

    def resume_writing(self) -> None:
        """It was taken."""
        self.writable.set()

    @property
    def is_prompt(self) -> bool:
        """Whether it can compute, and answers."""
        return self.ready and self.beats <= LATE_BEATS

    @property
    def hangs(self) -> bool:
        """Whether it has been silent for so long that it has to be replaced.

        Only time in which we asked counts: while the whole machine stands still, nobody is late.
        """
        if not self.ready:
            return self.beats > START_SECONDS / BEAT_SECONDS
        return self.idle_beats > HUNG_BEATS or self.beats > BUSY_BEATS

    def beat(self) -> None:
        """Ask whether it still works; whatever it says is an answer."""
        if not self.beats:
            self.idle_beats = 0
            if self.ready:
                self.send(Kind.BEAT)
        computed = cpu_seconds(self.popen.pid)
        self.idle_beats += computed is not None and computed == self.computed
        self.computed = computed
        self.beats += 1

    def end(self) -> None:
        """At once, also if it was stopped: `connection_lost` follows."""
        self.popen.kill()
        if self.transport:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Packets from the process."""
        self.beats = 0
        if self.keeper:
            for kind, run, payload in self.unpacker.feed(data):
                self.keeper.take(self, kind, run, payload)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The process ended, whatever the reason."""
        self.writable.set()
        if self.keeper:
            self.keeper.lost(self)
