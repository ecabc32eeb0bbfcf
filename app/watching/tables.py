"""The tables of pairs in a record: which E_t reaches which state, (T, T+1) of each layer and direction."""

OF_PAIRS = ("ln_flow", "share", "carried_share", "above_share", "ln_flow_a", "ln_flow_c")


def is_of_pairs(name: str) -> bool:
    """Whether a tensor, under its name with or without that of a layer and direction, is such a table."""
    return name.startswith(OF_PAIRS)
