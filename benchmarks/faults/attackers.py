"""Visitors who misbehave, in processes of their own so that they disturb the server and not the measurement."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import socket
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from benchmarks.visitors import CONTINUATION, PAGE, PING, RUN, TEXT, frame, raw_visitor


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
        each.sendall(command("start", config=RUN) + command("watch", quantities=PAGE) + command("play", rate=30))
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
