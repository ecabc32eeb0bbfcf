"""Commands that train: play, pause, step."""

from collections.abc import Generator
from typing import TypeVar

from pydantic import Field

from ...training import Effects, Steps, Trainer, finish
from ..session import Phase, Session
from ..viewer import Viewer
from .base import Answer, Command, Job

T = TypeVar("T")
MOST_STEPS = 10_000


class Play(Command):
    """Train at `rate` iterations per second, or as fast as it goes."""

    type = "play"
    rate: float | None = Field(None, gt=0, le=1e6)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.network(self.type)
        session.refuse_when_diverged(self.type)
        session.phase = Phase.RUNNING
        session.pace.play(self.rate, session.clock())
        return Effects()


class Pause(Command):
    """Stop training at the current iteration."""

    type = "pause"

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.network(self.type)
        if session.phase is Phase.RUNNING:
            session.phase = Phase.PAUSED
        session.changed()
        return Effects()


class Step(Command):
    """Make this many updates, then pause."""

    type = "step"
    iterations: int = Field(1, ge=1, le=MOST_STEPS)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        trainer = session.network(self.type)
        session.refuse_when_diverged(self.type)
        session.phase = Phase.PAUSED
        session.stepped = {}
        return self._updates(session, trainer)

    def _updates(self, session: Session, trainer: Trainer) -> Job:
        for taken in range(1, self.iterations + 1):
            if taken == self.iterations and not (session.cut_short or session.steps_next):
                seen = yield from _in_parts(trainer.stepping(watch=(), loss_after=True), trainer)
                session.stepped = {"loss_before": seen.scalars["loss"], "loss_after": seen.scalars["loss_after"]}
            else:
                yield from _in_parts(trainer.approaching(), trainer)
                trainer.advance()
            if trainer.divergence:
                yield session.diverge(trainer.divergence, self.id)
                return
            if session.cut_short:
                break
            yield None
        session.show_soon()
        session.announce()
        yield [session.state(self.id)]


def _in_parts(steps: Steps[T], trainer: Trainer) -> Generator[None, None, T]:
    """What an update takes; where that is long, others have their turns meanwhile."""
    return (yield from steps) if trainer.takes_long else finish(steps)
