"""Weights from PyTorch and back: one nn.RNN, nn.LSTM or nn.GRU of any layers and directions, and one nn.Linear.

In front there may be an nn.Embedding; learned initial states are parameters h0 and c0 (layers · directions, 1, H).

PyTorch multiplies from the left, so its matrices are ours transposed; the order of gates is the same. Its two biases
act as their sum, except in the gru's candidate, where the recurrent one stands inside the reset gate: our b_hn.
"""

from collections.abc import Collection

import numpy as np

from ...engine import ActivationName, Architecture, CellName, Params, Precision
from ...errors import BadUpload, BadValue, Choice, counted
from .. import tensorfile
from ..architecture import in_words
from .recognise import Recognised
from .recurrent import MODULES, torch_endings
from .statedict import Tensors

ADOPT = Choice("Take the file’s own shape, and start again with its weights", {"adopt": True})
NONLINEARITIES = {"rnn": ("tanh", "relu"), "lstm": ("tanh",), "gru": ("tanh",)}
"""What PyTorch's modules can have where we have phi."""


def fitting(file: Recognised, net: Architecture, precision: Precision) -> Params:
    """The file's parameters for a run of this architecture and precision.

    Where sizes differ, BadUpload says what the file is, what the run is, and what helps.
    """
    if net.cell not in MODULES:
        theirs = file.architecture
        raise BadUpload(
            f"{_differ(theirs, net)}, a cell PyTorch has no module for. "
            f"What helps: `adopt` sets cell and hidden_size to the file's ({theirs.cell}, {theirs.hidden_size}).",
            "adopt",
            (ADOPT,),
        )
    shapes = net.parameter_shapes
    with np.errstate(over="ignore"):
        ours = _ours(file)
    if net.train_h0 and not file.architecture.train_h0:  # a network without learned states starts from zeros
        ours |= {name: np.zeros(shape) for name, shape in shapes.items() if name.startswith(("h0", "c0"))}
    if {name: values.shape for name, values in ours.items()} != shapes:
        raise _does_not_fit(file, net)
    with np.errstate(over="ignore"):
        params = {name: ours[name].astype(precision) for name in shapes}
    tensorfile.finite(params)  # what fits into F64 may be beyond the run's float32
    return params


def to_torch(params: Params) -> dict[str, np.ndarray]:
    """The same network under PyTorch's names, float64: `rnn.*`, `readout.*`, `embedding.weight`, `h0`, `c0`."""
    bidirectional = "W_xh_reverse" in params
    H = len(params["W_hh"])
    endings = [name.removeprefix("W_xh") for name in params if name.startswith("W_xh")]
    theirs = torch_endings(len(endings) // (2 if bidirectional else 1), bidirectional)
    tensors: Params = {} if "W_emb" not in params else {"embedding.weight": params["W_emb"]}
    for ours, (ending, _) in zip(endings, theirs, strict=True):
        b_h = params[f"b_h{ours}"]
        bias_hh = np.zeros_like(b_h)
        if f"b_hn{ours}" in params:
            bias_hh[2 * H :] = params[f"b_hn{ours}"]
        tensors |= {
            f"rnn.weight_ih{ending}": params[f"W_xh{ours}"].T,
            f"rnn.weight_hh{ending}": params[f"W_hh{ours}"].T,
            f"rnn.bias_ih{ending}": b_h,
            f"rnn.bias_hh{ending}": bias_hh,
        }
    tensors |= {"readout.weight": params["W_hy"].T, "readout.bias": params["b_y"]}
    for state in ("h0", "c0"):
        if state in params:
            tensors[state] = np.stack([params[state + ours] for ours in endings])[:, None]
    return {name: np.ascontiguousarray(values, np.float64) for name, values in tensors.items()}


def export(params: Params, cell: CellName, activation: ActivationName, iteration: int) -> bytes:
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
    about = {"kind": "pytorch", "cell": cell, "activation": activation, "iteration": iteration}
    return tensorfile.pack(about, to_torch(params))


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
    others = [
        f"{field} to {str(value).lower()}" for field, value in theirs.extent.items() if value != net.extent[field]
    ]
    if others:
        helps.append(f"`adopt` sets {', '.join(others)}")
    other_data = (theirs.inputs, theirs.outputs) != (net.inputs, net.outputs)
    if other_data:
        sizes = f"{counted(theirs.inputs, 'input')} and {counted(theirs.outputs, 'output')}"
        helps.append(f"a task or own data with {sizes} would fit")
    return BadUpload(
        f"{_differ(theirs, net)}{f': {wrong}' if wrong else ''}. What helps: {'; and '.join(helps)}.",
        None if other_data else "adopt",
        () if other_data else (ADOPT,),
    )


def _differ(theirs: Architecture, net: Architecture) -> str:
    return f"The weights do not fit this run. The file is {in_words(theirs)}; the run is {in_words(net)}"


def _ours(file: Recognised) -> Params:
    given, net, params = file.tensors, file.architecture, Params()
    for ours, (theirs, _) in zip(net.endings, torch_endings(net.num_layers, net.bidirectional), strict=True):
        params |= {name + ours: values for name, values in _of_a_layer(given, theirs, net).items()}
    bias = given.get("bias", np.zeros(net.outputs))
    params |= {"W_hy": np.ascontiguousarray(given["weight"].T), "b_y": bias.copy()}
    if net.embedding_size:
        params["W_emb"] = given["embedding"].copy()
    if net.train_h0:
        states = ("h0", "c0") if net.cell == "lstm" else ("h0",)
        for state in states:
            rows = given.get(state, np.zeros(len(net.endings) * net.hidden_size)).reshape(-1, net.hidden_size)
            params |= {state + ours: row.copy() for ours, row in zip(net.endings, rows, strict=True)}
    return params


def _of_a_layer(given: Tensors, ending: str, net: Architecture) -> Params:
    rows = len(given[f"weight_hh{ending}"])
    bias_ih, bias_hh = (given.get(f"bias_{way}{ending}", np.zeros(rows)) for way in ("ih", "hh"))
    params = {
        "W_xh": np.ascontiguousarray(given[f"weight_ih{ending}"].T),
        "W_hh": np.ascontiguousarray(given[f"weight_hh{ending}"].T),
        "b_h": bias_ih + bias_hh,
    }
    if net.cell == "gru":
        candidate = slice(2 * net.hidden_size, None)
        params["b_h"][candidate] = bias_ih[candidate]
        params["b_hn"] = bias_hh[candidate].copy()
    return params
