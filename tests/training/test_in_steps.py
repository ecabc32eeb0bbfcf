"""An update that takes long is made in steps, between which others use buffers of the same shape."""

import numpy as np
import pytest

from app.training import Computed, RunConfig, Trainer, WorkspacePool, finish

LARGE = {"cell": "lstm", "hidden_size": 64, "sequence_length": 50, "batch_size": 32}
CASES = {
    "alone": {},
    "in two layers": {"num_layers": 2, "batch_size": 12},
    "in both directions": {"bidirectional": True, "batch_size": 12},
    "truncated and clipped": {"k1": 17, "k2": 25, "clip": "timestep", "clip_threshold": 0.01},
    "beside its sequence": {"cell": "gru", "hidden_size": 32, "batch_size": 32, "sequence_length": 100},
    "of streams": {"carry_state": True, "task": "sine"},
    "float32": {"precision": "float32"},
}


def interrupted(steps, between):
    """What the steps come to, and how many there were; `between` some of them others compute."""
    taken = 0
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value, taken
        taken += 1
        if taken in (1, 7, 20):
            between()


@pytest.mark.parametrize("config", CASES.values(), ids=CASES)
def test_every_bit_is_that_of_an_update_at_once(config):
    config, workspaces = RunConfig(**LARGE | config), WorkspacePool()
    run, alone = Trainer(config, workspaces=workspaces), Trainer(config)
    other = Trainer(config.changed({"seed": 5}), workspaces=workspaces)
    assert run.takes_long
    for _ in range(2):
        _, taken = interrupted(run.approaching(), other.advance)
        assert taken >= 8
        run.advance()
        alone.advance()
    record, taken = interrupted(run.recording(), other.advance)
    assert taken >= 8
    expected = alone.record()
    assert record.scalars == expected.scalars
    for name, values in expected.tensors.items():
        assert np.array_equal(record.tensors[name], values, equal_nan=True), name
    for name, values in alone.params.items():
        assert np.array_equal(run.params[name], values), name


def test_a_change_in_the_middle_comes_before_the_whole_update():
    run, expected = Trainer(RunConfig(**LARGE)), Trainer(RunConfig(**LARGE))
    steps = run.approaching()
    for _ in range(5):
        next(steps)
    for trainer in (run, expected):
        trainer.edit("W_hh", (0, 0), 0.5)
    finish(run.approaching())
    run.advance()
    expected.advance()
    assert all(np.array_equal(run.params[name], values) for name, values in expected.params.items())


def test_who_begins_again_goes_on_where_it_was_left():
    run = Trainer(RunConfig(**LARGE))
    _, whole = interrupted(run.approaching(), lambda: None)
    run.advance()
    steps = run.approaching()
    for _ in range(whole // 2):
        next(steps)
    _, rest = interrupted(run.approaching(), lambda: None)
    assert rest <= whole - whole // 2


def test_an_update_that_is_given_up_gives_its_buffers_back():
    workspaces = WorkspacePool()
    run = Trainer(RunConfig(**LARGE), workspaces=workspaces)
    steps = run.approaching()
    next(steps)
    assert workspaces.nbytes == 0, "they are its own"
    del steps, run
    assert workspaces.nbytes > 0


def test_equal_runs_that_take_long_compute_once():
    computed = Computed()
    first, second = (Trainer(RunConfig(**LARGE), computed=computed) for _ in range(2))
    finish(first.approaching())
    first.advance()
    _, taken = interrupted(second.approaching(), lambda: None)
    assert taken == 0
    second.advance()
    assert all(np.array_equal(second.params[name], values) for name, values in first.params.items())
