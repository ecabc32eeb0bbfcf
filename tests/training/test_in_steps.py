"""An update that takes long is made in steps, between which others use buffers of the same shape."""

from itertools import zip_longest

import numpy as np
import pytest

from app.training import BREAKS, Computed, RunConfig, Trainer, WorkspacePool, finish
from app.training.beside import shape_beside

LARGE = {"cell": "lstm", "hidden_size": 64, "sequence_length": 50, "batch_size": 32}
CASES = {
    "alone": {},
    "in two layers": {"num_layers": 2, "batch_size": 12},
    "in both directions": {"bidirectional": True, "batch_size": 12},
    "truncated and clipped": {"k1": 17, "k2": 25, "clip": "timestep", "clip_threshold": 0.01},
    "beside its sequence": {"batch_size": 16},
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


WATCH = ("flow", "truncation", "spectrum", "gates", "saturation", "weights", "gradients", "distributions")


@pytest.mark.parametrize("config", CASES.values(), ids=CASES)
def test_what_is_watched_is_measured_one_after_the_other_in_buffers_that_nobody_else_has_meanwhile(config):
    config, workspaces = RunConfig(**LARGE | config), WorkspacePool()
    run, alone = (Trainer(config, max_cost=10**12, workspaces=pool) for pool in (workspaces, None))
    other = Trainer(config.changed({"seed": 5}), max_cost=10**12, workspaces=workspaces)
    assert run.takes_long
    expected = alone.record(WATCH)
    finish(run.approaching())
    steps, taken = run.recording(WATCH), 0
    while True:
        try:
            next(steps)
        except StopIteration as done:
            record = done.value
            break
        taken += 1
        if taken % 2:
            finish(other.recording(("saturation",)))
    assert taken > 30, "the flow, the meter and the spectrum take several each"
    assert record.scalars == expected.scalars
    assert list(record.scalars) == list(expected.scalars)
    for name, values in expected.tensors.items():
        assert np.array_equal(record.tensors[name], values, equal_nan=True), name
    assert workspaces.nbytes_lent == 0


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
    assert workspaces.nbytes == workspaces.nbytes_lent > 0, "they are its own"
    del steps, run
    assert workspaces.nbytes > workspaces.nbytes_lent == 0


def test_where_much_is_lent_already_an_update_is_made_at_once_and_memory_keeps_its_bound():
    workspaces = WorkspacePool()
    runs = [Trainer(RunConfig(**LARGE, seed=seed), workspaces=workspaces) for seed in range(4)]
    steps = [run.approaching() for run in runs]
    next(steps[0])
    one = workspaces.nbytes
    workspaces.max_bytes = 4 * one  # of which two may be lent
    next(steps[1])
    for rest in steps[2:]:
        assert interrupted(rest, lambda: None) == (None, 0)
    assert workspaces.nbytes_lent == 2 * one
    assert workspaces.nbytes <= 4 * one
    for run in runs:
        run.advance()
        alone = Trainer(run.config)
        alone.advance()
        assert all(np.array_equal(run.params[name], values) for name, values in alone.params.items())


def test_equal_runs_that_take_long_compute_once():
    computed = Computed()
    first, second = (Trainer(RunConfig(**LARGE), computed=computed) for _ in range(2))
    finish(first.approaching())
    first.advance()
    _, taken = interrupted(second.approaching(), lambda: None)
    assert taken == 0
    second.advance()
    assert all(np.array_equal(second.params[name], values) for name, values in first.params.items())


def test_in_the_case_beside_its_sequence_that_goes_along_where_the_machine_adds_up_the_same():
    runner = Trainer(RunConfig(**LARGE | CASES["beside its sequence"]))._iterations.runner
    assert shape_beside(runner._net, runner.config, runner.task) is not None


@pytest.mark.parametrize("task", ["parity", "adding"])
def test_an_update_that_is_given_up_leaves_no_numbers_for_those_of_another_run(task):
    config, workspaces = RunConfig(**LARGE | {"task": task, "batch_size": 16}), WorkspacePool()
    run, other = Trainer(config, workspaces=workspaces), Trainer(config.changed({"seed": 5}), workspaces=workspaces)
    before = other.record()
    steps = run.approaching()
    for _ in range(5):
        next(steps)
    run.edit("W_hh", (0, 0), 0.5)
    after = other.record()
    assert after.scalars == before.scalars
    for name, values in before.tensors.items():
        assert np.array_equal(after.tensors[name], values, equal_nan=True), name


def test_a_record_of_a_batch_whose_buffers_others_used_since_is_made_in_steps_too():
    config, workspaces = RunConfig(**LARGE), WorkspacePool()
    run, other = Trainer(config, workspaces=workspaces), Trainer(config.changed({"seed": 5}), workspaces=workspaces)
    _, whole = interrupted(run.approaching(), lambda: None)
    other.advance()
    record, taken = interrupted(run.recording(), lambda: None)
    assert taken >= whole
    assert record.scalars == Trainer(config).record().scalars


def test_the_steps_of_a_truncated_update_are_as_long_as_others():
    truncated = {"cell": "rnn", "hidden_size": 8, "batch_size": 4, "sequence_length": 200, "k1": 1, "k2": 200}
    run = Trainer(RunConfig(**truncated))
    assert run.takes_long
    _, taken = interrupted(run.approaching(), lambda: None)
    assert taken < 1_000, "of half a millisecond each"


@pytest.mark.parametrize("broken", [None, "state_kept", "wrong_slope", "drop_carried"])
def test_a_check_of_gradients_is_made_in_steps_too_between_which_others_check_theirs(broken):
    config, workspaces = RunConfig(**LARGE), WorkspacePool()
    run, other = Trainer(config, workspaces=workspaces), Trainer(config.changed({"seed": 5}), workspaces=workspaces)
    at_once = Trainer(config, workspaces=WorkspacePool(max_bytes=0))
    expected = dict(at_once.check_gradients(samples=1, broken=broken))
    found = []
    for known in run.checking_gradients(samples=1, broken=broken):
        found.append(known)
        if len(found) in (1, 7, 20, 200):
            next(other.checking_gradients(samples=1))
            other.advance()
    assert dict(known for known in found if known is not None) == expected
    assert len(found) >= 32 * len(expected)
    assert workspaces.nbytes_lent == 0


def test_a_check_that_is_given_up_gives_its_buffers_back():
    workspaces = WorkspacePool()
    checks = Trainer(RunConfig(**LARGE), workspaces=workspaces).checking_gradients()
    next(checks)
    assert workspaces.nbytes_lent > 0
    del checks
    assert workspaces.nbytes > workspaces.nbytes_lent == 0


MANY_WEIGHTS = {"cell": "lstm", "hidden_size": 256, "sequence_length": 5, "batch_size": 1, "lag": 1, "num_layers": 2}


def test_where_a_run_of_many_weights_stands_is_found_out_in_steps_and_others_meet_it_there():
    computed = Computed()
    first, second = (Trainer(RunConfig(**MANY_WEIGHTS), computed=computed) for _ in range(2))
    for run in (first, second):
        run.edit("W_hh", (0, 0), 0.5)
    _, alone = interrupted(first.recording(), lambda: None)
    record, taken = interrupted(second.recording(), lambda: None)
    entries = sum(values.size for values in first.params.values())
    assert taken >= 3 * 8 * entries // 2**20, "weights and two moments of each"
    assert alone > taken, "the other one has made it"
    assert record.scalars["loss"] == first.record().scalars["loss"]
    assert second._state.digest() == first._state.digest()


def test_who_asks_again_where_a_run_stands_goes_on_where_it_was_left():
    run = Trainer(RunConfig(**MANY_WEIGHTS), computed=Computed())
    run.edit("W_hh", (0, 0), 0.5)
    for _ in range(1_000):
        if next(run.approaching(), "over") == "over":
            break
    else:
        raise AssertionError("it began again and again")


def test_a_change_while_it_is_found_out_where_a_run_stands_is_not_missed():
    run = Trainer(RunConfig(**MANY_WEIGHTS), computed=Computed())
    run.edit("W_hh", (0, 0), 0.5)
    next(run.approaching())
    run.edit("W_hh", (0, 0), 0.25)
    finish(run.approaching())
    assert run._iterations._equal_runs.place.origin == run._state.digest()


@pytest.mark.parametrize("broken", [None, *BREAKS])
def test_checks_of_small_networks_in_turns_find_what_each_finds_alone(broken):
    """In buffers that both have: whatever is computed with them is done before others have a turn."""
    small = {
        "cell": "lstm",
        "hidden_size": 3,
        "sequence_length": 6,
        "batch_size": 2,
        "carry_state": True,
        "task": "sine",
    }
    trainers = [
        Trainer(RunConfig(seed=seed, **small), workspaces=pool) for pool in (WorkspacePool(),) for seed in (1, 2)
    ]
    alone = [dict(Trainer(each.config).check_gradients(2, broken)) for each in trainers]
    checks = [each.checking_gradients(2, broken) for each in trainers]
    found: list[dict] = [{}, {}]
    for both in zip_longest(*checks):
        for here, known in zip(found, both, strict=True):
            here.update([known] if known else [])
    assert found == alone
