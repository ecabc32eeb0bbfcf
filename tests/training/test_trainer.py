"""Trainer: real training, real changes to a running network, and one sequence of losses for one seed."""

import numpy as np
import pytest

from app.engine import ACTIVATIONS, CELLS, OPTIMIZERS
from app.errors import BadValue, OutOfRange, UnrollError
from app.tasks import TASKS
from app.training import BREAKS, WATCHABLE, RunConfig, Trainer, WorkspacePool
from app.training.limits import MAX_EDITS

SMALL = {"sequence_length": 10, "hidden_size": 6, "batch_size": 4, "lag": 3}


def small(**fields):
    return Trainer(RunConfig(**{**SMALL, **fields}))


def advanced(trainer, updates=3):
    for _ in range(updates):
        trainer.advance()
    return trainer


def copies(trainer):
    return {name: values.copy() for name, values in trainer.params.items()}


def same(first, second):
    return set(first) == set(second) and all(np.array_equal(first[name], second[name]) for name in first)


# Learning.


def test_the_first_picture_is_lively_within_two_seconds_and_solved_within_twenty():
    trainer = Trainer()
    before = trainer.record({"truncation"})
    advanced(trainer, 60)  # two seconds at the page's speed
    after = trainer.record()
    assert after.loss_per_timestep < 0.75 * before.loss_per_timestep
    assert before.horizon >= trainer.config.lag
    assert after.ln_dh_norm.min() > np.log(1e-3)
    advanced(trainer, 540)
    assert 200 < trainer.solved_at < 600


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", [name for name in TASKS if name != "own"])
def test_every_cell_trains_on_every_task(cell, task):
    trainer = small(cell=cell, task=task)
    record = trainer.step(WATCHABLE)
    assert trainer.iteration == 1
    assert not trainer.diverged
    assert record.flow_residual <= 1e-10
    assert np.isfinite(record.loss)


def test_one_seed_gives_one_sequence_of_losses():
    first, second = small(), small()
    losses = [first.step().loss for _ in range(5)]
    second.record(WATCHABLE)  # looking changes nothing
    assert [second.step({"flow"}).loss for _ in range(5)] == losses
    assert small(seed=4).record().loss != losses[0]


def test_looking_or_not_the_weights_become_the_same():
    looked, unlooked = small(), advanced(small(), 4)
    for _ in range(4):
        looked.step(WATCHABLE, loss_after=True)
    assert same(looked.params, unlooked.params)


def test_trainers_may_share_their_buffers():
    workspaces = WorkspacePool()
    first, second = (Trainer(RunConfig(**SMALL, seed=seed), workspaces=workspaces) for seed in (1, 2))
    for _ in range(3):
        first.record(), second.record(), first.advance(), second.advance()
    assert same(first.params, advanced(small(seed=1)).params)
    assert same(second.params, advanced(small(seed=2)).params)


def test_records_go_on_for_as_long_as_someone_asks():
    trainer = small()
    iterations = [record.iteration for record, _ in zip(trainer.records(), range(4), strict=False)]
    assert iterations == [0, 1, 2, 3]


def test_loss_after_is_the_same_batch_under_the_updated_weights():
    trainer = small(learning_rate=1e-3, clip="none", optimizer="sgd")
    before = copies(trainer)
    record = trainer.step(loss_after=True)
    assert record.loss_after < record.loss
    moved = sum(np.square(trainer.params[name] - before[name]).sum() for name in before)
    assert np.sqrt(moved) == pytest.approx(1e-3 * record.grad_norm)
    assert trainer.record().loss_after is None


@pytest.mark.parametrize("clip", ["none", "norm", "value", "timestep"])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_record_says_how_far_the_last_update_moved_the_weights(clip, precision):
    trainer = small(clip=clip, clip_threshold=0.01, precision=precision)
    assert trainer.record().update_norm is None
    for _ in range(3):
        before = copies(trainer)
        trainer.advance()
        moved = np.concatenate([(trainer.params[name].astype(float) - before[name]).ravel() for name in before])
        assert trainer.record().update_norm == pytest.approx(np.linalg.norm(moved), rel=1e-14)
    trainer.edit("W_hh", (0, 0), 3.0)
    assert trainer.record().update_norm == pytest.approx(np.linalg.norm(moved), rel=1e-14)  # an edit is no update
    trainer.reset()
    assert trainer.record().update_norm is None


