"""The loop of a compute process: what comes in, one slice of computing, what goes out."""

import contextlib
import json
import socket

import pytest

from app.settings import Settings
from app.web.compute import create_pool
from app.web.process import SOCKET_BYTES
from app.web.run import Limits
from app.web.session import Phase
from app.web.wire import Kind, Unpacker, pack
from app.web.worker import Worker
from tests.support.servers import wait_until

FILE, TRAINING = 1, 2


class Web:
    """The web process's end of the socket, and the worker at the other."""

    def __init__(self, ours: socket.socket, theirs: socket.socket) -> None:
        ours.setblocking(False)
        self.socket, self.worker = ours, Worker(theirs, Limits(**create_pool(Settings()).limits))
        self.unsent = b""
        self.unpacker = Unpacker()

    def send(self, *packets: bytes) -> None:
        """As much as the system takes now; what is left goes out with the next turns."""
        self.unsent += b"".join(packets)
        with contextlib.suppress(BlockingIOError):
            self.unsent = self.unsent[self.socket.send(self.unsent) :]

    def turn(self) -> list[Kind]:
        """What comes in, one slice; what it sends is taken, so that there is room for more: of which kinds it is."""
        self.send()
        assert self.worker.listen(0)
        self.worker.runs.serve(self.worker.slice)
        with contextlib.suppress(BlockingIOError):
            return [kind for kind, _, _ in self.unpacker.feed(self.socket.recv(SOCKET_BYTES))]
        return []

    def trains(self, key: int) -> bool:
        """Whether that run does, after one more turn."""
        self.turn()
        return key in self.worker.runs and self.worker.runs[key].session.phase is Phase.RUNNING

    def all_begun(self, *keys: int) -> bool:
        """Whether these runs have a network, after one more turn."""
        self.turn()
        return all(key in self.worker.runs and self.worker.runs[key].has_network for key in keys)


@pytest.fixture
def web():
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, SOCKET_BYTES)
    with ours, theirs:
        yield Web(ours, theirs)


def test_others_have_their_turns_between_the_parts_of_a_file_that_comes(web):
    """To take in two megabytes at once took up to 12 ms, by which the records of everybody else were late."""
    start = {"type": "start", "config": {"hidden_size": 4, "sequence_length": 4}}
    commands = [json.dumps(command).encode() for command in (start, {"type": "play"})]
    web.send(*(pack(Kind.OPEN, run) for run in (FILE, TRAINING)), *(pack(Kind.TEXT, TRAINING, it) for it in commands))
    wait_until(lambda: web.trains(TRAINING), "a run that trains")
    trainer = web.worker.runs[TRAINING].session.trainer
    part, number = bytes(2**16), 64
    web.send(pack(Kind.PART, FILE, part) * number)
    arrived, before = 0, trainer.iteration
    for _ in range(number):
        web.turn()
        now = web.worker.parts[FILE].tell()
        assert now - arrived <= 2**18
        arrived = now
        if arrived == number * len(part):
            break
    assert arrived == number * len(part)
    assert trainer.iteration - before >= 8


def test_a_run_without_a_last_snapshot_costs_no_other_run_its_own(web, monkeypatch, caplog):
    start = json.dumps({"type": "start", "config": {"hidden_size": 4, "sequence_length": 4}}).encode()
    for run in (1, 2, 3):
        web.send(pack(Kind.OPEN, run), pack(Kind.TEXT, run, start))
    wait_until(lambda: web.all_begun(1, 2, 3), "three runs")

    def fail():
        raise ArithmeticError("a mistake of ours")

    monkeypatch.setattr(web.worker.runs[2], "last_snapshot", fail)
    web.worker.drain()
    said = list(Unpacker().feed(web.socket.recv(SOCKET_BYTES)))
    assert [(kind, run) for kind, run, _ in said] == [(Kind.BINARY, 1), (Kind.BINARY, 3), (Kind.DRAINED, 0)]
    assert "a mistake of ours" in caplog.text


def test_a_command_counts_as_answered_once_the_last_part_of_its_file_has_left(web):
    """While records leave, and others are said: what waits for the answer must not wait for an end of those."""
    start = {"type": "start", "config": {"hidden_size": 200, "batch_size": 1}}
    web.send(pack(Kind.OPEN, FILE), pack(Kind.TEXT, FILE, json.dumps(start).encode()))
    web.send(pack(Kind.TEXT, FILE, b'{"type":"play"}'))
    wait_until(lambda: web.trains(FILE), "a run that trains")
    web.send(pack(Kind.TEXT, FILE, b'{"type":"snapshot"}'))
    heard: list[Kind] = []

    def is_answered() -> bool:
        heard.extend(said := web.turn())
        web.send(*(pack(Kind.TAKEN, FILE) for kind in said if kind is Kind.PART))
        return Kind.LAST_PART in heard and Kind.ANSWERED in heard

    wait_until(is_answered, "the file, and that it is the answer")
    assert heard.count(Kind.PART) >= 4
    assert heard.index(Kind.ANSWERED) > heard.index(Kind.LAST_PART)
