"""Weights from PyTorch and back: one single-layer nn.RNN, nn.LSTM or nn.GRU and one nn.Linear that reads it out.

PyTorch multiplies from the left, so its matrices are ours transposed; the order of gates is the same. Its two biases
act as their sum, except in the gru's candidate, where the recurrent one stands inside the reset gate: our b_hn.
"""

from collections.abc import Mapping

import numpy as np

from ..engine import Params
from ..errors import BadUpload, shown
from . import tensorfile
from .records import pack

RECURRENT = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
READOUT = ("weight", "bias")
OPTIONAL = {"bias_ih_l0", "bias_hh_l0", "bias"}


def from_torch(weights: Mapping[str, np.ndarray] | bytes, like: Params) -> Params:
    """Parameters with the names and shapes of `like`, from tensors named as in a PyTorch module.

    What is missing, too much or of another shape raises BadUpload, naming every tensor concerned.
    """
    tensors = tensorfile.read(weights)[1] if isinstance(weights, bytes) else weights
    given = _by_last_part(tensors)
    shapes = {name: values.shape for name, values in to_torch(like).items()}
    shapes = {name.rpartition(".")[2]: shape for name, shape in shapes.items()}
    wrong = [
        f"{name} is {given[name].shape} where this run has {shapes[name]}" if name in given else f"{name} is missing"
        for name in shapes
        if (name in given and given[name].shape != shapes[name]) or (name not in given and name not in OPTIONAL)
    ]
    if wrong:
        raise BadUpload(f"The weights do not fit this run: {'; '.join(wrong)}. Other units or another cell would do.")
    tensorfile.finite(given)
    full = {name: given.get(name, np.zeros(shape)).astype(np.float64) for name, shape in shapes.items()}
    with np.errstate(over="ignore"):
        params = {name: values.astype(like[name].dtype) for name, values in _ours(full, "b_hn" in like).items()}
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
    """A safetensors file of `to_torch`, for `load_state_dict` of a module with parts `rnn` and `readout`."""
    return pack({"kind": "pytorch", "cell": cell, "activation": activation}, to_torch(params))


def _by_last_part(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tensors by the last part of their names, which must be PyTorch's and each stand once."""
    found: dict[str, np.ndarray] = {}
    for name, values in tensors.items():
        last = name.rpartition(".")[2]
        if last not in RECURRENT + READOUT:
            raise BadUpload(
                f"Expected one single-layer, one-directional RNN, LSTM or GRU and one Linear; got {shown(name)} too. "
                f"Names that end in {', '.join(RECURRENT + READOUT)} would do."
            )
        if last in found:
            raise BadUpload(
                f"Expected one tensor whose name ends in {last}; got several. One recurrent layer would do."
            )
        if values.dtype not in (np.float32, np.float64):
            raise BadUpload(f"Expected F32 or F64; {shown(name)} is {values.dtype}.")
        found[last] = values
    return found


def _ours(torch: dict[str, np.ndarray], keeps_recurrent_bias: bool) -> Params:
    params = {
        "W_xh": np.ascontiguousarray(torch["weight_ih_l0"].T),
        "W_hh": np.ascontiguousarray(torch["weight_hh_l0"].T),
        "b_h": torch["bias_ih_l0"] + torch["bias_hh_l0"],
    }
    if keeps_recurrent_bias:
        candidate = slice(2 * len(params["W_hh"]), None)
        params["b_h"][candidate] = torch["bias_ih_l0"][candidate]
        params["b_hn"] = torch["bias_hh_l0"][candidate].copy()
    return params | {"W_hy": np.ascontiguousarray(torch["weight"].T), "b_y": torch["bias"].copy()}
