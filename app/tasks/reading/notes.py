"""How a table was read, in sentences."""

import re

from ...errors import shown
from ...steps import Steps
from . import affixes
from .kept import is_whole
from .lines import WORDS
from .numbers import Format
from .structured import ELEMENT
from .survey import Column, Survey, described, grouped
from .transposed import TURNED

EXPONENT_D = re.compile("[dD]")
SAID = {ELEMENT: "The file is JSON.", TURNED: "Each line of the file is a column."}


def notes_on(found: Survey, columns: list[Column], format_: Format) -> Steps[list[str]]:
    """How the file was read, in sentences."""
    shapes = yield from _shapes(columns)
    marks = {sign for sign in ".," if any(sign in shape for shape in shapes)}
    yield
    notes = [SAID[found.source.row]] if found.source.row in SAID else []
    if found.source.placed:
        notes.append("The columns are told apart by where they stand in their lines.")
    elif not notes and len(found.columns) > 1:
        notes.append(f"The columns are separated by {WORDS[found.separator]}.")
    words = {".": "point", ",": "comma"}
    if format_.decimal == "," and "," in marks:
        notes.append("The decimal sign is the comma.")
    if format_.thousands in marks:
        notes.append(f"The {words[format_.thousands]} groups thousands: 1{format_.thousands}234 is 1234.")
    for column in columns if found.source.loose else ():
        yield
        for beside, place in column.affixes.items():
            if beside:
                told = affixes.without(place.cell, beside)
                sign = affixes.described(beside)
                notes.append(f"{described(column).capitalize()} is in {sign}: {place.cell} is read as {told}.")
    yield
    if any(EXPONENT_D.search(shape) for shape in shapes):
        notes.append("D before an exponent is read as E: 1.5D+01 is 15.")
    options = found.source.options
    if options.missing:
        notes.append(f"Taken as gaps: {', '.join(map(shown, options.missing))} (`missing`).")
    if options.remove:
        notes.append(f"Left out of every line: {', '.join(shown(sign) for sign in options.remove[:9])} (`remove`).")
    if options.first_line > 1 or options.last_line is not None:
        until = "the end" if options.last_line is None else f"line {options.last_line}"
        notes.append(f"Read from line {options.first_line} to {until}.")
    may_be_decimals = found.separator == "," and found.unnamed and len(found.columns) % 2 == 0
    if may_be_decimals and (yield from _are_whole(columns[1:])):
        notes.append('Every comma separates columns; if commas are decimal signs, give `decimal` ",".')
    return notes


def _shapes(columns: list[Column]) -> Steps[set[str]]:
    """The shapes of all their numbers."""
    shapes: set[str] = set()
    for some in grouped(columns):
        shapes.update(*(column.numeric for column in some))
        yield
    return shapes


def _are_whole(columns: list[Column]) -> Steps[bool]:
    """Whether all their numbers are whole, and none is negative."""
    for some in grouped(columns):
        if not all(is_whole(shape) and shape[0] != "-" for column in some for shape in column.numeric):
            return False
        yield
    return True
