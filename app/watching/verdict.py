"""What is wrong, if anything, with the way a gradient takes through one watched module: the first rule that applies.

The rules are those of every record's finding, with the same thresholds; they look at one sequence, every layer and
direction of it. E_t is the gradient handed to the module's output at t. Rules that need a loss, a baseline or a needed
lag, which are the script's own, are not asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.activations import ACTIVATIONS
from ..training import Record
from ..training import findings as shared
from . import remedies
from .shown import name_of

Array = np.ndarray

# Their thresholds are the rules' own.
GROWS, LARGE = np.log(shared.exploding.GROWTH), np.log(shared.exploding.SIZE)
VANISHES = np.log(shared.vanishing.LEFT)
DEAD, SATURATED = shared.dead_units.SHARE, shared.saturated.SHARE
FINDINGS = ("nonfinite", "exploding", "dead_units", "saturated", "vanishing", "short_horizon")


@dataclass(frozen=True)
class Verdict:
    """A finding, where it was found, why, and the numbers its sentence names."""

    finding: str | None
    sentence: str
    cause: str | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class View:
    """One layer and direction of a record; arrays in the order of reading, so that index 0 is the initial state."""

    record: Record
    layer: int
    reverse: bool

    def get(self, name: str) -> Array | None:
        """A tensor over time, or None where the record has none."""
        values = self.record.tensors.get(name_of(name, self.layer, self.reverse))
        if values is None or not self.reverse:
            return values
        return values[::-1, ::-1] if name.startswith(("ln_flow", "share")) else values[::-1]

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

    @property
    def last_loss(self) -> int | None:
        """The last timestep read that some loss reaches directly, counted in the order of reading."""
        ln_flow = self.get("ln_flow")
        if ln_flow is None:
            return None
        T = len(ln_flow)
        with_loss = np.flatnonzero(np.isfinite(ln_flow[np.arange(T), np.arange(1, T + 1)]))
        return int(with_loss[-1]) + 1 if len(with_loss) else None

    @property
    def way(self) -> Array | None:
        """ln ||dE_t/dh_k|| of the last loss for k = 1 … t, as far as a path leads; at least two states."""
        last, ln_flow = self.last_loss, self.get("ln_flow")
        if last is None or ln_flow is None:
            return None
        row = ln_flow[last - 1, 1 : last + 1].astype(np.float64)
        start = int(np.isnan(row).sum())  # states of earlier runs, to which no path leads
        return row[start:] if len(row) - start > 1 else None


def judge(record: Record) -> Verdict:
    """The first rule that applies to any layer and direction of ``record``, in the order of the rules."""
    for rule in RULES:
        for view in views(record):
            found = rule(view)
            if found is not None:
                return found
    return Verdict(None, healthy(record))


def views(record: Record) -> Iterator[View]:
    """From the top layer down."""
    for layer in range(record.scalars["num_layers"], 0, -1):
        for reverse in (False, True)[: 1 + record.scalars["bidirectional"]]:
            yield View(record, layer, reverse)


def healthy(record: Record) -> str:
    """What can be said where no rule applies."""
    view = next(views(record))
    way = view.way
    if way is None:
        return f"{view.place}: nothing stands out."
    factor = np.exp(way[0] - way[-1])
    read = view.last_loss or 1
    return (
        f"{view.place}: the gradient of timestep {view.timestep(read)} arrives {len(way) - 1} timesteps before "
        f"at {factor:.2g} times its size."
    )


def nonfinite(view: View) -> Verdict | None:
    """Any state, gradient or weight that is inf or nan."""
    names = ("W_xh", "W_hh", "b_h", "h", "dh", "dc")
    for name in names:
        values = view.record.tensors.get(name_of(name, view.layer, view.reverse))
        if values is not None and not np.isfinite(values).all():
            what = {"h": "a state", "dh": "the gradient of a state", "dc": "the gradient of a cell state"}.get(
                name, name
            )
            return Verdict(
                "nonfinite",
                f"{view.place}: {what} is no longer a finite number.",
                "weights" if name[:2] in ("W_", "b_") else "states" if name == "h" else "gradients",
                remedies.nonfinite(),
            )
    return None


def exploding(view: View) -> Verdict | None:
    """The last loss's gradient grows ≥ 10³ on its way to h_1, or is ≥ 10³ there."""
    way = view.way
    if way is None or (way[0] - way[-1] < GROWS and way[0] < LARGE):
        return None
    read = view.last_loss or 1
    return Verdict(
        "exploding",
        f"{view.place}: the gradient of timestep {view.timestep(read)} is {np.exp(way[-1]):.2g} where it starts and "
        f"{np.exp(way[0]):.2g} after {len(way) - 1} timesteps back: {np.exp((way[0] - way[-1]) / (len(way) - 1)):.3g} "
        "times as large with every step.",
        "weights",
        remedies.exploding(view.record, view.layer, view.reverse),
    )


def dead_units(view: View) -> Verdict | None:
    """At least half of the units have slope 0 at every timestep shown."""
    a = view.get("a")
    if a is None:
        return None
    dead = (_slopes(view, a) == 0.0).all(axis=0)
    if dead.mean() < DEAD:
        return None
    return Verdict(
        "dead_units",
        f"{view.place}: {int(dead.sum())} of {len(dead)} units have slope 0 at every timestep, so no gradient passes "
        "through them.",
        "slope",
        remedies.dead_units(view.record, view.layer, view.reverse),
    )


