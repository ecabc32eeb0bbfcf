"""Runs of several layers, both directions, an embedding, learned initial states: records, changes, files, refusals."""

import re

import numpy as np
import pytest

from app.engine import CELLS, Network, all_adjoints, all_flows
from app.errors import OutOfRange, UnrollError
from app.training import RunConfig, Trainer
from app.training import snapshot as files
from app.training.architecture import architecture_of
from app.training.pytorch import to_torch

SMALL = {"sequence_length": 9, "hidden_size": 5, "batch_size": 4, "lag": 2}
SHAPES = [
    {"num_layers": 2},
    {"num_layers": 3, "train_h0": True},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True, "train_h0": True},
    {"num_layers": 2, "task": "temporal_order", "embedding_size": 3, "sequence_length": 12},
]
WATCH = {"flow", "gates", "weights", "gradients", "saturation", "spectrum", "truncation", "distributions"}


def named(shape):
    return " ".join(f"{name}={value}" for name, value in shape.items())


every_shape = pytest.mark.parametrize("shape", SHAPES, ids=named)


def trainer(cell="lstm", **fields):
    return Trainer(RunConfig(cell=cell, **{**SMALL, **fields}))


@every_shape
@pytest.mark.parametrize("cell", CELLS)
def test_a_record_holds_what_is_announced_for_every_layer_and_direction(cell, shape):
    run = trainer(cell, **shape)
    record = run.step(WATCH)
    announced = run.tensors(WATCH)
    assert {name: (values.shape, str(values.dtype)) for name, values in record.tensors.items()} == announced
    assert record.scalars["flow_residual"] <= 1e-10
    top = f"_l{shape['num_layers']}" if shape.get("num_layers", 1) > 1 else ""
    assert f"dh_norm{top}" in record.tensors
    assert (f"ln_flow{top}_reverse" in record.tensors) == shape.get("bidirectional", False)


@every_shape
@pytest.mark.parametrize("cell", CELLS)
def test_an_update_makes_the_loss_of_its_own_batch_smaller(cell, shape):
    run = trainer(cell, optimizer="sgd", learning_rate=1e-3, clip="norm", clip_threshold=1.0, **shape)
    record = run.step(loss_after=True)
    assert record.loss_after < record.loss
    learned = [values for name, values in run.params.items() if name.startswith(("h0", "c0"))]
    assert len(learned) == len([name for name in run.params if name.startswith(("h0", "c0"))])
    assert all(values.any() for values in learned)


@every_shape
@pytest.mark.parametrize("clip", ["timestep", "norm"])
def test_a_snapshot_goes_on_bit_for_bit(shape, clip):
    run = trainer(clip=clip, clip_threshold=0.05, **shape)
    for _ in range(3):
        run.step()
    again = Trainer.resume(run.snapshot())
    assert [run.step().loss for _ in range(3)] == [again.step().loss for _ in range(3)]
    assert run.snapshot() == again.snapshot()


def test_a_snapshot_of_before_resumes_with_one_layer(monkeypatch):
    run = trainer()
    fields = {name for name in RunConfig.model_fields if name not in files.LATER_FIELDS}
    old = RunConfig.model_dump
    monkeypatch.setattr(
        RunConfig, "model_dump", lambda self: {name: value for name, value in old(self).items() if name in fields}
    )
    blob = run.snapshot()
    monkeypatch.undo()
    resumed = Trainer.resume(blob)
    assert resumed.config == run.config
    assert [run.step().loss for _ in range(2)] == [resumed.step().loss for _ in range(2)]


def test_layer_1_and_the_readout_start_as_they_would_alone():
    alone, deep = trainer().params, trainer(num_layers=3, train_h0=True).params
    assert all((deep[name] == alone[name]).all() for name in alone)


@pytest.mark.parametrize("k", [(2, 4), (9, 10)])
def test_what_truncation_leaves_stands_beside_every_layer(k):
    record = trainer("rnn", num_layers=2, k1=k[0], k2=k[1]).record({"flow"})
    for ending in ("", "_l2"):
        same = np.allclose(record.tensors[f"dh_norm_used{ending}"], record.tensors[f"dh_norm{ending}"])
        assert same == (k == (9, 10))
        used = record.tensors[f"share_used{ending}"]
        assert np.nansum(used, axis=0)[-1] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("field", "value", "others"),
    [
        ("bidirectional", True, {"task": "sine"}),
        ("bidirectional", True, {"task": "characters"}),
        ("embedding_size", 4, {"task": "echo"}),
        ("embedding_size", 4, {"task": "sine"}),
        ("num_layers", 5, {}),
        ("embedding_size", 65, {"task": "copy"}),
    ],
)
def test_what_a_task_cannot_have_is_refused_naming_the_field(field, value, others):
    run = trainer(**others)
    with pytest.raises(OutOfRange) as refused:
        run.configure(**{field: value})
    assert refused.value.field == field
    assert "Try" in str(refused.value) or "from" in str(refused.value)
    run.step()


