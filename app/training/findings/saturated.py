"""saturated: the activation works where it is nearly flat."""

from math import log

from .facts import Facts
from .verdict import Verdict, known

CODE = "saturated"
SHARE = 0.1
LEARNED = 0.5  # of the loss that needs no memory: below it units that are nearly flat are what was learned
ARRIVES = 1e-3  # of the last loss's gradient at timestep 1, past the activation


def judge(facts: Facts) -> Verdict | None:
    """The mean slope is below 10 % of the greatest slope that this activation has, and the network suffers from it.

    Units that hold a 1 or a -1 for a whole sequence are nearly flat too, and right: an lstm that has learned to keep
    what it heard. So it is no trouble where the loss is low; nor, where nobody knows the loss, where a direct path
    carries the gradient past the activation.
    """
    mean, greatest = float(known(facts.slopes).mean()), known(facts.greatest_slope)
    if mean >= SHARE * greatest or _has_learned(facts):
        return None
    return Verdict({"mean_slope": mean, "greatest_slope": greatest})


def _has_learned(facts: Facts) -> bool:
    loss = facts.median_loss if facts.losses else facts.loss
    if loss is not None:
        needs_no_memory, enough = facts.smaller_baseline, facts.solved_below
        below = [LEARNED * needs_no_memory] if needs_no_memory is not None else []
        return any(loss < bound for bound in [*below, *([enough] if enough is not None else [])])
    way = facts.widest(1) if facts.last else None
    if way is None or way.ln_direct is None:
        return False
    change = way.change(1)
    return change is not None and change > log(ARRIVES)
