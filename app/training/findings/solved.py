"""solved: the task has been solved, and what came later is not as bad as before."""

from .facts import Facts
from .verdict import Verdict

CODE = "solved"


def judge(facts: Facts) -> Verdict | None:
    """It was solved, and the median loss is still nearer to the threshold than to the best that needs no memory."""
    median, baseline, enough = facts.median_loss, facts.smaller_baseline, facts.solved_below
    if facts.solved_at is None:
        return None
    if None not in (median, baseline, enough) and not median < max(enough, (enough + baseline) / 2):  # type: ignore[operator, type-var]
        return None
    return Verdict(
        {
            "solved_at": facts.solved_at,
            "loss": facts.loss,
            "solved_below": enough,
            "baseline": baseline,
            "needed_lag": facts.needed_lag,
        }
    )
