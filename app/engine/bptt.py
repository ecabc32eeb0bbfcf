"""Backpropagation through time (Werbos 1990; Williams & Peng 1990): one walk forward, one walk back, for every cell.

The walk knows no equation of a cell and a cell knows no loop; see `cells.base` for how they share a timestep.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy import add

from .activations import ACTIVATIONS
from .arrays import BUFFER, SMALL, parts, product, zeros
from .cells import CELLS, Params
from .clipping import clip_columns
from .losses import LOSSES

Array = np.ndarray
FLUSH_EVERY = 16
WORTH_SUMMING = 128  # uses of a parameter that are summed by one product, though it be divided because it is not small
STRETCH = 2**14  # numbers of one kind that are worked on before the next stretch of time, while they are at hand


@dataclass(frozen=True)
class Pass:
    """One backward pass of truncated BPTT: E_t for losses_after < t <= last, parameter uses at lowest < k <= last."""

    losses_after: int
    last: int
    lowest: int
    reaches_h0: bool


class Unrolled:
    """A network unrolled over T timesteps for B examples: every buffer, allocated once; no parameters.

    y_t = h_t W_hy + b_y. Names of ``cell``, ``activation`` and ``loss`` are keys of `CELLS`, `ACTIVATIONS` and
    `LOSSES`. The object keeps nothing from one `forward` to the next, so runs of one shape can share it.

    After `forward`: ``h``, ``a``, ``y``, ``E_t``, ``n`` (an lstm's ``c``, gated cells' ``gates``); after `backward`:
    ``dh``, ``da`` (an lstm's ``dc``). All are views of the buffers: copy what must outlive the next walk.
    """

    def __init__(
        self,
        cell: str,
        activation: str,
        loss: str,
        T: int,
        B: int,
        I: int,
        H: int,
        O: int,
        dtype: str = "float64",
    ) -> None:
        self.T, self.B, self.I, self.H, self.O = T, B, I, H, O
        self.dtype = np.dtype(dtype)
        kind = CELLS[cell]
        self._straight, width = (0 if kind.direct is None else H), kind.blocks * H
        inner = self._straight + width
        self._entering = zeros((T + 1, H + 1 + I, B), self.dtype)  # [h_t; 1; x_{t+1}]
        self._entering[:, H] = 1.0
        self._leaving = zeros((T + 1, inner + O, B), self.dtype)  # [what goes straight to h_t or c_t; da_{t+1}; dy_t]
        self.cell = kind(ACTIVATIONS[activation], self._entering, H)
        seen = kind.input_blocks * H  # rows of da that see the input alone
        self.V = zeros((H, width - seen + O), self.dtype)  # [W_hh | W_hy]
        self._product = product(self.V, B)
        self._readout = zeros((O, H + 1), self.dtype)  # [W_hy^T | b_y]
        self._loss = LOSSES[loss]
        self._y, self._dE_dy, self._dy = (zeros((T, O, B), self.dtype) for _ in range(3))
        self._has_target = np.zeros((T, B), bool)
        self._dh = zeros((T + 1, H, B), self.dtype)
        self.E_t = zeros((T, B), self.dtype)
        self.clip_factor = np.ones((T + 1, B), self.dtype)  # of the last sweep that clipped
        # Views of one timestep each, made once: indexing an array costs as much as a small product.
        self._dh_t = list(self._dh)
        self._direct_t = list(self._leaving[:, : self._straight])
        self._dy_t = list(self._leaving[:, inner:])
        self._backward_t = list(
            zip(
                zip(*self.cell.local, strict=True),
                self._dh_t[1:],
                self._direct_t[1:],
                [kind.split(leaving[:inner].reshape(-1, H, B)) for leaving in self._leaving[:-1]],
                self._leaving[:-1, self._straight + seen :],
                self._dh_t[:-1],
                self._direct_t[:-1],
                self.clip_factor[1:],
                strict=True,
            )
        )
        # Sums over time and batch are products of matrices that hold both, side by side, of some timesteps at once.
        small = SMALL // ((width + O) * (H + 1 + I) * B)
        self._at_once = min(T + 1, max(small, WORTH_SUMMING // B, 1))
        self._entering_rows = zeros((self._at_once, B, H + 1 + I), self.dtype)
        self._leaving_rows = zeros((width + O, self._at_once, B), self.dtype)
        information = np.finfo(self.dtype)
        self._grain = np.array(float(information.tiny) ** (2 / 3) / float(information.eps), self.dtype)

    # What a caller reads: row vectors, time first.

    @property
    def h(self) -> Array:
        """h_0 … h_T (T+1, B, H)."""
        return self._entering[:, : self.H].transpose(0, 2, 1)

    @property
    def x(self) -> Array:
        """x_1 … x_T (T, B, I)."""
        return self._entering[:-1, self.H + 1 :].transpose(0, 2, 1)

    @property
    def c(self) -> Array | None:
        """c_0 … c_T (T+1, B, H) of an lstm, else None."""
        return None if self.cell.c is None else self.cell.c.transpose(0, 2, 1)

    @property
    def a(self) -> Array:
        """What phi is applied to: a_1 … a_T (T, B, H), gated cells the candidate's."""
        return self.cell.candidate.transpose(0, 2, 1)

    @property
    def gates(self) -> Array | None:
        """Gate values of gated cells (T, gates, B, H), in the order of ``cell.gates``, else None."""
        values = self.cell.gate_values()
        return None if values is None else values.transpose(0, 1, 3, 2)

    @property
    def y(self) -> Array:
        """Outputs (logits) y_1 … y_T (T, B, O)."""
        return self._y.transpose(0, 2, 1)

    @property
    def n(self) -> Array:
        """Timesteps with a target, per example (B,)."""
        counts: Array = self._has_target.sum(axis=0)
        return counts

    @property
    def dy(self) -> Array:
        """dE/dy_t (T, B, O), with the reduction of the last `backward`."""
        return self._dy.transpose(0, 2, 1)

    @property
    def dh(self) -> Array:
        """dE/dh_0 … dE/dh_T (T+1, B, H), per example: not divided by B."""
        return self._dh.transpose(0, 2, 1)

    @property
    def dc(self) -> Array | None:
        """dE/dc_0 … dE/dc_T (T+1, B, H) of an lstm, ways through h_t included, else None."""
        return self._leaving[:, : self.H].transpose(0, 2, 1) if self.cell.direct == "c" else None

    @property
    def da(self) -> Array:
        """dE/da_1 … dE/da_T (T, B, columns of W_hh), of what sees h_{t-1}."""
        start = self._straight + self.cell.input_blocks * self.H
        return self._leaving[:-1, start : -self.O].transpose(0, 2, 1)

    @property
    def da_x(self) -> Array:
        """dE/da_1 … dE/da_T (T, B, columns of W_xh), of what sees x_t, in the order of the cell's blocks."""
        end = self._straight + (self.cell.blocks - self.cell.state_blocks) * self.H
        return self._leaving[:-1, self._straight : end].transpose(0, 2, 1)

    def objective(self, reduction: str = "sum") -> float:
        """L = the mean over the batch of E, which is sum_t E_t ("sum") or its mean over targets ("mean")."""
        E = self.E_t.sum(axis=0, dtype=np.float64)
        return float(np.mean(E / np.maximum(self.n, 1) if reduction == "mean" else E))

    # The two walks.

    def forward(self, params: Params, x: Array, target: Array, h0: Array | None = None) -> None:
        """Walk t = 1…T. ``x`` (T, B, I); ``target`` (T, B) classes, -1 none, or (T, B, O) values, NaN none.

        ``h0`` (B, H) is the initial state, zeros by default. Numbers that overflow become inf or nan, silently.
        """
        with np.errstate(all="ignore"):
            np.setbufsize(BUFFER)
            self._load(params)
            self._entering[0, : self.H] = 0.0 if h0 is None else h0.T
            self._entering[:-1, self.H + 1 :] = x.transpose(0, 2, 1)
            self.cell.start()
            step = self.cell.forward
            for t in range(self.T):
                step(t)
            np.matmul(self._readout, self._entering[1:, : self.H + 1], out=self._y)
            columns = target.transpose(0, 2, 1) if target.ndim == 3 else target
            self._has_target = self._loss(self._y, columns, self.E_t, self._dE_dy)

    def backward(self, reduction: str = "sum", k1: int = 0, k2: int = 0, clip_timestep: float | None = None) -> Params:
        """Walk t = T…1 after `forward`; returns dL/dNAME for every parameter, the mean over the batch.

        "mean" uses E_t / n in place of E_t throughout. ``k1``, ``k2`` truncate: a backward pass every k1 timesteps
        reaching k2 back, that is, with n(t) = min(T, k1 ceil(t / k1)), the pair (E_t, parameter use at timestep k)
        counts iff n(t) - k2 < k <= t; ``dh`` then sums the counted pairs. ``clip_timestep`` rescales each example's
        dE/dh_t to that norm where it exceeds it, the part carried from t + 1 included (Williams & Peng 1990 for the
        truncation, Pascanu, Mikolov & Bengio 2013 for the rescaling).
        """
        with np.errstate(all="ignore"):
            np.setbufsize(BUFFER)
            self.prepare(reduction)
            if k1 == 0:
                self.sweep(self.T, 0, clip_timestep)
            else:
                self._sum_passes(k1, k2, clip_timestep)
            return self._gradients()

    def prepare(self, reduction: str) -> None:
        """Everything a backward sweep needs that is the same for all timesteps, in whole-sequence operations."""
        scale = 1.0 / np.maximum(self.n, 1) if reduction == "mean" else 1.0
        np.multiply(self._dE_dy, scale, out=self._dy, casting="same_kind")
        self._leaving[1:, -self.O :] = self._dy
        stretch = max(1, STRETCH // (self.H * self.B))
        for start in range(0, self.T, stretch):
            self.cell.linearise(slice(start, start + stretch))

    def sweep(self, last: int, lowest: int, clip_timestep: float | None = None) -> None:
        """After `prepare`: from E_last back to h_lowest, through the parameter uses at lowest < t <= last."""
        chain, joins, multiply = self.cell.backward, self.cell.direct == "h", self._product
        self.V[:, -self.O :].dot(self._dy_t[last], self._dh_t[last])  # own loss alone: nothing comes from beyond E_last
        self._direct_t[last].fill(0.0)
        for high in range(last, lowest, -FLUSH_EVERY):
            self._flush(high)
            for moment in reversed(self._backward_t[max(high - FLUSH_EVERY, lowest) : high]):
                local, dh, direct, back, outgoing, dh_before, direct_before, factor = moment
                if clip_timestep is not None:
                    clip_columns(clip_timestep, dh, factor)
                chain(local, dh, direct, back)
                multiply(outgoing, dh_before)  # own loss + what the future sends back
                if joins:
                    add(dh_before, direct_before, dh_before)
        if clip_timestep is not None:
            clip_columns(clip_timestep, self._dh_t[lowest], self.clip_factor[lowest])

    def passes(self, k1: int, k2: int, clip_timestep: float | None = None) -> Iterator[Pass]:
        """After `prepare`: one sweep for every k1 timesteps, each hearing its own k1 losses and going k2 back."""
        for last in [*range(k1, self.T, k1), self.T]:
            one = Pass(losses_after=last - k1, last=last, lowest=max(last - k2, 0), reaches_h0=last < k2)
            self.sweep(one.last, one.lowest, clip_timestep)
            yield one
            self._leaving[: last + 1, -self.O :] = 0.0  # heard: the sweeps of later losses pass by in silence

    def _load(self, params: Params) -> None:
        H, O = self.H, self.O
        self.cell.load(params)
        self.V[:, :-O] = params["W_hh"]
        self.V[:, -O:] = params["W_hy"]
        self._readout[:, :H] = params["W_hy"].T
        self._readout[:, H] = params["b_y"]

    def _sum_passes(self, k1: int, k2: int, clip_timestep: float | None) -> None:
        da, direct = self._leaving[:-1, self._straight : -self.O], self._leaving[:, : self._straight]
        parts = (da, self._dh, direct)
        sums = [np.zeros_like(part) for part in parts]
        for one in self.passes(k1, k2, clip_timestep):
            uses = slice(one.lowest, one.last)
            states = slice(one.lowest if one.reaches_h0 else one.lowest + 1, one.last + 1)
            for part, total, where in zip(parts, sums, (uses, states, states), strict=True):
                total[where] += part[where]
        for part, total in zip(parts, sums, strict=True):
            part[:] = total
        self._leaving[1:, -self.O :] = self._dy

    def _flush(self, t: int) -> None:
        """Round what has vanished to 0: near the smallest numbers everything costs many times as much."""
        for adjoint in (self._dh_t[t], self._direct_t[t]):
            add(adjoint, self._grain, adjoint)  # what is below its last digit is lost here
            np.subtract(adjoint, self._grain, adjoint)

    def _gradients(self) -> Params:
        """All that leaves h_t times all that enters with it, [da_{t+1}; dy_t] [h_t; 1; x_{t+1}]^T, summed over t."""
        H, only_input = self.H, self.cell.input_blocks * self.H
        sums = np.zeros((len(self._leaving_rows), self._entering_rows.shape[2]), self.dtype)
        for start in range(0, self.T + 1, self._at_once):
            some = slice(start, start + self._at_once)
            entering, leaving = self._entering[some], self._leaving[some, self._straight :]
            z, d = self._entering_rows[: len(entering)], self._leaving_rows[:, : len(leaving)]
            z[:], d[:] = entering.transpose(0, 2, 1), leaving.transpose(1, 0, 2)
            z, d = z.reshape(-1, z.shape[2]), d.reshape(len(d), -1)  # (t B, features), (features, t B)
            for part in parts(len(d) - only_input, *z.shape):
                sums[only_input:][part] += d[only_input:][part].dot(z)
            if only_input:
                sums[:only_input, H:] += d[:only_input].dot(z[:, H:])
        sums /= self.B
        dW_hy = sums[-self.O :, : H + 1]
        return self.cell.unstack(sums[: -self.O]) | {"W_hy": dW_hy[:, :H].T.copy(), "b_y": dW_hy[:, H].copy()}
