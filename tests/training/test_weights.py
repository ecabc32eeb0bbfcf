"""PyTorch's weights come in and go out; a second road, written as PyTorch's own equations, agrees."""

import json

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from app.errors import BadUpload, BadValue, UnrollError
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
    "a number instead of a matrix": {"net.weight_hh_l0": np.array(1.0)},
    "a number instead of a bias": {"net.bias_hh_l0": np.array(1.0)},
    "no units": {"net.weight_hh_l0": np.zeros((0, 0))},
    "twice as many rows as columns": {"net.weight_hh_l0": np.zeros((10, 5))},
    "biases of others": {"net.bias_ih_l0": np.zeros(4)},
    "a readout of others": {"head.out.weight": np.zeros((1, 6))},
    "two biases of the readout": {"other.bias": np.zeros(1)},
    "a readout's bias of others": {"head.out.bias": np.zeros(2)},
    "one tensor twice, with other numbers": {"module.net.weight_hh_l0": np.zeros((5, 5))},
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


def renamed(torch, change):
    return {change(name): values for name, values in torch.items()}


def normed(torch):
    """Weights as weight_norm keeps them: sizes and directions of rows."""
    v = 3.0 * torch["net.weight_hh_l0"]
    rest = {name: values for name, values in torch.items() if name != "net.weight_hh_l0"}
    return rest, np.linalg.norm(torch["net.weight_hh_l0"], axis=1, keepdims=True), v


def parametrized(torch):
    rest, g, v = normed(torch)
    name = "net.parametrizations.weight_hh_l0.original"
    return rest | {f"{name}0": g, f"{name}1": v}


def parametrized_before_2_0(torch):
    rest, g, v = normed(torch)
    return rest | {"net.weight_hh_l0_g": g, "net.weight_hh_l0_v": v}


EQUIVALENT = {
    "DataParallel": lambda torch: renamed(torch, "module.{}".format),
    "torch.compile": lambda torch: renamed(torch, "_orig_mod.{}".format),
    "both": lambda torch: renamed(torch, "module._orig_mod.{}".format),
    "a module in a module": lambda torch: renamed(torch, "model.encoder.0.{}".format),
    "no prefixes at all": lambda torch: renamed(torch, lambda name: name.rpartition(".")[2]),
    "a cell": lambda torch: renamed(torch, lambda name: name.removesuffix("_l0")),
    "a cell under a second name": lambda torch: (
        torch | {f"net.0.cell.{name[4:-3]}": values for name, values in torch.items() if name.endswith("_l0")}
    ),
    "a readout under a second name": lambda torch: (
        torch | {"copy.weight": torch["head.out.weight"], "copy.bias": torch["head.out.bias"]}
    ),
    "weight dropout": lambda torch: (
        torch | {"net.weight_hh_l0_raw": torch["net.weight_hh_l0"], "net.weight_hh_l0": np.zeros((5, 5))}
    ),
    "weight dropout around the layer": lambda torch: {
        **renamed(torch, lambda name: name.replace("net.weight_hh_l0", "net.weight_hh_l0_raw")),
        "net.module.weight_hh_l0": np.zeros((5, 5)),
        "net.module.weight_ih_l0": torch["net.weight_ih_l0"],
    },
    "a learned state of zeros": lambda torch: torch | {"h0": np.zeros((1, 1, 5))},
    "weight_norm": parametrized,
    "weight_norm before PyTorch 2.0": parametrized_before_2_0,
}


@pytest.mark.parametrize("written", EQUIVALENT.values(), ids=EQUIVALENT.keys())
def test_the_same_network_written_in_another_way_is_the_same_network(written):
    torch = torch_module("rnn")
    trainer, plain = trainer_of("rnn", seed=1), trainer_of("rnn", seed=2)
    plain.load_weights(torch)
    trainer.load_weights(written(torch))
    for name, values in plain.params.items():
        np.testing.assert_allclose(trainer.params[name], values, rtol=1e-14, atol=0)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_every_number_of_every_precision_is_kept(dtype):
    torch = torch_module("lstm", dtype=dtype)
    trainer = trainer_of("lstm")
    trainer.load_weights(save(torch))
    assert np.array_equal(trainer.params["W_xh"], torch["net.weight_ih_l0"].T)


