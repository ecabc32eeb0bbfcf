"""Viewer: one pair of eyes on a session: what it watches, when it is shown the next record, the file it uploads."""

from collections.abc import Callable

from .pacing import NEVER, Credits, ExpensiveTurns
from .uploads import Uploads, UploadSlots


class Viewer:
    """One client of a session. It knows no network: a session tells it what changed, and asks when a record is due."""

    def __init__(self, records_per_second: float, turn: int, slots: UploadSlots, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.credits = Credits(records_per_second)
        self.expensive = ExpensiveTurns(turn)
        self.uploads = Uploads(slots, clock)
        self.watching: frozenset[str] = frozenset()
        self.outdated = False  # the current iteration has not been shown yet

    def drawn(self, iteration: int) -> None:
        """The viewer acknowledged a record."""
        self.credits.drawn(iteration, self.clock())

    def show_soon(self) -> None:
        """There is something new that should not wait for its turn."""
        self.outdated = True
        self.credits.hurry()

    def show_all(self) -> None:
        """Something was changed: the next record comes at once and measures everything that is watched."""
        self.show_soon()
        self.expensive.ask()

    def sent(self, iteration: int, now: float) -> None:
        """A record was sent."""
        self.outdated = False
        self.credits.sent(iteration, now)

    @property
    def record_due_at(self) -> float:
        """When the next record may be sent; infinity if there is nothing new, or too much is unacknowledged."""
        return self.credits.next_at if self.outdated and self.credits.free else NEVER

    def leave(self) -> None:
        """The viewer is gone; what it held is free again."""
        self.outdated = False
        self.uploads.forget()
