"""A `Trainer` of our own under watch: the record of every n-th update, its finding in words, and the page.

No hook is needed: the engine has every gradient. A record is made in the loop, before the update it belongs to, and
changes nothing. The finding is the record's own, which knows the loss, what needs no memory and the needed lag.
"""

import atexit
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp
from pathlib import Path
from typing import Any

from ..training import Record, Trainer
from .found import Verdict
from .remedies import Remedy
from .screen import screen
from .verdict import as_dict, power
from .watcher import Watcher

NAME = "trainer"
QUANTITIES = frozenset({"flow", "gates", "weights", "truncation", "saturation"})
COMMON = 20.0  # ln of sizes that are said as they are
HEALTHY = ("learning", "solved", None)


@dataclass(frozen=True, eq=False)
class Captured:
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
            self._say(f"watching {NAME!r}; see {self._screen.address}")

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
        shown = {name: values for name, values in record.tensors.items() if name != "gates" or self._keeps_by_gate}
        self._take({NAME: Captured(Record(record.scalars | self._facts(record), shown))})

    @property
    def _keeps_by_gate(self) -> bool:
        """Whether the second gate is the one that keeps the state, as the page reads it."""
        return self._trainer.config.cell in ("lstm", "gru")

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
    code, values = finding["code"], finding["values"]
    sentence = f"{NAME}: {SENTENCES.get(code, _nothing)(values)}"
    if code in HEALTHY:
        return Verdict(None, sentence)
    return Verdict(code, sentence, finding["cause"], _remedy(finding["remedies"]))


def _remedy(remedies: list[Mapping[str, Any]]) -> Remedy | None:
    """The first that changes the configuration, as code; else what the first says."""
    for one in remedies:
        changes = one.get("changes")
        if changes:
            said = ", ".join(f"{name}={value!r}" for name, value in changes.items())
            return Remedy(str(one["label"]), f"trainer.configure({said})")
    return Remedy(str(remedies[0]["label"])) if remedies else None


def _nothing(_: Mapping[str, Any]) -> str:
    return "nothing stands out."


def _way(values: Mapping[str, Any]) -> str:
    return (
        f"the gradient of the loss at timestep {values['loss_timestep']} is {_exp(values['ln_start'])} where it "
        f"starts and {_exp(values['ln_there'])} at timestep {values['timestep']}."
    )


def _exp(ln: float | None) -> str:
    """A record says None where nothing is left."""
    if ln is None:
        return "0"
    return f"{exp(ln):.2g}" if abs(ln) < COMMON else power(ln)


def _learning(values: Mapping[str, Any]) -> str:
    return f"nothing stands out; the loss is {values['loss']:.3g}."


def _not_learning(values: Mapping[str, Any]) -> str:
    if "updates" not in values:
        return "the learning rate is 0, so that the weights do not change."
    return (
        f"the loss is {values['median_loss']:.3g}, and was {values['loss_before']:.3g} {values['updates']} updates ago."
    )


def _overshooting(values: Mapping[str, Any]) -> str:
    return (
        f"the loss is {values['median_loss']:.3g}, above the {values['baseline']:.3g} of the best answer that never "
        "changes: updates are too long."
    )


SENTENCES = {
    "nonfinite": lambda values: f"{values['quantity']} is no longer a finite number.",
    "overshooting": _overshooting,
    "solved": lambda values: f"the task is solved; the loss is {values['loss']:.3g}.",
    "exploding": _way,
    "clipped_hard": lambda values: f"clipping leaves {100 * values['kept']:.2g} % of an update.",
    "dead_units": lambda values: f"{values['dead']} of {values['units']} units have slope 0 at every timestep.",
    "saturated": lambda values: (
        f"the mean slope is {values['mean_slope']:.2g} of at most {values['greatest_slope']:.2g}."
    ),
    "vanishing": _way,
    "short_horizon": lambda values: (
        f"the task needs {values['needed_lag']} timesteps; 99 % of the gradient come from within {values['horizon']}."
    ),
    "not_learning": _not_learning,
    "learning": _learning,
}
