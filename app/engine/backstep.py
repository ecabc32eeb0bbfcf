"""One timestep back: the adjoints at t become those at t - 1, for any number of rows.

    [to the state at t - 1, directly; da_t] = the cell's chain rule (dh_t, dc_t)      mostly every unit by itself
    dh_{t-1} = da_t W_hh^T  (+ what goes there directly)                               a product

A row is whatever one differentiates: the loss of one sequence (`adjoints`), one loss each (`truncation`), or each unit
of h_t, which gives the Jacobians that `flow` and `spectrum` work with. All of it is float64, of one sequence. The
training sweep of a whole batch, `layer`, is the same step on columns, with the losses' own part in the same product.
"""

from typing import NamedTuple

import numpy as np
from numpy import add, matmul

from .arrays import Array
from .cells import Blocks, Cell
from .layer import Layer

RESCALE_EVERY = 8  # timesteps between two rescalings by powers of two
SPAN = 100  # what is larger than 2^SPAN or smaller than 2^-SPAN is rescaled; a step changes it by less than 2^50


def own_gradients(layer: Layer) -> Array:
    """What is handed to h_1 … h_T (T, H) of ``layer`` (B = 1) from outside, after its `hand`.

    For a layer below the readout that is dE_t/dh_t of every loss by itself. What arrives at the last states belongs to
    the last row; the part of it that an lstm's c_T gets is `Layer.last_dc`.
    """
    own: Array = layer.given[..., 0].astype(np.float64).dot(layer.V[:, -layer.handed :].astype(np.float64).T)
    own[-1] += layer.last_dh[:, 0]
    return own


def own_rows(layer: Layer) -> tuple[Array, Array]:
    """`own_gradients` as mantissas (T, H) and powers of two (T,), which are 0 unless a norm has left 2^±`SPAN`."""
    return with_exponents(own_gradients(layer))


def with_exponents(vectors: Array) -> tuple[Array, Array]:
    """Vectors (…, n) as mantissas and powers of two (…), which are 0, and the mantissas the vectors themselves, unless
    a vector's largest entry has left 2^±`SPAN`.
    """
    exponent = np.frexp(np.abs(vectors).max(axis=-1))[1].astype(np.int64)
    exponent[np.abs(exponent) <= SPAN] = 0
    return (np.ldexp(vectors, -exponent[..., None]) if exponent.any() else vectors), exponent


class Workspace(NamedTuple):
    """Where `Backstep` works out one timestep of n rows: dh_t and what comes straight to c_t, and what they become."""

    dh: Array  # (H, n)
    dc: Array  # (H, n), used by an lstm alone
    back: Blocks  # as `Cell.split` divides it
    straight: Array  # (n, H), what goes directly to h_{t-1} or c_{t-1}
    da: Array  # of what sees h_{t-1}; for many rows (blocks, n, H)
    parts: Array  # what each block sends to h_{t-1}; for many rows (blocks, n, H)
    dh_before: Array  # (n, H)


