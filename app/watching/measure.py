"""From a capture to records: replay the calls, compare with the gradients PyTorch found, show one sequence.

What a verdict needs is worked out at once, of one sequence alone; the whole batch, its gradients, their residual and
the flow of every pair only when somebody asks for the record.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

from ..engine import TruncationMeter, suffix
from ..training import Record
from . import lags, shown, spectrum
from .calls import Capture, FusedCall, StepCall
from .crossing import Crossing, as_it_is, of_fused, of_steps, unscaled
from .rules import as_dict, judge
from .stack import Stack, replay, residual
from .tables import is_of_pairs
from .updates import overshoots, share
from .verdict import Verdict

Array = np.ndarray
UPDATES = 2  # that a record tells of
NOTHING_AROUND: dict[str, Any] = {"cut": None, "mixed": None, "updates": [], "worst_update": None}


class Captured:
    """All modules of one capture, as NumPy; the whole batch is replayed when its gradients are first asked for."""

    def __init__(self, crossings: dict[str, list[Crossing]], own: dict[int, Any], scale: float) -> None:
        self.crossings = crossings
        self.shown = 0  # modules and calls of it that are shown
        self._own, self._scale = {owner: as_it_is(gradient) for owner, gradient in own.items()}, scale
        self._lock = threading.Lock()
        self._replayed: dict[str, list[Stack]] | None = None
        self._residuals: dict[str, float | None] = {}

    def stacks(self, name: str) -> list[Stack]:
        """A module's calls, after the way back."""
        with self._lock:
            replays = self._replayed
            if replays is None:
                replays = {of: [replayed(one) for one in its] for of, its in self.crossings.items()}
                self._compare(replays)
                self._replayed = replays
            return replays[name]

    def residual(self, name: str) -> float | None:
        """How far the replay of a module is from what reached its parameters; None where none is trained."""
        if name not in self._residuals:
            self.stacks(name)
        return self._residuals[name]

    def let_go(self) -> None:
        """Of the replay, which is made again when it is asked for."""
        self._replayed = None

    def _compare(self, replays: dict[str, list[Stack]]) -> None:
        gradients = summed_by_owner(stack for stacks in replays.values() for stack in stacks)
        for name, crossings in self.crossings.items():
            owners = {owner for crossing in crossings for owner in crossing.owners.values()}
            own = {
                owner: unscaled(self._own[owner], self._scale).astype(np.float64)
                for owner in owners
                if owner in self._own
            }
            self._residuals[name] = residual(own, gradients) if own else None

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays of the capture itself, without what is worked out of them."""
        crossings = [one for its in self.crossings.values() for one in its]
        arrays = [values for one in crossings for values in one.arrays]
        return sum({id(values): values.nbytes for values in (*arrays, *self._own.values())}.values())


class Shown:
    """One sequence of a module's call, or of a cell's runs: ``brief``, what a verdict looks at, and the ``record``.

    Both stay until it is superseded; from then on only the capture does, of which they are made again if need be.
    """

    def __init__(
        self, label: str, whole: Captured, name: str, calls: slice, sequence: int, scalars: dict[str, Any]
    ) -> None:
        self.whole = whole
        whole.shown += 1
        self._name, self._calls, self._lock = name, calls, threading.Lock()
        crossings = whole.crossings[name][calls]
        here = [at for at, one in enumerate(crossings) if sequence < one.B] or list(range(len(crossings)))
        self._number = min(sequence, min(crossings[at].B for at in here) - 1)
        self._crossings = [crossings[at] for at in here]
        self._superseded = False
        self._facts = facts_of(label, self._crossings, self._runs, self._number, scalars)
        _ = self.brief

    @property
    def step(self) -> int:
        """The number of its backward pass."""
        return int(self._facts["step"])

    @property
    def nbytes(self) -> int:
        """Its part of what keeping the capture takes, which all modules and calls in it keep together."""
        return -(-self.whole.nbytes // self.whole.shown)

    @cached_property
    def verdict(self) -> Verdict:
        """What is wrong with it, if anything."""
        return judge(self.brief)

    @cached_property
    def _runs(self) -> list[Stack]:
        """The sequence by itself."""
        return [shown.alone(crossing, self._number) for crossing in self._crossings]

    @cached_property
    def brief(self) -> Record:
        """What a verdict looks at."""
        return Record(self._facts, joined([shown.in_brief(run) for run in self._runs]))

    @property
    def record(self) -> Record:
        """Everything: the flow of every pair, the gradients of the whole batch with their residual, the verdict."""
        with self._kept_if_newest():
            return self._record

    @cached_property
    def _record(self) -> Record:
        """To be asked for under the lock."""
        found = [shown.of_sequence(run) for run in self._runs]
        residuals = [residual for _, residual in found if residual is not None]
        meter = self._lags
        horizon = None if meter is None else meter.horizon
        facts = self._facts | {
            "grad_residual": self.whole.residual(self._name),
            "flow_residual": float(np.max(residuals)) if len(residuals) == len(found) else None,
            "horizon": horizon,
            "verdict": as_dict(self.verdict, horizon),
        }
        tensors = joined([tensors for tensors, _ in found]) | shown.of_lags(meter)
        if spectrum.has_spectrum(self._runs[0]):
            tensors |= shown.of_weights(self._runs[0])
        return Record(facts, tensors | gradients_of(self.whole.stacks(self._name)[self._calls]))

    @property
    def horizon(self) -> int | None:
        """The smallest n with 99 % of the recurrent weights' gradient within n timesteps, as lags count them."""
        with self._kept_if_newest():
            meter = self._lags
        return None if meter is None else meter.horizon

    def supersede(self) -> None:
        """A newer one is there: what can be made again takes no memory any more."""
        self._superseded = True
        self._let_go()

    @contextmanager
    def _kept_if_newest(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        finally:
            if self._superseded:
                self._let_go()

    def _let_go(self) -> None:
        """Whoever is making a record meanwhile does so too when it is done."""
        for name in ("_runs", "brief", "_record"):
            self.__dict__.pop(name, None)
        self.whole.let_go()

    @cached_property
    def _lags(self) -> TruncationMeter | None:
        """Of the shown sequence; to be asked for under the lock."""
        return lags.meter(self._runs)


def measured(torch: Any, capture: Capture, sequence: int) -> dict[str, Shown]:
    """Each call of each module, by name; a module's second call in one pass is ``name#2``."""
    if capture.ready is not None:
        capture.ready.synchronize()
    scale = 1.0 if capture.scale is None else float(capture.scale)
    every = {name: crossings_of(torch, calls, scale) for name, calls in capture.calls.items()}
    crossings = {name: [one for one in its if one.B] for name, its in every.items()}  # of an empty batch there is none
    whole = Captured(crossings, capture.own, scale)
    found: dict[str, Shown] = {}
    for name, its in crossings.items():
        updates = [update.facts(scale) for update in capture.updates.get(name, ())]
        scalars = {
            "step": capture.steps[name],
            "cut": capture.cut.get(name),
            "mixed": capture.mixed.get(name),
            "updates": updates[-UPDATES:],
            "worst_update": max(filter(overshoots, updates), key=share, default=None),
        }
        of_a_cell = any(isinstance(call, StepCall) for call, _ in capture.calls[name])
        count = len(its)
        parts = [slice(0, count)] if of_a_cell else [slice(at, at + 1) for at in range(count)]
        for number, calls in enumerate(parts if count else [], start=1):
            label = name if number == 1 else f"{name}#{number}"
            found[label] = Shown(label, whole, name, calls, sequence, scalars)
    return found


def crossings_of(torch: Any, calls: list[Any], scale: float) -> list[Crossing]:
    """What crossed the boundary in these calls of one module."""
    steps = [(call, arrived) for call, arrived in calls if isinstance(call, StepCall)]
    fused = [(call, arrived) for call, arrived in calls if isinstance(call, FusedCall)]
    return of_steps(steps, scale) if steps else [of_fused(torch, call, arrived, scale) for call, arrived in fused]


def replayed(crossing: Crossing) -> Stack:
    """Up and down again."""
    stack = replay(crossing)
    stack.backward()
    return stack


def summed_by_owner(stacks: Any) -> dict[int, Array]:
    """The replayed gradient of each parameter over all calls that used it."""
    total: dict[int, Any] = defaultdict(float)
    for stack in stacks:
        gradients = stack.gradients()
        for name, owner in stack.crossing.owners.items():
            total[owner] = total[owner] + gradients[name]
    return dict(total)


def facts_of(
    label: str, crossings: list[Crossing], runs: list[Stack], number: int, scalars: dict[str, Any]
) -> dict[str, Any]:
    """The scalars that need no replay of the batch."""
    spec = crossings[0].spec
    lengths = [run.crossing.T for run in runs]
    return {
        "kind": "record",
        "module": label,
        "grad_residual": None,
        **NOTHING_AROUND,
        **scalars,
        "cell": spec.cell,
        "activation": spec.activation,
        "num_layers": spec.num_layers,
        "bidirectional": spec.bidirectional,
        "proj_size": spec.proj_size,
        "one_step": spec.one_step,
        "bias": spec.bias,
        "sequence": number,
        "timesteps": int(sum(lengths)),
        "sequences": crossings[0].B,
        "restarts": np.cumsum(lengths)[:-1].tolist(),
        "reached": reached(crossings),
        "full_length": full_length(crossings[0]),
        "flow_residual": None,
        "horizon": None,
        "notes": list(dict.fromkeys(note for crossing in crossings for note in crossing.notes)),
    }


def reached(crossings: list[Crossing]) -> int:
    """How many sequences of the batch any gradient reaches."""
    found = np.zeros(max(crossing.B for crossing in crossings), bool)
    for crossing in crossings:
        for arrived in (crossing.d_output, crossing.d_h_n, crossing.d_c_n):
            if arrived is not None:
                found[: crossing.B] |= (arrived != 0.0).any(axis=(0, 2))
    return int(found.sum())


def full_length(crossing: Crossing) -> int:
    """How many sequences of the batch are as long as the longest."""
    return crossing.B if crossing.lengths is None else int((crossing.lengths == crossing.T).sum())


def gradients_of(stacks: list[Stack]) -> dict[str, Array]:
    """grad.NAME: of the whole batch, all runs together, as the replay found them."""
    spec = stacks[0].crossing.spec
    found: dict[str, Array] = {}
    for number in range(spec.num_layers):
        for reverse in (False, True)[: spec.directions]:
            for stack in stacks:
                for name, values in stack.layers[number][int(reverse)].gradients().items():
                    label = f"grad.{name}{suffix(number + 1, reverse=reverse)}"
                    found[label] = found[label] + values if label in found else values
    return found


def joined(parts: list[dict[str, Array]]) -> dict[str, Array]:
    """The tensors of a cell's runs as those of one sequence. Between two runs no gradient flows: no path, NaN."""
    if len(parts) == 1:
        return parts[0]
    whole: dict[str, Array] = {}
    lengths = [len(part["x"]) for part in parts]
    for name, first in parts[0].items():
        if not all(name in part for part in parts):
            continue
        values = [part[name] for part in parts]
        if name.startswith(("W_", "b_")):
            whole[name] = first
        elif is_of_pairs(name):
            whole[name] = _blocks(values, lengths)
        elif len(first) == lengths[0] + 1:
            whole[name] = np.concatenate([first, *(part[1:] for part in values[1:])])
        else:
            whole[name] = np.concatenate(values)
    return whole


def _blocks(tables: list[Array], lengths: list[int]) -> Array:
    T, start = sum(lengths), 0
    whole = np.full((T, T + 1), np.nan, tables[0].dtype)
    for table, length in zip(tables, lengths, strict=True):
        columns = slice(start + (start > 0), start + length + 1)
        whole[start : start + length, columns] = table[:, int(start > 0) :]
        start += length
    return whole
