"""One layer and direction of a record, in the order of reading, and what the rules of a finding look at of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..engine.activations import ACTIVATIONS
from ..engine.naming import suffix
from ..training import Record
from ..training.findings import Facts, WayBack
from .tables import is_of_pairs

Array = np.ndarray
WEIGHTS = ("W_xh", "W_hh", "b_h")
PASSES = {"h": "states", "dh": "gradients", "dc": "gradients"}


@dataclass(frozen=True)
class View:
    """One layer and direction of a record; arrays in the order of reading, so that index 0 is the initial state."""

    record: Record
    layer: int
    reverse: bool

    def name(self, tensor: str) -> str:
        """A tensor's name here."""
        return tensor + suffix(self.layer, reverse=self.reverse)

    def get(self, name: str) -> Array | None:
        """A tensor over time, or None where the record has none."""
        values = self.record.tensors.get(self.name(name))
        if values is None or not self.reverse:
            return values
        return values[::-1, ::-1] if is_of_pairs(name) else values[::-1]

    @property
    def place(self) -> str:
        """Where this is, in words."""
        facts, parts = self.record.scalars, [self.record.scalars["module"] or "the model"]
        if facts["num_layers"] > 1:
            parts.append(f"layer {self.layer} of {facts['num_layers']}")
        if facts["bidirectional"]:
            parts.append("reverse direction" if self.reverse else "forward direction")
        return ", ".join(parts)

    def timestep(self, read: int) -> int:
        """The timestep that is read as number ``read``, from 1."""
        return int(self.record.scalars["timesteps"]) + 1 - read if self.reverse else read

    @cached_property
    def last_loss(self) -> int | None:
        """The last timestep read that some loss reaches directly, counted in the order of reading."""
        ln_flow = self.get("ln_flow")
        if ln_flow is None:
            return None
        T = len(ln_flow)
        with_loss = np.flatnonzero(np.isfinite(ln_flow[np.arange(T), np.arange(1, T + 1)]))
        return int(with_loss[-1]) + 1 if len(with_loss) else None

    @cached_property
    def way(self) -> Array | None:
        """ln ||dE_t/dh_k|| of the last loss for k = 1 … t, as far as a path leads; at least two states."""
        last, ln_flow = self.last_loss, self.get("ln_flow")
        if last is None or ln_flow is None:
            return None
        row = ln_flow[last - 1, 1 : last + 1].astype(np.float64)
        start = int(np.isnan(row).sum())  # states of earlier runs, to which no path leads
        return row[start:] if len(row) - start > 1 else None

    @property
    def first_bad(self) -> str | None:
        """The first kind of number that is not finite: a weight's name, h, dh or dc."""
        for name in (*WEIGHTS, *PASSES):
            values = self.get(name)
            if values is not None and not np.isfinite(values).all():
                return name
        return None

    @cached_property
    def slopes(self) -> Array | None:
        """phi' of every unit at every timestep (T, H)."""
        a = self.get("a")
        return None if a is None else ACTIVATIONS[self._activation].slope(a.astype(np.float64))

    @property
    def _activation(self) -> str:
        return str(self.record.scalars["activation"])

    @property
    def greatest_slope(self) -> float:
        """sup |phi'|."""
        return float(ACTIVATIONS[self._activation].gamma)

    def facts(self) -> Facts:
        """What is known of it. A loss, a baseline and a needed lag are the script's own: nobody knows them here."""
        first_bad = self.first_bad
        return Facts(
            finite=first_bad is None,
            not_finite=None if first_bad is None else {"quantity": first_bad},
            ways=self._ways(),
            slopes=self.slopes,
            greatest_slope=self.greatest_slope,
        )

    def _ways(self) -> tuple[WayBack, ...]:
        """The way of the last gradient handed in, through h; its timestep 1 is the first that a path leads to."""
        way, last = self.way, self.last_loss
        if way is None or last is None:
            return ()
        some = slice(last - len(way), last)  # the timesteps of the way, as indices
        return (
            WayBack(
                symbol="h",
                ln_norm=np.append(np.nan, way),
                ln_slopes=self._ln_slopes(some),
                ln_direct=self._ln_direct(some),
            ),
        )

    def _ln_slopes(self, some: slice) -> Array | None:
        """ln of the root mean square of phi' at each timestep, of a cell without gates."""
        if self.get("gates") is not None or self.slopes is None:
            return None
        with np.errstate(divide="ignore"):
            found: Array = 0.5 * np.log(np.square(self.slopes[some]).mean(axis=1))
        return found

    def _ln_direct(self, some: slice) -> Array | None:
        """What the keeping gates at each timestep leave (t,): f of an lstm, z of a gru, as root mean square over units.

        The entry of timestep k + 1 is ln rms(gate_{k+1} … gate_t) - ln rms(gate_{k+2} … gate_t), so that they sum up.
        """
        gates = self.get("gates")
        if gates is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            ln_gates = np.log(gates[some, 1].astype(np.float64))
            ln_products = np.cumsum(ln_gates[::-1], axis=0)[::-1]
            kept = 0.5 * (np.logaddexp.reduce(2.0 * ln_products, axis=1) - np.log(ln_products.shape[1]))
            found: Array = kept - np.append(kept[1:], 0.0)
        return np.where(np.isneginf(kept), -np.inf, found)


def views(record: Record) -> Iterator[View]:
    """From the top layer down."""
    for layer in range(record.scalars["num_layers"], 0, -1):
        for reverse in (False, True)[: 1 + record.scalars["bidirectional"]]:
            yield View(record, layer, reverse)
