"""Published runs: what `unroll.watch` sends from a script, and who looks at it.

A script publishes the records of its watched modules over a socket of its own; here the newest of each module is kept
and handed to everyone who follows, each at their own pace. Nothing is computed: it all happens in the web process.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from ...errors import Busy, NotNow, ReadOnly, UnexpectedBinary, UnknownRun, UnknownType, UnrollError, shown
from .. import protocol
from ..compute import Visitor
from ..following.followers import one_more
from ..messages import UNDERSTOOD, Follow, Watch, parse
from ..pacing import Credits
from .captures import Capture

MOST_PUBLISHED = 64  # runs at the same time
MOST_MODULES = 64  # of one run
MOST_BYTES = 64 * 2**20  # of one run's newest records


class PublishedRun:
    """One script's run: the newest record of each of its modules, and its followers."""

    def __init__(self, run: str, facts: dict[str, Any], tell_script: Callable[[str], None]) -> None:
        self.run = run
        self.facts = facts
        self.newest: dict[str, Capture] = {}
        self.followers: set[Follower] = set()
        self.sequence: int | None = None  # that somebody asked to see
        self._tell_script = tell_script

    @property
    def step(self) -> int:
        """The number of the last captured backward pass."""
        return max((capture.step for capture in self.newest.values()), default=0)

    def take(self, capture: Capture) -> None:
        """A record came: it replaces the one before it, here and on its way to whoever was slow."""
        others = sum(len(one.frame) for name, one in self.newest.items() if name != capture.module)
        if capture.module not in self.newest and len(self.newest) >= MOST_MODULES:
            raise Busy(f"At most {MOST_MODULES} modules of one run are shown; got one more. Name some in `modules`.")
        if others + len(capture.frame) > MOST_BYTES:
            raise Busy(f"At most {MOST_BYTES} bytes of one run are kept; got more. Name fewer modules in `modules`.")
        self.newest[capture.module] = capture
        for follower in self.followers:
            follower.offer(capture)

    def show_sequence(self, sequence: int) -> None:
        """Ask the script for another sequence of the batch: everyone sees it, as the script takes out one."""
        if sequence != self.sequence:
            self.sequence = sequence
            self._tell_script(protocol.encode("show", sequence=sequence))

    def add(self, follower: "Follower") -> None:
        """One more who looks; they begin with what is there."""
        one_more(len(self.followers))
        self.followers.add(follower)
        self._tell_script(protocol.encode("followers", count=len(self.followers)))
        for capture in self.newest.values():
            follower.offer(capture)

    def remove(self, follower: "Follower") -> None:
        """One less."""
        self.followers.discard(follower)
        self._tell_script(protocol.encode("followers", count=len(self.followers)))

    def state(self, id_: protocol.Id = None) -> str:
        """What a follower is told of it."""
        return protocol.encode(
            "state",
            id_,
            phase="running",
            config={},
            iteration=self.step,
            solved_at=None,
            same_numerics=True,
            task=None,
            effects={"live": [], "restart": []},
            following=self.run,
            watched=self.facts,
        )

    def end(self, why: str) -> None:
        """The script is gone."""
        for follower in self.followers:
            follower.ended(why)
        self.followers.clear()


class PublishedRuns:
    """All of them, by their tokens. One that is published again under the same key takes the place of the older one."""

    def __init__(self, records_per_second: float, clock: Callable[[], float]) -> None:
        self.records_per_second = records_per_second
        self.clock = clock
        self._runs: dict[str, PublishedRun] = {}

    @property
    def visitors(self) -> list[Visitor]:
        """Everyone who follows one of them."""
        return [follower.visitor for run in self._runs.values() for follower in run.followers]

    def __contains__(self, token: object) -> bool:
        return token in self._runs

    def open(self, run: PublishedRun) -> None:
        """From now on this run is found."""
        before = self._runs.get(run.run)
        if before is None and len(self._runs) >= MOST_PUBLISHED:
            raise Busy(f"At most {MOST_PUBLISHED} runs are published here; got one more. Try again later.")
        self._runs[run.run] = run
        if before is not None:
            before.end("It was published again.")

    def close(self, run: PublishedRun, why: str) -> None:
        """It ended, unless it has been published again."""
        if self._runs.get(run.run) is run:
            del self._runs[run.run]
            run.end(why)

    def find(self, token: str) -> PublishedRun:
        """The run that is published under this token."""
        if token not in self._runs:
            raise UnknownRun(
                f"Expected the token of a run that is published here, got {shown(token)}. Its script may have ended, "
                "or not be back yet: ask again in a moment.",
                "run",
            )
        return self._runs[token]


