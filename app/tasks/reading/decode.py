"""From the bytes of a file to text: UTF-8, or UTF-16 that says so, without the marks that editors leave."""

import codecs
import io
from collections.abc import Iterator

from ...errors import BadUpload

BOM = "\ufeff"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BLOCK = 2**13  # bytes, or characters, that are decoded at once


def decode(content: str | bytes, field: str) -> str:
    """The text of a file: no byte order mark in front, and LF at the end of every line.

    CRLF (Windows) and CR (old Macs) become LF, so that one text is the same text wherever it was written. What is
    not text raises BadUpload naming the place and what helps.
    """
    return "".join(blocks(content, field))


def blocks(content: str | bytes, field: str, size: int = BLOCK) -> Iterator[str]:
    """The same text in pieces that are small enough to be worked on in a few milliseconds."""
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    at = 0
    for text in _decoded(content, field, size):
        if at == 0:
            text = text.removeprefix(BOM)
        if (nul := text.find("\0")) >= 0:
            raise BadUpload(
                f"Character {at + nul + 1} of the file is NUL (number 0), which no text has. Remove it, or save the "
                "file as UTF-8 text if it is in another encoding.",
                field,
            )
        at += len(text)
        yield newlines.decode(text)
    yield newlines.decode("", final=True)


def _decoded(content: str | bytes, field: str, size: int) -> Iterator[str]:
    if isinstance(content, str):
        yield from (content[at : at + size] for at in range(0, len(content), size))
        return
    name = "utf-16" if content.startswith(UTF16) else "utf-8"
    decoder = codecs.getincrementaldecoder(name)()
    for at in range(0, len(content), size):
        unfinished = len(decoder.getstate()[0])  # bytes of a character that began in the block before
        try:
            text = decoder.decode(content[at : at + size], final=at + size >= len(content))
        except UnicodeDecodeError as error:
            raise BadUpload(
                f"The file must be text in {name.upper()}; byte {at - unfinished + error.start + 1} is not. Save it "
                "as UTF-8.",
                field,
            ) from None
        yield text
