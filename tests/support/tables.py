"""Tables as programs and people write them, drawn by chance, with the numbers that were meant."""

import json
from typing import Any

import numpy as np
from hypothesis import strategies as st

from app.steps import finish
from app.tasks.reading import Options, Table, reading_table


def read_table(content: str | bytes, options: Options | None = None) -> Table:
    """A file read at once."""
    return finish(reading_table(content, options))


MARKS = [(".", ""), (",", ""), (".", ","), (",", "."), (",", " "), (".", "'"), (".", "\u202f")]
"""How decimals begin, and what groups thousands."""
BESIDE = ["{} %", "{}%", "${}", "{} €", "{} °C", "{}kg", "{} m³/s"]
"""What stands beside each number of a column."""
DATES = [
    "2020-01-{:02}",
    "{:02}/01/2020",
    "{:02}.01.2020",
    "2020-01-{:02} 00:00:00",
    "2020-01-{:02}T12:00:00Z",
    "Jan {:02} 2020",
    "2020/01/{:02} 06:30",
]
GAPS = ["NA", "nan", "", "?", "null", "-"]
NAMES = ("level", "flow (m3/s)", "rain")


def grouped(whole: int, mark: str) -> str:
    """1234567 as 1,234,567."""
    return f"{whole:,}".replace(",", mark)


@st.composite
def files(draw: Any) -> tuple[str | bytes, np.ndarray]:
    """A file, and the numbers that were meant (rows, columns), NaN where there is a gap."""
    decimal, thousands = draw(st.sampled_from(MARKS))
    separator = draw(st.sampled_from([s for s in ",;\t " if s not in (decimal, thousands)]))
    width, rows = draw(st.integers(1, 3)), draw(st.integers(3, 12))
    cells, meant = _numbers(draw, width, rows, decimal, thousands)
    first, name = _first_column(draw, rows, separator)
    table = [[*([first[row]] if first else []), *cells[row]] for row in range(rows)]
    if width > 1 and draw(st.booleans()):
        row = draw(st.integers(0, rows - 1))
        table[row][-1] = draw(st.sampled_from(GAPS if separator != " " else GAPS[:2]))
        meant[row, -1] = np.nan
    if separator != " " and draw(st.integers(0, 3)) == 0:
        table = [[*row, ""] for row in table]  # an empty column at the end of every line
    lines = [separator.join(row) for row in table]
    names = [*([name] if first else []), *NAMES[:width], *([""] * (len(table[0]) - len(cells[0]) - bool(first)))]
    if separator == " ":
        names = [one.split(" ")[0] for one in names]
    whole = _around(draw, lines, separator.join(names), separator, named=name == "" and bool(first))
    return _written(draw, whole), meant


def _numbers(draw: Any, width: int, rows: int, decimal: str, thousands: str) -> tuple[list[list[str]], np.ndarray]:
    places = draw(st.lists(st.integers(0, 4), min_size=width, max_size=width))
    largest = draw(st.sampled_from([9, 999, 99_999, 9_999_999]))
    powers = draw(st.integers(0, 5)) == 0
    meant, cells = np.zeros((rows, width)), []
    for row in range(rows):
        cells.append([])
        for column, digits in enumerate(places):
            whole, part = draw(st.integers(0, largest)), draw(st.integers(0, 10**digits - 1))
            sign, power = draw(st.sampled_from(["", "", "-", "+"])), draw(st.integers(-9, 9))
            after = f"{part:0{digits}}" if digits else ""
            tail = f"e{power:+03}" if powers and digits else ""
            meant[row, column] = float(f"{sign}{whole}{'.' if after else ''}{after}{tail}")
            text = grouped(whole, thousands) if thousands and not tail else str(whole)
            cells[row].append(f"{sign}{text}{decimal if after else ''}{after}{tail}")
    return cells, meant


def _first_column(draw: Any, rows: int, separator: str) -> tuple[list[str], str]:
    """Dates, row numbers as pandas writes them, words, or nothing; and its name."""
    kind = draw(st.sampled_from(["none", "none", "dates", "index", "words"]))
    if kind == "dates":
        form = draw(st.sampled_from([form for form in DATES if " " not in form or separator != " "]))
        return [form.format(row + 1) for row in range(rows)], "when"
    if kind == "index" and separator != " ":
        return [str(row) for row in range(rows)], ""
    if kind == "words":
        return [draw(st.sampled_from(["north", "south"])) for _ in range(rows)], "place"
    return [], ""


