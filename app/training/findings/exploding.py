"""exploding: the last loss's gradient grows on its way to the first timestep (Bengio, Simard & Frasconi 1994)."""

from math import log

from .causes import cause_of_growth, parts
from .facts import Facts
from .verdict import Verdict, known

CODE = "exploding"
GROWTH = 1e3  # against where it starts
SIZE = 1e3  # at the first timestep


def judge(facts: Facts) -> Verdict | None:
    """E_t's own gradient grows 1000-fold on its way to timestep 1, or is 1000 there."""
    way = known(facts.widest(1) if known(facts.last) >= 1 else None)
    change = known(way.change(1))
    there = float(way.ln_norm[1])
    if change < log(GROWTH) and there < log(SIZE):
        return None
    found = parts(way, 1, facts.greatest_slope)
    values = {
        "state": way.symbol,
        "layer": way.layer,
        "loss_timestep": way.last,
        "timestep": 1,
        "ln_start": float(way.ln_norm[way.last]),
        "ln_there": there,
        "ln_change": change,
        "parts": found,
    }
    return Verdict(values, cause_of_growth(found))
