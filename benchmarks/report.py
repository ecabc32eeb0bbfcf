"""One way to print a measurement: what, how much, the goal, and whether it was reached."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field

COMPARE = {"≤": operator.le, "≥": operator.ge}


@dataclass
class Report:
    """Collects rows and prints them as they come; `failed` names the goals that were missed."""

    title: str
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        print(f"\n{self.title}\n{'':2}{'measured':>46} {'':>10}   goal")

    def row(self, what: str, value: float, unit: str = "", relation: str = "≤", goal: float | None = None) -> None:
        """One measured value; without a goal it is only reported."""
        missed = goal is not None and not COMPARE[relation](value, goal)
        if missed:
            self.failed.append(what)
        wanted = "" if goal is None else f"{relation} {goal:g} {'MISSED' if missed else ''}"
        print(f"  {what:<46} {value:>10.4g} {unit:<4} {wanted}".rstrip(), flush=True)

    def finish(self) -> int:
        """The exit status: 0 when every goal was reached."""
        print(f"\n{'missed: ' + ', '.join(self.failed) if self.failed else 'every goal reached'}")
        return 1 if self.failed else 0
