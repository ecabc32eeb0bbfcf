"""Which columns and lines are part of the table, and why the others are left out."""

import re

import numpy as np

from ...errors import BadValue, counted, shown
from ...steps import Steps
from .calendar import are_dates
from .lines import Source
from .numbers import Format
from .options import Options
from .survey import Column, Survey, described
from .values import numbers_of

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
DAY_NUMBER = re.compile(r"9{5}(\.9+)?|9{6}|9{8}")
"""A spreadsheet's 43831.25, or 202001, or 20200101."""
TIMESTAMP_NAMES = {"timestamp", "unix", "unixtime", "epoch"}


def around(found: Survey) -> list[dict[str, str]]:
    """Lines around the data."""
    left: list[dict[str, str]] = []
    for line, cells in found.headers:
        above = found.names_line is None or line < found.names_line
        why = "a title above the table" if above else "units or more names under the names"
        left.append({"what": f"line {line}: {shown(' '.join(cells).strip())}", "why": why})
    if found.blank:
        left.append({"what": counted(found.blank, "row"), "why": "empty"})
    for line, words in found.comments[:3]:
        left.append({"what": f"line {line}: {shown(words)}", "why": "a comment"})
    if found.comment_count > 3:
        left.append({"what": f"{counted(found.comment_count - 3, 'more line')}", "why": "comments"})
    return left


def kept(found: Survey, options: Options, left_out: list[dict[str, str]]) -> list[Column]:
    """The columns of numbers; why the others are none of them is added to `left_out`."""
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
    if not counts:
        return None  # of an array, whose numbers are no cells
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


def leave_out_index(
    source: Source, found: Survey, columns: list[Column], options: Options, left_out: list[dict[str, str]]
) -> Steps[None]:
    """Leave out a first column that only numbers the rows; its name and its numbers must both say so."""
    if not columns or len(columns) < 2 or options.keep or set(+columns[0].counts) != {"number"}:
        return
    first = columns[0]
    name = "" if first.name == f"column {first.number}" and not found.unnamed else first.name.lower().strip(". ")
    fractions = any(not is_whole(number) for number in first.numeric)
    may_be_dates = all(DAY_NUMBER.fullmatch(number) for number in first.numeric)
    if not may_be_dates and (name not in INDEX_NAMES | TIMESTAMP_NAMES or fractions):
        return
    numbers = (yield from numbers_of(source, found, [first], Format(".")))[:, 0]
    steps = np.diff(numbers)
    if may_be_dates and are_dates(numbers, name):
        left_out.append({"what": described(first), "why": "dates or times"})
        columns.remove(first)
        return
    if fractions or name not in INDEX_NAMES | TIMESTAMP_NAMES:
        return
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


def is_whole(shape: str) -> bool:
    """Whether cells of this shape are whole numbers without any sign between their digits."""
    return re.fullmatch(r"-?9+", shape) is not None
