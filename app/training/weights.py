"""Weights from PyTorch and back: one single-layer nn.RNN, nn.LSTM or nn.GRU and one nn.Linear that reads it out.

PyTorch multiplies from the left, so its matrices are ours transposed; the order of gates is the same. Its two biases
act as their sum, except in the gru's candidate, where the recurrent one stands inside the reset gate: our b_hn.
"""

from collections.abc import Collection

import numpy as np

from ..engine import Params
from ..errors import BadUpload, BadValue
from . import tensorfile
from .architecture import Architecture, counted
from .recognise import MODULES, Recognised, recognise

NONLINEARITIES = {"rnn": ("tanh", "relu"), "lstm": ("tanh",), "gru": ("tanh",)}
"""What PyTorch's modules can have where we have phi."""


def fitting(file: Recognised, net: Architecture, precision: str) -> Params:
    """The file's parameters for a run of this architecture and precision.

    Where sizes differ, BadUpload says what the file is, what the run is, and what helps.
    """
    if net.cell not in MODULES:
        theirs = file.architecture
        raise BadUpload(
            f"The weights do not fit this run. The file is {theirs}; the run is {net}, a cell PyTorch has no module "
            f"for. What helps: `adopt` sets cell and hidden_size to the file's ({theirs.cell}, {theirs.hidden_size}).",
            "adopt",
        )
    shapes = net.parameter_shapes
    with np.errstate(over="ignore"):
        ours = _ours(file)
    if {name: values.shape for name, values in ours.items()} != shapes:
        raise _does_not_fit(file, net)
    with np.errstate(over="ignore"):
        params = {name: ours[name].astype(precision) for name in shapes}
    tensorfile.finite(params)  # what fits into F64 may be beyond the run's float32
    return params


def to_torch(params: Params) -> dict[str, np.ndarray]:
    """The same network under PyTorch's names: `rnn.*` and `readout.*`, float64."""
    b_h, H = params["b_h"], len(params["W_hh"])
    bias_hh = np.zeros_like(b_h)
    if "b_hn" in params:
        bias_hh[2 * H :] = params["b_hn"]
    tensors = {
        "rnn.weight_ih_l0": params["W_xh"].T,
        "rnn.weight_hh_l0": params["W_hh"].T,
        "rnn.bias_ih_l0": b_h,
        "rnn.bias_hh_l0": bias_hh,
        "readout.weight": params["W_hy"].T,
        "readout.bias": params["b_y"],
    }
    return {name: np.ascontiguousarray(values, np.float64) for name, values in tensors.items()}


def export(params: Params, cell: str, activation: str) -> bytes:
    """A safetensors file of `to_torch`, for `load_state_dict` of a module with parts `rnn` and `readout`.

    BadValue where PyTorch's module would compute something else from these weights.
    """
    if cell not in MODULES:
        raise BadValue(
            f"PyTorch has no module that computes what the cell {cell} does, so none could load these weights. Save a "
            f"snapshot, which holds every weight under its name; or set the cell to {_either(MODULES)}.",
            "cell",
        )
    if activation not in NONLINEARITIES[cell]:
        known = " or ".join(NONLINEARITIES[cell])
        raise BadValue(
            f"PyTorch's {MODULES[cell]} has {known} as its activation; this network has {activation}, so the same "
            f"weights would give other numbers there. Set the activation to {known}, or save a snapshot.",
            "activation",
        )
    return tensorfile.pack({"kind": "pytorch", "cell": cell, "activation": activation}, to_torch(params))


def _either(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


def _does_not_fit(file: Recognised, net: Architecture) -> BadUpload:
    run, theirs = to_torch({name: np.zeros(shape) for name, shape in net.parameter_shapes.items()}), file.architecture
    pairs = [(name.rpartition(".")[2], values.shape) for name, values in run.items()]
    wrong = "; ".join(
        f"{name} is {file.tensors[name].shape} where this run has {shape}"
        for name, shape in pairs
        if name in file.tensors and file.tensors[name].shape != shape
    )
    helps = []
    if (theirs.cell, theirs.hidden_size) != (net.cell, net.hidden_size):
        helps.append(f"`adopt` sets cell and hidden_size to the file's ({theirs.cell}, {theirs.hidden_size})")
    other_data = (theirs.inputs, theirs.outputs) != (net.inputs, net.outputs)
    if other_data:
        sizes = f"{counted(theirs.inputs, 'input')} and {counted(theirs.outputs, 'output')}"
        helps.append(f"a task or own data with {sizes} would fit")
    return BadUpload(
        f"The weights do not fit this run. The file is {theirs}; the run is {net}: {wrong}. "
        f"What helps: {'; and '.join(helps)}.",
        None if other_data else "adopt",
    )


def _ours(file: Recognised) -> Params:
    given, rows = file.tensors, len(file.tensors["weight_hh_l0"])
    bias_ih, bias_hh = given.get("bias_ih_l0", np.zeros(rows)), given.get("bias_hh_l0", np.zeros(rows))
    params = {
        "W_xh": np.ascontiguousarray(given["weight_ih_l0"].T),
        "W_hh": np.ascontiguousarray(given["weight_hh_l0"].T),
        "b_h": bias_ih + bias_hh,
    }
    if file.architecture.cell == "gru":
        candidate = slice(2 * file.architecture.hidden_size, None)
        params["b_h"][candidate] = bias_ih[candidate]
        params["b_hn"] = bias_hh[candidate].copy()
    bias = given.get("bias", np.zeros(file.architecture.outputs))
    return params | {"W_hy": np.ascontiguousarray(given["weight"].T), "b_y": bias.copy()}


__all__ = ["NONLINEARITIES", "Recognised", "export", "fitting", "recognise", "to_torch"]
