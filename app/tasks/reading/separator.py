"""Which sign separates the columns."""

import re
from collections.abc import Iterator, Sequence, Sized

from ...errors import BadUpload, Choice, shown
from ...steps import Steps
from .affixes import bare
from .lines import BLANKS, NOTHING, PIPE, Source, cells_of, named_separator
from .numbers import LONGEST, SHAPES_AT_ONCE, Format, kind, kinds_of, shape, shapes_of

LONGEST_LABEL = 80
BETWEEN_CELLS = re.compile(r"[,\s]+")
CHARACTERS_AT_ONCE = 2**14  # of long lines, that are looked at before others get a turn,
CELLS_AT_ONCE = 2**14  # or cells
INDIAN = re.compile(r"[-+]?99?(,99)+,999")
"""12,34,567: thousands, then hundreds of thousands, are grouped; or as many columns."""


def choose(source: Source, lines: Sequence[str]) -> Steps[str]:
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
    names, data = yield from _split_off_names(lines, source)
    if any("," in line for line in (*names[-1:], *data)):
        tokens: list[list[str]] = []
        found = yield from _comma_or_not(names, data, tokens, decimal)
        for some in reversed([*_together(tokens, CELLS_AT_ONCE)]):  # to free those of many long lines takes a while
            del tokens[some]
            yield
        return found
    return (yield from _blanks_or_not(data, loose=source.loose))


def _split_off_names(lines: Sequence[str], source: Source) -> Steps[tuple[list[str], list[str]]]:
    """Lines that hold no number at all stand above the data."""
    first = yield from _first_with_numbers(lines)
    if first is None and source.loose:
        first = yield from _first_with_numbers(lines, beside=True)
    first = first or 0
    return list(lines[:first]), [line.strip() for line in lines[first:]]


def _first_with_numbers(lines: Sequence[str], *, beside: bool = False) -> Steps[int | None]:
    for i, line in enumerate(lines):
        if (yield from _holds_numbers(line, beside=beside)):
            return i
    return None


def _holds_numbers(line: str, *, beside: bool) -> Steps[bool]:
    seen = {""}  # shapes, of which long lines have few, or they are words
    for part in _parts_of_line(line):
        shapes = set(BETWEEN_CELLS.split(shape(part.replace('"', "")))) - seen
        seen |= shapes
        yield
        for at, found in enumerate(shapes, start=1):
            if kind(found, beside=beside) in ("number", "date"):
                return True
            if at % SHAPES_AT_ONCE == 0:
                yield
    return False


def _together(rows: Sequence[Sized], most: int) -> Iterator[slice]:
    """Rows that follow each other, whose lengths come to at most so much; or one alone."""
    begin = size = 0
    for at, row in enumerate(rows):
        if at > begin and size + len(row) > most:
            yield slice(begin, at)
            begin, size = at, 0
        size += len(row)
    yield slice(begin, len(rows))


def _parts_of_line(line: str) -> Iterator[str]:
    """A long line in parts, none of which ends within a cell."""
    at = 0
    while at < len(line):
        end = BETWEEN_CELLS.search(line, at + CHARACTERS_AT_ONCE)
        yield line[at : end.start() if end else len(line)]
        at = end.end() if end else len(line)


def _is_one_number(data: Sequence[str], *decimals: str, beside: bool = True) -> Steps[bool]:
    """Whether each whole line is one number, in one format; with ``beside``, a unit may follow."""
    patterns = [Format(decimal).pattern() for decimal in decimals]
    for at, found in enumerate(shapes_of(data), start=1):
        number = bare(found) if beside else found
        patterns = [pattern for pattern in patterns if pattern.fullmatch(number)]
        if not patterns:
            return False
        if at % SHAPES_AT_ONCE == 0:
            yield
    return True


def _comma_or_not(
    names: Sequence[str], data: Sequence[str], tokens: list[list[str]], decimal: str | None
) -> Steps[str]:
    """The separator of data with commas in them; `tokens` become what stands between their blanks."""
    for some in _together(data, CHARACTERS_AT_ONCE):
        tokens += [line.split() for line in data[some]]
        yield
    if len(tokens[0]) > 1 and {len(row) for row in tokens} == {len(tokens[0])}:
        kinds = yield from _kinds_of_cells(tokens)
        numbers = [cell for cell in kinds if kinds[cell] == "number"]
        yield
        if "word" in kinds.values() and (yield from _fits_between_words(numbers, data)):
            return _beside_words(names, tokens, data)
        if (yield from _are_between_blanks([cell for cell in kinds if kinds[cell] != "date"], data, decimal)):
            return (yield from _blanks_or_not(data, loose=False))
    if names and "," not in names[-1] and all(INDIAN.fullmatch(shape(line)) for line in data):
        raise _indian(data[0])
    if (names and "," in names[-1]) or not (yield from _is_one_number(data, *([decimal] if decimal else ".,"))):
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


def _kinds_of_cells(rows: Sequence[Sequence[str]]) -> Steps[dict[str, str]]:
    """The kind of each cell that occurs in some rows."""
    found: set[str] = set()
    for some in _together(rows, CELLS_AT_ONCE):
        found.update(*rows[some])
        yield
    cells = list(found)
    shapes = shape("\n".join(cells)).split("\n")
    kinds = yield from kinds_of(set(shapes))
    return dict(zip(cells, map(kinds.__getitem__, shapes), strict=True))


def _are_between_blanks(cells: Sequence[str], data: Sequence[str], decimal: str | None) -> Steps[bool]:
    """Whether commas stand inside of numbers that blanks separate."""
    if (yield from _is_one_number(cells, ",")):
        return True
    if decimal == "," or not (yield from _is_one_number(cells, ".")):
        return False
    return not (yield from _all_numbers(data))


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


def _fits_between_words(cells: Sequence[str], data: Sequence[str]) -> Steps[bool]:
    """Whether commas may stand inside of numbers that blanks separate from words, as in "north 1,5"."""
    numeric = all(kind(shape(line.split()[-1])) in ("number", "gap") for line in data)
    return numeric and any("," in cell for cell in cells) and (yield from _is_one_number(cells, ",", "."))


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


def _all_numbers(data: Sequence[str]) -> Steps[bool]:
    for line in data:
        kinds = yield from kinds_of(shapes_of(cells_of(line, ",")))
        if set(kinds.values()) != {"number"}:
            return False
        yield
    return True


def _blanks_or_not(data: Sequence[str], *, loose: bool) -> Steps[str]:
    widths = {len(line.split()) for line in data}
    if widths <= {1} or not data:
        return NOTHING
    is_bare = yield from _is_one_number(data, ".", ",", beside=False)
    if loose and not is_bare and (yield from _is_one_number(data, ".", ",")):
        return NOTHING
    if is_bare:
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
