"""E_t and dE_t/dy_t of all timesteps at once.

Feature axis in the middle, as everywhere inside the engine: logits y (T, O, B), losses E_t (T, B). A timestep
without a target costs nothing and sends nothing back, whatever its output is.
"""

from collections.abc import Callable
from math import isfinite
from typing import Literal

import numpy as np

from .arrays import Array

Loss = Callable[[Array, Array, Array, Array], Array | None]
LossName = Literal["cross_entropy", "squared_error"]
Reduction = Literal["sum", "mean"]


def cross_entropy(y: Array, target: Array, E_t: Array, dy: Array) -> Array | None:
    """E_t = -log softmax(y_t)[target_t] in nats;  dE_t/dy_t = softmax(y_t) - onehot(target_t).

    ``target`` (T, B) holds class indices, -1 where there is none. Writes E_t (T, B) and dy (T, O, B); returns the
    mask (T, B) of timesteps with a target, None where all have one.
    """
    classes = np.arange(y.shape[1])[:, None]
    onehot = (target[:, None, :] == classes).astype(y.dtype)
    np.subtract(y, y.max(axis=1, keepdims=True), out=dy)
    np.einsum("tob,tob->tb", dy, onehot, out=E_t)
    np.exp(dy, out=dy)
    total = dy.sum(axis=1, keepdims=True)
    np.subtract(np.log(total[:, 0]), E_t, out=E_t)
    dy /= total
    dy -= onehot
    return _zero_where_untargeted(target >= 0, E_t, dy)


def squared_error(y: Array, target: Array, E_t: Array, dy: Array) -> Array | None:
    """E_t = mean over outputs of (y_t - target_t)^2;  dE_t/dy_t = 2 (y_t - target_t) / O.

    ``target`` (T, O, B), NaN where there is none. Writes and returns as `cross_entropy` does.
    """
    np.subtract(y, target, out=dy)
    if y.shape[1] == 1:
        np.square(dy[:, 0], out=E_t)
    else:
        np.einsum("tob,tob->tb", dy, dy, out=E_t)
        E_t /= y.shape[1]
    dy *= 2.0 / y.shape[1]
    if isfinite(np.add.reduce(E_t, axis=None)):
        return None  # a target that is not there would have made its loss NaN
    return _zero_where_untargeted(~np.isnan(target[:, 0]), E_t, dy)


def _zero_where_untargeted(known: Array, E_t: Array, dy: Array) -> Array | None:
    if known.all():
        return None
    E_t[~known] = 0.0
    np.copyto(dy, 0.0, where=~known[:, None, :])
    return known


LOSSES: dict[LossName, Loss] = {"cross_entropy": cross_entropy, "squared_error": squared_error}
