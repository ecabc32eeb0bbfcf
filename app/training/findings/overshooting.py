"""overshooting: updates are so long that the loss is worse than the baseline."""

from .facts import Facts, median
from .verdict import Verdict, known

CODE = "overshooting"
LOSSES = 20
WORSE = 1.5  # times the baseline
GREW = 1.1  # times the loss before the first update
LONG = 0.01  # of the weights' norm, in one update
FALLS = 0.9  # the median of the later half against that of the earlier


def judge(facts: Facts) -> Verdict | None:
    """The weights move, the median of the last 20 losses is above 1.5 times the baseline, and the updates did it.

    A loss that began there says nothing of the updates: it must have grown, or not fall under long updates.
    """
    losses, baseline, update_norm = known(facts.losses), known(facts.baseline), known(facts.update_norm)
    median = known(facts.median_loss if len(losses) >= LOSSES else None)
    if not update_norm > 0 or not median > WORSE * baseline:
        return None
    first, weights = facts.first_loss, facts.weight_norm
    grew = first is None or median > GREW * first
    long = weights is None or update_norm > LONG * weights
    if not grew and not (long and not _falls(losses)):
        return None
    return Verdict(
        {
            "median_loss": median,
            "baseline": baseline,
            "first_loss": first,
            "update_norm": update_norm,
            "weight_norm": weights,
            "learning_rate": facts.learning_rate,
        },
        cause="learning_rate",
    )


def _falls(losses: tuple[float, ...]) -> bool:
    half = len(losses) // 2
    return median(losses[half:]) < FALLS * median(losses[:half])
