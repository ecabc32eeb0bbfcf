"""learning: none of the others applies."""

from typing import Any

from .facts import Facts
from .verdict import Verdict, known

CODE = "learning"


def judge(facts: Facts) -> Verdict:
    """Values: the loss, what needs no memory, and what arrives of the last loss at the needed lag or at timestep 1."""
    values: dict[str, Any] = {
        "loss": known(facts.loss),
        "baseline": facts.smaller_baseline,
        "needed_lag": facts.needed_lag,
    }
    if facts.last is None:
        return Verdict(values)
    k = 1 if facts.needed_lag is None else max(1, facts.last - facts.needed_lag)
    way = facts.widest(k)
    if way is None:
        return Verdict(values)
    values |= {"state": way.symbol, "layer": way.layer, "loss_timestep": way.last, "timestep": k}
    return Verdict(values | {"ln_start": float(way.ln_norm[way.last]), "ln_there": float(way.ln_norm[k])})
