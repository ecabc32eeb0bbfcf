"""JSON from strangers, read strictly: one way for messages and for the headers of files."""

import json
from typing import Any


def loads(text: str) -> Any:
    """The value; ValueError where a name stands twice, for NaN and infinities, and for what is no JSON at all."""
    return json.loads(text, object_pairs_hook=_no_name_twice, parse_constant=_no_constant)


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"JSON has no {name}")
