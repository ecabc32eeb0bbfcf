"""How much of something may come: so much a second, with a burst after silence."""

from collections.abc import Callable


class Allowance:
    """What may still be spent."""

    def __init__(self, clock: Callable[[], float], per_second: float, burst: float) -> None:
        self.clock = clock
        self.per_second = per_second
        self.burst = burst
        self.left = float(burst)
        self.at = clock()

    def spend(self, amount: float, most_owed: float = float("inf")) -> bool:
        """False when it is used up; nobody owes more than so many seconds."""
        now = self.clock()
        self.left = min(self.burst, self.left + (now - self.at) * self.per_second) - amount
        self.left = max(self.left, -most_owed * self.per_second)
        self.at = now
        return self.left >= 0

    @property
    def owed(self) -> float:
        """Seconds until what was spent is there."""
        return max(0.0, self.at - self.left / self.per_second - self.clock())
