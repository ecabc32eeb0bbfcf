"""One rule for names: which layer and direction a parameter, state or tensor belongs to.

Layer 1, the lowest, and the forward direction keep plain names; layer l ≥ 2 appends `_l` and its number, the reverse
direction then appends `_reverse`: W_hh, W_hh_reverse, W_hh_l2, b_h_l2_reverse.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

_SUFFIX = re.compile(r"(?:_l\d)?(_reverse)?$")


def suffix(level: int, *, reverse: bool = False) -> str:
    """What names of layer ``level`` (from 1) and this direction end with."""
    return (f"_l{level}" if level > 1 else "") + ("_reverse" if reverse else "")


def directions(*, bidirectional: bool) -> tuple[bool, ...]:
    """Whether each direction of a layer is the reverse one."""
    return (False, True) if bidirectional else (False,)


def suffixes(num_layers: int, *, bidirectional: bool) -> list[str]:
    """The suffixes of all layers and directions, from the lowest layer up, forward first."""
    return [
        suffix(level, reverse=reverse)
        for level in range(1, num_layers + 1)
        for reverse in directions(bidirectional=bidirectional)
    ]


def with_suffix(values: Mapping[str, T], ending: str) -> dict[str, T]:
    """The same under the names of one layer and direction."""
    return {name + ending: value for name, value in values.items()} if ending else dict(values)


def without_suffix(name: str) -> tuple[str, bool]:
    """The name that the first layer's has, and whether it is one of a reverse direction."""
    return _SUFFIX.sub("", name, count=1), name.endswith("_reverse")