BEYOND = {
    "5 layers": (
        {f"net.weight_{way}_l{layer}": (5, 5) for layer in range(1, 5) for way in ("ih", "hh")},
        "num_layers=4",
    ),
    "proj_size 5": ({"net.weight_hr_l0": (5, 5)}, "proj_size=0"),
    "LayerNorm between layers": ({"norm.weight": (5,), "norm.bias": (5,)}, "nn.Identity()"),
    "BatchNorm between layers": ({"bn.weight": (5,), "bn.running_mean": (5,)}, "nn.Identity()"),
    "3 heads": ({"b.weight": (2, 5), "b.bias": (2,), "c.weight": (3, 5), "c.bias": (3,)}, "state.pop("),
    "2 nn.Linear": ({"hidden.weight": (5, 8), "hidden.bias": (5,)}, "one nn.Linear"),
    "a learned h0 of (3, 5)": ({"h0": (3, 5)}, 'state.pop("h0")'),
    "a learned c0": ({"c0": (1, 1, 5)}, 'state.pop("c0")'),
    "a convolution": ({"conv.weight": (4, 2, 3)}, "nn.Identity()"),
    "attention": ({"attend.in_proj_weight": (15, 5)}, "attend"),
    'a tensor "scale"': ({"scale": (3,)}, "Save only"),
}


@pytest.mark.parametrize("what", BEYOND)
def test_what_cannot_be_taken_is_named_as_what_it_is_with_what_helps(what):
    shapes, helps = BEYOND[what]
    torch = torch_module("rnn") | {name: np.full(shape, 0.5) for name, shape in shapes.items()}
    trainer = trainer_of("rnn")
    before = trainer.snapshot()
    with pytest.raises(BadUpload) as refusal:
        trainer.load_weights(torch)
    assert what in str(refusal.value)
    assert helps in str(refusal.value)
    assert trainer.snapshot() == before


@pytest.mark.parametrize("cells", [False, True], ids=["modules", "cells"])
def test_of_two_modules_in_a_row_the_line_is_said_that_makes_two_layers_of_them(cells):
    lower = torch_module("rnn")
    upper = torch_module("rnn", seed=1) | {"net.weight_ih_l0": np.random.default_rng(2).standard_normal((H, H))}
    state = {name.replace("net.", "lower."): values for name, values in lower.items()}
    state |= {name.replace("net.", "upper."): values for name, values in upper.items() if name.startswith("net.")}
    if cells:
        state = renamed(state, lambda name: name.removesuffix("_l0"))
    with pytest.raises(BadUpload, match=r"2 recurrent modules .* one module of 2 layers") as refusal:
        trainer_of("rnn").load_weights(state)
    line = str(refusal.value).partition("2 layers: state = ")[2].removesuffix(".")
    trainer = trainer_of("rnn", num_layers=2)
    trainer.load_weights(eval(line, {"state": state}))
    np.testing.assert_array_equal(trainer.params["W_hh"], lower["net.weight_hh_l0"].T)
    np.testing.assert_array_equal(trainer.params["W_xh_l2"], upper["net.weight_ih_l0"].T)
    np.testing.assert_array_equal(trainer.params["W_hy"], lower["head.out.weight"].T)


def test_modules_that_do_not_fit_one_on_the_other_are_not_said_to_be_layers():
    other = {name.replace("net.", "other."): values for name, values in torch_module("rnn", seed=1).items()}
    with pytest.raises(BadUpload, match="2 recurrent modules") as refusal:
        trainer_of("rnn").load_weights(torch_module("rnn") | other)
    assert "2 layers" not in str(refusal.value)


def test_everything_in_the_way_is_named_at_once():
    torch = torch_module("rnn") | {"net.weight_hr_l0": np.ones((5, 5)), "norm.weight": np.ones(5), "h0": np.ones(6)}
    with pytest.raises(BadUpload, match=r"proj_size 5, a learned h0 of \(6,\) and LayerNorm between layers"):
        trainer_of("rnn").load_weights(torch)


def test_a_readout_tied_to_an_embedding_is_told_from_a_readout():
    torch = torch_module("rnn")
    torch |= {"net.weight_ih_l0": np.ones((5, 5)), "head.out.bias": np.ones(7), "encoder.weight": np.ones((7, 5))}
    del torch["head.out.weight"]
    with pytest.raises(BadUpload, match="an embedding of 7 × 5 tied to the readout"):
        trainer_of("rnn").load_weights(torch)


def test_another_size_is_refused_with_what_the_file_is_what_the_run_is_and_what_helps():
    trainer = trainer_of("rnn")
    with pytest.raises(BadUpload) as refusal:
        trainer.load_weights(torch_module("lstm"))
    words = str(refusal.value)
    assert "The file is lstm, 5 units, 2 inputs, 1 output; the run is rnn, 5 units, 2 inputs, 1 output" in words
    assert "`adopt`" in words
    assert refusal.value.field == "adopt"


