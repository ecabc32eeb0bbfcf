"""One layer of a PyTorch module in one direction, on our engine, for sequences of their own lengths.

Two things that PyTorch's layers have and the engine's has not are written as inputs of its own layer, exactly:

- Padding. After a sequence's end a further input is 1. Its weight closes the gates so far that states stay as they are
  (lstm, gru) or are cut off (rnn), so that no gradient of a weight comes from there, and what arrives at an lstm's last
  c goes back to where the sequence ended.
- Projection (Sak, Senior & Beaufays 2014). With u_t = o_t tanh(c_t) and h_t = u_t W_hr, the layer whose state is u_t
  has the recurrent weights W_hr W_hh; h_0, which need not be any u_0 W_hr, enters as input of the first timestep.
"""

import numpy as np

from ..engine.arrays import BUFFER
from ..engine.layer import Layer, LayerSizes
from .modules import Spec

Array = np.ndarray
Params = dict[str, Array]
CLOSED = 1e300
PADDING = {  # what closes each gate, in the order of the cell's blocks
    ("rnn", "tanh"): (CLOSED,),
    ("rnn", "relu"): (-CLOSED,),
    ("lstm", "tanh"): (-CLOSED, CLOSED, 0.0, -CLOSED),  # i 0, f 1, o 0
    ("gru", "tanh"): (0.0, CLOSED, 0.0),  # z 1
}


def parameters(spec: Spec, weights: dict[str, Array], suffix: str) -> Params:
    """The parameters of one layer and direction as row vectors use them: W_xh, W_hh, b_h, a gru's b_hn, W_hr."""
    W_ih, W_hh = (weights[f"weight_{part}{suffix}"] for part in ("ih", "hh"))
    b_ih, b_hh = (weights.get(f"bias_{part}{suffix}", np.zeros(len(W_ih))) for part in ("ih", "hh"))
    params = {"W_xh": W_ih.T, "W_hh": W_hh.T, "b_h": b_ih + b_hh}
    if spec.cell == "gru":
        n = slice(2 * spec.hidden_size, None)
        params["b_h"][n] = b_ih[n]
        params["b_hn"] = b_hh[n]
    if spec.proj_size:
        params["W_hr"] = weights[f"weight_hr{suffix}"].T
    return params


def as_pytorch(gradients: Params, suffix: str) -> dict[str, Array]:
    """Gradients of `parameters` by PyTorch's names and shapes."""
    found = {f"weight_ih{suffix}": gradients["W_xh"].T, f"weight_hh{suffix}": gradients["W_hh"].T}
    found[f"bias_ih{suffix}"] = found[f"bias_hh{suffix}"] = gradients["b_h"]
    if "b_hn" in gradients:
        recurrent = gradients["b_h"].copy()
        recurrent[-len(gradients["b_hn"]) :] = gradients["b_hn"]
        found[f"bias_hh{suffix}"] = recurrent
    if "W_hr" in gradients:
        found[f"weight_hr{suffix}"] = gradients["W_hr"].T
    return found


