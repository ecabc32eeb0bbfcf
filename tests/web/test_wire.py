from app.web.wire import LARGE, Kind, Unpacker, in_few_pieces, pack, parts


def test_packets_come_back_whatever_pieces_they_arrive_in():
    packets = [
        (Kind.TEXT, 1, b"{}"),
        (Kind.BINARY, 2**32 - 1, bytes(70_000)),
        (Kind.DRAIN, 0, b""),
        (Kind.ACK, 3, b"1" * 8),
    ]
    stream = b"".join(pack(kind, run, payload) for kind, run, payload in packets)
    for size in (1, 7, 4096, len(stream)):
        unpacker = Unpacker()
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        assert [packet for piece in pieces for packet in unpacker.feed(piece)] == packets


def test_a_large_file_is_not_copied_to_be_sent():
    file = bytes(LARGE)
    assert any(part is file for part in parts(Kind.BINARY, 3, file))
    for payload in (file, b"{}"):
        assert b"".join(parts(Kind.BINARY, 3, payload)) == pack(Kind.BINARY, 3, payload)


def test_what_is_sent_together_is_joined_where_it_is_small_and_goes_as_it_is_where_it_is_large():
    file = bytes(LARGE)
    packets = [b"a", b"b", *parts(Kind.BINARY, 3, file), b"c", *parts(Kind.BINARY, 4, file)]
    pieces = list(in_few_pieces(packets))
    assert b"".join(pieces) == b"".join(packets)
    assert [piece is file for piece in pieces] == [False, True, False, True, False]
    assert list(in_few_pieces([b"a", b"b"])) == [b"ab"]
