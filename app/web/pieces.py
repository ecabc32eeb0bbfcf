"""Large frames in pieces, so that nobody gathers, unmasks and copies sixteen megabytes while others wait.

One large binary frame says the same as several small ones, of which all but the last are unfinished and all but the
first continue it (RFC 6455, 5.4). Nothing else is changed here and nothing checked: whoever parses the frames does.
"""

import struct

PIECE = 64 * 1024  # bytes; a multiple of 4, as the mask begins anew with every frame
FIN, MASKED = 0x80, 0x80
CONTINUATION, BINARY = 0, 2
LENGTH = {126: 2, 127: 8}  # bytes of a length that does not fit into seven bits


class Pieces:
    """Frames as they come, from the first one on, whatever parts they come in."""

    def __init__(self) -> None:
        self._header = b""  # of a frame that has only begun
        self.left = 0  # bytes of its payload that are still to come,
        self._of_piece = 0  # and those of the piece they belong to,
        self._mask = b""  # which has this mask,
        self._opcode = BINARY  # and is of this kind

    def feed(self, data: bytes, most: int) -> bytes:
        """The same frames, with large ones in pieces; those of more than `most` bytes stay whole, to be refused."""
        found, at = [], 0
        while at < len(data):
            if self.left:
                if not self._of_piece:
                    found.append(self._next_piece())
                part = data[at : at + self._of_piece]
                found.append(part)
                self.left -= len(part)
                self._of_piece -= len(part)
                at += len(part)
            else:
                missing = _header_size(self._header) - len(self._header)
                self._header += data[at : at + missing]
                at += missing
                if len(self._header) == _header_size(self._header):
                    found.append(self._begin(most))
        return b"".join(found)

    def _begin(self, most: int) -> bytes:
        """The header of the frame, unless it will come in pieces."""
        header, self._header = self._header, b""
        self.left = _length(header)
        if header[0] == FIN | BINARY and header[1] & MASKED and PIECE < self.left <= most:
            self._of_piece, self._mask, self._opcode = 0, header[-4:], BINARY
            return b""
        self._of_piece = self.left
        return header

    def _next_piece(self) -> bytes:
        """Its header."""
        self._of_piece = min(PIECE, self.left)
        first = self._opcode | (FIN if self._of_piece == self.left else 0)
        self._opcode = CONTINUATION
        return struct.pack("!BBQ", first, MASKED | 127, self._of_piece) + self._mask


def _header_size(header: bytes) -> int:
    """Bytes of a whole header, as far as its beginning tells."""
    if len(header) < 2:
        return 2
    return 2 + LENGTH.get(header[1] & 0x7F, 0) + (4 if header[1] & MASKED else 0)


def _length(header: bytes) -> int:
    """Bytes of the payload."""
    short = header[1] & 0x7F
    return int.from_bytes(header[2 : 2 + LENGTH[short]], "big") if short in LENGTH else short
