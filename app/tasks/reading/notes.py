"""How a table was read, in sentences."""

import re

from ...errors import shown
from . import affixes
from .kept import is_whole
from .lines import WORDS
from .numbers import Format
from .structured import ELEMENT
from .survey import Column, Survey, described
from .transposed import TURNED

EXPONENT_D = re.compile("[dD]")
SAID = {ELEMENT: "The file is JSON.", TURNED: "Each line of the file is a column."}


def notes_on(found: Survey, columns: list[Column], format_: Format) -> list[str]:
    """How the file was read, in sentences."""
    marks = {sign for column in columns for shape in column.numeric for sign in shape if sign in ".,"}
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
    for column in columns:
        for beside, place in column.affixes.items():
            if beside:
                told = affixes.without(place.cell, beside)
                sign = affixes.described(beside)
                notes.append(f"{described(column).capitalize()} is in {sign}: {place.cell} is read as {told}.")
    if any(EXPONENT_D.search(number) for column in columns for number in column.numeric):
        notes.append("D before an exponent is read as E: 1.5D+01 is 15.")
    options = found.source.options
    if options.missing:
        notes.append(f"Taken as gaps: {', '.join(map(shown, options.missing))} (`missing`).")
    if options.remove:
        notes.append(f"Left out of every line: {', '.join(shown(sign) for sign in options.remove[:9])} (`remove`).")
    if options.first_line > 1 or options.last_line is not None:
        until = "the end" if options.last_line is None else f"line {options.last_line}"
        notes.append(f"Read from line {options.first_line} to {until}.")
    whole = all(is_whole(shape) and shape[0] != "-" for column in columns[1:] for shape in column.numeric)
    if found.separator == "," and found.unnamed and len(found.columns) % 2 == 0 and whole:
        notes.append('Every comma separates columns; if commas are decimal signs, give `decimal` ",".')
    return notes
