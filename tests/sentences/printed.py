"""Numbers in sentences: read back with the precision to which they are printed."""

import re
from dataclasses import dataclass
from decimal import Decimal

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
    """A number as it stands there, also beyond float64, and by how much it may be off: half of its last digit."""

    value: Decimal
    half: Decimal


def printed(words: str) -> list[Printed]:
    """The numbers of a sentence in order; indices of symbols, names of layers and of initial states are none."""
    return [_number(match) for match in NUMBER.finditer(NAMES.sub(" ", words))]


def _number(match: re.Match[str]) -> Printed:
    sign = -1 if match["sign"] else 1
    if match["other"]:
        return Printed(Decimal("NaN") if match["other"] == "NaN" else sign * Decimal("Infinity"), Decimal(0))
    if match["alone"]:
        return Printed(_power(_raised(match["alone"])), Decimal(0))
    scale = _power(_raised(match["power"] or "⁰"))
    part = match["part"] or ""
    figures = match["figures"].replace(THIN, "")
    rounded = max(0, len(figures) - DIGITS) if figures.endswith("0") else 0  # 3230 is printed for 3232
    last = _power(1 - len(part) if part else rounded)
    return Printed(sign * Decimal(figures + part) * scale, last * scale / 2)


def _raised(power: str) -> int:
    return int("".join("-" if one == "⁻" else str(SUPERSCRIPTS.index(one)) for one in power))


def _power(exponent: int) -> Decimal:
    return Decimal(10) ** exponent


def agrees(number: Printed, expected: float | Decimal) -> bool:
    """Whether that is how the number is printed; a record's float32 may round the last digit the other way."""
    value = Decimal(expected)
    if not value.is_finite() or not number.value.is_finite():
        return (number.value.is_nan() and value.is_nan()) or (not value.is_nan() and number.value == value)
    return abs(number.value - value) <= number.half * Decimal("1.01") + Decimal("2e-7") * abs(value)
