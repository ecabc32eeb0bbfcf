"""The shown sequence goes along with the batch: losses keep every bit, records do not depend on who looked before."""

import numpy as np
import pytest

from app.engine import CELLS
from app.training import WATCHABLE, RunConfig, Trainer, finish
from app.training.architecture import architecture_of
from app.training.batch_runner import BatchRunner
from app.training.beside import shape_beside

SMALL = {"sequence_length": 9, "hidden_size": 8, "batch_size": 16, "lag": 2, "seed": 4}
WATCHED = frozenset(WATCHABLE)
ALONG = [name for name, cell in CELLS.items() if cell.by_example]


def trainer(**config):
    return Trainer(RunConfig(**{**SMALL, **config}))


def goes_along(trainer):
    return trainer._iterations.runner._beside is not None


@pytest.fixture
def apart(monkeypatch):
    """Makes trainers whose shown sequence has passes of its own."""

    def make(**config):
        made = trainer(**config)
        made._iterations.runner.__dict__["_beside"] = None
        return made

    return make


def same(a, b, *, bits=True):
    assert a.tensors.keys() == b.tensors.keys()
    for name, values in a.tensors.items():
        if bits or name.startswith("grad.") or name in a.grad_norms:
            np.testing.assert_array_equal(values, b.tensors[name], err_msg=name)
        elif values.dtype.kind == "f":
            size = np.abs(values[np.isfinite(values)]).max(initial=1e-300)
            accuracy = 1e-6 if values.dtype == np.float32 else 1e-10 if name == "lyapunov" else 1e-12
            np.testing.assert_allclose(b.tensors[name], values, rtol=accuracy, atol=accuracy * size, err_msg=name)


def numbers(values):
    return {name: value for name, value in values.items() if isinstance(value, float)}


@pytest.mark.parametrize("task", ["echo", "characters"])
@pytest.mark.parametrize("shape", [{}, {"num_layers": 2}, {"bidirectional": True}])
@pytest.mark.parametrize("cell", ALONG)
def test_training_is_bit_for_bit_what_it_is_without_and_records_say_the_same(cell, shape, task, apart):
    if task == "characters" and "bidirectional" in shape:
        task = "parity"
    config = {"cell": cell, "task": task, "loss_reduction": "mean" if task == "echo" else "sum", **shape}
    one, other = trainer(**config), apart(**config)
    for _ in range(3):
        ours, theirs = one.step(WATCHED - {"sample"}), other.step(WATCHED - {"sample"})
        assert (ours.loss, ours.grad_norm, ours.update_norm) == (theirs.loss, theirs.grad_norm, theirs.update_norm)
        same(theirs, ours, bits=False)
        assert ours.finding["code"] == theirs.finding["code"]
        assert numbers(ours.finding["values"]) == pytest.approx(numbers(theirs.finding["values"]), rel=1e-9)
    assert one.snapshot() == other.snapshot()


def test_a_record_is_the_same_bit_for_bit_whoever_looked_before():
    often, never = trainer(), trainer()
    for _ in range(4):
        often.record({"flow"})
        often.record((), probe=5)
        often.step()
        never.advance()
    resumed = Trainer.resume(never.snapshot())
    expected = often.record(WATCHED)
    same(expected, never.record(WATCHED))
    same(expected, resumed.record(WATCHED))
    never.snapshot()
    never.finding()
    same(expected, never.record(WATCHED))


def test_another_sequence_is_the_same_bit_for_bit_whether_chosen_or_asked_for():
    asked, chosen = trainer(), trainer()
    chosen.show(3)
    same(asked.record(WATCHED, probe=3), chosen.record(WATCHED))


def test_an_edited_or_overflowing_sequence_changes_nothing_of_the_batch():
    edited, plain = (trainer(activation="relu", gain=30.0, learning_rate=0.0) for _ in range(2))
    edited.edit("x", (0, 0), 1e6)
    for _ in range(3):
        ours, theirs = edited.step(), plain.step()
        assert (ours.loss, ours.grad_norm) == (theirs.loss, theirs.grad_norm)
        assert ours.x[0, 0] == 1e6
    for name, values in edited.params.items():
        np.testing.assert_array_equal(values, plain.params[name])


def test_a_batch_that_was_run_without_is_the_batch_that_is_run_with_it():
    here = trainer()
    runner, learner = here._iterations.runner, here._state.learner
    alone = runner.batch(learner)
    together, _ = finish(runner.looking(learner, 0, {}))
    assert (alone.loss, alone.grad_norm) == (together.loss, together.grad_norm)
    np.testing.assert_array_equal(alone.update, together.update)
    if goes_along(here):
        assert runner.net(here.params, together).beside
        assert finish(runner.looking(learner, 0, {}))[0] is together, "what is at hand is not run again"


@pytest.mark.parametrize("cell", ALONG)
def test_a_cell_made_from_one_of_ours_may_have_buffers_nobody_knows_of(cell):
    made = type("Made", (CELLS[cell],), {"name": f"made from {cell}"})
    assert CELLS[cell].by_example
    assert not made.by_example


@pytest.mark.parametrize(
    "config",
    [
        {"k1": 2, "k2": 3},
        {"clip": "timestep"},
        {"precision": "float32"},
        {"batch_size": 1},
        {"cell": "ln_lstm"},
        {"cell": "indrnn"},
        {"task": "sine", "carry_state": True},
        {"hidden_size": 256, "batch_size": 256},
        {"sequence_length": 500, "hidden_size": 64, "batch_size": 64},
    ],
)
def test_where_the_two_ways_differ_or_it_does_not_pay_it_has_passes_of_its_own(config):
    run = trainer(**config)
    assert shape_beside(architecture_of(run.config, run.task), run.config, run.task) is None
    assert isinstance(run._iterations.runner, BatchRunner)
    assert not goes_along(run)