class Backstep:
    """Buffers for up to ``steps`` timesteps of ``rows`` rows, and the step from each to the one before.

    Position j of a buffer is the timestep j steps before the first. ``dh`` and ``dc`` (steps + 1, rows, H): fill
    position 0, then `step` through `places` in turn; ``dc`` holds an lstm's dc_t once its step is done. ``da`` (steps,
    blocks, rows, H) are the adjoints of the pre-activations that see h_{t-1}, ``da_x`` of those that see x_t.
    """

    def __init__(self, layer: Layer, rows: int, steps: int) -> None:
        H, self.cell = layer.H, layer.cell
        self.straight_to = self.cell.direct  # "h", "c" or None
        straight = int(self.straight_to is not None)
        seen = straight + self.cell.input_blocks
        W_hh = layer.V[:, : -layer.handed].astype(np.float64)
        back = np.zeros((steps + 1, straight + self.cell.blocks, rows, H))
        self._back = back
        self.da = back[1:, seen:]
        self.da_x = back[1:, straight : straight + self.cell.blocks - self.cell.state_blocks]
        self.dc = back[:, 0] if straight else np.zeros((steps + 1, rows, H))
        blocks = W_hh.shape[1] // H
        if rows == 1 or blocks == 0:  # one row: all blocks in one product of a matrix and a vector
            self._parts = np.zeros((1, steps + 1, rows, H))
            self._W_hh = np.ascontiguousarray(W_hh)
        else:
            self._parts = np.zeros((blocks, steps + 1, rows, H))
            self._W_hh = np.ascontiguousarray(W_hh.T).reshape(-1, H, H)
        self.dh = self._parts[0]
        self._single, self._mixes = rows == 1, blocks > 0
        self._chain, self._dot, self._joins_h = self.cell.backward, self._W_hh.dot, self.straight_to == "h"

    def workspaces(self, n: int) -> list[Workspace]:
        """The timesteps in the order they are stepped through, for the first ``n`` rows."""
        H = self.dh.shape[2]
        parts, da = self._parts.swapaxes(0, 1)[1:, :, :n], self.da[:, :, :n]
        if self._single:
            parts, da = parts.reshape(-1, H, 1), da.reshape(len(da), self._W_hh.shape[1], 1)
        dh, dc, back = self.dh[:, :n], self.dc[:, :n], self._back[1:, :, :n]
        split = map(self.cell.split, back.swapaxes(-1, -2))
        return list(map(Workspace, dh.swapaxes(-1, -2), dc.swapaxes(-1, -2), split, back[:, 0], da, parts, dh[1:]))

    def step(self, local: Blocks, workspace: Workspace) -> None:
        """From timestep t to t - 1, ``local`` being the cell's local derivatives at t, (…, H, n)."""
        dh, dc, back, straight, da, parts, dh_before = workspace
        self._chain(local, dh, dc, back)
        if not self._mixes:
            np.copyto(dh_before, straight)
            return
        if self._single:
            self._dot(da, parts)
        else:
            matmul(da, self._W_hh, parts)
            for other in parts[1:]:
                add(dh_before, other, dh_before)
        if self._joins_h:
            add(dh_before, straight, dh_before)


class Jacobians:
    """How adjoints at timestep k become those at k - 1: row vectors times a matrix (width, width) of each timestep.

    A row holds dh_k; for an lstm, beside it, what timestep k + 1 sends straight to c_k. The chain rule of most cells is
    linear and treats every unit alone, so its answers to ones are all there is to know of it; the weights do the rest.
    Without weights from h_{k-1} to h_k only the ``diagonal`` (T, H) of the matrices is not 0, else that is None.
    """

    def __init__(self, layer: Layer) -> None:
        T, H, cell = layer.T, layer.H, layer.cell
        W_hh = layer.V[:, : -layer.handed].astype(np.float64)
        self.weights = W_hh.reshape(H, -1, H).transpose(2, 1, 0).copy()  # from unit j, block b, to unit i
        W_xh = layer.input_weights.astype(np.float64)
        self.input_weights = W_xh.reshape(len(W_xh), -1, H).transpose(2, 1, 0).copy()  # ... to input i
        self.straight_to = cell.direct
        self.width = 2 * H if cell.direct == "c" else H
        self.memory = np.zeros((RESCALE_EVERY, self.width, self.width))
        self.diagonal: Array | None = None
        self._learn(cell, timesteps_by_row(cell.local), T, H)

    def _learn(self, cell: Cell, local: list[Array], T: int, H: int) -> None:
        """Evaluate the cell's chain rule once for all timesteps."""

        def answer(dh: float, direct: float) -> tuple[Array, Array]:
            back = np.zeros((int(cell.direct is not None) + cell.blocks, T, H))
            straight = np.full((T, H), direct)
            cell.backward(local, np.full((T, H), dh), straight, cell.split(back))
            return back, straight

        self.answers = [answer(1.0, 0.0)]
        if self.weights.size == 0:
            self.diagonal = self.answers[0][0][0]
        if cell.direct == "c":
            self.answers.append(answer(0.0, 1.0))
            self.completion = np.concatenate([np.zeros((1, H)), self.answers[0][1]])  # h_0 is not made of c_0

    def between(self, first: int, last: int) -> Array:
        """Those of timesteps ``first`` … ``last``, at most RESCALE_EVERY; gone when asked for others."""
        blocks, H = self.weights.shape[1:]
        units, these = np.arange(H), slice(first - 1, last)
        J = self.memory[: last + 1 - first]
        if self.diagonal is not None:
            J[:, units, units] = self.diagonal[these]
            return J
        for source, (back, _) in enumerate(self.answers):
            rows = source * H + units
            through, to_h = back[-blocks:, these], J[:, source * H : source * H + H, :H]
            if blocks == 1:
                np.multiply(through[0, :, :, None], self.weights[:, 0], to_h)
            else:
                np.matmul(through.transpose(2, 1, 0), self.weights, out=to_h.transpose(1, 0, 2))
            if self.straight_to == "h":
                J[:, units, units] += back[0, these]
            elif self.straight_to == "c":
                J[:, rows, H + units] = back[0, these]
        return J

    def to_inputs(self, first: int, last: int) -> Array:
        """How these rows become dE/dx_k: (m, width, I) at the timesteps which `between` gave last."""
        blocks, H = self.input_weights.shape[1], self.input_weights.shape[0]
        start, these = int(self.straight_to is not None), slice(first - 1, last)
        D = np.empty((last + 1 - first, self.width, self.input_weights.shape[2]))
        for source, (back, _) in enumerate(self.answers):
            through, to_x = back[start : start + blocks, these], D[:, source * H : source * H + H]
            if blocks == 1:
                np.multiply(through[0, :, :, None], self.input_weights[:, 0], to_x)
            else:
                np.matmul(through.transpose(2, 1, 0), self.input_weights, out=to_x.transpose(1, 0, 2))
        return D

    def completed(self, rows: Array, timesteps: range) -> Array:
        """dc_k (m, n, H) from the rows (m, n, 2 H) of an lstm at these timesteps, which `between` gave last."""
        H = rows.shape[2] // 2
        dc: Array = rows[..., :H] * self.completion[timesteps, None]
        dc += rows[..., H:]
        return dc