def test_a_task_counts_as_solved_after_ten_good_batches_in_a_row():
    trainer = Trainer(RunConfig(lag=0, sequence_length=4, learning_rate=0.02))
    good = 0
    while trainer.solved_at is None and trainer.iteration < 500:
        record = trainer.step()
        good = good + 1 if record.loss_per_timestep < 0.05 else 0
    assert good == 10
    assert trainer.solved_at == record.iteration
    assert record.solved_at is None  # the update that solved it comes after the record
    assert trainer.record().solved_at == trainer.solved_at
    trainer.configure(sequence_length=8)
    assert trainer.solved_at is None
    assert trainer.record().solved_at is None


# What a record says.


def test_a_record_always_holds_what_the_contract_promises():
    record = small(cell="lstm").record()
    assert set(record.tensors) == {
        *("x", "y", "target", "h", "dh", "c", "dc", "loss_t"),
        *("dW_hh_norm", "dW_xh_norm", "dW_hy_norm", "dh_carried_norm"),
        *("dh_norm", "dh_norm_used", "ln_dh_norm", "dc_norm", "dc_norm_used", "ln_dc_norm"),
    }
    assert record.h.shape == record.dh.shape == (11, 6)
    assert {name: values.dtype for name, values in record.tensors.items() if name in ("x", "h", "loss_t")} == {
        "x": np.float32,
        "h": np.float32,
        "loss_t": np.float64,
    }
    assert set(record.scalars) == {
        *("kind", "iteration", "loss", "loss_per_timestep", "accuracy", "baseline", "grad_norm", "clip_scale"),
        *("clip_angle", "clipped_updates", "grad_norms", "loss_after", "iterations_per_second", "flow_residual"),
        *("horizon", "as_of", "dW_hh_sum_norm", "dW_hh_sum_norms", "needed_lag", "solved_at", "update_norm"),
        *("persistence", "validation_loss", "validation_as_of", "finding", "weights_from"),
    }


