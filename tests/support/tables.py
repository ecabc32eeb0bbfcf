"""Tables as programs and people write them, drawn by chance, with the numbers that were meant."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

MARKS = [(".", ""), (",", ""), (".", ","), (",", "."), (",", " "), (".", "'"), (".", "\u202f")]
"""How decimals begin, and what groups thousands."""
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
