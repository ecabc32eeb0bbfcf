"""A table of numbers from a CSV file: what is kept, what is left out and why, and how its numbers are written."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ...errors import BadUpload, BadValue, Choice, shown
from .lines import EXAMPLE, SAMPLE, WORDS, Lines, head, trimmed_end
from .numbers import Format, decide, kind, shape
from .separator import choose
from .steps import Steps, finish
from .survey import Column, Survey, aligned, data_of, described, survey

Fill = Literal["interpolate", "previous"]
MIN_ROWS = 3
MAX_NUMBERS = 2_000_000  # so many fit, as float64, into a file of the largest size that may be uploaded
MOST_SAID = 20
FILLED = 2**15  # gaps that are filled at once
INDEX_NAMES = {
    "",
    "#",
    "index",
    "idx",
    "id",
    "no",
    "nr",
    "row",
    "rownames",
    "unnamed: 0",
    "year",
    "jahr",
    "t",
    "time",
    "step",
}
TIMESTAMP_NAMES = {"timestamp", "unix", "unixtime", "epoch"}


@dataclass(frozen=True)
class Options:
    """What whoever brings the file may decide: the decimal sign, what fills gaps, which columns to keep or drop."""

    decimal: str | None = None
    fill: Fill | None = None
    keep: Collection[str] = ()
    drop: Collection[str] = ()

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("decimal", self.decimal, (".", ",")),
            ("fill", self.fill, ("interpolate", "previous")),
        ):
            if value is not None and value not in choices:
                raise BadValue(
                    f"`{name}` must be {shown(choices[0])} or {shown(choices[1])}; got {shown(value)}.", name
                )


@dataclass(frozen=True, eq=False)
class Table:
    """What was read: columns' names, values (N, C) as they stand in the file, and what to say about the reading."""

    columns: tuple[str, ...]
    values: np.ndarray
    left_out: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """The names of columns that are left out."""


def read_table(content: str | bytes, options: Options | None = None) -> Table:
    """Read a CSV file; what is not a table of numbers, or can be read in two ways, raises BadUpload."""
    return finish(reading_table(content, options))


def reading_table(content: str | bytes, options: Options | None = None) -> Steps[Table]:
    """The same in steps."""
    options = options or Options()
    content = yield from trimmed_end(content)
    above, first_lines = yield from head(content)
    separator = choose(content, first_lines.lines[:SAMPLE], options.decimal)
    yield
    found = yield from survey(content, above, first_lines, separator)
    left_out = _around(found)
    columns = _kept(found, options, left_out)
    yield from _index(content, found, columns, options, left_out)
    if not columns:
        raise BadUpload(f"No column of numbers is left. {EXAMPLE}", "csv")
    if found.rows * len(columns) > MAX_NUMBERS:
        raise BadUpload(
            f"The file holds {found.rows * len(columns)} numbers; a series may have at most {MAX_NUMBERS}. Use a part "
            "of it, fewer columns, or every n-th row.",
            "csv",
        )
    zeros = {mark: place for column in columns for mark, place in column.leading_zeros.items()}
    yield
    format_ = decide([column.numeric for column in columns], options.decimal, zeros)
    yield
    _refuse_words(columns, format_)
    if found.rows < MIN_ROWS:
        raise BadUpload(f"A series needs at least {MIN_ROWS} rows of numbers; got {found.rows}. {EXAMPLE}", "csv")
    yield
    notes = _notes(found, columns, format_)
    _refuse_gaps(columns, options.fill)
    yield
    values = yield from _values(content, found, columns, format_)
    for i, column in enumerate(columns):
        notes += yield from _fill(values[:, i], column, options.fill)
    for column, numbers in zip(columns, values.T, strict=True):
        if (numbers == numbers[0]).all():
            notes.append(f"The {described(column)} is constant.")
        yield
    if len(notes) > MOST_SAID:
        notes[MOST_SAID - 1 :] = [f"{len(notes) - MOST_SAID + 1} more notes are not shown."]
    kept = {column.number for column in columns}
    others = [column.name for column in found.columns if column.number not in kept]
    return Table(tuple(column.name for column in columns), values, left_out, notes, others)


# What is left out.


