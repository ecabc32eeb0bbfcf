"""Visitors who misbehave, in processes of their own so that they disturb the server and not the measurement."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import select
import socket
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from benchmarks.visitors import BINARY, CONTINUATION, PAGE, PATIENCE, PING, PONG, RUN, TEXT, frame, raw_visitor


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


def endless_header(port: int, lasted: Any) -> None:
    """One request whose header never ends, as fast as it goes."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)) as attacker:
        begun = time.monotonic()
        with contextlib.suppress(OSError):
            attacker.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Endless: ")
            for _ in range(2000):
                attacker.sendall(b"a" * 2**16)
            while attacker.recv(65536):
                pass
        lasted.put(time.monotonic() - begun)


LARGE_FILES = {
    "a table of 2 columns": ("series", b"1.25,-2.5\n" * 990_000),
    "a table of 500 columns": ("series", (b"1.25," * 499 + b"1\n") * 3_990),
    "blank lines": ("series", b"1\n" + b" \n" * 1_900_000 + b"2\n" * 99_000),
    "cells in quotation marks": ("series", b'"1.5","2.5"\n' * 900_000),
    "a text": ("text", b"how now, brown cow? " * 838_000),
    "a Chinese text": ("text", "\u4e00\u4e8c\u4e09\u3002".encode() * 1_398_000),
}


def large_file(port: int, kind: str, content: bytes, answered: Any) -> None:
    """One file of the largest size that is read; notes how long it took."""
    reader = raw_visitor(port)
    reader.sendall(command("start", config=RUN) + command("upload", kind=kind, bytes=len(content)))
    until(reader, b'"ready"')
    begun = time.monotonic()
    reader.sendall(frame(BINARY, content))
    until(reader, b'"type":"state"')
    answered.put(time.monotonic() - begun)


def until(connection: socket.socket, words: bytes) -> None:
    """Read until these were said."""
    heard = b""
    while words not in heard:
        received = connection.recv(2**16)
        if not received:
            raise ConnectionError(f"closed before {words.decode()}")
        heard = heard[-len(words) :] + received
        connection.sendall(frame(PONG))  # a sign of life, as a browser gives it


def unfinished_requests(port: int, number: int, lasted: Any) -> None:
    """Requests that begin and never go on; notes for each how long the server waited for more."""
    begun = time.monotonic()
    waiting = {socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) for _ in range(number)}
    for each in waiting:
        each.sendall(b"GET / HTTP/1.1\r\nHost: loc")
    while waiting and time.monotonic() - begun < 30:
        readable, _, _ = select.select(list(waiting), [], [], 1)
        for each in readable:
            with contextlib.suppress(OSError):
                if each.recv(65536):
                    continue
            waiting.discard(each)
            each.close()
            lasted.put(time.monotonic() - begun)


def idle_sockets(port: int, number: int, opened: Any) -> None:
    """WebSockets of one client that ask for nothing and stay, showing signs of life as a browser does."""
    idle = [raw_visitor(port) for _ in range(number)]
    opened.put(len(idle))
    end = time.monotonic() + 20
    while time.monotonic() < end:
        readable, _, _ = select.select(idle, [], [], 0.2)
        for each in readable:
            try:
                if not each.recv(65536):
                    raise OSError
                each.sendall(frame(PONG))
            except OSError:
                idle.remove(each)
