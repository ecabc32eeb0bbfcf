"""The exact adjoints of one sequence, whatever their size: mantissas and powers of two.

A gradient that shrinks by 0.01 a step leaves float64 after 160 steps, one that grows as fast overflows; the record
shall tell 1e-300 from 1e-900 and from 0. The sweep that finds them is in `exact_sweep`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .arrays import Array
from .backstep import SPAN
from .cells.base import W_HH, Recurrent
from .exact_sweep import Swept, exact, sweep_all
from .layer import Layer
from .ln_norms import LN2, ln_norm, ln_norm_of_product, ln_norms, split
from .losses import Reduction
from .network import Network


class Norms(NamedTuple):
    """Norms of `Adjoints` as they are, 0 where that is less than the smallest number.

    dh (T+1,) and of an lstm dc, else empty; carried (T+1,); of each timestep's part of the parameters W_hh, W_xh, W_hy
    (T,).
    """

    dh: Array
    dc: Array
    carried: Array
    W_hh: Array
    W_xh: Array
    W_hy: Array


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

    @cached_property
    def norms(self) -> Norms:
        """All of them, by one exponential."""
        with np.errstate(all="ignore"):
            ln, exponent = self._ln, self.exponent
            carried = np.append(exponent[1:], 0) if self.rescaled else exponent
            if self.recurrent.by_unit:
                parts = ln_norm_of_product(*self.recurrent_factors)
            else:
                incoming = ln["x"] if self.recurrent.of_x else ln["h"][:-1]
                parts = incoming + ln["da" if self.recurrent == W_HH else "da_x"]
            logarithms = [
                self.ln_dh_norm,
                exponent[:0] if self.ln_dc_norm is None else self.ln_dc_norm,
                self._rescaled(ln["dh_carried"], carried),
                self._rescaled(parts, exponent[1:]),
                self._rescaled(ln["x"] + ln["da_x"], exponent[1:]),
                ln["h"][1:] + ln["handed"],
            ]
            return Norms(*split(np.exp(np.concatenate(logarithms)), map(len, logarithms)))

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
        return self.norms.carried

    @property
    def dW_xh_norm(self) -> Array:
        """||dE/dW_xh at timestep t|| (T,): the outer product of x_t and da_t, so the product of their norms."""
        return self.norms.W_xh

    @property
    def dW_hy_norm(self) -> Array:
        """||dE/dW_hy at timestep t|| (T,): the outer product of h_t and dy_t, so the product of their norms."""
        return self.norms.W_hy

    @property
    def recurrent_factors(self) -> tuple[Array, Array]:
        """The two whose product at each timestep is its part of dE/dW_hh: what comes in, and the adjoints it meets."""
        return self.x if self.recurrent.of_x else self.h[:-1], self.da if self.recurrent == W_HH else self.da_x

    @property
    def dW_hh_norm(self) -> Array:
        """||dE/dW_hh at timestep t|| (T,): of the outer product of h_{t-1} and da_t, so the product of their norms."""
        return self.norms.W_hh

    @cached_property
    def dW_hh(self) -> tuple[Array, int]:
        """dE/dW_hh (H, width), the sum of the parts of all timesteps, and its exponent; dE/du_hh is (H,).

        The exponent leaves no number in it beyond 2^±`SPAN`.
        """
        incoming, da = self.recurrent_factors
        with np.errstate(all="ignore"):
            exponent = int(self.exponent[1:].max())
            da = np.ldexp(da, (self.exponent[1:] - exponent)[:, None])
            total = (incoming * da).sum(axis=0) if self.recurrent.by_unit else incoming.T.dot(da)
            shift = int(np.frexp(np.abs(total).max())[1])
            return (total, exponent) if abs(shift) <= SPAN else (np.ldexp(total, -shift), exponent + shift)

    @property
    def dW_hh_sum_norm(self) -> float:
        """||dE/dW_hh||, Frobenius."""
        total, exponent = self.dW_hh
        with np.errstate(all="ignore"):
            return float(np.exp(ln_norm(total.reshape(-1)) + LN2 * exponent))


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


def layer_adjoints(layer: Layer, handed: tuple[Array, Array] | None = None) -> Adjoints:
    """The adjoints of ``layer`` (B = 1) by itself, after its `Layer.hand`; leaves its buffers as a full sweep does.

    No loss is needed: dE/dh_t comes from whatever was handed to the layer. Where that may have left the range of
    numbers, ``handed`` has it as mantissas (T, H) and powers of two (T,).
    """
    if layer.B != 1:
        raise ValueError(f"adjoints are of one sequence, this layer holds {layer.B}")
    with np.errstate(all="ignore"):
        layer.sweep(layer.T, 0)
        return complete(layer, exact(layer, handed=handed))


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
