"""How numbers are written in a file: which sign begins the decimals and which groups thousands.

A cell is looked at by its shape: every digit written as 9. A file of a million numbers has a few dozen shapes.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...errors import BadUpload, Choice, shown
from ...steps import Steps
from .affixes import LONGEST as LONGEST
from .affixes import affixes

DIGITS = {ord(digit): "9" for digit in "0123456789"}
MARKS = ".,"  # each may begin decimals or group thousands
GROUPING = "'\u2019 \u00a0\u202f"  # these only ever group thousands
MINUS = "\u2212\u2013"  # the typographic minus, and the dash that stands for it
EXPONENT = re.compile("[eEdD]")
NO_EXPONENT = re.compile(r"[-+]?9+d9+")  # 12d4: a name as likely as a number
LOOKS_NUMERIC = re.compile(rf"[-+{MINUS}]?[.,]?9[9.,{GROUPING}]*([eE][-+]?9+|[dD][-+]?9+)?")
GAPS = {
    *("", "?", "-", "--", "–", "—", ".", "..", "...", "…", ":", "*", "na", "n/a", "n.a.", "n.a", "#n/a", "nan", "-nan"),
    *("null", "none", "nil", "missing", "nat", "\\n", "#value!", "#div/9!", "#ref!", "#num!", "#null!", "#name?"),
}
MONTHS = "jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez"
DAYS = "mon|tue|wed|thu|fri|sat|sun|die|mit|don|fre|sam|son|mo|di|mi|do|fr|sa|so"
NAMED = {name[:2] for name in f"{DAYS}|{MONTHS}".split("|")}
"""How dates begin that hold no digit; numbers hold one."""
DAY = r"9999[-/]99?([-/]99?)?|9999-?w99(-?9)?|9999\.99?\.99?|99?(?P<part>[-/.])99?(?P=part)(9999|99)"
CLOCK = r"99?:99(:99([.,]9+)?)?( ?[ap]m)?|99?\.99\.99"
ZONE = r"( ?z| ?utc| ?[-+]99(:?99)?| [a-z]{3,4})?(\[[a-z/_]+\])?"
SPELLED = rf"((99?[ .-]*)?({MONTHS})[a-zä]*[ .,/-]*(99?)?[ ,-]*(9999|'?99)?)"
PERIOD = r"9999[- ]?[qw]9{1,2}|q9[- /]?9999"
SHAPES_AT_ONCE, COLUMNS_AT_ONCE = 200, 10  # that are looked at before others get a turn
DATE = re.compile(
    rf"(({DAYS})[a-z]*[., ]*)?"
    rf"(({DAY})([t ]+({CLOCK}){ZONE})?|({CLOCK}){ZONE}|99999999t999999z?|{SPELLED}|{PERIOD})|{DAYS}"
)


def shape(text: str) -> str:
    """Every digit as 9; works on many cells at once."""
    return text.translate(DIGITS)


def leading_zero(cells: str, mark: str) -> int | None:
    """Which of some cells, one a line, is the first that begins with 0 and this sign, such as 0,125."""
    cells = "\n" + cells
    found = [at for sign in ("", "-", "+", MINUS) if (at := cells.find(f"\n{sign}0{mark}")) >= 0]
    return cells.count("\n", 0, min(found)) if found else None


def kind(shape: str, *, beside: bool = False) -> str:
    """What a cell of this shape is: "gap", "date", "number" (if the signs fit) or "word".

    With ``beside``, a unit or the sign of a currency may stand beside a number.
    """
    if len(shape) > LONGEST:
        return "word"
    lowered = shape.lower()
    if lowered in GAPS:
        return "gap"
    if "9" not in shape and lowered[:2] not in NAMED:
        return "word"
    if DATE.fullmatch(lowered):
        return "date"
    if LOOKS_NUMERIC.fullmatch(shape):
        return "word" if NO_EXPONENT.fullmatch(lowered) else "number"
    return "number" if beside and affixes(shape) else "word"


def shapes_of(cells: Sequence[str]) -> set[str]:
    """The shapes that occur among some cells, none of which holds an end of a line."""
    return set(shape("\n".join(cells)).split("\n")) if cells else set()


def kinds_of(shapes: Collection[str]) -> Steps[dict[str, str]]:
    """The kind of each of some shapes, in steps: a line of words may hold many."""
    kinds = {}
    for at, found in enumerate(shapes, start=1):
        kinds[found] = kind(found)
        if at % SHAPES_AT_ONCE == 0:
            yield
    return kinds


@dataclass(frozen=True)
class Format:
    """One way to write numbers: the decimal sign, and the sign between thousands that goes with it."""

    decimal: str

    @property
    def thousands(self) -> str:
        """The other one."""
        return "," if self.decimal == "." else "."

    def pattern(self, *, indian: bool = False) -> re.Pattern[str]:
        """The shapes of numbers written this way; the sign between thousands parts groups of three everywhere.

        With ``indian`` also 12,34,567: only the last group has three.
        """
        between = f"[{re.escape(self.thousands)}{GROUPING}]"
        grouped = "|99?(,99)+,999" if indian and self.thousands == "," else ""
        whole = rf"(9{{1,3}}(?P<mark>{between})999((?P=mark)999)*|9+{grouped})"
        return re.compile(rf"[-+{MINUS}]?({whole}(\{self.decimal}9*)?|\{self.decimal}9+)([eEdD][-+]?9+)?")

    def plain(self, cells: str) -> str:
        """Cells with numbers of this format as Python writes them."""
        for mark in self.thousands + GROUPING:
            cells = cells.replace(mark, "")
        for sign in MINUS:
            cells = cells.replace(sign, "-")
        return cells.replace(self.decimal, ".").replace("D", "e").replace("d", "e")  # Fortran's exponents


STRAIGHT = {"fill": "interpolate"}


class Place(NamedTuple):
    """A cell that can be shown: where it is and what it holds."""

    line: int
    column: int
    name: str
    cell: str
    row: str = "Line"  # what the file's rows are called

    def __str__(self) -> str:
        return f"{self.row} {self.line}, column {self.column} ({shown(self.name)})"


UNMARKED = {sign + "999" for sign in ("", "-", "+", *MINUS)}
"""Whole numbers of three digits without any sign between them."""


def roles(shape: str) -> dict[str, str]:
    """What each of the two signs must be in a cell: "decimal", "thousands", or "either" where both fit."""
    body = re.sub(f"[-+{MINUS}{GROUPING}]", "", EXPONENT.split(shape)[0])
    found = [sign for sign in body if sign in MARKS]
    if not found:
        return {}
    last = found[-1]
    if len(set(found)) == 2:
        return {last: "decimal", found[0]: "thousands"}
    if len(found) > 1:
        return {last: "thousands"}
    before, after = body.split(last)
    either = len(after) == 3 and 1 <= len(before) <= 3 and not EXPONENT.search(shape)
    return {last: "either" if either else "decimal"}


def decide(
    columns: Iterable[Mapping[str, Place]], decimal: str | None, leading_zeros: Mapping[str, Place]
) -> Steps[Format]:
    """The one format that fits every cell; `columns` gives an example of each shape, a mapping a column.

    A sign always followed by exactly three digits, in a column with unmarked whole numbers of three digits, means
    thousands. `leading_zeros` are cells such as 0,125, whose sign can only begin decimals. Where two formats fit,
    BadUpload shows both readings and names the field `decimal`.
    """
    found: dict[tuple[str, str], Place] = {(mark, "decimal"): place for mark, place in leading_zeros.items()}
    known: dict[str, dict[str, str]] = {}
    for at, shapes in enumerate(columns, start=1):
        here = yield from _roles_of(shapes, known)
        if at % COLUMNS_AT_ONCE == 0:
            yield
        begins_decimals = {mark for mark, role in here if role == "decimal"} | set(leading_zeros)
        for (mark, role), place in here.items():
            grouped = mark not in begins_decimals and not UNMARKED.isdisjoint(shapes)
            found.setdefault((mark, "thousands" if grouped else role), place)
    wanted = {decimal} if decimal else set(MARKS)
    for mark in MARKS:
        other = Format(mark).thousands
        if (mark, "decimal") in found or (other, "thousands") in found:
            clash = found.get((other, "decimal")) or found.get((mark, "thousands"))
            if clash:
                raise _clash(found.get((mark, "decimal")) or found[other, "thousands"], clash)
            if decimal not in (None, mark):
                proof = found.get((mark, "decimal")) or found[other, "thousands"]
                raise BadUpload(
                    f"{proof} holds {shown(proof.cell)}, which is no number with {shown(decimal)} as the decimal sign. "
                    f"`decimal` {shown(mark)} fits.",
                    "decimal",
                    (Choice(f"Decimals after {'a point' if mark == '.' else 'a comma'}", {"decimal": mark}),),
                )
            wanted = {mark}
    undecided = [place for (_, role), place in found.items() if role == "either"]
    if len(wanted) > 1 and undecided:
        raise _ambiguous(undecided[0])
    return Format(min(wanted, key="., ".index))


def _roles_of(shapes: Mapping[str, Place], known: dict[str, dict[str, str]]) -> Steps[dict[tuple[str, str], Place]]:
    """What each of the two signs is in the cells of a column, each with the first cell where it is that.

    ``known``: the roles in shapes of the columns before, as most are those of this one.
    """
    found: dict[tuple[str, str], Place] = {}
    for at, (shape, place) in enumerate(shapes.items(), start=1):
        if shape not in known:
            known[shape] = roles(shape)
        for role in known[shape].items():
            found.setdefault(role, place)
        if at % SHAPES_AT_ONCE == 0:
            yield
    return found


def _clash(*places: Place) -> BadUpload:
    one, other = sorted(places, key=lambda place: place.line)
    return BadUpload(
        f"{one} holds {shown(one.cell)} and {str(other).lower()} holds {shown(other.cell)}: no one decimal sign fits "
        "both. Write all numbers alike.",
        "decimal",
        [Choice(f"Leave out {place.name}", {"drop": [place.name]}) for place in places]
        if one.column != other.column
        else [Choice(f"Take {place.cell} as a gap", {"missing": [place.cell], **STRAIGHT}) for place in places],
    )


def _ambiguous(place: Place) -> BadUpload:
    mark = next(sign for sign in place.cell if sign in MARKS)
    whole, decimals = place.cell.replace(mark, ""), place.cell.replace(mark, ".")
    return BadUpload(
        f"{place} holds {shown(place.cell)}, which can be {whole} or {decimals}: every {shown(mark)} is followed by "
        f"exactly three digits. The field `decimal` decides: {shown(Format(mark).thousands)} reads {whole}, "
        f"{shown(mark)} reads {decimals}. In the file, one number with more or fewer decimals decides it too.",
        "decimal",
        (
            Choice(f"{place.cell} is {whole}", {"decimal": Format(mark).thousands}),
            Choice(f"{place.cell} is {decimals}", {"decimal": mark}),
        ),
    )
