"""A number that is not finite stops the run, is named, is undone, and is not the end."""

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training import WATCHABLE, RunConfig, Trainer

FLOOD = {"activation": "relu", "init": "normal", "gain": 1e15, "task": "adding", "lag": 3}


def run_until_divergence(trainer, most=2000):
    while not trainer.diverged and trainer.iteration < most:
        trainer.advance()
    return trainer.divergence


def test_an_overflow_at_the_start_is_named_by_quantity_timestep_and_unit():
    trainer = Trainer(RunConfig(**FLOOD))
    before = {name: values.copy() for name, values in trainer.params.items()}
    record = trainer.record(WATCHABLE)
    found = trainer.divergence
    assert (found.iteration, found.quantity) == (0, "h")
    assert found.timestep > 15
    assert not np.isfinite(record.h[found.timestep, found.unit])
    assert np.isfinite(record.h[: found.timestep]).all()
    assert re.search(r"grew by 10\^1[45]\.\d a timestep", found.cause)
    assert found.record is record
    assert record.to_bytes()
    assert trainer.iteration == 0
    assert all(np.array_equal(before[name], values) for name, values in trainer.params.items())  # no update did it


def test_a_diverged_run_stands_still_until_something_is_changed():
    trainer = Trainer(RunConfig(**FLOOD))
    trainer.advance()
    assert trainer.diverged
    trainer.advance()
    assert trainer.iteration == 0
    assert list(trainer.records()) == []
    trainer.configure(activation="tanh")
    assert not trainer.diverged
    assert np.isfinite(trainer.step().loss)
    assert trainer.iteration == 1


def test_the_update_that_led_there_is_undone():
    trainer = Trainer(RunConfig(optimizer="sgd", clip="none", learning_rate=1e200, task="sine"))
    good = trainer.snapshot()
    assert np.isfinite(trainer.step().loss)
    trainer.advance()
    assert trainer.divergence.iteration == 1
    assert trainer.iteration == 0
    assert trainer.snapshot() == good
    assert not np.isfinite(trainer.divergence.record.loss)
    assert trainer.divergence.record.iteration == 1
    trainer.configure(learning_rate=1e-3)
    for _ in range(5):
        trainer.advance()
    assert trainer.iteration == 5


def test_a_snapshot_right_after_the_fatal_update_stands_where_all_was_finite():
    trainer = Trainer(RunConfig(optimizer="sgd", clip="none", learning_rate=1e200, task="sine"))
    good = trainer.snapshot()
    trainer.step()
    assert trainer.snapshot() == good
    assert trainer.iteration == 0
    trainer.advance()
    trainer.advance()
    assert trainer.divergence.iteration == 1
    assert trainer.snapshot() == good


def test_momentum_goes_back_with_the_weights():
    trainer = Trainer(RunConfig(optimizer="adam", clip="none", task="sine", activation="relu"))
    for _ in range(3):
        trainer.advance()
    good = trainer.snapshot()
    trainer.configure(learning_rate=1e300)
    found = run_until_divergence(trainer)
    assert found.iteration == 4
    trainer.configure(learning_rate=RunConfig().learning_rate)
    assert trainer.snapshot() == good


def test_a_change_right_after_the_fatal_update_undoes_it_too():
    trainer = Trainer(RunConfig(optimizer="sgd", clip="none", learning_rate=1e200, task="sine"))
    trainer.advance()
    trainer.configure(learning_rate=1e-3)
    assert trainer.iteration == 0
    assert np.isfinite(trainer.record().loss)


def test_an_edit_that_breaks_the_probe_keeps_the_weights():
    trainer = Trainer(RunConfig(activation="linear", task="echo", sequence_length=60, gain=1e5))
    for name, index in (("W_hh", (0, 0)), ("W_xh", (0, 0))):
        trainer.edit(name, index, 1e6)
    before = {name: values.copy() for name, values in trainer.params.items()}
    trainer.record()
    assert trainer.diverged
    assert all(np.array_equal(before[name], values) for name, values in trainer.params.items())


def test_a_probe_that_overflows_where_the_batch_does_not_stops_the_run():
    still = {"inputs": np.zeros((2, 60, 1)), "targets": np.zeros((2, 60, 1))}
    trainer = Trainer(RunConfig(activation="linear", init="identity", gain=1e6), still)
    for _ in range(3):
        trainer.advance()
    assert not trainer.diverged
    trainer.edit("x", (0, 0), 1.0)
    record = trainer.record()
    assert trainer.divergence.quantity == "loss_t"
    assert np.isfinite(record.loss)
    assert not np.isfinite(record.loss_t).all()
    trainer.edit("x", (0, 0), 0.0)
    trainer.record()
    assert not trainer.diverged


def test_what_is_watched_decides_nothing_about_what_is_finite():
    """Flow is shown of what clipping leaves, too; the shown gradient itself is infinite."""
    still = {"inputs": np.zeros((1, 400, 1)), "targets": np.zeros((1, 400, 1))}
    fields = {"activation": "linear", "init": "identity", "gain": 6.0, "learning_rate": 0.0}
    found = []
    for watched in (set(), {"flow"}, WATCHABLE):
        trainer = Trainer(RunConfig(**fields, clip="timestep"), still)
        for name in ("W_xh", "b_h"):
            trainer.params[name][:] = 0.0
        trainer.edit("b_y", (0,), 1.0)
        trainer.record(watched)
        found.append(trainer.divergence)
    assert found[0].quantity == "dh"
    assert found[0] == found[1] == found[2]


def test_the_undone_update_is_not_the_last_one():
    trainer = Trainer(RunConfig(optimizer="sgd", task="sine", clip="none"))
    trainer.advance()
    good = trainer.record().update_norm
    trainer.configure(learning_rate=1e200)
    trainer.advance()
    trainer.advance()
    assert trainer.diverged
    assert trainer.iteration == 1
    trainer.configure(learning_rate=1e-3)
    assert trainer.record().update_norm == good


def test_a_gradient_may_overflow_where_no_state_does():
    trainer = Trainer(RunConfig(activation="linear", task="latch", sequence_length=400, init="identity", gain=6.0))
    trainer.edit("W_xh", (0, 0), 0.0)
    trainer.params["W_xh"][:] = 0
    found = run_until_divergence(trainer, 1)
    assert found.quantity == "dh"
    assert 0 <= found.timestep < 400
    assert "on its way back" in found.cause


@settings(max_examples=60)
@given(
    learning_rate=st.sampled_from([0.0, 1e-300, 1.0, 1e10, 1e150, 1e300]),
    gain=st.sampled_from([0.0, 1e-10, 1.0, 1e6, 1e20]),
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    activation=st.sampled_from(["relu", "linear", "tanh", "elu", "sigmoid", "gelu"]),
    optimizer=st.sampled_from(["sgd", "adam", "rmsprop"]),
    clip=st.sampled_from(["none", "norm", "value", "timestep"]),
    precision=st.sampled_from(["float64", "float32"]),
    task=st.sampled_from(["adding", "parity"]),
    weight_decay=st.sampled_from([0.0, 1e300]),
)
def test_no_abuse_of_numbers_is_an_exception(**fields):
    trainer = Trainer(RunConfig(**fields, hidden_size=4, sequence_length=12, batch_size=3))
    for _ in range(6):
        trainer.step(WATCHABLE).to_bytes()
    assert all(np.isfinite(values).all() for values in trainer.params.values())
    trainer.configure(learning_rate=1e-3, weight_decay=0.0)
    trainer.record()
