"""Sends records to a server that shows them, from a thread of its own.

A lost server is tried again, and holds up nothing. Only the newest record of each module waits to be sent, and none is
sent while nobody follows.
"""

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import BadValue, OutOfRange, UnrollError, shown
from ..link_keys import new_key, token_of
from ..training import Record
from .tables import smaller
from .threads import give_way

FIRST_WAIT, LONGEST_WAIT = 0.25, 10.0  # seconds before a lost server is tried again
OPENING_SECONDS = 60.0  # a server beside the script has yet to start
CLOSING_SECONDS = 2.0
REST = 2.0  # times as long as records took to make: whoever looks takes at most a third of a core from the training


def addresses(server: str) -> tuple[str, str]:
    """Where the page is and where records go, below the address of a server."""
    base = server.rstrip("/")
    scheme, separator, place = base.partition("://")
    if scheme not in ("http", "https") or not separator or not place:
        raise BadValue(
            f"Expected the address of an Unroll server, such as http://127.0.0.1:8000; got {shown(server)}.",
            field="server",
        )
    return f"{base}/watched", f"{'wss' if scheme == 'https' else 'ws'}://{place}/publish"


class Publisher:
    """One run on a server. ``on_sequence`` is called when somebody there asks for another sequence of the batch.

    ``tell`` is given a sentence when the server is lost, refuses, or is back, and once when something of ours fails.
    Both are called in threads of ours.
    """

    def __init__(
        self,
        server: str,
        token: str,
        modules: Sequence[str],
        every: int,
        on_sequence: Callable[[int], Any],
        tell: Callable[[str], Any],
    ) -> None:
        self._key = new_key()
        page, self._url = addresses(server)
        self.address = f"{page}#run={token_of(self._key)}"
        self._begin = json.dumps({"type": "publish", "key": self._key, "modules": list(modules), "every": every})
        self._headers = {"Authorization": f"Bearer {token}"}
        self._on_sequence, self._tell = on_sequence, tell
        self.followers = 0
        self._most: int | None = None  # bytes of a record, as the server says
        self._waiting: dict[str, Callable[[], Record]] = {}
        self._change = threading.Condition()
        self._closed = False
        self._lost = False  # and said so
        self._failures: set[str] = set()  # of ours, that were told
        self._socket: Any = None
        self._thread = threading.Thread(target=self._work, name="unroll publishing", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether a server has the run at this moment."""
        return self._socket is not None

    def offer(self, records: dict[str, Callable[[], Record]]) -> None:
        """How to make the newest records, by module: sent as soon as somebody follows, unless newer ones come."""
        with self._change:
            self._waiting |= records
            self._change.notify_all()

    def close(self) -> None:
        """Send what waits, if the server takes it at once, and leave."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(CLOSING_SECONDS)

    def _work(self) -> None:
        give_way()
        attempt = 0
        while not self._closed:
            try:
                self._connected()
                attempt = 0
            except Exception as error:  # whatever a network can do: it is not the loop's trouble
                attempt = 1 if self._socket is not None else attempt + 1
                if not self._lost and not self._closed:
                    self._lost = True
                    self._tell(f"{_reason(error)}; training goes on, and it is tried again")
            self._socket = None
            self._followed_by(0)
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt, 10))
            with self._change:
                self._change.wait_for(lambda: self._closed, wait * (0.5 + random.random() / 2))  # noqa: S311 (no secret)

    def _connected(self) -> None:
        """One connection, from its first message to its end."""
        from websockets.sync.client import connect  # the server's own library; only who publishes needs it

        with connect(
            self._url,
            additional_headers=self._headers,
            compression=None,
            open_timeout=OPENING_SECONDS,
            close_timeout=CLOSING_SECONDS,
        ) as socket:
            socket.send(self._begin)
            ended = threading.Event()
            threading.Thread(target=self._read, args=(socket, ended), name="unroll listening", daemon=True).start()
            self._send_until_closed(socket, ended)

    def _send_until_closed(self, socket: Any, ended: threading.Event) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: bool(self._waiting and self.followers) or self._closed or ended.is_set())
                if ended.is_set():
                    raise ConnectionError("the server ended the connection")
                if self._closed and not (self._waiting and self.followers):
                    return
                records, self._waiting = self._waiting, {}
            began = time.thread_time()
            for name, make in records.items():
                frame = self._made(name, make)
                if frame is not None:
                    socket.send(frame)
            self._rest(ended, REST * (time.thread_time() - began))

    def _made(self, name: str, make: Callable[[], Record]) -> bytes | None:
        """A record as it is sent; None where it could not be made, which is not the server's fault."""
        try:
            record = make()
            step = record.scalars["step"]
            return self._fitting(Record(record.scalars | {"iteration": step}, record.tensors))
        except Exception as error:
            self._failed(f"the record of {name or 'the model'} could not be made", error)
            return None

    def _fitting(self, record: Record) -> bytes:
        """As it is sent: of one that the server would not take, as much as it does (`smaller`)."""
        if self._most is None:
            return record.to_bytes()
        least = 0
        for part in smaller(record):
            least = sum(values.nbytes for values in part.tensors.values())
            if least <= self._most and len(frame := part.to_bytes()) <= self._most:
                return frame
        raise OutOfRange(
            f"Expected at most {self._most} bytes, which is what the server takes; got {least}, without tables of "
            "pairs, weights and gradients. Shorter sequences help, and `watching.save` keeps all of it."
        )

    def _rest(self, ended: threading.Event, seconds: float) -> None:
        with self._change:
            self._change.wait_for(lambda: self._closed or ended.is_set(), seconds)

    def _read(self, socket: Any, ended: threading.Event) -> None:
        """What the server says, until the connection ends."""
        from websockets.exceptions import ConnectionClosed

        try:
            with contextlib.suppress(ConnectionClosed):
                for message in socket:
                    self._take(socket, message)
        finally:
            with self._change:
                ended.set()
                self._change.notify_all()

    def _take(self, socket: Any, message: str | bytes) -> None:
        """Where something of ours fails, or the server is another one and says what it should not, the rest goes on."""
        try:
            self._hear(socket, json.loads(message))
        except Exception as error:
            self._failed("what the server said could not be done", error)

    def _hear(self, socket: Any, said: dict[str, Any]) -> None:
        match said.get("type"):
            case "hello":
                self._most = int(said["limits"]["capture_bytes"])
            case "published":
                self._socket = socket
                if self._lost:
                    self._lost = False
                    self._tell("the server is back")
            case "followers":
                self._followed_by(int(said["count"]))
            case "show":
                self._on_sequence(int(said["sequence"]))
            case "error":
                self._tell(str(said["message"]))

    def _failed(self, what: str, error: Exception) -> None:
        """Something that has nothing to do with the network: told once."""
        if what not in self._failures:
            self._failures.add(what)
            said = str(error) if isinstance(error, UnrollError) else f"{type(error).__name__}: {error}"
            self._tell(f"{what} ({said}); training goes on")

    def _followed_by(self, count: int) -> None:
        with self._change:
            self.followers = count
            self._change.notify_all()


def _reason(error: Exception) -> str:
    """Why a connection did not come about, in words."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 403:
        return "the server refuses to publish: its UNROLL_PUBLISH_TOKEN is another one, or it has none"
    if status is not None:
        return f"the server answers {status} where an Unroll server publishes"
    return f"the server cannot be reached ({error or type(error).__name__})"
