"""The first of two readings: what each column of a table holds, without keeping its cells."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...errors import BadUpload, shown
from ..base import MAX_NAMES
from .lines import EXAMPLE, Block, Lines, Row, cells_of, rows, split, table
from .numbers import MARKS, Place, kind, leading_zero, shape
from .steps import Steps

LONGEST_NAME = 60
MAX_CELLS = 4_000_000
MAX_HEADERS = 10
LINES_AT_ONCE, COLUMNS_AT_ONCE = 20, 50  # that are looked at before others get a turn


@dataclass
class Column:
    """What the cells of one column are: how many of each kind, and an example of each shape of each kind."""

    number: int
    name: str
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, dict[str, Place]] = field(
        default_factory=lambda: {"number": {}, "gap": {}, "date": {}, "word": {}}
    )
    leading_zeros: dict[str, Place] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # of the shapes seen so far

    def add(self, lines: Sequence[int], cells: Sequence[str]) -> None:
        """Look at more cells of the column."""
        joined = "\n".join(cells)
        shapes = shape(joined).split("\n")
        for found, count in Counter(shapes).items():
            is_new = found not in self.kinds
            what = kind(found) if is_new else self.kinds[found]
            self.counts[what] += count
            if is_new and (what == "number" or len(self.examples[what]) < MAX_HEADERS):
                self.kinds[found] = what
                at = shapes.index(found)
                self.examples[what][found] = Place(lines[at], self.number, self.name, cells[at])
        for mark in MARKS:
            if mark in self.leading_zeros or mark not in joined:
                continue
            if (zero := leading_zero(joined, mark)) is not None:
                self.leading_zeros[mark] = Place(lines[zero], self.number, self.name, cells[zero])

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return set(+self.counts) <= {"gap"}

    @property
    def numeric(self) -> dict[str, Place]:
        """The shapes of its numbers."""
        return self.examples["number"]


@dataclass
class Survey:
    """The columns of a table, how many rows of data it has, and what stands around the data."""

    columns: list[Column]
    separator: str
    first_line: int = 0  # the first line of data
    rows: int = 0
    headers: list[Row] = field(default_factory=list)  # lines above the data that are not the names
    unnamed: bool = False
    blank: int = 0
    comments: list[tuple[int, str]] = field(default_factory=list)
    comment_count: int = 0
    names_line: int | None = None
    cells: int = 0

    def add(self, block: Block) -> Steps[None]:
        """Look at more lines of the table."""
        block = data_of(block, self.first_line)
        if not block.lines:
            return
        numbers, cells_of_columns = aligned(block, self.separator, len(self.columns))
        self.rows += len(numbers)
        self.cells += len(numbers) * len(self.columns)
        if self.cells > MAX_CELLS:
            raise BadUpload(
                f"The file has more than {MAX_CELLS} cells. Use a part of it, fewer columns, or every n-th row.", "csv"
            )
        self.blank += len(block.numbers) - len(numbers)
        if numbers:
            for column, cells in zip(self.columns, cells_of_columns, strict=True):
                column.add(numbers, cells)
                if column.number % COLUMNS_AT_ONCE == 0:
                    yield


def survey(content: str | bytes, above: Lines, first_lines: Block, separator: str) -> Steps[Survey]:
    """Read the table once; `first_lines` are its first, and `above` knows what stands between them."""
    headers, body = _headers((yield from _rows(first_lines, separator)))
    if not body:
        raise BadUpload(f"The file holds no rows of numbers. {EXAMPLE}", "csv")
    first_line = body[0][0]
    width = max(1, *(len(trimmed(cells)) for _, cells in body[: 1 + MAX_HEADERS]))
    names, others, line = _names(headers, above.comments, width, separator, first_line)
    if len(names) > MAX_NAMES:
        raise BadUpload(f"A series may have at most {MAX_NAMES} columns; this one has {len(names)}.", "csv")
    columns = [Column(i, name) for i, name in enumerate(names, start=1)]
    yield
    found = Survey(columns, separator, first_line, headers=others, unnamed=line is None, names_line=line)
    lines = Lines(content, len(columns))
    for block in lines:
        yield from found.add(block)
        yield
    found.blank += lines.blank
    found.comments = [comment for comment in lines.comments if comment[0] != line]
    found.comment_count = lines.comment_count - (len(lines.comments) - len(found.comments))
    return found


def _rows(block: Block, separator: str) -> Steps[list[Row]]:
    """The lines split, a few at a time."""
    found: list[Row] = []
    for at in range(0, len(block.lines), LINES_AT_ONCE):
        some = slice(at, at + LINES_AT_ONCE)
        found += rows(Block(block.numbers[some], block.lines[some]), separator)
        yield
    return found


def data_of(block: Block, first_line: int) -> Block:
    """Without what stands above the data."""
    above = bisect_left(block.numbers, first_line)
    return Block(block.numbers[above:], block.lines[above:]) if above else block


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at its end."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def aligned(block: Block, separator: str, width: int) -> tuple[list[int], Sequence[Sequence[str]]]:
    """The line numbers and the columns of some lines; rows of empty cells are left out."""
    if columns := table(block, separator, width):
        return block.numbers, columns
    lines = zip(block.numbers, split(block, separator), strict=True)
    kept = [(line, _fitted(line, cells, width)) for line, cells in lines if any(cells)]
    return [line for line, _ in kept], list(zip(*(cells for _, cells in kept), strict=True))


def _fitted(line: int, cells: list[str], width: int) -> list[str]:
    """A row of so many cells; empty ones at its end are no more of them."""
    if len(cells) == width:
        return cells
    short = trimmed(cells)
    if len(short) > width or len(cells) < width:
        raise BadUpload(
            f"Line {line} has {len(short) if len(short) > width else len(cells)} columns where the first has {width}. "
            "Every line needs as many; a number with the separator in it must stand in quotation marks.",
            "csv",
        )
    return cells[:width]


def _headers(first_rows: Sequence[Row]) -> tuple[list[Row], Sequence[Row]]:
    """The rows above the data, which hold words and no number, and the first rows of data."""
    headers: list[Row] = []
    for i, (line, cells) in enumerate(first_rows):
        kinds = {kind(shape(cell)) for cell in cells}
        if not any(cells):
            continue
        if "word" not in kinds or kinds & {"number", "date"} or len(headers) == MAX_HEADERS:
            return headers, first_rows[i:]
        headers.append((line, cells))
    return headers, []


def _names(
    headers: list[Row], comments: Iterable[tuple[int, str]], width: int, separator: str, first_line: int
) -> tuple[list[str], list[Row], int | None]:
    """The columns' names, the other lines above the data, and the line of the names."""
    for line, cells in headers:
        if len(trimmed(cells)) >= max(width, 2) or (width == 1 and len(trimmed(cells)) == 1):
            others = [row for row in headers if row[0] != line]
            return _unique((cells + [""] * width)[: max(width, len(trimmed(cells)))]), others, line
    if headers:
        line, cells = headers[-1]
        named = len(trimmed(cells))
        if named > 1:
            raise BadUpload(
                f"Line {line} names {named} columns, but line {first_line} has {width}. Every line needs as many; a "
                "number with the separator in it must stand in quotation marks.",
                "csv",
            )
    for line, words in reversed(list(comments)):
        cells = cells_of(words, separator)
        if line < first_line and len(cells) == width and all(kind(shape(cell)) in ("word", "gap") for cell in cells):
            return _unique(cells), headers, line
    return [f"column {i}" for i in range(1, width + 1)], headers, None


def _unique(names: list[str]) -> list[str]:
    """Names for columns that have none or share one, short enough to be shown."""
    names = [" ".join(name.split())[:LONGEST_NAME] for name in names]
    return [
        name if name and names.count(name) == 1 else f"{name or 'column'} {i}" for i, name in enumerate(names, start=1)
    ]


def described(column: Column) -> str:
    """The column in a sentence."""
    return f"column {column.number} ({shown(column.name)})"
