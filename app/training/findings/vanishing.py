"""vanishing: next to nothing of the last loss's gradient arrives where the task needs it (Hochreiter 1991)."""

from math import log

from .causes import cause_of_loss, parts
from .facts import Facts
from .verdict import Verdict, known

CODE = "vanishing"
LEFT = 1e-6
NEARBY = 1e3  # times as much arrives there from all losses together


def judge(facts: Facts) -> Verdict | None:
    """Of E_t's own gradient a millionth or less is left at the needed lag.

    Where nobody knows the needed lag: at timestep 1, and only while the loss is above what needs no memory.
    """
    last = known(facts.last)
    if facts.needed_lag is None:
        k, enough = 1, facts.smaller_baseline
        if facts.loss is not None and enough is not None and facts.loss <= enough:
            return None
    else:
        k = max(1, last - facts.needed_lag)
    if k >= last:
        return None
    way = known(facts.widest(k))
    change = known(way.change(k))
    if change > log(LEFT):
        return None
    found = parts(way, k, facts.greatest_slope)
    whole = None if way.ln_whole is None else float(way.ln_whole[k])
    values = {
        "state": way.symbol,
        "layer": way.layer,
        "loss_timestep": way.last,
        "timestep": k,
        "needed_lag": facts.needed_lag,
        "ln_start": float(way.ln_norm[way.last]),
        "ln_there": float(way.ln_norm[k]),
        "ln_change": change,
        "ln_whole": whole,
        "nearby_losses": whole is not None and whole - float(way.ln_norm[k]) > log(NEARBY),
        "parts": found,
    }
    return Verdict(values, cause_of_loss(found))
