"""PyTorch's weights come in and go out; a second road, written as PyTorch's own equations, agrees."""

import json

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from safetensors.numpy import load, save

from app.errors import BadUpload
from app.training import RunConfig, Trainer

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
I, H, O, T, B = 2, 5, 1, 9, 3


def torch_module(cell, seed=0, dtype=np.float64):
    """The state of a module with an nn.RNN, nn.LSTM or nn.GRU called `net` and an nn.Linear called `head.out`."""
    rng = np.random.default_rng(seed)
    gates = GATES[cell]
    shapes = {
        "net.weight_ih_l0": (gates * H, I),
        "net.weight_hh_l0": (gates * H, H),
        "net.bias_ih_l0": (gates * H,),
        "net.bias_hh_l0": (gates * H,),
        "head.out.weight": (O, H),
        "head.out.bias": (O,),
    }
    return {name: rng.uniform(-0.6, 0.6, shape).astype(dtype) for name, shape in shapes.items()}


def sigmoid(a):
    return 1 / (1 + anp.exp(-a))


def as_pytorch_writes_it(cell, w, x, nudges):
    """The documented equations of one layer, for one sequence of column vectors; `nudges` are added to every h_t."""
    W_i, W_h = w["net.weight_ih_l0"], w["net.weight_hh_l0"]
    b_i, b_h = w["net.bias_ih_l0"], w["net.bias_hh_l0"]
    h, c, outputs = anp.zeros(H), anp.zeros(H), []
    for x_t, nudge in zip(x, nudges, strict=True):
        from_input, from_state = anp.dot(W_i, x_t) + b_i, anp.dot(W_h, h) + b_h
        if cell == "rnn":
            h = anp.tanh(from_input + from_state)
        elif cell == "lstm":
            i, f, g, o = (
                (from_input + from_state)[:H],
                *((from_input + from_state)[k * H : (k + 1) * H] for k in (1, 2, 3)),
            )
            c = sigmoid(f) * c + sigmoid(i) * anp.tanh(g)
            h = sigmoid(o) * anp.tanh(c)
        else:
            r = sigmoid(from_input[:H] + from_state[:H])
            z = sigmoid(from_input[H : 2 * H] + from_state[H : 2 * H])
            n = anp.tanh(from_input[2 * H :] + r * from_state[2 * H :])
            h = (1 - z) * n + z * h
        h = h + nudge
        outputs.append(anp.dot(w["head.out.weight"], h) + w["head.out.bias"])
    return anp.array(outputs)


def sequences():
    rng = np.random.default_rng(3)
    targets = rng.standard_normal((B, T, O))
    targets[:, 2] = np.nan
    return {"inputs": rng.standard_normal((B, T, I)), "targets": targets}


def trainer_of(cell, **more):
    return Trainer(RunConfig(cell=cell, hidden_size=H, **more), sequences())


