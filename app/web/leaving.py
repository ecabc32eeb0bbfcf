"""Large files that were asked for, on their way out: in parts, few of which are on their way that nobody has taken.

So a file is in memory once, where it is made, however slowly it is taken and however many ask for one. What is said
while it leaves is sent behind it: whoever puts the parts together knows that the file is not whole yet.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import RETRY_AFTER, Busy
from ..training.tensorfile import PIECE, File
from . import protocol
from .protocol import Frame, Id, Part

MOST_WHOLE = 2 * PIECE  # bytes of a file that leaves at once
WINDOW = 4  # parts that may be on their way
LARGE = 8 * 2**20  # bytes of weights and moments that are held for one file
MOST_HELD = 96 * 2**20  # for all such in one process


@dataclass(frozen=True, eq=False)
class FileAnswer:
    """A file that a command with this id asked for; its pieces are made as they leave."""

    file: File
    id: Id


class Held:
    """Bytes that are held in a process for large files on their way."""

    def __init__(self) -> None:
        self.bytes = 0

    @staticmethod
    def counted(file: File) -> int:
        """Bytes that count: those of files for which much is held."""
        return file.held if file.held > LARGE else 0

    def refuse(self, file: File) -> None:
        """Busy, if too much would be."""
        if self.bytes and self.counted(file) and self.bytes + file.held > MOST_HELD:
            raise Busy(
                "Several very large networks are on their way to others as files, which takes memory until they have "
                f"come. Try again in {RETRY_AFTER:.0f} s.",
                retry_after=RETRY_AFTER,
            )


class Leaving:
    """The files that leave for one viewer, one after the other."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self._files: deque[tuple[Iterator[Part], int]] = deque()
        self._under_way = 0

    def __bool__(self) -> bool:
        return bool(self._files)

    def add(self, answer: FileAnswer) -> list[Frame]:
        """One more file: what of it leaves now, all of it if it is small."""
        if answer.file.size <= MOST_WHOLE:
            return [protocol.with_id(answer.file.whole(), answer.id)]
        counted = self.held.counted(answer.file)
        self._files.append((_parts(answer), counted))
        self.held.bytes += counted
        return self.next() if len(self._files) == 1 else []

    @property
    def may_go_on(self) -> bool:
        """Whether there are more parts, and few are on their way."""
        return bool(self._files) and self._under_way < WINDOW

    def next(self) -> list[Frame]:
        """The parts that leave now."""
        parts: list[Frame] = []
        while self.may_go_on:
            parts.append(self._next())
        return parts

    def rest(self) -> Iterator[Frame]:
        """All parts, whether or not anybody takes them: nothing else can be said before a file that has begun ends."""
        while self._files:
            yield self._next()

    def taken(self) -> None:
        """The viewer took a part; or one of a run of theirs that has ended."""
        self._under_way = max(0, self._under_way - 1)

    def leave(self) -> None:
        """Nobody waits for them any more."""
        while self._files:
            self._end()

    def _next(self) -> Part:
        part = next(self._files[0][0])
        if part.is_last:
            self._end()
        self._under_way += 1
        return part

    def _end(self) -> None:
        self.held.bytes -= self._files.popleft()[1]


def _parts(answer: FileAnswer) -> Iterator[Part]:
    """The file with the id in its header, pieces that are small together; the last part is known as such."""
    part = [protocol.with_id(next(answer.file.pieces), answer.id)]
    for piece in answer.file.pieces:
        if sum(map(len, part)) + len(piece) > PIECE:
            yield Part(b"".join(part), is_last=False)
            part.clear()
        part.append(piece)
    yield Part(b"".join(part), is_last=True)
