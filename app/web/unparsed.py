"""What came over a connection and waits to be parsed, handed out in slices between which others get a turn."""

from collections import deque

SLICE_BYTES = 4 * 1024  # may hold hundreds of frames,
INSIDE_BYTES = 32 * 1024  # and so much of a single one costs less than they do


class Unparsed:
    """The bytes of one connection, in the order in which they came."""

    def __init__(self) -> None:
        self._parts: deque[memoryview] = deque()

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, data: bytes) -> None:
        """More came."""
        self._parts.append(memoryview(data))

    def next_slice(self, inside: int) -> bytes:
        """The next of them to be parsed, where so many are known to go on with one frame."""
        part = self._parts.popleft()
        size = max(SLICE_BYTES, min(inside, INSIDE_BYTES))
        if len(part) > size:
            self._parts.appendleft(part[size:])
        return bytes(part[:size])

    def clear(self) -> None:
        """Nobody will parse them."""
        self._parts.clear()
