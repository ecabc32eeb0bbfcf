"""A table whose lines are the columns, turned round."""

from dataclasses import replace

from ...errors import BadUpload
from ...steps import Steps
from ..base import MAX_NAMES
from .lines import Block, Lines, Source, split

TURNED = "Row"  # what its rows are called
MOST = 2_000_000  # cells


def turned(source: Source, separator: str) -> Steps[Source]:
    """The same cells, those of one line below each other."""
    rows: list[list[str]] = []
    longest = 0
    for block in Lines(source):
        for at, line in enumerate(block.lines):
            rows += split(Block(block.numbers[at : at + 1], [line]), separator)
            longest = max(longest, len(rows[-1]))
        if len(rows) > MAX_NAMES or longest * len(rows) > MOST:
            raise BadUpload(
                f"At most {MAX_NAMES} lines can be taken as columns, and {MOST} cells where each is as long as the "
                f"longest; the file has {len(rows)} lines or more, the longest of {longest} cells.",
                "csv",
            )
        yield
    filled = [[*row, *[""] * (longest - len(row))] for row in rows]
    lines = []
    for at in range(longest):
        lines.append("\t".join([_plain(row[at]) for row in filled]))
        yield
    while lines and not lines[-1].strip():
        lines.pop()
    options = replace(
        source.options,
        separator="\t" if len(rows) > 1 else "none",
        remove="",
        encoding=None,
        transpose=None,
        first_line=1,
        last_line=None,
    )
    return Source("\n".join(lines), options, source.loose, row=TURNED)


def _plain(cell: str) -> str:
    return cell.replace('"', "").replace("\t", " ")
