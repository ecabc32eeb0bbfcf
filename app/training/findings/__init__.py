"""What is wrong with a network, if anything: the first rule that applies, its cause, and what helps.

One rule a file: `CODE`, its thresholds, and `judge`, which answers with a `Verdict`, with None where it does not apply,
and raises `Unknown` where it lacks a fact. A new rule is a file and its place in `RULES`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from . import (
    clipped_hard,
    dead_units,
    exploding,
    learning,
    nonfinite,
    not_learning,
    overshooting,
    saturated,
    short_horizon,
    solved,
    vanishing,
)
from .facts import Facts, WayBack
from .verdict import Unknown, Verdict

RULES = (
    nonfinite,
    overshooting,
    solved,
    exploding,
    clipped_hard,
    dead_units,
    saturated,
    vanishing,
    short_horizon,
    not_learning,
    learning,
)
CODES = tuple(rule.CODE for rule in RULES)


@dataclass(frozen=True)
class Finding:
    """The first rule that applies (None: none does), and those before it that lacked data."""

    code: str | None
    cause: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


def judge(facts: Facts, codes: Collection[str] = CODES) -> Finding:
    """The finding of these facts, by the rules with these codes."""
    skipped = []
    for rule in RULES:
        if rule.CODE not in codes:
            continue
        try:
            verdict = rule.judge(facts)
        except Unknown:
            skipped.append(rule.CODE)
            continue
        if verdict is not None:
            return Finding(rule.CODE, verdict.cause, verdict.values, skipped)
    return Finding(None, skipped=skipped)


__all__ = ["CODES", "RULES", "Facts", "Finding", "Unknown", "Verdict", "WayBack", "judge"]
