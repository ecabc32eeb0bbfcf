"""What a connection does about a client that does not take what it is sent."""

import asyncio
import json
import time

import pytest

from app.web.closing import CloseCode
from app.web.protocol import FRAMES_BURST
from app.web.websocket import (
    ACKS_FOR_A_FRAME,
    ENTITLED_FRAMES,
    MOST_QUEUED_BYTES,
    MOST_UNSENT_BYTES,
    Connection,
    asks_for_file,
)


class Handle:
    def __init__(self) -> None:
        self.acks: list[int] = []

    def ack(self, iteration: int) -> None:
        self.acks.append(iteration)


def test_an_ack_is_passed_on_at_once_while_little_is_unsent():
    connection, handle = Connection(None), Handle()
    connection.deliver(bytes(1000))
    connection.acknowledge(handle, 7)
    assert handle.acks == [7]


def test_an_ack_waits_while_much_is_unsent_so_that_no_record_is_asked_for():
    connection, handle = Connection(None), Handle()
    connection.deliver(bytes(MOST_UNSENT_BYTES))
    for iteration in range(5):
        connection.acknowledge(handle, iteration)
    assert handle.acks == []
    assert connection.held_ack == 4


def test_the_large_frames_a_client_is_entitled_to_may_wait_and_little_more():
    connection = Connection(None)
    for _ in range(ENTITLED_FRAMES):
        connection.deliver(bytes(10_000_000))
    assert not connection.overfull.is_set()
    for _ in range(MOST_QUEUED_BYTES // 1024):
        connection.deliver(bytes(1024))
    assert not connection.overfull.is_set()
    connection.deliver(bytes(1024))
    assert connection.overfull.is_set()


@pytest.mark.parametrize(
    "text", ['{"type":"snapshot"}', '{"type":"\\u0073napshot"}', '{"type":"e\\u0078port","format":"report"}']
)
def test_a_command_for_a_file_is_known_however_it_is_spelt(text):
    assert json.loads(text)["type"] in ("snapshot", "export")
    assert asks_for_file(text)


def test_other_commands_do_not_wait_for_files():
    assert not asks_for_file('{"type":"configure","changes":{"hidden_size":3}}')


class Socket:
    """A guarded socket that takes what it is sent, or has to wait."""

    take_at_once = None

    def __init__(self, *, takes: bool) -> None:
        self.takes, self.written = takes, []
        self.took = asyncio.Event()
        self.scope: dict[str, object] = {}

    async def send(self, message) -> None:
        self.written.append(message["bytes"])

    async def write_part(self, part: bytes, *, is_last: bool) -> None:
        self.written.append((part, is_last))

    async def taken(self) -> None:
        await self.took.wait()

    def write_at_once(self, frame: bytes) -> bool:
        if self.takes:
            self.written.append(frame)
        return self.takes


def test_a_record_goes_past_an_empty_outbox_and_waits_behind_a_message():
    socket = Socket(takes=True)
    connection = Connection(None, None, socket)
    connection.deliver(b"first")
    assert socket.written == [b"first"]
    assert not connection.outbox
    connection.deliver("an answer")
    connection.deliver(b"second")
    assert socket.written == [b"first"]
    assert list(connection.outbox) == ["an answer", b"second"]


def test_a_record_waits_in_the_outbox_of_someone_who_takes_nothing():
    connection = Connection(None, None, Socket(takes=False))
    connection.deliver(b"record")
    assert list(connection.outbox) == [b"record"]
    assert connection.unsent_bytes == len(b"record")


async def sent_in_parts(socket: Socket | None, connection: Connection) -> None:
    """Two parts of a file with an answer between them, then the last one."""
    writing = asyncio.create_task(connection.write())
    connection.deliver_part(b"one", is_last=False)
    connection.deliver_part(b"two", is_last=False)
    connection.deliver("an answer")
    await asyncio.sleep(0)
    connection.deliver_part(b"three", is_last=True)
    for _ in range(20):
        await asyncio.sleep(0)
    writing.cancel()


class Closing(Socket):
    """One that notes why it was closed."""

    async def send(self, message) -> None:
        self.written.append(message["code"])


class Texts(Socket):
    """One that takes texts as well."""

    async def send(self, message) -> None:
        self.written.append(message.get("text") or message.get("bytes"))


def test_nothing_comes_between_the_parts_of_a_file():
    socket = Texts(takes=True)
    socket.took.set()
    asyncio.run(sent_in_parts(socket, Connection(socket, None, socket)))
    assert socket.written == [(b"one", False), (b"two", False), (b"three", True), "an answer"]


def test_a_server_that_sends_whole_messages_only_sends_a_file_whole():
    socket = Texts(takes=True)
    asyncio.run(sent_in_parts(socket, Connection(socket)))
    assert socket.written == [b"onetwothree", "an answer"]


async def sent_after_the_end(socket: Socket) -> None:
    """A file whose last part never comes, as the process that made it ended."""
    connection = Connection(socket, None, socket)
    connection.deliver_part(b"one", is_last=False)
    connection.deliver("an answer")
    connection.deliver(b"a record")
    connection.dismiss(CloseCode.SERVICE_RESTART, "it ended")
    await asyncio.wait_for(connection.write(), 5)
    assert connection.unsent_bytes == 0


def test_a_visitor_is_told_of_the_end_in_the_middle_of_a_file():
    socket = Closing(takes=True)
    socket.took.set()
    asyncio.run(sent_after_the_end(socket))
    assert socket.written == [(b"one", False), CloseCode.SERVICE_RESTART]


def test_of_what_nobody_asked_for_the_newest_is_enough_where_nothing_was_said_after_it():
    connection = Connection(None)
    for place in range(1000):
        connection.deliver_news(f"{place:01000}")
    assert [*connection.outbox] == [f"{999:01000}"]
    assert connection.unsent_bytes == 1000
    connection.deliver("an answer")
    connection.deliver_news("news")
    assert [*connection.outbox] == [f"{999:01000}", "an answer", "news"]


def test_parts_that_wait_to_be_taken_count_as_one_frame():
    connection = Connection(None, None, Socket(takes=False))
    for _ in range(4):
        connection.deliver_part(bytes(MOST_QUEUED_BYTES), is_last=False)
    connection.deliver("an answer")
    assert not connection.overfull.is_set()


async def whether_more_is_read(size: int) -> list[bool]:
    """Whether the next command is read while a frame of that size is on its way, and once it was taken."""
    socket = Socket(takes=True)
    connection, read = Connection(socket, None, socket), []
    connection.deliver(bytes(size))
    writing, reading = asyncio.create_task(connection.write()), asyncio.create_task(connection._until_drained(1))
    for _ in range(2):
        for _ in range(5):
            await asyncio.sleep(0)
        assert socket.written == [bytes(size)]
        read.append(reading.done())
        socket.took.set()
    assert connection.unsent_bytes == 0
    writing.cancel()
    return read


def test_no_other_file_is_asked_for_while_the_last_one_was_not_taken():
    assert asyncio.run(whether_more_is_read(2**24)) == [False, True]
    assert asyncio.run(whether_more_is_read(2**10)) == [True, True]


class Commands:
    """A socket over which the same command comes so many times, and a run that is given them."""

    def __init__(self, text: str, times: int) -> None:
        self.coming = [{"type": "websocket.receive", "text": text}] * times + [{"type": "websocket.disconnect"}]
        self.scope: dict[str, object] = {}
        self.sent: list[str] = []

    async def receive(self) -> dict[str, str]:
        return self.coming.pop(0)

    def send(self, text: str) -> None:
        self.sent.append(text)


def waits(monkeypatch, text: str, times: int) -> float:
    """How many seconds a connection lets so many commands wait that come at once and are answered at once."""
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def no_wait(self: Connection, most: int) -> None:
        """All were answered."""

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(Connection, "_until_drained", no_wait)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    commands = Commands(text, times)
    asyncio.run(Connection(commands).read(commands))
    assert commands.sent == [text] * times, "none is lost"
    return max(waited, default=0.0)


def test_long_commands_wait_where_many_come_and_short_ones_never_do(monkeypatch):
    long = '{"type":"own_text","text":"' + "a" * 16_000 + '"}'
    assert waits(monkeypatch, long, 10) == 0
    assert 0.9 <= waits(monkeypatch, long, 24) <= 1.1, "16 KiB are read eight times a second"
    assert waits(monkeypatch, '{"type":"step","iterations":1,"id":7}', FRAMES_BURST) == 0


def test_a_plain_ack_works_where_it_is_heard_and_nothing_else_does():
    socket, handle = Socket(takes=True), Handle()
    connection = Connection(None, None, socket)
    assert not socket.take_at_once('{"type":"ack","iteration":3}'), "nobody is there yet whom it is for"
    connection.handle = handle
    assert socket.take_at_once('{"type":"ack","iteration":3}')
    assert handle.acks == [3]
    for other in ('{"type":"pause"}', '{"type":"ack","iteration":-1}', '{"type":"ack","iteration":3,"id":1}'):
        assert not socket.take_at_once(other)
    assert handle.acks == [3]


def test_a_flood_of_acks_is_left_to_whoever_ends_the_connection():
    socket, connection_handle = Socket(takes=True), Handle()
    connection = Connection(None, None, socket)
    connection.handle = connection_handle
    connection.allowance.clock = lambda: connection.allowance.at  # no time passes
    taken = sum(socket.take_at_once('{"type":"ack","iteration":3}') for _ in range(2 * FRAMES_BURST * ACKS_FOR_A_FRAME))
    assert taken == FRAMES_BURST * ACKS_FOR_A_FRAME
