"""What every record holds of the probe: the sequence itself, states, losses, and the gradients that reach them."""

from typing import Any

import numpy as np

from ..measurement import Measurement
from ..probe_trace import ProbeTrace
from ..work import Work
from .base import Found, Quantity, all_f32
from .conditions import WITH_CELL_STATE, WITH_CLASSES, WITH_VALUES
from .tensor import RECURRENT_GRADIENT, Tensor

f64 = np.float64
RECORD = 450_000.0  # nanoseconds of any record,
TIMESTEP, SHOWN, HANDED = 1_550.0, 10.0, 12.0  # of each timestep, and there of each state, and each input or output,
CONVERTED = 350_000.0  # more where float32 has to become float64,
LEFT = 150_000.0  # of what truncation and clipping leave, beside its way back,
SWEEPS = 1.8  # ways back in full: for the gradients and the last loss side by side, and in powers of two,
ALONG = 0.3  # of forward and back, where the sequence may go along with its batch,
FURTHER_LAYER, FURTHER_STATE = 60_000.0, 170_000.0  # and of what one more layer, or direction, adds to it


def _of_states(symbol: str, words: str, **when: Any) -> tuple[Tensor, ...]:
    d, states = f"d{symbol}", ("T+1", "H")
    when["of"] = "layer"
    return (
        Tensor(symbol, states, "float32", f"{words}, row 0 is {symbol}_0", **when),
        Tensor(d, states, "float32", f"∂E/∂{symbol}_t", **when),
        Tensor(f"{d}_norm", ("T+1",), "float64", f"‖∂E/∂{symbol}_t‖", **when),
        Tensor(f"ln_{d}_norm", ("T+1",), "float64", "its natural logarithm, −∞ only where it is exactly 0", **when),
        Tensor(f"{d}_norm_used", ("T+1",), "float64", "what truncation and clipping per timestep leave of it", **when),
    )


class Probe(Quantity):
    """The shown sequence, forward and under full, unclipped backpropagation."""

    name = "probe"
    about = "The shown sequence: inputs, states, outputs, losses, and the gradients that reach each timestep."
    tensors = (
        Tensor("x", ("T", "I"), "float32", "inputs"),
        Tensor("y", ("T", "O"), "float32", "outputs (logits)"),
        Tensor("target", ("T",), "int64", "classes, −1 for none", when=WITH_CLASSES),
        Tensor("target", ("T", "O"), "float32", "values, NaN for none", when=WITH_VALUES),
        Tensor("loss_t", ("T",), "float64", "E_t, the loss at t; 0 without a target"),
        *_of_states("h", "hidden states"),
        *_of_states("c", "cell states", when=WITH_CELL_STATE),
        Tensor(
            "dh_carried_norm",
            ("T+1",),
            "float64",
            "norm of what timestep t+1 sends back to h_t, the rest of ∂E/∂h_t being E_t's own; nothing in row T",
            of="layer",
        ),
        Tensor("dW_hh_norm", ("T",), "float64", f"norm of timestep t's part of {RECURRENT_GRADIENT}", of="layer"),
        Tensor("dW_xh_norm", ("T",), "float64", "norm of timestep t's part of ∂E/∂W_xh", of="layer"),
        Tensor("dW_hy_norm", ("T",), "float64", "norm of timestep t's part of ∂E/∂W_hy"),
    )

    def cost(self, work: Work) -> float:
        """Forward; back in full, for the last loss alone and, where it is cut, for what is left; and what it shows."""
        left = LEFT + work.backward(1) if work.is_cut else 0.0
        shown = work.T * (TIMESTEP + SHOWN * work.carried * work.layers + HANDED * (work.I + work.O))
        forward = work.forward(1) * (2 if work.config.carry_state else 1)  # also the window before it
        more = (work.layers - 1) * (FURTHER_LAYER + FURTHER_STATE * work.carried / work.H)
        more += CONVERTED if work.config.precision == "float32" else 0.0
        passes = forward + SWEEPS * work.uncut.backward(1)
        return RECORD + more + shown + (ALONG * passes if work.beside else passes) + left

    def measure(self, seen: Measurement) -> Found:
        """Views of the network's buffers, copied."""
        trace = seen.trace
        net, target = trace.net, trace.probe.target[:, 0]
        tops = [trace.adjoints[layer.ending].dW_hy_norm[:: -1 if layer.reverse else 1] for layer in net.stack.top]
        tensors = {
            "x": trace.probe.x[:, 0],
            "y": net.y[:, 0],
            "target": target.astype(np.int64) if target.ndim == 1 else target,
            "loss_t": net.E_t[:, 0].astype(f64),
            "dW_hy_norm": tops[0] if len(tops) == 1 else np.hypot(*tops),
        }
        short = ["x", "y"] if target.ndim == 1 else ["x", "y", "target"]
        for ending, layer in net.layers.items():
            adjoint, by_time = trace.adjoints[ending], layer.by_time
            tensors |= {
                f"dW_hh_norm{ending}": by_time(adjoint.dW_hh_norm),
                f"dW_xh_norm{ending}": by_time(adjoint.dW_xh_norm),
                f"dh_carried_norm{ending}": by_time(adjoint.dh_carried_norm),
            }
        for ending, view in net.views.items():
            adjoint, by_time = trace.adjoints[ending], net.layers[ending].by_time
            of_states = [("h", view.h, view.dh, adjoint.norms.dh, adjoint.ln_dh_norm)]
            if view.c is not None and view.dc is not None and adjoint.ln_dc_norm is not None:
                of_states.append(("c", view.c, view.dc, adjoint.norms.dc, adjoint.ln_dc_norm))
            for symbol, states, gradients, norm, ln_norm in of_states:
                tensors |= {f"{symbol}{ending}": states[:, 0], f"d{symbol}{ending}": gradients[:, 0]}
                tensors |= _norms(symbol, ending, trace, by_time(norm), by_time(ln_norm))
                short += [f"{symbol}{ending}", f"d{symbol}{ending}"]
        return Found(tensors | all_f32({name: tensors[name] for name in short}))


def _norms(symbol: str, ending: str, trace: ProbeTrace, norm: np.ndarray, ln_norm: np.ndarray) -> dict[str, np.ndarray]:
    return {
        f"d{symbol}_norm{ending}": norm,
        f"ln_d{symbol}_norm{ending}": ln_norm,
        f"d{symbol}_norm_used{ending}": norm if trace.used_norms is None else trace.used_norms[symbol + ending],
    }
