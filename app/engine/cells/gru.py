"""The gated recurrent unit (Cho et al. 2014), reset gate after the recurrent product as in PyTorch."""

import numpy as np
from numpy import add, multiply, subtract

from ..activations import Activation, sigmoid
from ..arrays import Array, zeros
from .base import Blocks, Params, StackedCell


class GRU(StackedCell):
    """h_t = (1 - z_t) n_t + z_t h_{t-1},   n_t = phi(p_t + r_t q_t).

    p_t = x_t W_xn + b_n sees the input alone, q_t = h_{t-1} W_hn + b_hn the state alone; r, z = sigma(x_t W_x· +
    h_{t-1} W_h· + b·). W_xh (I, 3H), W_hh (H, 3H), b_h (3H) in the order r z n, and b_hn (H). Inside, the blocks
    stand in the order p r z q: p is computed for all timesteps at once.
    """

    name = "gru"
    about = "Two gates and one state: z carries h straight on, r decides how much of it the candidate sees."
    source = "Cho et al. 2014"
    blocks = 4
    buffers = 12
    by_example = ("values", "to_all")
    calls = 2.35
    gates = ("r", "z", "n")
    candidate_gate = 2
    forget_gate = "z"
    input_blocks = 1
    state_blocks = 1
    direct = "h"

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        super().__init__(activation, entering, H)
        T, B, dtype = self.T, self.B, entering.dtype
        self.P = np.zeros((H, entering.shape[1] - H), dtype)  # [b_n | W_xn^T]
        self.values = zeros((T, 7 * H, B), dtype)  # p r z q, h_{t-1} - n, n's pre-activation, n
        self.to_all = zeros((5, T, H, B), dtype).swapaxes(0, 1)  # dh_t on its way to h_{t-1}, p, r, z, q
        self.local = (self.to_all,)
        self.step = [
            (
                entering,
                h_prev,
                h,
                values[:H],
                values[H : 4 * H],
                values[H : 3 * H],
                values[H : 2 * H],
                values[2 * H : 3 * H],
                values[3 * H : 4 * H],
                values[4 * H : 5 * H],
                values[5 * H : 6 * H],
                values[6 * H :],
            )
            for entering, h_prev, h, values in zip(self.z, self.h, self.h[1:], self.values, strict=False)
        ]

    @classmethod
    def shapes(cls, I: int, H: int) -> dict[str, tuple[int, ...]]:
        """As every cell, and b_hn, the candidate's recurrent bias inside the reset gate."""
        return {**super().shapes(I, H), "b_hn": (H,)}

    @property
    def candidate(self) -> Array:
        """p_t + r_t q_t."""
        return self.values[:, 5 * self.H : 6 * self.H]

    def gate_values(self) -> Array:
        """Values r z n."""
        return self._by_block(slice(None))[:, [1, 2, 6]]

    def load(self, params: Params) -> None:
        """As every cell; then n's input rows and bias move to ``P``, b_hn takes their place."""
        super().load(params)
        H = self.H
        self.P[:] = self.W[2 * H :, H:]
        self.W[2 * H :, H] = params["b_hn"]
        self.W[2 * H :, H + 1 :] = 0.0

    def start(self) -> None:
        """p_t for every t."""
        np.matmul(self.P, self.entering[:-1, self.H :], out=self.values[:, : self.H])

    def forward(self, t: int) -> None:
        """One product for r, z and q, then the two lines above; h_t as n_t + z_t (h_{t-1} - n_t)."""
        entering, h_prev, h, p, rzq, rz, r, z, q, d, a, n = self.step[t]
        self.product(entering, rzq)
        sigmoid(rz, rz, self.one)
        multiply(r, q, a)
        add(a, p, a)
        self.phi(a, n)
        subtract(h_prev, n, d)
        multiply(d, z, h)
        add(h, n, h)

    def linearise(self, some: slice) -> None:
        """What dh_t is multiplied with on its way to h_{t-1}, p, r, z and q."""
        _, r, z, q, d, a, n = self._by_block(some).swapaxes(0, 1)
        to_h, to_p, to_r, to_z, to_q = self.to_all[some].swapaxes(0, 1)
        to_h[:] = z
        self.activation.slope(a, n, to_p)
        subtract(1.0, z, to_z)
        to_p *= to_z
        multiply(to_p, r, to_q)
        subtract(1.0, r, to_r)
        to_r *= to_q  # r (1 - r) and dp in one: to_q = to_p r
        to_r *= q
        to_z *= z
        to_z *= d

    @staticmethod
    def backward(local: Blocks, dh: Array, direct: Array, back: Blocks) -> None:  # noqa: ARG004
        """[z_t dh_t; da_t of p r z q]: everything is proportional to dh_t."""
        multiply(local[0], dh, back[0])

    def routes(self, carried: Array, adjoint: Array) -> tuple[Array, Array]:
        """Into dh_{t-1}: z_t dh_t, and through the gates."""
        return self.to_all[:, 0, :, 0] * adjoint[1:], carried

    @classmethod
    def by_block(cls, W_xh: Array) -> Array:
        """n r z, as n's input part p stands first."""
        return np.roll(W_xh, W_xh.shape[1] // 3, axis=1)

    def gradients(self, dW: Array, dh: Array, dc: Array | None) -> Params:
        """As every cell for r, z, q; n has its recurrent weights and b_hn from q, its input weights and b_n from p."""
        H = self.H
        grads = super().gradients(dW[H:], dh, dc)
        grads["b_hn"] = grads["b_h"][2 * H :].copy()
        grads["b_h"][2 * H :] = dW[:H, H]
        grads["W_xh"][:, 2 * H :] = dW[:H, H + 1 :].T
        return grads

    def _by_block(self, some: slice) -> Array:
        return self.values.reshape(self.T, 7, self.H, self.B)[some]
