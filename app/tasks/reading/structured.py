"""Tables that are written as JSON, read into lines of cells.

    [[1, 2.5], [2, 3.5]]      [{"t": 1, "y": 2.5}, …]      {"t": 1, "y": 2.5} a line      [1.5, 2.5, 4]
    {"t": [1, 2], "y": [2.5, 3.5]}      {"columns": […], "data": [[…], …]}

What is no row of numbers raises BadUpload naming the element.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from math import isfinite
from typing import Any

from ...errors import BadUpload, counted, shown
from ...steps import Steps
from ..base import MAX_NAMES
from .jsontext import EXAMPLES, LONG, LONGEST, JsonText
from .lines import Source
from .survey import MAX_CELLS, told_apart
from .table import MAX_NUMBERS

AT_ONCE = 2**11  # cells that are written before others get a turn,
CHARACTERS_AT_ONCE = 2**13  # or characters that are read
MOST_IN_A_ROW = 50_000  # as many as fit into the longest line
MOST_WRITTEN = 2**25  # characters of all lines
ELEMENT = "Element"
GAP = "null"


def looks_structured(source: Source) -> bool:
    """Whether the file begins as JSON does."""
    first = source.content[:1000]
    text = first if isinstance(first, str) else first.decode("utf-8", "ignore")
    return text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{")


def unfolded(source: Source) -> Steps[Source]:
    """The same table as lines of cells separated by tabs, their names above them."""
    whole = yield from _whole(source)
    lines = _Lines()
    if whole is None:
        yield from _write_elements(source, lines)
    else:
        for row in (yield from _rows(whole)):
            yield from lines.add(row)
    if not lines.count:
        raise BadUpload(f"The file is JSON without any row of numbers. A table is JSON {EXAMPLES}.", "csv")
    written = yield from lines.written()
    yield
    options = replace(
        source.options,
        separator="\t" if lines.width > 1 else "none",
        decimal=source.options.decimal or ".",
        remove="",
        encoding=None,
    )
    return Source(written, options, row=ELEMENT, named=lines.are_named)


def _write_elements(source: Source, lines: "_Lines") -> Steps[None]:
    """The rows, one after the other: elements of one array, or one after the other in the file."""
    one_array = yield from _is_one_array(source)
    text = JsonText(source)
    if (yield from text.to_next()) and one_array:
        text.skip(1)
    done = 0
    while (sign := (yield from text.to_next())) and not (one_array and sign == "]"):
        element = text.value()
        if element is LONG:
            element = yield from text.long_value(MOST_IN_A_ROW, depth=0)
        yield from lines.add(element)
        if text.at - done > CHARACTERS_AT_ONCE:
            done = text.at
            yield


@dataclass
class _Lines:
    """The lines of a table, written as its rows come; only their text is held.

    Objects name their cells. A name that comes late is a column that the lines before lack: they get it in the end.
    """

    count: int = 0
    width: int = 0
    names: dict[str, None] = field(default_factory=dict)
    _are_objects: bool = False
    _parts: list[tuple[int, int, bytes]] = field(default_factory=list)  # columns of some lines, how many, their text
    _some: list[str] = field(default_factory=list)  # lines after them
    _cells: int = 0  # in these
    _size: int = 0

    @property
    def are_named(self) -> bool:
        """Whether the first line has names; a blank line would name nothing."""
        return any(map(_name, self.names))

    def add(self, row: Any) -> Steps[None]:
        """One more row."""
        self.count += 1
        if self.count > MAX_NUMBERS:
            raise _too_many(f"more than {MAX_NUMBERS} rows")
        if self.count == 1:
            self._are_objects = isinstance(row, dict)
        if self._are_objects:
            cells = self._by_name(row)
        else:
            cells = row if isinstance(row, list) else [row]
            self.width = len(cells) if self.count == 1 else self.width
            if len(cells) != self.width:
                raise BadUpload(
                    f"Element {self.count} of the JSON has {counted(len(cells), 'number')} where the first has "
                    f"{self.width}. Every one needs as many.",
                    "csv",
                )
        parts = []
        for at in range(0, len(cells), AT_ONCE):
            parts.append("\t".join([_cell(value, self.count) for value in cells[at : at + AT_ONCE]]))
            if len(cells) > AT_ONCE:
                yield
        line = "\t".join(parts)
        self._some.append(GAP + line if cells and not line.strip() else line)  # a blank line would be no timestep
        self._cells += len(cells) + 1
        if self._cells > AT_ONCE:
            self._keep()
            yield

    def _by_name(self, row: Any) -> list[Any]:
        """The values of an object in the order of the names that came so far; what it lacks is a gap."""
        if not isinstance(row, dict):
            raise BadUpload(f"Element {self.count} of the JSON is {_kind(row)} where the first is an object.", "csv")
        names = self.names
        if not row.keys() <= names.keys():
            self._keep()
            names |= dict.fromkeys(row)
            self.width = len(names)
        if len(names) > MAX_NAMES or self.count * len(names) > MAX_CELLS:
            raise _too_many(f"{len(names)} names in its first {self.count} objects")
        return [row.get(name) for name in names]

    def _keep(self) -> None:
        """What is held of the last lines is their text alone."""
        if self._some:
            text = "\n".join([*self._some, ""]).encode("utf-8", "backslashreplace")
            self._parts.append((self.width, len(self._some), text))
            self._size += len(text)
            if self._size > MOST_WRITTEN:
                raise _too_many(f"numbers of more than {MOST_WRITTEN} characters, written out")
        self._some, self._cells = [], 0

    def written(self) -> Steps[bytes]:
        """All of them, the names first."""
        self._keep()
        names = "\t".join(map(_name, self.names)) + "\n"
        found = BytesIO()  # which grows without being copied, and is not copied in the end
        found.write(names.encode("utf-8", "backslashreplace") if self.are_named else b"")
        self._parts.reverse()
        while self._parts:
            width, count, text = self._parts.pop()
            if width == 0 and self.width:
                text = (GAP + "\t" * (self.width - 1) + "\n").encode() * count
            elif width < self.width:
                text = text.replace(b"\n", b"\t" * (self.width - width) + b"\n")
            found.write(text)
            yield
        found.truncate(found.tell() - 1)
        return found.getvalue()


def _is_one_array(source: Source) -> Steps[bool]:
    """Whether the file is one array of rows, not a row a line."""
    text = JsonText(source)
    if (yield from text.to_next()) != "[":
        return False
    text.skip(1)
    holds_rows = (yield from text.to_next()) in ("[", "{")
    at = end = 0  # the first bracket that closes, and the last character that is no blank
    first, last = -1, ""
    for piece in source.blocks():
        if stripped := piece.rstrip():
            last, end = stripped[-1], at + len(stripped) - 1
        if first < 0 and (found := piece.find("]")) >= 0:
            first = at + found
        at += len(piece)
        yield
    return last == "]" and (holds_rows or first == end)


def _whole(source: Source) -> Steps[dict[str, Any] | None]:
    """The one object that the file is, where it holds columns or rows; None where it is one of several."""
    text = JsonText(source)
    if (yield from text.to_next()) != "{":
        return None
    length, first_end = 0, -1
    for piece in source.blocks():
        if first_end < 0 and (found := piece.find("\n")) >= 0:
            first_end = length + found
        length += len(piece)
        yield
    if length > LONGEST and first_end not in (-1, length - 1):
        return None
    value = text.value()
    if value is LONG:
        value = yield from text.long_value(LONGEST)
    if (yield from text.rest()):
        return None
    if len(value) > MOST_IN_A_ROW:
        raise _too_many(f"{len(value)} names")
    return value if any(isinstance(part, list | dict) for part in value.values()) else None


def _rows(whole: dict[str, Any]) -> Steps[Iterable[Any]]:
    """The rows of {"columns": …, "data": …}, of one list of rows, or of columns by name."""
    if isinstance(whole.get("columns"), list) and isinstance(whole.get("data"), list):
        return _of_split((yield from _labels(whole["columns"])), _given_back(whole["data"]))
    lists = [part for part in whole.values() if isinstance(part, list) and part and isinstance(part[0], list | dict)]
    if len(lists) == 1:
        return _given_back(lists[0])
    columns = {name: part for name, part in whole.items() if isinstance(part, list | dict)}
    lengths = {name: len(part) for name, part in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{shown(name)} {length}" for name, length in list(lengths.items())[:5])
        raise BadUpload(f"The columns of the JSON have different lengths: {said}. Each needs as many numbers.", "csv")
    values = yield from _by_key(columns)
    return (dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True))


def _given_back(rows: list[Any]) -> Iterator[Any]:
    """The rows, each of which is freed with the next: a list of many takes long to be freed at once."""
    for at, row in enumerate(rows):
        rows[at] = None
        yield row


def _by_key(columns: dict[str, Any]) -> Steps[list[list[Any]]]:
    """The values of each column; of columns that name their rows, in the order of the first of them."""
    keyed = {name: part for name, part in columns.items() if isinstance(part, dict)}
    first, keys = next(iter(keyed.items()), ("", {}))
    for name, part in keyed.items():
        yield
        if not keys.keys() <= part.keys():
            alone = next(key for key in keys if key not in part)
            raise BadUpload(
                f"The columns {shown(first)} and {shown(name)} of the JSON name their rows differently: "
                f"{shown(alone)} is none of {shown(name)}. All need the same rows.",
                "csv",
            )
    values = []
    for part in columns.values():
        values.append([part[key] for key in keys] if isinstance(part, dict) else part)
        yield
    return values


def _labels(columns: list[Any]) -> Steps[list[str]]:
    """Names of columns; those of several levels are lists."""
    if len(columns) > MAX_NAMES:
        raise _too_many(f"{len(columns)} names")
    names: list[str] = []
    for name in columns:
        parts = name if isinstance(name, list) else list(name.values()) if isinstance(name, dict) else []
        if len(parts) > MAX_NAMES or any(isinstance(part, list | dict) for part in parts):
            raise BadUpload(
                f"Name {len(names) + 1} of the JSON's columns is {_kind(name)} of others. {EXAMPLES}", "csv"
            )
        names.append(str(name))
        yield
    return told_apart(names)


def _of_split(names: list[str], data: Iterable[Any]) -> Iterator[Any]:
    """The rows below a list of names: each has as many numbers; names that are equal are numbered."""
    for number, row in enumerate(data, start=1):
        if isinstance(row, list) and len(row) != len(names):
            raise BadUpload(
                f"Element {number} of the JSON's data has {counted(len(row), 'number')} for "
                f"{counted(len(names), 'column')}. Every one needs as many as there are columns.",
                "csv",
            )
        yield dict(zip(names, row, strict=True)) if isinstance(row, list) else row


def _too_many(came: str) -> BadUpload:
    return BadUpload(
        f"At most {MAX_NAMES} columns, {MAX_CELLS} cells and {MAX_NUMBERS} rows of JSON are read; the file has {came}. "
        "Use a part of it, fewer columns, or every n-th row.",
        "csv",
    )


def _name(name: object) -> str:
    return " ".join(str(name).replace('"', "'").split())


def _cell(value: Any, number: int) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, float) and not isfinite(value):
        raise BadUpload(
            f"Element {number} of the JSON holds a number beyond 1e308; every one needs to be finite. Correct it.",
            "csv",
        )
    if isinstance(value, str | int | float):
        return _name(value) if isinstance(value, str) else repr(value)
    raise BadUpload(f"Element {number} of the JSON holds {_kind(value)}; a row needs numbers, {EXAMPLES}.", "csv")


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "a text"
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a number"
