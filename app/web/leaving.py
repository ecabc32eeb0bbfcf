"""What a run says, in order, where a large file is among it: that leaves in parts, and few of them are on their way.

So a large file is in memory once, where it is made: no process holds it a second time, and nobody who takes it slowly.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ..training.tensorfile import PIECE, File
from . import protocol
from .protocol import Frame, Id, Part

MOST_WHOLE = 2 * PIECE  # bytes of a file that leaves at once
WINDOW = 4  # parts that may be on their way


@dataclass(frozen=True, eq=False)
class FileAnswer:
    """A file that was asked for by a command with this id, and is made as it leaves."""

    file: File
    id: Id


class Leaving:
    """What waits to leave for one visitor."""

    def __init__(self) -> None:
        self._waiting: deque[Frame | Iterator[Part]] = deque()
        self._under_way = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, said: list[Frame | FileAnswer]) -> list[Frame]:
        """Of what was said, what can leave now: all that comes before a large file."""
        now: list[Frame] = []
        for each in map(_in_parts, said):
            if self._waiting or isinstance(each, Iterator):
                self._waiting.append(each)
            else:
                now.append(each)
        return now

    @property
    def may_go_on(self) -> bool:
        """Whether something waits, and few parts are on their way."""
        return bool(self._waiting) and self._under_way < WINDOW

    def next(self) -> Frame:
        """What leaves next."""
        first = self._waiting[0]
        if not isinstance(first, Iterator):
            self._waiting.popleft()
            return first
        part = next(first)
        if part.is_last:
            self._waiting.popleft()
        self._under_way += 1
        return part

    def taken(self) -> None:
        """The visitor took a part."""
        self._under_way -= 1

    def rest(self) -> Iterator[Frame]:
        """All that waits, whether or not anybody takes it."""
        while self._waiting:
            yield self.next()


def _in_parts(said: Frame | FileAnswer) -> Frame | Iterator[Part]:
    """The same; in parts if it is large."""
    match said:
        case FileAnswer() if said.file.size > MOST_WHOLE:
            return _parts(said.file.pieces, said.id)
        case FileAnswer():
            return protocol.with_id(said.file.whole(), said.id)
        case bytes() if len(said) > MOST_WHOLE:
            return _parts(_pieces(said), None)
    return said


def _pieces(file: bytes) -> Iterator[bytes]:
    """A file that is in memory, as `File` has it: its header first."""
    start = 8 + int.from_bytes(file[:8], "little")
    yield file[:start]
    for at in range(start, len(file), PIECE):
        yield file[at : at + PIECE]


def _parts(pieces: Iterator[bytes], id_: Id) -> Iterator[Part]:
    """The same with a command's id in the header, small ones together; the last one is known as such."""
    part = [protocol.with_id(next(pieces), id_)]
    for piece in pieces:
        if sum(map(len, part)) + len(piece) > PIECE:
            yield Part(b"".join(part), is_last=False)
            part.clear()
        part.append(piece)
    yield Part(b"".join(part), is_last=True)
