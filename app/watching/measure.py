"""From a capture to records: replay every call, compare with the gradients PyTorch found, show one sequence."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..engine import horizon
from ..training import Record
from . import flows, shown
from .calls import Capture, FusedCall, StepCall
from .crossing import Crossing, array, of_fused, of_steps
from .stack import Stack, replay, residual

Array = np.ndarray


@dataclass(frozen=True)
class Shown:
    """A record, and the replayed sequence it was taken from, for what is only worked out when asked."""

    record: Record
    runs: list[Stack]

    @cached_property
    def horizon(self) -> int | None:
        """The smallest n with 99 % of the recurrent weights' gradient within n timesteps, as lags count them."""
        norms = flows.lag_norms(self.runs)
        return None if norms is None else horizon(norms)


def measured(torch: Any, capture: Capture, sequence: int) -> dict[str, Shown]:
    """One record for each call of each module, by name; a module's second call in one pass is ``name#2``."""
    if capture.ready is not None:
        capture.ready.synchronize()
    scale = 1.0 if capture.scale is None else float(capture.scale)
    stacks = {
        name: [replayed(crossing) for crossing in crossings_of(torch, calls, scale)]
        for name, calls in capture.calls.items()
    }
    gradients = summed_by_owner(stack for found in stacks.values() for stack in found)
    found: dict[str, Shown] = {}
    for name, its_stacks in stacks.items():
        owners = {owner for stack in its_stacks for owner in stack.crossing.owners.values()}
        own = {owner: array(capture.own[owner]) / scale for owner in owners if owner in capture.own}
        scalars = {
            "step": capture.steps[name],
            "grad_residual": residual(own, gradients) if own else None,
            "cut": capture.cut.get(name),
        }
        of_a_cell = any(isinstance(call, StepCall) for call, _ in capture.calls[name])
        parts = [its_stacks] if of_a_cell else [[stack] for stack in its_stacks]
        for number, runs in enumerate(filter(None, parts), start=1):
            label = name if number == 1 else f"{name}#{number}"
            found[label] = shown_of(label, runs, sequence, scalars)
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


def shown_of(label: str, stacks: list[Stack], sequence: int, scalars: dict[str, Any]) -> Shown:
    """One sequence of one call; of a cell's runs, one after the other."""
    spec = stacks[0].crossing.spec
    here = [stack for stack in stacks if sequence < stack.crossing.B] or stacks
    number = min(sequence, min(stack.crossing.B for stack in here) - 1)
    runs = [shown.only(stack, number) for stack in here]
    found = [shown.of_sequence(run) for run in runs]
    lengths = [run.crossing.T for run in runs]
    facts = {
        "kind": "record",
        "module": label,
        **scalars,
        "cell": spec.cell,
        "activation": spec.activation,
        "num_layers": spec.num_layers,
        "bidirectional": spec.bidirectional,
        "proj_size": spec.proj_size,
        "one_step": spec.one_step,
        "sequence": number,
        "timesteps": int(sum(lengths)),
        "sequences": here[0].crossing.B,
        "restarts": np.cumsum(lengths)[:-1].tolist(),
        "reached": reached(here),
        "flow_residual": max((residual for _, residual in found if residual is not None), default=None),
        "notes": list(dict.fromkeys(note for run in runs for note in run.crossing.notes)),
    }
    return Shown(Record(facts, joined([tensors for tensors, _ in found]) | gradients_of(stacks)), runs)


def reached(runs: list[Stack]) -> int:
    """How many sequences of the batch any gradient reaches."""
    found = np.zeros(max(stack.crossing.B for stack in runs), bool)
    for stack in runs:
        for arrived in (stack.crossing.d_output, stack.crossing.d_h_n, stack.crossing.d_c_n):
            if arrived is not None:
                found[: stack.crossing.B] |= (arrived != 0.0).any(axis=(0, 2))
    return int(found.sum())


def gradients_of(stacks: list[Stack]) -> dict[str, Array]:
    """grad.NAME: of the whole batch, all runs together, as the replay found them."""
    spec = stacks[0].crossing.spec
    found: dict[str, Array] = {}
    for number in range(spec.num_layers):
        for reverse in (False, True)[: spec.directions]:
            for stack in stacks:
                for name, values in stack.layers[number][int(reverse)].gradients().items():
                    label = f"grad.{shown.name_of(name, number + 1, reverse)}"
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
        elif name.startswith(("ln_flow", "share")):
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
