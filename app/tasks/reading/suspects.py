"""Numbers that may be no measurements: what stands for a missing value, and a row that sums up the others."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ...errors import BadUpload, Choice, shown
from ...steps import Steps
from .options import Options
from .survey import Column, described

NINES = re.compile(r"-9{2,}(\.9+)?0*|9{2,}\.9{2,}|9{3,}\.9|9{4,}")
STANDS_FOR_NONE = (-32768.0, -2147483648.0, 9.969209968386869e36, 1e20, 1e30, 1e35, 1e37, -1e20, -1e30, -1e34)
"""What netCDF, ESRI and others write where nothing was measured."""
ROWS_ABOVE_TOTAL = 5  # at least, where nothing but the numbers says that it is one
TOLERANCE = 1e-9
NUMBERS = 2**16  # that are worked on at once
COLUMNS_AT_ONCE = 50


def refuse_sentinels(values: np.ndarray, columns: Sequence[Column], options: Options) -> Steps[None]:
    """BadUpload where a number looks like what stands for a missing value: far from all others, and such as -9999."""
    if not _asks(options):
        return
    least, most = yield from _ends(values)
    found = []
    for i, column in enumerate(columns):
        for extreme in (least[i], most[i]):
            if NINES.fullmatch(f"{extreme:.12g}") or extreme in STANDS_FOR_NONE:
                yield
                if _is_far(float(extreme), values[:, i]):
                    found.append((float(extreme), column))
        if i % COLUMNS_AT_ONCE == 0:
            yield
    if not found:
        return
    numbers = list(dict.fromkeys(f"{number:.12g}" for number, _ in found))
    number, column = found[0]
    times = int((values[:, columns.index(column)] == number).sum())
    listed, before = " and ".join(numbers[:3]), list(options.missing or ())
    raise BadUpload(
        f"The {described(column)} holds {numbers[0]} {_times(times)}, far from its other numbers: it may stand for a "
        f'missing value. The field `missing` decides: ["{numbers[0]}"] makes it a gap, [] a number.',
        "missing",
        (
            Choice(
                f"{listed}: gaps, filled on a straight line", {"missing": [*before, *numbers], "fill": "interpolate"}
            ),
            Choice(
                f"{listed}: gaps, filled with the number before", {"missing": [*before, *numbers], "fill": "previous"}
            ),
            Choice(f"{listed}: measured", {"missing": [*before, ""] if before else []}),
        ),
    )


def _asks(options: Options) -> bool:
    """Whether nobody has said yet which numbers are gaps: [] says that none is, an empty cell among others too."""
    missing = options.missing
    return missing is None or not (len(missing) == 0 or "" in missing or any(cell[-1:].isdigit() for cell in missing))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _ends(values: np.ndarray) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """The smallest and the largest number of each column; NaN where it holds none."""
    least, most = (np.full(values.shape[1], np.nan) for _ in range(2))
    for some in _parts(values):
        least, most = np.fmin(least, np.fmin.reduce(values[some])), np.fmax(most, np.fmax.reduce(values[some]))
        yield
    return least, most


def _parts(values: np.ndarray) -> Iterator[slice]:
    """Rows that are worked on at once."""
    rows = max(1, NUMBERS // max(1, values.shape[1]))
    return (slice(at, at + rows) for at in range(0, len(values), rows))


def _is_far(extreme: float, values: np.ndarray) -> bool:
    """Whether a number lies beyond all others of its column by more than these are apart, or alone is negative."""
    others = values[(values != extreme) & ~np.isnan(values)]
    if not len(others):
        return False
    low, high = float(others.min()), float(others.max())
    distance = low - extreme if extreme < low else extreme - high
    return distance > high - low or extreme < 0 <= low


def refuse_total(values: np.ndarray, line: int, options: Options, row: str) -> Steps[None]:
    """BadUpload where the last row is the sum of all others, and nothing says what it is."""
    if options.last_line is not None or row != "Line" or len(values) <= ROWS_ABOVE_TOTAL or not line:
        return
    above, last = values[:-1], values[-1]
    sums, sizes, largest = (np.zeros(values.shape[1]) for _ in range(3))
    with np.errstate(over="ignore", invalid="ignore"):
        for some in _parts(above):
            part = np.abs(above[some])
            sums += above[some].sum(axis=0)
            sizes += part.sum(axis=0)
            largest = np.maximum(largest, part.max(axis=0))
            yield
        is_sum = np.abs(sums - last) <= TOLERANCE * sizes
        enough = (sizes > 0) & (np.abs(last) > largest)
    if not (is_sum & enough).all():
        return
    numbers = ", ".join(f"{number:.6g}" for number in last[:3]) + (", …" if len(last) > 3 else "")
    raise BadUpload(
        f"The last row, {shown(numbers)[1:-1]}, is the sum of all rows above it: it may be their total. The field "
        f"`last_line` decides: {line - 1} leaves it out, {line} takes it as a row.",
        "last_line",
        (
            Choice("Leave the last row out: a total", {"last_line": line - 1}),
            Choice("The last row is one like the others", {"last_line": line}),
        ),
    )
