"""From text to rows of cells: which lines belong to the table, and how a separator splits them."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import BadUpload
from .decode import BLOCK, blocks
from .steps import Steps

EXAMPLE = "What helps: rows of numbers, one row a timestep, the columns separated by commas."
SAMPLE = 100  # lines that are looked at before the separator is chosen
HEAD = 1000  # lines of the table among which its first row of numbers must be,
HEAD_BLOCKS = 64  # and blocks of the file among which these must be
CELL = 64  # bytes of a block for each column
LONGEST_LINE = 100_000
MAX_LINES = 2_000_000
COUNTED = 2**20  # bytes in which line ends are counted at once
BLANKS, NOTHING = " ", "\x1f"  # columns separated by blanks; one column
WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", BLANKS: "blanks", NOTHING: "nothing (one column)"}
SEP = "sep="  # what a spreadsheet writes above the table to name the separator

Row = tuple[int, list[str]]
"""A line's number, from 1, and its cells without surrounding blanks."""


class Block(NamedTuple):
    """Lines that were read together, without their ends, and their numbers from 1."""

    numbers: list[int]
    lines: list[str]


@dataclass
class Lines:
    """The lines of a file that belong to the table; what was passed over is counted."""

    content: str | bytes
    width: int = 1  # columns: wider tables are read in larger blocks, as each column of each block takes its time
    number: int = 0
    last: int = 0  # the last line that is not blank
    used: int = 0  # those that are not blank
    comments: list[tuple[int, str]] = field(default_factory=list)
    comment_count: int = 0

    @property
    def blank(self) -> int:
        """Blank lines before the last one that is not blank."""
        return self.last - self.used

    def __iter__(self) -> Iterator[Block]:
        """The lines of the table that were read together; a part of the file without any gives an empty block."""
        rest = ""
        for text in blocks(self.content, "csv", max(BLOCK, CELL * self.width)):
            whole = rest + text
            *lines, rest = whole.split("\n")
            yield self._of_the_table([*lines, *([rest] if len(rest) > LONGEST_LINE else [])], "#" in whole)
        yield self._of_the_table([rest], "#" in rest)

    def _of_the_table(self, lines: list[str], may_comment: bool) -> Block:
        first = self.number + 1
        self.number += len(lines)
        if lines and max(map(len, lines)) > LONGEST_LINE:
            at = next(i for i, line in enumerate(lines) if len(line) > LONGEST_LINE)
            raise BadUpload(f"Line {first + at} is too long: at most {LONGEST_LINE} are read. {EXAMPLE}", "csv")
        kept = [(number, line) for number, line in enumerate(lines, first) if line and not line.isspace()]
        self.used += len(kept)
        if kept:
            self.last = kept[-1][0]
        if may_comment:
            kept = [pair for pair in kept if not self._is_comment(*pair)]
        if kept and kept[0][0] == 1 and kept[0][1].lower().startswith(SEP):
            del kept[0]
        return Block([number for number, _ in kept], [line for _, line in kept])

    def _is_comment(self, number: int, line: str) -> bool:
        if not line.lstrip().startswith("#"):
            return False
        self.comment_count += 1
        if len(self.comments) < SAMPLE:
            self.comments.append((number, line.strip().lstrip("#").strip()))
        return True


def trimmed_end(content: str | bytes) -> Steps[str | bytes]:
    """The file without what is blank at its end; far too many lines are refused before any is read."""
    if not isinstance(content, bytes) or not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.rstrip()
    yield
    count = 1
    for at in range(0, len(content), COUNTED):
        part = content[at : at + COUNTED]
        count += part.count("\n") if isinstance(part, str) else part.count(b"\n")
        yield
    if count > MAX_LINES:
        raise BadUpload(
            f"The file has {count} lines; a series may have at most {MAX_LINES}. Use a part of it, or every n-th row.",
            "csv",
        )
    return content


def head(content: str | bytes) -> Steps[tuple[Lines, Block]]:
    """The first lines of the table, and what stands between them."""
    lines, found = Lines(content), Block([], [])
    for read, block in enumerate(lines, start=1):
        found.numbers.extend(block.numbers)
        found.lines.extend(block.lines)
        if len(found.lines) >= HEAD or read == HEAD_BLOCKS:
            break
        yield
    if not found.lines:
        beginning = f"Its first {lines.number} lines hold" if len(content) > HEAD_BLOCKS * BLOCK else "The file holds"
        raise BadUpload(f"{beginning} no rows. {EXAMPLE}", "csv")
    return lines, Block(found.numbers[:HEAD], found.lines[:HEAD])


def table(block: Block, separator: str, width: int) -> list[list[str]] | None:
    """The columns of lines that plainly hold so many cells, none of them empty; None where each needs a closer look."""
    text = separator.join(block.lines)
    if '"' in text or separator == BLANKS or any(line.count(separator) != width - 1 for line in block.lines):
        return None
    cells = text.split(separator)
    if PADDED[separator].search(text):
        cells = [cell.strip() for cell in cells]
    return None if "" in cells else [cells[at::width] for at in range(width)]


PADDED = {sign: re.compile(rf"[^\S\n{sign}]") for sign in WORDS}


def split(block: Block, separator: str) -> list[list[str]]:
    """The cells of each line; a cell in quotation marks may hold the separator, but no end of a line."""
    text = "\n".join(block.lines)
    if '"' in text:
        return _quoted(block, separator)
    if separator == BLANKS:
        return [[cell.strip() for cell in line.strip().split(" ") if cell] for line in block.lines]
    rows = [line.split(separator) for line in block.lines]
    return [[cell.strip() for cell in row] for row in rows] if PADDED[separator].search(text) else rows


def _quoted(block: Block, separator: str) -> list[list[str]]:
    lines = (line.strip() for line in block.lines) if separator == BLANKS else iter(block.lines)
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=separator, skipinitialspace=separator == BLANKS)
    rows = []
    try:
        for row in reader:
            if any("\n" in cell for cell in row):
                raise csv.Error("a cell does not end on its line")
            rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        raise BadUpload(
            f"Line {block.numbers[len(rows)]} is not CSV: {error}. Is a quotation mark missing there?", "csv"
        ) from None
    return rows


def named_separator(content: str | bytes) -> str | None:
    """The separator that a first line `sep=;` names."""
    first = next(blocks(content, "csv")).split("\n", 1)[0].lstrip(" ")
    if not first.lower().startswith(SEP):
        return None
    sign = first[len(SEP) :]
    named = sign.strip(" ") or sign[:1] or "\t"  # "sep= " names a blank
    if named not in WORDS:
        raise BadUpload(
            f"Line 1 says {first[:20]!r}; the separator may be a comma, a semicolon, a tab or a blank.", "csv"
        )
    return named


def cells_of(line: str, separator: str) -> list[str]:
    """One line split, as `split` would."""
    line = line.strip() if separator == BLANKS else line
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=separator == " "))]


def rows(block: Block, separator: str) -> Sequence[Row]:
    """The lines split, with their numbers."""
    return list(zip(block.numbers, split(block, separator), strict=True))
