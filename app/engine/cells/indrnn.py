"""The independently recurrent network (Li, Li, Cook, Zhu & Gao 2018, "Independently Recurrent Neural Network")."""

import numpy as np
from numpy import add, multiply

from ..activations import Activation
from ..arrays import Array, zeros
from .base import Blocks, Params, Recurrent
from .diagonal import DiagonalCell


class IndRNN(DiagonalCell):
    """h_t = phi(a_t),   a_t = x_t W_xh + u_hh * h_{t-1} + b_h, with * unit by unit.

    W_xh (I, H), u_hh (H), b_h (H). A simple recurrent cell whose W_hh is diagonal: the past reaches
    unit j through itself alone. Going back,

        dE/da_t = phi'(a_t) * dE/dh_t                     dE/dh_{t-1} = u_hh * dE/da_t      (+ E_{t-1}'s own part)
        dE/du_hh = sum_t h_{t-1} * dE/da_t
        dh_t/dh_k = the product of u_hh * phi'(a_s) over k < s <= t

    so whether unit j's gradient vanishes or explodes is up to |u_hh[j]| alone, wherever phi' is 1: kept between 0 and
    the n-th root of 2 it explodes nowhere within n timesteps (section 3 of the paper, there with relu).
    """

    name = "indrnn"
    about = "Every unit remembers itself alone, by one weight u of its own: |u| says how its gradient shrinks or grows."
    source = "Li et al. 2018"
    blocks = 1
    buffers = 3
    calls = 1.5
    elementwise = 220
    input_blocks = 1
    recurrent = Recurrent("u_hh", by_unit=True)

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        super().__init__(activation, entering, H)
        self.u = zeros((H, 1), entering.dtype)
        self.kept = zeros((H, self.B), entering.dtype)
        self.step = list(zip(self.h, self.a, self.h[1:], strict=False))

    @classmethod
    def shapes(cls, I: int, H: int) -> dict[str, tuple[int, ...]]:
        """One recurrent weight a unit."""
        return {"W_xh": (I, H), "u_hh": (H,), "b_h": (H,)}

    @property
    def candidate(self) -> Array:
        """a_t."""
        return self.a

    @property
    def slope(self) -> Array:
        """phi'(a_t)."""
        return self.to_all[:, 1]

    @classmethod
    def spectral_matrix(cls, params: Params) -> Array:
        """diag(u_hh), whose eigenvalues u_hh are."""
        return np.diag(params["u_hh"])

    def load(self, params: Params) -> None:
        """As every cell of this kind, and u_hh."""
        super().load(params)
        self.u[:, 0] = params["u_hh"]

    def forward(self, t: int) -> None:
        """The state's part of a_t, and phi."""
        h_prev, a, h = self.step[t]
        multiply(self.u, h_prev, self.kept)
        add(a, self.kept, a)
        self.phi(a, h)

    def linearise(self, some: slice) -> None:
        """What dh_t is multiplied with on its way to h_{t-1} and to a_t: u_hh phi'(a_t) and phi'(a_t)."""
        to_h, to_a = self.to_all[some].swapaxes(0, 1)
        self.activation.slope(self.a[some], self.entering[1:, : self.H][some], to_a)
        multiply(self.u, to_a, to_h)

    @staticmethod
    def backward(local: Blocks, dh: Array, direct: Array, back: Blocks) -> None:  # noqa: ARG004
        """[u_hh phi'(a_t) dh_t; da_t]."""
        multiply(local[0], dh, back[0])

    def gradients(self, dW: Array, dh: Array, dc: Array | None) -> Params:
        """As every cell of this kind; u_hh's is the sum of h_{t-1} da_t over time, the mean over the batch."""
        by_input = super().gradients(dW, dh, dc)
        h_prev, da = self.entering[:-1, : self.H], self.slope * dh[1:]
        u_hh = np.einsum("thb,thb->h", h_prev, da) / self.B
        return {"W_xh": by_input["W_xh"], "u_hh": u_hh, "b_h": by_input["b_h"]}
