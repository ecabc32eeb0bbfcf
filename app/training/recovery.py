"""Recovery: back to the last weights under which every number was finite."""

from collections.abc import Callable

from .learner import Checkpoint, Learner


class Recovery:
    """Checkpoints of a learner, valid as long as nothing but updates happens."""

    def __init__(self) -> None:
        self._previous: Checkpoint | None = None  # before the last update
        self._last_finite: Checkpoint | None = None  # the last one at which batch and probe were seen to be finite

    @property
    def after_update(self) -> bool:
        """Whether an update, which can be undone, led here."""
        return self._previous is not None

    def before_update(self, learner: Learner) -> None:
        """Remember where an update begins."""
        self._previous = learner.checkpoint()

    def seen_finite(self, learner: Learner) -> None:
        """Remember that every number is finite here."""
        if self._last_finite is None or self._last_finite.progress.iteration != learner.progress.iteration:
            self._last_finite = learner.checkpoint()

    def forget(self) -> None:
        """After a change of any kind: there is nothing to return to."""
        self._previous = self._last_finite = None

    def go_back(self, learner: Learner, is_finite: Callable[[], bool]) -> None:
        """To the last weights for which `is_finite`; where there are none, nothing is undone."""
        here = learner.checkpoint()
        for checkpoint in (self._previous, self._last_finite, here):
            if checkpoint is not None:
                learner.restore(checkpoint)
                if is_finite():
                    break
        self.forget()