def _around(found: Survey) -> list[dict[str, str]]:
    """Lines around the data."""
    left: list[dict[str, str]] = []
    for line, cells in found.headers:
        above = found.names_line is None or line < found.names_line
        why = "a title above the table" if above else "units or more names under the names"
        left.append({"what": f"line {line}: {shown(' '.join(cells).strip())}", "why": why})
    if found.blank:
        left.append({"what": _counted(found.blank, "row"), "why": "empty"})
    for line, words in found.comments[:3]:
        left.append({"what": f"line {line}: {shown(words)}", "why": "a comment"})
    if found.comment_count > 3:
        left.append({"what": f"{_counted(found.comment_count - 3, 'more line')}", "why": "comments"})
    return left


def _kept(found: Survey, options: Options, left_out: list[dict[str, str]]) -> list[Column]:
    names = [column.name for column in found.columns]
    for option, wanted in (("keep", options.keep), ("drop", options.drop)):
        if unknown := next((name for name in wanted if name not in names), None):
            known = ", ".join(map(shown, names[:20]))
            raise BadValue(f"`{option}` names {shown(unknown)}; the columns are {known}.", option)
    columns: list[Column] = []
    why_columns: dict[str, list[Column]] = {}
    for column in found.columns:
        if why := _why_not(column, options):
            why_columns.setdefault(why, []).append(column)
        else:
            columns.append(column)
    for why, group in why_columns.items():
        shown_names = ", ".join(map(described, group[:5])) + (f" and {len(group) - 5} more" if len(group) > 5 else "")
        left_out.append({"what": shown_names, "why": why})
    return columns


def _why_not(column: Column, options: Options) -> str | None:
    """Why a column is left out; None where it is kept."""
    counts = column.counts
    if column.name in options.drop:
        return "`drop` names it"
    if options.keep:
        return None if column.name in options.keep else "`keep` does not name it"
    if column.is_empty:
        return "empty"
    if counts["date"] and not counts["number"] and not counts["word"]:
        return "dates or times"
    if counts["word"] and not counts["number"] and not counts["date"] and _are_words(column):
        return "words, not numbers"
    return None


def _are_words(column: Column) -> bool:
    """Whether its cells begin with letters: other things may be numbers that were split in the wrong place."""
    return all(place.cell[0].isalpha() for place in column.examples["word"].values())


def _index(
    content: str | bytes, found: Survey, columns: list[Column], options: Options, left_out: list[dict[str, str]]
) -> Steps[None]:
    """Leave out a first column that only numbers the rows; its name and its numbers must both say so."""
    if not columns or len(columns) < 2 or options.keep or set(+columns[0].counts) != {"number"}:
        return
    first = columns[0]
    name = "" if first.name == f"column {first.number}" and not found.unnamed else first.name.lower().strip(". ")
    if name not in INDEX_NAMES | TIMESTAMP_NAMES or any(roles for roles in first.numeric if not _is_whole(roles)):
        return
    numbers = (yield from _values(content, found, [first], Format(".")))[:, 0]
    steps = np.diff(numbers)
    if (steps > 0).all() and (name in TIMESTAMP_NAMES or _are_unix_times(numbers)):
        left_out.append({"what": described(first), "why": "timestamps"})
    elif (steps == 1).all():
        left_out.append({"what": described(first), "why": "it only numbers the rows"})
    else:
        return
    columns.remove(first)


def _are_unix_times(numbers: np.ndarray) -> bool:
    """Whether all may be seconds since 1970 between 1990 and 2100, or thousandths, millionths, billionths of them."""
    return any(bool(((numbers > 6.3e8 * unit) & (numbers < 4.1e9 * unit)).all()) for unit in (1, 1e3, 1e6, 1e9))


def _is_whole(shape: str) -> bool:
    return re.fullmatch(r"-?9+", shape) is not None


# What is read.


def _refuse_words(columns: list[Column], format_: Format) -> None:
    pattern = format_.pattern()
    for column in columns:
        bad = [*column.examples["word"].values(), *column.examples["date"].values()]
        bad += [place for shape, place in column.numeric.items() if not pattern.fullmatch(shape)]
        if bad:
            place = min(bad, key=lambda place: place.line)
            raise BadUpload(
                f"{place} holds {shown(place.cell)}; every cell needs a finite number. Correct it, or leave the "
                f"column out: `drop` {shown(column.name)}.",
                "csv",
                (Choice(f"Leave out {column.name}", {"drop": [column.name]}),) if len(columns) > 1 else (),
            )


