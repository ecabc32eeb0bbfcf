"""Every dE_t/dh_k of every layer and direction: what each loss sends to each timestep of a whole network.

`arrivals` does this where all layers read in one direction, timestep by timestep. With two directions a layer below
the top is reached by E_t from either side, and sums over lags want all timesteps of a few losses together. So the
losses are taken in groups; a group goes through the layers from the top, all of its rows back through all timesteps of
one layer before the next. Rows carry powers of two of their own, as there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .arrays import Array
from .arrivals import largest_of
from .backstep import RESCALE_EVERY, SPAN, Backstep, own_rows
from .cells import CELLS, CellName
from .cells.base import W_HH
from .layer import Layer
from .stack import Stack

GROUP_ELEMENTS = 2**19  # numbers of one kind that a group of losses may hold of a layer
FEWEST_LOSSES = 16  # in a group
GROUPS = 3  # at least, as a group need not start later than its last loss


class Rows(NamedTuple):
    """Vectors (timesteps, losses, H) and, of each, the power of two (timesteps, losses) that it is to be times."""

    mantissa: Array
    exponent: Array


@dataclass(frozen=True)
class LayerPairs:
    """What a group of losses sends to one layer, in the order in which the layer reads.

    ``losses``: t - 1 of the rows, as a slice. dh (T+1, n, H) = dE_t/dh_k, dc the same of an lstm's c_k, da (T, n,
    width) = dE_t/da_k of what the cell's recurrent parameter feeds; true values are those times 2**exponent (T+1, n),
    that of da being timestep k's. dh = ``carried`` (T+1, n, H) + ``above`` (T, n, H), what the timestep read next sends
    back and what comes from above, at the top E_k itself; the exponents are the same. All are 0 beyond ``start``, the
    first timestep on the way back that a loss reaches. The arrays are the sweep's own: gone at the next yield.
    """

    layer: Layer
    losses: slice
    start: int
    dh: Array
    dc: Array | None
    da: Array
    exponent: Array
    carried: Array
    above: Array


def pairs(stack: Stack, keep: Array | None = None, factors: Mapping[str, Array] | None = None) -> Iterator[LayerPairs]:
    """All pairs of ``stack`` (B = 1) after its backward sweep, group by group and, within, from the top layer down.

    ``keep`` (T+1, T+1), row t, column k: pairs that count (truncation); a pair that does not is 0 from there on.
    ``factors`` of each layer, same shape, column k in its own order: by what dE_t/dh_k is rescaled on arrival
    (per-timestep clipping; dc is left alone).
    """
    T, H, both = stack.T, stack.H, len(stack.top) > 1
    n = group_size(T, H)
    buffers = Buffers(stack.layers[""], n)
    sweeps = {
        layer.ending: Sweep(layer, n, buffers, sends_down=level is not stack.levels[0])
        for level in stack.levels
        for layer in level
    }
    own = {layer.ending: own_rows(layer) for layer in stack.top}
    for first in range(0, T, n):
        losses = slice(first, min(first + n, T))
        count = losses.stop - first
        above: dict[str, Rows] = {}
        for level in reversed(stack.levels):
            sent: dict[str, Rows] = {}
            for d, layer in enumerate(level):
                if level is stack.top:
                    incoming = Rows(np.zeros((T, count, H)), np.zeros((T, count), np.int64))
                    rows = np.arange(count)
                    for into, part in zip(incoming, own[layer.ending], strict=True):
                        layer.by_time(into)[first + rows, rows] = layer.by_time(part)[losses]
                    start = T - first if layer.reverse else losses.stop
                else:
                    incoming = added([sliced(rows, d * H, H) for rows in above.values()])
                    incoming = Rows(layer.by_time(incoming.mantissa), layer.by_time(incoming.exponent))
                    start = T if both else losses.stop
                mask = None if keep is None else keep[first + 1 : losses.stop + 1]
                factor = None if factors is None else factors[layer.ending][first + 1 : losses.stop + 1]
                sweep = sweeps[layer.ending]
                yield sweep.back(losses, incoming, start, mask, factor)
                if level is not stack.levels[0]:
                    sent[layer.ending] = Rows(*(layer.by_time(part) for part in sweep.to_inputs(count)))
            above = sent


def group_size(T: int, H: int) -> int:
    """How many losses go back together."""
    return min(-(-T // GROUPS), max(FEWEST_LOSSES, GROUP_ELEMENTS // (T * H)))


def nbytes(cell: CellName, T: int, H: int, directions: int) -> int:
    """About how many bytes a sweep through all pairs takes: what `LayerPairs` holds, and what goes down a layer."""
    kind = CELLS[cell]
    at_a_timestep = 5 + kind.blocks + 4 * directions
    return 8 * T * group_size(T, H) * H * at_a_timestep


def sliced(rows: Rows, start: int, size: int) -> Rows:
    """Some of the features."""
    return Rows(rows.mantissa[..., start : start + size], rows.exponent)


def added(several: list[Rows]) -> Rows:
    """Their sum, each vector with the largest power of two of those that are not 0."""
    if len(several) == 1:
        return several[0]
    first, second = several
    if not (first.exponent.any() or second.exponent.any()):
        return Rows(first.mantissa + second.mantissa, first.exponent)
    exponent = largest_exponent([first, second])
    return Rows(sum(aligned(rows, exponent) for rows in several), exponent)  # type: ignore[arg-type]


def largest_exponent(several: list[Rows]) -> Array:
    """Of the vectors that are not 0; 0 where all are."""
    return largest_of(
        np.stack([rows.exponent for rows in several]), np.stack([rows.mantissa.any(axis=-1) for rows in several])
    )


def aligned(rows: Rows, exponent: Array) -> Array:
    """The mantissas that go with another power of two."""
    return np.asarray(rows.mantissa * np.ldexp(1.0, np.clip(rows.exponent - exponent, -2000, 1000))[..., None])


class Buffers:
    """Room for what a group of losses sends to one layer, whichever of a stack is gone through."""

    def __init__(self, layer: Layer, most: int) -> None:
        T, H, kind = layer.T, layer.H, layer.cell
        blocks = kind.blocks - (kind.input_blocks if kind.recurrent == W_HH else kind.state_blocks)
        self.dh, self.dc, self.carried = np.zeros((3, T + 1, most, H))
        self.above = np.zeros((T, most, H))
        self.da = np.zeros((T, most, blocks * H))
        self.exponent = np.zeros((T + 1, most), np.int64)


class Sweep:
    """The way back through one layer for groups of up to ``most`` losses."""

    def __init__(self, layer: Layer, most: int, buffers: Buffers, *, sends_down: bool) -> None:
        self.layer, self._buffers, H = layer, buffers, layer.H
        self._backstep = Backstep(layer, most, RESCALE_EVERY)
        self._local = [np.ascontiguousarray(part, dtype=np.float64) for part in layer.cell.local]
        self._of_x = layer.cell.recurrent != W_HH
        blocks = self._backstep.da_x.shape[1]
        W_xh = layer.input_weights if sends_down else layer.input_weights[:0]
        self._W_xh = W_xh.astype(np.float64).T.reshape(blocks, H, len(W_xh))

    def back(
        self,
        losses: slice,
        incoming: Rows,
        start: int,
        keep: Array | None = None,
        factor: Array | None = None,
        last_dc: Rows | None = None,
    ) -> LayerPairs:
        """All timesteps from ``start`` to 0, with what comes in from above (T, n, H) in the layer's own order.

        ``last_dc`` (n, H): what arrives at an lstm's c_T from outside, where ``start`` is T.
        """
        n, backstep = losses.stop - losses.start, self._backstep
        has_c = backstep.straight_to == "c"
        own = self._buffers
        parts = (own.dh, own.dc, own.da, own.exponent, own.carried, own.above)
        dh, dc, da, exponent, came, above = (part[:, :n] for part in parts)
        for part in (dh, dc, da, exponent, came, above):
            part[start:] = 0
        self._dx = np.zeros((self.layer.T, n, self._W_xh.shape[2]))
        carried, carried_to_c, scale = np.zeros((n, self.layer.H)), np.zeros((n, self.layer.H)), exponent[0] * 0
        if last_dc is not None:
            carried_to_c, scale = last_dc.mantissa.copy(), last_dc.exponent
        for last in range(start, 0, -RESCALE_EVERY):
            lowest = max(last - RESCALE_EVERY, 0) + 1
            steps, these = last + 1 - lowest, slice(last - 1, lowest - 2 if lowest > 1 else None, -1)
            entering = Rows(incoming.mantissa[these], incoming.exponent[these])
            vectors, scale = self._scaled(carried, carried_to_c, scale, entering)
            backstep.dh[0, :n], backstep.dc[0, :n] = carried, carried_to_c
            for j, workspace in enumerate(backstep.workspaces(n)[:steps]):
                k, here = last - j, backstep.dh[j, :n]
                came[k], above[k - 1] = here, vectors[j]
                here += vectors[j]
                if keep is not None:
                    here[~keep[:, k]] = 0.0
                    backstep.dc[j, :n][~keep[:, k]] = 0.0
                if factor is not None:
                    here *= factor[:, k, None]
                backstep.step([part[k - 1] for part in self._local], workspace)
            carried = backstep.dh[steps, :n].copy()
            adjoints = (backstep.da_x if self._of_x else backstep.da)[:steps, :, :n]
            dh[last : lowest - 1 : -1] = backstep.dh[:steps, :n]
            if has_c:
                dc[last : lowest - 1 : -1], carried_to_c = backstep.dc[:steps, :n], backstep.dc[steps, :n].copy()
            da[these] = adjoints.swapaxes(1, 2).reshape(steps, n, -1)
            self._dx[these] = np.matmul(backstep.da_x[:steps, :, :n], self._W_xh).sum(axis=1)
            exponent[lowest : last + 1] = scale
        if keep is not None:
            carried[~keep[:, 0]] = carried_to_c[~keep[:, 0]] = 0.0
        if factor is not None:
            carried *= factor[:, 0, None]
        dh[0], dc[0], exponent[0], came[0] = carried, carried_to_c, scale, carried
        return LayerPairs(self.layer, losses, start, dh, dc if has_c else None, da, exponent, came, above)

    def to_inputs(self, n: int) -> Rows:
        """dE_t/dx (T, n, I) of the group that has just gone back, in the layer's own order."""
        return Rows(self._dx, self._buffers.exponent[1:, :n].copy())

    @staticmethod
    def _scaled(carried: Array, carried_to_c: Array, scale: Array, entering: Rows) -> tuple[Array, Array]:
        """What enters with the power of two that from here on goes with each loss, and that; what is carried likewise.

        Where all is near 1 nothing changes.
        """
        if entering.exponent.any() or scale.any():
            nonzero = np.vstack([entering.mantissa.any(axis=2), carried.any(axis=1) | carried_to_c.any(axis=1)])
            new = largest_of(np.vstack([entering.exponent, scale]), nonzero)
            factor = np.ldexp(1.0, np.clip(scale - new, -2000, 1000))[:, None]
            carried *= factor
            carried_to_c *= factor
            vectors, scale = aligned(entering, new), new
        else:
            vectors = entering.mantissa
        size = np.vecdot(carried, carried) + np.vecdot(carried_to_c, carried_to_c)
        size = np.maximum(size, np.vecdot(vectors, vectors).max(axis=0))
        shift = np.where((size > 0.0) & (size < np.inf), np.frexp(size)[1] // 2, 0)
        shift[np.abs(shift) <= SPAN] = 0
        if shift.any():
            factor = np.ldexp(1.0, -shift)[:, None]
            carried *= factor
            carried_to_c *= factor
            vectors, scale = vectors * factor, scale + shift
        return vectors, scale
