"""What stands beside a number in its cell: a currency in front of it, a percent sign or a unit behind it.

They are no part of the number, and are left out where every number of a column has the same: 12.5% is read as 12.5.
"""

import re
from functools import lru_cache

CURRENCIES = "$\u20ac£¥₹₩₽₺₫฿₴₪₱"
SIGN = "[-+\u2212\u2013]?"
NUMBER = "[.,]?9(?:[9.,'\u2019 \u00a0\u202f]*9)?(?:[eE][-+]?9+)?"
UNIT = "(?:°[ \u00a0]?)?(?:[^\\W\\d_]|[%‰°/·²³])[^\\W\\d_%‰°/·²³]*(?:[/·][^\\W\\d_²³]+)*[²³]?"
AFFIXED = re.compile(
    rf"(?P<sign>{SIGN})(?P<before>[{CURRENCIES}]?)[ \u00a0]?"
    rf"(?P<number>{SIGN}{NUMBER})[ \u00a0]?(?P<after>[{CURRENCIES}]|{UNIT})?"
)
NO_UNIT = {"e", "d", "am", "pm", "a.m", "p.m", "st", "nd", "rd", "th"}
"""Behind a number these are half of an exponent, times of day or ordinals."""
LONGEST = 60  # characters of a cell that may be a number
LONGEST_UNIT = 12
BLANKS = " \u00a0\u202f"

Affixes = tuple[str, str]


def affixes(shape: str) -> Affixes | None:
    """What stands before and behind the number in a cell of this shape; None where nothing does, or it is no number."""
    return _affixes(shape) if len(shape) <= LONGEST else None


@lru_cache(4096)
def _affixes(shape: str) -> Affixes | None:
    """Asked for short cells only, as what was asked is remembered for as long as the process lives."""
    found = AFFIXED.fullmatch(shape)
    if found is None or (found["sign"] and found["number"][0] in "-+\u2212\u2013"):
        return None
    before, after = found["before"], found["after"] or ""
    if (before and after) or not (before or after):
        return None
    if len(after) > LONGEST_UNIT or after.lower() in NO_UNIT:
        return None
    return before, after


def bare(shape: str) -> str:
    """The shape of the number alone."""
    found = affixes(shape)
    return shape if found is None else without(shape, found)


def without(cells: str, found: Affixes) -> str:
    """Cells, one a line, that all hold a number with these affixes, without them."""
    for affix in found:
        if affix:
            cells = cells.replace(affix, "")
    return "\n".join([cell.strip(BLANKS) for cell in cells.split("\n")])


def described(found: Affixes) -> str:
    """The one that is there."""
    return found[0] or found[1]
