"""The first of two readings: what each column of a table holds, without keeping its cells."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from ...errors import BadUpload, Choice, shown
from ...steps import Steps
from ..base import MAX_NAMES
from .affixes import Affixes, affixes, bare
from .lines import EXAMPLE, NOTHING, Block, Lines, Row, Source, cells_of, parts, rows, split, table
from .numbers import MARKS, SHAPES_AT_ONCE, Place, kind, kinds_of, leading_zero, shape, shapes_of

LONGEST_NAME = 60
MAX_CELLS = 4_000_000
MAX_HEADERS = 10
MOST_SHAPES = 10_000  # of the numbers of one column; a million numbers have a few dozen
SAMPLED = 100  # rows that show whether the first column names the others
LINES_AT_ONCE, COLUMNS_AT_ONCE = 20, 50  # that are looked at before others get a turn
CHARACTERS_AT_ONCE = 2**15  # of these lines, where they are long
CELLS_AT_ONCE = 100  # of a line of words, that are compared with the lines below


@dataclass
class Column:
    """What the cells of one column are: how many of each kind, and an example of each shape of each kind."""

    number: int
    name: str
    source: Source
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, dict[str, Place]] = field(
        default_factory=lambda: {"number": {}, "gap": {}, "date": {}, "word": {}}
    )
    leading_zeros: dict[str, Place] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # of the shapes seen so far

    def add(self, lines: Sequence[int], cells: Sequence[str]) -> Steps[None]:
        """Look at more cells of the column."""
        stand_for_gaps = self.source.options.missing
        looked_at = cells if not stand_for_gaps else ["" if cell in stand_for_gaps else cell for cell in cells]
        joined = "\n".join(looked_at)
        yield from self._count(shape(joined).split("\n"), lines, cells)
        for mark in MARKS:
            if mark in self.leading_zeros or mark not in joined:
                continue
            if (zero := leading_zero(joined, mark)) is not None:
                self.leading_zeros[mark] = self._place(lines[zero], cells[zero])

    def _count(self, shapes: list[str], lines: Sequence[int], cells: Sequence[str]) -> Steps[None]:
        """How many cells are of each kind, by their shapes; of a new shape there is an example."""
        new = 0
        first: dict[str, int] = {}
        for found, count in Counter(shapes).items():
            if (known := self.kinds.get(found)) is not None:
                self.counts[known] += count
                continue
            what = kind(found, beside=self.source.loose)
            self.counts[what] += count
            if what == "number" or len(self.examples[what]) < MAX_HEADERS:
                first = first or _first_places(shapes)
                self.kinds[found] = what
                self.examples[what][found] = self._place(lines[first[found]], cells[first[found]])
                self._refuse_many_shapes()
            new += 1
            if new % SHAPES_AT_ONCE == 0:
                yield

    def _refuse_many_shapes(self) -> None:
        if len(self.examples["number"]) > MOST_SHAPES:
            raise BadUpload(
                f"The {described(self)} holds numbers that are written in more than {MOST_SHAPES} ways, their "
                "signs at other places in each; write them alike.",
                "csv",
            )

    def _place(self, line: int, cell: str) -> Place:
        return Place(line, self.number, self.name, cell, self.source.row)

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return set(+self.counts) <= {"gap"}

    @property
    def numeric(self) -> dict[str, Place]:
        """The shapes of its numbers, without what stands beside them."""
        found = self.examples["number"]
        return {bare(shape): place for shape, place in found.items()} if self.source.loose else found

    @property
    def affixes(self) -> dict[Affixes | None, Place]:
        """What stands beside its numbers, each with an example; None where nothing does."""
        if not self.source.loose:
            return {}
        return {affixes(shape): place for shape, place in reversed(self.examples["number"].items())}


def _first_places(shapes: Sequence[str]) -> dict[str, int]:
    """Where each shape is first."""
    return dict(zip(reversed(shapes), range(len(shapes) - 1, -1, -1), strict=True))


@dataclass
class Survey:
    """The columns of a table, how many rows of data it has, and what stands around the data."""

    source: Source
    columns: list[Column]
    separator: str
    first_line: int = 0  # the first line of data
    last_line: int = 0  # that of the last row
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
        for some in parts(data_of(block, self.first_line)):
            yield from self._add(some)
            yield

    def _add(self, block: Block) -> Steps[None]:
        numbers, cells_of_columns = aligned(block, self.separator, len(self.columns))
        self.rows += len(numbers)
        self.cells += len(numbers) * len(self.columns)
        if self.cells > MAX_CELLS:
            raise BadUpload(
                f"The file has more than {MAX_CELLS} cells. Use a part of it, fewer columns, or every n-th row.",
                "csv",
                [first_lines(self, MAX_CELLS)],
            )
        self.blank += len(block.numbers) - len(numbers)
        if numbers:
            self.last_line = numbers[-1]
            for column, cells in zip(self.columns, cells_of_columns, strict=True):
                yield from column.add(numbers, cells)
                if column.number % COLUMNS_AT_ONCE == 0:
                    yield


def first_lines(found: Survey, numbers: int) -> Choice:
    """So many lines that they hold at most so many numbers."""
    last = found.first_line - 1 + numbers // len(found.columns)
    return Choice(f"Read the lines up to {last}", {"last_line": last})


def survey(source: Source, above: Lines, beginning: Block, separator: str) -> Steps[Survey]:
    """Read the table once; `beginning` are its first lines, and `above` knows what stands between them."""
    headers, body = yield from _headers((yield from _rows(beginning, separator)), source)
    yield
    if not body:
        raise BadUpload(f"The file holds no rows of numbers. {EXAMPLE}", "csv")
    first_line = body[0][0]
    width = max(1, *(len(trimmed(cells)) for _, cells in body[: 1 + MAX_HEADERS]))
    if _is_of_r(headers, beginning, width):
        headers[-1] = (headers[-1][0], ["", *headers[-1][1]])
    names, others, line = yield from _names(headers, above.comments, body[:SAMPLED], width, separator, source)
    yield
    if len(names) > MAX_NAMES:
        raise BadUpload(
            f"A series may have at most {MAX_NAMES} columns; this one has {len(names)}. Take fewer; where each line is "
            "a series, the lines are the columns.",
            "csv",
            [Choice("Take each line as a column", {"transpose": True})],
        )
    columns = yield from _columns(names, source)
    found = Survey(source, columns, separator, first_line, headers=others, unnamed=line is None, names_line=line)
    lines = Lines(source, len(columns))
    for block in lines:
        yield from found.add(block)
        yield
    found.blank += lines.blank
    found.comments = [comment for comment in lines.comments if comment[0] != line]
    found.comment_count = lines.comment_count - (len(lines.comments) - len(found.comments))
    return found


def _columns(names: list[str], source: Source) -> Steps[list[Column]]:
    """The columns, before any of their cells is looked at."""
    columns = []
    for i, name in enumerate(_unique(names), start=1):
        columns.append(Column(i, name, source))
        if i % COLUMNS_AT_ONCE == 0:
            yield
    return columns


def grouped(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Some columns after the other, as many as have so few shapes that they are looked at at once."""
    some: list[Column] = []
    shapes = 0
    for column in columns:
        some.append(column)
        shapes += len(column.examples["number"])
        if shapes >= SHAPES_AT_ONCE or len(some) == COLUMNS_AT_ONCE:
            yield some
            some, shapes = [], 0
    if some:
        yield some