@pytest.mark.parametrize("cell", GATES)
def test_outputs_and_gradients_are_those_of_the_imported_module(cell):
    torch, data = torch_module(cell), sequences()
    trainer = trainer_of(cell)
    trainer.load_weights(torch)
    for index in range(B):
        trainer.show(index)
        record = trainer.record()
        x, target = data["inputs"][index], data["targets"][index]
        known = ~np.isnan(target[:, 0])

        def loss(nudges, x=x, target=target, known=known):
            return anp.sum((as_pytorch_writes_it(cell, torch, x, nudges)[known] - target[known]) ** 2)

        still = np.zeros((T, H))
        assert np.allclose(record.y, as_pytorch_writes_it(cell, torch, x, still), rtol=1e-6, atol=1e-6)
        assert record.loss_t.sum() == pytest.approx(loss(still), rel=1e-12)
        expected = np.linalg.norm(grad(loss)(still), axis=1)
        assert np.allclose(record.dh_norm[1:], expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("cell", GATES)
def test_gradients_of_the_weights_are_those_of_the_imported_module(cell):
    torch, data = torch_module(cell), sequences()
    trainer = trainer_of(cell)
    trainer.load_weights(torch)
    record = trainer.record({"gradients"})

    def loss(w):
        total = 0.0
        for x, target in zip(data["inputs"], data["targets"], strict=True):
            known = ~np.isnan(target[:, 0])
            outputs = as_pytorch_writes_it(cell, w, x, np.zeros((T, H)))
            total = total + anp.sum((outputs[known] - target[known]) ** 2)
        return total / B

    expected = grad(loss)(torch)
    ours = record.tensors
    assert np.allclose(ours["grad.W_hh"], expected["net.weight_hh_l0"].T, rtol=1e-9, atol=1e-13)
    assert np.allclose(ours["grad.W_xh"], expected["net.weight_ih_l0"].T, rtol=1e-9, atol=1e-13)
    assert np.allclose(ours["grad.b_h"], expected["net.bias_ih_l0"], rtol=1e-9, atol=1e-13)
    if cell == "gru":
        assert np.allclose(ours["grad.b_hn"], expected["net.bias_hh_l0"][2 * H :], rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("cell", GATES)
def test_export_and_import_leave_every_bit(cell):
    trainer, other = trainer_of(cell, seed=1), trainer_of(cell, seed=2)
    for _ in range(3):
        trainer.advance()
    other.load_weights(trainer.export_weights())
    assert all(np.array_equal(values, other.params[name]) for name, values in trainer.params.items())


def test_an_export_has_the_names_a_module_loads():
    trainer = trainer_of("gru")
    blob = trainer.export_weights()
    tensors = load(blob)
    assert set(tensors) == {
        *(f"rnn.{name}_l0" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")),
        *("readout.weight", "readout.bias"),
    }
    assert not tensors["rnn.bias_hh_l0"][: 2 * H].any()
    header = json.loads(blob[8 : 8 + int.from_bytes(blob[:8], "little")])
    assert list(header["__metadata__"]) == ["unroll"]


def test_files_in_float32_without_biases_come_in_too():
    torch = {name: values for name, values in torch_module("rnn", dtype=np.float32).items() if "bias" not in name}
    trainer = trainer_of("rnn")
    trainer.load_weights(save(torch))
    assert np.array_equal(trainer.params["W_hh"], torch["net.weight_hh_l0"].T)
    assert not trainer.params["b_h"].any()
    assert not trainer.params["b_y"].any()


def test_importing_keeps_iteration_and_configuration_and_clears_moments():
    trainer = trainer_of("rnn")
    for _ in range(4):
        trainer.advance()
    trainer.load_weights(torch_module("rnn"))
    assert trainer.iteration == 4
    again = Trainer(trainer.config, sequences(), torch_module("rnn"))
    again.advance(), trainer.advance()
    assert all(np.array_equal(values, again.params[name]) for name, values in trainer.params.items())


def test_every_tensor_that_does_not_fit_is_named_with_both_shapes():
    trainer = trainer_of("lstm")
    before = trainer.snapshot()
    with pytest.raises(BadUpload) as refusal:
        trainer.load_weights(torch_module("gru"))
    words = str(refusal.value)
    assert "weight_ih_l0 is (15, 2) where this run has (20, 2)" in words
    assert "weight_hh_l0 is (15, 5) where this run has (20, 5)" in words
    assert trainer.snapshot() == before


BAD = {
    "a second layer": {"net.weight_ih_l1": np.zeros((5, 5))},
    "two readouts": {"other.weight": np.zeros((1, 5))},
    "a stranger": {"embedding": np.zeros(3)},
    "integers": {"head.out.bias": np.zeros(1, np.int64)},
    "NaN": {"head.out.bias": np.full(1, np.nan)},
    "no readout": {"head.out.weight": None},
    "no recurrence": {"net.weight_hh_l0": None},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
def test_other_modules_are_refused(changes):
    torch = {name: values for name, values in (torch_module("rnn") | changes).items() if values is not None}
    trainer = trainer_of("rnn")
    before = trainer.snapshot()
    with pytest.raises(BadUpload):
        trainer.load_weights(torch)
    assert trainer.snapshot() == before


def test_what_float32_cannot_hold_is_refused():
    torch = torch_module("rnn") | {"head.out.bias": np.full(1, 1e200)}
    with pytest.raises(BadUpload, match="finite"):
        trainer_of("rnn", precision="float32").load_weights(torch)
