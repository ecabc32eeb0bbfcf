"""Sharing: who sees one run. Its owner, whose commands it obeys; those who follow it under a link; the question that
they are asked.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from ...errors import NotNow
from ...link_keys import new_key, token_of
from .. import protocol
from ..protocol import Frame
from ..viewer import Viewer
from .followers import Delivery, Followers, one_more
from .links import Links
from .poll import Poll

T = TypeVar("T")


class Sharing(Generic[T]):
    """The viewers of `run`, to which its link leads. It knows nothing else of the run.

    `post` sends a message to any of the viewers, in anybody's turn.
    """

    def __init__(
        self, run: T, owner: Viewer, followers: Followers, links: Links[T], post: Callable[[Delivery], None]
    ) -> None:
        self.run = run
        self.owner = owner
        self.followers = followers
        self.links = links
        self.post = post
        self.key: str | None = None  # of the link; None while nobody can follow
        self.poll: Poll | None = None

    @property
    def viewers(self) -> list[Viewer]:
        """Everyone, the owner first."""
        return [self.owner, *self.followers.viewers.values()]

    @property
    def token(self) -> str | None:
        """Under which others find the run."""
        return token_of(self.key) if self.key else None

    def open(self, key: str | None) -> str:
        """Let others follow, under the link of this key (None: the one it has, or a new one); returns the token."""
        key = key or self.key or new_key()
        if key != self.key:
            self.end("It is shared under another link now.")
            self.key = key
        token = token_of(key)
        self.links.open(token, self.run)
        return token

    def end(self, why: str) -> None:
        """Nobody follows any longer."""
        if self.token:
            self.links.close(self.token, self.run)
            self.tell_followers(protocol.encode("ended", run=self.token, why=why))
        self.key = None
        self.poll = None
        for viewer in list(self.followers.viewers.values()):
            self.followers.remove(viewer)

    def admit(self, viewer: Viewer) -> None:
        """One more follower. They begin with what every record holds of the sequence that the owner shows."""
        if viewer is self.owner:
            raise NotNow("This run is your own: it cannot be followed over the connection that trains it.", "run")
        one_more(len(self.followers))
        viewer.watch(frozenset(), None)
        self.followers.add(viewer)
        if self.poll:
            self.tell_owner(self.poll.counts())

    def dismiss(self, viewer: Viewer) -> None:
        """One follower less."""
        self.followers.remove(viewer)
        if self.poll:
            self.poll.forget(viewer.key)
            self.tell_owner(self.poll.counts())

    def tell_owner(self, frame: Frame) -> None:
        """A message for the owner in somebody else's turn."""
        self.post(Delivery(frame, (self.owner.key,)))

    def tell_followers(self, frame: Frame, *, is_news: bool = False) -> None:
        """A message for all of them, whatever they have drawn."""
        if self.followers:
            self.post(Delivery(frame, self.followers.keys, is_news))
