"""What the rules look at: plain numbers, from whoever has them. What is not known is None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, isnan, nan
from typing import Any

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class WayBack:
    """The gradient of the last loss E_t alone, on its way back through the state that carries it.

    ``symbol``: that state, h, or an lstm's c. ``ln_norm`` (t+1,): ln ||dE_t/dstate_k||, k = 0…t, -inf where it is
    exactly 0. By timestep k = 1…t, as index k - 1: ``ln_slopes`` (t,), what phi' at k takes from it or adds, of cells
    without a direct path; ``ln_direct`` (t,), what the direct path alone, through f_k or z_k, would leave of it on the
    way to k - 1, of gated cells. ``ln_whole`` (t+1,): ln ||dE/dstate_k|| of all losses together. ``layer``: whose state
    it is, 1 the lowest.
    """

    symbol: str
    ln_norm: Array
    ln_slopes: Array | None = None
    ln_direct: Array | None = None
    ln_whole: Array | None = None
    layer: int = 1

    @property
    def last(self) -> int:
        """t, the timestep of the last loss."""
        return len(self.ln_norm) - 1

    def change(self, k: int) -> float | None:
        """ln ||dE_t/dstate_k|| against where it starts; None where E_t sends nothing back."""
        start = float(self.ln_norm[self.last])
        return float(self.ln_norm[k]) - start if isfinite(start) else None


@dataclass(frozen=True, eq=False)
class Facts:
    """One network at one iteration.

    ``losses``: the mean loss per target of the last batches, up to 20, oldest first. ``earlier``: (iteration, median of
    such losses) from before, oldest first. ``solved_below``: the loss under which a batch counts as solved.
    ``kept_by_clipping``: the length of the coming update against that without clipping, of optimizers for which the
    gradient's size matters. ``slopes`` (T, H): phi'. ``lag_norm`` (T,): how much of dE/dW_hh comes from each lag.
    ``k2``: how far truncated backpropagation reaches, 0 for the whole way.
    """

    iteration: int | None = None
    finite: bool = True
    not_finite: Mapping[str, Any] | None = None  # the first number that is not: quantity, timestep, unit
    loss: float | None = None
    losses: tuple[float, ...] | None = None
    earlier: tuple[tuple[int, float], ...] | None = None
    first_loss: float | None = None  # before the first update
    weight_norm: float | None = None
    baseline: float | None = None
    persistence: float | None = None
    solved_at: int | None = None
    solved_below: float | None = None
    update_norm: float | None = None
    learning_rate: float | None = None
    kept_by_clipping: float | None = None
    grad_norm: float | None = None
    clip_threshold: float | None = None
    clipped_updates: int | None = None
    targets: int | None = None  # of one sequence
    loss_reduction: str | None = None
    ways: tuple[WayBack, ...] = ()  # of every layer, in the forward direction; none where there is no loss
    slopes: Array | None = None
    greatest_slope: float | None = None
    needed_lag: int | None = None
    lag_norm: Array | None = None
    k2: int = 0

    @property
    def last(self) -> int | None:
        """The timestep of the last loss."""
        return self.ways[0].last if self.ways else None

    def widest(self, k: int) -> WayBack | None:
        """The layer that keeps most of the last loss's gradient back to timestep ``k``; None: it sends nothing."""
        sending = [way for way in self.ways if way.change(k) is not None]
        return max(sending, key=lambda way: way.change(k) or 0.0, default=None)

    @cached_property
    def median_loss(self) -> float | None:
        """The median of the last batches' losses."""
        return median(self.losses) if self.losses else None

    @property
    def smaller_baseline(self) -> float | None:
        """What can be reached without memory; where the task needs none, without reading the input."""
        levels = (self.baseline,) if self.needed_lag == 0 else (self.baseline, self.persistence)
        known = [value for value in levels if value is not None]
        return min(known) if known else None


def median(values: Sequence[float]) -> float:
    """The median of a few numbers, at least one; NaN where one of them is."""
    if any(map(isnan, values)):
        return nan
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
