"""Who computes next: everyone with something to do gets the same share of one thread's time, whatever their size.

The run that was served least goes next. Runs with somebody waiting (a command, a record that is due) go before those
that only train, the longest waiting first, as long as they are not ahead of the others by more than a little: that
keeps the picture fluent and still lets nobody take more than a share. A command or a record that has taken a slice, as
a large file does, waits anew after each, and may be ahead by a slice only: whoever sends one file after the other would
be ahead with each of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from .pacing import NEVER

SLICE = 0.004  # seconds of computing before somebody else gets a turn
ROUND = 0.012  # seconds in which everybody who has something to do should get a turn
SHORTEST_SLICE = 0.0005
SHORT_STAY = 5.0  # seconds
LEAD = 0.020  # seconds of computing by which someone waited for may be ahead of the others


class Schedulable(Protocol):
    """What the scheduler must know of a run. Answers hold until the run is served or `Scheduler.refresh` is called."""

    def due_at(self, now: float) -> float:
        """When there is something to do; infinity if only a command can change that."""

    def awaited_since(self) -> float:
        """Since when somebody waits for a result, or from when on; infinity if nobody does."""


T = TypeVar("T", bound=Schedulable)


@dataclass(eq=False)
class Turn(Generic[T]):
    """A run, the seconds it has computed (comparable among those now running), and what it said last."""

    key: int
    run: T
    used: float
    came_at: float = 0.0
    computed: float = 0.0  # seconds, all in all
    due: float = NEVER
    awaited: float = NEVER
    since: float = NEVER  # what is awaited; or the last slice, where more than one was spent on it
    spent: float = 0.0  # seconds on what is awaited, since it is

    def ask(self, now: float) -> None:
        """What the run says now."""
        before, self.awaited = self.awaited, self.run.awaited_since()
        self.due = self.run.due_at(now)
        if self.awaited != before:
            self.since, self.spent = self.awaited, 0.0

    def served(self, seconds: float, begun: float, now: float) -> None:
        """It computed for so long, in a slice that began then."""
        self.used += seconds
        self.computed += seconds
        if self.awaited <= begun:
            self.spent += seconds
        if self.spent >= SLICE:
            self.since = max(self.since, now)
        self.ask(now)

    def goes_before(self, now: float, least: float) -> bool:
        """Whether somebody waits for it and it may go before those of whom one has used so little."""
        return self.awaited <= now and self.used <= least + (LEAD if self.spent < SLICE else SLICE)


class Scheduler(Generic[T]):
    """The runs of one compute thread."""

    def __init__(self, clock: Callable[[], float], computed: Callable[[], float] | None = None) -> None:
        """`computed` tells the seconds this thread has computed: while another process has the core nobody uses it."""
        self.clock = clock
        self.computed = computed or clock
        self._turns: dict[int, Turn[T]] = {}
        self._floor = 0.0  # what the least served of the runs at work has used
        self._short_stays = 0.0  # and where that would be if all short stays had been one, that goes on

    def __len__(self) -> int:
        return len(self._turns)

    def __getitem__(self, key: int) -> T:
        return self._turns[key].run

    def __contains__(self, key: int) -> bool:
        return key in self._turns

    def items(self) -> list[tuple[int, T]]:
        """All runs by name."""
        return [(key, turn.run) for key, turn in self._turns.items()]

    def add(self, key: int, run: T) -> None:
        """A newcomer starts level with whoever was served least; behind them by a little after many short stays, as to
        come and leave again and again is worth no more than to stay.
        """
        level = max(self._floor, min(self._short_stays, self._floor + 2 * LEAD))
        self._turns[key] = Turn(key, run, level, self.clock())
        self.refresh(key)

    def remove(self, key: int) -> T:
        """Forget a run; its memory goes with it."""
        turn = self._turns.pop(key)
        if self.clock() - turn.came_at < SHORT_STAY:
            stays = max(self._short_stays, self._floor) + turn.computed
            self._short_stays = min(stays, self._floor + 4 * LEAD)
        return turn.run

    def refresh(self, key: int) -> None:
        """Something reached the run: it may have more to do than it said."""
        self._turns[key].ask(self.clock())

    def sleep_until(self) -> float:
        """When the next run has something to do."""
        return min((turn.due for turn in self._turns.values()), default=NEVER)

    def serve(self, work: Callable[[int, T, float], None]) -> bool:
        """Give the next run its slice: `work(key, run, seconds)`. False if nobody has anything to do.

        The slice ends when somebody else will have something to do, who may go before.
        """
        begun = self.clock()
        ready = [turn for turn in self._turns.values() if turn.due <= begun]
        if not ready:
            return False
        turn = self._next(ready, begun)
        until_next = min((turn.due - begun for turn in self._turns.values() if turn.due > begun), default=NEVER)
        computed = self.computed()
        work(turn.key, turn.run, max(SHORTEST_SLICE, min(SLICE, ROUND / len(ready), until_next)))
        turn.served(self.computed() - computed, begun, self.clock())
        return True

    def _next(self, ready: list[Turn[T]], now: float) -> Turn[T]:
        for turn in ready:  # who slept has not saved up time: it wakes level with the others
            turn.used = max(turn.used, self._floor)
        least = min(ready, key=lambda turn: turn.used)
        self._floor = least.used
        waited_for = [turn for turn in ready if turn.goes_before(now, self._floor)]
        return min(waited_for, key=lambda turn: turn.since, default=least)
