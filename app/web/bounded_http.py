"""The guarded socket before it is a WebSocket: uvicorn's HTTP protocol, with bounds on what a request may take.

uvicorn reads a header of any length, waits for the rest of a request for ever, and keeps an answer for as long as
nobody takes it. Here a request has a size and a deadline, an answer has to be taken, and few requests may be sent
before the first was answered.
`tests/web/test_bounded_http.py` is the contract with the locked uvicorn.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_BYTES = 64 * 1024  # of a request, its header and its body together: files come through the WebSocket
REQUEST_SECONDS = 10.0  # in which a request has to be complete
SLICE_BYTES = 4 * 1024  # parsed before the size is looked at again
MOST_AHEAD = 16  # requests sent before the first of them was answered
TAKING_SECONDS = 10.0  # in which at least
LEAST_BYTES = 20 * 1024  # of an answer have to be taken, or all that is left of it
LOOK_SECONDS = 1.0  # between two looks whether that is so
LAST_WORDS_SECONDS = 0.25  # how long a client may take to receive the reason


class BoundedHTTP(HttpToolsProtocol):
    """One connection that asks for pages. Only what is overridden here differs from uvicorn's own class."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A request is expected from now on."""
        super().connection_made(transport)
        self.request_bytes = 0
        self.waiting = 0  # bytes of answers to be taken, when enough of them were taken last
        self.moved_at = self.loop.time()  # when some of them were taken
        self.asking_since: float | None = self.moved_at  # None between a complete request and the next one's first byte
        self.turned_away = False
        self.looking: asyncio.TimerHandle | None = None
        self.look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there to be looked after."""
        self.stop_looking()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """From here on the WebSocket protocol looks after the connection."""
        self.stop_looking()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        """Parse a little at once, and no more of a request than it may have."""
        if self.asking_since is None:
            self.asking_since = self.loop.time()
        for at in range(0, len(data), SLICE_BYTES):
            if self.turned_away or self.transport.is_closing() or self.transport.get_protocol() is not self:
                return
            part = data[at : at + SLICE_BYTES]
            self.request_bytes += len(part)
            super().data_received(part)
            if self.request_bytes > REQUEST_BYTES:
                self.turn_away("431 Request Header Fields Too Large", f"A request may have {REQUEST_BYTES} bytes.")
            elif len(self.pipeline) > MOST_AHEAD:
                self.turn_away("429 Too Many Requests", f"At most {MOST_AHEAD} requests may be sent ahead.")

    def on_message_complete(self) -> None:
        """The request is complete, and the next one may take as much and as long."""
        self.request_bytes, self.asking_since = 0, None
        super().on_message_complete()

    def look(self) -> None:
        """Drop whoever does not finish asking, or does not take the answer."""
        now = self.loop.time()
        if self.asking_since is not None and now - self.asking_since >= REQUEST_SECONDS:
            self.turn_away("408 Request Timeout", f"A request has to be complete within {REQUEST_SECONDS:.0f} s.")
            return
        waiting = self.transport.get_write_buffer_size()
        if not waiting or self.waiting - waiting >= LEAST_BYTES:
            self.moved_at, self.waiting = now, waiting
        self.waiting = max(self.waiting, waiting)
        if now - self.moved_at >= TAKING_SECONDS:
            self.transport.abort()
            return
        self.looking = self.loop.call_later(LOOK_SECONDS, self.look)

    def stop_looking(self) -> None:
        """The connection ended, or became something else."""
        if self.looking:
            self.looking.cancel()

    def turn_away(self, status: str, sentence: str) -> None:
        """Say why, unless an answer is on its way, and read nothing more.

        A socket that is closed while something waits to be read takes back what it said last; so it says that first.
        """
        self.turned_away = True
        self.stop_looking()
        self.transport.pause_reading()
        if self.cycle is None or self.cycle.response_complete:
            body = f"{sentence}\n".encode()
            head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {len(body)}\r\n"
            self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
            self.transport.write_eof()
        self.loop.call_later(LAST_WORDS_SECONDS, self.transport.abort)
