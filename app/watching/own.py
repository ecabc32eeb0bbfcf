"""A `Trainer` of our own under watch: the record of every n-th update, its finding in words, and the page.

No hook is needed: the engine has every gradient. A record is made in the loop, before the update it belongs to, and
changes nothing. The finding is the record's own, which knows the loss, what needs no memory and the needed lag.
"""

import atexit
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..training import Record, Trainer
from ..training.findings.sentences import sentence
from .remedies import Remedy
from .rules import as_dict
from .screen import screen
from .verdict import Verdict
from .watcher import Watcher

NAME = "trainer"
QUANTITIES = frozenset({"flow", "gates", "weights", "gradients", "truncation", "saturation", "spectrum"})
HEALTHY = ("learning", "solved", None)


@dataclass(frozen=True, eq=False)
class OwnRecord:
    """One record of a trainer, as the page of a watched run reads it."""

    record: Record

    @property
    def step(self) -> int:
        """Its iteration."""
        return int(self.record.scalars["iteration"])

    @property
    def horizon(self) -> int | None:
        """As the record has it."""
        horizon: int | None = self.record.scalars["horizon"]
        return horizon

    @property
    def nbytes(self) -> int:
        """Of its tensors."""
        return sum(values.nbytes for values in self.record.tensors.values())

    @cached_property
    def verdict(self) -> Verdict:
        """The record's finding, in words."""
        return verdict(self.record.scalars["finding"])

    def supersede(self) -> None:
        """A newer one is there; nothing could make this one again."""


class WatchingTrainer(Watcher):
    """What `watch` returns for a `Trainer`: the record of every ``every``-th update, of the probe ``sequence``."""

    def __init__(
        self,
        trainer: Trainer,
        *,
        every: int = 1,
        sequence: int = 0,
        page: bool = False,
        server: str | None = None,
        token: str | None = None,
        file: Path | None = None,
    ) -> None:
        super().__init__(every=every, sequence=sequence, server=server, token=token, file=file)
        self._trainer, self._every, self._updates = trainer, every, 0
        trainer.check_record(QUANTITIES, sequence)
        self._end = trainer.before_update(self._before)
        atexit.register(self.close)
        if page or server is not None:
            self._screen = screen(server, token or "", [NAME], every, self._show_sequence, self._say)
            self._show_address(NAME, self._screen.address)

    def close(self) -> None:
        """Watch no longer."""
        atexit.unregister(self.close)
        self._end()
        if self._screen is not None:
            self._screen.close()
        if self._file is not None:
            self._file.close()

    def _before(self) -> None:
        if self._updates % self._every == 0:
            try:
                self._capture()
            except Exception as error:
                self._failed(error)
        self._updates += 1

    def _capture(self) -> None:
        record = self._trainer.record(QUANTITIES, probe=self.sequence)
        self._take({NAME: OwnRecord(Record(record.scalars | self._facts(record), record.tensors))})

    def _show_sequence(self, sequence: int) -> None:
        """From the next capture on."""
        self.sequence = sequence

    def _facts(self, record: Record) -> dict[str, Any]:
        """What the page asks of a watched module."""
        config = self._trainer.config
        return {
            "module": NAME,
            "own": True,
            "step": record.scalars["iteration"],
            "cell": config.cell,
            "activation": config.activation,
            "num_layers": config.num_layers,
            "bidirectional": config.bidirectional,
            "proj_size": 0,
            "one_step": False,
            "sequence": self.sequence,
            "sequences": config.batch_size,
            "timesteps": len(record.tensors["x"]),
            "grad_residual": None,
            "restarts": [],
            "notes": [],
            "verdict": as_dict(verdict(record.scalars["finding"]), None),
        }


def verdict(finding: Mapping[str, Any]) -> Verdict:
    """A record's finding, as a sentence and the lines of Python that help."""
    code, said = finding["code"], f"{NAME}: {sentence(finding)}"
    if code in HEALTHY:
        return Verdict(None, said)
    return Verdict(code, said, finding["cause"], _remedy(finding["remedies"]))


def _remedy(remedies: list[Mapping[str, Any]]) -> Remedy | None:
    """The first that changes the configuration, as code; else what the first says."""
    for one in remedies:
        changes = one.get("changes")
        if changes:
            said = ", ".join(f"{name}={value!r}" for name, value in changes.items())
            return Remedy(str(one["label"]), f"trainer.configure({said})")
    return Remedy(str(remedies[0]["label"])) if remedies else None
