"""overshooting: updates are so long that the loss is worse than the best constant answer's."""

from .facts import Facts
from .verdict import Verdict, known

CODE = "overshooting"
LOSSES = 20
WORSE = 1.5  # times the baseline


def judge(facts: Facts) -> Verdict | None:
    """The weights move, and the median of the last 20 losses is above 1.5 times the baseline."""
    losses, baseline, update_norm = known(facts.losses), known(facts.baseline), known(facts.update_norm)
    median = known(facts.median_loss if len(losses) >= LOSSES else None)
    if not update_norm > 0 or not median > WORSE * baseline:
        return None
    return Verdict(
        {
            "median_loss": median,
            "baseline": baseline,
            "update_norm": update_norm,
            "learning_rate": facts.learning_rate,
        },
        cause="learning_rate",
    )
