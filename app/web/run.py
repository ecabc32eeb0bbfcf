"""Run: a session and its viewer, as one connection sees them. Frames in, frames out, one thing at a time.

A viewer has a session of their own, or follows the one of somebody else, which is then worked on in its owner's turns.

Whoever serves a run calls `receive` with each frame, and `work` when `due_at` has come; `work` does the next thing that
is due and returns the frames to send.
"""

import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..errors import ReadOnly, UnrollError
from ..training import BREAKS, Effects, Steps
from ..training.tensorfile import File
from . import commands, protocol
from .closing import Close, CloseCode
from .commands.training import Pause, Step
from .commands.viewing import Ack, Watch
from .following.followers import MOST_FOLLOWERS
from .leaving import FileAnswer, Leaving
from .messages import ack_in
from .pacing import NEVER, NOW
from .protocol import Frame, Id
from .session import Limits, Session, Shared
from .uploads import upload_timed_out
from .viewer import Viewer

__all__ = ["Limits", "Run", "Shared"]

AHEAD = 0.25  # seconds by which a command is waited for longer than a record: one answer, and not one of many pictures
A_TURN = 0.002  # seconds; a command that took longer is answered before others have to wait for its record


def let_go(error: BaseException | None) -> None:
    """Free what was read of a file up to a mistake: where an error is kept for a while, it and that hold each other."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


@dataclass(eq=False)
class Request:
    """A frame, and when it came. It is read when it is looked at: in a turn of its sender."""

    frame: str | bytes
    arrived: float
    id: Id = None

    @cached_property
    def message(self) -> commands.Command | UnrollError | bytes:
        """What the frame says, or the error that says why it says nothing."""
        if isinstance(self.frame, bytes):
            return self.frame
        try:
            fields = protocol.parse_object(self.frame)
            self.id = protocol.id_of(fields)
            return commands.parse(fields)
        except UnrollError as error:
            return error


@dataclass(eq=False)
class Ongoing:
    """A command that is carried out in parts: when it came, and how many seconds its parts have taken."""

    steps: commands.Job | Steps[Effects] | Steps[File]
    id: Id
    arrived: float
    took: float = 0.0


class Run:
    """One viewer and the session they see; whoever serves it knows it, and its viewer, by a `key`."""

    def __init__(
        self,
        limits: Limits,
        shared: Shared | None = None,
        clock: Callable[[], float] = time.monotonic,
        key: int = 0,
    ) -> None:
        shared = shared or Shared()
        self.clock = clock
        self.viewer = Viewer(limits.records_per_second, next(shared.turns), clock, key)
        self.session = Session(limits, shared, clock, self.viewer)
        self.inbox: deque[Request] = deque()
        self.answered = 0  # commands answered since somebody last took note, who does once nothing is leaving
        self.job: Ongoing | None = None
        self.leaving = Leaving(shared.held)
        self.leaving_since = NEVER

    @property
    def follows(self) -> bool:
        """Whether the session is somebody else's, also when that has stopped sharing it."""
        return self.session.sharing.owner is not self.viewer

    def hello(self) -> str:
        """The first message, before anything was asked."""
        limits = self.session.limits
        return protocol.encode(
            "hello",
            protocol=protocol.VERSION,
            limits={
                "message_bytes": protocol.MESSAGE_BYTES,
                "upload_bytes": protocol.UPLOAD_BYTES,
                "snapshot_bytes": protocol.SNAPSHOT_BYTES,
                "capture_bytes": protocol.CAPTURE_BYTES,
                "frames_per_second": protocol.FRAMES_PER_SECOND,
                "records_per_second": limits.records_per_second,
                "max_cost": limits.max_cost,
                "max_bytes": limits.max_bytes,
                "breaks": list(BREAKS),
                "followers": MOST_FOLLOWERS,
            },
        )

    def drawn(self, iteration: int) -> None:
        """An `ack`: it works at once and has no answer."""
        self.viewer.drawn(iteration)

    def receive(self, frame: str | bytes) -> None:
        """Take a frame in; all but `ack` are read and worked on in the order they came."""
        iteration = None if isinstance(frame, bytes) else ack_in(frame)
        if iteration is None:
            self.inbox.append(Request(frame, self.clock()))
        else:
            self.drawn(iteration)

    def due_at(self, now: float) -> float:
        """When `work` has something to do; infinity if only a frame can change that."""
        if self.job or self.inbox or self.leaving.may_go_on:
            return NOW
        if self.follows:
            return self.viewer.uploads.until
        return min(self.viewer.uploads.until, self._records_due_at, self.session.next_iteration_at(now))

    def awaited_since(self) -> float:
        """Since when the viewer waits: for an answer, for the next record, or for the update that it is to show."""
        if self.job:
            return self.job.arrived - AHEAD
        if self.inbox:
            return self.inbox[0].arrived - AHEAD
        if self.leaving.may_go_on:
            return self.leaving_since
        return NEVER if self.follows else min(self._records_due_at, self.session.update_awaited_since())

    @property
    def _records_due_at(self) -> float:
        """When the owner, or followers, may be sent the next record."""
        return min(self.session.record_due_at(self.viewer), self.session.round_due_at())

    def work(self, seconds: float = NEVER, interrupted: Callable[[], bool] = lambda: False) -> list[Frame]:
        """Do what is due, one thing after the other, until there is something to send or the time is over.

        Commands that came together are answered together: whoever lost a server repeats a dozen of them, and would wait
        for everybody else's turn before each. Of a large file that leaves, each turn begins with some parts.
        """
        leaves = self.leaving.next()
        end = self.clock() + seconds
        frames: list[Frame] = []
        while self._do_next(frames) and self.clock() < end:
            if (frames and not self.inbox and not self.job) or interrupted():
                break
        return leaves + frames

    def taken(self) -> None:
        """The viewer took a part of a file."""
        self.leaving.taken()

    def _do_next(self, frames: list[Frame]) -> bool:
        """The most urgent thing that is due; False if nothing is."""
        now = self.clock()
        if self.job:
            self._continue(self.job, frames)
        elif self.inbox:
            self._take(self.inbox.popleft(), frames)
        elif late := self.viewer.uploads.overdue(now):
            frames.append(self._refused(upload_timed_out(late), late.id))
        elif self.follows:
            return False
        elif self.session.record_due_at(self.viewer) <= now:
            if not self.session.prepare(self.viewer):
                frames += self.session.show(self.viewer)
        elif self.session.round_due_at() <= now:
            frames += self.session.show_followers()
        elif self.session.next_iteration_at(now) <= now:
            frames += self.session.advance() or self.session.show_if_next(self.viewer)
        else:
            return False
        return True

    def _continue(self, job: Ongoing, frames: list[Frame]) -> None:
        """One part of a job."""
        begun = self.clock()
        following = self.inbox[0].message if self.inbox else None
        self.session.cut_short = isinstance(following, Pause)
        self.session.steps_next = any(isinstance(one.message, Step) for one in self.inbox)
        try:
            said = next(job.steps)
        except StopIteration as done:
            job.took += self.clock() - begun
            self._reply(done.value, job.id, frames)
        except UnrollError as error:
            self._reply(self._refused(error, job.id), job.id, frames)
        else:
            job.took += self.clock() - begun
            if not said:
                return
            for each in said:
                frames += self._leave(each) if isinstance(each, FileAnswer) else [each]
            self.answered += 1
        self.job = None

    def _take(self, request: Request, frames: list[Frame]) -> None:
        """Carry a command out, or begin to."""
        if isinstance(request.message, Ack):  # one that is told in a roundabout way: nothing is said of it
            self.drawn(request.message.iteration)
            self.answered += 1
            return
        announced, id_ = self.viewer.uploads.announced, request.id
        if announced and isinstance(request.message, bytes):
            id_ = announced.id
        try:
            answer = self._answer(request.message)
        except UnrollError as error:
            answer = self._refused(error, id_)
        if isinstance(answer, Generator):
            self.job = Ongoing(answer, id_, request.arrived)
            self._continue(self.job, frames)
        else:
            self._reply(answer, id_, frames, for_all=not isinstance(request.message, Watch))

    def _reply(
        self,
        answer: Effects | File | Frame | Session,
        id_: Id,
        frames: list[Frame],
        *,
        for_all: bool = True,
    ) -> None:
        """Say what came of a command; followers are told too where it is `for_all`."""
        match answer:
            case Effects():
                following = self.session.sharing.token if self.follows else None
                frames.append(self.session.state(id_, answer, following))
                if for_all and not self.follows:
                    self.session.announce(answer)
            case Session():
                frames.append(self._follow(answer, id_))
                if poll := answer.sharing.poll:
                    frames.append(poll.asked())
            case File():
                frames += self._leave(FileAnswer(answer, id_))
            case bytes():
                frames.append(protocol.with_id(answer, id_))
            case str() | Close():
                frames.append(answer)
        self.answered += 1
        # A change is shown with its answer: it needs no further turn, unless it took a turn's time already.
        is_long = self.job is not None and self.job.took > A_TURN
        if self.session.record_due_at(self.viewer) == NOW and not is_long and not self.session.takes_long:
            frames += self.session.show(self.viewer)

    def _leave(self, answer: FileAnswer) -> list[Frame]:
        """What of a file leaves now."""
        self.leaving_since = self.clock()
        return self.leaving.add(answer)

    def _answer(self, message: commands.Command | UnrollError | bytes) -> commands.Answer:
        if (
            self.follows and self.viewer.key not in self.session.sharing.followers.viewers
        ):  # what was followed has ended
            self.session = Session(self.session.limits, self.session.shared, self.clock, self.viewer)
        match message:
            case UnrollError():
                raise message
            case bytes():
                taken = self.viewer.uploads.take(message)
                return taken if isinstance(taken, Close) else commands.load_file(self.session, taken, message)
        self.viewer.uploads.refuse(message.type)
        if self.follows and not message.for_followers:
            raise ReadOnly(
                f"`{message.type}` is not possible: this run belongs to somebody else, and you follow it. `watch` "
                "chooses what you see of it; `copy` gives you a snapshot to go on with in a connection of its own."
            )
        return message.carry_out(self.session, self.viewer)

    def _refused(self, error: UnrollError, id_: Id) -> str:
        self.session.shared.counts.refused(error.code)
        let_go(error)
        return protocol.error_message(error, id_)

    @property
    def has_network(self) -> bool:
        """Whether somebody made use of this run."""
        return self.session.trainer is not None

    def _follow(self, session: Session, id_: Id) -> str:
        """Leave the session for another one, which let the viewer in; the answer is what that is doing."""
        self.session.end("The owner went on to follow another run.")
        self.session = session
        return session.state(id_, following=session.sharing.token)

    def last_words(self) -> Iterator[Frame]:
        """What is leaving, and the last snapshot: for the owner of a network; a file for others ends where it is."""
        snapshot = self.last_snapshot()
        if snapshot is not None:
            yield from self.leaving.rest()
            yield snapshot

    def last_snapshot(self) -> bytes | None:
        """What an owner needs to go on elsewhere; None if there is nothing yet."""
        return self.session.trainer.snapshot() if self.session.trainer and not self.follows else None

    def rest(self) -> None:
        """Where nothing is due before a frame comes, nobody's buffers are held for what was begun."""
        if not self.follows and self.due_at(self.clock()) == NEVER:
            self.session.leave_off()

    def leave(self, why: str = "The owner left.") -> None:
        """The viewer is gone, and with them the session that is theirs."""
        self.viewer.leave()
        self.job = None
        self.leaving.leave()
        if self.follows:
            self.session.sharing.dismiss(self.viewer)
        else:
            self.session.end(why)

    def fail(self) -> list[Frame]:
        """After an unforeseen error: nothing is left to do here. What to tell the viewer."""
        self.inbox.clear()
        self.leave("It failed because of an error in the server.")
        return [Close(CloseCode.INTERNAL_ERROR, "internal error; see the server log")]
