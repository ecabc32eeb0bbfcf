"""Where the size of a gradient goes on its way back: its logarithm is a sum, and the largest part is the cause.

Of cells without a direct path, over n timesteps (Pascanu, Mikolov & Bengio 2013):
    ln ||dE_t/dh_k|| - ln ||dE_t/dh_t|| = slope + saturation + weights
    slope = n ln(sup |phi'|), what even the best slope takes or adds; saturation: what the slopes lose beyond it.
Of gated cells: = forget_gates + weights, forget_gates being the direct path alone, weights all that joins it.
"""

import numpy as np

from .facts import Facts, WayBack

Parts = dict[str, float]


def parts(way: WayBack, k: int, greatest_slope: float | None) -> Parts:
    """The parts of the change from the last loss's timestep to ``k``; they sum to it. -inf: a factor of exactly 0."""
    steps = slice(k, way.last)  # timesteps k + 1 … t
    total = way.change(k)
    if total is None:
        return {}
    with np.errstate(invalid="ignore"):
        if way.ln_direct is not None:
            return _split(total, forget_gates=float(way.ln_direct[steps].sum()))
        if way.ln_slopes is None or greatest_slope is None:
            return {"weights": total}
        slope = (way.last - k) * float(np.log(greatest_slope))
        through = float(way.ln_slopes[steps].sum())
        if np.isnan(through):  # it is 0 before; what made it so lost all of it
            through = -np.inf if np.isneginf(way.ln_slopes[steps]).any() else 0.0
        return _split(total, slope=slope, saturation=through - slope)


def _split(total: float, **known: float) -> Parts:
    """What is known, and the rest as `weights`; where all is lost, to the part that lost it."""
    if np.isneginf(total):
        lost = {name: value for name, value in known.items() if np.isneginf(value)}
        return {**{name: value for name, value in known.items() if not np.isnan(value)}, **lost} | (
            {} if lost else {"weights": total}
        )
    return {**known, "weights": total - sum(known.values())}


def cause_of_loss(found: Parts) -> str | None:
    """The part that takes most."""
    name = min(found, key=lambda part: found[part], default=None)
    return name if name is not None and found[name] < 0 else None


def cause_of_growth(found: Parts) -> str | None:
    """The part that adds most."""
    name = max(found, key=lambda part: found[part], default=None)
    return name if name is not None and found[name] > 0 else None


def cuts(facts: Facts, lag: int) -> bool:
    """Whether truncation keeps no pair of this lag."""
    return 0 < facts.k2 <= lag
