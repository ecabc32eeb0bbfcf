"""The way back through layers for one sequence, exact at any size: mantissas and powers of two.

Scaling by powers of two is exact, so nothing is lost on the way.
"""

from collections.abc import Sequence
from math import frexp
from typing import NamedTuple

import numpy as np

from .arrays import Array
from .arrivals import largest_of
from .backstep import RESCALE_EVERY, SPAN, Backstep, one_by_one, own_gradients
from .layer import Layer
from .ln_norms import SAFE, are_safe, peaks
from .network import Network


class Swept(NamedTuple):
    """What a sweep over time leaves, as `Adjoints` has it."""

    dh: Array
    dc: Array | None
    da: Array
    da_x: Array
    exponent: Array
    received: Array
    received_exponent: Array


def sweep_all(net: Network) -> dict[str, Swept]:
    """What sweeps of all layers of ``net`` (B = 1) leave, exact at any size, after `Network.prepare`."""
    if net.B != 1:
        raise ValueError(f"adjoints are of one sequence, this network holds {net.B}")
    net.stack.descend(lambda layer: layer.sweep(layer.T, 0))
    return all_swept(net)


def all_swept(net: Network) -> dict[str, Swept]:
    """The same of layers that have been swept already."""
    found: dict[str, Swept] = {}
    readers: list[Layer] = []
    for level in reversed(net.stack.levels):
        for layer in level:
            found[layer.ending] = exact(layer, [(reader, found[reader.ending]) for reader in readers])
        readers = level
    return {ending: found[ending] for ending in net.layers}


def exact(
    layer: Layer, readers: Sequence[tuple[Layer, Swept]] = (), handed: tuple[Array, Array] | None = None
) -> Swept:
    """What a sweep has left in ``layer``, taken back anew where numbers leave their range on the way.

    What ``readers``, the layers that read it, hand down may be of any size. Where others than layers read it,
    ``handed`` is what they hand to h_1 … h_T (T, H), and its powers of two (T,).
    """
    plain = plainly_swept(layer)
    if plain is not None:
        return plain
    own = handed or (_handed_down(layer, readers) if readers else _as_handed(layer))
    rescaled = _rescaled(layer, RESCALE_EVERY, *own)
    return rescaled if _is_near_one(rescaled) else _rescaled(layer, 1, *own)


def plainly_swept(layer: Layer) -> Swept | None:
    """What a sweep has left in ``layer`` (B = 1); None where adjoints are so small or large that digits were lost.

    In float32, whose range is small, they are always taken to be.
    """
    left = left_in(layer, 0)
    return None if left is None else left._replace(received=own_gradients(layer))


def left_in(layer: Layer, column: int) -> Swept | None:
    """The same of one of several columns, without what was handed in."""
    if layer.dtype != np.float64:
        return None
    dh, dc = layer.dh[..., column].copy(), None if layer.dc is None else layer.dc[..., column].copy()
    parts = [dh] if dc is None else [dh, dc]
    if not all(are_safe(np.vecdot(part, part), [part]) for part in parts):
        return None
    da = layer.da[..., column].copy()
    same = layer.cell.input_blocks == layer.cell.state_blocks == 0
    da_x = da if same else layer.da_x[..., column].copy()
    none = np.zeros(layer.T + 1, np.int64)
    return Swept(dh, dc, da, da_x, none, dh[:0], none[1:])


def _as_handed(layer: Layer) -> tuple[Array, Array]:
    """What was handed to h_1 … h_T (T, H), and its powers of two (T,): none."""
    return own_gradients(layer), np.zeros(layer.T, np.int64)


def _handed_down(layer: Layer, readers: Sequence[tuple[Layer, Swept]]) -> tuple[Array, Array]:
    """What the adjoints of those that read the layer send to h_1 … h_T (T, H), and its powers of two (T,)."""
    weights = layer.V[:, -layer.handed :].astype(np.float64)
    exponents = np.stack([layer.by_time(reader.by_time(adjoint.exponent[1:])) for reader, adjoint in readers])
    # A reader that sends nothing back at a timestep says nothing about how small is what the other one sends.
    sends = np.stack([layer.by_time(reader.by_time(adjoint.da_x)).any(axis=1) for reader, adjoint in readers])
    exponent, own, start = largest_of(exponents, sends), np.zeros((layer.T, layer.H)), 0
    for (reader, adjoint), its_exponent in zip(readers, exponents, strict=True):
        factor = np.ldexp(1.0, np.minimum(its_exponent - exponent, 0))  # more is asked for by zeros alone
        da = layer.by_time(reader.by_time(adjoint.da_x)) * factor[:, None]
        end = start + da.shape[1]
        own += da.dot(weights[:, start:end].T)
        start = end
    return own, exponent


def _is_near_one(rescaled: Swept) -> bool:
    """Whether all adjoints that are not 0 stayed far from where digits are lost."""
    peak = np.abs(rescaled.dh).max(axis=1)
    return not ((peak > SAFE) | ((peak > 0.0) & (peak < 1.0 / SAFE))).any()


def _rescaled(layer: Layer, every: int, own: Array, own_exponent: Array) -> Swept:
    """The same sweep, with the running adjoints brought back near 1, ``every`` so often and where a loss is far off.

    ``own`` (T, H) times 2**``own_exponent`` is what the layer is handed.
    """
    T, backstep, received = layer.T, Backstep(layer, 1, layer.T), own
    own = own[..., None]
    if backstep.straight_to == "c":
        backstep.dc[0, 0] = layer.last_dc[:, 0]
    size: list[int] = (np.frexp(peaks(own[..., 0]))[1][:, 0] + own_exponent).tolist()
    has_loss = [bool(part.any()) for part in own]
    exponent = np.zeros(T + 1, np.int64)
    scale = 0
    for t, local, workspace in zip(
        range(T, 0, -1), reversed(one_by_one(layer.cell.local)), backstep.workspaces(1), strict=True
    ):
        if (T - t) % every == 0 or (has_loss[t - 1] and abs(size[t - 1] - scale) > SPAN):
            scale = _rescale(workspace.dh, workspace.dc, scale, size[t - 1] if has_loss[t - 1] else None)
        exponent[t] = scale
        if has_loss[t - 1]:
            np.add(workspace.dh, np.ldexp(own[t - 1], own_exponent[t - 1] - scale), out=workspace.dh)
        backstep.step(local, workspace)
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
