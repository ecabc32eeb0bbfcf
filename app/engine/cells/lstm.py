"""Long short-term memory (Hochreiter & Schmidhuber 1997) with forget gates (Gers et al. 2000)."""

import numpy as np
from numpy import add, multiply, subtract

from ..activations import Activation, sigmoid
from ..arrays import Array, zeros
from .base import Blocks, Params, StackedCell


class LSTM(StackedCell):
    """c_t = f_t c_{t-1} + i_t g_t,   h_t = o_t phi(c_t).

    [i f g o] = x_t W_xh + h_{t-1} W_hh + b_h; i, f, o through sigma, g through phi. W_xh (I, 4H), W_hh (H, 4H),
    b_h (4H). Going forward o stands before g, so that the three sigma are one block; going back i f g o stay, as the
    first three act through c_t.

    Adjoints: dh_t holds c_t fixed; dc_t includes its way through h_t: dc_t = dh_t o_t phi'(c_t) + f_{t+1} dc_{t+1}.
    """

    name = "lstm"
    about = "Three gates and a second state c, which f carries straight on: what forgetting takes is all it loses."
    source = "Hochreiter & Schmidhuber 1997; Gers et al. 2000"
    blocks = 4
    buffers = 13
    by_example = ("values", "phi_c", "to_fifg", "to_o", "to_c")
    calls = 2.25
    gates = ("i", "f", "g", "o")
    candidate_gate = 2
    forget_gate = "f"
    direct = "c"

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        super().__init__(activation, entering, H)
        T, B, dtype = self.T, self.B, entering.dtype
        # Rows i f o, g's pre-activation, g, c_{t-1}: i_t g_t and f_t c_{t-1} are one product of adjacent pairs.
        self.values = zeros((T + 1, 6 * H, B), dtype)
        self.c: Array = self.values[:, 5 * H :]
        self.phi_c = zeros((T, H, B), dtype)
        self.to_fifg = zeros((T, 4, H, B), dtype)  # dc_t on its way to c_{t-1}, i, f, g
        self.to_o, self.to_c = zeros((T, H, B), dtype), zeros((T, H, B), dtype)  # dh_t on its way to o, c_t
        self.local = (self.to_fifg, self.to_o, self.to_c)
        terms = zeros((2 * H, B), dtype)
        self.step = [
            (
                z,
                h,
                values[: 4 * H],
                values[: 3 * H],
                values[: 2 * H],
                values[2 * H : 3 * H],
                values[3 * H : 4 * H],
                values[4 * H : 5 * H],
                values[4 * H :],
                c,
                phi_c,
                terms,
                terms[:H],
                terms[H:],
            )
            for z, h, values, c, phi_c in zip(self.z, self.h[1:], self.values, self.c[1:], self.phi_c, strict=False)
        ]

    @property
    def candidate(self) -> Array:
        """The pre-activation of g."""
        return self.values[:-1, 3 * self.H : 4 * self.H]

    @property
    def further_arguments(self) -> list[Array]:
        """c_t."""
        return [self.c[1:]]

    def gate_values(self) -> Array:
        """Values i f g o."""
        return self._by_block(slice(None))[:, [0, 1, 4, 2]]

    def load(self, params: Params) -> None:
        """As every cell, with o before g."""
        super().load(params)
        H = self.H
        g, o = self.W[2 * H : 3 * H], self.W[3 * H :]
        g[:], o[:] = o, g.copy()

    def forward(self, t: int) -> None:
        """One product for all gates, then the two lines above."""
        z, h, a, ifo, i_and_f, o, a_g, g, g_and_c, c, phi_c, terms, ig, fc = self.step[t]
        self.product(z, a)
        sigmoid(ifo, ifo, self.one)
        self.phi(a_g, g)
        multiply(i_and_f, g_and_c, terms)
        add(ig, fc, c)
        self.phi(c, phi_c)
        multiply(o, phi_c, h)

    def linearise(self, some: slice) -> None:
        """What dh_t is multiplied with on its way to a_o and to c_t, and dc_t on its way to c_{t-1}, a_i, a_f, a_g."""
        values, c, phi_c = self._by_block(some), self.c[1:][some], self.phi_c[some]
        i_and_f, o, a_g, g, g_and_c = values[:, :2], values[:, 2], values[:, 3], values[:, 4], values[:, 4:]
        to_fifg, to_o, to_c = self.to_fifg[some], self.to_o[some], self.to_c[some]
        to_fifg[:, 0] = i_and_f[:, 1]
        for gate, partner, out in ((o, phi_c, to_o), (i_and_f, g_and_c, to_fifg[:, 1:3])):
            subtract(1.0, gate, out)
            out *= gate  # sigma' = sigma (1 - sigma)
            out *= partner
        self.activation.slope(a_g, g, to_fifg[:, 3])
        to_fifg[:, 3] *= i_and_f[:, 0]
        self.activation.slope(c, phi_c, to_c)
        to_c *= o

    @staticmethod
    def backward(local: Blocks, dh: Array, direct: Array, back: Blocks) -> None:
        """dc_t completed, then [f_t dc_t; da_t of i f g] and da_t of o."""
        to_fifg, to_o, to_c = local
        dc_and_da, da_o = back
        multiply(to_c, dh, da_o)
        add(direct, da_o, direct)  # now dc_t
        multiply(to_o, dh, da_o)
        multiply(to_fifg, direct, dc_and_da)

    @staticmethod
    def split(back: Array) -> Blocks:
        """What dc_t gives, what dh_t gives."""
        return back[:4], back[4]

    def routes(self, carried: Array, adjoint: Array) -> tuple[Array, Array]:
        """Into dc_{t-1}: f_t dc_t, and through the gates to h_{t-1}, from there to c_{t-1} (h_0 is not made of c_0)."""
        f, to_c = self.to_fifg[:, 0, :, 0], self.to_c[:, :, 0]
        rest = np.zeros_like(carried)
        rest[1:] = to_c[:-1] * carried[1:]
        return f * adjoint[1:], rest

    def _by_block(self, some: slice) -> Array:
        return self.values[:-1].reshape(self.T, 6, self.H, self.B)[some]