def _refuse_gaps(columns: list[Column], fill: Fill | None) -> None:
    if fill is not None:
        return
    gaps = [place for column in columns for place in column.examples["gap"].values()]
    if not gaps:
        return
    place = min(gaps, key=lambda place: place.line)
    count = sum(column.counts["gap"] for column in columns)
    problem = f"holds {shown(place.cell)}, which is a gap" if place.cell else "is empty"
    raise BadUpload(
        f'{place} {problem}; {_counted(count, "gap")} in all. The field `fill` closes gaps: "interpolate" on a '
        'straight line between the neighbours, "previous" with the number before. Leaving lines out would break the '
        "timing.",
        "fill",
        (
            Choice("Fill gaps on a straight line", {"fill": "interpolate"}),
            Choice("Fill gaps with the number before", {"fill": "previous"}),
        ),
    )


def _values(content: str | bytes, found: Survey, columns: list[Column], format_: Format) -> Steps[np.ndarray]:
    """The second reading: the numbers of some columns (N, C), NaN where there is a gap."""
    values = np.empty((found.rows, len(columns)))
    at = 0
    for block in Lines(content, len(found.columns)):
        block = data_of(block, found.first_line)
        numbers, table = aligned(block, found.separator, len(found.columns)) if block.lines else ([], [])
        for i, column in enumerate(columns if numbers else []):
            cells = table[column.number - 1]
            here = values[at : at + len(numbers), i]
            here[:] = list(map(float, format_.plain("\n".join(_without_gaps(cells, column))).split("\n")))
            _refuse_infinite(here, numbers, column, cells)
        at += len(numbers)
        yield
    return values


def _without_gaps(cells: Sequence[str], column: Column) -> Sequence[str]:
    """Cells that all hold a number; a gap is NaN."""
    if not column.counts["gap"]:
        return cells
    gaps = {cell for cell in set(cells) if kind(shape(cell)) == "gap"}
    return ["nan" if cell in gaps else cell for cell in cells] if gaps else cells


def _refuse_infinite(values: np.ndarray, lines: list[int], column: Column, cells: Collection[str]) -> None:
    if np.isinf(values).any():
        at = int(np.isinf(values).argmax())
        raise BadUpload(
            f"Line {lines[at]}, {described(column)} holds {shown(list(cells)[at])}; every cell needs a finite number. "
            "At most about 1e308 can be computed with.",
            "csv",
        )


def _fill(values: np.ndarray, column: Column, fill: Fill | None) -> Steps[list[str]]:
    """Close the gaps of one column in place; says what was done."""
    gaps = np.isnan(values)
    if not gaps.any():
        return []
    known = np.flatnonzero(~gaps)
    if not len(known):
        raise BadUpload(f"The {described(column)} holds no number. Leave it out with `drop`.", "drop")
    numbers, missing = values[known], np.flatnonzero(gaps)
    for first in range(0, len(missing), FILLED):
        some = missing[first : first + FILLED]
        if fill == "interpolate":
            values[some] = np.interp(some, known, numbers)
        else:
            values[some] = numbers[np.maximum(np.searchsorted(known, some, side="right") - 1, 0)]
        yield
    place = min(column.examples["gap"].values(), key=lambda place: place.line)
    said = [
        f"{_counted(int(gaps.sum()), 'gap')} in {described(column)} filled (`fill` {shown(fill)}), the first in line "
        f"{place.line}."
    ]
    if gaps[0]:
        said.append(f"The {described(column)} begins with a gap: it takes the first number there is.")
    return said


def _notes(found: Survey, columns: list[Column], format_: Format) -> list[str]:
    """How the file was read, in sentences."""
    marks = {sign for column in columns for shape in column.numeric for sign in shape if sign in ".,"}
    notes = [f"The columns are separated by {WORDS[found.separator]}."] if len(found.columns) > 1 else []
    words = {".": "point", ",": "comma"}
    if format_.decimal == "," and "," in marks:
        notes.append("The decimal sign is the comma.")
    if format_.thousands in marks:
        notes.append(f"The {words[format_.thousands]} groups thousands: 1{format_.thousands}234 is 1234.")
    whole = all(_is_whole(shape) and shape[0] != "-" for column in columns[1:] for shape in column.numeric)
    if found.separator == "," and found.unnamed and len(found.columns) % 2 == 0 and whole:
        notes.append('Every comma separates columns; if commas are decimal signs, give `decimal` ",".')
    return notes


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
