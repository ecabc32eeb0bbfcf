"""JSON from strangers, read strictly: one way for messages and for the headers of files."""

import json
from typing import Any


def loads(text: str) -> Any:
    """The value; ValueError for names that come twice, NaN and infinities, and what is no JSON at all."""
    return json.loads(text, object_pairs_hook=without_repeats, parse_constant=_no_constant)


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError where a name comes twice, of which a dict would keep one in silence."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice in an object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"JSON has no {name}")
