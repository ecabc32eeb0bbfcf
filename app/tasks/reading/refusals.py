"""Cells that are no numbers, and first lines that may be names: refused, with what can be done about them."""

import re

from ...errors import BadUpload, Choice, counted, shown
from ...steps import Steps
from .lines import Block, split
from .numbers import COLUMNS_AT_ONCE, LONGEST, SHAPES_AT_ONCE, STRAIGHT, Format, Place, kind, shape
from .options import Fill
from .survey import Column, Survey, are_names, parts_at
from .values import gaps_in

SOME = 20  # lines that show how many cells a row has
MOST_GAPS = 20  # cells that are taken as gaps at once
MARKS = "*†‡§_'\u2019\"=´`\u200b\u200e\u200f\ufeff"
"""What may stand beside a number in a cell without changing it: marks of notes, of text, and what cannot be seen."""


def refuse_words(found: Survey, columns: list[Column], format_: Format) -> Steps[None]:
    """BadUpload where a cell is no number of this format, or the numbers of a column have different units."""
    pattern = format_.pattern(indian=True)
    for number, column in enumerate(columns, start=1):
        if number % COLUMNS_AT_ONCE == 0:
            yield
        bad = [*column.examples["word"].values(), *column.examples["date"].values()]
        for at, (shape_, place) in enumerate(column.numeric.items(), start=1):
            if not pattern.fullmatch(shape_):
                bad.append(place)
            if at % SHAPES_AT_ONCE == 0:
                yield
        if bad:
            place = min(bad, key=lambda place: place.line)
            raise BadUpload(
                f"{place} holds {shown(place.cell)}; every cell needs a finite number. Correct it"
                + (f", or leave the column out: `drop` {shown(column.name)}." if len(columns) > 1 else "."),
                "csv",
                _instead(found, columns, column, bad),
            )
        if len(column.affixes) > 1:
            raise _mixed(columns, column)


def _instead(found: Survey, columns: list[Column], column: Column, bad: list[Place]) -> list[Choice]:
    """What can be done about cells that are no numbers, the most likely first."""
    options, place = found.source.options, min(bad, key=lambda place: place.line)
    choices = []
    marks = "".join(dict.fromkeys(sign for sign in place.cell if sign in MARKS and sign not in options.remove))
    rest = place.cell.translate(str.maketrans(dict.fromkeys(marks))).strip()
    if marks and kind(shape(rest)) == "number":
        choices.append(Choice(f"Leave out every {marks}: {place.cell} is {rest}", {"remove": options.remove + marks}))
    in_line = found.source.row == "Line" and place.line > found.first_line and place.cell[:1].isalpha()
    if in_line and place in column.examples["word"].values():
        choices += parts_at(place.line)
    if len(columns) > 1:
        choices.append(Choice(f"Leave out {column.name}", {"drop": [column.name]}))
    if column.counts["number"] > len(bad) and all(len(place.cell) <= LONGEST for place in bad):
        cells = list(dict.fromkeys(place.cell for place in bad))[:MOST_GAPS]
        named = f"{len(cells)} cells" if len(cells) > 1 else cells[0]
        choices.append(Choice(f"Take {named} as a gap, filled on a straight line", {"missing": cells, **STRAIGHT}))
    return choices


def _mixed(columns: list[Column], column: Column) -> BadUpload:
    """Numbers with different units, or some without one, cannot be compared."""
    places = list(column.affixes.values())[:2]
    one, other = sorted(places, key=lambda place: place.line)
    choices = [Choice(f"Leave out {column.name}", {"drop": [column.name]})] if len(columns) > 1 else []
    for place in (one, other):
        cells = [found.cell for found in column.affixes.values() if found is not place][:MOST_GAPS]
        if len(cells) == 1 and column.counts["number"] > 2:
            choices.append(
                Choice(f"Take {cells[0]} as a gap, filled on a straight line", {"missing": cells, **STRAIGHT})
            )
    return BadUpload(
        f"{one} holds {shown(one.cell)} and {str(other)[0].lower()}{str(other)[1:]} holds {shown(other.cell)}: the "
        "numbers of a column need one unit. Write them alike, or leave the column out.",
        "csv",
        choices,
    )


def refuse_gaps(columns: list[Column], fill: Fill | None) -> None:
    """BadUpload where a cell is empty, and nothing was chosen to fill it with."""
    if fill is not None:
        return
    gaps = [place for column in columns for place in column.examples["gap"].values()]
    if not gaps:
        return
    place = min(gaps, key=lambda place: place.line)
    count = sum(column.counts["gap"] for column in columns)
    problem = f"holds {shown(place.cell)}, which is a gap" if place.cell else "is empty"
    raise gaps_in(f"{place} {problem}; {counted(count, 'gap')} in all")


def refuse_years(found: Survey, beginning: Block) -> Steps[None]:
    """BadUpload where the first row holds years one after the other, and the rows below it do not."""
    if not found.unnamed or found.source.options.header is not None or found.source.row != "Line":
        return
    at = beginning.numbers.index(found.first_line)
    first, *below = split(Block(beginning.numbers[at:][:SOME], beginning.lines[at:][:SOME]), found.separator)
    yield
    years = [int(cell) for cell in first if re.fullmatch("(18|19|20|21)[0-9]{2}", cell)]
    if len(years) < max(2, len(first) - 1) or years != list(range(years[0], years[0] + len(years))):
        return
    if any(re.fullmatch("(18|19|20|21)[0-9]{2}", cell) for row in below for cell in row) or len(below) < 2:
        return
    if (yield from are_names(first, below)):
        return  # no plain table
    raise BadUpload(
        f"Line {found.first_line} holds {years[0]} to {years[-1]}: years that name the columns, or numbers. The field "
        "`header` decides: true takes the line as names, false as numbers.",
        "header",
        (
            Choice(f"{years[0]} to {years[-1]} are names", {"header": True}),
            Choice(f"{years[0]} to {years[-1]} are numbers", {"header": False}),
        ),
    )