class Follower:
    """Someone who looks at a published run, in place of a run of their own: a `RunHandle` of another kind."""

    def __init__(self, runs: PublishedRuns, visitor: Visitor) -> None:
        self._runs = runs
        self.visitor = visitor
        self._credits = Credits(runs.records_per_second)
        self._waiting: dict[str, Capture] = {}  # the newest of each module that was not sent yet
        self._timer: asyncio.TimerHandle | None = None
        self.following: PublishedRun | None = None

    def send(self, frame: str | bytes) -> None:
        """A command; each but `ack` has one answer."""
        id_: protocol.Id = None
        try:
            if isinstance(frame, bytes):
                raise UnexpectedBinary(
                    f"Expected a text frame, as a published run takes no files; got {len(frame)} bytes."
                )
            fields = protocol.parse_object(frame)
            id_ = protocol.id_of(fields)
            answer = self._answer(fields, id_)
        except UnrollError as error:
            answer = protocol.error_message(error, id_)
        self.visitor.deliver(answer)
        self.visitor.settle(1)
        self._send_next()

    def _answer(self, fields: dict[str, Any], id_: protocol.Id) -> str:
        try:
            message = parse(fields, UNDERSTOOD)
        except UnknownType:  # a command for a network that is trained here, or none at all
            message = None
        if self.following is None:
            if isinstance(message, Follow):
                run = self._runs.find(message.run)
                run.add(self)  # what is there waits until the answer was sent
                self.following = run
                return run.state(id_)
            raise NotNow("The run that was published has ended. `follow` it again, or connect anew for another one.")
        if not isinstance(message, Watch):
            raise ReadOnly(
                f"{shown(fields['type'])} is not possible: this run is trained by a script, and nothing here changes "
                "it. `watch` chooses the sequence of the batch, as `probe`."
            )
        if message.probe is not None:
            self.following.show_sequence(message.probe)
        return self.following.state(id_)

    def ack(self, iteration: int) -> None:
        """Records up to this step were drawn."""
        self._credits.drawn(iteration, self._runs.clock())
        self._send_next()

    def offer(self, capture: Capture) -> None:
        """There is a new record of a module."""
        self._waiting.pop(capture.module, None)
        self._waiting[capture.module] = capture
        self._send_next()

    def _send_next(self) -> None:
        """What waits, as soon as fewer than two records are unacknowledged and not too many came in this second."""
        while self._waiting and self._credits.free and self.following is not None:
            now = self._runs.clock()
            if now < self._credits.next_at:
                if self._timer is None:
                    wait = self._credits.next_at - now
                    self._timer = asyncio.get_running_loop().call_later(wait, self._later)
                return
            capture = self._waiting.pop(next(iter(self._waiting)))
            self.visitor.deliver(capture.frame)
            self._credits.sent(capture.step, now)

    def _later(self) -> None:
        self._timer = None
        self._send_next()

    def ended(self, why: str) -> None:
        """The script is gone; the connection stays, to ask for it again."""
        run, self.following = self.following, None
        self._waiting.clear()
        self._credits = Credits(self._runs.records_per_second)
        if run is not None:
            self.visitor.deliver(protocol.encode("ended", run=run.run, why=why))

    def leave(self) -> None:
        """The visitor left."""
        if self._timer is not None:
            self._timer.cancel()
        run, self.following = self.following, None
        if run is not None:
            run.remove(self)
