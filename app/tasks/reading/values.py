"""The second reading: the numbers themselves, and what closes their gaps."""

from collections.abc import Collection, Sequence

import numpy as np

from ...errors import BadUpload, Choice, counted, shown
from ...steps import Steps
from . import affixes
from .lines import Lines, Source, parts
from .numbers import LONGEST, STRAIGHT, Format, kind, shape
from .options import Fill, Options
from .survey import COLUMNS_AT_ONCE, Column, Survey, aligned, data_of, described

FILLED = 2**15  # gaps that are filled at once


def numbers_of(source: Source, found: Survey, columns: list[Column], format_: Format) -> Steps[np.ndarray]:
    """The second reading: the numbers of some columns (N, C), NaN where there is a gap."""
    values = np.empty((found.rows, len(columns)))
    missing = numbers_for_gaps(source.options, format_)
    beside = [next(iter(column.affixes), None) for column in columns]
    at = 0
    for block in Lines(source, len(found.columns)):
        for some in parts(data_of(block, found.first_line)):
            numbers, table = aligned(some, found.separator, len(found.columns))
            for i, column in enumerate(columns if numbers else []):
                cells = table[column.number - 1]
                here = values[at : at + len(numbers), i]
                joined = "\n".join(_without_gaps(cells, column))
                if (found_beside := beside[i]) is not None:
                    joined = affixes.without(joined, found_beside)
                here[:] = list(map(float, format_.plain(joined).split("\n")))
                _refuse_infinite(here, numbers, column, cells)
                if missing:
                    here[np.isin(here, missing)] = np.nan
                if column.number % COLUMNS_AT_ONCE == 0:
                    yield
            at += len(numbers)
            yield
        yield
    return values


def numbers_for_gaps(options: Options, format_: Format) -> list[float]:
    """Numbers that stand for a gap, however they are written: -999 is -999.0 too."""
    pattern = format_.pattern()
    written = [cell for cell in options.missing or () if pattern.fullmatch(shape(cell))]
    return [float(format_.plain(cell)) for cell in written]


def _without_gaps(cells: Sequence[str], column: Column) -> Sequence[str]:
    """Cells that all hold a number; a gap is NaN."""
    if not column.counts["gap"]:
        return cells
    stand = column.source.options.missing or ()
    gaps = {cell for cell in set(cells) if cell in stand or kind(shape(cell)) == "gap"}
    return ["nan" if cell in gaps else cell for cell in cells] if gaps else cells


def _refuse_infinite(values: np.ndarray, lines: list[int], column: Column, cells: Collection[str]) -> None:
    if np.isinf(values).any():
        at = int(np.isinf(values).argmax())
        cell = list(cells)[at]
        raise BadUpload(
            f"Line {lines[at]}, {described(column)} holds {shown(cell)}; every cell needs a finite number. "
            "At most about 1e308 can be computed with.",
            "csv",
            [Choice("Take it as a gap, filled on a straight line", {"missing": [cell], **STRAIGHT})]
            if len(cell) <= LONGEST
            else [],
        )


def fill_gaps(values: np.ndarray, column: Column, fill: Fill | None) -> Steps[list[str]]:
    """Close the gaps of one column in place; says what was done."""
    gaps = np.isnan(values)
    if not gaps.any():
        return []
    known = np.flatnonzero(~gaps)
    if not len(known):
        raise BadUpload(
            f"The {described(column)} holds no number. Leave it out with `drop`.",
            "drop",
            [Choice(f"Leave out {column.name}", {"drop": [column.name]})],
        )
    if fill is None:  # numbers that stand for gaps
        raise gaps_in(f"{counted(int(gaps.sum()), 'gap')} in {described(column)}")
    numbers, missing = values[known], np.flatnonzero(gaps)
    for first in range(0, len(missing), FILLED):
        some = missing[first : first + FILLED]
        if fill == "interpolate":
            values[some] = np.interp(some, known, numbers)
        else:
            values[some] = numbers[np.maximum(np.searchsorted(known, some, side="right") - 1, 0)]
        yield
    said = [
        f"{counted(int(gaps.sum()), 'gap')} in {described(column)} filled (`fill` {shown(fill)}), the first in "
        + _where(column, int(missing[0]))
    ]
    if gaps[0]:
        said.append(f"The {described(column)} begins with a gap: it takes the first number there is.")
    return said


def _where(column: Column, row: int) -> str:
    """The place of the first gap: the line where a cell is empty, else which row it is."""
    places = column.examples["gap"].values()
    if not places or column.source.options.missing:
        return f"row {row + 1}."
    first = min(places, key=lambda place: place.line)
    return f"{first.row.lower()} {first.line}."


def gaps_in(problem: str) -> BadUpload:
    """The refusal of a file with gaps, and the two ways to close them."""
    return BadUpload(
        f'{problem}. The field `fill` closes gaps: "interpolate" on a straight line between the neighbours, "previous" '
        "with the number before. Leaving lines out would break the timing.",
        "fill",
        (
            Choice("Fill gaps on a straight line", STRAIGHT),
            Choice("Fill gaps with the number before", {"fill": "previous"}),
        ),
    )
