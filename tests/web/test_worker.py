"""The loop of a compute process: what comes in, one slice of computing, what goes out."""

import json
import socket

import pytest

from app.settings import Settings
from app.web.process import SOCKET_BYTES
from app.web.run import Limits
from app.web.wire import Kind, Unpacker, pack
from app.web.worker import READ_BYTES, Worker

FILE, WATCHING = 1, 2


@pytest.fixture
def web():
    """The web process's end of the socket, and the worker at the other."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, SOCKET_BYTES)
    ours.setblocking(False)
    limits = Settings().model_dump(include={"max_cost", "max_bytes", "records_per_second"})
    with ours, theirs:
        yield ours, Worker(theirs, Limits(**limits))


def said(web: socket.socket) -> list[tuple[Kind, int]]:
    """What the worker has sent: kinds, and to whom."""
    try:
        return [(kind, run) for kind, run, _ in Unpacker().feed(web.recv(SOCKET_BYTES))]
    except BlockingIOError:
        return []


def test_others_have_their_turns_between_the_parts_of_a_file_that_comes(web):
    """To take in two megabytes at once took up to 12 ms, by which the records of everybody else were late."""
    ours, worker = web
    part, number = bytes(2**16), 12
    start = json.dumps({"type": "start", "config": {"hidden_size": 4}}).encode()
    ours.send(pack(Kind.OPEN, FILE) + pack(Kind.OPEN, WATCHING) + pack(Kind.PART, FILE, part) * number)
    ours.send(pack(Kind.TEXT, WATCHING, start))
    answered = []
    while not answered:
        before = worker.parts[FILE].tell() if FILE in worker.parts else 0
        assert worker.listen(0)
        assert worker.parts[FILE].tell() - before <= READ_BYTES
        worker.runs.serve(worker.slice)
        answered = [kind for kind, run in said(ours) if run == WATCHING]
    assert worker.parts[FILE].tell() == number * len(part)
    assert answered[0] is Kind.TEXT