class CoupledJacobians(Jacobians):
    """The same of a cell whose chain rule couples the units of a timestep: its answer to every unit by itself."""

    def _learn(self, cell: Cell, local: list[Array], T: int, H: int) -> None:  # noqa: ARG002
        self.cell, self.local, self.first = cell, local, 0
        self.back = np.zeros((1 + cell.blocks, RESCALE_EVERY, H, self.width))
        self.through = np.zeros((RESCALE_EVERY, self.width, self.weights.shape[1], H))
        self.W_hh = self.weights.transpose(1, 0, 2).reshape(-1, H).copy()
        self.W_xh = self.input_weights.transpose(1, 0, 2).reshape(-1, self.input_weights.shape[2])
        self.completion = np.zeros((RESCALE_EVERY, H, H))

    def between(self, first: int, last: int) -> Array:
        """As `Jacobians.between`; a column of ``back`` is a unit of h_k, then one of c_k."""
        m, (blocks, _, H) = last + 1 - first, self.weights.swapaxes(0, 1).shape
        back = self.back[:, :m]
        dh, dc = np.zeros((2, m, H, self.width))
        dh[:, :, :H] = dc[:, :, H:] = np.eye(H)
        local = [part[..., first - 1 : last, :, None] for part in self.local]
        self.cell.backward(local, dh, dc, self.cell.split(back))
        through, J = self.through[:m], self.memory[:m]
        through[:] = back[-blocks:].transpose(1, 3, 0, 2)
        np.matmul(through.reshape(m, self.width, len(self.W_hh)), self.W_hh, out=J[:, :, :H])
        J[:, :, H:] = back[0].swapaxes(1, 2)
        self.completion[:m], self.first = dc[:, :, :H].swapaxes(1, 2), first
        return J

    def to_inputs(self, first: int, last: int) -> Array:
        """As `Jacobians.to_inputs`."""
        m, blocks = last + 1 - first, self.input_weights.shape[1]
        through = self.back[1 : 1 + blocks, :m].transpose(1, 3, 0, 2)
        D: Array = np.matmul(through.reshape(m, self.width, len(self.W_xh)), self.W_xh)
        return D

    def completed(self, rows: Array, timesteps: range) -> Array:
        """As `Jacobians.completed`; nothing of dh_0 joins dc_0."""
        H = rows.shape[2] // 2
        dc = rows[..., H:].copy()
        made = [k - self.first for k in timesteps if k]
        dc[: len(made)] += np.matmul(rows[: len(made), :, :H], self.completion[made])
        return dc


def jacobians_of(layer: Layer) -> Jacobians:
    """The Jacobians of ``layer`` (B = 1) after a backward sweep, as its cell needs them."""
    return CoupledJacobians(layer) if layer.cell.couples_units else Jacobians(layer)


def timesteps_by_row(local: Blocks) -> list[Array]:
    """The local derivatives of one sequence in float64 with a row for each timestep: (T, H), of n blocks (n, T, H)."""
    return [np.ascontiguousarray(np.moveaxis(part[..., 0], 0, -2), dtype=np.float64) for part in local]


def one_by_one(local: Blocks) -> list[tuple[Array, ...]]:
    """The local derivatives of one sequence in float64, for each timestep by itself: (H, 1), of n blocks (n, H, 1)."""
    return list(zip(*(part.astype(np.float64) for part in local), strict=True))
