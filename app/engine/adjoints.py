"""The exact adjoints of one sequence, whatever their size: mantissas and powers of two.

A gradient that shrinks by 0.01 a step leaves float64 after 160 steps, one that grows as fast overflows; the record
shall tell 1e-300 from 1e-900 and from 0. Scaling by powers of two is exact, so nothing is lost on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import frexp
from typing import NamedTuple

import numpy as np

from .backstep import RESCALE_EVERY, SPAN, Backstep, one_by_one, own_gradients
from .cells.base import W_HH, Recurrent
from .layer import Layer
from .losses import Reduction
from .network import Network

Array = np.ndarray
LN2 = float(np.log(2.0))
SAFE = 1e120  # norms between 1/SAFE and SAFE need no rescaling: neither they nor their squares leave float64


@dataclass(frozen=True)
class Adjoints:
    """dE/d(...) of one sequence (B = 1) under full BPTT; the true value at timestep t is ``array[t] * 2**exponent[t]``.

    dh (T+1, H); dc (T+1, H) for an lstm, else None; da (T, width) by index t - 1 with the exponent of timestep t,
    only the pre-activations that see h_{t-1}; da_x the same of those that see x_t. h (T+1, H), x (T, I) and handed
    (T, handed), what came to the layer from outside, are what they are multiplied with; the exponents are not handed's.
    dh_carried (T+1, H) is what timestep t + 1 sends back to h_t, dh_t without the part of E_t itself, with the exponent
    of t + 1; row T, beyond which nothing is, holds 0. received (T, H) is what comes to h_t otherwise, from its own loss
    or from the layer above, with exponents of its own, received_exponent (T,). Of a layer that reads in the reverse
    direction everything is in its own order (`Layer.by_time`).

    ``recurrent`` says which parameter is meant by W_hh here: the cell's recurrent one.
    """

    h: Array
    x: Array
    handed: Array
    dh: Array
    dc: Array | None
    da: Array
    da_x: Array
    dh_carried: Array
    exponent: Array
    received: Array
    received_exponent: Array
    recurrent: Recurrent

    @cached_property
    def rescaled(self) -> bool:
        """Whether any exponent is not 0."""
        return bool(self.exponent.any())

    @cached_property
    def _ln(self) -> dict[str, Array]:
        """ln of the norms of all these vectors as they are, at most of them together."""
        vectors = {"h": self.h, "x": self.x, "handed": self.handed, "dh": self.dh, "dh_carried": self.dh_carried}
        vectors["da_x"] = self.da_x
        if self.dc is not None:
            vectors["dc"] = self.dc
        if self.da is not self.da_x:
            vectors["da"] = self.da
        found = dict(zip(vectors, ln_norms(*vectors.values()), strict=True))
        return {"da": found["da_x"]} | found

    def _rescaled(self, ln: Array, exponent: Array) -> Array:
        return ln + LN2 * exponent if self.rescaled else ln

    @property
    def ln_dh_norm(self) -> Array:
        """ln ||dE/dh_t|| (T+1,): -inf only where the gradient is exactly 0."""
        return self._rescaled(self._ln["dh"], self.exponent)

    @property
    def ln_dc_norm(self) -> Array | None:
        """ln ||dE/dc_t|| (T+1,) of an lstm."""
        return None if self.dc is None else self._rescaled(self._ln["dc"], self.exponent)

    @property
    def dh_carried_norm(self) -> Array:
        """||dE/dh_t without E_t's own part|| (T+1,): what timestep t + 1 sends back to h_t, 0 for t = T."""
        with np.errstate(all="ignore"):
            exponent = np.append(self.exponent[1:], 0) if self.rescaled else self.exponent
            size: Array = np.exp(self._rescaled(self._ln["dh_carried"], exponent))
            return size

    @property
    def dW_xh_norm(self) -> Array:
        """||dE/dW_xh at timestep t|| (T,): the outer product of x_t and da_t, so the product of their norms."""
        with np.errstate(all="ignore"):
            size: Array = np.exp(self._rescaled(self._ln["x"] + self._ln["da_x"], self.exponent[1:]))
            return size

    @property
    def dW_hy_norm(self) -> Array:
        """||dE/dW_hy at timestep t|| (T,): the outer product of h_t and dy_t, so the product of their norms."""
        with np.errstate(all="ignore"):
            size: Array = np.exp(self._ln["h"][1:] + self._ln["handed"])
            return size

    @property
    def recurrent_factors(self) -> tuple[Array, Array]:
        """The two whose product at each timestep is its part of dE/dW_hh: what comes in, and the adjoints it meets."""
        return self.x if self.recurrent.of_x else self.h[:-1], self.da if self.recurrent == W_HH else self.da_x

    @property
    def dW_hh_norm(self) -> Array:
        """||dE/dW_hh at timestep t|| (T,): of the outer product of h_{t-1} and da_t, so the product of their norms."""
        with np.errstate(all="ignore"):
            if self.recurrent.by_unit:
                ln = ln_norm_of_product(*self.recurrent_factors)
            else:
                incoming = self._ln["x"] if self.recurrent.of_x else self._ln["h"][:-1]
                ln = incoming + self._ln["da" if self.recurrent == W_HH else "da_x"]
            size: Array = np.exp(self._rescaled(ln, self.exponent[1:]))
            return size

    @cached_property
    def dW_hh(self) -> tuple[Array, int]:
        """dE/dW_hh (H, width), the sum of the parts of all timesteps, and its exponent; dE/du_hh is (H,)."""
        incoming, da = self.recurrent_factors
        with np.errstate(all="ignore"):
            exponent = int(self.exponent[1:].max())
            da = np.ldexp(da, (self.exponent[1:] - exponent)[:, None])
            return (incoming * da).sum(axis=0) if self.recurrent.by_unit else incoming.T.dot(da), exponent

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


