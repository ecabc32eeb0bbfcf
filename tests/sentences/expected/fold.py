"""While the network folds: how many columns there are, and which one is shown."""

from typing import Any

from .registry import expects
from .seen import Numbers, Seen


@expects("fold finding")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    if asked["share"] == 1:
        return [] if seen.T == 1 else [seen.T]
    return [seen.T] if not asked["closing"] or seen.T > 1 else []


@expects("fold reason")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [seen.T] if asked["share"] == 1 else []


@expects("fold parts")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    return [] if seen.T == 1 else [seen.T]
