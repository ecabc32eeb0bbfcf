"""The first of two readings: what each column of a table holds, without keeping its cells."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ...errors import BadUpload, shown
from ..base import MAX_NAMES
from .lines import EXAMPLE, Lines, Row, cells_of, chunks, rows
from .numbers import LEADING_ZERO, MARKS, Place, kind, shape

LONGEST_NAME = 60
MAX_CELLS = 4_000_000
MAX_HEADERS = 10


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
        if len(shapes) != len(cells):
            at = next(i for i, cell in enumerate(cells) if "\n" in cell)
            raise BadUpload(f"The cell before line {lines[at] + 1} spans lines: a quotation mark is missing.", "csv")
        for found, count in Counter(shapes).items():
            is_new = found not in self.kinds
            what = kind(found) if is_new else self.kinds[found]
            self.counts[what] += count
            if is_new and (what == "number" or len(self.examples[what]) < MAX_HEADERS):
                self.kinds[found] = what
                at = shapes.index(found)
                self.examples[what][found] = Place(lines[at], self.number, self.name, cells[at])
        for mark in MARKS:
            if mark not in self.leading_zeros and mark in joined and (zero := LEADING_ZERO[mark].search(joined)):
                at = joined.count("\n", 0, zero.start())
                self.leading_zeros[mark] = Place(lines[at], self.number, self.name, cells[at])

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


def survey(content: bytes, separator: str) -> Survey:
    """Read the table once."""
    lines = Lines(content)
    source = rows(lines, separator)
    headers, first = _headers(source)
    if first is None:
        raise BadUpload(f"The file holds no rows of numbers. {EXAMPLE}", "csv")
    head = [first, *islice(source, MAX_HEADERS)]
    width = max(len(cells) for _, cells in ((line, trimmed(cells)) for line, cells in head))
    width = max(width, 1)
    names, others, line = _names(headers, lines.comments, width, separator, first[0])
    if len(names) > MAX_NAMES:
        raise BadUpload(f"A series may have at most {MAX_NAMES} columns; this one has {len(names)}.", "csv")
    columns = [Column(i, name) for i, name in enumerate(names, start=1)]
    found = Survey(columns, separator, first[0], headers=others, unnamed=line is None, names_line=line)
    cells_seen = 0
    for chunk in chunks(chain(head, source)):
        numbers, table = aligned(chunk, len(columns))
        found.rows += len(numbers)
        cells_seen += len(numbers) * len(columns)
        if cells_seen > MAX_CELLS:
            raise BadUpload(
                f"The file has more than {MAX_CELLS} cells. Use a part of it, fewer columns, or every n-th row.", "csv"
            )
        found.blank += len(chunk) - len(numbers)
        for column, cells in zip(columns, table, strict=True):
            column.add(numbers, cells)
    found.blank += lines.blank
    found.comments = [comment for comment in lines.comments if comment[0] != line]
    found.comment_count = lines.comment_count - (len(lines.comments) - len(found.comments))
    return found


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at its end."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def aligned(chunk: list[Row], width: int) -> tuple[list[int], list[Sequence[str]]]:
    """The line numbers and the columns of some rows; rows of empty cells are left out."""
    kept = [(line, cells) for line, cells in chunk if any(cells)]
    for i, (line, cells) in enumerate(kept):
        if len(cells) != width:
            short = trimmed(cells)
            if len(short) > width or len(cells) < width:
                raise BadUpload(
                    f"Line {line} has {len(short) if len(short) > width else len(cells)} columns where "
                    f"the first has {width}. Every "
                    "line needs as many; a number with the separator in it must stand in quotation marks.",
                    "csv",
                )
            kept[i] = line, cells[:width]
    if not kept:
        return [], [[] for _ in range(width)]
    return [line for line, _ in kept], list(zip(*(cells for _, cells in kept), strict=True))


def _headers(source: Iterator[Row]) -> tuple[list[Row], Row | None]:
    """The rows above the data, which hold words and no number, and the first row of data."""
    headers: list[Row] = []
    for line, cells in source:
        kinds = {kind(shape(cell)) for cell in cells}
        if not any(cells):
            continue
        if "word" not in kinds or kinds & {"number", "date"} or len(headers) == MAX_HEADERS:
            return headers, (line, cells)
        headers.append((line, cells))
    return headers, None


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
