"""From text to rows of cells: which sign separates the columns, and Python's csv module to split them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from ...errors import BadUpload

EXAMPLE = "What helps: rows of numbers, one row a timestep, the columns separated by commas."
SAMPLE = 100  # lines that are looked at before the separator is chosen
CHUNK = 4096  # rows that are held at once
LONGEST_LINE = 100_000
MAX_LINES = 2_000_000
BLANKS, NOTHING = " ", "\x1f"  # columns separated by blanks; one column
WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", BLANKS: "blanks", NOTHING: "nothing (one column)"}
SEP = "sep="  # what a spreadsheet writes above the table to name the separator

Row = tuple[int, list[str]]
"""A line's number, from 1, and its cells without surrounding blanks."""


@dataclass
class Lines:
    """The lines of a file that belong to the table; what was passed over is counted."""

    content: bytes
    number: int = 0
    blank: int = 0
    comments: list[tuple[int, str]] = field(default_factory=list)
    comment_count: int = 0

    def __iter__(self) -> Iterator[str]:
        for line in io.TextIOWrapper(io.BytesIO(self.content), "utf-8", "surrogatepass", newline="\n"):
            self.number += 1
            if len(line) > LONGEST_LINE:
                raise BadUpload(
                    f"Line {self.number} has {len(line)} characters; at most {LONGEST_LINE} are read. {EXAMPLE}", "csv"
                )
            if line.isspace():
                self.blank += 1
            elif line[0] == "#" or line.lstrip().startswith("#"):
                self.comment_count += 1
                if len(self.comments) < SAMPLE:
                    self.comments.append((self.number, line.strip().lstrip("#").strip()))
            elif self.number > 1 or not line.lower().startswith(SEP):
                yield line


def checked(text: str) -> bytes:
    """The text as bytes, which take less memory; far too many lines are refused before any is read."""
    content = text.rstrip().encode("utf-8", "surrogatepass")
    if (count := content.count(b"\n") + 1) > MAX_LINES:
        raise BadUpload(
            f"The file has {count} lines; a series may have at most {MAX_LINES}. Use a part of it, or every n-th row.",
            "csv",
        )
    if not content:
        raise BadUpload(f"The file holds no rows. {EXAMPLE}", "csv")
    return content


def rows(lines: Lines, separator: str) -> Iterator[Row]:
    """The rows of a table, split by the csv module."""
    source = (line.strip() for line in lines) if separator == BLANKS else iter(lines)
    reader = csv.reader(source, delimiter=separator, skipinitialspace=separator == BLANKS)
    try:
        for cells in reader:
            yield lines.number, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadUpload(f"Line {lines.number} is not CSV: {error}. Is a quotation mark missing there?", "csv") from None


def chunks(source: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in lists of at most CHUNK."""
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def named_separator(content: bytes) -> str | None:
    """The separator that a first line `sep=;` names."""
    first = content.split(b"\n", 1)[0].decode("utf-8", "surrogatepass").strip("\r\n ")
    if not first.lower().startswith(SEP):
        return None
    named = first[len(SEP) :] or "\t"
    if named not in WORDS:
        raise BadUpload(
            f"Line 1 says {first[:20]!r}; the separator may be a comma, a semicolon, a tab or a blank.", "csv"
        )
    return named


def sample(content: bytes) -> list[str]:
    """The first lines of the table."""
    return list(islice(Lines(content), SAMPLE))


def cells_of(line: str, separator: str) -> list[str]:
    """One line split, as `rows` would."""
    line = line.strip() if separator == BLANKS else line.rstrip("\n")
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=separator == " "))]
