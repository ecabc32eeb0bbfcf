"""The guarded socket: uvicorn's WebSocket protocol, held to bounds an application cannot reach from outside.

Floods of frames too small to become messages (continuations, pings) would keep the event loop busy without the
application ever being given them, and a visitor who takes nothing would hold memory for as long as the connection
lives. The cures: what came is parsed in slices with room for others in between, every frame spends an allowance, little
is kept for a visitor who is slow, and one who sends nothing for long is dropped.
`tests/web/test_guarded.py` is the contract with the locked uvicorn.
"""

import asyncio
import socket
import struct
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, cast

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import State

from .allowance import Allowance
from .arriving import ArrivingFile, Room
from .closing import CloseCode
from .pieces import Pieces
from .protocol import FRAMES_BURST as MESSAGES_BURST
from .protocol import MESSAGE_BYTES
from .unparsed import SLICE_BYTES, Unparsed
from .websocket import AT_ONCE, DROPPED, FRAME_LIMIT, MORE

HIGH_WATER = 16 * 1024  # bytes waiting to be sent beyond which the sender has to wait
KERNEL_BYTES = 64 * 1024  # waiting in the system's own buffer, which would otherwise grow to megabytes
FRAMES_PER_SECOND, FRAMES_BURST = 1000.0, 2000.0  # frames of any kind
CLOSE_SECONDS = 2.0  # how long the other side may take to close
LAST_WORDS_SECONDS = 0.25  # how long a client may take to receive the reason
SILENCE_SECONDS = 5.0  # how long nothing may come from someone who was sent something, and nothing be taken by them
LEAST_BYTES = 20 * 1024  # that have to be taken in that time by someone for whom bytes are waiting
LOOK_SECONDS = 0.5  # between two looks whether that is so
END_OF_REQUEST = b"\r\n\r\n"  # after which frames come
WHOLE_BINARY = 0x82  # the first byte of a frame that is a whole binary message
NO_LINGERING = struct.pack("ii", 1, 0)  # for no seconds


def header_of(length: int) -> bytes:
    """Of one whole binary frame of a server (RFC 6455, 5.2): what follows it need not be copied behind it."""
    if length < 126:
        return struct.pack("!BB", WHOLE_BINARY, length)
    if length < 2**16:
        return struct.pack("!BBH", WHOLE_BINARY, 126, length)
    return struct.pack("!BBQ", WHOLE_BINARY, 127, length)