def ln_norms(*vectors: Array) -> list[Array]:
    """`ln_norm` of each, by one logarithm where none of the squares leaves the range of numbers."""
    with np.errstate(all="ignore"):
        squares = np.concatenate([np.vecdot(each, each) for each in vectors])
        if not _are_safe(squares, vectors):
            return [ln_norm(each) for each in vectors]
        ln, found, start = 0.5 * np.log(squares), [], 0
        for each in vectors:
            found.append(ln[start : start + len(each)])
            start += len(each)
        return found


def _are_safe(squares: Array, vectors: Sequence[Array]) -> bool:
    """Whether all ``squares``, those of the rows of ``vectors`` in turn, are far from overflow, and from underflow or 0
    because the row is.
    """
    smallest, largest = np.minimum.reduce(squares), np.maximum.reduce(squares)
    if not (largest < SAFE**2 and (smallest > SAFE**-2 or smallest == 0.0)):
        return False
    if smallest > 0.0:
        return True
    zero, start = squares == 0.0, 0
    if not np.minimum.reduce(squares, where=~zero, initial=1.0) > SAFE**-2:
        return False
    for each in vectors:
        rows = zero[start : start + len(each)]
        if rows.any() and each[rows].any():
            return False
        start += len(each)
    return True


def ln_norm_of_product(first: Array, second: Array) -> Array:
    """ln ||u * v|| along the last axis, * entry by entry."""
    with np.errstate(all="ignore"):
        sizes = _peak(first), _peak(second)
        ln: Array = ln_norm(first / sizes[0] * (second / sizes[1])) + sum(np.log(size[..., 0]) for size in sizes)
        return ln


def near_one(vectors: Array) -> Array:
    """Each along the last axis as it is or, where a square would leave float64, divided by its largest entry."""
    return vectors if _is_safe(np.vecdot(vectors, vectors)) else vectors / _peak(vectors)


def adjoints(net: Network, reduction: Reduction = "sum") -> Adjoints:
    """The adjoints of ``net`` (B = 1) after its `forward`; leaves ``net.dh`` (and ``dc``) as full BPTT does."""
    if net.B != 1:
        raise ValueError(f"adjoints are of one sequence, this network holds {net.B}")
    return all_adjoints(net, reduction)[""]


def all_adjoints(net: Network, reduction: Reduction = "sum") -> dict[str, Adjoints]:
    """Those of every layer and direction of ``net`` (B = 1) after its `forward`, by what their names end with."""
    with np.errstate(all="ignore"):
        net.prepare(reduction)
        return {ending: complete(net.layers[ending], swept) for ending, swept in sweep_all(net).items()}


