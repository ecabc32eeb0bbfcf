"""What is counted where runs compute, small enough to be sent to the web process once a second."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from typing import Any

ITERATION_SECONDS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


class Histogram:
    """How often a value fell into each bucket; the last bucket has no end."""

    def __init__(self, limits: tuple[float, ...]) -> None:
        self.limits = limits
        self.buckets = [0] * (len(limits) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """One more value."""
        self.buckets[bisect_left(self.limits, value)] += 1
        self.sum += value


class Counts:
    """Counters of one process."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.iterations = Histogram(ITERATION_SECONDS)

    def refused(self, code: str) -> None:
        """A message was answered by this error."""
        self.refusals[code] += 1

    @property
    def nothing(self) -> bool:
        """Whether nothing has been counted yet."""
        return not (self.totals or self.refusals or any(self.iterations.buckets))

    def as_json(self) -> dict[str, Any]:
        """For another process, whose `add` reads it."""
        return {
            "totals": self.totals,
            "refusals": self.refusals,
            "buckets": self.iterations.buckets,
            "seconds": self.iterations.sum,
        }

    def add(self, taken: Mapping[str, Any]) -> None:
        """What another process counted."""
        self.totals.update(taken["totals"])
        self.refusals.update(taken["refusals"])
        for at, count in enumerate(taken["buckets"]):
            self.iterations.buckets[at] += count
        self.iterations.sum += taken["seconds"]