def test_truncation_is_refused_with_two_directions_whichever_comes_first():
    run = trainer(bidirectional=True)
    with pytest.raises(OutOfRange, match="two directions"):
        run.configure(k1=2, k2=4)
    run = trainer(k1=2, k2=4)
    with pytest.raises(OutOfRange, match="two directions"):
        run.configure(bidirectional=True)


def test_a_learned_initial_state_is_refused_where_the_data_bring_theirs():
    rng = np.random.default_rng(0)
    data = {
        "inputs": rng.standard_normal((4, 6, 2)),
        "targets": rng.integers(0, 2, (4, 6)),
        "h0": rng.standard_normal((4, 5)),
    }
    run = Trainer(RunConfig(hidden_size=5), dataset=data)
    with pytest.raises(OutOfRange) as refused:
        run.configure(train_h0=True)
    assert refused.value.field == "train_h0"


def test_tokens_can_be_embedded_and_numbers_cannot():
    rng = np.random.default_rng(0)
    tokens = {"inputs": rng.integers(0, 7, (4, 6)), "targets": rng.integers(0, 2, (4, 6))}
    run = Trainer(RunConfig(hidden_size=5), dataset=tokens)
    run.configure(embedding_size=3)
    assert run.params["W_emb"].shape == (7, 3)
    run.step()


@every_shape
@pytest.mark.parametrize("cell", CELLS)
def test_a_sound_network_passes_the_gradient_check(cell, shape):
    run = trainer(cell, **shape)
    result = dict(run.check_gradients(samples=2))
    assert set(result) == set(run.params)
    assert all(tensor.passed for tensor in result.values()), result


@every_shape
@pytest.mark.parametrize("broken", ["drop_carried", "no_accumulation", "stale_h", "transpose_W_hh"])
def test_the_gradient_check_catches_a_bug_in_any_such_network(broken, shape):
    result = dict(trainer(**shape).check_gradients(samples=12, broken=broken))
    assert not result["W_hh"].passed


def test_a_divergence_names_the_layer():
    run = trainer("rnn", activation="linear", num_layers=2, clip="none")
    for unit in range(5):
        run.edit("W_hh", (unit, unit), 0.0)
        run.edit("W_hh_l2", (unit, unit), 1e6)
        for output in range(run.params["W_hy"].shape[1]):
            run.edit("W_hy", (unit, output), 0.0)
    run.configure(sequence_length=100)
    run.record()
    assert run.divergence is not None
    assert run.divergence.quantity == "h_l2"
    assert run.divergence.unit is not None
    assert "in layer 2" in run.divergence.cause


def test_more_layers_cost_more():
    one, two = (trainer(num_layers=layers) for layers in (1, 2))
    assert one.params.keys() < two.params.keys()
    with pytest.raises(UnrollError) as refused:
        Trainer(RunConfig(**{**SMALL, "num_layers": 4, "sequence_length": 500, "hidden_size": 256}), max_cost=10**8)
    assert "4 layers" in str(refused.value)


DEEP = [
    {"num_layers": 2},
    {"bidirectional": True},
    {"num_layers": 3, "bidirectional": True, "train_h0": True},
    {"num_layers": 2, "task": "temporal_order", "embedding_size": 3, "sequence_length": 12},
]


@pytest.mark.parametrize("shape", DEEP, ids=named)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_weights_go_out_and_come_back_to_the_last_bit_into_a_run_that_adopts_them(cell, shape):
    run = trainer(cell, **shape)
    for _ in range(3):
        run.step()
    other = trainer("rnn", **{name: value for name, value in shape.items() if name in ("task", "sequence_length")})
    other.load_weights(run.export_weights(), adopt=True)
    for field in ("cell", "num_layers", "bidirectional", "embedding_size", "train_h0"):
        assert getattr(other.config, field) == getattr(run.config, field)
    for name, values in run.params.items():
        np.testing.assert_array_equal(other.params[name], values, err_msg=name)


def test_a_file_of_two_layers_says_what_helps_in_a_run_of_one():
    with pytest.raises(UnrollError, match=r"2 layers.*`adopt` sets num_layers to 2"):
        trainer().load_weights(trainer(num_layers=2).export_weights())


