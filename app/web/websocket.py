"""`/ws`: carries frames between a socket and a run, in both directions, and never waits long for either.

What ends a connection here: a text frame over the limit (1009), a flood of frames (1008), a visitor who does not take
what was sent (aborted), a server without room (1013), the end of the process that computes the run (1012).
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from heapq import nlargest
from io import BytesIO
from typing import Any, Protocol

from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ..errors import ServerFull
from . import protocol
from .admission import Admission
from .allowance import Allowance
from .closing import CloseCode
from .compute import RunHandle
from .messages import PLAIN_ACK, ack_in, followed_in
from .publishing.published import Follower, PublishedRuns

SEND_PATIENCE = 30.0  # seconds a visitor may take to accept a frame; the guarded socket has far less
CLOSE_PATIENCE = 5.0  # and to be sent why the connection is closed
MOST_UNANSWERED = 8  # commands read ahead; further ones wait in the visitor's own buffers,
MOST_UNSENT_BYTES = 128 * 1024  # as they do while so much waits to be taken
MOST_QUEUED_BYTES = 256 * 1024  # beside large frames a client is entitled to; with more the connection is aborted:
ENTITLED_FRAMES = 5  # two records, that of a divergence, a file that was asked for, and the last snapshot
# Of commands, beyond which the next one waits: to read a long one takes longer than to carry most of them out.
TEXT_BYTES_PER_SECOND, TEXT_BYTES_BURST = 128 * 1024, 256 * 1024
ACKS_FOR_A_FRAME = 8  # acks are free, unless there are many more of them than records
FRAME_LIMIT = "unroll.frame_limit"  # the extension of a socket that can be told how large frames may be
AT_ONCE = "unroll.at_once"  # the extension of a socket that carries records and acks without waking a task: `AtOnce`
DROPPED = "unroll.dropped"  # set by a socket that ended the connection because nothing was taken, or nothing came
MORE = "unroll.more"  # in a message that holds a part of a file, and not the last one
# In commands that are answered by a file, of which one at a time is enough.
FILES = ('"snapshot"', '"copy"', '"export"')


class InParts(Protocol):
    """What sends a binary message in parts, between which no other message may come."""

    async def write_part(self, part: bytes, *, is_last: bool) -> None:
        """Write the next part."""

    async def taken(self) -> None:
        """Wait until the visitor took what was written, but for a little."""


class Gathered:
    """For a socket of a server that sends whole messages only."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.content = BytesIO()

    async def write_part(self, part: bytes, *, is_last: bool) -> None:
        """Keep the part; send all of them with the last one."""
        self.content.write(part)
        if is_last:
            whole, self.content = self.content, BytesIO()
            await self.websocket.send({"type": "websocket.send", "bytes": whole.getvalue()})

    async def taken(self) -> None:
        """Whoever sends whole messages has waited."""


class AtOnce(InParts, Protocol):
    """A socket that carries what comes thirty times a second, records and acks, without waking a task for each."""

    take_at_once: Callable[[str], bool] | None
    """Asked about each text frame that nothing waits before; True: it was taken, nobody else is told of it."""

    def write_at_once(self, frame: bytes) -> bool:
        """Write a binary frame; False, and nothing is written, where it would have to wait."""


class Parts:
    """One binary frame that comes in parts: those that are here and were not sent."""

    def __init__(self) -> None:
        self.waiting: deque[bytes] = deque()
        self.more = asyncio.Event()
        self.is_whole = False  # whether all of them came
        self.is_cut_off = False  # whether no more will come

    def __len__(self) -> int:
        return sum(map(len, self.waiting))

    def add(self, part: bytes, *, is_last: bool) -> None:
        """One more."""
        self.waiting.append(part)
        self.is_whole = is_last
        self.more.set()

    def cut_off(self) -> None:
        """Nothing more will come."""
        self.is_cut_off = True
        self.more.set()

    async def next(self) -> bytes | None:
        """The next one, once it is here; None after the last one that came. It waits until it was `sent`."""
        while not (self.waiting or self.is_whole or self.is_cut_off):
            self.more.clear()
            await self.more.wait()
        return self.waiting[0] if self.waiting else None

    @property
    def is_last(self) -> bool:
        """Whether no other comes after the next one."""
        return self.is_whole and len(self.waiting) == 1

    def sent(self) -> None:
        """The next one was sent."""
        self.waiting.popleft()


