"""learning: none of the others applies."""

from typing import Any

from .facts import Facts
from .verdict import Verdict, known

CODE = "learning"


def judge(facts: Facts) -> Verdict:
    """Values: the loss, what needs no memory, and what arrives of the last loss at the needed lag or at timestep 1."""
    way = facts.way
    values: dict[str, Any] = {
        "loss": known(facts.loss),
        "baseline": facts.smaller_baseline,
        "needed_lag": facts.needed_lag,
    }
    if way is None or way.last < 1:
        return Verdict(values)
    k = 1 if facts.needed_lag is None else max(1, way.last - facts.needed_lag)
    values |= {"state": way.symbol, "loss_timestep": way.last, "timestep": k}
    return Verdict(values | {"ln_start": float(way.ln_norm[way.last]), "ln_there": float(way.ln_norm[k])})
