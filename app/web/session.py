"""Session: one network in training, whoever watches it. No socket, and no clock but the one it is handed.

    idle ──start──▶ paused ◀──pause/step/reset── running
                      │  └────────play──────────▶   │
                      └──▶ diverged ◀───────────────┘      a number that is not finite; configure, edit, reset lead out

What a client may ask of a session is in `commands/`. Records are made only when one may be sent, so each is the newest.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any

from ..errors import NoRun, NotNow, UnrollError
from ..training import Divergence, Effects, RunConfig, Trainer, WorkspacePool
from . import protocol
from .counts import Counts
from .pacing import EXPENSIVE_INTERVAL, NEVER, Pace
from .protocol import Frame, Id
from .uploads import UploadSlots
from .viewer import Viewer


class Phase(StrEnum):
    """What a session is doing."""

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


NAMES = ("inputs", "outputs", "classes")  # of a task; own data may bring thousands of them, of any length
LONGEST_NAME = 60
LONGEST_SENTENCE = 400


def shortened(task: dict[str, Any], most: int) -> dict[str, Any]:
    """A task with the first `most` names of each kind, cut to a bounded length, and how many there are in all."""
    totals = {kind: len(task[kind]) for kind in NAMES if task[kind] is not None}
    first = {kind: [name[:LONGEST_NAME] for name in task[kind][:most]] for kind in totals}
    read = {"read": _cut(task["read"], most)} if "read" in task else {}  # own data that were read from a file
    return {**task, **first, **read, "totals": totals}


def _cut(value: Any, most: int) -> Any:
    """What was read of own data, with lists and sentences as long as a `state` can hold."""
    if isinstance(value, dict):
        return {name: _cut(item, most) for name, item in value.items()}
    if isinstance(value, list):
        return [_cut(item, most) for item in value[:most]]
    return value[:LONGEST_SENTENCE] if isinstance(value, str) else value


class Shared:
    """What the sessions of one process have in common: buffers by shape, a few upload slots, what is counted."""

    def __init__(self) -> None:
        self.workspaces = WorkspacePool()
        self.slots = UploadSlots()
        self.turns = count()  # by which viewers take turns with what is expensive
        self.counts = Counts()


class Session:
    """One network, its phase and its pace."""

    def __init__(self, limits: Limits, shared: Shared, clock: Callable[[], float]) -> None:
        self.limits = limits
        self.shared = shared
        self.clock = clock
        self.viewers: list[Viewer] = []
        self.trainer: Trainer | None = None
        self.phase = Phase.IDLE
        self.pace = Pace()
        self.stepped: dict[str, Any] = {}  # the loss of the last batch of a `step`, before and after its update
        self.cut_short = False  # a `pause` waits for the job that is going on

    # The network.

    def network(self, command: str) -> Trainer:
        """The network `command` is for."""
        if self.trainer is None:
            raise NoRun(f"`{command}` needs a run. Send `start`, or `upload` a snapshot, first.")
        return self.trainer

    def begin(self, trainer: Trainer) -> None:
        """Replace the network, if there is one; what is watched stays watched."""
        if self.trainer:
            trainer.watch(self.trainer.watching)
        self.trainer = trainer
        self.phase = Phase.PAUSED
        self.changed()

    def fresh_trainer(self, fields: dict[str, Any]) -> Trainer:
        """A new network; own data that are at hand stay so."""
        config, data = RunConfig(**fields), self.trainer.dataset if self.trainer else None
        if config.task != "own" or data is None:
            trainer = Trainer(config, **self.resources())
            trainer.keep(data)
        else:
            trainer = Trainer(config, data, **self.resources())
            if "sequence_length" in fields:
                trainer.configure(sequence_length=config.sequence_length)
        return trainer

    def load(self, load: Callable[[Any], None], data: str | bytes) -> Effects:
        """Own data or weights; says what they changed in the configuration."""
        trainer = self.network("load")
        before = trainer.config
        load(data)
        self.changed()
        return before.effects(trainer.config)

    def resources(self) -> dict[str, Any]:
        """The limits and the buffers of every trainer."""
        return {
            "max_cost": self.limits.max_cost,
            "max_bytes": self.limits.max_bytes,
            "workspaces": self.shared.workspaces,
        }

    def watch(self, quantities: Collection[str], probe: int | None) -> None:
        """Measure these quantities; show this sequence. Both or neither."""
        trainer = self.network("watch")
        before = trainer.watching
        trainer.watch(quantities)
        if probe is not None:
            try:
                trainer.show(probe)
            except UnrollError:
                trainer.watch(before)
                raise

    def changed(self) -> None:
        """Show the current iteration at once. A change that makes the trainer forget its divergence leads out of it."""
        if self.phase is Phase.DIVERGED and self.trainer and not self.trainer.diverged:
            self.phase = Phase.PAUSED
        self.stepped = {}
        for viewer in self.viewers:
            viewer.show_all()

    def refuse_when_diverged(self, command: str) -> None:
        """Training needs finite numbers to go on from."""
        if self.phase is Phase.DIVERGED:
            raise NotNow(
                f"`{command}` is not possible while a number is not finite. `configure` a smaller learning rate or "
                "clipping, `edit` a weight, or `reset`."
            )

    # Records and iterations.

    def next_iteration_at(self, now: float) -> float:
        """When the next update is due; infinity while nothing trains, or no viewer has drawn anything for long."""
        heard = any(now < viewer.credits.silent_from for viewer in self.viewers)
        return self.pace.next_at if self.phase is Phase.RUNNING and heard else NEVER

    def show(self, viewer: Viewer) -> list[Frame]:
        """The record of the current iteration, if its numbers are finite."""
        trainer = self.network("a record")
        known = trainer.divergence
        running = self.phase is Phase.RUNNING
        trainer.iterations_per_second = self.pace.speed if running else 0.0
        begun = self.clock()  # what a record takes to make must not slow down how often one comes
        plays = running and self.pace.interval < EXPENSIVE_INTERVAL
        record = trainer.record(viewer.watching, skip_expensive=viewer.expensive.skip(plays=plays))
        if trainer.divergence and trainer.divergence is not known:
            return self.diverge(trainer.divergence)
        record.scalars.update(self.stepped)
        viewer.sent(trainer.iteration, begun)
        self.shared.counts.totals["records_sent"] += 1
        return [record.to_bytes()]

    def advance(self) -> list[Frame]:
        """One update."""
        trainer = self.network("an update")
        begun = self.clock()
        trainer.advance()
        if trainer.divergence:
            return self.diverge(trainer.divergence)
        now = self.clock()
        self.shared.counts.iterations.observe(now - begun)
        self.pace.took(now)
        self.stepped = {}
        for viewer in self.viewers:
            self.shared.counts.totals["records_coalesced"] += viewer.outdated
            viewer.outdated = True
        return []

    def diverge(self, found: Divergence, id_: Id = None) -> list[Frame]:
        """The record with the first bad number, which number it is, and the state that was restored."""
        self.phase = Phase.DIVERGED
        for viewer in self.viewers:
            viewer.outdated = False
        frames: list[Frame] = [found.record.to_bytes()] if found.record else []
        facts = {name: getattr(found, name) for name in ("iteration", "quantity", "timestep", "unit", "cause")}
        return [*frames, protocol.encode("diverged", **facts), self.state(id_)]

    def state(self, id_: Id = None, effects: Effects | None = None) -> str:
        """The `state` message; `effects` are the fields that a command changed."""
        trainer = self.network("a state")
        effects = effects or Effects()
        task = trainer.task_info()

        def message(task: dict[str, Any]) -> str:
            return protocol.encode(
                "state",
                id_,
                phase=self.phase,
                config=trainer.config.model_dump(),
                iteration=trainer.iteration,
                solved_at=trainer.solved_at,
                same_numerics=trainer.same_numerics,
                task=task,
                effects={"live": effects.live, "restart": effects.restart},
            )

        whole = message(task)
        if len(whole) <= protocol.MESSAGE_BYTES:
            return whole
        most = max(len(task[names] or ()) for names in NAMES)
        fits = bisect_left(
            range(most), True, key=lambda n: len(message(shortened(task, n + 1))) > protocol.MESSAGE_BYTES
        )
        return message(shortened(task, fits))

    def fail(self) -> None:
        """After an unforeseen error: there is no network any more, and nothing to show."""
        self.trainer = None
        self.phase = Phase.IDLE
        for viewer in self.viewers:
            viewer.leave()
