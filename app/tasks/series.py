"""A numeric series: all columns in, all columns one row later out."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..errors import BadUpload
from .reading import MIN_ROWS, Options, Table, read_table

SHOWN_ROWS, SHOWN_COLUMNS = 3, 16
HELD_OUT_FROM = 20  # rows; of a shorter series none are held out


@dataclass(frozen=True, eq=False)
class Series(Table):
    """A table whose rows are timesteps, from a file or from a snapshot.

    With ``split`` the last fifth is held out: never trained on, and not part of what columns are scaled by.
    """

    split: bool = True

    @classmethod
    def of(cls, content: str | bytes, options: Options | None = None) -> Self:
        """Read CSV; what is not numbers, or can be read in two ways, raises BadUpload naming line and column."""
        table = read_table(content, options)
        return cls(table.columns, table.values, table.left_out, table.notes)

    def __post_init__(self) -> None:
        if len(self.values) < MIN_ROWS:
            raise BadUpload(f"A series needs at least {MIN_ROWS} rows of numbers; got {len(self.values)}.", "csv")

    @property
    def training_rows(self) -> int:
        """How many rows from the beginning may be trained on; those after them are held out."""
        N = len(self.values)
        return N - N // 5 if self.split and N >= HELD_OUT_FROM else N

    def standardised(self) -> np.ndarray:
        """Every column with mean 0 and standard deviation 1 over the training rows, so that no unit drowns others.

        A column that is constant there is only moved to 0.
        """
        largest = np.abs(self.values[: self.training_rows]).max(axis=0)
        with np.errstate(over="ignore"):  # what is held out may be of any size
            values = self.values / np.where(largest > 0, largest, 1)  # 1e300 squared would overflow
            known = values[: self.training_rows]
            spread = known.std(axis=0)
            standard: np.ndarray = (values - known.mean(axis=0)) / np.where(spread > 1e-12, spread, 1)
        return standard

    @staticmethod
    def _scale(columns: np.ndarray) -> list[dict[str, float]]:
        """Mean and standard deviation of each column (N, C), in the file's own units."""
        largest = np.where((peak := np.abs(columns).max(axis=0)) > 0, peak, 1)
        values = columns / largest
        pairs = zip(values.mean(axis=0) * largest, values.std(axis=0) * largest, strict=True)
        return [{"mean": float(mean), "deviation": float(deviation)} for mean, deviation in pairs]

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
            "columns": list(self.columns),
            "left_out": self.left_out,
            "first": shown[:SHOWN_ROWS].tolist(),
            "last": shown[-SHOWN_ROWS:].tolist(),
            "scale": self._scale(shown[: self.training_rows]),
            "held_out": held_out,
            "notes": self.notes + (split if held_out else []),
        }
