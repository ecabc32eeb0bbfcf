"""One recurrent layer in one direction: its buffers, the walk over time both ways, its parameters' gradients.

Backpropagation through time (Werbos 1990; Williams & Peng 1990). The walk knows no equation of a cell and a cell knows
no loop; see `cells.base` for how they share a timestep. What is above the layer hands it gradients: ``handed`` rows
for each timestep, which reach h_t through the last columns of V, in the same product as what timestep t + 1 sends back.
For a linear readout these rows are dE/dy_t and the columns W_hy; for a layer above, its da_t and W_xh; for gradients
with respect to h_t itself, the identity.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy import add

from .activations import ACTIVATIONS
from .arrays import SMALL, Array, parts, product, zeros
from .cells import CELLS, Params
from .clipping import clip_columns

FLUSH_EVERY = 16
WORTH_SUMMING = 128  # uses of a parameter that are summed by one product, though it be divided because it is not small
BLOCK_ELEMENTS = 2**14  # numbers of one kind that are worked on together, so that they stay in the cache


@dataclass(frozen=True)
class Pass:
    """One backward pass of truncated BPTT: E_t for losses_after < t <= last, parameter uses at lowest < k <= last."""

    losses_after: int
    last: int
    lowest: int
    reaches_h0: bool


class Layer:
    """One layer unrolled over T timesteps for B examples; its neighbours are I (inputs) and ``handed`` rows wide.

    After `forward`: ``entering`` (T+1, H+1+I, B), rows [h_t; 1; x_{t+1}]. After `sweep` or `backward`: ``dh`` (T+1, H,
    B) and ``leaving`` (T+1, …, B), rows [what goes straight to h_t or c_t; da_{t+1}; what was handed to h_t].
    """

    def __init__(
        self, cell: str, activation: str, T: int, B: int, I: int, H: int, handed: int, dtype: np.dtype
    ) -> None:
        self.T, self.B, self.H, self.handed, self.dtype = T, B, H, handed, dtype
        kind = CELLS[cell]
        self._straight, width = (0 if kind.direct is None else H), kind.blocks * H
        inner = self._straight + width
        self.entering = zeros((T + 1, H + 1 + I, B), dtype)
        self.entering[:, H] = 1.0
        self.leaving = zeros((T + 1, inner + handed, B), dtype)
        self._given = self.leaving[1:, inner:]  # what was handed in, until `hand`
        self.cell = kind(ACTIVATIONS[activation], self.entering, H)
        seen = kind.input_blocks * H  # rows of da that see the input alone
        self.V = zeros((H, width - seen + handed), dtype)  # [W_hh | what the handed rows go through]
        self._product = product(self.V, B)
        self.dh = zeros((T + 1, H, B), dtype)
        self.clip_factor = np.ones((T + 1, B), dtype)  # of the last sweep that clipped
        # Views of one timestep each, made once: indexing an array costs as much as a small product.
        self._dh_t = list(self.dh)
        self._direct_t = list(self.leaving[:, : self._straight])
        self._handed_t = list(self.leaving[:, inner:])
        self._backward_t = list(
            zip(
                zip(*self.cell.local, strict=True),
                self._dh_t[1:],
                self._direct_t[1:],
                [kind.split(leaving[:inner].reshape(-1, H, B)) for leaving in self.leaving[:-1]],
                self.leaving[:-1, self._straight + seen :],
                self._dh_t[:-1],
                self._direct_t[:-1],
                self.clip_factor[1:],
                strict=True,
            )
        )
        # Sums over time and batch are products of matrices that hold both, side by side, of some timesteps at once.
        small = SMALL // ((width + handed) * (H + 1 + I) * B)
        self._at_once = min(T + 1, max(small, WORTH_SUMMING // B, 1))
        self._entering_rows = zeros((self._at_once, B, H + 1 + I), self.dtype)
        self._leaving_rows = zeros((width + handed, self._at_once, B), self.dtype)
        information = np.finfo(self.dtype)
        self._grain = np.array(float(information.tiny) ** (2 / 3) / float(information.eps), self.dtype)

    @property
    def states(self) -> Array:
        """[h_t; 1] (T, H+1, B), t = 1…T: what a head or a layer above takes in."""
        return self.entering[1:, : self.H + 1]

    @property
    def inputs(self) -> Array:
        """x_1 … x_T (T, I, B), to be written before `forward`."""
        return self.entering[:-1, self.H + 1 :]

    @property
    def dc(self) -> Array | None:
        """dE/dc_0 … dE/dc_T (T+1, H, B) of an lstm, ways through h_t included, else None."""
        return self.leaving[:, : self.H] if self.cell.direct == "c" else None

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
        self.V[:, : -self.handed] = self.cell.recurrent_weights(params)
        self.V[:, -self.handed :] = handed_through

    def forward(self, h0: Array | None = None) -> None:
        """Walk t = 1…T from ``h0`` (B, H), zeros by default."""
        self.entering[0, : self.H] = 0.0 if h0 is None else h0.T
        self.cell.start()
        step = self.cell.forward
        for t in range(self.T):
            step(t)

    def hand(self, gradients: Array) -> None:
        """Before a backward sweep: what is handed to the outputs (T, handed, B), and the local derivatives."""
        self._given = gradients
        self.leaving[1:, -self.handed :] = gradients
        timesteps = max(1, BLOCK_ELEMENTS // (self.H * self.B))
        for start in range(0, self.T, timesteps):
            self.cell.linearise(slice(start, start + timesteps))

    def backward(self, k1: int = 0, k2: int = 0, clip_timestep: float | None = None) -> None:
        """After `hand`: the whole way back, or the sum of all truncated passes."""
        if k1 == 0:
            self.sweep(self.T, 0, clip_timestep)
        else:
            self._sum_passes(k1, k2, clip_timestep)

    def sweep(self, last: int, lowest: int, clip_timestep: float | None = None) -> None:
        """After `hand`: from E_last back to h_lowest, through the parameter uses at lowest < t <= last."""
        chain, joins, multiply = self.cell.backward, self.cell.direct == "h", self._product
        # What is handed to h_last alone: nothing comes from beyond it.
        self.V[:, -self.handed :].dot(self._handed_t[last], self._dh_t[last])
        self._direct_t[last].fill(0.0)
        for high in range(last, lowest, -FLUSH_EVERY):
            self._flush(high)
            for step_views in reversed(self._backward_t[max(high - FLUSH_EVERY, lowest) : high]):
                local, dh, direct, back, outgoing, dh_before, direct_before, factor = step_views
                if clip_timestep is not None:
                    clip_columns(clip_timestep, dh, factor)
                chain(local, dh, direct, back)
                multiply(outgoing, dh_before)  # own loss + what the future sends back
                if joins:
                    add(dh_before, direct_before, dh_before)
        if clip_timestep is not None:
            clip_columns(clip_timestep, self._dh_t[lowest], self.clip_factor[lowest])

    def passes(self, k1: int, k2: int, clip_timestep: float | None = None) -> Iterator[Pass]:
        """After `hand`: one sweep for every k1 timesteps, each with its own k1 losses and going k2 back."""
        for last in [*range(k1, self.T, k1), self.T]:
            one = Pass(losses_after=last - k1, last=last, lowest=max(last - k2, 0), reaches_h0=last < k2)
            self.sweep(one.last, one.lowest, clip_timestep)
            yield one
            self.leaving[: last + 1, -self.handed :] = 0.0  # counted: later sweeps carry later losses alone

    def _sum_passes(self, k1: int, k2: int, clip_timestep: float | None) -> None:
        da, direct = self.leaving[:-1, self._straight : -self.handed], self.leaving[:, : self._straight]
        parts = (da, self.dh, direct)
        sums = [np.zeros_like(part) for part in parts]
        for one in self.passes(k1, k2, clip_timestep):
            uses = slice(one.lowest, one.last)
            states = slice(one.lowest if one.reaches_h0 else one.lowest + 1, one.last + 1)
            for part, total, where in zip(parts, sums, (uses, states, states), strict=True):
                total[where] += part[where]
        for part, total in zip(parts, sums, strict=True):
            part[:] = total
        self.leaving[1:, -self.handed :] = self._given

    def _flush(self, t: int) -> None:
        """Round what has vanished to 0: near the smallest numbers everything costs many times as much."""
        for adjoint in (self._dh_t[t], self._direct_t[t]):
            add(adjoint, self._grain, adjoint)  # what is below its last digit is lost here
            np.subtract(adjoint, self._grain, adjoint)

    def gradients(self) -> tuple[Params, Array]:
        """The cell's gradients, the mean over the batch, and the sums (handed, H+1) of handed_t [h_t; 1]^T.

        All that leaves h_t times all that enters with it, [da_{t+1}; handed_t] [h_t; 1; x_{t+1}]^T, summed over t.
        """
        H, only_input = self.H, self.cell.input_blocks * self.H
        sums = np.zeros((len(self._leaving_rows), self._entering_rows.shape[2]), self.dtype)
        for start in range(0, self.T + 1, self._at_once):
            some = slice(start, start + self._at_once)
            entering, leaving = self.entering[some], self.leaving[some, self._straight :]
            z, d = self._entering_rows[: len(entering)], self._leaving_rows[:, : len(leaving)]
            z[:], d[:] = entering.transpose(0, 2, 1), leaving.transpose(1, 0, 2)
            z, d = z.reshape(-1, z.shape[2]), d.reshape(len(d), -1)  # (t B, features), (features, t B)
            for part in parts(len(d) - only_input, *z.shape):
                sums[only_input:][part] += d[only_input:][part].dot(z)
            if only_input:
                sums[:only_input, H:] += d[:only_input].dot(z[:, H:])
        sums /= self.B
        return self.cell.gradients(sums[: -self.handed], self.dh, self.dc), sums[-self.handed :, : H + 1]

    def input_gradients(self, W_xh: Array) -> Array:
        """dE/dx_1 … dE/dx_T (T, I, B) after `backward`, through the input weights ``W_xh`` in the order users see."""
        dx: Array = np.matmul(self.cell.by_block(W_xh), self.da_x)
        return dx
