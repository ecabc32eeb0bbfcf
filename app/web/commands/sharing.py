"""Commands by which several viewers see one run: its owner shares it, others follow."""

from typing import Annotated

from pydantic import Field

from ...link_keys import KEY
from ...training import Effects
from .. import messages, protocol
from ..session import Session
from ..viewer import Viewer
from .base import Answer, Command


class Share(Command):
    """Let others follow this run. With the key of an earlier link they find it under that link again."""

    type = "share"
    key: Annotated[str, Field(pattern=KEY, description="the key of an earlier `shared`")] | None = None

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.network(self.type)
        sharing = session.sharing
        token = sharing.open(self.key)
        return protocol.encode("shared", self.id, run=token, key=sharing.key, followers=len(sharing.followers))


class Unshare(Command):
    """Let nobody follow any longer."""

    type = "unshare"

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.network(self.type)
        session.sharing.end("The owner stopped sharing it.")
        return Effects()


class Follow(messages.Follow, Command):
    """See the run that is shared under this token, in place of one's own."""

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        followed = session.shared.links.find(self.run)
        followed.sharing.admit(viewer)
        return followed
