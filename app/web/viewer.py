"""Viewer: one client that sees a session: what it watches, when it is shown the next record, the file it uploads."""

from collections.abc import Callable

from .pacing import NEVER, Credits, ExpensiveTurns
from .uploads import Uploads

NOTHING_YET = -1  # is no version of anything

Wanted = tuple[frozenset[str], int | None]
"""What records are made for a viewer: their optional quantities, and which sequence (None: the one the owner shows)."""


class Viewer:
    """One client of a session, known to whoever carries its frames by its `key`.

    It knows no network: a session numbers its `version`s, and a viewer knows which one it was shown.
    """

    def __init__(self, records_per_second: float, turn: int, clock: Callable[[], float], key: int = 0) -> None:
        self.clock = clock
        self.key = key
        self.credits = Credits(records_per_second)
        self.expensive = ExpensiveTurns(turn)
        self.uploads = Uploads(clock)
        self.watching: frozenset[str] = frozenset()
        self.probe: int | None = None
        self.shown = NOTHING_YET

    @property
    def wanted(self) -> Wanted:
        """Viewers who want the same are sent the same record."""
        return self.watching, self.probe

    def watch(self, quantities: frozenset[str], probe: int | None) -> None:
        """From now on."""
        self.watching, self.probe = quantities, probe
        self.show_all()

    def drawn(self, iteration: int) -> None:
        """The viewer acknowledged a record."""
        self.credits.drawn(iteration, self.clock())

    def show_soon(self) -> None:
        """There is something new that should not wait for its turn."""
        self.shown = NOTHING_YET
        self.credits.hurry()

    def show_all(self) -> None:
        """Something was changed: the next record comes at once and measures everything that is watched."""
        self.show_soon()
        self.expensive.ask()

    def sent(self, version: int, iteration: int, now: float) -> None:
        """A record was sent."""
        self.shown = version
        self.credits.sent(iteration, now)

    def would_skip_expensive(self, *, plays: bool) -> bool:
        """Whether the next record is to omit what is expensive."""
        return self.expensive.would_skip(plays=plays, late=self.credits.late)

    def skip_expensive(self, *, plays: bool) -> bool:
        """The same of a record that is made now."""
        return self.expensive.skip(plays=plays, late=self.credits.late)

    def ready(self, version: int) -> bool:
        """Whether this version is new to the viewer, and not too much is unacknowledged."""
        return self.shown != version and self.credits.free

    def record_due_at(self, version: int) -> float:
        """When the next record may be sent; infinity if there is nothing new, or too much is unacknowledged."""
        return self.credits.next_at if self.ready(version) else NEVER

    def leave(self) -> None:
        """The viewer is gone; what it held is free again."""
        self.uploads.forget()