class Connection:
    """One visitor: what the run says goes into the outbox, from which one task sends, or past an empty one at once."""

    def __init__(
        self, websocket: WebSocket, published: PublishedRuns | None = None, at_once: AtOnce | None = None
    ) -> None:
        self.websocket = websocket
        self.published = published
        self.handle: RunHandle | Follower | None = None  # what the visitor's commands go to
        self.outbox: deque[str | bytes | Parts | Message] = deque()
        self.coming: Parts | None = None  # a frame of which not all parts came
        self.news: str | None = None  # the last that was said unasked of how the run stands
        self.filled = asyncio.Event()
        self.unsent_bytes = 0
        self.sending = 0  # bytes of the frame that is being sent
        self.unanswered = 0
        self.drained = asyncio.Event()
        self.overfull = asyncio.Event()
        self.held_ack: int | None = None
        self.allowance = Allowance(time.monotonic, protocol.FRAMES_PER_SECOND, protocol.FRAMES_BURST)
        self.text_bytes = Allowance(time.monotonic, TEXT_BYTES_PER_SECOND, TEXT_BYTES_BURST)
        self.at_once = at_once
        self.in_parts: InParts = at_once or Gathered(websocket)
        if at_once:
            at_once.take_at_once = self.take_ack

    def deliver(self, frame: str | bytes) -> None:
        """A frame for the visitor."""
        is_next = not self.outbox and not self.sending and len(frame) < MOST_UNSENT_BYTES
        if is_next and self.at_once and isinstance(frame, bytes) and self.at_once.write_at_once(frame):
            return
        self.outbox.append(frame)
        self.unsent_bytes += len(frame)
        self.filled.set()
        if self.unsent_bytes > MOST_QUEUED_BYTES:
            frames = [len(queued) for queued in self.outbox if isinstance(queued, str | bytes | Parts)]
            if self.unsent_bytes - sum(nlargest(ENTITLED_FRAMES, [*frames, self.sending])) > MOST_QUEUED_BYTES:
                self.overfull.set()

    def deliver_news(self, frame: str) -> None:
        """How the run stands, which nobody asked for: in place of the last that says so, if nothing comes after it."""
        if self.outbox and self.outbox[-1] is self.news:
            self.unsent_bytes -= len(self.outbox.pop())
        self.news = frame
        self.deliver(frame)

    def deliver_part(self, part: bytes, *, is_last: bool) -> None:
        """A part of a binary frame; what is delivered before its last one comes after it."""
        if self.coming is None:
            self.coming = Parts()
            self.outbox.append(self.coming)
            self.filled.set()
        self.coming.add(part, is_last=is_last)
        self.unsent_bytes += len(part)
        if is_last:
            self.coming = None

    def allow(self, frame_bytes: int) -> None:
        """The next binary frame may be so large: known to the guarded socket, which reads no further than that."""
        hold_to = self.websocket.scope.get("extensions", {}).get(FRAME_LIMIT)
        if hold_to:
            hold_to(max(frame_bytes, protocol.MESSAGE_BYTES), self.give_up_file, in_parts=True)

    def give_up_file(self) -> None:
        """The announced file comes too slowly to be waited for."""
        if isinstance(self.handle, RunHandle):
            self.handle.give_up_file()

    def settle(self, commands: int) -> None:
        """So many commands were answered."""
        self.unanswered -= commands
        self.drained.set()

    def dismiss(self, code: CloseCode, reason: str) -> None:
        """Close, once everything before it was sent; after a file that comes no further nothing else can be."""
        if self.coming is not None:
            self.coming.cut_off()
            while self.outbox[-1] is not self.coming:
                self.unsent_bytes -= len(self.outbox.pop())
            self.coming = None
        self.outbox.append({"type": "websocket.close", "code": code, "reason": reason})
        self.filled.set()

    async def write(self) -> None:
        """Send what is in the outbox until the connection is closed."""
        while True:
            while not self.outbox:
                self.filled.clear()
                await self.filled.wait()
            frame = self.outbox[0]
            if isinstance(frame, Parts):
                await self._write_parts(frame)
                self.outbox.popleft()
                continue
            self.outbox.popleft()
            self.sending = len(frame) if isinstance(frame, str | bytes) else 0
            async with asyncio.timeout(SEND_PATIENCE):
                match frame:
                    case str():
                        await self.websocket.send({"type": "websocket.send", "text": frame})
                    case bytes():
                        await self.websocket.send({"type": "websocket.send", "bytes": frame})
                    case _:
                        await self.websocket.send(frame)
                        return
            del frame  # nor a record until the next one
            if self.at_once and self.sending >= MOST_UNSENT_BYTES:  # it is unsent until it was taken: no file after it
                await self.at_once.taken()
            sent, self.sending = self.sending, 0
            self._sent(sent)

    async def _write_parts(self, parts: Parts) -> None:
        """Send a frame as its parts come, each once the last one was taken."""
        while (part := await parts.next()) is not None:
            async with asyncio.timeout(SEND_PATIENCE):
                await self.in_parts.write_part(part, is_last=parts.is_last)
            await self.in_parts.taken()
            parts.sent()
            self._sent(len(part))
            if isinstance(self.handle, RunHandle):
                self.handle.taken()

    def _sent(self, size: int) -> None:
        """So many bytes are on their way."""
        self.unsent_bytes -= size
        self.drained.set()
        if self.handle and self.held_ack is not None and self.unsent_bytes < MOST_UNSENT_BYTES:
            self.handle.ack(self.held_ack)
            self.held_ack = None

    async def read(self, handle: RunHandle | Follower) -> None:
        """Hand on what the visitor sends, until they leave or may not go on."""
        while True:
            message = await self.websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            frame = text if text is not None else message["bytes"]
            if message.get(MORE):
                if isinstance(handle, RunHandle):
                    await handle.send_part(frame)
                continue
            if text is not None and len(text.encode()) > protocol.MESSAGE_BYTES:
                self.dismiss(CloseCode.MESSAGE_TOO_BIG, f"a text frame may have {protocol.MESSAGE_BYTES} bytes")
                return
            iteration = None if text is None else ack_in(text)
            if not self.allowance.spend(1 if iteration is None else 1 / ACKS_FOR_A_FRAME):
                self.dismiss(CloseCode.POLICY_VIOLATION, f"at most {protocol.FRAMES_PER_SECOND} frames a second")
                return
            if iteration is not None:
                self.acknowledge(handle, iteration)
                continue
            if text is not None and not self.text_bytes.spend(len(text)):
                await asyncio.sleep(self.text_bytes.owed)
            token = None if text is None else followed_in(text)
            if token is not None:
                handle = await self._go_along(handle, token)
            handle.send(frame)
            self.unanswered += 1
            most = 1 if text is not None and asks_for_file(text) else MOST_UNANSWERED
            del message, text, frame  # a large file must not stay here until the next frame comes
            await self._until_drained(most)

    async def _go_along(self, handle: RunHandle | Follower, token: str) -> RunHandle | Follower:
        """The visitor asks to follow a run: to where it is, once all they asked before was answered."""
        if isinstance(handle, Follower):
            return handle
        if self.published is not None and token in self.published and handle.followed not in handle.pool.shared:
            await self._until_drained(1)
            handle.leave()
            self.handle = Follower(self.published, self)
            return self.handle
        if handle.must_move(token):
            await self._until_drained(1)
            handle.move_to(token)
        if token in handle.pool.shared and handle.followed not in handle.pool.shared:
            handle.followed = token  # who asks too early follows nothing yet, and may still be sent elsewhere
        return handle

    def take_ack(self, text: str) -> bool:
        """Whether a text frame is a plain ack, which works at once; not of who sends too many, as `read` ends that."""
        plain = PLAIN_ACK.fullmatch(text)
        if plain is None or self.handle is None or not self.allowance.spend(1 / ACKS_FOR_A_FRAME):
            return False
        self.acknowledge(self.handle, int(plain[1]))
        return True

    def acknowledge(self, handle: RunHandle | Follower, iteration: int) -> None:
        """Pass an ack on; while much is unsent it waits, so that no new record is asked for."""
        if self.unsent_bytes >= MOST_UNSENT_BYTES:
            self.held_ack = iteration
        else:
            self.held_ack = None
            handle.ack(iteration)

    async def _until_drained(self, most_unanswered: int) -> None:
        while self.unanswered >= most_unanswered or self.unsent_bytes >= MOST_UNSENT_BYTES:
            self.drained.clear()
            await self.drained.wait()


