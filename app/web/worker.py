"""A compute process: one thread that serves its runs in short slices. Frames in, frames out; no visitor's socket.

Started by `compute.py` as `python -m app.web.worker <descriptor> <limits as JSON>`; it ends when the descriptor does.
"""

import base64
import contextlib
import gc
import json
import logging
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any

import numpy as np

from ..questions import questions_as_json
from ..scenes import scenes_as_json
from ..training import schema
from ..training.numerics import fingerprint
from . import logs
from .closing import Close
from .counts import Counts
from .following.followers import Delivery
from .memory import give_back_freed_blocks
from .onefile.without_server import told_alone
from .protocol import Frame, Part
from .run import Limits, Run, Shared
from .scheduler import Scheduler
from .wire import Kind, Unpacker, in_few_pieces, pack, parts, to_many

log = logging.getLogger(__name__)

FIRST_WATCH = ("flow", "weights")  # what the page opens with
# The network of the first view: small enough that each of its parts can be named on the picture.
FIRST_VIEW = {"task": "echo", "lag": 2, "sequence_length": 8, "hidden_size": 6}
READ_BYTES = 1 << 18  # before somebody computes again
COUNTS_EVERY = 1.0  # seconds
BUFFERS_REST = 2.0  # seconds for which buffers that nobody uses are kept, at least


class Worker:
    """The process's one loop: what came in, then one slice of computing, then what goes out."""

    def __init__(self, web: socket.socket, limits: Limits) -> None:
        self.web = web
        self.limits = limits
        self.shared = Shared()
        self.runs: Scheduler[Run] = Scheduler(time.monotonic, time.thread_time)
        self.unpacker = Unpacker()
        self.poll = select.poll()
        self.poll.register(web, select.POLLIN)
        self.counts_at = 0.0
        self.buffers_at = 0.0
        self.unused: set[int] = set()  # runs that have no network yet
        self.parts: dict[int, BytesIO] = {}  # of files that are on their way, by run

    def serve(self) -> None:
        """Until the web process is gone."""
        while self.listen(self.patience()):
            self.runs.serve(self.slice)
            self.report()

    def patience(self) -> float:
        """How long nobody has anything to do, in seconds."""
        return max(0.0, min(self.runs.sleep_until(), self.counts_at) - time.monotonic())

    def something_came(self) -> bool:
        """Whether a slice should end early, because a command must not wait."""
        return bool(self.poll.poll(0))

    def listen(self, seconds: float) -> bool:
        """Take in what came, waiting for it if there is nothing else to do. False when there is nobody to listen to."""
        if not self.poll.poll(seconds * 1000):
            return True
        data = self.web.recv(READ_BYTES)
        for kind, key, payload in self.unpacker.feed(data):
            self.take(kind, key, payload)
        return bool(data)

    def take(self, kind: Kind, key: int, payload: bytes) -> None:
        """One packet from the web process."""
        if kind is Kind.OPEN:
            self.runs.add(key, Run(self.limits, self.shared, key=key))
            self.unused.add(key)
        elif kind is Kind.DRAIN:
            self.drain()
        elif kind is Kind.BEAT:
            self.web.sendall(pack(Kind.BEAT))
        elif key in self.runs:  # else its visitor is about to be told that it is gone
            self.hand_on(kind, key, payload)

    def hand_on(self, kind: Kind, key: int, payload: bytes) -> None:
        """One packet for a run."""
        match kind:
            case Kind.LEAVE:
                run = self.runs.remove(key)
                run.leave()
                self.unused.discard(key)
                self.parts.pop(key, None)
                self.pass_on()
                return
            case Kind.PART:
                self.parts.setdefault(key, BytesIO()).write(payload)
                return
            case Kind.ACK:
                self.runs[key].drawn(int.from_bytes(payload, "big"))
                self.refresh_owner(self.runs[key])
            case Kind.TAKEN:
                self.runs[key].taken()
            case Kind.LATE:
                self.runs[key].viewer.uploads.give_up()
            case Kind.TEXT:
                self.runs[key].receive(payload.decode())
            case Kind.BINARY:
                self.runs[key].receive(self.whole(key, payload))
        self.runs.refresh(key)

    def whole(self, key: int, last: bytes) -> bytes:
        """A file, gathered part by part: to join 16 MiB at once would take 10 ms."""
        if key not in self.parts:
            return last
        file = self.parts.pop(key)
        file.write(last)
        return file.getvalue()

    def slice(self, key: int, run: Run, seconds: float) -> None:
        """One run's turn. A mistake of ours in one run must not end the others."""
        frame_bytes = run.viewer.uploads.frame_bytes
        try:
            frames = run.work(seconds, self.something_came)
        except Exception:
            log.exception("a run failed", extra={"run": key})
            frames = run.fail()
        packets = [part for frame in frames for part in packet(key, frame)]
        if run.viewer.uploads.frame_bytes != frame_bytes:  # before the answer that says so
            packets.insert(0, pack(Kind.FRAME_BYTES, key, run.viewer.uploads.frame_bytes.to_bytes(4, "big")))
        if run.answered and not run.leaving:
            packets.append(pack(Kind.ANSWERED, key, run.answered.to_bytes(4, "big")))
            run.answered = 0
        if key in self.unused and run.has_network:
            self.unused.discard(key)
            packets.append(pack(Kind.IN_USE, key))
        self.pass_on(packets)
        self.refresh_owner(run)

    def pass_on(self, packets: Iterable[bytes] = ()) -> None:
        """Send, in this order: changed links, which must be known before anybody is told of them; the messages of the
        visitor whose turn it was; the messages of others.
        """
        outbox, self.shared.outbox = self.shared.outbox, []
        changes, self.shared.links.changes = self.shared.links.changes, []
        links = [pack(Kind.SHARED if link.opened else Kind.UNSHARED, 0, link.token.encode()) for link in changes]
        for piece in in_few_pieces([*links, *packets, *map(delivered, outbox)]):
            if piece:
                self.web.sendall(piece)

    def refresh_owner(self, run: Run) -> None:
        """What a follower says can mean that the owner of the run has something to do."""
        if run.follows and run.session.sharing.owner.key in self.runs:
            self.runs.refresh(run.session.sharing.owner.key)

    def report(self) -> None:
        """What was counted, once a second; and large buffers, once nobody uses them, are the system's again."""
        now = time.monotonic()
        if now >= self.counts_at:
            self.counts_at = now + COUNTS_EVERY
            counts, self.shared.counts = self.shared.counts, Counts()
            if not counts.nothing:
                self.web.sendall(pack(Kind.COUNTS, 0, json.dumps(counts.as_json()).encode()))
        if now >= self.buffers_at:
            self.buffers_at = now + BUFFERS_REST
            for _, run in self.runs.items():
                run.rest()
            self.shared.workspaces.drop_unused()

    def drain(self) -> None:
        """Every run's last state goes out, and nothing is computed after it."""
        for key, run in self.runs.items():
            try:
                for frame in run.last_words():
                    for part in packet(key, frame):
                        self.web.sendall(part)
            except Exception:  # a mistake of ours in one run must not cost the others theirs
                log.exception("a run has no last snapshot", extra={"run": key})
            self.runs.remove(key)
        self.web.sendall(pack(Kind.DRAINED))

    def introduce(self) -> None:
        """Say that this process can compute, and prove it with the record the page opens with."""
        for kind, payload in first_words(self.limits, self.shared):
            self.web.sendall(pack(kind, 0, payload))