def _around(draw: Any, lines: list[str], names: str, separator: str, *, named: bool) -> list[str]:
    """Names and what stands above them: `sep=`, a comment, a title; and rows of nothing below."""
    above = []
    if separator == ";" and draw(st.integers(0, 4)) == 0:
        above.append("sep=;")
    if draw(st.integers(0, 4)) == 0:
        above.append("# taken by hand")
    if named or draw(st.booleans()):
        above.append(names)
    return [*above, *lines, *draw(st.sampled_from([[], [], [""], [separator * names.count(separator)]]))]


def _written(draw: Any, lines: list[str]) -> str | bytes:
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(lines) + end * draw(st.integers(0, 2))
    encoding = draw(st.sampled_from(["text", "utf-8", "utf-8-sig", "utf-16"]))
    return text if encoding == "text" else text.encode(encoding)


Drawn = tuple[str | bytes, np.ndarray]
"""A file, and the numbers that were meant."""


def _plain(draw: Any, most: int = 3) -> tuple[list[list[str]], np.ndarray]:
    """Numbers with a decimal point, and as they are meant."""
    width, rows = draw(st.integers(2, most)), draw(st.integers(4, 12))
    return _numbers(draw, width, rows, ".", "")


def _lines(cells: list[list[str]], separator: str) -> str:
    return "\n".join(separator.join(row) for row in cells) + "\n"


@st.composite
def beside(draw: Any) -> Drawn:
    """Percent, currencies, units in the cells of one column; sometimes one cell has another, or none: no column."""
    cells, meant = _plain(draw)
    form = draw(st.sampled_from(BESIDE))
    signed = form.startswith("$")
    for row in cells:
        row[0] = form.format(row[0].lstrip("+-") if signed else row[0])
    meant[:, 0] = np.abs(meant[:, 0]) if signed else meant[:, 0]
    if draw(st.integers(0, 3)) == 0:
        row = draw(st.integers(0, len(cells) - 1))
        cells[row][0] = draw(st.sampled_from(["7.5", "7.5 J", "£7.5"]))
        meant[row, 0] = np.nan
    names = ",".join(NAMES[: len(cells[0])])
    return f"{names}\n{_lines(cells, ',')}", meant


@st.composite
def bordered(draw: Any) -> Drawn:
    """What Markdown, psql and MySQL draw."""
    cells, meant = _plain(draw)
    names = [name.split(" ")[0] for name in NAMES[: len(cells[0])]]
    rule = ["-" * draw(st.integers(3, 9)) for _ in names]
    kind = draw(st.sampled_from(["Markdown", "psql", "MySQL"]))
    if kind == "Markdown":
        rows = [f"| {' | '.join(row)} |" for row in (names, rule, *cells)]
        return "\n".join(rows), meant
    if kind == "psql":
        return "\n".join([" | ".join(names), "-+-".join(rule), *map(" | ".join, cells), f"({len(cells)} rows)"]), meant
    line = f"+-{'-+-'.join(rule)}-+"
    rows = [line, f"| {' | '.join(names)} |", line, *(f"| {' | '.join(row)} |" for row in cells), line]
    return "\n".join([*rows, f"{len(cells)} rows in set (0.00 sec)"]), meant


@st.composite
def of_r(draw: Any) -> Drawn:
    """R's write.table: names of rows, quoted or not, and no name above them."""
    cells, meant = _plain(draw)
    quote = draw(st.sampled_from(["", '"']))
    separator = draw(st.sampled_from([" ", "\t", ";"]))
    first = draw(st.sampled_from(["numbers", "words"]))
    named = [str(i + 1) if first == "numbers" else f"row{chr(97 + i)}" for i in range(len(cells))]
    rows = [[f"{quote}{name}{quote}", *row] for name, row in zip(named, cells, strict=True)]
    names = [f"{quote}{name.split(' ')[0]}{quote}" for name in NAMES[: len(cells[0])]]
    return f"{separator.join(names)}\n{_lines(rows, separator)}", meant


@st.composite
def with_sentinels(draw: Any) -> Drawn:
    """A number that stands for a missing value in one column: it is never read as one without a question."""
    cells, meant = _plain(draw)
    meant = np.round(np.abs(meant) % 50, 2)
    cells = [[f"{number:g}" for number in row] for row in meant]
    sentinel = draw(st.sampled_from(["-999", "-9999", "-999.0", "9999.9", "-99999", "9999", "-32768"]))
    row = draw(st.integers(0, len(cells) - 1))
    cells[row][0], meant[row, 0] = sentinel, np.nan
    return f"{','.join(NAMES[: len(cells[0])])}\n{_lines(cells, ',')}", meant


