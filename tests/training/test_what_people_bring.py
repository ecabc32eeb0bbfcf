"""Files of the kinds that people brought to public issues: each is read right, or refused in words that help."""

import io

import numpy as np
import pytest
from safetensors.numpy import save

from app.errors import BadUpload
from app.training import RunConfig, Trainer

SCALAR = {"hidden_size": 1, "activation": "linear", "batch_size": 1}


def scalar_trainer(inputs, targets, w_hh, **config):
    """One linear unit whose input and output weights are 1: gradients can be computed by hand."""
    column = (1, -1, 1)
    dataset = {"inputs": np.reshape(inputs, column) * 1.0, "targets": np.reshape(targets, column) * 1.0}
    weights = {"rnn.weight_ih_l0": [[1.0]], "rnn.weight_hh_l0": [[w_hh]], "lin.weight": [[1.0]]}
    return Trainer(RunConfig(**SCALAR, **config), dataset, {name: np.array(w) for name, w in weights.items()})


def series(content, **options):
    trainer = Trainer(RunConfig(sequence_length=3))
    trainer.load_series(content, **options)
    return trainer, trainer.task_info()["read"]


def lstm_file(**more):
    """Three units of one input, as PyTorch names them, and a readout."""
    draw = np.random.default_rng(5).standard_normal
    shapes = {"weight_ih_l0": (12, 1), "weight_hh_l0": (12, 3), "bias_ih_l0": (12,), "bias_hh_l0": (12,)}
    tensors = {f"lstm.{name}": draw(shape).astype(np.float32) for name, shape in shapes.items()}
    readout = {"fc.weight": draw((1, 3)).astype(np.float32), "fc.bias": draw(1).astype(np.float32)}
    return {**tensors, **readout, **more}


def adopted(file):
    trainer = Trainer(RunConfig(sequence_length=6))
    trainer.load_weights(save({name: np.ascontiguousarray(values) for name, values in file.items()}), adopt=True)
    return trainer


# Mathematics that was doubted.


def test_one_step_of_a_tanh_rnn_from_a_given_state_is_its_formula():
    x, h0 = np.linspace(-1, 1.1, 30).reshape(3, 1, 10), np.linspace(-0.3, 0.4, 12).reshape(3, 4)
    W_ih, W_hh, b = np.linspace(-0.5, 0.6, 40).reshape(4, 10), np.linspace(-0.7, 0.2, 16).reshape(4, 4), np.ones(4) / 7
    names = {"rnn.weight_ih_l0": W_ih, "rnn.weight_hh_l0": W_hh, "rnn.bias_ih_l0": b, "fc.weight": np.ones((1, 4))}
    data = {"inputs": x, "targets": np.zeros((3, 1, 1)), "h0": h0}
    trainer = Trainer(RunConfig(hidden_size=4), data, names)
    for row in range(3):
        h = trainer.record(probe=row).h[1]
        assert np.allclose(h, np.tanh(W_ih @ x[row, 0] + W_hh @ h0[row] + b), atol=1e-8)


def test_a_gru_resets_after_the_recurrent_product_with_both_biases():
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    draw = np.random.default_rng(3).standard_normal
    W_ih, W_hh, b_ih, b_hh = values = draw((3, 2)), draw((3, 1)), draw(3), draw(3)
    weights = {f"gru.{name}": value for name, value in zip(names, values, strict=True)} | {
        "out.weight": np.ones((1, 1))
    }
    inputs = draw((1, 3, 2))
    trainer = Trainer(RunConfig(cell="gru", hidden_size=1), {"inputs": inputs, "targets": np.zeros((1, 3, 1))}, weights)
    h, found = 0.0, trainer.record().h[:, 0]
    for t in range(3):
        a, u = W_ih @ inputs[0, t] + b_ih, W_hh[:, 0] * h + b_hh
        r, z = 1 / (1 + np.exp(-(a + u)[:2]))
        h = (1 - z) * np.tanh(a[2] + r * u[2]) + z * h
        assert found[t + 1] == pytest.approx(h, rel=1e-6)


def test_the_gradient_is_handed_on_to_the_step_before_and_a_check_sees_where_it_is_not():
    trainer = scalar_trainer([1, 0, 0], [np.nan, np.nan, 0], 0.5)
    record = trainer.step()
    assert record.dh[:, 0].tolist() == [1 / 16, 1 / 8, 1 / 4, 1 / 2]
    assert (record.tensors["grad.W_hh"].item(), record.tensors["grad.W_xh"].item()) == (0.5, 0.125)
    broken = dict(scalar_trainer([1, 0, 0], [np.nan, np.nan, 0], 0.5).check_gradients(broken="drop_carried"))
    assert broken["W_hh"].max_rel_error > 1e-2


