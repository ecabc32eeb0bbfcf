"""The exact adjoints of one sequence, whatever their size: mantissas and powers of two.

A gradient that shrinks by 0.01 a step leaves float64 after 160 steps, one that grows as fast overflows; the record
shall tell 1e-300 from 1e-900 and from 0. Scaling by powers of two is exact, so nothing is lost on the way.
"""

from dataclasses import dataclass
from functools import cached_property
from math import frexp

import numpy as np

from .bptt import Unrolled

Array = np.ndarray
LN2 = float(np.log(2.0))
STRETCH = 8  # timesteps between two rescalings
SPAN = 100  # what is larger than 2^SPAN or smaller than 2^-SPAN is rescaled; a step changes it by less than 2^50
SAFE = 1e120  # norms between 1/SAFE and SAFE need no rescaling: neither they nor their squares leave float64


@dataclass(frozen=True)
class Adjoints:
    """dE/d(...) of one sequence (B = 1) under full BPTT; the true value at timestep t is ``array[t] * 2**exponent[t]``.

    dh (T+1, H); dc (T+1, H) for an lstm, else None; da (T, width) by index t - 1 with the exponent of timestep t,
    only the pre-activations that see h_{t-1}; h (T+1, H) the states they belong to.
    """

    h: Array
    dh: Array
    dc: Array | None
    da: Array
    exponent: Array

    @cached_property
    def rescaled(self) -> bool:
        """Whether any exponent is not 0."""
        return bool(self.exponent.any())

    @property
    def ln_dh_norm(self) -> Array:
        """ln ||dE/dh_t|| (T+1,): -inf only where the gradient is exactly 0."""
        return ln_norm(self.dh) + LN2 * self.exponent

    @property
    def ln_dc_norm(self) -> Array | None:
        """ln ||dE/dc_t|| (T+1,) of an lstm."""
        return None if self.dc is None else ln_norm(self.dc) + LN2 * self.exponent

    @property
    def dW_hh_norm(self) -> Array:
        """||dE/dW_hh at timestep t|| (T,): the outer product of h_{t-1} and da_t, so the product of their norms."""
        with np.errstate(all="ignore"):
            size: Array = np.exp(ln_norm(self.h[:-1]) + ln_norm(self.da) + LN2 * self.exponent[1:])
            return size

    @cached_property
    def dW_hh(self) -> tuple[Array, int]:
        """dE/dW_hh (H, width), the sum of the parts of all timesteps, and its exponent."""
        with np.errstate(all="ignore"):
            exponent = int(self.exponent[1:].max())
            da = np.ldexp(self.da, (self.exponent[1:] - exponent)[:, None])
            return self.h[:-1].T.dot(da), exponent

    @property
    def dW_hh_sum_norm(self) -> float:
        """||dE/dW_hh||, Frobenius."""
        total, exponent = self.dW_hh
        with np.errstate(all="ignore"):
            return float(np.exp(ln_norm(total.reshape(-1)) + LN2 * exponent))


def ln_norm(vectors: Array) -> Array:
    """ln ||v|| along the last axis, without overflow or underflow of the squares."""
    with np.errstate(all="ignore"):
        square = np.vecdot(vectors, vectors)
        if _is_safe(square):
            ln: Array = 0.5 * np.log(square)
        else:
            peak = _peak(vectors)
            unit = vectors / peak
            ln = np.log(peak[..., 0]) + 0.5 * np.log(np.vecdot(unit, unit))
        return ln


def near_one(vectors: Array) -> Array:
    """Each along the last axis as it is or, where a square would leave float64, divided by its largest entry."""
    return vectors if _is_safe(np.vecdot(vectors, vectors)) else vectors / _peak(vectors)


def adjoints(net: Unrolled, reduction: str = "sum") -> Adjoints:
    """The adjoints of ``net`` (B = 1) after its `forward`; leaves ``net.dh`` (and ``dc``) as full BPTT does."""
    if net.B != 1:
        raise ValueError(f"adjoints are of one sequence, this network holds {net.B}")
    with np.errstate(all="ignore"):
        net.prepare(reduction)
        net.sweep(net.T, 0)
        plain = _plain(net)
        fits = all(_is_safe(np.vecdot(part, part)) for part in (plain.dh, plain.dc) if part is not None)
        if fits and net.dtype == np.float64:
            return plain
        rescaled = _rescaled(net, STRETCH)
        return rescaled if _is_near_one(rescaled) else _rescaled(net, 1)


