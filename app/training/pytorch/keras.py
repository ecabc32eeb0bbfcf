"""The recurrent layers of Keras: other names, transposed, other gates first; named, with the lines that help.

What they compute cannot be known from their file alone: an old gru or lstm has a hard sigmoid where PyTorch has sigma.
"""

import re
from collections.abc import Mapping

import numpy as np

from ...errors import BadUpload

RECURRENT = "recurrent_kernel"
GATES = {1: ("SimpleRNN", "nn.RNN"), 3: ("GRU", "nn.GRU"), 4: ("LSTM", "nn.LSTM")}
READOUT = "readout.weight = dense_kernel.T, readout.bias = dense_bias"


def refuse_keras(tensors: Mapping[str, np.ndarray]) -> None:
    """BadUpload where the file holds a layer of Keras: what it is, and how its arrays become PyTorch's."""
    found = {_last(name): values for name, values in tensors.items() if values.ndim and _last(name) != "kernel"}
    kernels = [values for name, values in tensors.items() if _last(name) == "kernel" and values.ndim == 2]
    recurrent = found.get(RECURRENT)
    if recurrent is None or recurrent.ndim != 2 or not len(recurrent):
        return
    H, rows = recurrent.shape
    theirs, ours = GATES.get(rows // H, ("recurrent layer", "PyTorch's layer"))
    inputs = next((len(kernel) for kernel in kernels if kernel.shape[1] == rows), None)
    sizes = f"{H} units" + ("" if inputs is None else f", {inputs} input{'s' if inputs > 1 else ''}")
    biases = [values for name, values in tensors.items() if _last(name) == "bias" and values.shape[-1] == rows]
    if theirs == "GRU" and not any(bias.ndim == 2 for bias in biases) and biases:
        raise BadUpload(
            f"The file is Keras's {theirs}, {sizes}, with reset_after=False: it resets h before the product, nn.GRU "
            "after it, so no weights make them equal. Train keras.layers.GRU(…, reset_after=True) or nn.GRU."
        )
    order = " in the order o = numpy.r_[H:2*H, 0:H, 2*H:3*H]" if theirs == "GRU" else ""
    chosen = "[:, o]" if theirs == "GRU" else ""
    bias = "bias_ih_l0 = bias[0, o], bias_hh_l0 = bias[1, o]" if theirs == "GRU" else "bias_ih_l0 = bias"
    raise BadUpload(
        f"The file is Keras's {theirs}, {sizes}; weights are read under PyTorch's names. What helps: save "
        f"rnn.weight_ih_l0 = kernel{chosen}.T, rnn.weight_hh_l0 = recurrent_kernel{chosen}.T, rnn.{bias}{order}, "
        f"{READOUT}, with numpy.savez(path, **arrays): {ours} computes the same with tanh and a plain sigmoid."
    )


def _last(name: str) -> str:
    """The last part of a name, without what TensorFlow appends."""
    return re.split(r"[/.]", name)[-1].partition(":")[0]