@pytest.mark.parametrize(
    ("cell", "quantity", "names"),
    [
        ("rnn", "flow", {"ln_flow", "ln_flow_a", "share", "carried_share"}),
        ("lstm", "flow", {"ln_flow", "ln_flow_c", "share", "carried_share", "route_share"}),
        ("gru", "flow", {"ln_flow", "share", "carried_share", "route_share"}),
        ("indrnn", "flow", {"ln_flow", "ln_flow_a", "share", "carried_share"}),
        ("mingru", "flow", {"ln_flow", "share", "carried_share", "route_share"}),
        ("ln_lstm", "flow", {"ln_flow", "ln_flow_c", "share", "carried_share", "route_share"}),
        ("rnn", "gates", set()),
        ("indrnn", "gates", set()),
        ("mingru", "gates", {"gates"}),
        ("indrnn", "weights", {"W_xh", "u_hh", "b_h", "W_hy", "b_y"}),
        ("mingru", "weights", {"W_xh", "b_h", "W_hy", "b_y"}),
        ("ln_lstm", "weights", {"W_xh", "W_hh", "b_h", "g_x", "g_h", "g_c", "b_c", "W_hy", "b_y"}),
        ("indrnn", "spectrum", {"eigenvalues", "singular_values", "jacobian_norm", "lyapunov"}),
        ("mingru", "spectrum", set()),
        ("gru", "gates", {"gates"}),
        ("rnn", "truncation", {"lag_norm", "truncation_cosine"}),
        ("gru", "weights", {"W_xh", "W_hh", "b_h", "b_hn", "W_hy", "b_y"}),
        ("rnn", "gradients", {f"grad.{name}" for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y")}),
        ("lstm", "spectrum", {"eigenvalues", "singular_values", "jacobian_norm", "lyapunov"}),
        ("lstm", "saturation", {"a", "slope_mean"}),
        ("lstm", "sample", {"sample"}),
    ],
)
def test_watching_adds_exactly_what_was_asked_for(cell, quantity, names):
    trainer = small(cell=cell, task="characters")
    plain, watched = trainer.record(), trainer.record({quantity})
    assert set(watched.tensors) - set(plain.tensors) == names
    assert all(np.array_equal(plain.tensors[name], watched.tensors[name]) for name in plain.tensors)


WATCH = {"truncation"}


@pytest.mark.parametrize("iterations", [1, 3])
def test_an_expensive_quantity_may_be_repeated_and_says_of_which_iteration_it_is(iterations):
    trainer = small()
    measured = trainer.record(WATCH)
    for _ in range(iterations):
        trainer.advance()
    repeated, fresh = trainer.record(WATCH, skip_expensive=True), trainer.record(WATCH)
    assert (measured.as_of, repeated.as_of, fresh.as_of) == (0, 0, iterations)
    assert repeated.horizon == measured.horizon
    assert np.array_equal(repeated.lag_norm, measured.lag_norm)
    assert not np.array_equal(fresh.lag_norm, measured.lag_norm)
    assert repeated.dW_hh_sum_norm == fresh.dW_hh_sum_norm  # costs little, and so is always of this iteration
    assert trainer.record().as_of is None


@pytest.mark.parametrize(
    "change",
    [
        lambda trainer: trainer.configure(sequence_length=8),
        lambda trainer: trainer.edit("W_hh", (0, 0), 0.5),
        lambda trainer: trainer.edit("x", (0, 0), 0.5),
        lambda trainer: trainer.show(3),
        lambda trainer: trainer.watch(WATCH),
        lambda trainer: trainer.reset(),
    ],
)
def test_nothing_is_repeated_over_a_change(change):
    trainer = small()
    trainer.record(WATCH)
    trainer.advance()
    change(trainer)
    repeated, fresh = trainer.record(WATCH, skip_expensive=True), trainer.record(WATCH)
    assert repeated.as_of == fresh.as_of == trainer.iteration
    assert np.array_equal(repeated.lag_norm, fresh.lag_norm)


def test_scalars_are_the_batchs_and_grad_norms_add_up():
    trainer = small()
    record = trainer.record({"gradients"})
    squares = [norm**2 for norm in record.grad_norms.values()]
    assert np.sqrt(sum(squares)) == pytest.approx(record.grad_norm)
    assert np.linalg.norm(record.tensors["grad.W_hh"]) == pytest.approx(record.grad_norms["W_hh"])


def test_accuracy_counts_the_timesteps_with_a_target():
    trainer = small(task="parity", optimizer="sgd", learning_rate=0.0)
    assert 0.2 < np.mean([trainer.step().accuracy for _ in range(20)]) < 0.8
    assert small(task="echo").record().accuracy is None


def test_clipping_is_reported_by_scale_angle_and_count():
    record = small(clip="norm", clip_threshold=1e-3).step()
    assert record.clip_scale == pytest.approx(1e-3 / record.grad_norm)
    assert record.clip_angle == 0

    trainer = small(clip="value", clip_threshold=1e-3)
    assert trainer.step().clip_angle > 1
    assert trainer.record().clipped_updates == 1

    trainer = small(clip="timestep", clip_threshold=1e-3)
    record = trainer.step()
    assert record.clip_scale < 1
    assert record.clip_angle > 0
    assert (record.dh_norm_used <= 1e-3 * (1 + 1e-12)).all()
    assert (record.dh_norm_used < record.dh_norm).any()

    for clip in ("none", "norm", "value", "timestep"):
        trainer = small(clip=clip, clip_threshold=1e9)
        record = trainer.step()
        assert (record.clip_scale, record.clip_angle) == (1.0, 0.0)
        assert trainer.record().clipped_updates == 0


@pytest.mark.parametrize("clip", ["none", "norm", "value", "timestep"])
def test_a_gradient_of_zero_has_no_angle(clip):
    still = {"inputs": np.zeros((2, 3, 1)), "targets": np.zeros((2, 3, 1))}
    record = Trainer(RunConfig(clip=clip), still).record()
    assert (record.grad_norm, record.clip_scale, record.clip_angle) == (0.0, 1.0, None)
    assert (record.ln_dh_norm == -np.inf).all()


def test_truncation_leaves_the_picture_whole_and_says_what_is_used():
    full, cut = small(), small(k1=2, k2=3)
    whole, part = full.record({"flow", "gradients"}), cut.record({"flow", "gradients"})
    assert np.array_equal(whole.dh, part.dh)
    assert np.array_equal(whole.ln_flow, part.ln_flow, equal_nan=True)
    assert (part.dh_norm_used != whole.dh_norm)[1:4].all()
    assert np.array_equal(whole.dh_norm, whole.dh_norm_used)
    assert "share_used" in part.tensors
    assert not np.array_equal(whole.tensors["grad.W_hh"], part.tensors["grad.W_hh"])
    assert np.array_equal(whole.tensors["grad.W_hy"], part.tensors["grad.W_hy"])


def test_the_sample_continues_the_probe_the_same_way_every_time():
    trainer = small(task="characters")
    sample = trainer.record({"sample"}).sample
    assert len(sample) >= 50
    assert sample.max() < len(trainer.task.outputs)
    assert np.array_equal(sample, trainer.record({"sample"}).sample)


def test_the_sample_goes_on_from_its_own_last_state_also_where_the_first_one_is_learned():
    """At the beginning a learned initial state is 0, so all is as without one."""
    learned, zero = (
        Trainer(RunConfig(task="characters", hidden_size=8, train_h0=train_h0)).record({"sample"}).tensors["sample"]
        for train_h0 in (True, False)
    )
    assert learned.tolist() == zero.tolist()


def test_how_fast_training_is_comes_from_outside():
    trainer = small()
    trainer.iterations_per_second = 42.0
    assert trainer.record().iterations_per_second == 42.0


# Live changes.


def test_length_and_activation_change_between_two_iterations_with_weights_bit_for_bit():
    trainer = advanced(small())
    before = copies(trainer)
    effects = trainer.configure(sequence_length=60, activation="relu")
    assert (effects.live, effects.restart) == (["sequence_length", "activation"], [])
    assert same(trainer.params, before)
    assert trainer.iteration == 3
    assert trainer.record().dh.shape == (61, 6)


@pytest.mark.parametrize(
    "changes",
    [
        {"lag": 1},
        {"batch_size": 9},
        {"optimizer": "sgd"},
        {"learning_rate": 0.5},
        {"weight_decay": 0.1},
        {"clip": "value"},
        {"clip_threshold": 0.1},
        {"k1": 2, "k2": 4},
        {"loss_reduction": "mean"},
        *({"activation": name} for name in ACTIVATIONS if name != "tanh"),
    ],
    ids=str,
)
def test_every_live_field_keeps_weights_and_moments(changes):
    trainer = advanced(small())
    before, moments = copies(trainer), trainer.snapshot()
    assert trainer.configure(**changes).restart == []
    assert same(trainer.params, before)
    back = {name: RunConfig(**SMALL).model_dump()[name] for name in changes}
    trainer.configure(**back)
    assert (trainer.snapshot() == moments) == ("optimizer" not in changes)
    assert trainer.step().loss > 0


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "adding"},
        {"cell": "gru"},
        {"hidden_size": 7},
        {"init": "xavier"},
        {"seed": 9},
        {"precision": "float32"},
    ],
    ids=str,
)
def test_every_restart_field_begins_again_from_the_seed(changes):
    trainer = advanced(small())
    assert trainer.configure(**changes).restart == list(changes)
    assert trainer.iteration == 0
    assert same(trainer.params, small(**changes).params)


