"""nonfinite: a number of the forward or backward pass is not finite."""

from .facts import Facts
from .verdict import Verdict

CODE = "nonfinite"


def judge(facts: Facts) -> Verdict | None:
    """Values: the first such number, where it is known."""
    return None if facts.finite else Verdict(dict(facts.not_finite or {}))
