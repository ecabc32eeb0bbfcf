"""The lstm with layer normalisation (Ba, Kiros & Hinton 2016, "Layer Normalization", equations 20 to 22)."""

from math import prod

import numpy as np
from numpy import add, multiply, subtract

from ..activations import Activation, sigmoid
from ..arrays import Array, product, zeros
from .base import Blocks, Cell, Params

EPS = 1e-5


class LayerNormLSTM(Cell):
    """c_t = f_t c_{t-1} + i_t g_t,   h_t = o_t phi(s_t),   s_t = LN(c_t) g_c + b_c.

    [i f g o] = LN(x_t W_xh) g_x + LN(h_{t-1} W_hh) g_h + b_h; i, f, o through sigma, g through phi. W_xh (I, 4H), W_hh
    (H, 4H), b_h (4H) and the gains g_x, g_h (4H), g_c (H), which start at 1, and b_c (H). LN subtracts the mean of all
    4H pre-activations (of the H cell states) of one timestep and example and divides by their deviation:

        LN(v) = (v - m) / r,   m = mean(v),   r = sqrt(mean((v - m)^2) + 1e-5)

    Its derivative is symmetric and mixes the units. With w^ = LN(v) and a gradient d arriving there,

        dE/dv = d/r - mean(d/r) - w^ mean(w^ d/r)

    which leaves nothing along the constant and, but for the 1e-5, nothing along w^: whoever scales or shifts W_hh as a
    whole changes no gate. Adjoints as of the lstm: dh_t holds c_t fixed; dc_t includes its way through h_t.
    """

    name = "ln_lstm"
    about = "An lstm that normalises what enters its gates and what is read from c, so that neither can run away."
    source = "Ba et al. 2016"
    blocks = 8  # the four gates' parts of x_t, then those of h_{t-1}
    buffers = 40
    calls = 18.7
    gates = ("i", "f", "g", "o")
    candidate_gate = 2
    forget_gate = "f"
    input_blocks = 4
    state_blocks = 4
    direct = "c"
    couples_units = True
    starts_at = {"g_x": 1.0, "g_h": 1.0, "g_c": 1.0, "b_c": 0.0}  # noqa: RUF012
    least_units = 2
    elementwise = 256

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        super().__init__(activation, entering, H)
        T, B, dtype = self.T, self.B, entering.dtype
        self.W_x, self.W_h = zeros((4 * H, entering.shape[1] - H - 1), dtype), zeros((4 * H, H), dtype)
        self.product = product(self.W_h, B)
        self.g_x, self.g_h, self.b_h = (zeros((4 * H, 1), dtype) for _ in range(3))
        self.g_c, self.b_c = zeros((H, 1), dtype), zeros((H, 1), dtype)
        # LN's results and 1/r for x_t W_xh, h_{t-1} W_hh and c_t; then what is made of them.
        self.x_hat, self.h_hat, self.c_hat = (zeros((T, n * H, B), dtype) for n in (4, 4, 1))
        self.r_x, self.r_h, self.r_c = (zeros((T, 1, B), dtype) for _ in range(3))
        self.a, self.values = zeros((T, 4 * H, B), dtype), zeros((T, 4 * H, B), dtype)  # i f g o
        self.c: Array = zeros((T + 1, H, B), dtype)
        self.s, self.phi_s = zeros((T, H, B), dtype), zeros((T, H, B), dtype)
        self.to_f, self.to_s, self.to_c = (zeros((T, H, B), dtype) for _ in range(3))
        self.to_gates, self.to_x, self.to_h = (zeros((T, 4, H, B), dtype) for _ in range(3))
        by_gate = (T, 4, H, B)
        self.local = (
            self.to_f,
            self.to_c,
            self.c_hat,
            self.to_x,
            self.x_hat.reshape(by_gate),
            self.to_h,
            self.h_hat.reshape(by_gate),
        )
        self.scratch = zeros((4 * H, B), dtype)

    @classmethod
    def shapes(cls, I: int, H: int) -> dict[str, tuple[int, ...]]:
        """Those of the lstm, then gains and the bias of the normalised cell state."""
        gates = (4 * H,)
        return {
            "W_xh": (I, 4 * H),
            "W_hh": (H, 4 * H),
            "b_h": gates,
            "g_x": gates,
            "g_h": gates,
            "g_c": (H,),
            "b_c": (H,),
        }

    @property
    def candidate(self) -> Array:
        """The pre-activation of g."""
        return self.a[:, 2 * self.H : 3 * self.H]

    @property
    def further_arguments(self) -> list[Array]:
        """s_t."""
        return [self.s]

    def gate_values(self) -> Array:
        """Values i f g o."""
        return self.values.reshape(self.T, 4, self.H, self.B)

    def load(self, params: Params) -> None:
        """Copy the parameters."""
        self.W_x[:], self.W_h[:] = params["W_xh"].T, params["W_hh"].T
        for name in ("g_x", "g_h", "b_h", "g_c", "b_c"):
            getattr(self, name)[:, 0] = params[name]

    def start(self) -> None:
        """LN(x_t W_xh) g_x + b_h for every t."""
        np.matmul(self.W_x, self.entering[:-1, self.H + 1 :], out=self.a)
        normalise(self.a, self.x_hat, self.r_x, self.a)
        multiply(self.x_hat, self.g_x, self.a)
        add(self.a, self.b_h, self.a)

    def forward(self, t: int) -> None:
        """The state's part of the gates, then the two lines above."""
        H, a, h_hat, scratch = self.H, self.a[t], self.h_hat[t], self.scratch
        self.product(self.h[t], h_hat)
        normalise(h_hat, h_hat, self.r_h[t], scratch)
        multiply(h_hat, self.g_h, scratch)
        add(a, scratch, a)
        values = self.values[t]
        sigmoid(a, values, self.one)
        i, f, g, o = values.reshape(4, H, -1)
        self.phi(a[2 * H : 3 * H], g)
        c, s, phi_s, kept = self.c[t + 1], self.s[t], self.phi_s[t], scratch[:H]
        multiply(f, self.c[t], c)
        multiply(i, g, kept)
        add(c, kept, c)
        normalise(c, self.c_hat[t], self.r_c[t], kept)
        multiply(self.c_hat[t], self.g_c, s)
        add(s, self.b_c, s)
        self.phi(s, phi_s)
        multiply(o, phi_s, self.h[t + 1])

    def linearise(self, some: slice) -> None:
        """What dh_t and dc_t are multiplied with on their way to the gates, and through each LN, 1/r included."""
        H, phi_s = self.H, self.phi_s[some]
        i, f, g, o = self.gate_values()[some].swapaxes(0, 1)
        to_i, to_f, to_g, to_o = self.to_gates[some].swapaxes(0, 1)
        for gate, partner, out in ((i, g, to_i), (f, self.c[:-1][some], to_f), (o, phi_s, to_o)):
            subtract(1.0, gate, out)
            out *= gate  # sigma' = sigma (1 - sigma)
            out *= partner
        self.activation.slope(self.candidate[some], g, to_g)
        to_g *= i
        self.to_f[some] = f
        self.activation.slope(self.s[some], phi_s, self.to_s[some])
        self.to_s[some] *= o
        multiply(self.to_s[some], self.g_c / self.r_c[some], self.to_c[some])
        for gain, r, out in ((self.g_x, self.r_x, self.to_x), (self.g_h, self.r_h, self.to_h)):
            multiply(self.to_gates[some], (gain / r[some]).reshape(-1, 4, H, self.B), out[some])

    @staticmethod
    def backward(local: Blocks, dh: Array, direct: Array, back: Blocks) -> None:
        """dc_t completed; then [f_t dc_t; da_t of x_t's part; da_t of h_{t-1}'s part]."""
        to_f, to_c, c_hat, to_x, x_hat, to_h, h_hat = local
        kept, of_x, of_h = back
        add(direct, through_norm(to_c * dh, c_hat, axes=(-2,)), direct)  # now dc_t
        multiply(to_f, direct, kept)
        for to_gates, normal, out in ((to_x, x_hat, of_x), (to_h, h_hat, of_h)):
            multiply(to_gates[:3], direct, out[:3])
            multiply(to_gates[3], dh, out[3])
            out[:] = through_norm(out, normal, axes=(0, -2))

    @staticmethod
    def split(back: Array) -> Blocks:
        """What goes to c_{t-1}, to x_t's part of the gates, to h_{t-1}'s."""
        return back[0], back[1:5], back[5:]

    def routes(self, carried: Array, adjoint: Array) -> tuple[Array, Array]:
        """Into dc_{t-1}: f_t dc_t, and through the gates to h_{t-1}, from there to c_{t-1} (h_0 is not made of c_0)."""
        rest = np.zeros_like(carried)
        to_c, c_hat = self.to_c[:-1, :, 0], self.c_hat[:-1, :, 0]
        rest[1:] = through_norm(to_c * carried[1:], c_hat, axes=(-1,))
        return self.to_f[:, :, 0] * adjoint[1:], rest

    def gradients(self, dW: Array, dh: Array, dc: Array | None) -> Params:
        """W_xh and W_hh from ``dW``; gains and biases, which act unit by unit, from the adjoints of the states."""
        if dc is None:
            raise ValueError("an ln_lstm has a cell state; its adjoint dc is missing")
        H, shape = self.H, (self.T, 4, self.H, self.B)
        da, ds = np.empty(shape, dh.dtype), self.to_s * dh[1:]
        multiply(self.to_gates[:, :3], dc[1:, None], da[:, :3])
        multiply(self.to_gates[:, 3], dh[1:], da[:, 3])
        da = da.reshape(self.T, 4 * H, self.B)
        return {
            "W_xh": np.ascontiguousarray(dW[: 4 * H, H + 1 :].T),
            "W_hh": np.ascontiguousarray(dW[4 * H :, :H].T),
            "b_h": da.sum(axis=(0, 2)) / self.B,
            "g_x": np.einsum("thb,thb->h", self.x_hat, da) / self.B,
            "g_h": np.einsum("thb,thb->h", self.h_hat, da) / self.B,
            "g_c": np.einsum("thb,thb->h", self.c_hat, ds) / self.B,
            "b_c": ds.sum(axis=(0, 2)) / self.B,
        }


def normalise(v: Array, normal: Array, r: Array, scratch: Array) -> None:
    """LN(v) into ``normal`` and its r into ``r``, along the last axis but one; ``scratch`` is written over.

    ``normal`` may be ``v`` itself, and so may ``scratch`` if ``normal`` is not.
    """
    n = v.shape[-2]
    subtract(v, v.sum(axis=-2, keepdims=True) / n, normal)
    multiply(normal, normal, scratch)
    np.sqrt(scratch.sum(axis=-2, keepdims=True) / n + EPS, out=r)
    np.divide(normal, r, normal)


def through_norm(d: Array, normal: Array, axes: tuple[int, ...]) -> Array:
    """The gradient at v from ``d``, that at LN(v) divided by r: what remains without its parts along 1 and LN(v)."""
    n = prod(d.shape[axis] for axis in axes)
    along = (normal * d).sum(axis=axes, keepdims=True) / n
    remains: Array = d - d.sum(axis=axes, keepdims=True) / n - normal * along
    return remains