def test_a_file_without_learned_initial_states_starts_a_run_that_has_them_from_zeros():
    run = trainer(train_h0=True)
    run.step()
    run.load_weights(trainer().export_weights())
    assert not run.params["h0"].any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rnn.weight_hh_l1": None}, 'lacks "rnn.weight_hh_l1"'),
        ({"rnn.weight_ih_l1": np.ones((20, 3))}, r"\(20, 5\); it is \(20, 3\)"),
    ],
)
def test_layers_that_do_not_fit_each_other_are_refused(change, said):
    run = trainer(num_layers=2)
    tensors = {name: values for name, values in to_torch(run.params).items() if change.get(name, values) is not None}
    with pytest.raises(UnrollError, match=said):
        run.load_weights(tensors | {name: values for name, values in change.items() if values is not None})


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_below_two_directions_a_gradient_far_below_the_smallest_number_is_exact(cell):
    # Only the last output has a loss, which the reverse direction above sends on at the last timestep alone: at all
    # others it sends exactly 0, and the forward direction 10^-3 less at each step.
    fields = {"task": "adding", "sequence_length": 150, "hidden_size": 6, "init": "normal", "gain": 1e-3}
    run = Trainer(RunConfig(cell=cell, num_layers=2, bidirectional=True, forget_bias=-7.0, **fields))
    record = run.record({"flow"})
    assert record.ln_dh_norm[1] < np.log(1e-308)
    assert record.flow_residual <= 1e-10
    for ending in ("", "_reverse"):
        from_the_only_loss = record.tensors[f"ln_flow{ending}"][-1]
        np.testing.assert_allclose(record.tensors[f"ln_dh_norm{ending}"], from_the_only_loss, rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("shape", [{}, {"num_layers": 2}, {"num_layers": 2, "bidirectional": True}], ids=named)
@pytest.mark.parametrize("cell", CELLS)
def test_losses_with_next_to_no_gradient_flow_back_as_larger_ones_do(cell, shape):
    def flow_of(size):  # the readout and its targets alike, so that every gradient is times the square of it
        data = {"inputs": np.random.default_rng(1).standard_normal((1, 20, 2)), "targets": np.full((1, 20, 1), size)}
        run = Trainer(RunConfig(cell=cell, hidden_size=4, gain=0.3, forget_bias=-2.0, **shape), dataset=data)
        run.params["W_hy"][...] = size * np.sign(run.params["W_hy"])
        return run.record({"flow"})

    usual, tiny = flow_of(1e-20), flow_of(1e-145)
    assert tiny.flow_residual <= 1e-10
    for name, values in usual.tensors.items():
        if name.startswith("ln_"):
            np.testing.assert_allclose(tiny.tensors[name], values - 250 * np.log(10), atol=2e-4, err_msg=name)
        elif name.startswith(("share", "carried_share", "above_share", "route_share")):
            np.testing.assert_allclose(tiny.tensors[name], values, rtol=1e-4, atol=1e-4, err_msg=name)


LENGTHS = np.array([3, 6, 1, 4])


def of_different_lengths(cell, **fields):
    """A run in both directions of sequences that end early, and the same data."""
    rng = np.random.default_rng(0)
    data = {"inputs": rng.standard_normal((4, 6, 2)), "targets": rng.integers(0, 2, (4, 6)), "lengths": LENGTHS}
    run = Trainer(RunConfig(cell=cell, hidden_size=5, batch_size=4), dataset=data)
    run.configure(bidirectional=True, **fields)
    return run, data


def alone(run, data, which):
    """The same network at one of the sequences, as long as that is."""
    L = LENGTHS[which]
    net = Network(architecture_of(run.config, run.task), "tanh", "cross_entropy", L, 1)
    net.forward(run.params, data["inputs"][which, :L, None], data["targets"][which, :L, None])
    return net


@pytest.mark.parametrize("shape", [{}, {"num_layers": 2}, {"num_layers": 2, "train_h0": True}], ids=named)
@pytest.mark.parametrize("cell", CELLS)
def test_a_reverse_direction_begins_where_each_sequence_ends(cell, shape):
    run, data = of_different_lengths(cell, **shape)
    for name, values in run.params.items():
        if name.startswith(("h0", "c0")):
            values[:] = np.linspace(-0.5, 0.5, len(values))
    record = run.record({"gradients"})
    nets = [alone(run, data, which) for which in range(4)]
    assert record.loss == pytest.approx(np.mean([net.objective() for net in nets]), rel=1e-12)
    gradients = [net.backward() for net in nets]
    for name in run.params:
        mean = np.mean([each[name] for each in gradients], axis=0)
        np.testing.assert_allclose(record.tensors[f"grad.{name}"], mean, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("shape", [{}, {"num_layers": 2}], ids=named)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("which", [0, 2])
def test_what_is_shown_of_a_reverse_direction_ends_with_its_sequence(cell, shape, which):
    run, data = of_different_lengths(cell, **shape)
    run.show(which)
    record, L = run.record(WATCH), LENGTHS[which]
    net = alone(run, data, which)
    adjoints = all_adjoints(net)
    flows = all_flows(net, adjoints)
    assert record.flow_residual <= 1e-10
    for ending in (name for name in net.layers if name.endswith("_reverse")):
        for name, own in (
            ("h", net.views[ending].h[:, 0]),
            ("dh", net.views[ending].dh[:, 0]),
            ("ln_flow", flows[ending].ln_flow),
            ("share", flows[ending].share),
        ):
            shown = record.tensors[f"{name}{ending}"]
            within = shown[:L, : L + 1] if name in ("ln_flow", "share") else shown[: L + 1]
            beyond = shown[:, L + 1 :] if name in ("ln_flow", "share") else shown[L + 1 :]
            np.testing.assert_allclose(within, own, rtol=1e-4, atol=1e-6, err_msg=name + ending)
            assert np.isnan(beyond).all()
    np.testing.assert_allclose(record.y[:L], net.y[:, 0], rtol=1e-5, atol=1e-6)
    assert np.isnan(record.y[L:]).all()
    assert {name for name, values in record.tensors.items() if values.shape == run.tensors(WATCH)[name][0]} == set(
        record.tensors
    )


@pytest.mark.parametrize("cell", ["rnn", "indrnn"])
def test_the_ledger_of_a_reverse_direction_has_no_column_for_the_state_it_begins_with(cell):
    run, _ = of_different_lengths(cell)
    for which, L in enumerate(LENGTHS):
        ledger = run.record({"flow"}, probe=which).tensors["ln_flow_a_reverse"]
        assert np.isnan(ledger[:, L:]).all()
        assert not np.isnan(ledger[0, :L]).any()


def test_the_gradient_check_passes_at_sequences_of_different_lengths():
    run, _ = of_different_lengths("gru", num_layers=2, train_h0=True)
    assert all(check.passed for check in dict(run.check_gradients(samples=3)).values())
    assert not dict(run.check_gradients(samples=12, broken="stale_h"))["W_hh_l2_reverse"].passed


def test_a_snapshot_of_sequences_of_different_lengths_goes_on_bit_for_bit():
    run, _ = of_different_lengths("lstm", precision="float32")
    run.step()
    again = Trainer.resume(run.snapshot(dataset=True))
    assert [run.step().loss for _ in range(2)] == [again.step().loss for _ in range(2)]


@every_shape
@pytest.mark.parametrize("cell", CELLS)
def test_the_norm_of_the_sum_of_parts_is_told_of_every_layer_and_direction(cell, shape):
    run = trainer(cell, **shape)
    record = run.record({"truncation", "weights"})
    probe = record.scalars["dW_hh_sum_norms"]
    recurrent = CELLS[cell].recurrent.name
    assert list(probe) == [name for name in run.params if re.fullmatch(recurrent + r"(_l\d)?(_reverse)?", name)]
    assert np.hypot.reduce(list(probe.values())) == pytest.approx(record.dW_hh_sum_norm, rel=1e-12)
    for name, size in probe.items():
        parts = record.tensors[f"dW_hh_norm{name.removeprefix(recurrent)}"]
        assert 0 < size <= parts.sum() * (1 + 1e-12), "no sum is longer than its parts one after the other"


@pytest.mark.parametrize(
    ("shape", "quantity", "length"),
    [
        ({"num_layers": 2}, "h_l2", lambda t: t - 1),
        ({"bidirectional": True}, "h_reverse", lambda t: 100 - t),
    ],
    ids=["two layers", "both directions"],
)
def test_an_overflow_of_any_layer_is_helped_by_what_helps_the_forward_pass(shape, quantity, length):
    """Not by clipping, which acts on gradients; the reverse direction is cut where its reading was finite."""
    task = {"task": "temporal_order", "sequence_length": 100}  # whose one loss comes after all of it
    run = trainer("rnn", activation="linear", clip="none", **task, **shape)
    run.edit(quantity.replace("h_", "W_hh_"), (0, 0), 1e6)
    run.record()
    assert run.divergence is not None
    assert run.divergence.quantity == quantity
    t = run.divergence.timestep
    remedies = run.divergence.record.finding["remedies"]
    assert [one["changes"] for one in remedies] == [{"activation": "tanh"}, {"sequence_length": length(t)}]
