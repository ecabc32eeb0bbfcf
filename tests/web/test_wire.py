from app.web.wire import LARGE, Kind, Unpacker, pack, parts


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