def sweep_all(net: Network) -> dict[str, "Swept"]:
    """What sweeps of all layers of ``net`` (B = 1) leave, exact at any size, after `Network.prepare`."""
    if net.B != 1:
        raise ValueError(f"adjoints are of one sequence, this network holds {net.B}")
    net.stack.descend(lambda layer: layer.sweep(layer.T, 0))
    return all_swept(net)


def all_swept(net: Network) -> dict[str, "Swept"]:
    """The same of layers that have been swept already."""
    found: dict[str, Swept] = {}
    readers: list[Layer] = []
    for level in reversed(net.stack.levels):
        for layer in level:
            found[layer.ending] = _exact(layer, [(reader, found[reader.ending]) for reader in readers])
        readers = level
    return {ending: found[ending] for ending in net.layers}


def layer_adjoints(layer: Layer) -> Adjoints:
    """The adjoints of ``layer`` (B = 1) by itself, after its `Layer.hand`; leaves its buffers as a full sweep does.

    No loss is needed: dE/dh_t comes from whatever was handed to the layer.
    """
    if layer.B != 1:
        raise ValueError(f"adjoints are of one sequence, this layer holds {layer.B}")
    with np.errstate(all="ignore"):
        layer.sweep(layer.T, 0)
        return complete(layer, _exact(layer))


def _exact(layer: Layer, readers: Sequence[tuple[Layer, "Swept"]] = ()) -> "Swept":
    """What a sweep has left in ``layer``, taken back anew where numbers leave their range on the way.

    What ``readers``, the layers that read it, hand down may be of any size.
    """
    plain = plainly_swept(layer)
    if plain is not None:
        return plain
    own = _handed_down(layer, readers) if readers else _as_handed(layer)
    rescaled = _rescaled(layer, RESCALE_EVERY, *own)
    return rescaled if _is_near_one(rescaled) else _rescaled(layer, 1, *own)


def _handed_down(layer: Layer, readers: Sequence[tuple[Layer, "Swept"]]) -> tuple[Array, Array]:
    """What the adjoints of those that read the layer send to h_1 … h_T (T, H), and its powers of two (T,)."""
    weights = layer.V[:, -layer.handed :].astype(np.float64)
    exponents = np.stack([layer.by_time(reader.by_time(adjoint.exponent[1:])) for reader, adjoint in readers])
    exponent, own, start = exponents.max(axis=0), np.zeros((layer.T, layer.H)), 0
    for (reader, adjoint), its_exponent in zip(readers, exponents, strict=True):
        da = layer.by_time(reader.by_time(adjoint.da_x)) * np.ldexp(1.0, its_exponent - exponent)[:, None]
        end = start + da.shape[1]
        own += da.dot(weights[:, start:end].T)
        start = end
    return own, exponent


def plainly_swept(layer: Layer, column: int = 0) -> "Swept | None":
    """What a sweep has left in a column of ``layer``; None where adjoints are so small or large that digits were lost.

    In float32, whose range is small, they are always taken to be.
    """
    if layer.dtype != np.float64:
        return None
    dh, dc = layer.dh[..., column].copy(), None if layer.dc is None else layer.dc[..., column].copy()
    parts = [dh] if dc is None else [dh, dc]
    if not all(_are_safe(np.vecdot(part, part), [part]) for part in parts):
        return None
    da = layer.da[..., column].copy()
    same = layer.cell.input_blocks == layer.cell.state_blocks == 0
    da_x = da if same else layer.da_x[..., column].copy()
    return Swept(dh, dc, da, da_x, np.zeros(layer.T + 1, np.int64), *_as_handed(layer))


def _as_handed(layer: Layer) -> tuple[Array, Array]:
    """What was handed to h_1 … h_T (T, H), and its powers of two (T,): none."""
    return own_gradients(layer), np.zeros(layer.T, np.int64)


class Swept(NamedTuple):
    """What a sweep over time leaves, as `Adjoints` has it."""

    dh: Array
    dc: Array | None
    da: Array
    da_x: Array
    exponent: Array
    received: Array
    received_exponent: Array


