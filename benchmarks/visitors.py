"""Pages without pictures: visitors so cheap that hundreds of them leave the machine to the server they measure.

A visitor draws every record the moment it comes, answers pings as a browser does, and writes down when records came.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import time
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any, cast

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KIND = re.compile(rb'\\"kind\\": ?\\"(\w+)')
ITERATION = re.compile(rb'\\"iteration\\": ?(\d+)')
PATIENCE = 60.0
RUN: dict[str, Any] = {"sequence_length": 40, "hidden_size": 32, "batch_size": 16}  # what the figures are about
SEEDS = count()
PAGE = ["flow", "weights", "truncation", "gates", "distributions"]  # what the page watches by itself

Answer = dict[str, Any] | bytes


def frame(opcode: int, payload: bytes = b"", fin: bool = True) -> bytes:
    """A frame from a client: masked, with a mask of zeros."""
    first = (0x80 if fin else 0) | opcode
    if len(payload) < 126:
        return bytes((first, 0x80 | len(payload))) + bytes(4) + payload
    if len(payload) < 2**16:
        return struct.pack("!BBH", first, 0xFE, len(payload)) + bytes(4) + payload
    return struct.pack("!BBQ", first, 0xFF, len(payload)) + bytes(4) + payload


def greeting(port: int) -> bytes:
    """The request that opens a socket, as the server's own page would send it."""
    return (
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()


def raw_visitor(port: int, receive_buffer: int = 0) -> socket.socket:
    """An open socket for whoever wants to misbehave; `hello` was read."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(PATIENCE)
    connection.connect(("127.0.0.1", port))
    connection.sendall(greeting(port))
    received = b""
    while b'"hello"' not in received:
        received += connection.recv(4096)
    return connection


class Visitor(asyncio.Protocol):
    """One connection; `connect` opens it."""

    def __init__(self, port: int, one_way: float = 0.0) -> None:
        self.port = port
        self.one_way = one_way
        self.opened = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.first_record: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.buffer = bytearray()
        self.upgraded = False
        self.begun: list[bytes] = []  # parts of a file that is coming
        self.waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.snapshots: asyncio.Queue[bytes] = asyncio.Queue()
        self.came: list[float] = []
        self.iteration = 0
        self.bytes = 0
        self.errors: list[dict[str, Any]] = []
        self.ids = count(1)

    @classmethod
    async def connect(cls, port: int, one_way: float = 0.0) -> Visitor:
        """Once `hello` was heard; ConnectionError if it was not. What is said takes `one_way` seconds to arrive."""
        loop = asyncio.get_running_loop()
        _, visitor = await loop.create_connection(lambda: cls(port, one_way), "127.0.0.1", port)
        await asyncio.wait({visitor.opened, visitor.closed}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if not visitor.opened.done():
            visitor.leave()
            raise ConnectionError("no hello")
        return visitor

    # What the event loop says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._send(greeting(self.port))

    def connection_lost(self, _exc: Exception | None) -> None:
        self._later(self._close, 1006)

    def data_received(self, data: bytes) -> None:
        self._later(self._hear, data)

    def _later(self, action: Callable[..., None], *arguments: Any) -> None:
        """What comes, or leaves, is on its way for a while."""
        if self.one_way:
            asyncio.get_running_loop().call_later(self.one_way, action, *arguments)
        else:
            action(*arguments)

    def _send(self, content: bytes) -> None:
        self._later(self._arrive, content)

    def _arrive(self, content: bytes) -> None:
        if not self.transport.is_closing():  # what was said before a connection broke arrives nowhere
            self.transport.write(content)

    def _hear(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            if not self.buffer.startswith(b"HTTP/1.1 101"):
                self.transport.abort()
                return
            del self.buffer[: head + 4]
            self.upgraded = True
        while (taken := self._frame()) is not None:
            self._take(*taken)

    def _frame(self) -> tuple[int, bytes, bool] | None:
        """The next complete frame, and whether a message ends with it."""
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        first, payload = buffer[0], bytes(memoryview(buffer)[start : start + size])
        del buffer[: start + size]
        return first & 0x0F, payload, bool(first & 0x80)

    def _take(self, opcode: int, payload: bytes, is_last: bool) -> None:
        if opcode in (BINARY, CONTINUATION):  # large files come in parts
            self.begun.append(payload)
            if is_last:
                file, self.begun = b"".join(self.begun), []
                self._file(file)
        elif opcode == TEXT:
            self._message(json.loads(payload))
        elif opcode == PING:
            self._send(frame(PONG, payload))
        elif opcode == CLOSE:
            self._close(int.from_bytes(payload[:2], "big"))
            self.transport.close()

    def _file(self, content: bytes) -> None:
        kind = cast(re.Match[bytes], KIND.search(content))[1]
        if kind != b"record":
            self.snapshots.put_nowait(content)
            return
        self.came.append(time.perf_counter())
        self.bytes += len(content)
        self.iteration = int(cast(re.Match[bytes], ITERATION.search(content))[1])
        self.say("ack", iteration=self.iteration)
        if not self.first_record.done():
            self.first_record.set_result(self.came[0])

    def _message(self, message: dict[str, Any]) -> None:
        if message["type"] == "hello":
            self.opened.set_result(None)
        if message["type"] == "error":
            self.errors.append(message)
        asked = self.waiting.pop(message.get("id", 0), None)
        if asked and not asked.done():
            asked.set_result(message)

    def _close(self, code: int) -> None:
        if not self.closed.done():
            self.closed.set_result(code)
        for asked in self.waiting.values():
            if not asked.done():
                asked.set_exception(ConnectionError("closed before the answer"))
        self.waiting.clear()

    # What a visitor says.

    def say(self, type: str, **fields: Any) -> None:
        self._send(frame(TEXT, json.dumps({"type": type, **fields}).encode()))

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """A command and its answer."""
        asked = next(self.ids)
        return await self._answer(asked, frame(TEXT, json.dumps({"type": type, "id": asked, **fields}).encode()), type)

    async def _answer(self, asked: int, sent: bytes, what: str) -> dict[str, Any]:
        if self.closed.done():
            raise ConnectionError("closed")
        answer = self.waiting[asked] = asyncio.get_running_loop().create_future()
        self._send(sent)
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = await answer
        if message["type"] == "error":
            raise ConnectionError(f"{what}: {message['code']}")
        return message

    async def upload(self, snapshot: bytes) -> dict[str, Any]:
        """Go on from a snapshot; the state it led to."""
        asked = next(self.ids)
        announced = {"type": "upload", "kind": "snapshot", "bytes": len(snapshot), "id": asked}
        await self._answer(asked, frame(TEXT, json.dumps(announced).encode()), "upload")
        return await self._answer(asked, frame(BINARY, snapshot), "snapshot")

    async def snapshot(self) -> bytes:
        self.say("snapshot")
        async with asyncio.timeout(PATIENCE):
            return await self.snapshots.get()

    def leave(self) -> None:
        self.transport.abort()

    # What was measured.

    def gaps(self, since: float, until: float) -> list[float]:
        """Seconds between two records."""
        return [after - before for before, after in pairwise(self.came) if since <= before and after <= until]


async def pupil(
    port: int, rate: float | None, watch: list[str], config: dict[str, Any] | None = None, one_way: float = 0.0
) -> Visitor:
    """A visitor whose network trains."""
    visitor = await Visitor.connect(port, one_way)
    await visitor.ask("start", config=RUN if config is None else config)
    if watch:
        await visitor.ask("watch", quantities=watch)
    await visitor.ask("play", **({"rate": rate} if rate else {}))
    return visitor


def run_of_ones_own() -> dict[str, Any]:
    """RUN with a seed that nobody else here has: equal runs would be computed once for all."""
    return {**RUN, "seed": next(SEEDS)}


async def class_of(
    size: int, port: int, rate: float | None, watch: list[str], *, of_one_link: bool = False
) -> list[Visitor]:
    """Visitors who come one after the other, a few at a time: each with a run of their own, or all `of_one_link`."""
    visitors: list[Visitor] = []
    for at in range(0, size, 10):
        configs = [RUN if of_one_link else run_of_ones_own() for _ in range(at, min(at + 10, size))]
        visitors += await asyncio.gather(*(pupil(port, rate, watch, config) for config in configs))
    return visitors


def quantile(values: list[float], q: float) -> float:
    """By the nearest rank; NaN of nothing, which reaches no goal."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * q))] if ranked else float("nan")


def fairness(values: list[float]) -> float:
    """Jain's index: 1 where all have the same, 1/n where one has everything."""
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else 0.0
