"""One recurrent layer in one direction: its buffers, the loop over time both ways, its parameters' gradients.

Backpropagation through time (Werbos 1990; Williams & Peng 1990). The loop knows no equation of a cell and a cell knows
no loop; see `cells.base` for how they share a timestep. What is above the layer hands it gradients: ``handed`` rows
for each timestep, which reach h_t through the last columns of V, in the same product as what timestep t + 1 sends back.
For a linear readout these rows are dE/dy_t and the columns W_hy; for a layer above, its da_t and W_xh; for gradients
with respect to h_t itself, the identity.

A layer of the reverse direction reads x_T first. All its buffers are in the order in which it reads: its timestep 1 is
timestep T of the sequence, and everything in here, h_0 and "t - 1" included, is said in its own order. What comes in
and goes out through `inputs`, `states` and `hand` is in the order of the sequence; `by_time` turns one into the other.
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy import add

from ..steps import Steps
from .activations import ACTIVATIONS, ActivationName
from .arrays import Array, product, zeros
from .cells import CELLS, CellName, Params
from .clipping import clip_columns
from .sums import SumOverTime

FLUSH_EVERY = 16
BLOCK_ELEMENTS = 2**14  # numbers of one kind that are worked on together, so that they stay in the cache


class LayerSizes(NamedTuple):
    """What fixes a layer's buffers: T timesteps, B examples, H units; its neighbours are I and ``handed`` rows wide.

    ``beside``: columns after the examples' that go along and are in no gradient.
    """

    T: int
    B: int
    I: int
    H: int
    handed: int
    dtype: np.dtype
    beside: int = 0


class Layer:
    """One layer unrolled over time for a batch.

    ``reverse``: it reads the sequence from its last timestep to its first. ``ending``: what its names end with.
    ``sums_handed``: whether `gradients` sums what was handed too, as a readout above it wants.

    After `forward`: ``entering`` (T+1, H+1+I, B), rows [h_t; 1; x_{t+1}]. After `sweep` or `backward`: ``dh`` (T+1, H,
    B) and ``leaving`` (T+1, …, B), rows [what goes straight to h_t or c_t; da_{t+1}; what was handed to h_t].
    """

    def __init__(
        self,
        cell: CellName,
        activation: ActivationName,
        sizes: LayerSizes,
        *,
        reverse: bool = False,
        ending: str = "",
        sums_handed: bool = True,
    ) -> None:
        T, B, I, H, handed, dtype, beside = sizes
        columns = B + beside
        self.T, self.B, self.H, self.handed, self.dtype = T, B, H, handed, dtype
        self.reverse, self.ending, self.sums_handed = reverse, ending, sums_handed
        kind = CELLS[cell]
        self._straight, width = (0 if kind.direct is None else H), kind.blocks * H
        inner = self._straight + width
        self.entering = zeros((T + 1, H + 1 + I, columns), dtype)
        self.entering[:, H] = 1.0
        self.inputs = self.by_time(self.entering[:-1, H + 1 :])
        """x_1 … x_T (T, I, B) in the order of the sequence, to be written before `forward`."""
        self.states = self.by_time(self.entering[1:, : H + 1])
        """[h_t; 1] (T, H+1, B) in the order of the sequence: what a head or a layer above takes in."""
        self.leaving = zeros((T + 1, inner + handed, columns), dtype)
        self._handed = self.leaving[1:, inner:]
        self.given = self._handed  # what was handed in, in this layer's own order
        self.last_dh = zeros((H, columns), dtype)  # what arrives at the last states from outside
        self.last_dc = zeros((H, columns), dtype)
        self.W_xh = np.zeros((I, 0))  # as last loaded
        self.cell = kind(ACTIVATIONS[activation], self.entering, H)
        seen = kind.input_blocks * H  # rows of da that see the input alone
        self.V = zeros((H, width - seen + handed), dtype)  # [W_hh | what the handed rows go through]
        self._W_hh, self._handed_through = self.V[:, :-handed], self.V[:, -handed:]
        self._product = product(self.V, columns)
        self._ends_outside = False
        self._skipped: Array | None = None
        self.dh = zeros((T + 1, H, columns), dtype)
        self.inner, self.direct = self.leaving[:-1, self._straight : inner], self.leaving[:, : self._straight]
        self.dc = self.direct if kind.direct == "c" else None
        """dE/dc_0 … dE/dc_T (T+1, H, B) of an lstm, ways through h_t included, else None."""
        self._first = self.dh[0], self.direct[0]  # of the timestep before all others
        self.initial = self._first  # dE/dh_0 and an lstm's dE/dc_0 (H, B), as a learned one's gradient
        self.clip_factor = np.ones((T + 1, columns), dtype)  # of the last sweep that clipped
        self._view_timesteps(inner, seen)
        at_once = max(1, BLOCK_ELEMENTS // (H * B))
        self._spans = [slice(start, start + at_once) for start in range(0, T, at_once)]  # linearised together
        summed = self.leaving[:, self._straight : inner + handed * sums_handed]
        self._sum = SumOverTime(summed[..., :B], self.entering[..., :B], seen, H)
        information = np.finfo(self.dtype)
        self._grain = np.array(float(information.tiny) ** (2 / 3) / float(information.eps), self.dtype)

    def _view_timesteps(self, inner: int, seen: int) -> None:
        """Views of one timestep each, made once: indexing an array costs as much as a small product."""
        columns = self.dh.shape[2]
        self._dh_t = list(self.dh)
        self._direct_t = list(self.direct)
        self._carried_t = list(zip(self._dh_t, self._direct_t, strict=True) if self._straight else zip(self._dh_t))
        self._handed_t = list(self.leaving[:, inner:])
        self._backward_t = list(
            zip(
                zip(*self.cell.local, strict=True),
                self._dh_t[1:],
                self._direct_t[1:],
                [self.cell.split(leaving[:inner].reshape(-1, self.H, columns)) for leaving in self.leaving[:-1]],
                self.leaving[:-1, self._straight + seen :],
                self._dh_t[:-1],
                self._direct_t[:-1],
                self.clip_factor[1:],
                strict=True,
            )
        )

    def by_time(self, values: Array) -> Array:
        """Arrays of this layer, over T or T+1, in the order of the sequence, and the other way round: a view.

        In the reverse direction row j of a (T+1)-array is then the state at timestep j + 1; the initial one is last.
        """
        return values[::-1] if self.reverse else values

    @property
    def da(self) -> Array:
        """dE/da_1 … dE/da_T (T, columns of W_hh, B), of what sees h_{t-1} through weights: none of a diagonal cell."""
        start = self._straight + self.cell.input_blocks * self.H
        return self.leaving[:-1, start : -self.handed]

    @property
    def da_x(self) -> Array:
        """dE/da_1 … dE/da_T (T, columns of W_xh, B), of what sees x_t, in the order of the cell's blocks."""
        end = self._straight + (self.cell.blocks - self.cell.state_blocks) * self.H
        return self.leaving[:-1, self._straight : end]

    def load(self, params: Params, handed_through: Array) -> None:
        """Copy the cell's parameters, and the matrix (H, handed) through which handed gradients reach h_t."""
        self.cell.load(params)
        self._W_hh[:] = self.cell.recurrent_weights(params)
        self._handed_through[:] = handed_through
        self.W_xh = params["W_xh"]

    def forward(self, h0: Array | None = None, c0: Array | None = None, skipped: Array | None = None) -> None:
        """Compute t = 1…T from ``h0`` and, an lstm, ``c0`` (B, H), zeros by default.

        ``skipped`` (B,): how many of the first timesteps are none of an example's, which keeps its initial state there.
        """
        step = self._begin(h0, c0, skipped)
        for t in range(self.T):
            step(t)

    def forwarding(self, h0: Array | None, c0: Array | None, skipped: Array | None, at_once: int) -> Steps[None]:
        """`forward`, ``at_once`` timesteps at a time."""
        step = self._begin(h0, c0, skipped)
        for start in range(0, self.T, at_once):
            yield
            for t in range(start, min(start + at_once, self.T)):
                step(t)

    def _begin(self, h0: Array | None, c0: Array | None, skipped: Array | None) -> Callable[[int], None]:
        """All before the first timestep; what computes one."""
        self.cell.h[0][:] = 0.0 if h0 is None else h0.T
        if self.cell.c is not None:
            self.cell.c[0] = 0.0 if c0 is None else c0.T
        self.cell.start()
        self._skipped = skipped if skipped is not None and skipped.any() else None
        return self.cell.forward if self._skipped is None else partial(self._forward_where_begun, self._skipped)

    def _forward_where_begun(self, skipped: Array, t: int) -> None:
        """One timestep; examples whose first one is later keep their initial state."""
        self.cell.forward(t)
        waiting = np.flatnonzero(skipped > t)
        for state in (self.entering[:, : self.H], self.cell.c):
            if state is not None:
                state[t + 1][:, waiting] = state[0][:, waiting]

    @property
    def input_weights(self) -> Array:
        """(I, columns) through which da_x reaches what entered, as last loaded."""
        return self.cell.by_block(self.W_xh)

    def hand(self, gradients: Array, last_dh: Array | None = None, last_dc: Array | None = None) -> None:
        """Everything before a backward sweep: what comes from outside, as `receive`, and the local derivatives."""
        self.receive(gradients, last_dh, last_dc)
        self.linearise()

    def receive(self, gradients: Array, last_dh: Array | None = None, last_dc: Array | None = None) -> None:
        """What is handed to the outputs: ``gradients`` (T, handed, B) in the order of the sequence.

        ``last_dh``, ``last_dc`` (H, B): what arrives from outside at the states of the timestep read last, zeros by
        default; it goes back together with that timestep's own part.
        """
        self.given = self.by_time(gradients)
        self.restore_handed()
        comes = last_dh is not None or last_dc is not None
        if comes or self._ends_outside:
            self.last_dh[:] = 0.0 if last_dh is None else last_dh
            self.last_dc[:] = 0.0 if last_dc is None else last_dc
        self._ends_outside = comes

    def receive_from(self, above: Sequence["Layer"], some: slice = slice(None)) -> None:
        """What the layer above hands down, after its sweep: da_x of each of its directions, at ``some`` timesteps."""
        self.given = self._handed
        rows, start = self.by_time(self.given), 0
        for reader in above:
            adjoints = reader.by_time(reader.da_x)
            end = start + adjoints.shape[1]
            rows[some, start:end] = adjoints[some]
            start = end

    def restore_handed(self) -> None:
        """Everything that was handed in counts again, after `forget_handed`."""
        self._handed[:] = self.given

    def forget_handed(self, last: int) -> None:
        """Nothing that was handed in up to timestep ``last`` counts in later sweeps."""
        self.leaving[: last + 1, -self.handed :] = 0.0

    def take_over(self, other: "Layer", column: int) -> None:
        """All that ``other`` has computed in one of its columns, as if this layer (B = 1) had.

        Of the weights those of the way back: the next walk forward loads its own.
        """
        self.V[:], self.W_xh = other.V, other.W_xh
        for mine, its in zip(self._by_example, other._by_example, strict=True):
            mine[..., 0] = its[..., column]
        self.take_back(other, column)
        self.given, self.initial, self._skipped = self._handed, self._first, None

    def take_back(self, other: "Layer", column: int) -> None:
        """The same of the way back alone."""
        self.leaving[..., 0], self.dh[..., 0] = other.leaving[..., column], other.dh[..., column]

    @property
    def _by_example(self) -> list[Array]:
        """Buffers of the way forward, and the local derivatives."""
        return [self.entering, *(getattr(self.cell, name) for name in self.cell.by_example)]

    def linearise(self) -> None:
        """After `forward`: the local derivatives of all timesteps."""
        for some in self._spans:
            self.cell.linearise(some)
        self._blank_skipped()

    def linearising(self) -> Steps[None]:
        """`linearise`, as many timesteps at a time as stay in the cache."""
        for some in self._spans:
            yield
            self.cell.linearise(some)
        self._blank_skipped()

    def _blank_skipped(self) -> None:
        """Nothing goes back through timesteps before an example's first one."""
        if self._skipped is not None:
            none = np.arange(self.T)[:, None] < self._skipped
            for part in self.cell.local:
                np.moveaxis(part, -1, 1)[none] = 0.0

    def backward(self, clip_timestep: float | None = None) -> None:
        """After `hand`: the whole way back."""
        self.sweep(self.T, 0, clip_timestep)

    def sweep(self, last: int, lowest: int, clip_timestep: float | None = None) -> None:
        """After `hand`: from E_last back to h_lowest, through the parameter uses at lowest < t <= last."""
        for _ in self.sweeping(last, lowest, clip_timestep, FLUSH_EVERY):
            pass

    def sweeping(self, last: int, lowest: int, clip_timestep: float | None, at_once: int) -> Steps[None]:
        """`sweep`, at most ``at_once`` timesteps at a time."""
        chain, joins, multiply = self.cell.backward, self.cell.direct == "h", self._product
        # What is handed to h_last alone: from beyond it comes nothing or what arrives at the last states from outside.
        self._handed_through.dot(self._handed_t[last], self._dh_t[last])
        self._direct_t[last].fill(0.0)
        if self._ends_outside and last == self.T:
            add(self._dh_t[last], self.last_dh, self._dh_t[last])
            if self.cell.direct == "c":
                self._direct_t[last][:] = self.last_dc
        some = gcd(at_once, FLUSH_EVERY)
        for high in range(last, lowest, -some):
            if (last - high) % at_once == 0:
                yield
            if (last - high) % FLUSH_EVERY == 0:
                self._flush(high)
            for step_views in reversed(self._backward_t[max(high - some, lowest) : high]):
                local, dh, direct, back, outgoing, dh_before, direct_before, factor = step_views
                if clip_timestep is not None:
                    clip_columns(clip_timestep, dh, factor)
                chain(local, dh, direct, back)
                multiply(outgoing, dh_before)  # E_t's own part + what timestep t + 1 sends back
                if joins:
                    add(dh_before, direct_before, dh_before)
        if clip_timestep is not None:
            clip_columns(clip_timestep, self._dh_t[lowest], self.clip_factor[lowest])
        self.initial = self._first if self._skipped is None else self._where_each_begins(self._skipped)

    def _where_each_begins(self, skipped: Array) -> tuple[Array, Array]:
        """The adjoints (H, B) of the states that each example begins with."""
        examples = np.arange(self.B)
        return self.dh[skipped, :, examples].T, self.direct[skipped, :, examples].T

    def sweep_each_alone(self) -> None:
        """After `hand`: every timestep back by itself, nothing being carried from any to the one before."""
        for t in range(self.T, 0, -1):
            self.sweep(t, t - 1)

    def _flush(self, t: int) -> None:
        """Round what has vanished to 0: near the smallest numbers everything costs many times as much."""
        for adjoint in self._carried_t[t]:
            add(adjoint, self._grain, adjoint)  # what is below its last digit is lost here
            np.subtract(adjoint, self._grain, adjoint)

    def gradients(self) -> tuple[Params, Array]:
        """The cell's gradients, the mean over the batch, and the sums of handed_t [h_t; 1]^T, (handed, H+1) or none.

        All that leaves h_t times all that enters with it, [da_{t+1}; handed_t] [h_t; 1; x_{t+1}]^T, summed over t.
        """
        return self._means(self._sum.now())

    def summing(self) -> Steps[tuple[Params, Array]]:
        """`gradients`, some timesteps' products at a time."""
        return self._means((yield from self._sum.summing()))

    def _means(self, sums: Array) -> tuple[Params, Array]:
        """The gradients from the sums of all products."""
        mean = sums / self.B
        own = self.cell.blocks * self.H
        dc = None if self.dc is None else self._of_made(self.dc)
        return self.cell.gradients(mean[:own], self._of_made(self.dh), dc), mean[own:, : self.H + 1]

    def _of_made(self, adjoints: Array) -> Array:
        """Of the states (T+1, H, B) those that the cell made: 0 where an example has not begun yet."""
        if self._skipped is None:
            return adjoints
        return np.where((np.arange(self.T + 1)[:, None] > self._skipped)[:, None], adjoints, 0.0)

    def initial_gradients(self) -> Params:
        """Of a learned initial state: h0 and, an lstm, c0 (H,), the mean over the batch."""
        names = ("h0",) if self.cell.c is None else ("h0", "c0")
        return {name: part[:, : self.B].mean(axis=1) for name, part in zip(names, self.initial, strict=False)}

    def input_gradients(self, W_xh: Array) -> Array:
        """dE/dx_1 … dE/dx_T (T, I, B) after `backward`, through the input weights ``W_xh`` in the order users see.

        In the order of the sequence.
        """
        dx: Array = np.matmul(self.cell.by_block(W_xh), self.da_x)
        return self.by_time(dx)
