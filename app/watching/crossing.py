"""What crossed a module's boundary, as NumPy: time first, examples in the user's order.

Weights are float64. What there is one of a timestep and example stays in its own precision until it is replayed: of a
large batch a verdict needs one sequence alone.

One `Crossing` is one call of a whole layer, or a run of a cell's steps each of which took over the states of the one
before. Everything here may take its time: it happens in the thread that replays.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .calls import Arrived, FusedCall, StepCall, Weight
from .modules import Spec

Array = np.ndarray


@dataclass
class Crossing:
    """Inputs x (T, B, I), ``lengths`` (B,) where they differ, initial states (layers · directions, B, …) or None.

    ``d_output`` (T, B, directions · P) is the gradient handed to the output, ``d_h_n`` and ``d_c_n`` (layers ·
    directions, B, …) those that arrived at the last states. ``masks`` are what dropout multiplied each layer's output
    with, the last layer's left out. ``notes`` say what is not exact and why.
    """

    spec: Spec
    x: Array
    lengths: Array | None
    h0: Array | None
    c0: Array | None
    weights: dict[str, Array]
    owners: dict[str, int]  # of the parameters that are trained
    d_output: Array
    d_h_n: Array | None
    d_c_n: Array | None
    masks: list[Array] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def T(self) -> int:
        """Timesteps of the longest sequence."""
        return int(self.x.shape[0])

    @property
    def B(self) -> int:
        """Examples."""
        return int(self.x.shape[1])

    @property
    def arrays(self) -> list[Array]:
        """All that it holds."""
        given = (self.x, self.h0, self.c0, self.d_output, self.d_h_n, self.d_c_n, *(self.masks or ()))
        return [*self.weights.values(), *(values for values in given if values is not None)]

    def length(self, example: int) -> int:
        """Timesteps of one sequence."""
        return self.T if self.lengths is None else int(self.lengths[example])

    def of_one(self, example: int) -> "Crossing":
        """One sequence by itself, at its own length."""
        T, one = self.length(example), slice(example, example + 1)

        def cut(values: Array | None) -> Array | None:
            return None if values is None else values[:, one]

        return Crossing(
            spec=self.spec,
            x=self.x[:T, one],
            lengths=None,
            h0=cut(self.h0),
            c0=cut(self.c0),
            weights=self.weights,
            owners={},
            d_output=self.d_output[:T, one],
            d_h_n=cut(self.d_h_n),
            d_c_n=cut(self.d_c_n),
            masks=None if self.masks is None else [mask[:T, one] for mask in self.masks],
            notes=self.notes,
        )


def array(tensor: Any) -> Array:
    """A tensor's numbers as float64 on the processor."""
    values: Array = tensor.detach().to("cpu").double().numpy()
    return values


def as_it_is(tensor: Any) -> Array:
    """A tensor's numbers on the processor; those of less than four bytes as float32, which holds them exactly."""
    held = tensor.detach().to("cpu")
    values: Array = (held if held.element_size() >= 4 else held.float()).numpy()
    return values


def unscaled(values: Array, scale: float) -> Array:
    """Without the factor of an AMP scaler."""
    return values if scale == 1.0 else values.astype(np.float64) / scale


def of_fused(torch: Any, call: FusedCall, arrived: Arrived, scale: float) -> Crossing:
    """One call of an nn.RNN, nn.LSTM or nn.GRU."""
    spec, notes = call.spec, []
    place = None
    if call.batch_sizes is None:
        x = batched(as_it_is(call.x), 3, spec.batch_first)
    else:
        place = Packing(call.batch_sizes.numpy(), None if call.unsorted is None else call.unsorted.cpu().numpy())
        x = place.unpacked(as_it_is(call.x))
    T, B = x.shape[:2]
    width = spec.directions * spec.state_size
    output = arrived.gradients.get("output")
    if output is None:
        d_output = np.zeros((T, B, width))
    else:
        d_output = batched(as_it_is(output), 3, spec.batch_first) if place is None else place.unpacked(as_it_is(output))
    h_n, c_n = (_state(arrived.gradients.get(where), scale) for where in ("h_n", "c_n"))
    masks = None
    if call.drops and call.random_state is None:
        notes.append("dropout between the layers was drawn on a GPU, where its mask cannot be had")
    elif call.drops:
        masks = drawn_masks(torch, call, (T, B, width) if place is None else (len(call.x), width))
        masks = masks if place is None else [place.unpacked(mask) for mask in masks]
    return Crossing(
        spec=spec,
        x=x,
        lengths=place.lengths if place is not None and (place.lengths != T).any() else None,
        h0=_state(call.h0),
        c0=_state(call.c0),
        weights={weight.name: array(weight.values) for weight in call.weights},
        owners=owners(call.weights),
        d_output=unscaled(d_output, scale),
        d_h_n=h_n,
        d_c_n=c_n,
        masks=masks,
        notes=notes,
    )


