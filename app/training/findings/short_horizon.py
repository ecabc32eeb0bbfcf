"""short_horizon: the gradient of the recurrent weights comes from lags shorter than the task needs."""

import numpy as np

from .causes import cause_of_loss, cuts, parts
from .facts import Facts
from .verdict import Verdict, known

CODE = "short_horizon"
SHARE = 0.99


def judge(facts: Facts) -> Verdict | None:
    """The task needs n timesteps back; 99 % of dE/dW_hh, of the pairs that truncation keeps, lie within m < n."""
    needed, horizon = known(facts.needed_lag), known(reach(facts))
    if horizon >= needed:
        return None
    values = {"needed_lag": needed, "horizon": horizon, "k2": facts.k2 or None}
    if cuts(facts, needed):
        return Verdict(values, "truncation")
    way = None if facts.last is None or facts.last <= needed else facts.widest(facts.last - needed)
    if way is None:
        return Verdict(values)
    found = parts(way, way.last - needed, facts.greatest_slope)
    return Verdict(values | {"parts": found}, cause_of_loss(found))


def reach(facts: Facts) -> int | None:
    """The fewest lags that hold 99 % of what is kept; without a measurement what truncation allows; None: unknown."""
    if facts.lag_norm is None:
        return facts.k2 - 1 if facts.k2 and facts.needed_lag is not None and cuts(facts, facts.needed_lag) else None
    kept = facts.lag_norm[: facts.k2] if facts.k2 else facts.lag_norm
    sums = np.cumsum(kept)
    return int(np.searchsorted(sums, SHARE * sums[-1])) if sums[-1] > 0 else None