def test_clipping_at_each_timestep_adds_the_own_part_first():
    update = {"optimizer": "sgd", "learning_rate": 1.0}
    trainer = scalar_trainer([2, 0], [0, 1], 1.0, clip="timestep", clip_threshold=1.5, **update)
    record = trainer.step()
    assert record.tensors["dh_norm"].tolist() == [6, 6, 2]
    assert record.tensors["dh_norm_used"].tolist() == [1.5, 1.5, 1.5]
    assert trainer.params["W_hh"].item() == 1 - 3, "1.5 at h_2 times h_1, and nothing at h_0"


def test_left_padding_with_zeros_is_no_false_alarm_under_relu():
    inputs = np.zeros((4, 6, 2))
    inputs[:, 3:] = np.random.default_rng(0).standard_normal((4, 3, 2))
    data = {"inputs": inputs, "targets": inputs[:, :, :1]}
    trainer = Trainer(RunConfig(activation="relu", init="orthogonal", hidden_size=5), data)
    for name, check in trainer.check_gradients(samples=40):
        assert (check.max_rel_error is None) == (check.samples == 0), name
        assert check.samples == 0 or check.max_rel_error < 1e-5, name


def test_after_the_last_target_of_a_padded_sequence_the_gradient_is_exactly_0():
    inputs, targets = np.random.default_rng(1).standard_normal((3, 8, 1)), np.full((3, 8), -1)
    inputs[:, 5:] = 0
    targets[:, 4] = [0, 1, 1]
    padded = Trainer(RunConfig(hidden_size=4), {"inputs": inputs, "targets": targets}).record()
    whole = Trainer(RunConfig(hidden_size=4), {"inputs": inputs[:, :5], "targets": targets[:, :5]}).record()
    assert not padded.dh[6:].any()
    assert np.array_equal(padded.dh[:6], whole.dh)
    assert np.array_equal(padded.h[:6], whole.h)


# Tables.


def test_who_copies_the_last_row_of_a_slow_series_has_not_solved_it():
    walk = np.random.default_rng(4).standard_normal(500).cumsum() + 100
    trainer, _ = series("price\n" + "\n".join(f"{value:.4f}" for value in walk))
    scalars = trainer.record().scalars
    known = walk.round(4)[:400]
    assert scalars["persistence"] == pytest.approx(np.square(np.diff(known)).mean() / known.var(), rel=1e-9)
    assert trainer.task_info()["solved_below"] == scalars["persistence"] / 2 < scalars["baseline"]


@pytest.mark.parametrize(("columns", "baseline"), [(("temp", "rain"), 0.5), (("rain",), 0.0)])
def test_a_column_that_never_changes_is_named_and_counts_as_nothing(columns, baseline):
    rows = "\n".join(",".join([f"{10 + i % 7}"] * (len(columns) - 1) + ["0.0"]) for i in range(100))
    trainer, read = series(",".join(columns) + "\n" + rows)
    assert trainer.task_info()["baseline_loss"] == pytest.approx(baseline)
    assert f'The column {len(columns)} ("rain") is constant.' in read["notes"]
    assert np.isfinite(trainer.step().scalars["loss"])


def test_a_file_as_instruments_export_it_opens_without_its_dates_and_empty_ends():
    rows = "".join(f"10/03/2004;{i:02}.00.00;{i},5;1.{i:03},25;;\n" for i in range(10, 24))
    _, read = series(f"Date;Time;CO;T;;\n{rows};;;;;\n;;;;;\n")
    assert (read["columns"], read["rows"]) == (["CO", "T"], 14)
    assert read["first"][0] == [10.5, 1010.25]
    assert {left["why"] for left in read["left_out"]} == {"dates or times", "empty"}


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_thousands_that_were_pasted_from_a_sheet_stay_thousands(separator):
    lines = [f"{900 + 17 * i:,}{separator}{i}" for i in range(30)]
    _, read = series(f"visits{separator}sales\n" + "\n".join(lines))
    assert read["last"][-1] == [1393, 29]
    assert "The comma groups thousands: 1,234 is 1234." in read["notes"]


@pytest.mark.parametrize(
    ("shape", "options", "names"),
    [
        ((40, 2), {}, ["column 1", "column 2"]),
        ((40, 1), {}, ["column 1"]),
        ((40, 2), {"header": "a b"}, ["a", "b"]),
        ((40, 2), {"header": "a,b", "delimiter": ",", "fmt": "%.4f"}, ["a", "b"]),
    ],
)
def test_what_numpy_saves_as_text_is_read(shape, options, names):
    values, file = np.random.default_rng(2).standard_normal(shape), io.BytesIO()
    np.savetxt(file, values, **options)
    _, read = series(file.getvalue())
    assert read["columns"] == names
    assert np.allclose(read["first"], values[:3], atol=1e-4)


