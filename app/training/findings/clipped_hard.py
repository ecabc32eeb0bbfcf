"""clipped_hard: clipping leaves next to nothing of the update."""

from .facts import Facts
from .verdict import Verdict

CODE = "clipped_hard"
KEPT = 0.01


def judge(facts: Facts) -> Verdict | None:
    """Less than 1 % of the update is left, for optimizers that do not divide by the gradient's size."""
    if facts.kept_by_clipping is None or not facts.kept_by_clipping < KEPT:
        return None
    return Verdict(
        {
            "kept": facts.kept_by_clipping,
            "grad_norm": facts.grad_norm,
            "clip_threshold": facts.clip_threshold,
            "clipped_updates": facts.clipped_updates,
            "iteration": facts.iteration,
            "loss_reduction": facts.loss_reduction,
            "targets": facts.targets,
        }
    )