def nothing() -> None:
    """Nobody has to be told."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection. The server passes it around as uvicorn's own class; only what is overridden here differs."""

    room = Room()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_SECONDS
        self.file = ArrivingFile(self.room, self.parse_soon)
        self.file_is_slow = nothing
        self.limit_frames(MESSAGE_BYTES)
        self.unparsed = Unparsed()
        self.allowance = Allowance(self.loop.time, FRAMES_PER_SECOND, FRAMES_BURST)
        self.unheard_since: float | None = None  # when something was sent of which nothing shows that it arrived
        self.asked = False  # by a ping, whether they are still there
        self.waiting = 0  # bytes to be sent, when enough of them were taken last
        self.moved_at = self.loop.time()  # when some of them were taken
        self.looking: asyncio.TimerHandle | None = None
        self.turned_away = False
        self.pieces: Pieces | None = None  # once frames come
        self.request_end = b""  # the last bytes of what came before frames
        self.hands_on = False  # parts of the message that comes
        self.take_at_once: Callable[[str], bool] | None = None

    def handle_connect(self, event: Request) -> None:
        """Let the application say how large frames may be: small ones, until a file was announced; and be `AtOnce`."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions = cast(dict[str, Any], self.scope["extensions"])
            extensions[FRAME_LIMIT] = self.limit_frames
            extensions[AT_ONCE] = self

    def limit_frames(self, most: int, is_slow: Callable[[], None] = nothing, *, in_parts: bool = False) -> None:
        """Larger ones end the connection before they are read. `is_slow` is called once a file comes too slowly; the
        application is given it `in_parts`, or whole.
        """
        self.conn.max_message_size = most
        self.in_parts = in_parts
        self.file.expect(most)
        self.file_is_slow = is_slow

    def connection_made(self, transport: BaseTransport) -> None:
        """Take the connection over, with a small buffer for what is to be sent."""
        cast(asyncio.Transport, transport).set_write_buffer_limits(high=HIGH_WATER)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        super().connection_made(transport)
        self.look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there to be looked after."""
        if self.looking:
            self.looking.cancel()
        self.unparsed.clear()
        self.file.leave()
        super().connection_lost(exc)
        self.conn.parser.close()  # it keeps the last frame, however large, until somebody collects what is circular

    def look(self) -> None:
        """Drop whoever takes nothing of what they are sent, or sends nothing although they were sent something.

        Any frame counts, also the pong with which a browser answers a ping.
        """
        self.look_at_file()
        now = self.loop.time()
        waiting = self.transport.get_write_buffer_size()
        if self.writable.is_set() or self.waiting - waiting >= LEAST_BYTES:
            self.moved_at = now
            self.waiting = waiting
        self.waiting = max(self.waiting, waiting)  # what is taken counts from the most that waited
        listening = not (self.read_paused or self.unparsed)  # else frames may wait to be parsed
        heard_at = self.unheard_since if listening and self.unheard_since is not None else now
        silent = now - min(self.moved_at, heard_at)
        if silent >= SILENCE_SECONDS:
            self.drop()
            return
        if silent >= LOOK_SECONDS and not self.asked and not self.close_sent and self.writable.is_set():
            self.asked = True
            self.conn.send_ping(b"")
            self.transport.write(b"".join(self.conn.data_to_send()))
        self.looking = self.loop.call_later(LOOK_SECONDS, self.look)

    def look_at_file(self) -> None:
        """Give up a file that comes too slowly; end the connection that sends one nobody waits for any more."""
        if self.file.is_unwanted:
            self.refuse(CloseCode.MESSAGE_TOO_BIG, "the announced file did not come in time")
        elif not self.read_paused and self.file.is_slow:  # else it waits for us
            self.file.leave()
            self.file_is_slow()

    async def send(self, message: ASGISendEvent) -> None:
        """From now on a frame has to come."""
        await self.writable.wait()
        if self.handshake_complete and self.close_sent:  # for what came meanwhile: nothing more can be said
            raise ClientDisconnected
        await super().send(message)
        self.expect_to_hear()
        if message.get("code") == CloseCode.POLICY_VIOLATION:
            self.turn_away()

    def expect_to_hear(self) -> None:
        """Something was sent: from now on a frame has to come."""
        if self.unheard_since is None:
            self.unheard_since = self.loop.time()

    def write_at_once(self, frame: bytes) -> bool:
        """Write a frame now, as uvicorn's own `send` would; False where the connection closes or its buffer is full."""
        if not self.writable.is_set() or self.close_sent or self.conn.state is not State.OPEN:
            return False
        if self.disconnected or not self.handshake_complete:
            return False
        if self.conn.extensions or self.conn.expect_continuation_frame:
            return False
        self.transport.writelines((header_of(len(frame)), frame))
        self.expect_to_hear()
        return True

    async def write_part(self, part: bytes, *, is_last: bool) -> None:
        """Write a part of a binary message. A ping, and a close, may come between two of them."""
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        send = self.conn.send_continuation if self.conn.expect_continuation_frame else self.conn.send_binary
        send(part, fin=is_last)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.waiting += len(part)  # what was taken since the last look would be hidden by it
        self.expect_to_hear()

    async def taken(self) -> None:
        """Wait until little of what was written is left."""
        await self.writable.wait()

    def data_received(self, data: bytes) -> None:
        """Parse a little at once; what is more waits until others had a turn, and nothing is read meanwhile."""
        if self.turned_away:
            return
        self.unheard_since, self.asked = None, False
        if self.unparsed or len(data) > SLICE_BYTES or not self.file.may_go_on:
            waiting = bool(self.unparsed)
            self.unparsed.add(data)
            self.transport.pause_reading()
            if not waiting:
                self.parse_on()
        else:
            self.parse(data)

    def parse(self, data: bytes) -> None:
        """One slice."""
        self.file.take(len(data))
        if self.file.is_unwanted:  # nothing of it is read any more: the next look says why
            return
        if self.pieces:
            data = self.pieces.feed(data, self.conn.max_message_size or 0 if self.in_parts else 0)
        had_request = self.handshake_initiated
        super().data_received(data)
        if not had_request:
            self.request_end = (self.request_end + data)[-len(END_OF_REQUEST) :]
            # What came in one slice with the request is part of a frame already; then frames are left as they are.
            if self.handshake_initiated and self.request_end == END_OF_REQUEST:
                self.pieces = Pieces()

    def handle_bytes(self, event: Frame) -> None:
        """What of a file came is handed on, so that it is gathered where it is read."""
        self.hands_on = self.in_parts and not event.fin
        if not self.hands_on:
            super().handle_bytes(event)
        else:
            self.curr_msg_data_type = "bytes"
            self.frames = []
            self.hand_on(bytes(event.data))

    def handle_cont(self, event: Frame) -> None:
        """The same for all pieces but the last."""
        if self.hands_on and self.curr_msg_data_type == "bytes" and not event.fin:
            self.hand_on(bytes(event.data))
        else:
            super().handle_cont(event)

    def hand_on(self, part: bytes) -> None:
        """Nothing more is read until the application took it."""
        if self.close_sent:
            return
        self.queue.put_nowait(cast(ASGIReceiveEvent, {"type": "websocket.receive", "bytes": part, MORE: True}))
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def parse_soon(self) -> None:
        """There is room for what waits to be parsed; not at once, as it is somebody else's turn who made it."""
        self.loop.call_soon(self.parse_on)

    def parse_on(self) -> None:
        """The next slice, unless the application has not yet taken what the last one held, or there is no room."""
        if self.transport.is_closing():
            self.unparsed.clear()
        if not self.unparsed or self.read_paused or not self.file.may_go_on:
            return
        self.parse(self.unparsed.next_slice(self.pieces.left if self.pieces else 0))
        if self.unparsed:
            self.loop.call_soon(self.parse_on)
        elif not (self.read_paused or self.turned_away or self.transport.is_closing()):
            self.transport.resume_reading()

    async def receive(self) -> ASGIReceiveEvent:
        """The next message for the application; with the last one taken, parsing goes on."""
        message = await super().receive()
        if self.unparsed and not self.read_paused and not self.transport.is_closing():
            self.transport.pause_reading()
            self.loop.call_soon(self.parse_on)
        return message

    def handle_events(self) -> None:
        """Every frame spends some of the allowance, whether the application is given it or not.

        More messages in one slice than the application would take are a flood as well: it reads on only as it answers,
        and where others compute it would take many seconds until it has read so many.
        """
        if self.allowance.spend(len(self.conn.events)):
            super().handle_events()
            if self.queue.qsize() <= MESSAGES_BURST:
                return
            while not self.queue.empty():
                self.queue.get_nowait()
        self.conn.events.clear()
        self.refuse(CloseCode.POLICY_VIOLATION, "too many frames")

    def refuse(self, code: CloseCode, reason: str) -> None:
        """End the connection, and say why."""
        if not self.close_sent:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.turn_away()

    def send_receive_event_to_app(self) -> None:
        """A message is complete. Text that is not UTF-8 ends the connection, and is no mistake of ours to be logged."""
        self.file.complete()
        if self.curr_msg_data_type == "text":
            try:
                text = b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.send_close(CloseCode.INVALID_TEXT, "a text frame has to be UTF-8")
                self.handle_parser_exception()
                return
            # What waits to be read came before it, and whoever closes is not listened to any more.
            waits = self.read_paused or self.close_sent
            if self.take_at_once is not None and not waits and self.take_at_once(text):
                self.frames = []
                return
        super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        """No answer to a ping ends the connection, unless it may wait to be parsed: behind a command that is read once
        a long one before it was carried out.
        """
        if self.read_paused or self.unparsed:
            self.pong_timer = self.loop.call_later(cast(float, self.ping_timeout), self.keepalive_timeout)
        else:
            super().keepalive_timeout()

    def turn_away(self) -> None:
        """End the connection of a flood: nothing more of it is read, not even the frame that closes.

        A socket that is closed while something waits to be read takes back what it said last; so it says that first.
        """
        self.unparsed.clear()
        if self.turned_away:
            return
        self.turned_away = True
        if self.close_timer:
            self.close_timer.cancel()
        self.transport.pause_reading()
        self.transport.write_eof()
        self.close_timer = self.loop.call_later(LAST_WORDS_SECONDS, self.transport.close)

    async def run_asgi(self) -> None:
        """When the application is done with a visitor who takes nothing, what they did not take is dropped."""
        await super().run_asgi()
        if not self.writable.is_set():
            self.drop()

    def drop(self) -> None:
        """End the connection with all that is on its way: the system, too, forgets what nobody took."""
        if hasattr(self, "scope"):
            cast(dict[str, Any], self.scope["extensions"])[DROPPED] = True
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
        self.transport.abort()