class Direction:
    """``layer`` holds the engine's buffers in the order of reading; all methods speak in the order of the sequence.

    x (T, B, I), ``lengths`` (B,) or None where all are T, h0 (B, P) and c0 (B, H) or None for zeros.
    """

    def __init__(
        self,
        spec: Spec,
        params: Params,
        x: Array,
        lengths: Array | None,
        h0: Array | None,
        c0: Array | None,
        reverse: bool,
    ) -> None:
        T, B, I = x.shape
        self.spec, self.params, self.reverse = spec, params, reverse
        self.T, self.B, self.I, self.P = T, B, I, spec.state_size
        self.inputs = x
        self.ends = np.full(B, T) if lengths is None else lengths
        self._order = self._reading_order()
        self.h0 = np.zeros((B, self.P)) if h0 is None else h0
        self.c0 = c0
        self.projection = params.get("W_hr", np.eye(self.P))
        self._enters_h0 = bool(spec.proj_size and self.h0.any())
        W_xh, extra = params["W_xh"], []
        if lengths is not None:
            self._beyond = (np.arange(T)[:, None] >= self.ends)[..., None].astype(np.float64)
            extra.append(np.repeat(PADDING[spec.cell, spec.activation], spec.hidden_size)[None])
        if self._enters_h0:
            extra.append(params["W_hh"])
        effective = {**params, "W_xh": np.concatenate([W_xh, *extra])}
        effective["W_hh"] = self.projection.dot(params["W_hh"]) if spec.proj_size else params["W_hh"]
        self._W_in = effective["W_xh"]
        width = len(self._W_in)
        sizes = LayerSizes(T, B, width, spec.hidden_size, self.P, np.dtype(np.float64))
        self.layer = Layer(spec.cell, spec.activation, sizes)
        inputs = self.layer.inputs  # (T, width, B)
        inputs[:, :I] = self._by_time(x).transpose(0, 2, 1)
        if lengths is not None:
            inputs[:, I] = self._beyond[..., 0]
        if self._enters_h0:
            inputs[0, width - self.P :] = self.h0.T
        with np.errstate(all="ignore"):
            np.setbufsize(BUFFER)
            self.layer.load(effective, self.projection)
            self.layer.forward(None if spec.proj_size else self.h0, c0)

    def _reading_order(self) -> Array | None:
        """The timestep read at each position (T, B): its own inverse; None where that is the order of the sequence."""
        if not self.reverse:
            return None
        position = np.arange(self.T)[:, None]
        return np.where(position < self.ends, self.ends - 1 - position, position)

    def _by_time(self, values: Array) -> Array:
        """(T, B, n) from the order of reading to that of the sequence, and the other way round."""
        return values if self._order is None else np.take_along_axis(values, self._order[..., None], axis=0)

    @property
    def states(self) -> Array:
        """h_1 … h_T (T, B, P), 0 beyond each sequence's end: what PyTorch's output holds."""
        own = self.layer.entering[1:, : self.spec.hidden_size].transpose(0, 2, 1)
        h = self._by_time(own.dot(self.projection) if self.spec.proj_size else own)
        return np.where((np.arange(self.T)[:, None] < self.ends)[..., None], h, 0.0)

    def hand(self, d_states: Array, d_last_h: Array | None, d_last_c: Array | None) -> None:
        """What arrives from outside: at all states (T, B, P), and at the last ones (B, P) and (B, H)."""
        handed = self._by_time(d_states).astype(np.float64)
        if d_last_h is not None:
            handed[self.ends - 1, np.arange(self.B)] += d_last_h
        self.handed = handed  # in the order of reading
        with np.errstate(all="ignore"):
            self.layer.hand(handed.transpose(0, 2, 1), None, None if d_last_c is None else d_last_c.T)

    def repeated(self, n: int) -> "Direction":
        """One sequence (B = 1), ``n`` times beside itself."""
        c0 = None if self.c0 is None else self.c0.repeat(n, axis=0)
        x, h0 = self.inputs.repeat(n, axis=1), self.h0.repeat(n, axis=0)
        return Direction(self.spec, self.params, x, None, h0, c0, self.reverse)

    def backward(self) -> Array:
        """The way back after `hand`; returns dE/dx (T, B, I)."""
        with np.errstate(all="ignore"):
            np.setbufsize(BUFFER)
            self.layer.backward()
            dx = self.layer.input_gradients(self._W_in)[:, : self.I].transpose(0, 2, 1)
        return self._by_time(dx)

    @property
    def h(self) -> Array:
        """h_0 … h_T (T+1, P) of the first example, in the order of reading."""
        own = self.layer.entering[1:, : self.spec.hidden_size, 0]
        return np.concatenate([self.h0[:1], own.dot(self.projection) if self.spec.proj_size else own])

    @property
    def dh(self) -> Array:
        """dE/dh_0 … dE/dh_T (T+1, B, P), after `backward`, in the order of reading; h_0 first."""
        if not self.spec.proj_size:
            return self.layer.dh.transpose(0, 2, 1)
        with np.errstate(all="ignore"):
            dh = np.zeros((self.T + 1, self.B, self.P))
            dh[:-1] = self.layer.da.transpose(0, 2, 1).dot(self.params["W_hh"].T)
            dh[1:] += self.handed
            return dh

    def gradients(self) -> Params:
        """dE/d(parameters), summed over the batch, after `backward`."""
        with np.errstate(all="ignore"):
            mean, sums = self.layer.gradients()
            found = {name: self.B * values for name, values in mean.items()}
            W_in = found["W_xh"]
            found["W_xh"] = W_in[: self.I]
            if self.spec.proj_size:
                effective = found["W_hh"]
                found["W_hh"] = self.projection.T.dot(effective)
                if self._enters_h0:
                    found["W_hh"] += W_in[len(W_in) - self.P :]
                found["W_hr"] = self.B * sums[:, :-1].T + effective.dot(self.params["W_hh"].T)
            return found
