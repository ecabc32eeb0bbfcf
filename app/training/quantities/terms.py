"""How a weight's gradient adds up: what every use of it is multiplied with, and for short sequences loss by loss."""

from typing import Any

import numpy as np

from ...engine import CELLS, Adjoints, Cell, Network, Reduction, all_adjoints
from ...tasks import Task
from ..config import RunConfig
from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity
from .conditions import WITH_RECURRENT_WEIGHTS, OfRuns
from .tensor import Tensor

WRITTEN_OUT = 6
"""Up to this many timesteps each loss is told apart: as many terms as a reader still follows."""


def _is_short(config: RunConfig, _task: Task) -> bool:
    return config.sequence_length <= WRITTEN_OUT


def _is_short_with_recurrent_weights(config: RunConfig, task: Task) -> bool:
    return _is_short(config, task) and WITH_RECURRENT_WEIGHTS.holds(config, task)


WORDS = f"at most {WRITTEN_OUT} timesteps"
SHORT = OfRuns(WORDS, _is_short)
SHORT_RECURRENT = OfRuns(f"{WORDS}; {WITH_RECURRENT_WEIGHTS.words}", _is_short_with_recurrent_weights)


class Terms(Quantity):
    """The second factor of each use of a weight in the shown sequence, under full BPTT.

    dE/dW_hy = sum_t h_t^T dE/dy_t,  dE/dW_hh = sum_t h_{t-1}^T dE/da_t,  dE/dW_xh = sum_t x_t^T dE/da_t,  and of one
    loss E_t the same over k <= t with dE_t/da_k, which are the textbook's dE_t/dh_t · dh_t/dh_k · (explicit) da_k: the
    term k = t is the explicit one, all others reach the weight through later states (Werbos 1990). Each term is an
    outer product, so its Frobenius norm is the product of two norms.
    """

    name = "terms"
    about = "What each use of a weight is multiplied with in the sum over time that is its gradient."
    tensors = (
        Tensor("dy", ("T", "O"), "float64", "∂E/∂y_t"),
        Tensor("da", ("T", "a"), "float64", "∂E/∂a_t of what sees h_{t−1}", WITH_RECURRENT_WEIGHTS, of="layer"),
        Tensor("da_x", ("T", "a_x"), "float64", "∂E/∂a_t of what sees x_t", of="layer"),
        Tensor(
            "pair_da",
            ("T", "T", "a"),
            "float64",
            "∂E_t/∂a_k in row t−1, k−1, of what sees h_{k−1}; 0 for k > t and without a target",
            SHORT_RECURRENT,
            of="layer",
        ),
        Tensor("pair_da_x", ("T", "T", "a_x"), "float64", "the same of what sees x_k", SHORT, of="layer"),
    )

    def cost(self, work: Work) -> float:
        """Copies; for short sequences a backward pass more for each loss, and one that puts the buffers back."""
        copies = 30_000.0 + 4.0 * work.T * (2 * work.pre_activations * work.layers + work.O)
        if work.T > WRITTEN_OUT:
            return copies
        return copies + (work.T + 1) * (100_000.0 * work.layers + work.uncut.backward(1))

    def measure(self, seen: Measurement) -> Found:
        """From the adjoints that the record has anyway; loss by loss only where there are few."""
        trace = seen.trace
        net, adjoints = trace.net, trace.adjoints
        recurrent = not CELLS[trace.config.cell].recurrent.of_x
        top = net.stack.top[0]
        tensors = {"dy": top.by_time(adjoints[top.ending].handed)}
        for ending, (da, da_x) in _true(net, adjoints).items():
            tensors |= {f"da{ending}": da} if recurrent else {}
            tensors[f"da_x{ending}"] = da_x
        if net.T <= WRITTEN_OUT:
            pairs = _loss_by_loss(net, trace.probe.target, trace.config.loss_reduction)
            for ending in adjoints:
                tensors |= {f"pair_da{ending}": pairs[ending][0]} if recurrent else {}
                tensors[f"pair_da_x{ending}"] = pairs[ending][1]
        return Found({name: np.ascontiguousarray(values, dtype=np.float64) for name, values in tensors.items()})


def _true(net: Network, adjoints: dict[str, Adjoints]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """da and da_x (T, width) of every layer and direction by timestep, without their powers of two."""
    found = {}
    for ending, adjoint in adjoints.items():
        power = adjoint.exponent[1:, None]
        with np.errstate(all="ignore"):
            # A cell whose states meet entry by entry, not in a product, has one kind of pre-activation.
            recurrent = adjoint.da_x if adjoint.recurrent.by_unit else adjoint.da
            both = np.ldexp(recurrent, power), np.ldexp(adjoint.da_x, power)
        layer = net.layers[ending]
        found[ending] = layer.by_time(both[0]), layer.by_time(_as_users_see(layer.cell, both[1]))
    return found


def _as_users_see(cell: Cell, da_x: np.ndarray) -> np.ndarray:
    """The columns in the order of W_xh's."""
    ordered = np.empty_like(da_x)
    ordered[:, cell.by_block(np.arange(da_x.shape[1])[None])[0]] = da_x
    return ordered


def _loss_by_loss(net: Network, target: np.ndarray, reduction: Reduction) -> dict[str, Any]:
    """The same of every loss alone, (T, T, width) each: row t - 1 is E_t's, zeros where it is none.

    Leaves the buffers as full BPTT of all losses does.
    """
    none = -1 if target.ndim == 2 else np.nan
    n = max(int(net.n[0]), 1) if reduction == "mean" else 1
    rows: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {ending: [] for ending in net.layers}
    for t in range(net.T):
        alone = np.full_like(target, none)
        alone[t] = target[t]
        net.retarget(alone)
        for ending, both in _true(net, all_adjoints(net)).items():
            rows[ending].append((both[0] / n, both[1] / n))
    net.retarget(target)
    all_adjoints(net, reduction)
    return {ending: [np.stack(part) for part in zip(*row, strict=True)] for ending, row in rows.items()}
