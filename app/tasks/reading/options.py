"""What whoever brings a table may decide, where its file leaves it open."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from ...errors import BadValue, shown

Fill = Literal["interpolate", "previous"]
DECIMALS = (".", ",")
FILLS = ("interpolate", "previous")
SEPARATORS = (",", ";", "\t", " ", "|", "none")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "windows-1252")


@dataclass(frozen=True)
class Options:
    """The decimal sign, what fills gaps, which columns to keep or drop; and what a program cannot know of a file.

    ``separator`` of the columns, "none" for one column; ``missing``: cells that stand for a gap, such as -999, None:
    those that look like it are asked about; ``remove``: characters that are no part of the file; ``encoding`` of its
    bytes; ``first_line`` … ``last_line``: the others are not looked at; ``header``: whether the first line names the
    columns, None: found out; ``transpose``: a line is a column. Of a text, only the first ``characters``. Of
    sequences, ``time_first``: their axes are to be swapped.
    """

    decimal: str | None = None
    fill: Fill | None = None
    keep: Collection[str] = ()
    drop: Collection[str] = ()
    separator: str | None = None
    missing: Collection[str] | None = None
    remove: str = ""
    encoding: str | None = None
    first_line: int = 1
    last_line: int | None = None
    header: bool | None = None
    transpose: bool | None = None
    characters: int | None = None
    time_first: bool = False

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("decimal", self.decimal, DECIMALS),
            ("fill", self.fill, FILLS),
            ("separator", self.separator, SEPARATORS),
            ("encoding", self.encoding, ENCODINGS),
        ):
            if value is not None and value not in choices:
                *first, last = map(shown, choices)
                raise BadValue(f"`{name}` must be {', '.join(first)} or {last}; got {shown(value)}.", name)
        if self.first_line < 1:
            raise BadValue(f"`first_line` must be 1 or more; got {shown(self.first_line)}.", "first_line")
        if self.last_line is not None and self.last_line < self.first_line:
            raise BadValue(
                f"`last_line` must be {self.first_line} or more; got {shown(self.last_line)}. It is the last line that "
                "is read.",
                "last_line",
            )
