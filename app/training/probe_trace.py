"""ProbeTrace: the tensors a record holds of the probe sequence, forward, backward and, if watched, every pair."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine import (
    Network,
    Params,
    TruncationMeter,
    adjoints,
    eigenvalues,
    flow,
    jacobian_norms,
    recurrent_block,
    share_used,
    singular_values,
    slopes,
    truncation_meter,
)
from ..engine.adjoints import ln_norm
from ..tasks import Batch
from .config import RunConfig

f64 = np.float64
LARGEST = np.finfo(np.float32).max


class ProbeTrace:
    """One sequence (B = 1) under full, unclipped backpropagation, and what truncation and clipping leave of it.

    Filled at once with what every record holds; `watch` adds the rest. `net` holds the buffers it is computed in;
    `is_finite`: whether all numbers of the forward and the full backward pass are.
    """

    def __init__(self, net: Network, params: Params, probe: Batch, config: RunConfig) -> None:
        self.net, self.params, self.config = net, params, config
        net.forward(params, probe.x, probe.target, probe.h0)
        used = self._used_norms() if self.is_cut else None
        self.adjoint = adjoints(net, config.loss_reduction)
        # Asked at once: some quantities overwrite the buffers by gradients that truncation or clipping has bounded.
        self.is_finite = all(np.isfinite(values).all() for values in (net.h, net.y, net.E_t, net.dh))
        self.scalars: dict[str, Any] = dict.fromkeys(("flow_residual", "horizon", "as_of", "dW_hh_sum_norm"))
        target = probe.target[:, 0]
        self.tensors = {
            "x": _f32(probe.x[:, 0]),
            "y": _f32(net.y[:, 0]),
            "target": target.astype(np.int64) if target.ndim == 1 else _f32(target),
            "loss_t": net.E_t[:, 0].astype(f64),
            "dW_hh_norm": self.adjoint.dW_hh_norm,
            "dW_xh_norm": self.adjoint.dW_xh_norm,
            "dW_hy_norm": self.adjoint.dW_hy_norm,
            "dh_carried_norm": self.adjoint.dh_carried_norm,
        }
        self._add_states("h", net.h, net.dh, self.adjoint.ln_dh_norm)
        if net.c is not None and net.dc is not None and self.adjoint.ln_dc_norm is not None:
            self._add_states("c", net.c, net.dc, self.adjoint.ln_dc_norm)
        self.tensors |= used or {f"{name}_used": self.tensors[name] for name in self._norms}

    @property
    def is_cut(self) -> bool:
        """Whether truncation or per-timestep clipping take something from the gradient on its way."""
        return self.config.k1 > 0 or self.config.clip == "timestep"

    def watch(self, quantities: frozenset[str]) -> None:
        """Add the optional quantities among these that are about the probe."""
        for quantity, add in VIEWS.items():
            if quantity in quantities:
                add(self)

    def meter(self) -> TruncationMeter:
        """What a truncation would keep. It costs more than all other quantities together."""
        return truncation_meter(self.net, self.adjoint)

    def add_truncation(self, meter: TruncationMeter, as_of: int) -> None:
        """Add the quantity `truncation`, as it was found at iteration ``as_of``; the whole costs little and is new."""
        self.tensors |= {"lag_norm": meter.lag_norm, "truncation_cosine": meter.cosine}
        self.scalars |= {"horizon": meter.horizon, "as_of": as_of, "dW_hh_sum_norm": self.adjoint.dW_hh_sum_norm}

    @property
    def _norms(self) -> tuple[str, ...]:
        return ("dh_norm",) if self.net.dc is None else ("dh_norm", "dc_norm")

    @property
    def _timestep_clip(self) -> float | None:
        return self.config.clip_threshold if self.config.clip == "timestep" else None

    def _add_states(self, symbol: str, states: np.ndarray, gradients: np.ndarray, ln_norms: np.ndarray) -> None:
        self.tensors |= {
            symbol: _f32(states[:, 0]),
            f"d{symbol}": _f32(gradients[:, 0]),
            f"d{symbol}_norm": np.exp(ln_norms),
            f"ln_d{symbol}_norm": ln_norms,
        }

    def _used_norms(self) -> dict[str, np.ndarray]:
        net, config = self.net, self.config
        net.backward(config.loss_reduction, config.k1, config.k2, self._timestep_clip)
        left = (net.dh,) if net.dc is None else (net.dh, net.dc)
        return {
            f"{name}_used": np.exp(ln_norm(gradients[:, 0].astype(f64)))
            for name, gradients in zip(self._norms, left, strict=True)
        }

    def _add_flow(self) -> None:
        pairs, config = flow(self.net, self.adjoint), self.config
        found = {
            "ln_flow": pairs.ln_flow,
            "share": pairs.share,
            "ln_flow_a": pairs.ln_flow_a,
            "ln_flow_c": pairs.ln_flow_c,
            "route_share": pairs.route_share,
        }
        if self.is_cut:
            found["share_used"] = share_used(self.net, config.loss_reduction, config.k1, config.k2, self._timestep_clip)
        self.tensors |= {name: _f32(values) for name, values in found.items() if values is not None}
        self.scalars["flow_residual"] = pairs.residual

    def _add_gates(self) -> None:
        if self.net.gates is not None:
            self.tensors["gates"] = _f32(self.net.gates[:, :, 0])

    def _add_weights(self) -> None:
        self.tensors |= {name: values.astype(f64) for name, values in self.params.items()}

    def _add_spectrum(self) -> None:
        W = recurrent_block(self.config.cell, self.params["W_hh"])
        self.tensors |= {
            "eigenvalues": eigenvalues(W),
            "singular_values": singular_values(W),
            "jacobian_norm": jacobian_norms(self.net),
        }

    def _add_saturation(self) -> None:
        self.tensors |= {"a": _f32(self.net.a[:, 0]), "slope_mean": slopes(self.net).mean(axis=1).astype(f64)}


VIEWS: dict[str, Callable[[ProbeTrace], None]] = {
    "flow": ProbeTrace._add_flow,
    "gates": ProbeTrace._add_gates,
    "weights": ProbeTrace._add_weights,
    "spectrum": ProbeTrace._add_spectrum,
    "saturation": ProbeTrace._add_saturation,
}


def _f32(values: np.ndarray) -> np.ndarray:
    """The values as float32; a finite one stays finite, as only a number that really is not may look so."""
    short = values.astype(np.float32, order="C")
    if not np.isfinite(short).all():
        np.copyto(short, np.copysign(LARGEST, short), where=np.isinf(short) & np.isfinite(values))
    return short