def complete(layer: Layer, swept: Swept) -> Adjoints:
    """The adjoints with what they are multiplied with and what they send back."""
    dh, dc, da, da_x, exponent, received, received_exponent = swept
    h, x, handed = (
        part[..., 0].astype(np.float64)
        for part in (
            layer.entering[:, : layer.H],
            layer.entering[:-1, layer.H + 1 :],
            layer.given,
        )
    )
    carried = np.zeros_like(dh)
    np.dot(da, layer.V[:, : -layer.handed].T.astype(np.float64), out=carried[:-1])
    if layer.cell.direct == "h":
        carried[:-1] += layer.cell.routes(carried[:-1], dh)[0]
    return Adjoints(
        h, x, handed, dh, dc, da, da_x, carried, exponent, received, received_exponent, layer.cell.recurrent
    )


def _is_safe(squares: Array) -> bool:
    return bool(np.minimum.reduce(squares, axis=None) > SAFE**-2 and np.maximum.reduce(squares, axis=None) < SAFE**2)


def _is_near_one(rescaled: Swept) -> bool:
    """Whether all adjoints that are not 0 stayed far from where digits are lost."""
    peak = np.abs(rescaled.dh).max(axis=1)
    return not ((peak > SAFE) | ((peak > 0.0) & (peak < 1.0 / SAFE))).any()


def _peak(vectors: Array) -> Array:
    """The largest entry of each along the last axis, which stays, of length 1; 1 where that is 0 or not finite."""
    peak = np.abs(vectors).max(axis=-1, keepdims=True, initial=0.0)
    return np.where((peak > 0.0) & (peak < np.inf), peak, 1.0)


def _rescaled(layer: Layer, every: int, own: Array, own_exponent: Array) -> Swept:
    """The same sweep, with the running adjoints brought back near 1, ``every`` so often and where a loss is far off.

    ``own`` (T, H) times 2**``own_exponent`` is what the layer is handed.
    """
    T, backstep, received = layer.T, Backstep(layer, 1, layer.T), own
    own = own[..., None]
    if backstep.straight_to == "c":
        backstep.dc[0, 0] = layer.last_dc[:, 0]
    size: list[int] = (np.frexp(_peak(own[..., 0]))[1][:, 0] + own_exponent).tolist()
    has_loss = [bool(part.any()) for part in own]
    exponent = np.zeros(T + 1, np.int64)
    scale = 0
    for t, local, place in zip(
        range(T, 0, -1), reversed(one_by_one(layer.cell.local)), backstep.places(1), strict=True
    ):
        if (T - t) % every == 0 or (has_loss[t - 1] and abs(size[t - 1] - scale) > SPAN):
            scale = _rescale(place.dh, place.dc, scale, size[t - 1] if has_loss[t - 1] else None)
        exponent[t] = scale
        if has_loss[t - 1]:
            np.add(place.dh, np.ldexp(own[t - 1], own_exponent[t - 1] - scale), out=place.dh)
        backstep.step(local, place)
    exponent[0] = _rescale(backstep.dh[-1], backstep.dc[-1], scale, None)
    dh, dc, da, da_x = (
        np.ascontiguousarray(part[::-1].reshape(len(part), part[0].size))
        for part in (backstep.dh[:, 0], backstep.dc[:, 0], backstep.da[:, :, 0], backstep.da_x[:, :, 0])
    )
    dc_or_none = dc if backstep.straight_to == "c" else None
    return Swept(dh, dc_or_none, da, da_x, exponent, received, own_exponent)


def _rescale(dh: Array, dc: Array, scale: int, incoming: int | None) -> int:
    """Bring what is carried, and an own part of size 2**incoming, near 1 by a power of two; returns the new scale."""
    peak = float(max(np.abs(dh).max(), np.abs(dc).max()))
    carried = frexp(peak)[1] + scale if 0.0 < peak < np.inf else None
    new = max((size for size in (carried, incoming) if size is not None), default=0)
    if new != scale:
        np.ldexp(dh, scale - new, out=dh)
        np.ldexp(dc, scale - new, out=dc)
    return new