def forgotten(found: Survey) -> Steps[None]:
    """What is kept of the columns' cells is freed in steps, as many columns have many shapes."""
    for some in grouped(found.columns):
        for column in some:
            column.examples.clear()
            column.kinds.clear()
        yield


def _rows(block: Block, separator: str) -> Steps[list[Row]]:
    """The lines split, a few at a time."""
    found: list[Row] = []
    at = 0
    while at < len(block.lines):
        ends = accumulate(map(len, block.lines[at : at + LINES_AT_ONCE]))
        some = slice(at, at + max(1, sum(end <= CHARACTERS_AT_ONCE for end in ends)))
        found += rows(Block(block.numbers[some], block.lines[some]), separator)
        at = some.stop
        yield
    return found


def data_of(block: Block, first_line: int) -> Block:
    """Without what stands above the data."""
    above = bisect_left(block.numbers, first_line)
    return Block(block.numbers[above:], block.lines[above:]) if above else block


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at its end."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def aligned(block: Block, separator: str, width: int) -> tuple[list[int], Sequence[Sequence[str]]]:
    """The line numbers and the columns of some lines; rows of empty cells are left out."""
    if columns := table(block, separator, width):
        return block.numbers, columns
    lines = zip(block.numbers, split(block, separator), strict=True)
    kept = [(line, _fitted(line, cells, width, separator)) for line, cells in lines if any(cells)]
    return [line for line, _ in kept], list(zip(*(cells for _, cells in kept), strict=True))


