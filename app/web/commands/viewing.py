"""Commands of one viewer: what is watched, and which record was drawn."""

import re

from pydantic import Field

from ...training import Effects
from ..session import Session
from ..viewer import Viewer
from .base import Answer, Command, Count

LONGEST_ACK = 200  # characters
PLAIN_ACK = re.compile(r'\{"type": ?"ack", ?"iteration": ?(0|[1-9][0-9]{0,14})\}')


class Ack(Command):
    """The record of this iteration was drawn."""

    type = "ack"
    for_followers = True
    iteration: Count

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        raise NotImplementedError("an ack works when it arrives and has no answer")


class Watch(Command):
    """Which optional quantities records carry, and which sequence they show."""

    type = "watch"
    for_followers = True
    quantities: list[str] = Field(max_length=50)
    probe: Count | None = None

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.watch(viewer, self.quantities, self.probe)
        return Effects()