def _state(tensor: Any, scale: float = 1.0) -> Array | None:
    """A state of every layer and direction (layers · directions, B, …), or what arrived there; None where none is."""
    return None if tensor is None else unscaled(batched(as_it_is(tensor), 3, False), scale)


def owners(weights: list[Weight]) -> dict[str, int]:
    """Which parameters own the weights that are trained."""
    return {weight.name: weight.owner for weight in weights if weight.trained}


def batched(values: Array, axes: int, batch_first: bool) -> Array:
    """Time first, with an axis of examples where the caller had none."""
    if values.ndim < axes:
        return values[:, None]
    return values.swapaxes(0, 1) if batch_first else values


def drawn_masks(torch: Any, call: FusedCall, shape: tuple[int, ...]) -> list[Array]:
    """What PyTorch's dropout drew between the layers: again, from the state its generator was in."""
    keep = 1.0 - call.spec.dropout
    generator = torch.Generator()
    generator.set_state(call.random_state)
    masks = []
    for _ in range(call.spec.num_layers - 1):
        drawn = torch.empty(shape, dtype=call.x.dtype)
        drawn = drawn.bernoulli_(keep, generator=generator).div_(keep) if keep else drawn.zero_()
        masks.append(array(drawn))
    return masks


class Packing:
    """Where the rows of a packed sequence belong: timestep and, in the user's order, example."""

    def __init__(self, batch_sizes: Array, unsorted: Array | None) -> None:
        self.T, self.B = len(batch_sizes), int(batch_sizes[0])
        lengths = (batch_sizes[None, :] > np.arange(self.B)[:, None]).sum(axis=1)
        place = np.arange(self.B) if unsorted is None else np.argsort(unsorted)  # the user's number of each sorted one
        self.lengths = np.empty(self.B, np.int64)
        self.lengths[place] = lengths
        self._timesteps = np.repeat(np.arange(self.T), batch_sizes)
        self._examples = np.concatenate([place[:size] for size in batch_sizes])

    def unpacked(self, rows: Array) -> Array:
        """Rows (all timesteps, n) as (T, B, n), 0 beyond each sequence's end."""
        values = np.zeros((self.T, self.B, rows.shape[1]), rows.dtype)
        values[self._timesteps, self._examples] = rows
        return values


def of_steps(steps: list[tuple[StepCall, Arrived]], scale: float) -> list[Crossing]:
    """The steps of a cell as runs, each of which hands its states on untouched, in the order of their starts."""
    runs: list[list[tuple[StepCall, Arrived]]] = []
    ending: dict[int, list[tuple[StepCall, Arrived]]] = {}
    for step, arrived in steps:
        run = ending.pop(id(step.previous), None) if step.previous is not None else None
        if run is None:
            run = []
            runs.append(run)
        run.append((step, arrived))
        ending[id(step)] = run
    return [_of_run(run, scale) for run in runs if any(arrived.gradients for _, arrived in run)]


def _of_run(run: list[tuple[StepCall, Arrived]], scale: float) -> Crossing:
    first, spec = run[0][0], run[0][0].spec
    x = np.stack([batched(array(step.x), 2, False).reshape(-1, spec.input_size) for step, _ in run])
    B = x.shape[1]
    handed = {where: np.stack([_from_outside(arrived, where, B, spec) for _, arrived in run]) / scale for where in "hc"}
    notes = []
    if handed["c"][:-1].any():
        notes.append("a loss reads c_t before the last timestep, which is not counted")
    return Crossing(
        spec=spec,
        x=x,
        lengths=None,
        h0=None if first.h0 is None else array(first.h0).reshape(1, B, -1),
        c0=None if first.c0 is None else array(first.c0).reshape(1, B, -1),
        weights={f"{weight.name}_l0": array(weight.values) for weight in first.weights},
        owners={f"{name}_l0": owner for name, owner in owners(first.weights).items()},
        d_output=handed["h"],
        d_h_n=None,
        d_c_n=handed["c"][-1][None],
        notes=notes,
    )


def _from_outside(arrived: Arrived, where: str, B: int, spec: Spec) -> Array:
    """What arrived at a step's state from anywhere but the cell's own steps (B, H)."""
    whole, inside = (arrived.gradients.get(name) for name in (where, f"{where} inside"))
    if whole is None:
        return np.zeros((B, spec.hidden_size))
    own = array(whole if inside is None else whole - inside)
    return own.reshape(B, -1)
