"""Visitors who misbehave, in processes of their own so that they disturb the server and not the measurement."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import multiprocessing
import re
import select
import socket
import struct
import time
import zipfile
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np

from app.training import RunConfig, Trainer
from app.training.dataset import read_text
from app.web.arriving import SMALL_BYTES
from app.web.protocol import SNAPSHOT_BYTES
from benchmarks.visitors import (
    BINARY,
    CONTINUATION,
    ITERATION,
    PAGE,
    PATIENCE,
    PING,
    PONG,
    RUN,
    TEXT,
    frame,
    raw_visitor,
)


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


def acknowledge_without_reading(port: int, number: int, gone: Any) -> None:
    """Say of every record that it was drawn, and take none."""
    stuck = [raw_visitor(port, receive_buffer=4096) for _ in range(number)]
    for each in stuck:
        each.sendall(command("start", config=RUN) + command("watch", quantities=PAGE) + command("play"))
    with_patience(stuck, gone, lambda each: each.sendall(command("ack", iteration=2**53 - 1)))


def read_at_a_trickle(port: int, number: int, gone: Any) -> None:
    """Ask for much and read a hundred bytes now and then."""
    slow = [raw_visitor(port, receive_buffer=4096) for _ in range(number)]
    for each in slow:
        each.sendall(command("start", config=RUN) + command("watch", quantities=PAGE) + command("play"))

    def a_little(each: socket.socket) -> None:
        if not each.recv(100):
            raise OSError
        each.sendall(command("ack", iteration=2**53 - 1))

    with_patience(slow, gone, a_little)


def with_patience(connections: list[socket.socket], gone: Any, act: Callable[[socket.socket], None]) -> None:
    """Do the same with each, 20 times a second, until the server has had enough; notes for each how long that took."""
    begun = time.monotonic()
    waiting = set(connections)
    for each in connections:
        each.settimeout(0.05)
    while waiting and time.monotonic() - begun < 30:
        for each in list(waiting):
            try:
                act(each)
            except TimeoutError:
                continue
            except OSError:
                waiting.discard(each)
                gone.put(time.monotonic() - begun)
        time.sleep(0.05)


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


STATE, REFUSED = b'"type":"state"', b'"type":"error"'


def large_files(port: int, kind: str, content: bytes, seconds: float, answered: Any, answer: bytes = STATE) -> None:
    """The same file, one time after the other for at least so long; notes how long one took, on average."""
    file, begun, files = frame(BINARY, content), time.monotonic(), 0
    while files == 0 or time.monotonic() - begun < seconds:
        with contextlib.closing(raw_visitor(port)) as reader:
            reader.sendall(command("start", config=RUN) + command("upload", kind=kind, bytes=len(content)))
            until(reader, b'"ready"')
            reader.sendall(file)
            until(reader, answer)
        files += 1
    answered.put((time.monotonic() - begun) / files)


def sends_a_file(port: int, number: int) -> float:
    """A file of so many bytes, which is no snapshot: how long it took until somebody had read that."""
    with contextlib.closing(raw_visitor(port)) as sender:
        begun = time.monotonic()
        sender.sendall(command("upload", kind="snapshot", bytes=number))
        until(sender, b'"ready"')
        sender.sendall(frame(BINARY, bytes(number)))
        until(sender, b'"bad_upload"')
        return time.monotonic() - begun


def half_a_file(port: int, number: int, seconds: float, stopped: Any) -> None:
    """Announce the largest file, send a part of it and stop; come again when cut off. Notes how often that was."""
    part = bytes([0x80 | BINARY, 0x80 | 127]) + struct.pack("!Q", SNAPSHOT_BYTES) + bytes(4 + 2 * SMALL_BYTES)
    announcement, begun, times = command("upload", kind="snapshot", bytes=SNAPSHOT_BYTES), time.monotonic(), 0
    senders: list[socket.socket] = []
    stopped.put(0)
    while time.monotonic() - begun < seconds:
        senders = [sender for sender in senders if not closed_by_the_other(sender)]
        while len(senders) < number:
            sender = raw_visitor(port)
            sender.sendall(announcement)
            until(sender, b'"ready"')
            sender.sendall(part)
            senders.append(sender)
            times += 1
        time.sleep(0.05)
    stopped.put(times)


PINGED = re.compile(rb"\x89([\x00-\x7d])", re.DOTALL)


def until(connection: socket.socket, words: bytes) -> None:
    """Read until these were said; a ping is answered with what it said, as a browser does.

    While this waits nothing else comes but an answer, so that a ping is a packet of its own.
    """
    heard = b""
    while words not in heard:
        received = connection.recv(2**16)
        if not received:
            raise ConnectionError(f"closed before {words.decode()}")
        heard = heard[-len(words) :] + received
        for ping in PINGED.finditer(received):
            connection.sendall(frame(PONG, received[ping.end() : ping.end() + ping[1][0]]))


EXPENSIVE_LINKS = (
    {"sequence_length": 500, "k1": 1, "k2": 500, "clip": "timestep"},
    {"sequence_length": 500, "hidden_size": 256, "batch_size": 256},
    {"cell": "lstm", "hidden_size": 256, "num_layers": 4, "bidirectional": True, "sequence_length": 500},
)
EXPENSIVE_RECORDS = ["sample", "weights", "gradients", "distributions"]


def expensive_links(port: int, seconds: float, refused: Any) -> None:
    """Open links that would hold a core for seconds; notes which share of them was refused."""
    answers, begun = [], time.monotonic()
    while time.monotonic() - begun < seconds:
        with contextlib.closing(raw_visitor(port)) as visitor:
            for config in EXPENSIVE_LINKS:
                visitor.sendall(command("start", config=config))
                answers.append(next_answer(visitor))
            visitor.sendall(command("start", config={"cell": "lstm", "hidden_size": 256, "batch_size": 1}))
            assert next_answer(visitor) == b"state"
            text = "".join(chr(0x4E00 + code) for code in range(1000)).encode()
            visitor.sendall(command("upload", kind="text", bytes=len(text)))
            assert next_answer(visitor) == b"ready"
            visitor.sendall(frame(BINARY, text))
            if (answer := next_answer(visitor)) == b"state":
                visitor.sendall(command("watch", quantities=EXPENSIVE_RECORDS))
                answer = next_answer(visitor)
            answers.append(answer)
        time.sleep(0.2)
    refused.put(sum(answer == b"error" for answer in answers) / len(answers))


def next_answer(connection: socket.socket) -> bytes:
    """The type of the next message in text, whatever records come in between."""
    heard = b""
    while not (found := re.search(rb'\{"type":"(\w+)"', heard)):
        received = connection.recv(2**16)
        if not received:
            raise ConnectionError("closed before the answer")
        heard += received
    return found[1]


# What the default limits just let in, of different kinds: wide, of many timesteps, and cut into many passes.
JUST_LET_IN: tuple[dict[str, Any], ...] = (
    {"hidden_size": 256, "batch_size": 256, "sequence_length": 30},
    {"cell": "gru", "hidden_size": 16, "batch_size": 4, "num_layers": 4, "bidirectional": True, "sequence_length": 450},
    {"hidden_size": 64, "batch_size": 16, "k1": 4, "k2": 40, "clip": "timestep", "sequence_length": 190},
)


def plays(port: int, config: dict[str, Any], seconds: float, updates: Any) -> None:
    """Train such a network as fast as it goes, and draw every record; notes how many updates there were."""
    with contextlib.closing(raw_visitor(port)) as visitor:
        visitor.sendall(command("start", config=config) + command("play"))
        end, seen = time.monotonic() + seconds, 0
        visitor.settimeout(0.2)
        while time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                heard = visitor.recv(2**20)
                if not heard:
                    raise ConnectionError("closed while it trained")
                for found in ITERATION.finditer(heard):
                    seen = int(found[1])
            visitor.sendall(command("ack", iteration=2**53 - 1))
        updates.put(seen)


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


def costly_files() -> dict[str, tuple[str, bytes, bytes]]:
    """Files that cost much for what they are, and how the answer to each begins; made when they are needed."""
    rows = b"[" + b",".join([b"[" + b"1," * 49_999 + b"1]"] * 160) + b"]"
    objects = b'{"a":[' + b"[]," * 7_999 + b"[]]}\n"
    text = read_text("how now, brown cow? " * 750_000)
    run = Trainer(RunConfig(task="own", sequence_length=6, hidden_size=3, batch_size=2), text)
    return {
        "rows of 50,000 numbers": ("series", rows, REFUSED),
        "objects of lists": ("series", objects * 600, REFUSED),
        "an archive of another method": ("dataset", inflating_archive(2**26, zipfile.ZIP_BZIP2), REFUSED),
        "an archive that inflates": ("dataset", inflating_archive(2**26, zipfile.ZIP_DEFLATED), REFUSED),
        "an archive of 30 MiB in 60 kB": ("dataset", deflated_sequences(), STATE),
        "a run with a text": ("snapshot", run.snapshot(dataset=True), STATE),
    }


def deflated_sequences() -> bytes:
    """2,000 sequences of 100 timesteps that are as large as a dataset may be, and deflate to little."""
    file, values = io.BytesIO(), np.tile(np.array([0.5, -1, 2, 0], np.float32), (2000, 100, 8))
    np.savez_compressed(file, inputs=values, targets=values[..., :7])
    return file.getvalue()


def inflating_archive(size: int, method: int) -> bytes:
    """One member that says it has 128 bytes, and has so many."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("inputs.npy", bytes(size))
    return file.getvalue().replace(struct.pack("<I", size), struct.pack("<I", 128))


