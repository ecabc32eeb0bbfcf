"""The tables of pairs in a record: which E_t reaches which state, (T, T+1) of each layer and direction."""

from collections.abc import Iterator

from ..engine.naming import suffix
from ..training import Record

OF_PAIRS = ("ln_flow", "share", "carried_share", "above_share", "ln_flow_a", "ln_flow_c")
UNDRAWN = ("ln_flow_a", "ln_flow_c", "above_share", "share_used")  # of which the page draws nothing, in no layer
BELOW_BOTH = ("share", "carried_share")  # of which it draws nothing below the top of two directions
LARGE = ("W_", "b_", "grad.")  # how weights and their gradients begin


def is_of_pairs(name: str) -> bool:
    """Whether a tensor, under its name with or without that of a layer and direction, is such a table."""
    return name.startswith(OF_PAIRS)


def smaller(record: Record) -> Iterator[Record]:
    """The record, then without more and more of it, in the order in which the page can do without.

    Tables that are not drawn; of layers below the top of two directions also their shares; all tables of pairs; and
    weights and their gradients, with the tables again as far as there is room.
    """
    below = _below_both(record)
    for kept in (True, False):
        tensors = {name: values for name, values in record.tensors.items() if kept or not name.startswith(LARGE)}
        yield Record(record.scalars, tensors)
        for drops in (_is_undrawn, lambda name: _is_undrawn(name) or name in below, is_of_pairs):
            yield Record(record.scalars, {name: values for name, values in tensors.items() if not drops(name)})


def _is_undrawn(name: str) -> bool:
    return name.startswith(UNDRAWN)


def _below_both(record: Record) -> set[str]:
    """The shares of layers where every E_t reaches every state."""
    if not record.scalars.get("bidirectional"):
        return set()
    levels = range(1, record.scalars["num_layers"])
    return {
        name + suffix(level, reverse=reverse) for name in BELOW_BOTH for level in levels for reverse in (False, True)
    }
