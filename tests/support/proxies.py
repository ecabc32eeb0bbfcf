"""Proxies as they stand in front of servers, small enough for the suite: what each does to a request is all it does."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Rewrite:
    """What a proxy makes of the head of a request. `prefix` is where it serves the page."""

    name: str
    prefix: str = ""
    takes_prefix_away: bool = True
    host: str | None = None  # what it puts into Host instead of what the browser said

    def __call__(self, head: bytes) -> bytes:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, version = first.split(" ")
        if self.takes_prefix_away:
            path = path.removeprefix(self.prefix) or "/"
        if self.host:
            named = next(line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:"))
            lines = [line for line in lines if not line.lower().startswith("host:")]
            lines = [f"Host: {self.host}", f"X-Forwarded-Host: {named}", *lines]
        if not any(line.lower() == "upgrade: websocket" for line in lines):  # one request a connection is enough here
            lines = [line for line in lines if not line.lower().startswith("connection:")] + ["Connection: close"]
        return "\r\n".join([f"{method} {path} {version}", *lines]).encode("latin-1") + b"\r\n\r\n"


@contextlib.contextmanager
def proxy(target: int, rewrite: Callable[[bytes], bytes]) -> Iterator[int]:
    """In front of a port of this machine; yields its own port."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = listening.accept()
                threading.Thread(target=carry, args=(browser,), daemon=True).start()

    def carry(browser: socket.socket) -> None:
        with browser, contextlib.suppress(OSError):
            received = b""
            while b"\r\n\r\n" not in received:
                data = browser.recv(65536)
                if not data:
                    return
                received += data
            head, _, rest = received.partition(b"\r\n\r\n")
            with socket.create_connection(("127.0.0.1", target)) as server:
                server.sendall(rewrite(head) + rest)
                threading.Thread(target=pump, args=(browser, server), daemon=True).start()
                pump(server, browser)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Until one side has enough."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
