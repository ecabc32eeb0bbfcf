"""Every dL/dh_t that a watched layer shows is the one autograd finds when the layer is written out step by step."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import app as unroll
from tests.torch.reference import gradients, unrolled

T, B, I, H, P = 6, 3, 3, 4, 2
LENGTHS = torch.tensor([4, 6, 1])
SHOWN = 0

# PyTorch says so once, of float32.
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")


def cases():
    found = []
    for cell, layers, both, projected, first, packed, reads in itertools.product(
        ("tanh", "relu", "lstm", "gru"), (1, 2, 3), (False, True), (False, True), (False, True), (False, True), "ohc"
    ):
        if (projected or reads == "c") and cell != "lstm":
            continue
        options = [
            word for word, on in {"both": both, "proj": projected, "batch_first": first, "packed": packed}.items() if on
        ]
        label = "-".join([cell, str(layers), *options, {"o": "output", "h": "h_n", "c": "c_n"}[reads]])
        found.append(pytest.param(cell, layers, both, projected, first, packed, reads, id=label))
    return found


def made(cell, layers, both, projected, first, dtype):
    options = {"num_layers": layers, "bidirectional": both, "batch_first": first, "dtype": dtype}
    if cell in ("tanh", "relu"):
        return nn.RNN(I, H, nonlinearity=cell, **options)
    return nn.GRU(I, H, **options) if cell == "gru" else nn.LSTM(I, H, proj_size=P if projected else 0, **options)


def loss_of(output, h_n, c_n, reads, weights):
    """A loss on one of the three that are handed out, of the whole batch; curved, so that its gradient varies."""
    read = {"o": output, "h": h_n, "c": c_n}[reads]
    return (weights[: len(read)] * read + 0.3 * read**2).sum() / 7


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
@pytest.mark.parametrize(("cell", "layers", "both", "projected", "first", "packed", "reads"), cases())
def test_every_dh_is_the_one_that_autograd_finds(cell, layers, both, projected, first, packed, reads, dtype):
    module = made(cell, layers, both, projected, first, dtype)
    x = torch.randn(T, B, I, dtype=dtype)
    rows, width = layers * (1 + both), P if projected else H
    h0, c0 = torch.randn(rows, B, width, dtype=dtype), torch.randn(rows, B, H, dtype=dtype)
    weights = torch.randn(max(T, rows), 1, 1, dtype=dtype)
    with unroll.watch(module, sequence=SHOWN, page=False) as watching:
        entering = x.transpose(0, 1) if first else x
        if packed:
            entering = pack_padded_sequence(entering, LENGTHS, batch_first=first, enforce_sorted=False)
        output, last = module(entering, (h0, c0) if cell == "lstm" else h0)
        output = pad_packed_sequence(output)[0] if packed else output.transpose(0, 1) if first else output
        h_n, c_n = last if cell == "lstm" else (last, None)
        loss_of(output, h_n, c_n, reads, weights).backward()
        record = watching.last[""]
        assert not watching.failures, "nothing of ours may fail beside the loop"

    length = int(LENGTHS[SHOWN]) if packed else T
    states, output, h_n, c_n = unrolled(module, x[:length, SHOWN], h0[:, SHOWN], c0[:, SHOWN])
    loss_of(output, h_n, c_n, reads, weights[..., 0]).backward()
    for name, expected in gradients(states, module).items():
        found = record.tensors[name]
        assert found.shape == expected.shape, f"{name} is {found.shape}; expected {expected.shape}"
        size = max(np.abs(expected).max(), 1e-30)
        allowed = 1e-10 if dtype == torch.float64 else 1e-4 * size
        assert np.abs(found - expected).max() <= allowed, f"{name} differs by {np.abs(found - expected).max():.2g}"
        norms = np.linalg.norm(found, axis=1)
        np.testing.assert_allclose(record.tensors[f"{name[:2]}_norm{name[2:]}"], norms, rtol=1e-9)
    assert record.grad_residual <= (1e-12 if dtype == torch.float64 else 1e-5)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    ("cell", "projected"), [("tanh", False), ("lstm", False), ("lstm", True), ("gru", False)], ids=str
)
def test_the_flow_is_the_gradient_of_each_timestep_by_itself(cell, projected, both, layers):
    module = made(cell, layers, both, projected, False, torch.float64)
    x, weights = torch.randn(T, B, I, dtype=torch.float64), torch.randn(T, 1, 1, dtype=torch.float64)
    with unroll.watch(module, page=False) as watching:
        output, _ = module(x)
        (weights * output).sum().backward()
        record = watching.last[""]
    assert record.flow_residual <= 1e-10
    for t in range(T):
        states, output, _, _ = unrolled(module, x[:, 0])
        (weights[t] * output[t]).sum().backward()
        for name, vectors in gradients(states, module).items():
            if name.startswith("dc"):
                norms = np.linalg.norm(vectors, axis=1)
                ln_flow = record.tensors[f"ln_flow_c{name[2:]}"][t][norms > 0]
                np.testing.assert_allclose(np.exp(ln_flow), norms[norms > 0], rtol=1e-5)
            else:
                ln_flow, share = (record.tensors[f"{kind}{name[2:]}"][t] for kind in ("ln_flow", "share"))
                norms, dh = np.linalg.norm(vectors, axis=1), record.tensors[name]
                reached = norms > 0
                np.testing.assert_allclose(np.exp(ln_flow[reached]), norms[reached], rtol=1e-5)
                assert np.isnan(ln_flow[~reached]).all(), "where no path leads, the flow is NaN"
                expected = (vectors * dh).sum(axis=1) / (dh * dh).sum(axis=1)
                np.testing.assert_allclose(share[reached], expected[reached], rtol=1e-4, atol=1e-6)


def test_the_mask_of_dropout_between_layers_is_had_on_the_processor():
    module = nn.GRU(I, H, num_layers=3, dropout=0.4, dtype=torch.float64)
    with unroll.watch(module, page=False) as watching:
        output, _ = module(torch.randn(T, B, I, dtype=torch.float64))
        output.square().sum().backward()
        record = watching.last[""]
    assert record.grad_residual <= 1e-12
    assert record.notes == []


def test_layers_without_biases_and_without_a_batch_are_watched():
    module = nn.LSTM(I, H, bias=False, dtype=torch.float64)
    with unroll.watch(module, page=False) as watching:
        module(torch.randn(T, I, dtype=torch.float64))[0].sum().backward()
        assert watching.last[""].grad_residual <= 1e-12
        assert watching.last[""].dh.shape == (T + 1, H)
