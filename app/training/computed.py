"""Computed: what trainers of one process have worked out, for others that stand where they stood.

A configuration and a seed have one sequence of weights, losses and records. So of all who open the same link the first
one computes an update, and whoever stands at the same place takes the outcome over, bit for bit what it would have
computed itself. A change of any kind leads to another place: nobody has to know who is together with whom.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from weakref import WeakSet

from .learner import Checkpoint
from .records import Record

MOST_BYTES = 8 << 20  # that are kept, the last ones used: a few seconds of a class's run
REALIGN_EVERY = 64  # updates, after which a place is named by what it holds: who came another way joins there
MOST_ORIGINS = 512  # the last ones met, as who comes to an older one finds nobody: half a minute of thirty runs


@dataclass(frozen=True)
class RunPosition:
    """Where a run stands: all that its future depends on, by the hash of its snapshot so many updates ago."""

    origin: bytes
    updates: int

    @property
    def following(self) -> "RunPosition":
        """One update later."""
        return RunPosition(self.origin, self.updates + 1)


@dataclass(frozen=True)
class RecordKey:
    """What a record at a place was asked to show."""

    place: RunPosition
    probe: int
    watch: frozenset[str]
    complete: bool  # what is expensive was measured there, not taken from a little earlier


Company = WeakSet[object]
"""The runs, as long as they live, that stand or have stood at a common place and were only updated since."""


class Computed:
    """Learners after updates, and records; those used least lately are given up first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._companies: OrderedDict[bytes, Company] = OrderedDict()
        self._kept: OrderedDict[Hashable, tuple[Checkpoint | Record, int]] = OrderedDict()

    def join(self, origin: bytes, run: object, company: Company | None) -> Company:
        """The company of those who have met at ``origin``; the first one there brings along its own, if it has one."""
        found = self._companies.pop(origin, None)
        if found is None:
            found = WeakSet() if company is None else company
        elif company is not None and company is not found:
            company.discard(run)
        found.add(run)
        self._companies[origin] = found
        if len(self._companies) > MOST_ORIGINS:
            self._companies.popitem(last=False)
        return found

    def learner(self, place: RunPosition) -> Checkpoint | None:
        """The learner there."""
        found = self._find(place)
        return found if isinstance(found, Checkpoint) else None

    def keep_learner(self, place: RunPosition, learner: Checkpoint) -> None:
        """Have the learner there at hand for others; nobody may change it."""
        self._keep(place, learner, learner.nbytes)

    def record(self, view: RecordKey) -> Record | None:
        """Such a record: its tensors are everybody's, its scalars a copy."""
        found = self._find(view)
        return replace(found, scalars=dict(found.scalars)) if isinstance(found, Record) else None

    def keep_record(self, view: RecordKey, record: Record) -> None:
        """Have such a record at hand for others; nobody may change its tensors."""
        size = sum(values.nbytes for values in record.tensors.values())
        self._keep(view, replace(record, scalars=dict(record.scalars)), size)

    def _find(self, key: Hashable) -> Checkpoint | Record | None:
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def _keep(self, key: Hashable, value: Checkpoint | Record, size: int) -> None:
        if key in self._kept:
            self.bytes -= self._kept.pop(key)[1]
        self._kept[key] = value, size
        self.bytes += size
        while self.bytes > self.most_bytes:
            self.bytes -= self._kept.popitem(last=False)[1][1]
