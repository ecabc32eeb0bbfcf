"""Gradient clipping (Pascanu, Mikolov & Bengio 2013), and by how much it turned the update."""

from math import acos, degrees, sqrt
from typing import Literal

import numpy as np

from .cells import Params

ClipMode = Literal["none", "norm", "value", "timestep"]


def norm(grads: Params) -> float:
    """The L2 norm of all gradients together, without overflow or underflow on the way."""
    squares = sum(float(np.vdot(g, g)) for g in grads.values())
    if 1e-100 < squares < 1e100 and all(g.dtype == np.float64 for g in grads.values()):
        return sqrt(squares)  # nothing can have been lost
    largest = max((float(np.abs(g).max()) for g in grads.values()), default=0.0)
    if not 0.0 < largest < np.inf:
        return largest
    return largest * sqrt(sum(float(np.square(g / largest, dtype=np.float64).sum()) for g in grads.values()))


def norm_of(values: np.ndarray) -> float:
    """The L2 norm of one array, any shape."""
    return norm({"": values})


def clip(
    grads: Params, mode: ClipMode, threshold: float, size: float | None = None
) -> tuple[Params, float, float | None]:
    """The clipped gradients, ||clipped|| / ||unclipped||, and the angle between the two in degrees.

    "norm": g <- g c/||g|| where ||g|| over all parameters together exceeds c = ``threshold``.
    "value": every entry into [-c, c].
    "none" and "timestep" change nothing here; the latter acts inside the backward sweep.
    The angle is 0 when nothing was clipped and None when either vector is zero. Inputs are left untouched; what is
    not finite does not become so by clipping. ``size``: the norm of the gradients, where the caller knows it.
    """
    size = norm(grads) if size is None else size
    if mode == "norm" and size > threshold:
        scale = threshold / size
        with np.errstate(all="ignore"):
            return {name: g * scale for name, g in grads.items()}, scale, 0.0 if scale > 0.0 else None
    if mode == "value" and any(float(np.abs(g).max()) > threshold for g in grads.values()):
        with np.errstate(all="ignore"):
            clipped = {name: np.clip(g, -threshold, threshold) for name, g in grads.items()}
            return clipped, norm(clipped) / size, angle(grads, clipped)
    return grads, 1.0, None if size == 0.0 else 0.0


def angle(first: Params, second: Params) -> float | None:
    """The angle in degrees between two sets of gradients read as one vector each; None when either is zero."""
    size_1, size_2 = norm(first), norm(second)
    if size_1 == 0.0 or size_2 == 0.0:
        return None
    cosine = sum(float(np.sum((first[name] / size_1) * (second[name] / size_2))) for name in first)
    return degrees(acos(min(1.0, max(-1.0, cosine))))


def clip_columns(threshold: float, dh: np.ndarray, factor: np.ndarray) -> None:
    """Rescale columns of ``dh`` (H, B) longer than ``threshold`` to that length, in place; ``factor`` (B,): by what.

    Columns so long that their squares overflow are measured by their largest entry; a column that holds a number that
    is not finite does not become finite.
    """
    square = np.einsum("hb,hb->b", dh, dh)
    size = np.sqrt(square)
    factor[:] = np.where(size > threshold, threshold / size, 1.0)
    if square.max() < np.inf and square.dtype.type(threshold * threshold) >= np.finfo(square.dtype).tiny:
        dh *= factor
    else:
        _clip_extreme_columns(threshold, dh, factor, square)


def _clip_extreme_columns(threshold: float, dh: np.ndarray, factor: np.ndarray, square: np.ndarray) -> None:
    """The same where squares leave the range of the type: relative to the largest entry of each such column."""
    peak = np.abs(dh).max(axis=0)
    extreme = (peak > 0.0) & (peak < np.inf) & ~((square > np.finfo(dh.dtype).smallest_normal) & (square < np.inf))
    unit = dh[:, extreme] / peak[extreme]
    length = np.sqrt(np.einsum("hb,hb->b", unit, unit))
    too_long = length > threshold / peak[extreme]
    factor[extreme] = np.where(too_long, threshold / peak[extreme] / length, 1.0)
    shortened = np.where(too_long, unit * (threshold / length), dh[:, extreme])  # the factor itself may be subnormal
    dh *= factor
    dh[:, extreme] = shortened
