"""What a rule answers."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Verdict:
    """Why a rule applies: the cause, where it knows one, and every number that a sentence about it names."""

    values: dict[str, Any] = field(default_factory=dict)
    cause: str | None = None


class Unknown(Exception):  # noqa: N818 (no error: a rule says that it cannot judge)
    """A rule lacks a fact that it needs."""


def known(fact: T | None) -> T:
    """The fact, if there is one."""
    if fact is None:
        raise Unknown
    return fact
