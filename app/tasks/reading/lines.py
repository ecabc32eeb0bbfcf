"""From text to rows of cells: which lines belong to the table, and how a separator splits them."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import BadUpload, Choice
from ...steps import Steps
from .decode import BLOCK, UTF16, blocks
from .options import Options

EXAMPLE = "What helps: rows of numbers, one row a timestep, the columns separated by commas."
SAMPLE = 100  # lines that are looked at before the separator is chosen
HEAD = 1000  # lines of the table among which its first row of numbers must be,
HEAD_BLOCKS = 64  # and blocks of the file among which these must be
CELL = 64  # bytes of a block for each column
LONGEST_LINE = 100_000
MAX_LINES = 2_000_000
FEW_ENDS = 16  # characters at the end of a file
LINES_AT_ONCE = 1000  # whose cells are told apart together
COUNTED = 2**20  # bytes in which line ends are counted at once
BLANKS, NOTHING = " ", "\x1f"  # columns separated by blanks; one column
PIPE = "|"
WORDS = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    PIPE: "vertical bars",
    BLANKS: "blanks",
    NOTHING: "nothing (one column)",
}
SEP = "sep="  # what a spreadsheet writes above the table to name the separator

Row = tuple[int, list[str]]
"""A line's number, from 1, and its cells without surrounding blanks."""


class Block(NamedTuple):
    """Lines that were read together, without their ends, and their numbers from 1."""

    numbers: list[int]
    lines: list[str]


COMMENTS = ("#",)
MORE_COMMENTS = ("#", "%", "!", "//", "--")  # of other programs
RULE = re.compile(r"[\s|+:=\-\u2013\u2014\u2500-\u257f]{3,}")
"""A line that is drawn between rows."""


@dataclass(frozen=True)
class Source:
    """A file, and how it is to be read.

    ``loose``: as no plain table was found in it, also what other programs write around the numbers, or beside them, is
    looked for. ``row``: what its rows are called; with ``named`` their names stand above the first one;
    ``placed``: its cells were told apart by their places.
    """

    content: str | bytes
    options: Options
    loose: bool = False
    row: str = "Line"
    named: bool = False
    placed: bool = False

    def blocks(self, size: int = BLOCK) -> Iterator[str]:
        """Its text in pieces."""
        return blocks(self.content, "csv", size, self.options.encoding, self.options.remove)


@dataclass
class Lines:
    """The lines of a file that belong to the table; what was passed over is counted."""

    source: Source
    width: int = 1  # columns: wider tables are read in larger blocks, as each column of each block takes its time
    number: int = 0
    outside: int = 0  # lines before the first that is asked for
    last: int = 0  # the last line that is not blank
    used: int = 0  # those that are not blank
    comments: list[tuple[int, str]] = field(default_factory=list)
    comment_count: int = 0

    @property
    def blank(self) -> int:
        """Blank lines before the last one that is not blank."""
        return max(0, self.last - self.outside) - self.used

    def __iter__(self) -> Iterator[Block]:
        """The lines of the table that were read together; a part of the file without any gives an empty block."""
        rest = ""
        if self.source.named:
            self.number = self.outside = -1
        for text in self.source.blocks(max(BLOCK, CELL * self.width)):
            whole = rest + text
            *lines, rest = whole.split("\n")
            yield self._of_the_table([*lines, *([rest] if len(rest) > LONGEST_LINE else [])], self._may_comment(whole))
            if self.source.options.last_line is not None and self.number >= self.source.options.last_line:
                return
        yield self._of_the_table([rest], self._may_comment(rest))

    @property
    def _signs(self) -> tuple[str, ...]:
        """What comments begin with."""
        return MORE_COMMENTS if self.source.loose else COMMENTS

    def _may_comment(self, text: str) -> bool:
        return any(sign in text for sign in self._signs)

    def _within(self, lines: list[str]) -> tuple[int, list[str]]:
        """Those that are to be looked at, and the number of the first one."""
        begin = self.number + 1
        self.number += len(lines)
        options = self.source.options
        first, last = options.first_line, options.last_line
        if last is not None and begin + len(lines) - 1 > last:
            lines = lines[: max(0, last - begin + 1)]
        if begin < first and first > 1:
            self.outside = first - 1
            lines, begin = lines[first - begin :], first
        return begin, lines

    def _of_the_table(self, lines: list[str], may_comment: bool) -> Block:
        first, lines = self._within(lines)
        if lines and max(map(len, lines)) > LONGEST_LINE:
            at = next(i for i, line in enumerate(lines) if len(line) > LONGEST_LINE)
            raise BadUpload(
                f"Line {first + at} is too long: at most {LONGEST_LINE} are read. {EXAMPLE}",
                "csv",
                [Choice("Read the lines before it", {"last_line": first + at - 1})] if first + at > 1 else [],
            )
        kept = [(number, line) for number, line in enumerate(lines, first) if line and not line.isspace()]
        self.used += len(kept)
        if kept:
            self.last = kept[-1][0]
        if may_comment:
            kept = [pair for pair in kept if not self._is_comment(*pair)]
        if kept and kept[0][0] == 1 and kept[0][1].lower().startswith(SEP):
            del kept[0]
        if self.source.loose and any("--" in line or "==" in line or "\u2500\u2500" in line for _, line in kept):
            kept = [pair for pair in kept if not RULE.fullmatch(pair[1])]
        if self.source.loose and PIPE in "".join(line for _, line in kept):
            kept = [(number, _without_border(line)) for number, line in kept]
        return Block([number for number, _ in kept], [line for _, line in kept])

    def _is_comment(self, number: int, line: str) -> bool:
        sign = next((sign for sign in self._signs if line.lstrip().startswith(sign)), None)
        if sign is None or (sign == "--" and RULE.fullmatch(line)):
            return False
        self.comment_count += 1
        if len(self.comments) < SAMPLE:
            self.comments.append((number, line.strip().lstrip(sign).strip()))
        return True


