"""Session: one network in training, whoever watches it. No socket, and no clock but the one it is handed.

    idle ──start──▶ paused ◀──pause/step/reset── running
                      │  └────────play──────────▶   │
                      └──▶ diverged ◀───────────────┘      a number that is not finite; configure, edit, reset lead out

What a client may ask of a session is in `commands/`. Records are made only when one may be sent, so each is the newest,
and once for all who want the same; who that is, `sharing` knows.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any

from ..errors import NoRun, NotNow, UnrollError
from ..training import Computed, Divergence, Effects, RunConfig, Steps, Trainer, WorkspacePool
from . import protocol
from .counts import Counts
from .fitting import NAMES, shortened, with_lists_cut
from .following.followers import ROUND_SECONDS, Delivery, Followers
from .following.links import Links
from .following.sharing import Sharing
from .leaving import Held
from .pacing import EXPENSIVE_INTERVAL, NEVER, NOW, Pace
from .packed_records import Packed, PackedRecords
from .protocol import Frame, Id
from .viewer import Viewer, Wanted


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


A_PART = 0.001  # seconds of an update that takes long, at least


class Shared:
    """What the sessions of one process have in common: buffers by shape, what equal runs compute, what is
    counted.
    """

    def __init__(self) -> None:
        self.workspaces = WorkspacePool()
        self.computed = Computed()
        self.turns = count()  # by which viewers take turns with what is expensive
        self.counts = Counts()
        self.links: Links[Session] = Links()
        self.held = Held()
        self.outbox: list[Delivery] = []  # for viewers other than the one whose turn it is

    def post(self, delivery: Delivery) -> None:
        """Put a message where it waits for the end of this turn."""
        self.outbox.append(delivery)


class Session:
    """One network, its phase and its pace."""

    def __init__(self, limits: Limits, shared: Shared, clock: Callable[[], float], owner: Viewer) -> None:
        self.limits = limits
        self.shared = shared
        self.clock = clock
        followers = Followers(limits.records_per_second, clock)
        self.sharing = Sharing(self, owner, followers, shared.links, shared.post)
        self.trainer: Trainer | None = None
        self.phase = Phase.IDLE
        self.pace = Pace()
        self.version = 0  # counts everything that makes another record
        self.packed = PackedRecords(self._make)  # of this version
        self.approached = 0.0  # seconds that went into what the update that is due needs
        self.stepped: dict[str, Any] = {}  # the loss of the last batch of a `step`, before and after its update
        self.cut_short = False  # a `pause` waits for the job that is going on,
        self.steps_next = False  # or another step, after whose updates the next record is shown

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

    def fresh_trainer(self, fields: dict[str, Any]) -> Steps[Trainer]:
        """A new network, in steps; own data that are at hand stay so."""
        config, data = RunConfig(**fields), self.trainer.dataset if self.trainer else None
        if config.task != "own" or data is None:
            trainer = yield from Trainer.beginning(config, **self.resources())
            trainer.keep(data)
        else:
            trainer = yield from Trainer.beginning(config, data, **self.resources())
            if "sequence_length" in fields:
                trainer.configure(sequence_length=config.sequence_length)
        return trainer

    def load(self, loading: Steps[None]) -> Steps[Effects]:
        """Own data or weights, in steps; says what they changed in the configuration."""
        trainer = self.network("load")
        before = trainer.config
        yield from loading
        self.changed()
        return before.effects(trainer.config)

    def resources(self) -> dict[str, Any]:
        """The limits and the buffers of every trainer."""
        return {
            "max_cost": self.limits.max_cost,
            "max_bytes": self.limits.max_bytes,
            "workspaces": self.shared.workspaces,
            "computed": self.shared.computed,
        }

    def watch(self, viewer: Viewer, quantities: Collection[str], probe: int | None) -> None:
        """Measure these quantities for a viewer; show this sequence. Both or neither. Nobody else sees a difference,
        unless it is the owner who chooses the sequence.
        """
        trainer = self.network("watch")
        if viewer is not self.sharing.owner:
            trainer.check_record(quantities, probe)
            viewer.watch(frozenset(quantities), probe)
            return
        before = trainer.watching
        trainer.watch(quantities)
        if probe is not None:
            try:
                trainer.show(probe)
            except UnrollError:
                trainer.watch(before)
                raise
        viewer.watch(frozenset(quantities), None)
        self.changed()

    def changed(self) -> None:
        """Show the current iteration at once. A change that makes the trainer forget its divergence leads out of it."""
        if self.phase is Phase.DIVERGED and self.trainer and not self.trainer.diverged:
            self.phase = Phase.PAUSED
        self.stepped = {}
        self.new_version()
        self.sharing.owner.show_all()
        self.sharing.followers.hurry()
        self._forget_what_does_not_fit()

    def new_version(self) -> None:
        """What was packed is no longer what would be shown."""
        self.version += 1
        self.packed.clear()
        self.approached = 0.0

    def show_soon(self) -> None:
        """There is something new that should not wait for its turn."""
        self.new_version()
        self.sharing.owner.show_soon()
        self.sharing.followers.next_at = NOW

    def _forget_what_does_not_fit(self) -> None:
        """Followers go on with what the owner shows where this run can no longer have what they chose."""
        for viewer in self.sharing.followers.viewers.values():
            try:
                self.network("a record").check_record(*viewer.wanted)
            except UnrollError:
                viewer.watch(self.sharing.owner.watching, None)

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
        if self.phase is not Phase.RUNNING:
            return NEVER
        heard = any(now < viewer.credits.silent_from for viewer in self.sharing.viewers)
        return self.pace.next_at if heard else NEVER

    def update_awaited_since(self) -> float:
        """Since when the owner, or followers, wait for the update that their next record is to show.

        Infinity where no speed was chosen: then updates come as others leave time for them.
        """
        if self.phase is not Phase.RUNNING or not self.pace.interval:
            return NEVER
        version, sharing = self.version + 1, self.sharing
        return max(self.pace.next_at, min(sharing.owner.record_due_at(version), sharing.followers.due_at(version)))

    def record_due_at(self, viewer: Viewer) -> float:
        """When a viewer may be sent the next record: not in the middle of an update, which would begin anew then."""
        return viewer.record_due_at(self.version) if self.trainer and not self.approached else NEVER

    def round_due_at(self) -> float:
        """When followers may be sent the next record, as `record_due_at`."""
        return self.sharing.followers.due_at(self.version) if self.trainer and not self.approached else NEVER

    @property
    def takes_long(self) -> bool:
        """Whether a record should not be made before others had a turn."""
        return self.trainer is not None and self.trainer.takes_long

    def prepare(self, viewer: Viewer) -> bool:
        """Where a record takes long, take the next step towards the viewer's; False once it can be shown."""
        if not self.takes_long:
            return False
        skips = viewer.expensive.would_skip(plays=self._plays, late=self._comes_late(viewer))
        return self.packed.prepare(self._asked(viewer.wanted), skip_expensive=skips)

    def show(self, viewer: Viewer) -> list[Frame]:
        """The record of the current iteration, if its numbers are finite; followers who may have one get theirs."""
        begun = self.clock()  # what a record takes to make must not slow down how often one comes
        skips = viewer.expensive.skip(plays=self._plays, late=self._comes_late(viewer))
        packed = self._packed(viewer.wanted, skip_expensive=skips)
        if isinstance(packed, Divergence):
            return self._for_owner(self.diverge(packed), viewer)
        viewer.expensive.in_step(measured=skips and packed.complete)
        viewer.sent(self.version, self.network("a record").iteration, begun)
        self.shared.counts.totals["records_sent"] += 1
        if viewer is self.sharing.owner and self.sharing.followers.join(begun):
            return [packed.file, *self.show_followers()]
        return [packed.file]

    def show_if_next(self, viewer: Viewer) -> list[Frame]:
        """After an update: its record, if no later one would be sent in its place; it needs no further turn.

        It comes before its time by less than updates are apart, and the next one all the later: as many come a second.
        Not where it takes long: others have their turns first.
        """
        due = self.record_due_at(viewer)
        is_next = due < NEVER and due <= self.pace.next_at and not self.takes_long
        return self.show(viewer) if is_next else []

    def show_followers(self) -> list[Frame]:
        """One round of records for followers, each packed once; returns what the owner must be told."""
        begun = self.clock()
        for group in self.sharing.followers.ready(self.version, begun):
            skips = [viewer.expensive.skip(plays=self._plays, late=self._comes_late(viewer)) for viewer in group]
            packed = self._packed(group[0].wanted, skip_expensive=all(skips))
            if isinstance(packed, Divergence):
                return self.diverge(packed)
            for viewer in group:
                viewer.expensive.in_step(measured=packed.complete)
                viewer.sent(self.version, self.network("a record").iteration, begun)
            self.shared.post(Delivery(packed.file, tuple(viewer.key for viewer in group)))
            self.shared.counts.totals["records_sent"] += len(group)
            if self.clock() - begun > ROUND_SECONDS:
                break
        self.sharing.followers.served(begun)
        return []

    @property
    def _plays(self) -> bool:
        """Whether records come too fast for what is expensive."""
        return self.phase is Phase.RUNNING and self.pace.interval < EXPENSIVE_INTERVAL

    def _comes_late(self, viewer: Viewer) -> bool:
        """Whether records reach a viewer too late for all that is expensive."""
        return viewer.comes_late(self.pace.interval)

    def _packed(self, wanted: Wanted, *, skip_expensive: bool) -> Packed | Divergence:
        """The record of this version: made and packed once for all who want the same."""
        keep = bool(self.sharing.followers)  # an owner who is alone is shown a version once
        return self.packed.get(self._asked(wanted), skip_expensive=skip_expensive, keep=keep)

    def _asked(self, wanted: Wanted) -> Wanted:
        """The same for all who see the sequence that the run shows, whether they chose it or not."""
        quantities, probe = wanted
        return quantities, None if probe == self.network("a record").probe else probe

    def _make(self, wanted: Wanted, skip_expensive: bool) -> Steps[Packed | Divergence]:
        """The record of this version, in steps; the last one packs it."""
        quantities, probe = wanted
        trainer = self.network("a record")
        known = trainer.divergence
        trainer.iterations_per_second = self.pace.speed if self.phase is Phase.RUNNING else 0.0
        record = yield from trainer.recording(quantities, skip_expensive=skip_expensive, probe=probe)
        if trainer.divergence and trainer.divergence is not known:
            return trainer.divergence
        yield
        record.scalars.update(self.stepped)
        return Packed(record.to_bytes(), record.complete)

    def advance(self) -> list[Frame]:
        """One update, or, where it takes long, a part of what it needs."""
        trainer = self.network("an update")
        begun = self.clock()
        if trainer.takes_long:
            for _ in trainer.approaching():
                if self.clock() - begun >= A_PART:
                    self.approached += self.clock() - begun
                    return []
        trainer.advance()
        if trainer.divergence:
            return self.diverge(trainer.divergence)
        now = self.clock()
        self.shared.counts.iterations.observe(self.approached + now - begun)
        self.pace.took(now)
        self.stepped = {}
        self.shared.counts.totals["records_coalesced"] += self.sharing.owner.shown != self.version
        self.new_version()
        return []

    def leave_off(self) -> None:
        """Give back the buffers of what was begun and will not be gone on with for now."""
        if self.trainer:
            self.trainer.leave_off()
        self.packed.leave_off()
        self.approached = 0.0

    def diverge(self, found: Divergence, id_: Id = None) -> list[Frame]:
        """The record with the first bad number, which number it is, and the state that was restored."""
        self.phase = Phase.DIVERGED
        self.new_version()
        for viewer in self.sharing.viewers:
            viewer.shown = self.version
        frames: list[Frame] = [found.record.to_bytes()] if found.record else []
        facts = {name: getattr(found, name) for name in ("iteration", "quantity", "timestep", "unit", "cause")}
        frames.append(protocol.encode("diverged", **facts))
        for frame in frames:
            self.sharing.tell_followers(frame)
        self.announce()
        return [*frames, self.state(id_)]

    # What it says.

    def announce(self, effects: Effects | None = None) -> None:
        """Send followers the current state of the run."""
        if self.sharing.followers:
            is_news = not (effects and effects.restart)  # that it began again must not be missed
            self.sharing.tell_followers(self.state(effects=effects, following=self.sharing.token), is_news=is_news)

    def _for_owner(self, frames: list[Frame], viewer: Viewer) -> list[Frame]:
        """Messages for the owner: returned in the owner's own turn, posted in anybody else's."""
        if viewer is self.sharing.owner:
            return frames
        for frame in frames:
            self.sharing.tell_owner(frame)
        return []

    def state(self, id_: Id = None, effects: Effects | None = None, following: str | None = None) -> str:
        """The `state` message; `effects` are the fields that a command changed, `following` is for who does not own
        the run: its token.
        """
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
                **({"following": following} if following else {}),
            )

        whole = message(task)
        if len(whole) <= protocol.MESSAGE_BYTES:
            return whole
        return with_lists_cut(message, shortened(task), max(len(task[names] or ()) for names in NAMES))

    def end(self, why: str) -> None:
        """There is no network any more, and nothing to show."""
        self.sharing.end(why)
        self.leave_off()
        self.trainer = None
        self.packed.clear()
        self.phase = Phase.IDLE
