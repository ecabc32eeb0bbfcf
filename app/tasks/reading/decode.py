"""From the bytes of a file to text: UTF-8, or UTF-16 that says so, without the marks that editors leave."""

import codecs

from ...errors import BadUpload

BOM = "\ufeff"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(content: str | bytes, field: str) -> str:
    """The text of a file: no byte order mark in front, and LF at the end of every line.

    CRLF (Windows) and CR (old Macs) become LF, so that one text is the same text wherever it was written. What is
    not text raises BadUpload naming the place and what helps.
    """
    text = _text(content, field) if isinstance(content, bytes) else content
    text = text.removeprefix(BOM)
    if (at := text.find("\0")) >= 0:
        raise BadUpload(
            f"Character {at + 1} of the file is NUL (number 0), which no text has. Remove it, or save the file as "
            "UTF-8 text if it is in another encoding.",
            field,
        )
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _text(content: bytes, field: str) -> str:
    name = "utf-16" if content.startswith(UTF16) else "utf-8"
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        raise BadUpload(
            f"The file must be text in {name.upper()}; byte {error.start + 1} is not. Save it as UTF-8.", field
        ) from None
