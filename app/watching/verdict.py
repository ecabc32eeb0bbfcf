"""What a rule of a watched module answers."""

from dataclasses import dataclass

from .remedies import Remedy


@dataclass(frozen=True)
class Verdict:
    """A finding, where it was found, why, and the numbers its sentence names."""

    finding: str | None
    sentence: str
    cause: str | None = None
    remedy: Remedy | None = None