def _without_border(line: str) -> str:
    """A row without the bars at its two ends, as Markdown and MySQL draw them."""
    stripped = line.strip()
    return stripped[1:-1] if len(stripped) > 1 and stripped[0] == stripped[-1] == PIPE else line


def parts(block: Block) -> Iterator[Block]:
    """Some of its lines after the other, where many short ones were read together."""
    for at in range(0, len(block.lines), LINES_AT_ONCE):
        yield Block(block.numbers[at : at + LINES_AT_ONCE], block.lines[at : at + LINES_AT_ONCE])


def trimmed_end(content: str | bytes, options: Options) -> Steps[str | bytes]:
    """The file without what is blank at its end; far too many lines are refused before any is read."""
    wide = (options.encoding or "").startswith("utf-16") or (isinstance(content, bytes) and content.startswith(UTF16))
    trimmed, end = _without_blank_end(content)
    if wide or trimmed[end - 1 : end] == b"\0":  # it may be UTF-16 that does not say so, and half of its last end
        end = len(content)
    else:
        content = trimmed
    yield
    if options.last_line is not None and options.last_line <= MAX_LINES:
        return content
    count = 1
    for at in range(0, end, COUNTED):
        part = content[at : min(at + COUNTED, end)]
        count += part.count("\n") if isinstance(part, str) else part.count(b"\n")
        yield
    if count > MAX_LINES:
        raise BadUpload(
            f"The file has {count} lines; a series may have at most {MAX_LINES}. Use a part of it, or every n-th row.",
            "csv",
            [Choice(f"Read the first {MAX_LINES} lines", {"last_line": MAX_LINES})],
        )
    return content


def _without_blank_end(content: str | bytes) -> tuple[str | bytes, int]:
    """The file, and where what is blank at its end begins; a few line ends may stay, as leaving them out copies it."""
    tail = content[-FEW_ENDS:]
    text = tail.decode("latin-1") if isinstance(tail, bytes) else tail
    kept = text.rstrip("\r\n")
    if kept and not kept[-1].isspace():
        return content, len(content) - len(text) + len(kept)
    stripped = content.rstrip()
    return stripped, len(stripped)


def head(source: Source) -> Steps[tuple[Lines, Block]]:
    """The first lines of the table, and what stands between them."""
    lines, found = Lines(source), Block([], [])
    for read, block in enumerate(lines, start=1):
        found.numbers.extend(block.numbers)
        found.lines.extend(block.lines)
        enough = read >= HEAD_BLOCKS and lines.number >= source.options.first_line
        if len(found.lines) >= HEAD or enough:
            break
        yield
    if not found.lines:
        beginning = (
            f"Its first {lines.number} lines hold" if len(source.content) > HEAD_BLOCKS * BLOCK else "The file holds"
        )
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
            f"Line {block.numbers[len(rows)]} is not CSV: {error}. Is a quotation mark missing there?",
            "csv",
            [Choice("Leave out every quotation mark", {"remove": '"'})],
        ) from None
    return rows


def named_separator(source: Source) -> str | None:
    """The separator that was chosen, or that a first line `sep=;` names."""
    if source.options.separator is not None:
        return NOTHING if source.options.separator == "none" else source.options.separator
    if source.options.first_line > 1:
        return None
    first = next(source.blocks()).split("\n", 1)[0].lstrip(" ")
    if not first.lower().startswith(SEP):
        return None
    sign = first[len(SEP) :]
    named = sign.strip(" ") or sign[:1] or "\t"  # "sep= " names a blank
    if named not in WORDS:
        raise BadUpload(
            f"Line 1 says {first[:20]!r}; the separator may be a comma, a semicolon, a tab, a vertical bar or a blank.",
            "csv",
            [Choice("Leave line 1 out", {"first_line": 2})],
        )
    return named


def cells_of(line: str, separator: str) -> list[str]:
    """One line split, as `split` would."""
    line = line.strip() if separator == BLANKS else line
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=separator == " "))]


def rows(block: Block, separator: str) -> Sequence[Row]:
    """The lines split, with their numbers."""
    return list(zip(block.numbers, split(block, separator), strict=True))
