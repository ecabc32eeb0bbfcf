"""Which sign separates the columns."""

import re
from collections.abc import Sequence

from ...errors import BadUpload, Choice, shown
from .affixes import bare
from .lines import BLANKS, NOTHING, PIPE, Source, cells_of, named_separator
from .numbers import LONGEST, Format, kind, shape

LONGEST_LABEL = 80
INDIAN = re.compile(r"[-+]?99?(,99)+,999")
"""12,34,567: thousands, then hundreds of thousands, are grouped; or as many columns."""


def choose(source: Source, lines: Sequence[str]) -> str:
    """The separator of a file that begins with these lines.

    The option `separator` or a line `sep=` names it; else it is a tab, a semicolon, a comma or a blank, whichever fits.

    A comma may also be the decimal sign of one column. Where both readings fit, BadUpload shows them.
    """
    decimal = source.options.decimal
    if (named := named_separator(source)) is not None:
        return named
    signs: tuple[str, ...] = ("\t", ";", PIPE) if source.loose else ("\t", ";")
    for sign in signs:
        if 2 * sum(sign in line for line in lines) >= len(lines) > 0:
            return sign
    names, data = _split_off_names(lines, source)
    if any("," in line for line in (*names[-1:], *data)):
        return _comma_or_not(names, data, decimal)
    return _blanks_or_not(data, loose=source.loose)


def _split_off_names(lines: Sequence[str], source: Source) -> tuple[list[str], list[str]]:
    """Lines that hold no number at all stand above the data."""
    first = next((i for i, line in enumerate(lines) if _holds_numbers(line)), None)
    if first is None and source.loose:
        first = next((i for i, line in enumerate(lines) if _holds_numbers(line, beside=True)), None)
    first = first or 0
    return list(lines[:first]), [line.strip() for line in lines[first:]]


def _holds_numbers(line: str, *, beside: bool = False) -> bool:
    shapes = set(re.split(r"[,\s]+", shape(line.replace('"', ""))))  # of which long lines have few
    return any(kind(found, beside=beside) in ("number", "date") for found in shapes if found)


def _is_one_number(data: Sequence[str], *decimals: str, beside: bool = True) -> bool:
    """Whether each whole line is one number, in one format; with ``beside``, a unit may follow."""
    shapes = set(map(shape, data))
    shapes = set(map(bare, shapes)) if beside else shapes
    return any(all(map(Format(decimal).pattern().fullmatch, shapes)) for decimal in decimals)


def _comma_or_not(names: Sequence[str], data: Sequence[str], decimal: str | None) -> str:
    tokens = [line.split() for line in data]
    if len(tokens[0]) > 1 and {len(row) for row in tokens} == {len(tokens[0])}:
        shapes = {cell: shape(cell) for cell in set().union(*tokens)}
        kinds_of = {found: kind(found) for found in set(shapes.values())}
        kinds = {cell: kinds_of[found] for cell, found in shapes.items()}
        if "word" in kinds.values() and _fits_between_words([cell for cell in kinds if kinds[cell] == "number"], data):
            return _beside_words(names, tokens, data)
        cells = [cell for row in tokens for cell in row if kinds[cell] != "date"]
        if _is_one_number(cells, ",") or (decimal != "," and _is_one_number(cells, ".") and not _all_numbers(data)):
            return _blanks_or_not(data, loose=False)
    if names and "," not in names[-1] and all(INDIAN.fullmatch(shape(line)) for line in data):
        raise _indian(data[0])
    if (names and "," in names[-1]) or not _is_one_number(data, *([decimal] if decimal else ".,")):
        return ","
    if names or decimal == "," or {line.count(",") for line in data} != {1}:
        return NOTHING
    if decimal is None:
        left, right = (number[:LONGEST] for number in data[0].split(","))
        raise BadUpload(
            f"{shown(data[0])} can be two columns, {left} and {right}, or one number with a decimal comma. The field "
            '`decimal` decides: "." reads two columns, "," one. In the file, a first line with the names of the '
            "columns decides it too.",
            "decimal",
            (
                Choice(f"2 columns, {left} and {right}", {"decimal": "."}),
                Choice(f"1 column, {left}.{right}", {"decimal": ","}),
            ),
        )
    return ","


def _indian(line: str) -> BadUpload:
    columns, whole = line.split(","), line.replace(",", "")
    return BadUpload(
        f"{shown(line)} can be {len(columns)} columns, {' and '.join(columns)}, or the one number {whole}, grouped as "
        'in India. The field `separator` decides: "," reads columns, "none" one.',
        "separator",
        (
            Choice(f"{len(columns)} columns, {' and '.join(columns)}", {"separator": ","}),
            Choice(f"1 column, {whole}", {"separator": "none", "remove": ","}),
        ),
    )


def _fits_between_words(cells: Sequence[str], data: Sequence[str]) -> bool:
    """Whether commas may stand inside of numbers that blanks separate from words, as in "north 1,5"."""
    numeric = all(kind(shape(line.split()[-1])) in ("number", "gap") for line in data)
    return numeric and any("," in cell for cell in cells) and _is_one_number(cells, ",", ".")


def _beside_words(names: Sequence[str], tokens: Sequence[Sequence[str]], data: Sequence[str]) -> str:
    """Commas or blanks, where both fit: the names above the columns decide."""
    if names and "," in names[-1]:
        return ","
    if names and len(names[-1].split()) == len(tokens[0]):
        return BLANKS
    raise BadUpload(
        f"{shown(data[0])} can be {len(tokens[0])} columns with blanks between them, or {data[0].count(',') + 1} with "
        'commas. A first line "sep= " says that blanks separate columns, "sep=," that commas do.',
        "separator",
        (
            Choice("Blanks separate the columns", {"separator": " "}),
            Choice("Commas separate the columns", {"separator": ","}),
        ),
    )


def _all_numbers(data: Sequence[str]) -> bool:
    return all(kind(shape(cell)) == "number" for line in data for cell in cells_of(line, ","))


def _blanks_or_not(data: Sequence[str], *, loose: bool) -> str:
    widths = {len(line.split()) for line in data}
    if widths <= {1} or not data:
        return NOTHING
    if loose and _is_one_number(data, ".", ",") and not _is_one_number(data, ".", ",", beside=False):
        return NOTHING
    if _is_one_number(data, ".", ",", beside=False):
        if len(widths) > 1:
            return NOTHING
        first = data[0].split()
        raise BadUpload(
            f"{shown(data[0])} can be {len(first)} columns, {' and '.join(first)}, or the one number {''.join(first)}. "
            'A first line "sep= " says that blanks separate columns, "sep=;" that there is one column.',
            "separator",
            (
                Choice(f"{len(first)} columns, {' and '.join(first)}"[:LONGEST_LABEL], {"separator": " "}),
                Choice(f"1 column, {''.join(first)}"[:LONGEST_LABEL], {"separator": "none"}),
            ),
        )
    return BLANKS if 2 * sum(len(line.split()) > 1 for line in data) >= len(data) else NOTHING
