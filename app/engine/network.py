"""A network: inputs → recurrent layer → head. It knows no equation of a cell and no product of its own."""

from collections.abc import Iterator

import numpy as np

from .arrays import BUFFER, Array
from .cells import Params
from .head import Readout
from .inputs import DenseInputs
from .layer import Layer, Pass


class Network:
    """A network unrolled over T timesteps for B examples: every buffer, allocated once; no parameters.

    y_t = h_t W_hy + b_y. Names of ``cell``, ``activation`` and ``loss`` are keys of `CELLS`, `ACTIVATIONS` and
    `LOSSES`. The object keeps nothing from one `forward` to the next, so runs of one shape can share it.

    After `forward`: ``h``, ``a``, ``y``, ``E_t``, ``n`` (an lstm's ``c``, gated cells' ``gates``); after `backward`:
    ``dh``, ``da`` (an lstm's ``dc``). All are views of the buffers: copy what must outlive the next walk.
    """

    def __init__(
        self,
        cell: str,
        activation: str,
        loss: str,
        T: int,
        B: int,
        I: int,
        H: int,
        O: int,
        dtype: str = "float64",
    ) -> None:
        self.T, self.B, self.I, self.H, self.O = T, B, I, H, O
        self.dtype = np.dtype(dtype)
        self.inputs = DenseInputs(I)
        self.layer = Layer(cell, activation, T, B, self.inputs.size, H, O, self.dtype)
        self.head = Readout(loss, T, B, H, O, self.dtype)
        self.cell, self.V, self.clip_factor = self.layer.cell, self.layer.V, self.layer.clip_factor
        self.E_t = self.head.E_t

    # What a caller reads: row vectors, time first.

    @property
    def h(self) -> Array:
        """h_0 … h_T (T+1, B, H)."""
        return self.layer.entering[:, : self.H].transpose(0, 2, 1)

    @property
    def x(self) -> Array:
        """x_1 … x_T (T, B, I)."""
        return self.layer.inputs.transpose(0, 2, 1)

    @property
    def c(self) -> Array | None:
        """c_0 … c_T (T+1, B, H) of an lstm, else None."""
        return None if self.cell.c is None else self.cell.c.transpose(0, 2, 1)

    @property
    def a(self) -> Array:
        """What phi is applied to: a_1 … a_T (T, B, H), gated cells the candidate's."""
        return self.cell.candidate.transpose(0, 2, 1)

    @property
    def gates(self) -> Array | None:
        """Gate values of gated cells (T, gates, B, H), in the order of ``cell.gates``, else None."""
        values = self.cell.gate_values()
        return None if values is None else values.transpose(0, 1, 3, 2)

    @property
    def y(self) -> Array:
        """Outputs (logits) y_1 … y_T (T, B, O)."""
        return self.head.y.transpose(0, 2, 1)

    @property
    def n(self) -> Array:
        """Timesteps with a target, per example (B,)."""
        return self.head.n

    @property
    def dy(self) -> Array:
        """dE/dy_t (T, B, O), with the reduction of the last `backward`."""
        return self.head.dy.transpose(0, 2, 1)

    @property
    def dh(self) -> Array:
        """dE/dh_0 … dE/dh_T (T+1, B, H), per example: not divided by B."""
        return self.layer.dh.transpose(0, 2, 1)

    @property
    def dc(self) -> Array | None:
        """dE/dc_0 … dE/dc_T (T+1, B, H) of an lstm, ways through h_t included, else None."""
        return None if self.layer.dc is None else self.layer.dc.transpose(0, 2, 1)

    @property
    def da(self) -> Array:
        """dE/da_1 … dE/da_T (T, B, columns of W_hh), of what sees h_{t-1}."""
        return self.layer.da.transpose(0, 2, 1)

    @property
    def da_x(self) -> Array:
        """dE/da_1 … dE/da_T (T, B, columns of W_xh), of what sees x_t, in the order of the cell's blocks."""
        return self.layer.da_x.transpose(0, 2, 1)

    def objective(self, reduction: str = "sum") -> float:
        """L = the mean over the batch of E, which is sum_t E_t ("sum") or its mean over targets ("mean")."""
        return self.head.objective(reduction)

    # The two walks.

    def forward(
        self, params: Params, x: Array, target: Array, h0: Array | None = None, c0: Array | None = None
    ) -> None:
        """Walk t = 1…T. ``x`` (T, B, I); ``target`` (T, B) classes, -1 none, or (T, B, O) values, NaN none.

        ``h0`` and, of an lstm, ``c0`` (B, H) are the initial state, zeros by default. Numbers that overflow become inf
        or nan, silently.
        """
        with np.errstate(all="ignore"):
            np.setbufsize(BUFFER)
            self.layer.load(params, params["W_hy"])
            self.head.load(params)
            self.inputs.enter(x, self.layer.inputs)
            self.layer.forward(h0, c0)
            self.head.forward(self.layer.states, target)

    def backward(self, reduction: str = "sum", k1: int = 0, k2: int = 0, clip_timestep: float | None = None) -> Params:
        """Walk t = T…1 after `forward`; returns dL/dNAME for every parameter, the mean over the batch.

        "mean" uses E_t / n in place of E_t throughout. ``k1``, ``k2`` truncate: a backward pass every k1 timesteps
        reaching k2 back, that is, with n(t) = min(T, k1 ceil(t / k1)), the pair (E_t, parameter use at timestep k)
        counts iff n(t) - k2 < k <= t; ``dh`` then sums the counted pairs. ``clip_timestep`` rescales each example's
        dE/dh_t to that norm where it exceeds it, the part carried from t + 1 included (Williams & Peng 1990 for the
        truncation, Pascanu, Mikolov & Bengio 2013 for the rescaling).
        """
        with np.errstate(all="ignore"):
            np.setbufsize(BUFFER)
            self.prepare(reduction)
            self.layer.backward(k1, k2, clip_timestep)
            gradients, handed = self.layer.gradients()
            return gradients | self.head.gradients(handed)

    def prepare(self, reduction: str) -> None:
        """Everything a backward sweep needs that is the same for all timesteps, in whole-sequence operations."""
        self.layer.hand(self.head.backward(reduction))

    def sweep(self, last: int, lowest: int, clip_timestep: float | None = None) -> None:
        """After `prepare`: from E_last back to h_lowest, as `Layer.sweep`."""
        self.layer.sweep(last, lowest, clip_timestep)

    def passes(self, k1: int, k2: int, clip_timestep: float | None = None) -> Iterator[Pass]:
        """After `prepare`: the passes of truncated BPTT one by one, as `Layer.passes`."""
        return self.layer.passes(k1, k2, clip_timestep)

    def input_gradients(self, params: Params) -> Array:
        """dE/dx_1 … dE/dx_T (T, B, I), per example, after `backward` under the same parameters."""
        return self.layer.input_gradients(params["W_xh"]).transpose(0, 2, 1)
