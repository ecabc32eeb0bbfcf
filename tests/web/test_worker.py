"""The loop of a compute process: what comes in, one slice of computing, what goes out."""

import contextlib
import json
import socket

import pytest

from app.settings import Settings
from app.web.process import SOCKET_BYTES
from app.web.run import Limits
from app.web.session import Phase
from app.web.wire import Kind, Unpacker, pack
from app.web.worker import Worker

FILE, TRAINING = 1, 2


class Web:
    """The web process's end of the socket, and the worker at the other."""

    def __init__(self, ours: socket.socket, theirs: socket.socket) -> None:
        ours.setblocking(False)
        limits = Settings().model_dump(include={"max_cost", "max_bytes", "records_per_second"})
        self.socket, self.worker = ours, Worker(theirs, Limits(**limits))
        self.unpacker = Unpacker()
        self.unsent = b""

    def send(self, *packets: bytes) -> None:
        """As much as the system takes now; what is left goes out with the next turns."""
        self.unsent += b"".join(packets)
        with contextlib.suppress(BlockingIOError):
            self.unsent = self.unsent[self.socket.send(self.unsent) :]

    def turn(self) -> list[tuple[Kind, int]]:
        """What comes in, one slice, and what was sent: kinds, and to whom."""
        self.send()
        assert self.worker.listen(0)
        self.worker.runs.serve(self.worker.slice)
        self.worker.report()
        with contextlib.suppress(BlockingIOError):
            return [(kind, run) for kind, run, _ in self.unpacker.feed(self.socket.recv(2**20))]
        return []


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
    while TRAINING not in web.worker.runs or web.worker.runs[TRAINING].session.phase is not Phase.RUNNING:
        web.turn()
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
