"""Messages that fit a text frame, whatever names and sentences own data bring: what is too long is cut."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from . import protocol

NAMES = ("inputs", "outputs", "classes")  # of a task; own data may bring thousands of them, of any length
LONGEST_NAME = 60  # characters
LONGEST_SENTENCE = 400


def shortened(task: dict[str, Any]) -> dict[str, Any]:
    """A task whose names and sentences have a bounded length, with how many names of each kind there are."""
    names = {kind: [name[:LONGEST_NAME] for name in task[kind]] for kind in NAMES if task[kind] is not None}
    read = {"read": sentences_cut(task["read"])} if "read" in task else {}  # own data that were read from a file
    return {**task, **names, **read, "totals": {kind: len(all_names) for kind, all_names in names.items()}}


def sentences_cut(value: Any) -> Any:
    """The same with sentences of a bounded length."""
    if isinstance(value, dict):
        return {name: sentences_cut(item) for name, item in value.items()}
    if isinstance(value, list):
        return [sentences_cut(item) for item in value]
    return value[:LONGEST_SENTENCE] if isinstance(value, str) else value


def first_of_each(value: Any, most: int) -> Any:
    """The same with at most the first `most` entries of each list, also of lists within others."""
    if isinstance(value, dict):
        return {name: first_of_each(item, most) for name, item in value.items()}
    if not isinstance(value, list):
        return value
    first = value[:most]
    return [first_of_each(item, most) for item in first] if first and isinstance(first[0], dict | list) else first


def with_lists_cut(message: Callable[[Any], str], value: Any, longest: int) -> str:
    """The `message` of `value` with as many entries of each of its lists as fit, at most `longest`."""
    fits = bisect_left(
        range(longest), True, key=lambda n: len(message(first_of_each(value, n + 1))) > protocol.MESSAGE_BYTES
    )
    return message(first_of_each(value, fits))
