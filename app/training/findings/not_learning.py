"""not_learning: the loss does not fall."""

from .facts import Facts
from .verdict import Verdict, known

CODE = "not_learning"
UPDATES = 500
FALL = 0.01  # of the loss 500 updates before; less is what batches differ by


def judge(facts: Facts) -> Verdict | None:
    """The learning rate is 0, or the median loss fell by less than 1 % over the last 500 updates."""
    rate = known(facts.learning_rate)
    if rate == 0:
        return Verdict({"learning_rate": rate}, "learning_rate")
    now, iteration = known(facts.median_loss), known(facts.iteration)
    then, before = known(max((mark for mark in facts.earlier or () if mark[0] <= iteration - UPDATES), default=None))
    if now < (1 - FALL) * before:
        return None
    return Verdict({"learning_rate": rate, "median_loss": now, "loss_before": before, "updates": iteration - then})
