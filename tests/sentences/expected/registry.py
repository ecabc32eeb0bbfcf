"""By the name of a sentence: what its numbers should be."""

from collections.abc import Callable
from typing import Any

from .seen import Numbers, Seen

Expectation = Callable[[Seen, dict[str, Any]], Numbers]
EXPECTED: dict[str, Expectation] = {}


def expects(name: str) -> Callable[[Expectation], Expectation]:
    def keep(function: Expectation) -> Expectation:
        EXPECTED[name] = function
        return function

    return keep
