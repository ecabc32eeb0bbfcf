"""From the bytes of a file to text: UTF-8, or UTF-16 that says so, without the marks that editors leave."""

import codecs
import io
from collections.abc import Iterator

from ...errors import BadUpload, Choice
from .formats import refuse_binary

BOM = "\ufeff"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BLOCK = 2**13  # bytes, or characters, that are decoded at once
LOOKED_AT = 2**13  # bytes in which zeros tell UTF-16 without a byte order mark
CONTROLS = bytes(range(9))  # which no text holds
UNUSED = b"\x81\x8d\x8f\x90\x9d"  # bytes that Windows-1252 gives no meaning


def blocks(
    content: str | bytes, field: str, size: int = BLOCK, encoding: str | None = None, remove: str = ""
) -> Iterator[str]:
    """The text of a file, no byte order mark in front and LF at the end of every line, in pieces of a few milliseconds.

    CRLF (Windows) and CR (old Macs) become LF, so that one text is the same text wherever it was written. What is
    not text raises BadUpload naming the place and what helps; ``encoding`` and ``remove`` as in `Options`.
    """
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    without = str.maketrans(dict.fromkeys(remove))
    at = 0
    for text in _decoded(content, field, size, encoding):
        length = len(text)
        if at == 0:
            text = text.removeprefix(BOM)
        if remove:
            text = text.translate(without)
        if (nul := text.find("\0")) >= 0:
            raise _holds_nul(at + nul + 1, content, field)
        at += length if remove else len(text)
        yield newlines.decode(text)
    yield newlines.decode("", final=True)


def _decoded(content: str | bytes, field: str, size: int, encoding: str | None) -> Iterator[str]:
    if isinstance(content, str):
        yield from (content[at : at + size] for at in range(0, len(content), size))
        return
    if not content.startswith(UTF16):
        refuse_binary(content, field)
    name = "utf-16" if content.startswith(UTF16) else encoding or "utf-8"
    decoder = codecs.getincrementaldecoder(name)()
    for at in range(0, len(content), size):
        unfinished = len(decoder.getstate()[0])  # bytes of a character that began in the block before
        try:
            text = decoder.decode(content[at : at + size], final=at + size >= len(content))
        except UnicodeDecodeError as error:
            others = _other_encodings(content)
            is_text = others or not any(byte in content[:LOOKED_AT] for byte in CONTROLS)
            helps = "Save it as UTF-8." if is_text else "It is none of the files that open here."
            raise BadUpload(
                f"The file must be text in {name.upper()}; byte {at - unfinished + error.start + 1} is not. {helps}",
                field,
                others,
            ) from None
        yield text


def _holds_nul(place: int, content: str | bytes, field: str) -> BadUpload:
    return BadUpload(
        f"Character {place} of the file is NUL (number 0), which no text has. Remove it, or save the file as UTF-8 "
        "text if it is in another encoding.",
        field,
        (*_utf16(content), Choice("Leave the NUL characters out", {"remove": "\0"})),
    )


def _other_encodings(content: bytes) -> tuple[Choice, ...]:
    """In what else these bytes may be a text."""
    if found := _utf16(content):
        return found
    if b"\0" in content[:LOOKED_AT] or any(byte in content for byte in UNUSED):
        return ()
    return (Choice("Read it as Western European text (Windows-1252)", {"encoding": "windows-1252"}),)


def _utf16(content: str | bytes) -> tuple[Choice, ...]:
    """Where nearly every second byte is zero: UTF-16 that does not say so."""
    if isinstance(content, str):
        return ()
    beginning = content[:LOOKED_AT]
    for name, places in (("utf-16-le", beginning[1::2]), ("utf-16-be", beginning[::2])):
        if 2 * places.count(0) > len(places):
            return (Choice("Read it as UTF-16", {"encoding": name}),)
    return ()
