"""Cells without a matrix from h_{t-1} to h_t: every unit remembers itself alone, and only inputs mix.

All that x_t does is known before the first timestep, in one product over the whole sequence; the way back from h_t to
h_{t-1} is one factor a unit, so that dh_t/dh_k is the product of the factors between.
"""

import numpy as np

from ..activations import Activation
from ..arrays import Array, zeros
from .base import Cell, Params


class DiagonalCell(Cell):
    """a_t = x_t W_xh + b_h for every t at once, kept in ``a`` (T, blocks H, B); a subclass goes on from there."""

    direct = "h"

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        super().__init__(activation, entering, H)
        rows, dtype = self.blocks * H, entering.dtype
        self.P = zeros((rows, entering.shape[1] - H), dtype)  # [b_h | W_xh^T]
        self.a = zeros((self.T, rows, self.B), dtype)
        self.to_all = zeros((1 + self.blocks, self.T, H, self.B), dtype).swapaxes(0, 1)
        self.local = (self.to_all,)  # dh_t on its way to h_{t-1}, to each block

    @classmethod
    def recurrent_weights(cls, params: Params) -> Array:
        """None: what goes back to h_{t-1} goes there directly."""
        return np.empty((params["b_h"].size // cls.blocks, 0))

    def load(self, params: Params) -> None:
        """Copy W_xh and b_h into ``P``."""
        self.P[:, 0] = params["b_h"]
        self.P[:, 1:] = params["W_xh"].T

    def start(self) -> None:
        """x_t W_xh + b_h for every t."""
        np.matmul(self.P, self.entering[:-1, self.H :], out=self.a)

    def routes(self, carried: Array, adjoint: Array) -> tuple[Array, Array]:
        """Into dh_{t-1}: everything directly."""
        return self.to_all[:, 0, :, 0] * adjoint[1:], carried

    def gradients(self, dW: Array, dh: Array, dc: Array | None) -> Params:  # noqa: ARG002
        """Those of W_xh and b_h."""
        H = self.H
        return {"W_xh": np.ascontiguousarray(dW[:, H + 1 :].T), "b_h": dW[:, H].copy()}
