"""Replaying a hand-in: the run from its seed, every change where it was made, every loss compared bit for bit."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ..errors import OutOfRange, UnrollError
from ..training import RunConfig, Trainer
from ..training.numerics import fingerprint
from .file import Change, HandIn


class Outcome(StrEnum):
    """What came of a replay."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not comparable"
    UNFINISHED = "not finished"


@dataclass(frozen=True)
class Verdict:
    """Whether the losses of a hand-in come out again when it is replayed, in one sentence."""

    outcome: Outcome
    sentence: str


def always() -> bool:
    """For whoever has the time."""
    return True


def verify(handed_in: HandIn, may_go_on: Callable[[], bool] = always) -> Verdict:
    """Replay what was handed in. Before every update `may_go_on` is asked whether there is time for it."""
    reason = why_not_comparable(handed_in)
    if reason:
        return Verdict(Outcome.NOT_COMPARABLE, reason)
    try:
        return _replayed(handed_in, may_go_on)
    except UnrollError as error:
        return Verdict(Outcome.DIFFERENT, f"No run can do this: {error}")


def why_not_comparable(handed_in: HandIn) -> str:
    """Why replaying it here would say nothing; empty where it does."""
    if handed_in.config is None:
        return handed_in.why or "It does not say how the run began."
    if handed_in.config.get("task") == "own":
        return "The run learned from own data, which a hand-in does not hold."
    if not handed_in.curve:
        return "It holds no losses."
    if handed_in.numerics != fingerprint():
        return (
            "It was computed on arithmetic with other last digits than this machine's: another processor, library, "
            "number of threads or version of Unroll."
        )
    return ""


def _replayed(handed_in: HandIn, may_go_on: Callable[[], bool]) -> Verdict:
    trainer = Trainer(RunConfig(**handed_in.config or {}))
    changes, points = deque(handed_in.changes), deque(handed_in.curve)
    while trainer.iteration <= handed_in.iteration:
        at = trainer.iteration
        wanted = points.popleft()[1] if points and points[0][0] == at else None
        losses = [] if wanted is None else [_loss(trainer)]
        while changes and changes[0].iteration == at:
            _apply(trainer, changes.popleft())
            # A loss may have been noted before a change or after it.
            losses += [] if wanted is None else [_loss(trainer)]
        if trainer.diverged:
            return Verdict(Outcome.DIFFERENT, f"At iteration {at} the replay has a number that is not finite.")
        if wanted is not None and wanted not in losses:
            found = f"At iteration {at} the replay's loss is {losses[-1]!r}; the file says {wanted!r}."
            return Verdict(Outcome.DIFFERENT, found)
        if at == handed_in.iteration:
            break
        if not may_go_on():
            return Verdict(Outcome.UNFINISHED, f"Equal up to iteration {at}; there was no time for the rest.")
        trainer.advance()
        if trainer.iteration != at + 1:  # it was undone
            return Verdict(Outcome.DIFFERENT, f"The replay cannot go on from iteration {at}: a number is not finite.")
    count = len(handed_in.curve)
    which = f"All {count} losses" if count > 1 else "The loss"
    return Verdict(Outcome.SAME, f"{which} up to iteration {handed_in.iteration} came out again, bit for bit.")


def _loss(trainer: Trainer) -> float | None:
    """Of the training batch, under the present weights."""
    loss: float | None = trainer.record((), skip_expensive=True).scalars["loss_per_timestep"]
    return loss


def _apply(trainer: Trainer, change: Change) -> None:
    if change.edit is not None:
        trainer.edit(change.edit.tensor, change.edit.index, change.edit.value)
        return
    config = trainer.config.changed(change.configure or {})
    if trainer.config.effects(config).restart:
        raise OutOfRange("a change begins the run again, and a hand-in holds a run from its last beginning on.")
    trainer.configure(**config.model_dump(include=set(change.configure or {})))
