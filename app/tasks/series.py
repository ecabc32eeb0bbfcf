"""A numeric series: all columns in, all columns one row later out."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..errors import BadUpload
from .reading import MIN_ROWS, Options, Table, read_table

SHOWN_ROWS, SHOWN_COLUMNS = 3, 16


@dataclass(frozen=True, eq=False)
class Series(Table):
    """A table whose rows are timesteps, from a file or from a snapshot."""

    @classmethod
    def of(cls, content: str | bytes, options: Options | None = None) -> Self:
        """Read CSV; what is not numbers, or can be read in two ways, raises BadUpload naming line and column."""
        table = read_table(content, options)
        return cls(table.columns, table.values, table.left_out, table.notes)

    def __post_init__(self) -> None:
        if len(self.values) < MIN_ROWS:
            raise BadUpload(f"A series needs at least {MIN_ROWS} rows of numbers; got {len(self.values)}.", "csv")

    def standardised(self) -> np.ndarray:
        """Every column with mean 0 and standard deviation 1, so that no unit of measurement drowns the others."""
        largest = np.abs(self.values).max(axis=0)
        values = self.values / np.where(largest > 0, largest, 1)  # 1e300 squared would overflow
        spread = values.std(axis=0)
        standard: np.ndarray = (values - values.mean(axis=0)) / np.where(spread > 1e-12, spread, 1)
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

        Rows and scale are of at most 16 columns.
        """
        shown = self.values[:, :SHOWN_COLUMNS]
        return {
            "rows": len(self.values),
            "columns": list(self.columns),
            "left_out": self.left_out,
            "first": shown[:SHOWN_ROWS].tolist(),
            "last": shown[-SHOWN_ROWS:].tolist(),
            "scale": self._scale(shown),
            "notes": self.notes,
        }
