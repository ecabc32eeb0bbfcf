"""Tables that are written as JSON, read into lines of cells.

    [[1, 2.5], [2, 3.5]]      [{"t": 1, "y": 2.5}, …]      {"t": 1, "y": 2.5} a line      [1.5, 2.5, 4]
    {"t": [1, 2], "y": [2.5, 3.5]}      {"columns": […], "data": [[…], …]}

What is no row of numbers raises BadUpload naming the element.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from math import isfinite
from typing import Any

from ...errors import BadUpload, counted, shown
from ...steps import Steps
from ...strictjson import without_repeats
from ..base import MAX_NAMES
from .lines import Source
from .survey import MAX_CELLS, told_apart
from .table import MAX_NUMBERS

AT_ONCE = 200  # elements that are read before others get a turn
LONGEST_OBJECT = 2**20  # characters of JSON that may have to be read at once
LENGTHS = (2**8, 2**14, LONGEST_OBJECT)  # of what is looked at, as most values are short
CUT = 20  # characters at the end of what is looked at that may be wrong only because more follows: -Infinity, \ud83d
MOST_IN_A_ROW = 50_000  # as many as fit into the longest line
BLANK = re.compile(r"[\s,]*")
ELEMENT = "Element"
GAP = "null"
EXAMPLES = 'such as [[1, 2], [3, 4]] or [{"a": 1, "b": 2}, {"a": 3, "b": 4}]'


# NaN and Infinity are gaps.
DECODER = json.JSONDecoder(parse_constant=lambda _: None, object_pairs_hook=without_repeats)


def looks_structured(source: Source) -> bool:
    """Whether the file begins as JSON does."""
    first = source.content[:1000]
    text = first if isinstance(first, str) else first.decode("utf-8", "ignore")
    return text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{")


def unfolded(source: Source) -> Steps[Source]:
    """The same table as lines of cells separated by tabs, their names above them."""
    text = []
    for piece in source.blocks():
        text.append(piece)
        yield
    whole = "".join(text)
    rows: list[Any] = []
    for element in _elements(whole) if whole.strip() else ():
        rows.append(element)
        if len(rows) % AT_ONCE == 0:
            yield
        if len(rows) > MAX_NUMBERS:
            raise _too_many(f"more than {MAX_NUMBERS} rows")
    if not rows:
        raise BadUpload(f"The file is JSON without any row of numbers. A table is JSON {EXAMPLES}.", "csv")
    names, values = (yield from _of_objects(rows)) if isinstance(rows[0], dict) else (None, rows)
    width = len(names) if names is not None else None
    if names is not None and not any(map(_name, names)):  # a blank line names nothing
        names = None
    lines = [] if names is None else ["\t".join(_name(name) for name in names)]
    for number, row in enumerate(values, start=1):
        cells = row if isinstance(row, list) else [row]
        if len(cells) > MOST_IN_A_ROW:
            raise _too_many(f"{len(cells)} numbers in element {number}")
        width = len(cells) if width is None else width
        if len(cells) != width:
            raise BadUpload(
                f"Element {number} of the JSON has {counted(len(cells), 'number')} where the first has {width}. "
                "Every one needs as many.",
                "csv",
            )
        line = "\t".join([_cell(value, number) for value in cells])
        lines.append(GAP + line if cells and not line.strip() else line)  # a blank line would be no timestep
        if number % AT_ONCE == 0:
            yield
    options = replace(
        source.options, separator="\t" if (width or 0) > 1 else "none", decimal=source.options.decimal or ".", remove=""
    )
    return Source("\n".join(lines), options, row=ELEMENT, named=names is not None)


def _elements(text: str) -> Iterator[Any]:
    """The rows, one after the other."""
    start = _past(text, 0)
    if text[start] == "{" and (whole := _whole(text, start)) is not None:
        yield from _of_columns(whole)
        return
    at = _past(text, start + 1) if text[start] == "[" and _is_one_array(text, start) else start
    inside = at > start
    while at < len(text) and not (inside and text[at] == "]"):
        value, at = _value(text, at)
        yield value
        at = _past(text, at)


def _past(text: str, at: int) -> int:
    found = BLANK.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int) -> tuple[Any, int]:
    """What begins there, and where it ends; no more is looked at than one value may have."""
    for length in LENGTHS:
        is_all = at + length >= len(text)
        try:
            value, end = DECODER.raw_decode(text[at : at + length])
            if is_all or end < length - len("e+"):  # a number may go on there
                return value, at + end
        except json.JSONDecodeError as error:
            if is_all or (error.pos < length - CUT and not error.msg.startswith("Unterminated")):
                raise _wrong(text, at, json.JSONDecodeError(error.msg, text, at + error.pos)) from None
        except (ValueError, RecursionError) as error:
            raise _wrong(text, at, error) from None
    raise BadUpload(
        f"In line {_line(text, at)} a part of the JSON begins that is longer than {LONGEST_OBJECT} characters, or is "
        f"none. A table is JSON {EXAMPLES}; pandas writes long ones by to_json(path, orient='records', lines=True).",
        "csv",
    )


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _wrong(text: str, at: int, error: Exception) -> BadUpload:
    return BadUpload(
        f"The file begins as JSON does, but line {_line(text, at)} is not JSON ({error}). A table is JSON {EXAMPLES}; "
        "of an array, numpy.savetxt(path, array) writes rows that open here.",
        "csv",
    )


def _is_one_array(text: str, start: int) -> bool:
    """Whether the file is one array of rows, not a row a line."""
    if text.rstrip()[-1] != "]":
        return False
    after = _past(text, start + 1)
    if text[after : after + 1] in ("[", "{"):
        return True
    end = text.find("]", start)
    return text[end + 1 :].strip() == ""


def _whole(text: str, start: int) -> dict[str, Any] | None:
    """The one object that the file is, where it holds columns or rows; None where it is one of several."""
    if len(text) > LONGEST_OBJECT and text.find("\n") not in (-1, len(text) - 1):
        return None
    value, at = _value(text, start)
    if text[at:].strip() or not isinstance(value, dict):
        return None
    return value if any(isinstance(part, list | dict) for part in value.values()) else None


def _of_columns(whole: dict[str, Any]) -> Iterator[Any]:
    """The rows of {"columns": …, "data": …}, of one list of rows, or of columns by name."""
    if isinstance(whole.get("columns"), list) and isinstance(whole.get("data"), list):
        yield from _of_split(whole["columns"], whole["data"])
        return
    lists = [part for part in whole.values() if isinstance(part, list) and part and isinstance(part[0], list | dict)]
    if len(lists) == 1:
        yield from lists[0]
        return
    columns = {name: part for name, part in whole.items() if isinstance(part, list | dict)}
    lengths = {name: len(part) for name, part in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{shown(name)} {length}" for name, length in list(lengths.items())[:5])
        raise BadUpload(f"The columns of the JSON have different lengths: {said}. Each needs as many numbers.", "csv")
    values = _by_key(columns)
    yield from (dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True))


def _by_key(columns: dict[str, Any]) -> list[list[Any]]:
    """The values of each column; of columns that name their rows, in the order of the first of them."""
    keyed = {name: part for name, part in columns.items() if isinstance(part, dict)}
    first, keys = next(iter(keyed.items()), ("", {}))
    for name, part in keyed.items():
        if alone := [key for key in keys if key not in part]:
            raise BadUpload(
                f"The columns {shown(first)} and {shown(name)} of the JSON name their rows differently: "
                f"{shown(alone[0])} is none of {shown(name)}. All need the same rows.",
                "csv",
            )
    return [[part[key] for key in keys] if isinstance(part, dict) else part for part in columns.values()]


def _of_split(columns: list[Any], data: list[Any]) -> Iterator[Any]:
    """The rows below a list of names: each has as many numbers; names that are equal are numbered."""
    names = told_apart([str(name) for name in columns])
    for number, row in enumerate(data, start=1):
        if isinstance(row, list) and len(row) != len(names):
            raise BadUpload(
                f"Element {number} of the JSON's data has {counted(len(row), 'number')} for "
                f"{counted(len(names), 'column')}. Every one needs as many as there are columns.",
                "csv",
            )
        yield dict(zip(names, row, strict=True)) if isinstance(row, list) else row


def _of_objects(rows: list[Any]) -> Steps[tuple[list[str], list[list[Any]]]]:
    """The names that occur, in the order of the file, and the values of each object; what it lacks is a gap."""
    names: dict[str, None] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise BadUpload(f"Element {number} of the JSON is {_kind(row)} where the first is an object.", "csv")
        names |= dict.fromkeys(row)
        if len(names) > MAX_NAMES or number * len(names) > MAX_CELLS:
            raise _too_many(f"{len(names)} names in its first {number} objects")
        if number % AT_ONCE == 0:
            yield
    values = []
    for number, row in enumerate(rows, start=1):
        values.append([row.get(name) for name in names])
        if number % AT_ONCE == 0:
            yield
    return list(names), values


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
