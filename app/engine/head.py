"""The head: readout and loss of every timestep at once, and the gradient each loss hands to the outputs."""

from itertools import pairwise

import numpy as np

from ..steps import Steps
from .architecture import Architecture
from .arrays import Array, zeros
from .cells import Params
from .losses import LOSSES, LossName, Reduction


class Readout:
    """y_t = h_t W_hy + b_y,   E_t = loss(y_t, target_t); with two directions h_t is [h_t; its reverse].

    Arrays hold an example a column: ``y`` and ``dy`` (T, O, B), ``E_t`` (T, B). The gradient handed to h_t is
    W_hy dy_t; the layer that owns h_t computes it in one product with what the next timestep sends back.
    """

    def __init__(self, net: Architecture, loss: LossName, T: int, B: int, dtype: np.dtype, beside: int = 0) -> None:
        H, O, columns = net.hidden_size, net.outputs, B + beside
        self._examples = slice(B)
        self._loss = LOSSES[loss]
        edges = range(0, net.width + 1, H)
        self.parts = [slice(*both) for both in pairwise(edges)]  # the rows of W_hy that each direction goes through
        self._weights = [zeros((O, H + 1), dtype) for _ in self.parts]  # [W_hy^T | b_y], the bias once
        self._of_states, self._bias = [weights[:, :-1] for weights in self._weights], self._weights[0][:, -1]
        self.y, self._dE_dy, self.dy = (zeros((T, O, columns), dtype) for _ in range(3))
        self._all_timesteps = np.full(columns, T)
        self.n = self._all_timesteps
        """Timesteps with a target, per example (B,)."""
        self.E_t = zeros((T, columns), dtype)

    def load(self, params: Params) -> list[Array]:
        """Copy the parameters; returns W_hy (H, O) of each direction."""
        W_hy = params["W_hy"]
        through = [W_hy[part] for part in self.parts]
        for weights, part in zip(self._of_states, through, strict=True):
            weights[:] = part.T
        self._bias[:] = params["b_y"]
        return through

    def forward(self, states: list[Array], target: Array) -> None:
        """All y_t and E_t of the states [h_t; 1] (T, H+1, B) of each direction and `Network.forward`'s targets."""
        columns = target.transpose(0, 2, 1) if target.ndim == 3 else target
        has_target = self._read_out(states, columns, self.y, self.dy, self.E_t, self._dE_dy)
        self.n = self._all_timesteps if has_target is None else np.add.reduce(has_target, axis=0, dtype=int)

    def forwarding(self, states: list[Array], target: Array, at_once: int) -> Steps[None]:
        """`forward`, ``at_once`` timesteps at a time."""
        columns = target.transpose(0, 2, 1) if target.ndim == 3 else target
        n = self._all_timesteps
        for start in range(0, len(self.y), at_once):
            yield
            some = slice(start, start + at_once)
            into = self.y[some], self.dy[some], self.E_t[some], self._dE_dy[some]
            has_target = self._read_out([each[some] for each in states], columns[some], *into)
            if has_target is not None:
                n = n - np.add.reduce(~has_target, axis=0, dtype=int)
        self.n = n

    def _read_out(
        self, states: list[Array], columns: Array, y: Array, dy: Array, E_t: Array, dE_dy: Array
    ) -> Array | None:
        """Outputs, losses and what they hand back of some timesteps; which have a target, None where all have one."""
        np.matmul(self._weights[0], states[0], out=y)
        for weights, more in zip(self._weights[1:], states[1:], strict=True):
            y += np.matmul(weights, more, out=dy)
        return self._loss(y, columns, E_t, dE_dy)

    def take_over(self, other: "Readout", column: int) -> None:
        """All that ``other`` has worked out in one of its columns, as if this one (B = 1) had, and its weights."""
        for weights, its_weights in zip(self._weights, other._weights, strict=True):
            weights[:] = its_weights
        for mine, its in ((self.y, other.y), (self.E_t, other.E_t), (self._dE_dy, other._dE_dy), (self.dy, other.dy)):
            mine[..., 0] = its[..., column]
        self.n = other.n[column : column + 1]

    def backward(self, reduction: Reduction, only: int | None = None) -> Array:
        """dE/dy_t (T, O, B), E being the sum of E_t or, "mean", that over each example's targets.

        ``only``: 0 but at this timestep.
        """
        if reduction == "sum":
            self.dy[:] = self._dE_dy
        else:
            np.multiply(self._dE_dy, 1.0 / np.maximum(self.n, 1), out=self.dy, casting="same_kind")
        if only is not None:
            self.dy[: only - 1] = self.dy[only:] = 0.0
        return self.dy

    def gradients(self, sums: list[Array]) -> Params:
        """The parameters' gradients, the mean over the batch.

        ``sums`` (O, H+1) of each direction: dy_t [h_t; 1]^T summed over time.
        """
        parts = [s[:, :-1].T for s in sums]
        return {"W_hy": np.concatenate(parts) if len(parts) > 1 else parts[0].copy(), "b_y": sums[0][:, -1].copy()}

    def objective(self, reduction: Reduction) -> float:
        """The mean over the batch of E."""
        E, n = self.E_t[:, self._examples].sum(axis=0, dtype=np.float64), self.n[self._examples]
        return float(np.mean(E / np.maximum(n, 1) if reduction == "mean" else E))
