"""The contract with the locked uvicorn: what its WebSocket protocol does not bound, ours does."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import struct
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.asyncio.client import connect as websockets_connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from app.training.dataset import digest, read_text
from app.training.tensorfile import PIECE
from app.web.arriving import FILES, SMALL_BYTES
from app.web.bounded_http import BoundedHTTP
from app.web.guarded import LOOK_SECONDS, BoundedWebSocket, header_of
from app.web.protocol import UPLOAD_BYTES
from app.web.unparsed import Unparsed
from app.web.websocket import MOST_UNANSWERED
from tests.support.clients import facts
from tests.support.servers import PATIENCE, Server, wait_until
from tests.web.test_server import SMALL, Visitor, get, workers

TEXT, BINARY, CONTINUATION, CLOSE, PING = 1, 2, 0, 8, 9


def frame(opcode: int, payload: bytes = b"", fin: bool = True) -> bytes:
    """A masked frame, with a mask of zeros."""
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
    return bytes([(0x80 if fin else 0) | opcode]) + length + bytes(4) + payload


class Raw:
    """A client that can send what no library would."""

    def __init__(self, server: Server, at_once: bytes = b"") -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        self.socket.sendall(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            + at_once
        )
        self.received = b""
        while b'"hello"' not in self.received and (data := self.socket.recv(65536)):
            self.received += data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flood(self, frames: bytes, most: int) -> None:
        """Send the same again and again, until the other side has had enough."""
        with contextlib.suppress(OSError):
            for _ in range(most):
                self.socket.sendall(frames)

    def rest(self) -> bytes:
        """Everything until the other side closes."""
        with contextlib.suppress(ConnectionResetError):
            while data := self.socket.recv(65536):
                self.received += data
        return self.received


FLOODS = {
    "empty continuations": (frame(TEXT, b"{", fin=False), frame(CONTINUATION, b"", fin=False)),
    "one-byte continuations": (frame(TEXT, b"{", fin=False), frame(CONTINUATION, b" ", fin=False)),
    "pings": (b"", frame(PING)),
    "long pings": (b"", frame(PING, bytes(100))),
    "empty messages": (b"", frame(TEXT, b"")),
}


@pytest.mark.parametrize("length", [0, 125, 126, 2**16 - 1, 2**16])
def test_the_header_of_a_record_is_the_one_that_the_library_writes(length):
    assert header_of(length) + bytes(length) == Frame(Opcode.BINARY, bytes(length)).serialize(mask=False)


@pytest.mark.parametrize(("first", "repeated"), FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_of_tiny_frames_ends_before_it_was_answered_and_disturbs_nobody(server, first, repeated):
    with Visitor(server) as neighbour, Raw(server) as attacker:
        neighbour.ask("start", config=SMALL)
        neighbour.ask("play")
        attacker.socket.sendall(first)
        attacker.flood(repeated * 2000, most=200)
        end = attacker.rest()
        assert b"\x03\xf0" in end[-200:] or not end.endswith(b"}")
        assert end.count(b'"error"') <= MOST_UNANSWERED, "however slowly commands are answered, it ended"
        for _ in range(5):
            neighbour.hear()
        assert neighbour.ask("pause")["phase"] == "paused"


def test_floods_and_text_that_is_none_are_turned_away_without_a_mistake_of_our_own(tmp_path):
    log = tmp_path / "log"
    with log.open("wb") as says:
        server = Server(WORKERS="1")
        server.log = says
        with server:
            for first, repeated in FLOODS.values():
                with Raw(server) as attacker:
                    attacker.socket.sendall(first)
                    attacker.flood(repeated * 2000, most=20)
                    attacker.rest()
            with Raw(server) as attacker:
                attacker.socket.sendall(frame(TEXT, b"\xff"))
                assert b"\x03\xef" in attacker.rest()[-200:], "1007"
            for broken in (
                frame(TEXT, b"\xff"),
                frame(3),
                frame(CONTINUATION),
                frame(PING, bytes(200)),
                frame(CLOSE, b"x"),
            ):
                with Raw(server, at_once=broken) as attacker:  # it is turned away before anything was said to it
                    attacker.rest()
            assert get(server, "/healthz")[0] == 200
    assert "Traceback" not in log.read_text()
    assert '"level": "error"' not in log.read_text()


def test_a_message_in_several_fragments_is_one_message(server):
    with Raw(server) as client:
        text = json.dumps({"type": "pause", "id": "pieces"}).encode()
        parts = [text[at : at + 5] for at in range(0, len(text), 5)]
        client.socket.sendall(frame(TEXT, parts[0], fin=False))
        for part in parts[1:-1]:
            client.socket.sendall(frame(CONTINUATION, part, fin=False))
        client.socket.sendall(frame(CONTINUATION, parts[-1]))
        while b'"pieces"' not in client.received:
            client.received += client.socket.recv(65536)
        client.socket.sendall(frame(CLOSE, struct.pack("!H", 1000)))
        assert client.rest()


def test_many_messages_in_one_packet_are_all_answered_in_order(server):
    with Raw(server) as client:
        burst = b"".join(frame(TEXT, json.dumps({"type": "pause", "id": at}).encode()) for at in range(350))
        assert len(burst) > 8 * 1024
        client.socket.sendall(burst)
        while b'"id":349' not in client.received:
            client.received += client.socket.recv(65536)
        places = [client.received.index(f'"id":{at},'.encode()) for at in range(350)]
        assert places == sorted(places)


def test_a_large_frame_nobody_announced_is_not_even_read(server):
    with Raw(server) as client:
        client.socket.sendall(bytes([0x80 | BINARY, 0x80 | 127]) + struct.pack("!Q", 10_000_000) + bytes(4))
        assert b"\x03\xf1" in client.rest()[-200:]


def test_a_large_file_that_was_announced_is_read_and_the_next_is_not(server):
    garbage = os.urandom(200_000)
    with Visitor(server) as visitor:
        assert visitor.ask("upload", kind="snapshot", bytes=len(garbage))["type"] == "ready"
        visitor.socket.send(garbage)
        assert visitor.answer()["code"] == "bad_upload"
        with contextlib.suppress(ConnectionClosed):
            visitor.socket.send(garbage)
        assert visitor.closed() == 1009


def test_a_file_that_is_taken_in_many_pieces_is_read_as_it_was_sent(server):
    text = "".join(chr(97 + at * at % 23 + at // 100_000) for at in range(500_000))
    with Visitor(server) as visitor:
        visitor.ask("start", config=SMALL)
        assert visitor.upload("text", text.encode())["task"]["read"]["characters"] == len(text)
        assert facts(visitor.snapshot())["dataset"] == digest(read_text(text))


def test_a_large_file_is_kept_by_nobody_once_its_sender_has_left(server):
    garbage = os.urandom(8_000_000)

    def come_and_go() -> None:
        with Visitor(server) as visitor:
            visitor.ask("upload", kind="snapshot", bytes=len(garbage))
            visitor.socket.send(garbage)
            assert visitor.answer()["code"] == "bad_upload"

    come_and_go()
    before = resident(server.process.pid)
    for _ in range(4):
        come_and_go()
    wait_until(lambda: resident(server.process.pid) - before < len(garbage), "the memory to be given back")


def test_a_large_file_comes_in_parts_and_is_one_message(server):
    with Visitor(server) as visitor:
        visitor.ask("start", config=SMALL)
        visitor.upload("text", b"how now, brown cow? " * 50_000)
        visitor.say("snapshot", dataset=True, id="a file")
        messages = iter(lambda: [*visitor.socket.recv_streaming()], None)
        parts = next(
            parts for parts in messages if isinstance(parts[0], bytes) and facts(parts[0])["kind"] == "snapshot"
        )
        assert len(parts) > 6
        assert max(map(len, parts)) <= PIECE
        assert facts(b"".join(parts))["id"] == "a file"
        assert visitor.upload("snapshot", b"".join(parts))["type"] == "state"


def test_a_large_file_for_someone_who_takes_nothing_is_held_by_no_process():
    text = b"how now, brown cow? " * 750_000
    server = Server(WORKERS="1").start()
    try:
        with Visitor(server) as visitor:
            visitor.ask("start", config=SMALL)
            visitor.upload("text", text)
            processes = [server.process.pid, *workers(server)]
            before, until = sum(map(resident, processes)), time.monotonic() + 1
            visitor.say("snapshot", dataset=True)
            while time.monotonic() < until:
                assert sum(map(resident, processes)) - before < len(text) / 3
                time.sleep(0.02)
    finally:
        server.stop()


def test_announced_files_that_do_not_come_or_stop_half_way_keep_nobody_from_sending_one(server):
    head = bytes([0x80 | BINARY, 0x80 | 127]) + struct.pack("!Q", UPLOAD_BYTES) + bytes(4)
    announce = json.dumps({"type": "upload", "kind": "snapshot", "bytes": UPLOAD_BYTES}).encode()
    silent, half = [[Raw(server) for _ in range(FILES + 2)] for _ in range(2)]
    with contextlib.ExitStack() as attackers:
        for attacker in silent + half:
            attackers.enter_context(attacker)
            attacker.socket.sendall(frame(TEXT, announce))
            while b'"ready"' not in attacker.received:
                attacker.received += attacker.socket.recv(65536)
        for attacker in half:
            attacker.socket.sendall(head + bytes(2 * SMALL_BYTES))
        with Visitor(server) as visitor:
            garbage = os.urandom(2 * SMALL_BYTES)
            assert visitor.ask("upload", kind="snapshot", bytes=len(garbage))["type"] == "ready"
            visitor.socket.send(garbage)
            assert visitor.answer()["code"] == "bad_upload", "it was read, before ten seconds were over"
        for attacker in half:
            end = attacker.rest()
            assert b'"upload_timeout"' in end
            assert b"\x03\xf1" in end[-200:]


def test_a_file_for_a_process_that_stands_still_waits_outside_and_its_sender_is_told_once_another_computes():
    garbage = os.urandom(UPLOAD_BYTES)
    with Server(WORKERS="1") as server, Visitor(server) as sender:
        assert sender.ask("upload", kind="snapshot", bytes=len(garbage))["type"] == "ready"
        before, (pid,) = resident(server.process.pid), workers(server)
        Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # what is most from now on
        os.kill(pid, signal.SIGSTOP)
        with contextlib.suppress(ConnectionClosed):
            sender.socket.send(garbage)
        assert sender.closed() == 1012
        assert most_resident(server) - before < len(garbage) / 2, "it was not gathered in the web process"
        wait_until(lambda: get(server, "/readyz")[0] == 200, "another process to compute")
        with Visitor(server) as another:
            assert another.ask("upload", kind="snapshot", bytes=len(garbage))["type"] == "ready"
            another.socket.send(garbage)
            assert another.answer()["code"] == "bad_upload", "there is room for a whole file"


def test_who_goes_on_too_slowly_with_a_file_is_told_so_before_the_connection_ends(server):
    announce = json.dumps({"type": "upload", "kind": "snapshot", "bytes": UPLOAD_BYTES}).encode()
    head = bytes([0x80 | BINARY, 0x80 | 127]) + struct.pack("!Q", UPLOAD_BYTES) + bytes(4)
    with Raw(server) as sender:
        sender.socket.sendall(frame(TEXT, announce))
        while b'"ready"' not in sender.received:
            sender.received += sender.socket.recv(65536)
        sender.socket.sendall(head + bytes(4 * SMALL_BYTES))
        sender.socket.settimeout(0.02)
        deadline = time.monotonic() + PATIENCE
        while b'"upload_timeout"' not in sender.received and time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                sender.received += sender.socket.recv(65536)
            with contextlib.suppress(OSError):
                sender.socket.sendall(bytes(1000))
        assert b'"upload_timeout"' in sender.received
        assert b"exceeds limit" not in sender.received


class SlowTaker:
    """A connection whose other side takes what is written in steps, as the system reports them; time is told."""

    def __init__(self) -> None:
        self.now, self.waiting, self.dropped = 0.0, 0, False
        socket_ = BoundedWebSocket.__new__(BoundedWebSocket)
        socket_.loop = SimpleNamespace(time=lambda: self.now, call_later=lambda *_: None)
        socket_.transport = SimpleNamespace(get_write_buffer_size=lambda: self.waiting, write=self.write)
        socket_.conn = SimpleNamespace(
            expect_continuation_frame=True,
            send_continuation=self.send,
            data_to_send=lambda: [self.part],
            state=State.OPEN,
        )
        socket_.writable = asyncio.Event()
        socket_.file = SimpleNamespace(is_unwanted=False, is_slow=False)
        socket_.unheard_since, socket_.waiting, socket_.moved_at, socket_.unparsed = None, 0, 0.0, Unparsed()
        socket_.asked = socket_.close_sent = socket_.disconnected = socket_.read_paused = False
        socket_.drop = lambda: setattr(self, "dropped", True)
        self.socket = socket_

    def send(self, part: bytes, *, fin: bool) -> None:
        self.part = part

    def write(self, data: bytes) -> None:
        self.waiting += len(data)
        self.socket.writable.clear()

    async def takes(self, size: int, seconds: float) -> None:
        """So much at once, after so long; then the next part is written if there is room for it."""
        for _ in range(round(seconds / LOOK_SECONDS)):
            self.now += LOOK_SECONDS
            self.socket.unheard_since = None  # it answers pings
            self.socket.look()
        self.waiting -= size
        if self.waiting <= 0:
            self.waiting = 0
            self.socket.writable.set()
            await self.socket.write_part(bytes(PIECE), is_last=False)


def test_who_takes_a_large_file_slowly_and_steadily_is_not_cut_off():
    """12 kB a second: between two looks at what waits, the rest of a part goes and the next one comes."""

    async def taken_slowly() -> bool:
        taker = SlowTaker()
        taker.write(bytes(PIECE))
        for _ in range(40):
            await taker.takes(36 * 1024, 3)
        return taker.dropped

    assert not asyncio.run(taken_slowly())


def test_who_takes_nothing_is_cut_off_and_the_server_goes_on():
    server = Server(WORKERS="1").start()
    try:
        with Raw(server) as client:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            big = {"sequence_length": 100, "hidden_size": 128, "batch_size": 1}
            client.socket.sendall(frame(TEXT, json.dumps({"type": "start", "config": big}).encode()))
            with contextlib.suppress(OSError):
                for _ in range(200):  # snapshots of hundreds of kilobytes, none of which is taken
                    client.socket.sendall(frame(TEXT, b'{"type":"snapshot"}'))
                    time.sleep(0.01)
            with Visitor(server) as other:
                assert other.ask("start", config=SMALL)["type"] == "state"
                other.ask("play")
                deadline = time.monotonic() + PATIENCE
                while "unroll_aborts_total 1.0" not in metrics(server):
                    assert time.monotonic() < deadline, "the visitor who takes nothing was not cut off"
                    assert facts(other.hear())["kind"] == "record"
    finally:
        server.stop()


def test_who_neither_reads_nor_draws_is_cut_off_though_nothing_is_blocked():
    server = Server(WORKERS="1").start()
    try:
        with Raw(server) as client, Visitor(server) as hidden:
            client.socket.sendall(frame(TEXT, json.dumps({"type": "start", "config": SMALL}).encode()))
            client.socket.sendall(frame(TEXT, b'{"type":"play"}'))
            hidden.draws = False
            hidden.ask("start", config=SMALL)
            hidden.ask("play")
            wait_until(lambda: "unroll_aborts_total 1.0" in metrics(server), "the silent visitor to be cut off")
            time.sleep(1)
            assert hidden.ask("pause")["phase"] == "paused", "who answers pings may be hidden as long as they like"
            assert "unroll_aborts_total 1.0" in metrics(server)
    finally:
        server.stop()


@pytest.mark.parametrize("reads", [0, 100], ids=["nothing", "at a trickle"])
def test_who_acknowledges_records_and_reads_next_to_nothing_is_cut_off_and_holds_no_memory(reads):
    server = Server(WORKERS="1").start()
    try:
        with Raw(server) as client:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            big = {"sequence_length": 100, "hidden_size": 128, "batch_size": 1}
            watch = {"type": "watch", "quantities": ["weights", "flow"]}
            for message in ({"type": "start", "config": big}, watch, {"type": "play"}):
                text = json.dumps(message).encode()
                client.socket.sendall(frame(TEXT, text))
            before, deadline, most = resident(server.process.pid), time.monotonic() + PATIENCE, 0
            with contextlib.suppress(OSError):
                while time.monotonic() < deadline:
                    client.socket.sendall(frame(TEXT, b'{"type":"ack","iteration":999999999}'))
                    client.socket.recv(reads)
                    most = max(most, resident(server.process.pid) - before)
                    time.sleep(0.02)
            assert time.monotonic() < deadline, "still connected"
            assert "unroll_aborts_total 1.0" in metrics(server)
            assert most < 8_000_000
    finally:
        server.stop()


def test_a_client_that_reads_keeps_its_connection_while_large_records_and_files_cross(server):
    with Visitor(server) as visitor:
        visitor.ask("start", config={"sequence_length": 20, "hidden_size": 256, "batch_size": 1, "cell": "gru"})
        visitor.ask("watch", quantities=["weights", "gradients"])
        visitor.ask("play")
        for _ in range(5):
            assert len(visitor.snapshot()) > 1_000_000
            visitor.ask("configure", changes={"learning_rate": 0.001})
        assert visitor.ask("pause")["phase"] == "paused"


def test_who_waits_for_a_long_job_answers_pings_behind_it_and_stays_connected():
    job_seconds, ping_seconds = 2.5, 0.5

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(job_seconds)  # what was sent meanwhile, and behind it every pong, waits to be read
        for _ in range(2):
            await send({"type": "websocket.send", "text": (await receive())["text"]})
        await receive()

    async def visit():
        pings = {"ws_ping_interval": ping_seconds, "ws_ping_timeout": ping_seconds}
        config = uvicorn.Config(app, http=BoundedHTTP, ws=BoundedWebSocket, lifespan="off", log_config=None, **pings)
        config.load()
        state, loop = ServerState(), asyncio.get_running_loop()
        serving = await loop.create_server(lambda: BoundedHTTP(config, state, {}), "127.0.0.1", 0)
        port = serving.sockets[0].getsockname()[1]
        async with asyncio.timeout(PATIENCE), websockets_connect(f"ws://127.0.0.1:{port}/") as client:
            await client.send("first")
            await client.send("second")
            heard = [await client.recv(), await client.recv()]
        serving.close()
        return heard

    assert asyncio.run(visit()) == ["first", "second"]


def resident(pid: int) -> int:
    """Bytes of memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def most_resident(server: Server) -> int:
    """The most it has been."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status)[1])


def metrics(server: Server) -> str:
    return get(server, "/metrics")[2].decode()