def asks_for_file(text: str) -> bool:
    """Whether a command may be answered by a file; escapes could spell its name in other ways."""
    return "\\" in text or any(map(text.count, FILES))


async def stream(websocket: WebSocket, admission: Admission, published: PublishedRuns) -> None:
    """One visit, from the first frame to the last."""
    address = websocket.client.host if websocket.client else ""
    await asyncio.sleep(admission.wait_of(address))
    await websocket.accept()
    at_once = websocket.scope.get("extensions", {}).get(AT_ONCE)
    connection, pool = Connection(websocket, published, at_once), admission.pool
    connection.deliver(pool.hello)
    try:
        connection.handle = admission.admit(connection, address)
    except ServerFull as full:
        pool.counts.refused(full.code)
        connection.deliver(protocol.error_message(full))
        connection.dismiss(CloseCode.TRY_AGAIN_LATER, "server full")
        with contextlib.suppress(WebSocketDisconnect, TimeoutError):
            await connection.write()
        return
    reading = asyncio.create_task(connection.read(connection.handle))
    writing = asyncio.create_task(connection.write())
    overfull = asyncio.create_task(connection.overfull.wait())
    ended: set[asyncio.Task[Any]] = set()
    try:
        ended, _ = await asyncio.wait({reading, writing, overfull}, return_when=asyncio.FIRST_COMPLETED)
        if reading.done() and websocket.client_state is WebSocketState.CONNECTED:
            await asyncio.wait({writing}, timeout=CLOSE_PATIENCE)  # a reason to close is on its way
    finally:
        if reading in ended and isinstance(connection.handle, RunHandle):
            admission.note_visit(connection.handle)
        connection.handle.leave()
        for task in (reading, writing, overfull):
            task.cancel()
        outcomes = await asyncio.gather(reading, writing, overfull, return_exceptions=True)
        if (
            websocket.scope.get("extensions", {}).get(DROPPED)
            or overfull in ended
            or any(isinstance(o, TimeoutError) for o in outcomes)
        ):
            pool.counts.totals["aborts"] += 1
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | TimeoutError):
                raise outcome
