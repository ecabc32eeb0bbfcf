"""What the web process and a compute process say to each other: small packets over a socket pair.

A packet is a length, a run's number, a kind and a payload. Nothing here knows what frames mean.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum, auto

HEADER = struct.Struct("!IIB")
MANY = struct.Struct("!BI")
LARGE = 2**16  # bytes of a payload


class Kind(IntEnum):
    """What a packet is."""

    # to the compute process
    OPEN = auto()  # a visitor came
    LEAVE = auto()  # and left
    ACK = auto()  # they have drawn the record of this iteration (8 bytes)
    LATE = auto()  # the file they announced comes too slowly
    TAKEN = auto()  # they have taken a part of a file
    DRAIN = auto()  # stop training and hand over every run's last snapshot
    # both ways
    TEXT = auto()
    BINARY = auto()
    PART = auto()  # of a file: its last part comes as BINARY to the compute process, as LAST_PART to the web process
    BEAT = auto()  # asks whether the process still works, and says that it does
    # to the web process
    HELLO = auto()  # ready to compute; what the page needs to know, as JSON
    FIRST_RECORD = auto()  # the record the page opens with
    LAST_PART = auto()  # of a file
    NEWS = auto()  # a text that nobody asked for: how the run stands
    ANSWERED = auto()  # so many of the visitor's commands (4 bytes) were answered
    FRAME_BYTES = auto()  # so large may the visitor's next binary frame be (4 bytes)
    CLOSE = auto()  # end the connection with this code (2 bytes) and reason
    TO_MANY = auto()  # a frame for several visitors: see `to_many`
    SHARED = auto()  # this token leads to a run of this process
    UNSHARED = auto()  # and no longer
    IN_USE = auto()  # the run has a network
    DRAINED = auto()  # every last snapshot was sent
    COUNTS = auto()  # what was counted since the last time, as JSON


def pack(kind: Kind, run: int = 0, payload: bytes = b"") -> bytes:
    """One packet."""
    return HEADER.pack(len(payload), run, kind) + payload


def parts(kind: Kind, run: int = 0, payload: bytes = b"") -> tuple[bytes, ...]:
    """The same to be sent one after the other: a large file is not copied only to stand behind its header."""
    if len(payload) < LARGE:
        return (pack(kind, run, payload),)
    return HEADER.pack(len(payload), run, kind), payload


def in_few_pieces(packets: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes to be sent one after the other: what is small is joined, what is large goes as it is."""
    small: list[bytes] = []
    for each in packets:
        if len(each) < LARGE:
            small.append(each)
            continue
        yield b"".join(small)
        small.clear()
        yield each
    yield b"".join(small)


def to_many(kind: Kind, runs: Sequence[int], payload: bytes) -> bytes:
    """One packet that says the same, of this kind, to several visitors."""
    return pack(Kind.TO_MANY, 0, MANY.pack(kind, len(runs)) + struct.pack(f"!{len(runs)}I", *runs) + payload)


def from_many(packed: bytes) -> tuple[Kind, tuple[int, ...], bytes]:
    """What `to_many` packed."""
    kind, count = MANY.unpack_from(packed)
    start = MANY.size + 4 * count
    return Kind(kind), struct.unpack_from(f"!{count}I", packed, MANY.size), packed[start:]


class Unpacker:
    """Turns a stream of bytes back into packets."""

    def __init__(self) -> None:
        self._begun = bytearray()  # of a packet whose end has not come

    def feed(self, data: bytes) -> Iterator[tuple[Kind, int, bytes]]:
        """The packets that are complete with these bytes."""
        if self._begun:
            self._begun += data
            if len(self._begun) < _size(self._begun):
                return
            data = bytes(self._begun)
            self._begun.clear()
        start = 0
        while len(data) - start >= HEADER.size:
            length, run, kind = HEADER.unpack_from(data, start)
            end = start + HEADER.size + length
            if len(data) < end:
                break
            yield Kind(kind), run, data[start + HEADER.size : end]
            start = end
        self._begun += data[start:]


def _size(begun: bytearray) -> int:
    """Of the packet that begins so, as far as its beginning tells."""
    return HEADER.size + (HEADER.unpack_from(begun)[0] if len(begun) >= HEADER.size else 0)