COSTLY_COMMANDS = {
    "a thousand unknown fields": {"type": "watch", "quantities": [], **{f"x{number}": 1 for number in range(1000)}},
    "a thousand columns": {"type": "own_series", "csv": "\n".join([",".join(["1"] * 1000)] * 7)},
}


def costly_commands(port: int, fields: dict[str, object], seconds: float, answered: Any) -> None:
    """The same command over five connections, nearly as often as is allowed; notes how many were answered.

    A letter is spelt as an escape, so that nobody can tell what it is without reading it.
    """
    sent = frame(TEXT, json.dumps(fields).replace('"type"', '"typ\\u0065"').encode())
    talking = [raw_visitor(port) for _ in range(5)]
    for each in talking:
        each.sendall(command("start", config=RUN))
        until(each, STATE)
        each.setblocking(False)
    begun, answers, unsent = time.monotonic(), 0, dict.fromkeys(talking, sent)
    while time.monotonic() - begun < seconds:
        for each in talking:
            with contextlib.suppress(BlockingIOError):
                unsent[each] = unsent[each][each.send(unsent[each]) :] or sent
            with contextlib.suppress(BlockingIOError):
                answers += each.recv(2**16).count(b'{"type":"')
        time.sleep(1 / 190)
    answered.put(answers)


def saves_again_and_again(port: int, content: bytes, seconds: float, saved: Any) -> None:
    """A run that learns from this text, asked for with its data one time after the other; notes how often it came."""
    with contextlib.closing(raw_visitor(port)) as visitor:
        visitor.sendall(command("start", config=RUN) + command("upload", kind="text", bytes=len(content)))
        until(visitor, b'"ready"')
        visitor.sendall(frame(BINARY, content))
        until(visitor, STATE)
        begun, times = time.monotonic(), 0
        while time.monotonic() - begun < seconds:
            visitor.sendall(command("snapshot", dataset=True))
            came = 0
            while came < len(content):
                came += len(visitor.recv(2**18))
            times += 1
    saved.put(times)
