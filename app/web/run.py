"""Run: one visitor's network. Commands in, messages out; no socket, and no clock but the one it is handed.

    idle ──start──▶ paused ◀──pause/step/reset── running
                      │  └────────play──────────▶   │
                      └──▶ diverged ◀───────────────┘      a number that is not finite; configure, edit, reset lead out

Whoever serves a run calls `receive` with each frame, and `work` when `due_at` has come; `work` does the next thing that
is due and returns the frames to send. Records are made only when one may be sent, so the one sent is the newest.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any

from ..errors import NoRun, NotNow, UnknownField, UnrollError, shown
from ..training import Divergence, Effects, RunConfig, Scratch, Trainer
from . import protocol
from .counts import Counts
from .pacing import DEAR_INTERVAL, NEVER, NOW, Credits, Dear, Pace
from .protocol import Close, Command, Frame
from .uploads import Places, Uploads, did_not_come

Id = str | int | None


class Phase(StrEnum):
    """Where a run stands."""

    IDLE = "idle"
    PAUSED = "paused"
    RUNNING = "running"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class Limits:
    """What one run may cost."""

    max_cost: int
    max_bytes: int
    records_per_second: float

    def published(self) -> dict[str, Any]:
        """As `hello` says them."""
        return {
            "message_bytes": protocol.MESSAGE_BYTES,
            "upload_bytes": protocol.UPLOAD_BYTES,
            "frames_per_second": protocol.FRAMES_PER_SECOND,
            "records_per_second": self.records_per_second,
            "max_cost": self.max_cost,
            "max_bytes": self.max_bytes,
            "breaks": list(protocol.BREAKS),
        }


class Shared:
    """What the runs of one process have in common: buffers by shape, a few places for uploads, what is counted."""

    def __init__(self) -> None:
        self.scratch = Scratch()
        self.places = Places()
        self.turns = count()  # by which runs take turns with what is dear
        self.counts = Counts()


class Run:
    """One network and whoever watches it."""

    def __init__(
        self, limits: Limits, shared: Shared | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits
        self.shared = shared or Shared()
        self.clock = clock
        self.trainer: Trainer | None = None
        self.phase = Phase.IDLE
        self.credits = Credits(limits.records_per_second)
        self.pace = Pace()
        self.dear = Dear(next(self.shared.turns))
        self.uploads = Uploads(self.shared.places, clock)
        self.inbox: deque[tuple[Command | UnrollError | bytes, Id, float]] = deque()  # with its id and its arrival
        self.answered = 0  # commands answered since somebody last took note
        self.job: Iterator[list[Frame]] | None = None
        self.unsent = False  # the current iteration has not been shown yet
        self.stepped: dict[str, Any] = {}  # what the last update of a `step` made of its batch's loss

    def hello(self) -> str:
        """The first message, before anything was asked."""
        return protocol.encode("hello", protocol=protocol.VERSION, limits=self.limits.published())

    def drawn(self, iteration: int) -> None:
        """An `ack`: it works at once and has no answer."""
        self.credits.drawn(iteration, self.clock())

    def receive(self, frame: str | bytes) -> None:
        """Take a frame in; all but `ack` are worked on in the order they came."""
        now = self.clock()
        if isinstance(frame, bytes):
            self.inbox.append((frame, None, now))
            return
        fields: dict[str, Any] = {}
        message: Command | UnrollError
        try:
            fields = protocol.parse_object(frame)
            message = protocol.parse_command(fields)
        except UnrollError as error:
            message = error
        if isinstance(message, protocol.Ack):
            self.drawn(message.iteration)
        else:
            self.inbox.append((message, protocol.id_of(fields), now))

    # When there is something to do.

    def due_at(self, now: float) -> float:
        """When `work` has something to do; infinity if only a frame can change that."""
        if self.job or self.inbox:
            return NOW
        due = self.uploads.until
        if self.unsent and self.credits.free:
            due = min(due, self.credits.next_at)
        if self.phase is Phase.RUNNING and now < self.credits.silent_from:
            due = min(due, self.pace.next_at)
        return due

    def awaited_since(self) -> float:
        """Since when somebody waits: for an answer, or for the next picture."""
        if self.inbox and not self.job:
            return self.inbox[0][2]
        return self.credits.next_at if self.unsent and self.credits.free else NEVER

    def work(self, seconds: float = NEVER, interrupted: Callable[[], bool] = lambda: False) -> list[Frame]:
        """Do what is due, one thing after the other, until there is something to send or the time is over."""
        end = self.clock() + seconds
        frames: list[Frame] = []
        while self._do_next(frames) and not frames and self.clock() < end and not interrupted():
            pass
        return frames

    def _do_next(self, frames: list[Frame]) -> bool:
        """The most urgent thing that is due; False if nothing is."""
        now = self.clock()
        if self.job:
            frames += next(self.job, [])
            if frames:
                self.job = None
                self.answered += 1
        elif self.inbox:
            message, id_, _ = self.inbox.popleft()
            self._take(message, id_, frames)
        elif late := self.uploads.overdue(now):
            frames.append(self._refused(did_not_come(late), late.id))
        elif self.trainer and self.unsent and self.credits.free and now >= self.credits.next_at:
            frames += self._show(self.trainer)
        elif self.trainer and self.phase is Phase.RUNNING and self.pace.next_at <= now < self.credits.silent_from:
            frames += self._advance(self.trainer)
        else:
            return False
        return True

    @property
    def cut_short(self) -> bool:
        """Whether the visitor asks for a pause while a job is going on."""
        return bool(self.inbox) and isinstance(self.inbox[0][0], protocol.Pause)

    # Commands.

    def _take(self, message: Command | UnrollError | bytes, id_: Id, frames: list[Frame]) -> None:
        answer: Frame | None
        if isinstance(message, bytes) and self.uploads.announced:
            id_ = self.uploads.announced.id
        self.answered += 1
        try:
            if isinstance(message, UnrollError):
                raise message
            answer = self._file(message) if isinstance(message, bytes) else self._carry_out(message)
        except UnrollError as error:
            answer = self._refused(error, id_)
        if answer is None:  # a job has begun, and answers when it is done
            self.answered -= 1
            return
        frames.append(protocol.with_id(answer, id_) if isinstance(answer, bytes) else answer)
        # A change is shown in the same breath: it needs no further turn.
        if self.trainer and self.unsent and self.credits.free and self.credits.next_at == NOW:
            frames += self._show(self.trainer)

    def _refused(self, error: UnrollError, id_: Id) -> str:
        self.shared.counts.refused(error.code)
        return protocol.error_message(error, id_)

    def _carry_out(self, command: Command) -> Frame | None:
        """The answer to a command; None if it comes later."""
        self.uploads.refuse(command.type)
        match command:
            case protocol.Start():
                self._begin(self._fresh(known_fields(command.config)))
                return self._state(command)
            case protocol.Upload():
                if command.kind not in ("snapshot", "dataset"):
                    self._trainer(f"upload of {command.kind}")
                return self.uploads.announce(command)
        trainer = self._trainer(f"`{command.type}`")
        effects = Effects()
        match command:
            case protocol.Configure():
                effects = trainer.configure(**known_fields(command.changes))
                self._changed()
            case protocol.Play():
                self._refuse_when_diverged(command)
                self.phase = Phase.RUNNING
                self.pace.play(command.rate, self.clock())
            case protocol.Pause():
                if self.phase is Phase.RUNNING:
                    self.phase = Phase.PAUSED
                self._changed()
            case protocol.Step():
                self._refuse_when_diverged(command)
                self.phase = Phase.PAUSED
                self.stepped = {}
                self.job = self._steps(trainer, command)
                return None
            case protocol.Reset():
                trainer.reset()
                self._changed()
            case protocol.Watch():
                self._watch(trainer, command)
            case protocol.Edit():
                trainer.edit(command.tensor, tuple(command.index), command.value)
                self._changed()
            case protocol.CheckGradients():
                self.job = self._check(trainer.check_gradients(command.samples, command.break_), command)
                return None
            case protocol.Snapshot():
                return trainer.snapshot(dataset=command.dataset)
            case protocol.Export(format="pytorch"):
                return trainer.export_weights()
            case protocol.Export():
                self.job = self._report(trainer, command)
                return None
            case protocol.OwnText():
                effects = self._learn(trainer, trainer.load_text, command.text)
            case protocol.OwnSeries():
                effects = self._learn(trainer, trainer.load_series, command.csv)
        return self._state(command, effects)

    # What commands do.

    def _begin(self, trainer: Trainer) -> None:
        """This network takes the place of whatever there was; what is watched stays."""
        if self.trainer:
            trainer.watch(self.trainer.watching)
        self.trainer = trainer
        self.phase = Phase.PAUSED
        self._changed()

    def _fresh(self, fields: dict[str, Any]) -> Trainer:
        """A new network; own data that are at hand stay so."""
        config, data = RunConfig(**fields), self.trainer.dataset if self.trainer else None
        if config.task != "own" or data is None:
            trainer = Trainer(config, **self._resources())
            trainer.dataset = data
        else:
            trainer = Trainer(config, data, **self._resources())
            if "sequence_length" in fields:
                trainer.configure(sequence_length=config.sequence_length)
        return trainer

    def _learn(self, trainer: Trainer, load: Callable[[Any], None], data: str | bytes) -> Effects:
        """Own data or weights; says what they changed in the configuration."""
        before = trainer.config
        load(data)
        self._changed()
        return before.effects(trainer.config)

    def _trainer(self, command: str) -> Trainer:
        if self.trainer is None:
            raise NoRun(f"{command} needs a run. Send `start`, or `upload` a snapshot, first.")
        return self.trainer

    def _resources(self) -> dict[str, Any]:
        return {
            "max_cost": self.limits.max_cost,
            "max_bytes": self.limits.max_bytes,
            "scratch": self.shared.scratch,
        }

    def _changed(self) -> None:
        """Show the current iteration at once. A change that makes the trainer forget its divergence leads out of it."""
        if self.phase is Phase.DIVERGED and self.trainer and not self.trainer.diverged:
            self.phase = Phase.PAUSED
        self.stepped = {}
        self.unsent = True
        self.dear.ask()
        self.credits.hurry()

    def _refuse_when_diverged(self, command: Command) -> None:
        if self.phase is Phase.DIVERGED:
            raise NotNow(
                f"`{command.type}` has nothing to go on from: a number is not finite. `configure` something that tames "
                "it, `edit` a weight, or `reset`."
            )

    def _watch(self, trainer: Trainer, command: protocol.Watch) -> None:
        before = trainer.watching
        trainer.watch(command.quantities)
        if command.probe is not None:
            try:
                trainer.show(command.probe)
            except UnrollError:
                trainer.watch(before)
                raise
        self._changed()

    # Jobs: commands that take longer than a slice. They yield what to send, mostly nothing, so that others get turns.

    def _steps(self, trainer: Trainer, command: protocol.Step) -> Iterator[list[Frame]]:
        for taken in range(1, command.iterations + 1):
            if taken == command.iterations and not self.cut_short:
                seen = trainer.step(watch=(), loss_after=True)
                self.stepped = {"loss_before": seen.scalars["loss"], "loss_after": seen.scalars["loss_after"]}
            else:
                trainer.advance()
            if trainer.divergence:
                yield self._diverge(trainer.divergence, command)
                return
            if self.cut_short:
                break
            yield []
        self.unsent = True
        self.credits.hurry()
        yield [self._state(command)]

    def _check(self, checks: Iterable[tuple[str, Any]], command: Command) -> Iterator[list[Frame]]:
        """Entry after entry; training stands still meanwhile."""
        checked = {}
        for name, check in checks:
            checked[name] = check
            yield []
        tensors = {
            name: {"max_rel_error": finite(check.max_rel_error), "samples": check.samples}
            for name, check in checked.items()
        }
        passed = all(check.passed for check in checked.values())
        yield [protocol.encode("gradient_check", command, per_tensor=tensors, passed=passed)]

    def _report(self, trainer: Trainer, command: Command) -> Iterator[list[Frame]]:
        """Piece after piece. Plotly takes memory and a moment to load: only where a visitor wants a report."""
        from ..report import as_file, report

        known = trainer.divergence
        pieces = []
        for piece in report(trainer):
            pieces.append(piece)
            yield []
        found = trainer.divergence if trainer.divergence is not known else None
        file = as_file("".join(pieces), trainer.iteration)
        yield [*(self._diverge(found) if found else []), protocol.with_id(file, command.id)]

    # Records and iterations.

    def _show(self, trainer: Trainer) -> list[Frame]:
        """The record of the current iteration, if its numbers are finite."""
        known = trainer.divergence
        trainer.iterations_per_second = self.pace.speed if self.phase is Phase.RUNNING else 0.0
        begun = self.clock()  # what a record takes to make must not slow down how often one comes
        plays = self.phase is Phase.RUNNING and self.pace.interval < DEAR_INTERVAL
        record = trainer.record(sparing=self.dear.spared(plays=plays))
        if trainer.divergence and trainer.divergence is not known:
            return self._diverge(trainer.divergence)
        record.scalars.update(self.stepped)
        self.unsent = False
        self.credits.sent(trainer.iteration, begun)
        self.shared.counts.totals["records_sent"] += 1
        return [record.to_bytes()]

    def _advance(self, trainer: Trainer) -> list[Frame]:
        """One update."""
        begun = self.clock()
        trainer.advance()
        if trainer.divergence:
            return self._diverge(trainer.divergence)
        now = self.clock()
        self.shared.counts.iterations.observe(now - begun)
        self.shared.counts.totals["records_coalesced"] += self.unsent
        self.pace.took(now)
        self.stepped = {}
        self.unsent = True
        return []

    def _diverge(self, found: Divergence, answers: Command | None = None) -> list[Frame]:
        """The record with the first bad number, where it is, and the state the run was led back to."""
        self.phase = Phase.DIVERGED
        self.unsent = False
        frames: list[Frame] = [found.record.to_bytes()] if found.record else []
        facts = {name: getattr(found, name) for name in ("iteration", "quantity", "timestep", "unit", "cause")}
        return [*frames, protocol.encode("diverged", **facts), self._state(answers)]

    # Files.

    def _file(self, content: bytes) -> Frame:
        """A binary frame: the announced file, or one that nobody expects."""
        taken = self.uploads.take(content)
        return taken if isinstance(taken, Close) else self._state(taken, self._load(taken.kind, content))

    def _load(self, kind: protocol.UploadKind, content: bytes) -> Effects:
        """Make use of a file; says what it changed in the configuration."""
        trainer = self.trainer
        if kind == "snapshot":
            data = trainer.dataset if trainer else None
            self._begin(Trainer.resume(content, data, **self._resources()))
            self.shared.counts.totals["restores"] += 1
            return Effects()
        if trainer is None:
            trainer = Trainer(dataset=content, **self._resources())
            self._begin(trainer)
            return RunConfig().effects(trainer.config)
        load: dict[str, Callable[[Any], None]] = {
            "dataset": trainer.load_dataset,
            "weights": trainer.load_weights,
            "text": trainer.load_text,
            "series": trainer.load_series,
        }
        return self._learn(trainer, load[kind], content)

    # The end, and the state in between.

    def last_snapshot(self) -> bytes | None:
        """What a visitor needs to go on elsewhere; None if there is nothing yet."""
        return self.trainer.snapshot() if self.trainer else None

    def leave(self) -> None:
        """The visitor is gone."""
        self.uploads.forget()

    def fail(self) -> None:
        """Something went wrong that nobody foresaw: there is nothing more to do here."""
        self.inbox.clear()
        self.job = None
        self.trainer = None
        self.phase = Phase.IDLE

    def _state(self, answers: Command | None = None, effects: Effects | None = None) -> str:
        trainer = self._trainer("a state")
        effects = effects or Effects()
        return protocol.encode(
            "state",
            answers,
            phase=self.phase,
            config=trainer.config.model_dump(),
            iteration=trainer.iteration,
            solved_at=trainer.solved_at,
            same_numerics=trainer.same_numerics,
            task=trainer.task_info(),
            effects={"live": effects.live, "restart": effects.restart},
        )


def finite(value: float) -> float | None:
    """A number as JSON can say it: null if it is not finite."""
    return value if math.isfinite(value) else None


def known_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields, none of which can be mistaken for something else that Python calls by keyword."""
    unknown = next((name for name in fields if name not in RunConfig.model_fields), None)
    if unknown is not None:
        known = protocol.listed(RunConfig.model_fields)
        raise UnknownField(f"Expected fields of a run, got {shown(unknown)}. They are {known}.", unknown)
    return dict(fields)