def _fitted(line: int, cells: list[str], width: int, separator: str) -> list[str]:
    """A row of so many cells; empty ones at its end are no more of them."""
    if len(cells) == width:
        return cells
    short = trimmed(cells)
    if len(short) > width or len(cells) < width:
        raise BadUpload(
            f"Line {line} has {len(short) if len(short) > width else len(cells)} columns where the first has {width}. "
            "Every line needs as many; a number with the separator in it must stand in quotation marks.",
            "csv",
            [
                *parts_at(line),
                *([Choice("There is one column", {"separator": "none"})] if separator != NOTHING else []),
            ],
        )
    return cells[:width]


def parts_at(line: int) -> list[Choice]:
    """The lines above this one alone, or those from it on: two tables in one file, or notes below one."""
    before = Choice(f"Read the lines before line {line}", {"last_line": line - 1})
    return [before, Choice(f"Read from line {line} on", {"first_line": line})] if line > 1 else []


def _headers(first_rows: Sequence[Row], source: Source) -> Steps[tuple[list[Row], Sequence[Row]]]:
    """The rows above the data, which hold words and no number, and the first rows of data."""
    headers: list[Row] = []
    header = True if source.named else source.options.header
    for i, (line, cells) in enumerate(first_rows):
        if not any(cells):
            continue
        if header is not None:
            return ([(line, cells)], first_rows[i + 1 :]) if header else ([], first_rows[i:])
        below = [row for _, row in first_rows[i + 1 : i + 6] if any(row)]
        if source.loose and not headers and (yield from are_names(cells, below)):
            return [(line, cells)], first_rows[i + 1 :]
        kinds = set((yield from kinds_of(shapes_of(cells))).values())
        next_two = [row for _, row in first_rows[i + 1 : i + 3] if any(row)]
        if source.loose and (yield from _has_units(cells, next_two)):
            return headers, first_rows[i:]
        if "word" not in kinds or kinds & {"number", "date"} or len(headers) == MAX_HEADERS:
            return headers, first_rows[i:]
        headers.append((line, cells))
        yield
    return headers, []


def are_names(cells: Sequence[str], below: Sequence[Sequence[str]]) -> Steps[bool]:
    """Whether a row with numbers in it names the columns: a word above what are numbers in all rows below."""
    if len(below) < 2:
        return False
    for i, cell in enumerate(cells):
        if kind(shape(cell)) == "word" and all(
            i < len(row) and kind(shape(row[i])) in ("number", "date") for row in below
        ):
            return True
        if i % CELLS_AT_ONCE == CELLS_AT_ONCE - 1:
            yield
    return False


