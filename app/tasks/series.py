"""A numeric series, read from CSV: all columns in, all columns one row later out."""

import csv
import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from ..errors import BadUpload, shown
from .base import MAX_NAMES

LONGEST_NAME = 60
DELIMITERS = ";\t,"  # tried in this order: files with one of the first two may have decimal commas
EXAMPLE = "Rows of numbers, one row a timestep, the columns parted by commas, would do."


@dataclass(frozen=True, eq=False)
class Series:
    """N rows of standardised columns, values (N, C), with the columns' names."""

    columns: tuple[str, ...]
    values: np.ndarray

    @classmethod
    def of(cls, text: str) -> Self:
        """Read CSV, with or without a line of names; what is not numbers raises BadUpload naming line and column."""
        first = next((line for line in text.splitlines() if line.strip()), "")
        delimiter = next((d for d in DELIMITERS if d in first), ",")
        try:
            lines = [
                (number, [cell.strip() for cell in row])
                for number, row in enumerate(csv.reader(text.splitlines(), delimiter=delimiter), start=1)
                if any(cell.strip() for cell in row)
            ]
        except csv.Error as error:
            raise BadUpload(f"This is not CSV: {error}. {EXAMPLE}", "csv") from None
        if not lines:
            raise BadUpload(f"The file holds no rows. {EXAMPLE}", "csv")
        header = lines[0][1]
        if len(header) > MAX_NAMES:
            raise BadUpload(f"A series may have at most {MAX_NAMES} columns; this one has {len(header)}.", "csv")
        decimal = "." if delimiter == "," else ","
        named = all(_number(cell, decimal) is None for cell in header)
        columns = tuple(_unique(header)) if named else tuple(f"column {i}" for i in range(1, len(header) + 1))
        return cls(columns, np.array([_row(n, row, columns, decimal) for n, row in lines[named:]]))

    def __post_init__(self) -> None:
        if len(self.values) < 3:
            raise BadUpload(f"A series needs at least 3 rows of numbers; got {len(self.values)}. {EXAMPLE}", "csv")

    def standardised(self) -> np.ndarray:
        """Every column with mean 0 and standard deviation 1, so that no unit of measurement drowns the others."""
        largest = np.abs(self.values).max(axis=0)
        values = self.values / np.where(largest > 0, largest, 1)  # 1e300 squared would overflow
        spread = values.std(axis=0)
        standard: np.ndarray = (values - values.mean(axis=0)) / np.where(spread > 1e-12, spread, 1)
        return standard


def _row(line: int, row: list[str], columns: tuple[str, ...], decimal: str) -> list[float]:
    if len(row) != len(columns):
        raise BadUpload(
            f"Line {line} has {len(row)} columns where the first has {len(columns)}. Every line needs as many.",
            "csv",
        )
    numbers: list[float] = []
    for column, cell in zip(columns, row, strict=True):
        value = _number(cell, decimal)
        if value is None:
            problem = f"holds {shown(cell)}" if cell else "is empty"
            raise BadUpload(
                f"Line {line}, column {len(numbers) + 1} ({shown(column)}) {problem}; "
                "every cell needs a finite number. Fill it in or leave the line out.",
                "csv",
            )
        numbers.append(value)
    return numbers


def _number(cell: str, decimal: str) -> float | None:
    """The finite number in a cell; None where there is no such."""
    try:
        value = float(cell.replace(decimal, "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None  # Python reads 1_000, nobody else does


def _unique(names: list[str]) -> list[str]:
    """Names for columns that have none or share one, short enough to be shown."""
    names = [name[:LONGEST_NAME] for name in names]
    return [
        name if name and names.count(name) == 1 else f"{name or 'column'} {i}" for i, name in enumerate(names, start=1)
    ]
