"""Commands by which the owner of a shared run asks those who follow a scene's question, and they answer."""

from pydantic import Field

from ...errors import NotNow, OutOfRange
from .. import protocol
from ..following.poll import Poll
from ..session import Session
from ..viewer import Viewer
from .base import Answer, Command

MOST_OPTIONS = 20
LONGEST_SCENE = 60


class Ask(Command):
    """Ask followers the question of this scene, which has so many options; answers to another one are forgotten."""

    type = "ask"
    scene: str = Field(min_length=1, max_length=LONGEST_SCENE)
    options: int = Field(ge=2, le=MOST_OPTIONS)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.network(self.type)
        if session.sharing.token is None:
            raise NotNow("`ask` needs somebody to ask: nobody can follow this run. `share` it first.")
        poll = session.sharing.poll
        if poll is None or (poll.scene, poll.options) != (self.scene, self.options):
            session.sharing.poll = poll = Poll(self.scene, self.options, session.sharing.followers.__len__)
        session.sharing.tell_followers(poll.asked())
        return poll.counts(self.id)


class Reveal(Command):
    """Show followers the right answer; nobody can answer any more."""

    type = "reveal"

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        poll = asked(session, self.type)
        poll.revealed = True
        session.sharing.tell_followers(poll.asked())
        return poll.counts(self.id)


class Choose(Command):
    """A follower's answer: the place of an option, from 0. Until the answer is out another one may replace it."""

    type = "answer"
    for_followers = True
    scene: str = Field(min_length=1, max_length=LONGEST_SCENE)
    option: int = Field(ge=0, lt=MOST_OPTIONS)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        poll = asked(session, self.type)
        if viewer is session.sharing.owner:
            raise NotNow("`answer` is for those who follow: the owner of a run asks.")
        if poll.scene != self.scene:
            raise NotNow(
                f"Expected an answer to the question of {poll.scene}; got one to that of another scene.", "scene"
            )
        if poll.revealed:
            raise NotNow("Expected an answer before the right one was revealed; it is now. Wait for the next question.")
        if self.option >= poll.options:
            raise OutOfRange(f"option must be from 0 to {poll.options - 1}; got {self.option}. Try 0.", "option")
        poll.choose(viewer.key, self.option)
        session.sharing.tell_owner(poll.counts())
        return protocol.encode("answered", self.id, scene=self.scene, option=self.option)


def asked(session: Session, command: str) -> Poll:
    """The question that is being asked."""
    session.network(command)
    if session.sharing.poll is None:
        raise NotNow(f"`{command}` needs a question that is asked: the owner of the run asks one with `ask`.")
    return session.sharing.poll