def test_another_optimizer_starts_with_fresh_moments():
    trainer = advanced(small(optimizer="momentum"))
    trainer.configure(optimizer="adam")
    other = advanced(small(optimizer="momentum"))
    other.configure(optimizer="rmsprop")
    other.configure(optimizer="adam")
    assert trainer.snapshot() == other.snapshot()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_updates_every_weight(optimizer):
    trainer = small(optimizer=optimizer)
    before = copies(trainer)
    trainer.advance()
    assert all(not np.array_equal(before[name], values) for name, values in trainer.params.items() if name != "b_y")


def test_a_refused_change_changes_nothing():
    trainer = advanced(small())
    before = trainer.snapshot()
    for changes in ({"learning_rate": 1.0, "k1": 3}, {"seed": -1}, {"task": "own"}, {"nonsense": 1}):
        with pytest.raises(UnrollError):
            trainer.configure(**changes)
    assert trainer.snapshot() == before


def test_reset_draws_the_seeds_weights_again():
    trainer = advanced(small())
    trainer.edit("x", (0, 0), 5.0)
    trainer.reset()
    assert trainer.snapshot() == small().snapshot()


# Edits and probes.


def test_an_edited_weight_is_the_weight():
    trainer = small()
    trainer.edit("W_hh", (2, 3), 0.5)
    assert trainer.params["W_hh"][2, 3] == 0.5
    trainer.edit("b_y", [0], -2)
    assert trainer.params["b_y"][0] == -2


def test_so_many_inputs_are_edited_as_a_snapshot_holds_and_one_more_is_refused():
    trainer = Trainer(RunConfig(task="adding", sequence_length=500, hidden_size=2, batch_size=1))
    trainer._state.edits |= {(t, i): 0.5 for t in range(500) for i in range(2, 12)}
    assert len(trainer._state.edits) == MAX_EDITS
    with pytest.raises(OutOfRange, match="At most 5000 entries of x may be edited"):
        trainer.edit("x", (0, 0), 0.5)
    del trainer._state.edits[0, 2]
    trainer.edit("x", (0, 0), 0.5)
    trainer.edit("x", (0, 0), 1.0)
    assert trainer._state.edits[0, 0] == 1.0


