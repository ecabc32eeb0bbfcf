"""What stands below a table and is no row of it: totals, and notes on where the numbers come from."""

import csv
import re
from dataclasses import dataclass, replace

from ...errors import shown
from ...steps import Steps
from .lines import COUNTED, PIPE, RULE, Source, cells_of
from .numbers import kind, shape

LOOKED_AT = 2**14  # bytes at the end of a file
MOST = 20  # lines that may be left out
MOST_TOTALS = 4
TOTAL = re.compile(
    r"((grand|sub)[- ]?)?totals?|totale?s?|sums?|sum of .*|summe|gesamt(summe|ergebnis)?|insgesamt|somme|suma|Σ"
    r"|average|avg\.?|mean|mittel(wert)?|durchschnitt|moyenne|promedio|media|overall",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"(sources?|notes?|quellen?|anmerkung(en)?|fußnoten?|hinweise?|fonte|fuente|remarques?|nota)\W"
    r"|©|\(c\)|\*+ |†|‡|\(\d{1,2}\) ?[a-z]|\[\d{1,2}\] ?[a-z]|\d{1,2}\) ?[a-z]",
    re.IGNORECASE,
)
SURE = re.compile(r"(sources?|notes?|quellen?|anmerkung(en)?|fonte|fuente|remarques?) ?:.*", re.IGNORECASE)
"""A note, also where a row might begin with words."""
COUNT = re.compile(r"\(\d+ rows?( affected)?\)|\d+ rows? (in set|selected|affected|returned).*", re.IGNORECASE)
"""What a database writes below the rows of an answer."""
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
WORDS = 3  # or more below a column of numbers are a note
ROWS = 3  # that must be left

LeftOut = list[dict[str, str]]


@dataclass(frozen=True)
class _Line:
    begin: int  # where it begins, from the beginning of what is looked at
    text: str
    cells: list[str]

    @property
    def filled(self) -> list[str]:
        """The cells that hold something."""
        return [cell for cell in self.cells if cell]


def without_ending(source: Source, separator: str, width: int) -> Steps[tuple[Source, LeftOut]]:
    """The file up to its last row, and what stands below it; ``width``: cells of a row.

    Whoever says which line is the last has looked at the file.
    """
    content, options = source.content, source.options
    if options.last_line is not None or options.encoding not in (None, "utf-8", "windows-1252"):
        return source, []
    tail = content[-LOOKED_AT:]
    lines = _lines(tail, separator, is_whole=len(tail) == len(content))
    notes = _notes(lines, width, loose=source.loose)
    totals = _totals(lines[: len(lines) - len(notes)], width)
    found = [*totals, *notes]
    if not found:
        return source, []
    cut = len(content) - len(tail) + found[0].begin
    line, at = 1, 0
    while at < cut:
        end = min(cut, at + COUNTED)
        end += content[end - 1 : end] in ("\r", b"\r") and end < cut  # CRLF is one end
        line += _ends(content[at:end])
        at = end
        yield
    left_out = []
    for one in found:
        if RULE.fullmatch(one.text):
            continue
        why = "a total of the rows above it" if one in totals else "a note below the table"
        number = line + _ends(tail[found[0].begin : one.begin])
        left_out.append({"what": f"line {number}: {shown(one.text.strip())}", "why": why})
    return replace(source, content=content[:cut].rstrip()), left_out


def _ends(part: str | bytes) -> int:
    """How many lines end there."""
    if isinstance(part, bytes):
        return part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")
    return part.count("\n") + part.count("\r") - part.count("\r\n")


def _lines(tail: str | bytes, separator: str, *, is_whole: bool) -> list[_Line]:
    """The lines at the end that hold something, and are no comments."""
    found: list[_Line] = []
    begin = len(tail)
    parts = tail.splitlines(keepends=True) if isinstance(tail, bytes) else LINE.findall(tail)
    while parts and len(found) < MOST + ROWS:
        part = parts.pop()
        begin -= len(part)
        if not part.strip():
            continue
        text = (part if isinstance(part, str) else part.decode("utf-8", "replace")).strip("\r\n")
        if text.strip() and not text.lstrip().startswith("#") and (is_whole or begin > 0):
            found.append(_Line(begin, text, _cells(text, separator)))
    return found[::-1]


def _cells(text: str, separator: str) -> list[str]:
    if separator == PIPE and text.strip()[0] == text.strip()[-1] == PIPE:
        text = text.strip()[1:-1]
    try:
        return cells_of(text, separator)
    except csv.Error:  # a quotation mark is missing: the whole line is one cell
        return [text]


def _notes(lines: list[_Line], width: int, *, loose: bool) -> list[_Line]:
    """The last lines that hold words, and fewer cells than a row or the words with which notes begin."""

    def is_note(line: _Line) -> bool:
        if not loose:
            return SURE.fullmatch(line.text.strip().strip('"')) is not None
        return _is_note(line, width) or RULE.fullmatch(line.text) is not None

    first = len(lines)
    while first > ROWS and is_note(lines[first - 1]):
        first -= 1
    return lines[first:]


def _is_note(line: _Line, width: int) -> bool:
    text, filled = line.text.strip(), line.filled
    if COUNT.fullmatch(text) or NOTE.match(text):
        return True
    if not filled or kind(shape(filled[0]), beside=True) != "word" or any(map(_is_number, filled[1:])):
        return False
    words = sum(any(letter.isalpha() for letter in word) for word in text.split())
    return words >= WORDS or (len(filled) == 1 < width and words > 0)


def _totals(lines: list[_Line], width: int) -> list[_Line]:
    """The last rows that say that they are totals; where more do, it is what the rows are about."""
    first = len(lines)
    while first > 0 and _is_total(lines[first - 1], width):
        first -= 1
    found = lines[first:]
    return found if len(found) <= MOST_TOTALS and first >= ROWS else []


def _is_total(line: _Line, width: int) -> bool:
    words = [cell for cell in line.filled if not _is_number(cell)]
    return (
        len(line.filled) <= width
        and any(map(_is_number, line.filled))
        and any(TOTAL.fullmatch(cell.rstrip(": ")) for cell in words)
    )


def _is_number(cell: str) -> bool:
    return kind(shape(cell), beside=True) == "number"
