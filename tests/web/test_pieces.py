import os
import struct

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from app.web.pieces import PIECE, Pieces

MOST = 10 * PIECE


def frame(opcode, payload, fin=True):
    return Frame(Opcode(opcode), payload, fin).serialize(mask=True)


def parsed(stream):
    """Frames as the library reads them."""
    reader, found = StreamReader(), []
    reader.feed_data(stream)
    reader.feed_eof()
    while reader.buffer:
        parser = Frame.parse(reader.read_exact, mask=True)
        with pytest.raises(StopIteration) as done:
            next(parser)
        found.append(done.value.value)
    return found


def messages(stream):
    found = []
    for each in parsed(stream):
        if each.opcode is Opcode.CONT:
            found[-1] = (found[-1][0], found[-1][1] + bytes(each.data))
        else:
            found.append((each.opcode, bytes(each.data)))
    return found


SENT = [
    frame(1, b'{"type":"upload"}'),
    frame(2, os.urandom(3 * PIECE + 5)),
    frame(9, b""),
    frame(2, os.urandom(PIECE)),
    frame(1, b"a" * 200),
    frame(2, os.urandom(4 * PIECE)),
    frame(2, b""),
]


@pytest.mark.parametrize("size", [1, 13, 4096, 10**9])
def test_pieces_say_what_the_frames_said_whatever_parts_they_come_in(size):
    stream, pieces = b"".join(SENT), Pieces()
    small = b"".join(pieces.feed(stream[at : at + size], MOST) for at in range(0, len(stream), size))
    assert messages(small) == messages(stream)
    assert max(len(each.data) for each in parsed(small)) == PIECE
    assert sum(each.fin for each in parsed(small)) == len(SENT)


def test_every_part_is_handed_on_at_once():
    stream, pieces, came = SENT[1], Pieces(), 0
    for at in range(0, len(stream), 4096):
        came += len(pieces.feed(stream[at : at + 4096], MOST))
        assert came >= min(at + 4096, len(stream)) - 14, "nothing but a header waits"


def test_how_much_of_a_frame_is_still_to_come_is_known_and_nothing_is_between_frames():
    text, file = SENT[0], SENT[1]
    pieces = Pieces()
    pieces.feed(text + file[:-1000], MOST)
    assert pieces.left == 1000
    pieces.feed(file[-1000:], MOST)
    assert pieces.left == 0


@pytest.mark.parametrize(
    "stream",
    [
        frame(2, bytes(MOST + 1)),
        frame(1, b"a" * (2 * PIECE)),
        frame(2, bytes(2 * PIECE), fin=False),
        bytes([0x80 | 0x40 | 2, 0x80 | 127]) + struct.pack("!Q", 2 * PIECE) + bytes(4 + 2 * PIECE),
        bytes([0x80 | 2, 127]) + struct.pack("!Q", 2 * PIECE) + bytes(2 * PIECE),
    ],
    ids=["more than is allowed", "text", "a fragment", "a reserved bit", "not masked"],
)
def test_what_is_for_the_parser_to_judge_stays_as_it_is(stream):
    assert Pieces().feed(stream, MOST) == stream
