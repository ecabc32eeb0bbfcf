"""Commands of one viewer: what is watched, and which record was drawn."""

from ...training import Effects
from .. import messages
from ..session import Session
from ..viewer import Viewer
from .base import Answer, Command


class Ack(messages.Ack, Command):
    """The record of this iteration was drawn."""

    for_followers = True

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        raise NotImplementedError("an ack works when it arrives and has no answer")


class Watch(messages.Watch, Command):
    """Which optional quantities records carry, and which sequence they show."""

    for_followers = True

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.watch(viewer, self.quantities, self.probe)
        return Effects()
