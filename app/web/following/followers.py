"""Followers: the viewers of a shared run who may look and change nothing.

They are served together, in rounds: one record is made and packed for all who want the same quantities of the same
sequence, and goes to everyone who has drawn what came before. Whoever is slow is left out of the round. All of it is
done in the owner's turns, so that a run has one share of the computing time, however many follow it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ...errors import RETRY_AFTER, Busy
from ..pacing import NEVER, NOW
from ..protocol import Frame
from ..viewer import Viewer

MOST_FOLLOWERS = 500
TRAINING_SHARE = 2.0  # a round that took s seconds is followed by at least so many times s for the owner
ROUND_SECONDS = 0.03  # after which the records of a round that are still missing wait for the next one
LOOK_AGAIN = 0.005  # seconds until somebody may be ready, where nobody is


def one_more(count: int) -> None:
    """Busy if ``count`` follow a run already and nobody else may."""
    if count >= MOST_FOLLOWERS:
        raise Busy(
            f"At most {MOST_FOLLOWERS} follow one run; got one more. Try again in {RETRY_AFTER:.0f} s.",
            retry_after=RETRY_AFTER,
        )


@dataclass(frozen=True)
class Delivery:
    """One frame for several viewers, who are known by their keys."""

    frame: Frame
    keys: tuple[int, ...]
    is_news: bool = False  # of several such texts that wait, the newest is enough


class Followers:
    """Everyone who follows one run."""

    def __init__(self, records_per_second: float, clock: Callable[[], float]) -> None:
        self.interval = 1 / records_per_second
        self.clock = clock
        self.viewers: dict[int, Viewer] = {}
        self.next_at = NOW

    def __len__(self) -> int:
        return len(self.viewers)

    @property
    def keys(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(self.viewers)

    def add(self, viewer: Viewer) -> None:
        """One more."""
        self.viewers[viewer.key] = viewer

    def remove(self, viewer: Viewer) -> None:
        """One less."""
        self.viewers.pop(viewer.key, None)

    def hurry(self) -> None:
        """Something was changed: the next round comes at once."""
        self.next_at = NOW
        for viewer in self.viewers.values():
            viewer.show_all()

    def due_at(self, version: int) -> float:
        """When the next round is due; infinity while nobody can take what is new."""
        return self.next_at if any(viewer.ready(version) for viewer in self.viewers.values()) else NEVER

    def join(self, begun: float) -> bool:
        """Whether the next round goes with the record that the owner is sent now: it would be due almost at once."""
        return bool(self.viewers) and self.next_at <= begun + self.interval / 2

    def ready(self, version: int, now: float) -> list[list[Viewer]]:
        """Who can take the current record, together with all who want the same; who waited longest comes first."""
        together: dict[object, list[Viewer]] = {}
        for viewer in self.viewers.values():
            if viewer.ready(version) and viewer.credits.next_at <= now + self.interval / 2:
                together.setdefault(viewer.wanted, []).append(viewer)
        if not together:
            self.next_at = now + LOOK_AGAIN
        return sorted(together.values(), key=lambda group: min(viewer.credits.next_at for viewer in group))

    def served(self, begun: float) -> None:
        """A round is over: when is the next one?"""
        ended = self.clock()
        self.next_at = max(begun + self.interval, ended + TRAINING_SHARE * (ended - begun))
