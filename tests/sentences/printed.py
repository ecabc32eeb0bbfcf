"""Numbers in sentences: read back with the precision to which they are printed."""

import math
import re
from dataclasses import dataclass

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
THIN = "\u2009"
DIGITS = 3  # of a large number
NAMES = re.compile(
    r"_\{[^}]*\}|_[A-Za-z0-9…−+]+|[₀₁₂₃₄₅₆₇₈₉ₜₕₓᵧ₊₋]+|\b[Ll]ayer \d|[hc]0\b"  # indices of symbols, names
)
NUMBER = re.compile(
    rf"(?P<sign>− ?)?(?:10(?P<alone>[⁻{SUPERSCRIPTS}]+)|(?P<figures>\d{{1,3}}(?:{THIN}\d{{3}})+|\d+)(?P<part>\.\d+)?"
    rf"(?:{THIN}×{THIN}10(?P<power>[⁻{SUPERSCRIPTS}]+))?|(?P<other>∞|NaN))"
)


@dataclass(frozen=True)
class Printed:
    """A number as it stands there, and by how much it may be off: half of its last digit."""

    value: float
    half: float


def printed(words: str) -> list[Printed]:
    """The numbers of a sentence in order; indices of symbols, names of layers and of initial states are none."""
    return [_number(match) for match in NUMBER.finditer(NAMES.sub(" ", words))]


def _number(match: re.Match[str]) -> Printed:
    sign = -1.0 if match["sign"] else 1.0
    if match["other"]:
        return Printed(math.nan if match["other"] == "NaN" else sign * math.inf, 0.0)
    if match["alone"]:
        return Printed(10.0 ** _raised(match["alone"]), 0.0)
    scale = 10.0 ** _raised(match["power"] or "⁰")
    part = match["part"] or ""
    figures = match["figures"].replace(THIN, "")
    rounded = 10.0 ** max(0, len(figures) - DIGITS) if figures.endswith("0") else 1.0  # 3230 is printed for 3232
    last = rounded if not part else 10.0 ** (1 - len(part))
    return Printed(sign * float(figures + part) * scale, 0.5 * last * scale)


def _raised(power: str) -> int:
    return int("".join("-" if one == "⁻" else str(SUPERSCRIPTS.index(one)) for one in power))


def agrees(number: Printed, expected: float) -> bool:
    """Whether that is how the number is printed; a record's float32 may round the last digit the other way."""
    if math.isnan(expected) or math.isinf(expected):
        return (math.isnan(number.value) and math.isnan(expected)) or number.value == expected
    return abs(number.value - expected) <= number.half * 1.01 + 2e-7 * abs(expected)
