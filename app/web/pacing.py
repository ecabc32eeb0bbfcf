"""When the next record may be sent, what it may cost, and when the next iteration is computed.

Times are seconds of a clock that others read.
"""

from collections import deque

MOST_IN_FLIGHT = 2
PATIENCE = 10.0  # seconds a run goes on training although no record is acknowledged
EXPENSIVE_EVERY = 8  # while a run plays, one of so many records measures what is expensive,
EXPENSIVE_EVERY_LATE = 16  # and one of so many while records come late: what costs most is what can wait
# Seconds between updates from which on every record does: there is time, and eight last long.
EXPENSIVE_INTERVAL = 1 / 8
NOW, NEVER = float("-inf"), float("inf")  # due at once, and never


class Credits:
    """Which records are on their way to the screen: at most two, and at most so many a second."""

    def __init__(self, per_second: float) -> None:
        self.interval = 1 / per_second
        self.next_at = NOW
        self.in_flight: deque[int] = deque()
        self.heard_at = NOW
        self.late = False  # whether the last record left later than can be made up for

    def sent(self, iteration: int, now: float) -> None:
        """A record left. A late one may be made up for by half an interval, so that the average rate holds."""
        if not self.in_flight:
            self.heard_at = now
        self.in_flight.append(iteration)
        self.late = NOW < self.next_at < now - self.interval / 2
        self.next_at = max(self.next_at, now - self.interval / 2) + self.interval

    def drawn(self, iteration: int, now: float) -> None:
        """Records up to this iteration were drawn, in the order they were sent: a reset counts from 0 again."""
        last = max((at for at, sent in enumerate(self.in_flight) if sent <= iteration), default=-1)
        for _ in range(last + 1):
            self.in_flight.popleft()
        self.heard_at = now

    def hurry(self) -> None:
        """Something changed: the next record does not wait for its turn."""
        self.next_at = NOW

    @property
    def free(self) -> bool:
        """Whether one more record may be on its way."""
        return len(self.in_flight) < MOST_IN_FLIGHT

    @property
    def silent_from(self) -> float:
        """When to stop training if nothing is acknowledged until then."""
        return self.heard_at + PATIENCE if self.in_flight else NEVER


class ExpensiveTurns:
    """Which records measure expensive quantities: one in eight while a run plays, one in sixteen while records come
    late, otherwise every one.
    """

    def __init__(self, turn: int) -> None:
        self.turn = turn % EXPENSIVE_EVERY
        self.skipped = 0  # records
        self.asked = True

    def ask(self) -> None:
        """Something changed: the next record measures all."""
        self.asked = True

    def in_step(self, *, measured: bool) -> None:
        """Share a record with others: if it measured all, the next one to do so is due for everybody at once."""
        if measured:
            self.skipped, self.asked = 0, False

    def would_skip(self, *, plays: bool, late: bool) -> bool:
        """Whether the next record is to omit them."""
        return plays and not self.asked and self.skipped + 1 < (EXPENSIVE_EVERY_LATE if late else EXPENSIVE_EVERY)

    def skip(self, *, plays: bool, late: bool) -> bool:
        """The same of a record that is made now. Runs that begin to play together measure at different times."""
        if self.would_skip(plays=plays, late=late):
            self.skipped += 1
            return True
        self.skipped = 0 if plays and not self.asked else self.turn
        self.asked = False
        return False


class Pace:
    """How fast iterations follow each other, wanted and measured."""

    WINDOW = 0.5  # seconds over which the speed is measured

    def __init__(self) -> None:
        self.interval = 0.0
        self.next_at = NOW
        self.speed: float | None = None
        self._since = NOW
        self._count = 0

    def play(self, rate: float | None, now: float) -> None:
        """From now on `rate` iterations a second; None is as fast as it goes."""
        self.interval = 1 / rate if rate else 0.0
        self.next_at = now if rate else NOW
        self.speed, self._since, self._count = None, now, 0

    def took(self, now: float) -> None:
        """An iteration was computed. At most one that is late is made up for."""
        if self.interval:
            self.next_at = max(self.next_at + self.interval, now - self.interval)
        self._count += 1
        if now - self._since >= self.WINDOW:
            self.speed = self._count / (now - self._since)
            self._since, self._count = now, 0
