"""A page without pictures: speaks to a real server and draws every record at once."""

import contextlib
import json

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.clients import facts
from tests.support.servers import PATIENCE, Server


class Visitor:
    """A page without pictures: draws every record at once."""

    def __init__(self, server: Server | str, draws: bool = True, path: str = "/ws") -> None:
        self.stack = contextlib.ExitStack()
        url = server if isinstance(server, str) else server.url
        self.socket: ClientConnection = self.stack.enter_context(
            connect(url.replace("http", "ws") + path, origin=url, compression=None, max_size=None)
        )
        self.draws = draws
        self.hello = self.hear()
        self.records: list[bytes] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def say(self, type: str, **fields) -> None:
        self.socket.send(json.dumps({"type": type, **fields}))

    def hear(self):
        """The next message; records are drawn and kept, and come back as their bytes."""
        frame = self.socket.recv(timeout=PATIENCE)
        if isinstance(frame, str):
            return json.loads(frame)
        if self.draws and facts(frame)["kind"] == "record":
            self.records.append(frame)
            with contextlib.suppress(ConnectionClosed):  # what was said before is still to be heard
                self.say("ack", iteration=facts(frame)["iteration"])
        return frame

    def ask(self, type: str, **fields):
        """Send a command; its answer, whatever records come in between."""
        self.say(type, id="asked", **fields)
        return self.answer()

    def answer(self):
        while True:
            heard = self.hear()
            said = facts(heard) if isinstance(heard, bytes) else heard
            if said.get("id") == "asked":
                return heard

    def upload(self, kind: str, content: bytes):
        assert self.ask("upload", kind=kind, bytes=len(content))["type"] == "ready"
        self.socket.send(content)
        return self.answer()

    def snapshot(self) -> bytes:
        self.say("snapshot")
        while True:
            heard = self.hear()
            if isinstance(heard, bytes) and facts(heard)["kind"] == "snapshot":
                return heard

    def end(self) -> tuple[int, str | bytes | dict | None]:
        """The code the connection was closed with, and the last thing that was said before."""
        last = None
        try:
            while True:
                last = self.hear()
        except ConnectionClosed as closed:
            return closed.rcvd.code, last

    def closed(self) -> int:
        return self.end()[0]