def _has_units(cells: Sequence[str], below: Sequence[Sequence[str]]) -> Steps[bool]:
    """Whether a row holds a number with a unit, and the rows below it one with the same in the same column."""
    for i, cell in enumerate(cells):
        beside = affixes(shape(cell))
        if beside and any(i < len(row) and affixes(shape(row[i])) == beside for row in below):
            return True
        if i % CELLS_AT_ONCE == CELLS_AT_ONCE - 1:
            yield
    return False


def _is_of_r(headers: list[Row], beginning: Block, width: int) -> bool:
    """Whether there is one column beside the names of the rows, in quotation marks, as R writes a vector."""
    if width != 2 or not headers or len(trimmed(headers[-1][1])) != 1:
        return False
    above = beginning.numbers.index(headers[-1][0])
    return all(line.startswith('"') for line in beginning.lines[above : above + SAMPLED])


def _has_row_names(headers: list[Row], body: Sequence[Row], width: int, separator: str) -> bool:
    """Whether the names lack that of the first column, which names the rows: as R's write.table leaves it out."""
    if not headers or len(trimmed(headers[-1][1])) != width - 1 or width < 2:
        return False
    if any(len(cells) != width for _, cells in body):
        return False
    first = [cells[0] for _, cells in body]
    if all(kind(shape(cell)) in ("word", "date") for cell in first):
        return width > 2
    counted = [str(int(first[0]) + i) for i in range(len(first))] if first[0] in ("0", "1") else []
    return first == counted and separator != "," and width > 2


def _names(
    headers: list[Row],
    comments: Sequence[tuple[int, str]],
    body: Sequence[Row],
    width: int,
    separator: str,
    source: Source,
) -> Steps[tuple[list[str], list[Row], int | None]]:
    """The columns' names as they stand there, the other lines above the data, and the line of the names."""
    first_line = body[0][0]
    if source.loose and _has_row_names(headers, body, width, separator):
        line, cells = headers[-1]
        return ["", *trimmed(cells)], headers[:-1], line
    for line, cells in headers:
        if len(trimmed(cells)) >= max(width, 2) or (width == 1 and len(trimmed(cells)) == 1):
            others = [row for row in headers if row[0] != line]
            return (cells + [""] * width)[: max(width, len(trimmed(cells)))], others, line
    if headers:
        line, cells = headers[-1]
        named = len(trimmed(cells))
        if named > 1:
            raise BadUpload(
                f"Line {line} names {named} columns, but line {first_line} has {width}. Every line needs as many; a "
                "number with the separator in it must stand in quotation marks.",
                "csv",
                [Choice(f"Leave the names out: {width} columns", {"first_line": first_line})],
            )
    for line, words in reversed(comments):
        cells = cells_of(words, separator)
        yield
        if line >= first_line or len(cells) != width:
            continue
        kinds = yield from kinds_of(shapes_of(cells))
        if set(kinds.values()) <= {"word", "gap"}:
            return cells, headers, line
    return [f"column {i}" for i in range(1, width + 1)], headers, None


def _unique(names: list[str]) -> list[str]:
    """Names for columns that have none or share one, short enough to be shown."""
    return told_apart([" ".join(name.split())[:LONGEST_NAME] for name in names])


def told_apart(names: list[str]) -> list[str]:
    """Each name once: columns without one, or that share one, get their number, or the next that makes no other's."""
    counts = Counter(names)
    last: dict[str, int] = {}  # numbers given; they only grow, so that many names take no longer than they are many
    found = []
    for i, name in enumerate(names, start=1):
        if name and counts[name] == 1:
            found.append(name)
            continue
        begin = name or "column"
        number = max(i, last.get(begin, 0) + 1)
        while f"{begin} {number}" in counts:
            number += 1
        last[begin] = number
        found.append(f"{begin} {number}")
    return found


def described(column: Column) -> str:
    """The column in a sentence."""
    return f"column {column.number} ({shown(column.name)})"