def _plain(net: Unrolled) -> Adjoints:
    dc = None if net.dc is None else net.dc[:, 0].copy()
    return Adjoints(net.h[:, 0].copy(), net.dh[:, 0].copy(), dc, net.da[:, 0].copy(), np.zeros(net.T + 1, np.int64))


def _is_safe(squares: Array) -> bool:
    return bool(((squares > SAFE**-2) & (squares < SAFE**2)).all())


def _is_near_one(rescaled: Adjoints) -> bool:
    """Whether all adjoints that are not 0 stayed far from where digits are lost."""
    peak = np.abs(rescaled.dh).max(axis=1)
    return not ((peak > SAFE) | ((peak > 0.0) & (peak < 1.0 / SAFE))).any()


def _peak(vectors: Array) -> Array:
    """The largest entry of each along the last axis, which stays, of length 1; 1 where that is 0 or not finite."""
    peak = np.abs(vectors).max(axis=-1, keepdims=True, initial=0.0)
    return np.where((peak > 0.0) & (peak < np.inf), peak, 1.0)


def _rescaled(net: Unrolled, stretch: int) -> Adjoints:
    """The same sweep with the running adjoints brought back near 1, every ``stretch`` and where a loss is far off."""
    T, H, cell = net.T, net.H, net.cell
    V = net.V.astype(np.float64)
    recurrent = np.ascontiguousarray(V[:, : -net.O])
    own = net.dy[:, 0].astype(np.float64).dot(V[:, -net.O :].T)[..., None]
    size, heard = np.frexp(_peak(own[..., 0]))[1][:, 0].tolist(), own.any(axis=(1, 2)).tolist()
    straight = int(cell.direct is not None)
    dh, back = np.zeros((T + 1, H, 1)), np.zeros((T + 1, straight + cell.blocks, H, 1))
    direct, da = back[:, :straight].reshape(T + 1, -1, 1), back[:-1, straight + cell.input_blocks :].reshape(T, -1, 1)
    # Views of one timestep each: see `Unrolled`.
    each = zip(*(part.astype(np.float64) for part in cell.local), strict=True)
    timesteps = list(zip(each, dh[1:], direct[1:], own, map(cell.split, back), da, dh, direct, strict=False))
    exponent = np.zeros(T + 1, np.int64)
    scale = 0
    for t in range(T, 0, -1):
        local, dh_t, direct_t, own_t, back_t, da_t, dh_before, direct_before = timesteps[t - 1]
        if (T - t) % stretch == 0 or (heard[t - 1] and abs(size[t - 1] - scale) > SPAN):
            scale = _settle(dh_t, direct_t, scale, size[t - 1] if heard[t - 1] else None)
        exponent[t] = scale
        if heard[t - 1]:
            dh_t += np.ldexp(own_t, -scale)
        cell.backward(local, dh_t, direct_t, back_t)
        recurrent.dot(da_t, dh_before)
        if cell.direct == "h":
            dh_before += direct_before
    exponent[0] = _settle(dh[0], direct[0], scale, None)
    return Adjoints(
        net.h[:, 0].astype(np.float64),
        dh[:, :, 0],
        direct[:, :, 0] if cell.direct == "c" else None,
        da[:, :, 0],
        exponent,
    )


def _settle(dh: Array, direct: Array, scale: int, incoming: int | None) -> int:
    """Rescale what is carried so that it, and an own part of size 2**incoming, are near 1; returns the new scale."""
    peak = float(max(np.abs(dh).max(), np.abs(direct).max(initial=0.0)))
    carried = frexp(peak)[1] + scale if 0.0 < peak < np.inf else None
    sizes = [size for size in (carried, incoming) if size is not None]
    settled = max(sizes, default=0)
    if settled != scale:
        np.ldexp(dh, scale - settled, out=dh)
        np.ldexp(direct, scale - settled, out=direct)
    return settled