def test_where_inputs_differ_adopting_is_no_help_and_is_not_offered():
    with pytest.raises(BadUpload, match="own data with 2 inputs and 1 output would fit") as refusal:
        Trainer(RunConfig(hidden_size=H, task="temporal_order")).load_weights(torch_module("rnn"))
    assert "adopt" not in str(refusal.value)
    assert refusal.value.field is None


@pytest.mark.parametrize("cell", GATES)
def test_a_run_can_adopt_the_shape_of_the_file(cell):
    torch = torch_module(cell)
    trainer = Trainer(RunConfig(hidden_size=3, activation="sigmoid", seed=7), sequences())
    trainer.advance()
    trainer.load_weights(torch, adopt=True)
    assert (trainer.config.cell, trainer.config.hidden_size, trainer.config.activation) == (cell, H, "tanh")
    assert trainer.config.seed == 7
    assert trainer.iteration == 0
    plain = trainer_of(cell, seed=7)
    plain.load_weights(torch)
    assert trainer.step().loss == plain.step().loss


@pytest.mark.parametrize("metadata", [{"nonlinearity": "relu"}, {"unroll": '{"activation": "relu"}'}])
def test_an_adopted_activation_is_the_one_the_file_says_it_has(metadata):
    trainer = trainer_of("rnn")
    trainer.load_weights(save(torch_module("rnn"), metadata), adopt=True)
    assert trainer.config.activation == "relu"


@pytest.mark.parametrize("limits", [{"max_cost": 2_000_000}, {}])
def test_what_cannot_be_adopted_changes_nothing(limits):
    trainer = Trainer(RunConfig(hidden_size=2, task="echo", batch_size=1), **limits)
    before = trainer.snapshot()
    rng = np.random.default_rng(0)
    shapes = {"r.weight_ih_l0": (1024, 3), "r.weight_hh_l0": (1024, 256), "out.weight": (2, 256)}
    with pytest.raises(UnrollError):
        trainer.load_weights({name: rng.standard_normal(shape) for name, shape in shapes.items()}, adopt=True)
    assert trainer.snapshot() == before


def test_a_snapshot_is_told_from_weights():
    trainer = trainer_of("rnn")
    with pytest.raises(BadUpload, match="This is a snapshot"):
        trainer.load_weights(trainer.snapshot())


@pytest.mark.parametrize(("cell", "activation"), [("rnn", "sigmoid"), ("lstm", "relu"), ("gru", "linear")])
def test_what_pytorch_would_compute_otherwise_is_not_exported(cell, activation):
    with pytest.raises(BadValue, match=activation) as refusal:
        trainer_of(cell, activation=activation).export_weights()
    assert refusal.value.field == "activation"


@pytest.mark.parametrize("cell", ["indrnn", "mingru", "ln_lstm"])
def test_a_cell_that_pytorch_does_not_have_is_neither_exported_nor_filled_from_its_files(cell):
    trainer = trainer_of(cell)
    with pytest.raises(BadValue, match=f"PyTorch has no module that computes what the cell {cell} does") as refusal:
        trainer.export_weights()
    assert refusal.value.field == "cell"
    before = trainer.snapshot()
    with pytest.raises(BadUpload, match=f"The file is rnn.* the run is {cell}.* PyTorch has no module for") as refusal:
        trainer.load_weights(trainer_of("rnn").export_weights())
    assert refusal.value.field == "adopt"
    assert trainer.snapshot() == before
    trainer.load_weights(trainer_of("rnn").export_weights(), adopt=True)
    assert trainer.config.cell == "rnn"


PATHS = ("", "net.", "emb.", "a.module.", "net.parametrizations.weight_hh_l0.")
LAST = (
    *("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "weight_hh", "weight_hh_l0_reverse", "weight_hr_l0"),
    *("weight", "bias", "h0", "original0", "original1", "weight_hh_l0_g", "weight_hh_l0_v", "weight_raw"),
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(PATHS), st.sampled_from(LAST)).map("".join),
        st.lists(st.integers(0, 4), max_size=3),
        max_size=8,
    )
)
def test_any_tensors_are_recognised_or_refused(shapes):
    try:
        trainer_of("rnn").load_weights({name: np.full(shape, 0.25) for name, shape in shapes.items()})
    except UnrollError:
        return
