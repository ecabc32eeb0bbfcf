"""What is read of a file with rows of numbers."""

from dataclasses import dataclass, field

import numpy as np

MIN_ROWS = 3
MAX_NUMBERS = 2_000_000  # so many fit, as float64, into a file of the largest size that may be uploaded
MOST_SAID = 20  # notes


@dataclass(frozen=True, eq=False)
class Table:
    """What was read: columns' names, values (N, C) as they stand in the file, and what to say about the reading."""

    columns: tuple[str, ...]
    values: np.ndarray
    left_out: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """The names of columns that are left out."""


def notes_cut(notes: list[str]) -> list[str]:
    """At most MOST_SAID of them; the last then says how many are not shown."""
    if len(notes) <= MOST_SAID:
        return notes
    return [*notes[: MOST_SAID - 1], f"{len(notes) - MOST_SAID + 1} more notes are not shown."]
