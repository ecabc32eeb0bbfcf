"""What enters the first layer: dense rows, one vector of numbers a timestep and example, or embedded classes."""

import numpy as np

from .arrays import Array, zeros
from .cells import Params


class DenseInputs:
    """x_1 … x_T (T, I, B) as they are; no parameters."""

    has_parameters = False

    def __init__(self, I: int) -> None:
        self.size = I  # what enters the first layer at a timestep
        self.x: Array = np.zeros((0, I, 0))  # until something enters

    def load(self, params: Params) -> None:
        """Nothing to copy."""

    def take_over(self, other: "Inputs", column: int, into: list[Array]) -> None:  # noqa: ARG002
        """What entered one column of another network has been written to ``into``, as by `enter`."""
        self.x = into[0]

    def enter(self, x: Array, into: list[Array]) -> None:
        """Write ``x`` (T, B, I) into the rows (T, I, B) of what enters each direction of the first layer."""
        for rows in into:
            rows[:] = x.transpose(0, 2, 1)
        self.x = into[0]

    def gradients(self, entered: Array) -> Params:  # noqa: ARG002
        """No parameters, no gradients."""
        return {}

    def input_gradients(self, entered: Array) -> Array:
        """dE/dx (T, I, B) from that with respect to what entered the first layer."""
        return entered


class EmbeddedInputs:
    """Row W_emb[k] (embedding_size) for an input of class k; ``x`` (T, classes, B) is one-hot.

    It is computed as the product x_t W_emb, which is that row, so an x that is not one-hot is a mixture of rows.
    """

    has_parameters = True

    def __init__(self, T: int, B: int, classes: int, embedding_size: int, dtype: np.dtype) -> None:
        self.size = embedding_size
        self.x: Array = zeros((T, classes, B), dtype)
        self._weights = zeros((embedding_size, classes), dtype)  # W_emb^T

    def take_over(self, other: "Inputs", column: int, into: list[Array]) -> None:  # noqa: ARG002
        """As `DenseInputs.take_over`, with the weights."""
        if isinstance(other, EmbeddedInputs):  # as it is in every network of this architecture
            self.x[..., 0], self._weights[:] = other.x[..., column], other._weights

    def load(self, params: Params) -> None:
        """Copy the parameter."""
        self._weights[:] = params["W_emb"].T

    def enter(self, x: Array, into: list[Array]) -> None:
        """As `DenseInputs.enter`."""
        self.x[:] = x.transpose(0, 2, 1)
        for rows in into:
            np.matmul(self._weights, self.x, out=rows)

    def gradients(self, entered: Array) -> Params:
        """dE/dW_emb (classes, embedding_size), the mean over the batch, from dE/d(what entered) (T, size, B)."""
        B = entered.shape[2]
        return {"W_emb": np.tensordot(self.x[..., :B], entered, axes=((0, 2), (0, 2))) / B}

    def input_gradients(self, entered: Array) -> Array:
        """As `DenseInputs.input_gradients`."""
        dx: Array = np.matmul(self._weights.T, entered)
        return dx


Inputs = DenseInputs | EmbeddedInputs


def make_inputs(T: int, B: int, I: int, embedding_size: int, dtype: np.dtype) -> Inputs:
    """Dense, or embedded where ``embedding_size`` is not 0."""
    return EmbeddedInputs(T, B, I, embedding_size, dtype) if embedding_size else DenseInputs(I)
