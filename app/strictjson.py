"""JSON from strangers, read strictly: one way for messages and for the headers of files."""

import json
from typing import Any


def loads(text: str) -> Any:
    """The value; ValueError for duplicate keys, NaN and infinities, and what is no JSON at all."""
    return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key in an object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"JSON has no {name}")