def saturated(view: View) -> Verdict | None:
    """The mean slope is below a tenth of the activation's greatest."""
    a = view.get("a")
    if a is None:
        return None
    greatest = ACTIVATIONS[view.record.scalars["activation"]].gamma
    mean = float(_slopes(view, a).mean())
    if mean >= SATURATED * greatest:
        return None
    size = float(np.abs(a).mean())
    return Verdict(
        "saturated",
        f"{view.place}: the mean slope is {mean:.2g} of at most {greatest:.2g}: what enters the activation is "
        f"{size:.2g} in size on average.",
        "saturation",
        remedies.saturated(view.record, view.layer, view.reverse),
    )


def vanishing(view: View) -> Verdict | None:
    """What is left of the last loss's gradient at h_1 is ≤ 10⁻⁶ of its start."""
    way = view.way
    if way is None or way[0] - way[-1] > VANISHES:
        return None
    cause = _cause_of_vanishing(view, way)
    read, steps = view.last_loss or 1, len(way) - 1
    left = "exactly 0" if way[0] == -np.inf else f"{_power(way[0] - way[-1])} of its start"
    sentence = f"{view.place}: the gradient of timestep {view.timestep(read)} is {left} after {steps} timesteps back"
    sentence += {
        "forget_gates": ": the forget gates let too little through.",
        "saturation": ": the slopes of the activation are too small.",
        "padding": ": its last timesteps all read the same input, as padding does.",
    }.get(cause, ": the recurrent weights shrink it.")
    ln_dh = view.get("ln_dh_norm")
    if ln_dh is not None and ln_dh[1:].min() - ln_dh[1:].max() > VANISHES:
        sentence += " Losses nearer by keep the sum of all gradients larger; this one does not arrive."
    return Verdict("vanishing", sentence, cause, remedies.vanishing(view.record, view.layer, view.reverse, cause))


def unreached(view: View) -> Verdict | None:
    """The gradient reaches one sequence of a batch alone: its axes are exchanged."""
    facts = view.record.scalars
    if facts["reached"] != 1 or facts["sequences"] < 3 or facts["timesteps"] < 2:
        return None
    return Verdict(
        "vanishing",
        f"{view.place}: gradients reach only one of {facts['sequences']} sequences: the axes of timesteps and of the "
        "batch look exchanged.",
        "axes",
        remedies.axes(),
    )


def short_horizon(view: View) -> Verdict | None:
    """A state that was cut from its past."""
    facts = view.record.scalars
    if facts["cut"] is None:
        return None
    longest = int(np.diff([0, *facts["restarts"], facts["timesteps"]]).max())
    return Verdict(
        "short_horizon",
        f"{view.place}: {facts['cut']} timesteps are read, but a gradient goes back through {longest} of them at most: "
        "states are cut from their past.",
        "truncation",
        remedies.short_horizon(),
    )


RULES: tuple[Callable[[View], Verdict | None], ...] = (
    nonfinite,
    exploding,
    dead_units,
    saturated,
    unreached,
    vanishing,
    short_horizon,
)


def _slopes(view: View, a: Array) -> Array:
    return ACTIVATIONS[view.record.scalars["activation"]].slope(a.astype(np.float64))


def _cause_of_vanishing(view: View, way: Array) -> str:
    """The largest part of the log change: forget gates or slopes, else the weights; padding where nothing is read."""
    x, total = view.record.tensors["x"], way[0] - way[-1]
    read = x[::-1] if view.reverse else x
    same = (read == read[-1]).all(axis=1)[::-1]
    constant = len(same) if same.all() else int(np.argmin(same))
    if 0.25 * len(x) <= constant < len(x) and view.layer == 1:
        return "padding"
    if not np.isfinite(total):
        return "weights"
    gates = view.get("gates")
    last = view.last_loss or 1
    some = slice(last - len(way) + 1, last)  # the timesteps between the states of the way
    if gates is not None:
        with np.errstate(divide="ignore"):
            ln_direct = np.log(gates[some, 1].astype(np.float64)).sum(axis=0)
        direct = 0.5 * (np.logaddexp.reduce(2.0 * ln_direct) - np.log(len(ln_direct)))
        return "forget_gates" if direct < 0.5 * total else "weights"
    a = view.get("a")
    if a is None:
        return "weights"
    with np.errstate(divide="ignore"):
        by_slopes = 0.5 * np.log(np.square(_slopes(view, a[some])).mean(axis=1)).sum()
    return "saturation" if by_slopes < 0.5 * total else "weights"


def _power(ln: float) -> str:
    """e^ln as a number of two digits, however small."""
    decades = ln / np.log(10.0)
    exponent = int(np.floor(decades))
    return f"{10.0 ** (decades - exponent):.1f}e{exponent:d}"


def as_dict(verdict: Verdict, horizon: int | None) -> dict[str, Any]:
    """As `Watching.verdict` tells it."""
    return {
        "finding": verdict.finding,
        "sentence": verdict.sentence,
        "horizon": horizon,
        "cause": verdict.cause,
        "remedy": verdict.remedy,
    }