def packet(key: int, frame: Frame) -> tuple[bytes, ...]:
    """One frame on its way to a visitor, in parts that follow each other: a large file is not copied."""
    match frame:
        case str():
            return parts(Kind.TEXT, key, frame.encode())
        case bytes():
            return parts(Kind.BINARY, key, frame)
        case Part():
            return parts(Kind.LAST_PART if frame.is_last else Kind.PART, key, frame.content)
        case Close():
            return parts(Kind.CLOSE, key, frame.code.to_bytes(2, "big") + frame.reason.encode())


def delivered(delivery: Delivery) -> bytes:
    """One frame on its way to several visitors."""
    frame = delivery.frame
    match frame:
        case str():
            return to_many(Kind.NEWS if delivery.is_news else Kind.TEXT, delivery.keys, frame.encode())
        case bytes():
            return to_many(Kind.BINARY, delivery.keys, frame)
        case Close() | Part():
            return b"".join(part for key in delivery.keys for part in packet(key, frame))


def first_words(limits: Limits, shared: Shared) -> Iterator[tuple[Kind, bytes]]:
    """What the web process tells pages, made here as it knows no NumPy: schema, lessons, questions, two fresh runs."""
    hello, state, record = fresh_run(limits, shared, {})
    _, small, its_record = fresh_run(limits, shared, FIRST_VIEW)
    facts = {"hello": json.loads(hello), "state": state, "schema": schema()}
    facts["first_view"] = {"state": small, "record": base64.b64encode(its_record).decode()}
    facts["scenes"] = scenes_as_json()
    facts["told_alone"] = told_alone()
    facts["questions"] = questions_as_json()
    yield Kind.FIRST_RECORD, record
    yield Kind.HELLO, json.dumps(facts).encode()


def fresh_run(limits: Limits, shared: Shared, config: Mapping[str, Any]) -> tuple[str, dict[str, Any], bytes]:
    """What a run says that was just started with these fields: `hello`, `state`, its first record."""
    run = Run(limits, shared)
    answers: list[Any] = []
    for command in ({"type": "start", "config": config}, {"type": "watch", "quantities": FIRST_WATCH}):
        run.receive(json.dumps(command))
        answers += run.work()
    return run.hello(), json.loads(answers[0]), answers[-1]


def main() -> None:
    """Serve runs on the socket that was handed over, until it closes."""
    # The web process decides when to end: it drains first, and its end closes our socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logs.configure("info")
    give_back_freed_blocks()
    np.seterr(all="ignore")  # numbers that are not finite are a lesson here, and are looked for by name
    worker = Worker(socket.socket(fileno=int(sys.argv[1])), Limits(**json.loads(sys.argv[2])))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the web process is gone
        worker.introduce()
        fingerprint()  # asked for with every snapshot, and found once in a process
        gc.freeze()
        worker.serve()


if __name__ == "__main__":
    main()
