"""A numeric series: all columns in, all columns one row later out."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..errors import BadUpload
from ..steps import Steps, finish
from . import columns
from .reading import MIN_ROWS, Options, Table, reading_table

SHOWN_ROWS, SHOWN_COLUMNS = 3, 16
CONSTANT = 1e-12  # of its largest number: a column that varies less is only moved to 0
HELD_OUT_FROM = 20  # rows; of a shorter series none are held out


@dataclass(frozen=True, eq=False)
class Standard:
    """A series (N, C) in standard deviations, and the squared errors, over its training rows, of two simple answers:
    each column's mean, and the row before.
    """

    values: np.ndarray
    best_constant: float
    persistence: float


@dataclass(frozen=True, eq=False)
class Series(Table):
    """A table whose rows are timesteps, from a file or from a snapshot.

    With ``split`` the last fifth is held out: never trained on, and not part of what columns are scaled by.
    """

    split: bool = True

    @classmethod
    def of(cls, content: str | bytes, options: Options | None = None) -> Self:
        """Read CSV; what is not numbers, or can be read in two ways, raises BadUpload naming line and column."""
        return finish(cls.reading(content, options))

    @classmethod
    def reading(cls, content: str | bytes, options: Options | None = None) -> Steps[Self]:
        """The same in steps, with all that a task asks for at once."""
        table = yield from reading_table(content, options)
        series = cls(table.columns, table.values, table.left_out, table.notes, table.others)
        yield from series.measuring()
        return series

    def measuring(self) -> Steps[None]:
        """All that a task asks for, so that nothing is left to be computed at once."""
        vars(self)["standard"] = yield from self._standardising()
        vars(self)["scale"] = yield from self._scaling()

    def __post_init__(self) -> None:
        if len(self.values) < MIN_ROWS:
            raise BadUpload(
                f"A series needs at least {MIN_ROWS} rows of numbers; got {len(self.values)}. Add rows.", "csv"
            )

    @property
    def training_rows(self) -> int:
        """How many rows from the beginning may be trained on; those after them are held out."""
        N = len(self.values)
        return N - N // 5 if self.split and N >= HELD_OUT_FROM else N

    @cached_property
    def standard(self) -> Standard:
        """The series as a network is shown it; computed once, as every change of the length asks for it.

        Every column has mean 0 and standard deviation 1 over the training rows, so that no unit drowns others; one that
        is constant there is only moved to 0.
        """
        return finish(self._standardising())

    def _standardising(self) -> Steps[Standard]:
        n = self.training_rows
        peaks = yield from columns.largest(self.values[:n])
        values = np.empty_like(self.values)
        with np.errstate(over="ignore"):  # what is held out may be of any size
            for rows in columns.parts(values):
                np.divide(self.values[rows], np.where(peaks > 0, peaks, 1), out=values[rows])  # 1e300² would overflow
                yield
        known = values[:n]
        mean = (yield from columns.sums(known)) / n
        spread = np.sqrt((yield from columns.variances(known)))
        with np.errstate(over="ignore"):
            for rows in columns.parts(values):
                values[rows] = (values[rows] - mean) / np.where(spread > CONSTANT, spread, 1)
                yield
        constant = float((yield from columns.variances(known)).mean())
        squares = np.empty_like(known[1:])
        for rows in columns.parts(squares):
            np.square(known[1:][rows] - known[:-1][rows], out=squares[rows])
            yield
        return Standard(values, constant, float(squares.mean()))

    @cached_property
    def scale(self) -> list[dict[str, float]]:
        """Of each shown column over the training rows, in the file's own numbers: mean, standard deviation, and what 1
        in standardised numbers is: own number = mean + unit * standardised.
        """
        return finish(self._scaling())

    def _scaling(self) -> Steps[list[dict[str, float]]]:
        known = self.values[: self.training_rows, :SHOWN_COLUMNS]
        peaks = yield from columns.largest(known)
        largest = np.where(peaks > 0, peaks, 1)
        values = np.empty_like(known)
        for rows in columns.parts(values):
            np.divide(known[rows], largest, out=values[rows])
            yield
        mean = (yield from columns.sums(values)) / len(values)
        spread = np.sqrt((yield from columns.variances(values)))
        units = np.where(spread > CONSTANT, spread, 1) * largest
        found = zip(mean * largest, spread * largest, units, strict=True)
        return [
            {"mean": float(mean), "deviation": float(deviation), "unit": float(unit)} for mean, deviation, unit in found
        ]

    @cached_property
    def read(self) -> dict[str, Any]:
        """What was read, to be compared with the file: `state.task.read`, so asked for often.

        Rows and scale are of at most 16 columns; the scale is that of the training rows.
        """
        held_out = len(self.values) - self.training_rows
        split = [
            f"The last {held_out} rows are held out: they are not trained on, the validation loss is theirs, and the "
            f"columns are scaled by the {self.training_rows} rows before them."
        ]
        shown = self.values[:, :SHOWN_COLUMNS]
        return {
            "rows": len(self.values),
            "width": len(self.columns),
            "columns": list(self.columns),
            "left_out": self.left_out,
            "others": self.others,
            "first": shown[:SHOWN_ROWS].tolist(),
            "last": shown[-SHOWN_ROWS:].tolist(),
            "scale": self.scale,
            "held_out": held_out,
            "notes": self.notes + (split if held_out else []),
        }
