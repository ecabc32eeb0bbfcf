"""Tables whose cells stand below each other, with nothing but blanks where one is empty."""

import re
from dataclasses import replace

from ...steps import Steps
from .lines import Lines, Source
from .survey import CHARACTERS_AT_ONCE, LINES_AT_ONCE, MAX_CELLS

LARGEST = 2**20  # characters of a file that is looked at
CELL = re.compile(r"\S+")


def by_position(source: Source) -> Steps[Source | None]:
    """The same lines with tabs between the columns; None where they are not told apart by their places alone.

    Only where rows lack cells; names that lack the first one are R's, and are not above their columns.
    """
    if len(source.content) > LARGEST or source.row != "Line":
        return None
    found = []
    for block in Lines(source):
        found += list(zip(block.numbers, block.lines, strict=True))
        yield
    widths, taken = [], bytearray(max(len(line) for _, line in found))
    yield
    for at, (_, line) in enumerate(found):
        places = [match.span() for match in CELL.finditer(line)]
        widths.append(len(places))
        for begin, end in places:
            taken[begin:end] = b"\1" * (end - begin)
        if at % LINES_AT_ONCE == 0 or len(line) > CHARACTERS_AT_ONCE // LINES_AT_ONCE:
            yield
    if len(set(widths[1:])) < 2 or (widths[0] < max(widths) and not found[0][1][0].isspace()):
        return None
    spans = [match.span() for match in re.finditer(rb"\x01+", bytes(taken))]
    yield
    if len(spans) != max(widths) or len(spans) * len(found) > MAX_CELLS:
        return None
    lines = [""] * found[-1][0]
    for at, (number, line) in enumerate(found):
        if at % LINES_AT_ONCE == 0 or len(spans) > CHARACTERS_AT_ONCE // LINES_AT_ONCE:
            yield
        joined = "\t".join([line[begin:end].strip() for begin, end in spans])
        if " " in joined or joined.count("\t") >= len(spans):
            return None
        lines[number - 1] = joined
    options = replace(source.options, separator="\t", remove="", encoding=None)
    return Source("\n".join(lines), options, source.loose, placed=True)
