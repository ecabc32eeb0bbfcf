"""JSON from strangers, read strictly: one way for messages and for the headers of files."""

import json
from typing import Any


def loads(text: str) -> Any:
    """The value; ValueError for duplicate keys, NaN and infinities, and what is no JSON at all."""
    return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=_no_constant)


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these names and values; ValueError where a name comes twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key in an object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"JSON has no {name}")