@pytest.mark.parametrize("gap", ["NA", "-", "", "nan", "null", "?"])
def test_a_gap_is_refused_with_its_place_and_two_ways_that_keep_the_timing(gap):
    csv = "a,b\n" + "".join(f"{i},{i * i if i != 20 else gap}\n" for i in range(40)) + "\n\n"
    with pytest.raises(BadUpload, match=r'Line 22, column 2 \("b"\)') as refusal:
        series(csv)
    assert [choice.options for choice in refusal.value.choices] == [{"fill": "interpolate"}, {"fill": "previous"}]
    for choice in refusal.value.choices:
        assert series(csv, **choice.options)[1]["rows"] == 40


# Texts.


def test_line_ends_marks_and_encodings_make_no_other_run():
    text = "the river ran\nand the cat sat\n" * 20
    files = [text.encode(), text.replace("\n", "\r").encode(), b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()]
    losses = set()
    for file in (*files, text.encode("utf-16")):
        trainer = Trainer(RunConfig(sequence_length=6))
        trainer.load_text(file)
        losses.add(trainer.step().scalars["loss"])
    assert len(losses) == 1


@pytest.mark.parametrize(("text", "words"), [("abc\0", "Character 4 of the file is NUL"), ("a" * 99, "at least 2")])
def test_what_is_no_text_to_learn_from_is_refused_with_its_place_or_its_remedy(text, words):
    with pytest.raises(BadUpload, match=words):
        Trainer().load_text(text)


# Weights.


@pytest.mark.parametrize("prefix", ["_orig_mod.", "module.", "module._orig_mod."])
def test_weights_of_a_wrapped_module_are_those_of_the_module(prefix):
    plain, wrapped = adopted(lstm_file()), adopted({prefix + name: values for name, values in lstm_file().items()})
    assert all(np.array_equal(plain.params[name], wrapped.params[name]) for name in plain.params)


def test_a_cell_and_a_cell_named_twice_are_the_layer():
    plain, cell = lstm_file(), {name.replace("_l0", ""): values for name, values in lstm_file().items()}
    twice = plain | {name.replace("lstm.", "lstm.0.cell."): values for name, values in cell.items()}
    for file in (cell, twice):
        assert all(np.array_equal(adopted(plain).params[name], values) for name, values in adopted(file).params.items())


def test_half_precision_is_read_and_no_bias_is_a_bias_of_0():
    half = adopted({name: values.astype(np.float16) for name, values in lstm_file().items()})
    assert np.array_equal(half.params["W_hh"].T, lstm_file()["lstm.weight_hh_l0"].astype(np.float16))
    bare = adopted({name: values for name, values in lstm_file().items() if "bias" not in name})
    assert not bare.params["b_h"].any()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"lstm.weight_hr_l0": np.ones((2, 3), np.float32), "lstm.weight_hh_l0": np.ones((12, 2), np.float32)},
            "proj_size 2",
        ),
        ({"norm.weight": np.ones(3, np.float32), "norm.bias": np.ones(3, np.float32)}, "LayerNorm between layers"),
    ],
)
def test_what_this_network_does_not_have_is_named_as_what_it_is(more, words):
    with pytest.raises(BadUpload, match=words):
        adopted(lstm_file(**more))


def test_weights_that_do_not_fit_say_what_they_are_and_offer_to_be_adopted():
    trainer = Trainer()
    with pytest.raises(BadUpload, match="The file is lstm, 3 units, 1 input, 1 output") as refusal:
        trainer.load_weights(save(lstm_file()))
    (choice,) = refusal.value.choices
    trainer.load_weights(save(lstm_file()), **choice.options, name="mine.safetensors")
    assert trainer.config.cell == "lstm"
    assert trainer.record().scalars["weights_from"] == {"name": "mine.safetensors", "iteration": 0}
    trainer.advance()
    again = Trainer.resume(trainer.snapshot())
    assert again.record().scalars["weights_from"] == {"name": "mine.safetensors", "iteration": 0}
    again.reset()
    assert again.record().scalars["weights_from"] is None


# Weights under other names, of other programs, and what else stands in their files.


def refused(file):
    with pytest.raises(BadUpload) as refusal:
        adopted(file)
    return str(refusal.value)


def test_transposed_matrices_are_named_with_the_layer_they_are_of():
    words = refused({name: values.T for name, values in lstm_file().items()})
    assert "nn.LSTM, 3 units, transposed" in words
    assert "value.T.contiguous()" in words
    assert adopted(lstm_file()).config.cell == "lstm"


