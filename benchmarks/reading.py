"""What tables are read as: every number of 2,000 drawn files is the one that was meant, or the file is refused.

    .venv/bin/python -m benchmarks.reading              # a minute
    .venv/bin/python -m benchmarks.reading --files 5000

Half of them are plain tables: signs, separators, names, dates, gaps, line ends and encodings are drawn. The others are
what other programs and people write: units and currencies in cells, Markdown, psql and MySQL, R, sentinels, totals and
notes, JSON, fixed widths, Fortran, day numbers, two tables in one file (`tests/support/tables.py`). The suite draws
500.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import BadUpload
from benchmarks.report import Report
from tests.support.tables import KINDS, files, read_table

NEVER_READ = ("sentinels", "two tables")  # without a question


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000, help="of plain tables, and as many of other kinds")
    chosen = parser.parse_args()
    report = Report(f"{2 * chosen.files} tables drawn by chance")
    found = drawn_and_read(chosen.files, {"plain": files()})["plain"]
    report.row("misread without a word", found["misread"], "", "≤", 0)
    whole = found["read"] + found["refused"]
    report.row("files without gaps that are read", 100 * found["read"] / whole, "%", "≥", 75)
    report.row("  refused: two readings fit, or none", found["refused"])
    report.row("  refused for a gap", found["refused, with a gap"])
    for name, kind in drawn_and_read(chosen.files, KINDS).items():
        report.row(f"{name}: misread without a word", kind["misread"], "", "≤", 0)
        if name not in NEVER_READ:
            share = 100 * kind["read"] / max(1, kind["read"] + kind["refused"])
            report.row("  read, of those that can be", share, "%", "≥", 75)
        report.row("  refused without a remedy", kind["no remedy"], "", "≤", 0)
    return report.finish()


def drawn_and_read(count: int, kinds: dict[str, st.SearchStrategy]) -> dict[str, Counter[str]]:
    """How many files of each kind were read, refused and misread."""
    found: dict[str, Counter[str]] = {}
    for name, drawn in kinds.items():
        found[name] = _read(max(1, count // len(kinds)), drawn)
    return found


def _read(count: int, drawn: st.SearchStrategy) -> Counter[str]:
    found: Counter[str] = Counter()

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(drawn)
    def read_one(file: tuple[str | bytes, np.ndarray]) -> None:
        csv, meant = file
        try:
            values = read_table(csv).values
        except BadUpload as refusal:
            found["refused, with a gap" if np.isnan(meant).any() else "refused"] += 1
            found["no remedy"] += not refusal.choices
            return
        found["read" if np.array_equal(values, meant) else "misread"] += 1
        if not np.array_equal(values, meant):
            print(f"  {csv!r} was read as {values.tolist()}")

    read_one()
    return found


if __name__ == "__main__":
    sys.exit(main())