@st.composite
def with_an_end(draw: Any) -> Drawn:
    """A total, with a word that says so, and notes below the table."""
    cells, meant = _plain(draw)
    first = draw(st.sampled_from(["2020-01-{:02}", "place {}"]))
    rows = [[first.format(i + 1), *row] for i, row in enumerate(cells)]
    if draw(st.booleans()):
        rows.append([draw(st.sampled_from(["Total", "TOTAL:", "Sum", "Average", "Gesamt"])), *cells[0]])
    notes = draw(st.sampled_from(["", "\nSource: the office\n", "* provisional\n", "Note: measured by hand, twice\n"]))
    names = ",".join(["when", *NAMES[: len(cells[0])]])
    return f"{names}\n{_lines(rows, ',')}{notes}", meant


@st.composite
def as_json(draw: Any) -> Drawn:
    """Rows, objects, an object a line, columns."""
    cells, meant = _plain(draw)
    names = NAMES[: len(cells[0])]
    rows = meant.tolist()
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    kind = draw(st.sampled_from(["rows", "objects", "lines", "columns"]))
    indent = draw(st.sampled_from([None, 1]))
    if kind == "rows":
        return json.dumps(rows, indent=indent), meant
    if kind == "objects":
        return json.dumps(objects, indent=indent), meant
    if kind == "lines":
        return "".join(f"{json.dumps(one)}\n" for one in objects), meant
    return json.dumps({name: meant[:, i].tolist() for i, name in enumerate(names)}, indent=indent), meant


@st.composite
def fixed_width(draw: Any) -> Drawn:
    """Columns below each other, a cell of which may be empty."""
    cells, meant = _plain(draw)
    if draw(st.booleans()):
        row = draw(st.integers(0, len(cells) - 1))
        column = draw(st.integers(0, len(cells[0]) - 1))
        cells[row][column], meant[row, column] = "", np.nan
    names = [name.split(" ")[0] for name in NAMES[: len(cells[0])]]
    wide = [max(len(row[i]) for row in (*cells, names)) + draw(st.integers(1, 3)) for i in range(len(names))]
    lines = ["".join(cell.rjust(width) for cell, width in zip(row, wide, strict=True)) for row in (names, *cells)]
    return "\n".join(lines) + "\n", meant


@st.composite
def of_fortran(draw: Any) -> Drawn:
    """Exponents with D, columns of blanks."""
    meant = _plain(draw)[1]
    meant = np.array([[float(f"{number:.4E}") for number in row] for row in meant])
    lines = [" ".join(f"{number:15.4E}".replace("E", "D") for number in row) for row in meant]
    return "\n".join(lines) + "\n", meant


@st.composite
def with_days(draw: Any) -> Drawn:
    """A first column of dates in digits: a spreadsheet's day numbers, or 20200131."""
    cells, meant = _plain(draw)
    kind = draw(st.sampled_from(["serial", "time", "digits"]))
    forms = {"serial": "{}", "time": "{}.25", "digits": "202001{:02}"}
    first = [forms[kind].format(i + 1 if kind == "digits" else 43_830 + i) for i in range(len(cells))]
    rows = [[day, *row] for day, row in zip(first, cells, strict=True)]
    return f"{','.join(['Date', *NAMES[: len(cells[0])]])}\n{_lines(rows, ',')}", meant


@st.composite
def two_tables(draw: Any) -> Drawn:
    """One below the other, each with its names: no one table."""
    (cells, meant), (more, _) = _plain(draw), _plain(draw)
    one, other = (",".join(NAMES[: len(part[0])]) for part in (cells, more))
    between = draw(st.sampled_from(["", "\n"]))
    return f"{one}\n{_lines(cells, ',')}{between}{other}\n{_lines(more, ',')}", meant * np.nan


KINDS = {
    "beside": beside(),
    "bordered": bordered(),
    "of R": of_r(),
    "sentinels": with_sentinels(),
    "totals and notes": with_an_end(),
    "JSON": as_json(),
    "fixed width": fixed_width(),
    "Fortran": of_fortran(),
    "days": with_days(),
    "two tables": two_tables(),
}
"""What other programs and people write, by name; NaN where no number may be read without a question."""
