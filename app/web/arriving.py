"""Large files on their way into the web process: what lies here half read is bounded, for all connections together.

An announcement takes nothing. Room for a whole file is taken once more of it came than a small one has; where there is
none, the connection is not read further until its turn comes. Who sends more slowly than a file has time to come gives
the room back, so that room is kept only by whoever keeps sending.
"""

from collections import deque
from collections.abc import Callable

from .protocol import MESSAGE_BYTES, UPLOAD_BYTES

FILES = 8
ROOM_BYTES = FILES * UPLOAD_BYTES
SMALL_BYTES = 64 * 1024  # of any file come without room: whoever lost a server can always go on with a small snapshot
LOOKS_TO_ARRIVE = 20  # in which a file has to come, at least evenly, or 16 MiB of a large snapshot,
LOOKS_OF_GRACE = 2  # after the first ones


class Room:
    """Bytes of large files that may lie here half read, lent in the order in which they were asked for."""

    def __init__(self, free: int = ROOM_BYTES) -> None:
        self.free = free
        self.waiting: deque[ArrivingFile] = deque()

    def ask(self, file: "ArrivingFile") -> None:
        """Lend room for the file, now or later."""
        self.waiting.append(file)
        self._lend()

    def give_back(self, file: "ArrivingFile") -> None:
        """The file came, or will not."""
        if file.has_room:
            file.has_room = False
            self.free += file.announced
        elif file in self.waiting:
            self.waiting.remove(file)
        self._lend()

    def _lend(self) -> None:
        while self.waiting and self.waiting[0].announced <= self.free:
            file = self.waiting.popleft()
            self.free -= file.announced
            file.has_room = True
            file.go_on()


class ArrivingFile:
    """The file that one connection may send next, and how much of it came."""

    def __init__(self, room: Room, go_on: Callable[[], None]) -> None:
        self.room = room
        self.go_on = go_on
        self.announced = MESSAGE_BYTES
        self.came = 0  # bytes of the message that is not complete yet
        self.has_room = False
        self.looks = 0  # since it has room,
        self.base = 0  # and what had come of a large snapshot when they were counted anew
        self.is_unwanted = False  # no longer waited for, and half here

    def expect(self, most: int) -> None:
        """The next message may have so many bytes."""
        self._forget()
        self.is_unwanted = self.came > most
        self.announced = most

    def take(self, more: int) -> None:
        """So many bytes came."""
        self.came += more

    def complete(self) -> None:
        """All of a message came."""
        self._forget()
        self.came = 0

    def leave(self) -> None:
        """Nothing more will come."""
        self._forget()

    def _forget(self) -> None:
        self.room.give_back(self)
        self.looks = self.base = 0

    @property
    def may_go_on(self) -> bool:
        """Whether there is room for more of it; where there is none, `go_on` is called when there is."""
        if self.came < SMALL_BYTES or self.is_unwanted or self.has_room:
            return True
        if self not in self.room.waiting:
            self.room.ask(self)
        return self.has_room

    @property
    def is_slow(self) -> bool:
        """Look: whether less of it came, since it has room, than it has to by now.

        Looks are counted, not seconds: while this process stands still nobody is late.
        """
        if not self.has_room:
            return False
        self.looks += 1
        if self.came - self.base >= UPLOAD_BYTES:  # what came early is no reason to come late
            self.base, self.looks = self.came, LOOKS_OF_GRACE - 1
        most = min(self.announced - self.base, UPLOAD_BYTES)
        return (self.came - self.base) * LOOKS_TO_ARRIVE < most * (self.looks - LOOKS_OF_GRACE)