def test_a_count_of_updates_in_the_file_is_no_weight():
    assert adopted(lstm_file(global_step=np.array(7), epoch=np.array([3]))).config.hidden_size == 3


def test_other_tensors_are_named_with_the_line_that_leaves_them_out():
    assert 'state.pop("scale")' in refused(lstm_file(scale=np.ones(3, np.float32)))


def test_without_any_bias_the_widths_tell_an_embedding_from_the_readout():
    draw = np.random.default_rng(5).standard_normal
    shapes = {"words.weight": (5, 2), "rnn.weight_ih_l0": (12, 2), "rnn.weight_hh_l0": (12, 3), "out.weight": (5, 3)}
    trainer = Trainer(RunConfig(sequence_length=6))
    trainer.load_text("abcde edcba abc de"[:9] + "abcde")
    with pytest.raises(BadUpload, match=r"lstm, 3 units, 5 inputs, 5 outputs, embedding 2"):
        trainer.load_weights({name: draw(shape) for name, shape in shapes.items()}, adopt=True)


@pytest.mark.parametrize(("now", "then"), [("relu", "relu"), ("tanh", "tanh"), ("sigmoid", "tanh")])
def test_of_an_rnn_whose_file_does_not_say_it_a_run_keeps_the_activation_that_pytorch_has_too(now, then):
    names = {"rnn.weight_ih_l0": (3, 1), "rnn.weight_hh_l0": (3, 3), "fc.weight": (1, 3)}
    trainer = Trainer(RunConfig(activation=now, sequence_length=6))
    trainer.load_weights({name: np.full(shape, 0.1) for name, shape in names.items()}, adopt=True)
    assert trainer.config.activation == then
    lstm = Trainer(RunConfig(activation=now, sequence_length=6))
    lstm.load_weights(lstm_file(), adopt=True)
    assert lstm.config.activation == "tanh", "nn.LSTM has no other"


def keras_gru(H=3):
    draw = np.random.default_rng(4).standard_normal
    names = {"kernel": (1, 3 * H), "recurrent_kernel": (H, 3 * H), "bias": (2, 3 * H)}
    layer = {f"gru/gru_cell/{name}:0": draw(shape) for name, shape in names.items()}
    return {**layer, "dense/kernel:0": draw((H, 1)), "dense/bias:0": draw(1)}


def test_a_gru_of_keras_is_named_and_the_lines_that_are_said_give_what_keras_computes():
    file, H = keras_gru(), 3
    words = refused(file)
    assert "Keras's GRU, 3 units, 1 input" in words
    kernel, recurrent_kernel, bias, dense_kernel, dense_bias = file.values()
    o = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    for line in ("kernel[:, o].T", "recurrent_kernel[:, o].T", "bias[0, o]", "numpy.r_[H:2*H, 0:H, 2*H:3*H]"):
        assert line in words
    weights = {
        "rnn.weight_ih_l0": kernel[:, o].T,
        "rnn.weight_hh_l0": recurrent_kernel[:, o].T,
        "rnn.bias_ih_l0": bias[0, o],
        "rnn.bias_hh_l0": bias[1, o],
        "readout.weight": dense_kernel.T,
        "readout.bias": dense_bias,
    }
    x = np.random.default_rng(5).standard_normal((1, 7, 1))
    trainer = Trainer(RunConfig(cell="gru", hidden_size=H), {"inputs": x, "targets": np.zeros((1, 7, 1))}, weights)
    h = np.zeros(H)
    for t, shown in enumerate(trainer.record().h[1:]):
        ours, theirs = x[0, t] @ kernel + bias[0], h @ recurrent_kernel + bias[1]
        z, r = (1 / (1 + np.exp(-(ours + theirs)[part])) for part in (slice(0, H), slice(H, 2 * H)))
        candidate = np.tanh(ours[2 * H :] + r * theirs[2 * H :])
        h = z * h + (1 - z) * candidate
        assert np.allclose(shown, h, atol=1e-6)


def test_a_gru_of_keras_that_resets_before_the_product_has_no_equal():
    file = keras_gru()
    file["gru/gru_cell/bias:0"] = file["gru/gru_cell/bias:0"][0]
    assert "reset_after=False" in refused(file)


def test_the_bytes_of_an_npz_are_weights_and_datasets_too():
    file = io.BytesIO()
    np.savez(file, **lstm_file())
    trainer = Trainer(RunConfig(sequence_length=6))
    trainer.load_weights(file.getvalue(), adopt=True)
    assert np.array_equal(trainer.params["W_hh"], adopted(lstm_file()).params["W_hh"])
    data = io.BytesIO()
    np.savez(data, inputs=np.zeros((2, 3), np.int64), targets=np.array([0, 1]))
    trainer.load_dataset(data.getvalue())
    assert trainer.config.task == "own"