def test_an_edited_input_changes_what_follows_it_and_nothing_else():
    trainer = small()
    before = trainer.record()
    trainer.edit("x", (4, 0), 9.0)
    after = trainer.record()
    assert after.x[4, 0] == 9
    assert np.array_equal(before.h[:5], after.h[:5])
    assert not np.array_equal(before.h[5:], after.h[5:])
    assert before.loss == after.loss  # the training batch is another sequence
    advanced(trainer)
    assert trainer.record().x[4, 0] == 9
    trainer.show(1)
    trainer.show(0)
    assert np.array_equal(trainer.record().x, before.x)


@pytest.mark.parametrize(
    ("tensor", "index", "value", "field", "error"),
    [
        ("W_xx", (0, 0), 1.0, "tensor", BadValue),
        ("W_hh", (0,), 1.0, "index", OutOfRange),
        ("W_hh", (0, 6), 1.0, "index", OutOfRange),
        ("W_hh", (-1, 0), 1.0, "index", OutOfRange),
        ("W_hh", (True, 0), 1.0, "index", OutOfRange),
        ("W_hh", (0.0, 0), 1.0, "index", OutOfRange),
        ("x", (10, 0), 1.0, "index", OutOfRange),
        ("x", (0, 0), 2e6, "value", OutOfRange),
        ("x", (0, 0), float("nan"), "value", OutOfRange),
        ("x", (0, 0), "1", "value", BadValue),
        ("x", (0, 0), True, "value", BadValue),
    ],
)
def test_a_bad_edit_is_refused(tensor, index, value, field, error):
    trainer = small()
    before = trainer.snapshot()
    with pytest.raises(error) as refusal:
        trainer.edit(tensor, index, value)
    assert refusal.value.field == field
    assert trainer.snapshot() == before


@pytest.mark.parametrize("probe", [-1, 2**31, True, 1.0, "1"])
def test_a_bad_probe_is_refused(probe):
    with pytest.raises(UnrollError, match="probe must be"):
        small().show(probe)


def test_unknown_quantities_are_refused():
    with pytest.raises(BadValue, match="quantities must be among gates, flow"):
        small().watch({"everything"})


# The gradient check.


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_check_passes_and_catches_every_classic_bug(cell):
    trainer = advanced(small(cell=cell, precision="float32"))
    before = trainer.snapshot()
    assert all(check.passed for _, check in trainer.check_gradients())
    net = trainer._iterations.runner._workspace("probe", 1).net
    for broken in (name for name, one in BREAKS.items() if one.fits(net)):
        assert not all(check.passed for _, check in trainer.check_gradients(broken=broken)), broken
    assert trainer.snapshot() == before


@pytest.mark.parametrize(
    ("cell", "broken"), [("indrnn", "transpose_W_hh"), ("mingru", "transpose_W_hh"), ("mingru", "stale_h")]
)
def test_a_bug_that_a_cell_has_no_place_for_is_refused(cell, broken):
    with pytest.raises(BadValue, match=f"{broken} needs .*cell = {cell}.*Try one of drop_carried") as refusal:
        small(cell=cell).check_gradients(broken=broken)
    assert refusal.value.field == "break"


@pytest.mark.parametrize("wrong", [{"samples": 0}, {"samples": 101}, {"samples": 2.0}, {"broken": "everything"}])
def test_a_bad_check_is_refused(wrong):
    with pytest.raises(UnrollError, match="must be"):
        small().check_gradients(**wrong)


@pytest.mark.parametrize("broken", ["everything", ["stale_h"], 5])
def test_a_bug_that_nobody_knows_is_refused_before_any_buffer_is_built(broken):
    workspaces = WorkspacePool()
    with pytest.raises(BadValue, match="break must be one of drop_carried") as refusal:
        Trainer(RunConfig(**SMALL), workspaces=workspaces).check_gradients(broken=broken)
    assert refusal.value.field == "break"
    assert workspaces.nbytes == 0


@pytest.mark.parametrize(("broken", "needs"), [("wrong_slope", "tanh"), ("forget_gate_dropped", "lstm")])
def test_a_break_that_this_network_cannot_have_is_refused_with_what_it_needs(broken, needs):
    with pytest.raises(BadValue, match=f"{broken} needs .*{needs}.* cell = rnn, activation = relu") as refusal:
        small(activation="relu").check_gradients(broken=broken)
    assert refusal.value.field == "break"


def test_a_step_shows_the_gradients_its_update_used():
    trainer = Trainer(RunConfig(optimizer="sgd", clip="none", learning_rate=0.5))
    before = trainer.params["W_hh"].copy()
    record = trainer.step(watch={"flow"})
    np.testing.assert_allclose(trainer.params["W_hh"], before - 0.5 * record.tensors["grad.W_hh"], rtol=0, atol=1e-15)
