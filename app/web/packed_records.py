"""The records of one version of a session: packed once for all who want the same, made in steps where it takes long."""

from collections.abc import Callable
from dataclasses import dataclass

from ..training import Divergence, Steps, finish
from .viewer import Wanted

MOST_PACKED = 16  # records of one version that are kept: a run that stands still may be asked for any number of them


@dataclass(frozen=True)
class Packed:
    """A record of the current version, ready to be sent; a `complete` one measured what is expensive, too."""

    file: bytes
    complete: bool


Make = Callable[[Wanted, bool], Steps[Packed | Divergence]]
"""Makes a record of what is wanted, in steps; True: without what is expensive."""


@dataclass(eq=False)
class Making:
    """A record that is made in steps: what was asked for, and what came of it in the end."""

    wanted: Wanted
    skip_expensive: bool
    steps: Steps[Packed | Divergence]
    made: Packed | Divergence | None = None

    def step(self) -> None:
        """The next one, unless the last is done."""
        if self.made is None:
            try:
                next(self.steps)
            except StopIteration as done:
                self.made = done.value


class PackedRecords:
    """Those of the current version; `clear` begins another one."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._kept: dict[Wanted, Packed] = {}
        self._making: Making | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        """What was packed, or is being made, is no longer what would be shown."""
        self._kept.clear()
        self.leave_off()

    def leave_off(self) -> None:
        """Give up a record that is being made, and the buffers that are lent to it."""
        self._making = None

    def prepare(self, wanted: Wanted, *, skip_expensive: bool) -> bool:
        """Take the next step towards a record; False once `get` has it at hand."""
        if self._find(wanted, skip_expensive):
            return False
        making = self._being_made(wanted, skip_expensive)
        if making is None:
            making = self._making = Making(wanted, skip_expensive, self._make(wanted, skip_expensive))
        making.step()
        return making.made is None

    def get(self, wanted: Wanted, *, skip_expensive: bool, keep: bool) -> Packed | Divergence:
        """The record, made now where it is not at hand; `keep` it for others who may want the same."""
        if (kept := self._find(wanted, skip_expensive)) is not None:
            return kept
        making = self._being_made(wanted, skip_expensive)
        made = making.made if making else None
        if made is None:
            made = finish(self._make(wanted, skip_expensive))
        self._making = None
        if keep and isinstance(made, Packed):
            if len(self._kept) >= MOST_PACKED:
                self._kept.clear()
            self._kept[wanted] = made
        return made

    def _find(self, wanted: Wanted, skip_expensive: bool) -> Packed | None:
        """The one that was packed for somebody else, where it holds what is asked for."""
        kept = self._kept.get(wanted)
        return kept if kept and (kept.complete or skip_expensive) else None

    def _being_made(self, wanted: Wanted, skip_expensive: bool) -> Making | None:
        """The one that is made in steps, if it is this one."""
        making = self._making
        return making if making and (making.wanted, making.skip_expensive) == (wanted, skip_expensive) else None
