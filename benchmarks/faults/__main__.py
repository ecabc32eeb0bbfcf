"""The command: which scenarios, how many."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from benchmarks import faults
from benchmarks.faults import visitors_beside
from benchmarks.faults.bad_input import messages, numbers, openapi, snapshots
from benchmarks.faults.endurance import lives, soak
from benchmarks.faults.servers_ending import hung, kill, owner_killed, restart, resume, sigterm, worker
from benchmarks.faults.visitors_beside import (
    acks,
    costly,
    expensive,
    files,
    floods,
    halves,
    idle,
    requests,
    stuck,
    trickle,
)
from benchmarks.report import Report

Scenario = Callable[[Report, float], Coroutine[Any, Any, None]]
SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        *(stuck, acks, trickle, floods, requests, expensive, files, costly, halves, idle),
        *(kill, worker, resume, owner_killed, hung, restart, sigterm),
        *(messages, snapshots, lives, soak, numbers, openapi),
    )
}


def main() -> int:
    parser = argparse.ArgumentParser(description=faults.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS], help="by default all")
    parser.add_argument("--quick", action="store_true", help="a tenth of the numbers")
    parser.add_argument(
        "--others",
        type=int,
        default=visitors_beside.OTHERS,
        help="ordinary tabs beside an attack; slow cores keep fewer at 30 records a second (default %(default)s)",
    )
    chosen = parser.parse_args()
    visitors_beside.OTHERS = chosen.others
    report = Report("Faults, on this machine")
    for name in chosen.scenarios or SCENARIOS:
        uvloop.run(SCENARIOS[name](report, 0.1 if chosen.quick else 1.0))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
