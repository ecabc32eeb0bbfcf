"""What tables are read as: every number of 1,000 drawn files is the one that was meant, or the file is refused.

    .venv/bin/python -m benchmarks.reading              # half a minute
    .venv/bin/python -m benchmarks.reading --files 5000

Signs, separators, names, dates, gaps, line ends and encodings are drawn (`tests/support/tables.py`); the suite draws
300.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

import numpy as np
from hypothesis import HealthCheck, given, settings

from app.errors import BadUpload
from app.tasks.reading import read_table
from benchmarks.report import Report
from tests.support.tables import files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    chosen = parser.parse_args()
    found: Counter[str] = Counter()

    @settings(max_examples=chosen.files, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(files())
    def read_one(file: tuple[str | bytes, np.ndarray]) -> None:
        csv, meant = file
        try:
            values = read_table(csv).values
        except BadUpload:
            found["refused, with a gap" if np.isnan(meant).any() else "refused"] += 1
            return
        found["read" if np.array_equal(values, meant) else "misread"] += 1
        if not np.array_equal(values, meant):
            print(f"  {csv!r} was read as {values.tolist()}")

    read_one()
    whole = found["read"] + found["refused"]
    report = Report(f"{sum(found.values())} tables drawn by chance")
    report.row("misread without a word", found["misread"], "", "≤", 0)
    report.row("files without gaps that are read", 100 * found["read"] / whole, "%", "≥", 75)
    report.row("  refused: two readings fit, or none", found["refused"])
    report.row("  refused for a gap", found["refused, with a gap"])
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
