"""Large files that were asked for, on their way out: in parts, few of which are on their way that nobody has taken.

So a file is in memory once, where it is made, however slowly it is taken and however many ask for one. What is said
while it leaves is sent behind it: whoever puts the parts together knows that the file is not whole yet.
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
    """A file that a command with this id asked for; its pieces are made as they leave."""

    file: File
    id: Id


class Leaving:
    """The files that leave for one viewer, one after the other."""

    def __init__(self) -> None:
        self._files: deque[Iterator[Part]] = deque()
        self._under_way = 0

    def __bool__(self) -> bool:
        return bool(self._files)

    def add(self, answer: FileAnswer) -> list[Frame]:
        """One more file: what of it leaves now, all of it if it is small."""
        if answer.file.size <= MOST_WHOLE:
            return [protocol.with_id(answer.file.whole(), answer.id)]
        self._files.append(_parts(answer))
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

    def _next(self) -> Part:
        part = next(self._files[0])
        if part.is_last:
            self._files.popleft()
        self._under_way += 1
        return part


def _parts(answer: FileAnswer) -> Iterator[Part]:
    """The file with the id in its header, pieces that are small together; the last part is known as such."""
    part = [protocol.with_id(next(answer.file.pieces), answer.id)]
    for piece in answer.file.pieces:
        if sum(map(len, part)) + len(piece) > PIECE:
            yield Part(b"".join(part), is_last=False)
            part.clear()
        part.append(piece)
    yield Part(b"".join(part), is_last=True)
