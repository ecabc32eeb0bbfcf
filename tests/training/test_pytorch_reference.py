"""Imported PyTorch weights give PyTorch's own numbers, computed once by scripts/pytorch_reference.py."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from app.engine import Architecture, Network
from app.training import RunConfig, Trainer

CELLS = ("rnn", "lstm", "gru")


def reference(cell):
    """The module's tensors, and everything PyTorch said about them."""
    tensors = load_file(Path(__file__).parent / f"pytorch_{cell}.safetensors")
    module = {name.removeprefix("module."): v for name, v in tensors.items() if name.startswith("module.")}
    assert module["rnn.bias_ih_l0"].all()
    assert module["rnn.bias_hh_l0"].all()
    return module, tensors


def imported(cell):
    module, said = reference(cell)
    data = {"inputs": said["inputs"], "targets": said["targets"]}
    return Trainer(RunConfig(cell=cell, hidden_size=6), data, module), said


@pytest.mark.parametrize("cell", CELLS)
def test_every_gradient_of_every_state_is_pytorchs_to_1e_9(cell):
    trainer, said = imported(cell)
    B, T, I = said["inputs"].shape
    net = Network(Architecture(cell, I, 6, said["targets"].shape[2]), "tanh", "squared_error", T, B)
    net.forward(trainer.params, said["inputs"].swapaxes(0, 1), said["targets"].swapaxes(0, 1))
    net.backward()
    np.testing.assert_allclose(net.y.swapaxes(0, 1), said["y"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(net.dh[1:].swapaxes(0, 1), said["dh"], rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_record_shows_is_pytorchs(cell):
    trainer, said = imported(cell)
    for index in range(len(said["inputs"])):
        trainer.show(index)
        record = trainer.record()
        np.testing.assert_allclose(record.dh_norm[1:], np.linalg.norm(said["dh"][index], axis=1), rtol=1e-9)
        np.testing.assert_allclose(record.dh[1:], said["dh"][index], rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(record.y, said["y"][index], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradients_of_the_weights_are_pytorchs(cell):
    trainer, said = imported(cell)
    ours = trainer.record({"gradients"}).tensors
    close = {"rtol": 1e-9, "atol": 1e-13}
    np.testing.assert_allclose(ours["grad.W_hh"], said["grad.rnn.weight_hh_l0"].T, **close)
    np.testing.assert_allclose(ours["grad.W_xh"], said["grad.rnn.weight_ih_l0"].T, **close)
    np.testing.assert_allclose(ours["grad.b_h"], said["grad.rnn.bias_ih_l0"], **close)
    np.testing.assert_allclose(ours["grad.W_hy"], said["grad.readout.weight"].T, **close)
    np.testing.assert_allclose(ours["grad.b_y"], said["grad.readout.bias"], **close)
    if cell == "gru":
        np.testing.assert_allclose(ours["grad.b_hn"], said["grad.rnn.bias_hh_l0"][12:], **close)
