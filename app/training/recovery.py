"""Recovery: back to the last weights under which every number was finite."""

from collections.abc import Callable

from .learner import Checkpoint, Learner


class Recovery:
    """Checkpoints of a learner, valid as long as nothing but updates happens."""

    def __init__(self) -> None:
        self._previous: Checkpoint | None = None  # before the last update
        self._last_finite: Checkpoint | None = None  # the last one at which batch and probe were seen to be finite
        self._here: Checkpoint | None = None  # of the learner as it is, if somebody made one

    @property
    def after_update(self) -> bool:
        """Whether an update, which can be undone, led here."""
        return self._previous is not None

    def before_update(self, learner: Learner) -> None:
        """Remember where an update begins."""
        self._previous, self._here = self.here(learner), None

    def after_update_to(self, checkpoint: Checkpoint) -> None:
        """Know a copy of the learner as it is after the update."""
        self._here = checkpoint

    def seen_finite(self, learner: Learner) -> None:
        """Remember that every number is finite here."""
        if self._last_finite is None or self._last_finite.progress.iteration != learner.progress.iteration:
            self._last_finite = self.here(learner)

    def here(self, learner: Learner) -> Checkpoint:
        """A copy of the learner as it is: the one that is known, or a new one, which is known from then on."""
        if self._here is None or self._here.progress is not learner.progress:
            self._here = learner.checkpoint()
        return self._here

    def forget(self) -> None:
        """After a change of any kind: there is nothing to return to."""
        self._previous = self._last_finite = self._here = None

    def go_back(self, learner: Learner, is_finite: Callable[[], bool]) -> None:
        """To the last weights for which `is_finite`; where there are none, nothing is undone."""
        here = learner.checkpoint()
        for checkpoint in (self._previous, self._last_finite, here):
            if checkpoint is not None:
                learner.restore(checkpoint)
                if is_finite():
                    break
        self.forget()
