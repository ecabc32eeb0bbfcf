"""Runs that are equal are computed once, and each is bit for bit what it would have been alone."""

import random

import numpy as np
import pytest

from app.training import Computed, RunConfig, Trainer
from app.training.computed import REALIGN_EVERY
from app.training.equal_runs import ALONE_FOR
from app.training.records import Record
from tests.support.batches import counted_batches

CONFIG = {"sequence_length": 8, "hidden_size": 6, "batch_size": 4, "optimizer": "adam", "seed": 5}
WATCHED = frozenset({"flow", "weights", "truncation", "gradients"})


def trainer(computed: Computed | None = None, **config: object) -> Trainer:
    return Trainer(RunConfig(**{**CONFIG, **config}), computed=computed)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    return counted_batches(monkeypatch)


def same(a: Record, b: Record) -> None:
    assert a.scalars == b.scalars
    assert a.tensors.keys() == b.tensors.keys()
    for name, values in a.tensors.items():
        np.testing.assert_array_equal(values, b.tensors[name], err_msg=name)


def test_of_equal_runs_only_the_first_computes(batches):
    computed = Computed()
    first, second = trainer(computed), trainer(computed)
    for _ in range(10):
        first.advance()
    count = len(batches)
    for _ in range(10):
        second.advance()
    assert len(batches) == count
    assert second.snapshot() == first.snapshot()


def test_equal_runs_that_go_in_step_compute_each_update_once(batches):
    computed = Computed()
    runs = [trainer(computed) for _ in range(5)]
    for _ in range(20):
        for run in runs:
            run.record(WATCHED)
            run.advance()
    assert len(batches) == 20


def test_a_record_that_was_taken_over_is_the_one_that_would_have_been_made():
    computed, alone = Computed(), trainer()
    first, second = trainer(computed), trainer(computed)
    for n in range(6):
        skip = n % 3 > 0
        expected = alone.record(WATCHED, skip_expensive=skip)
        same(first.record(WATCHED, skip_expensive=skip), expected)
        second.iterations_per_second = 7.0
        seen = second.record(WATCHED, skip_expensive=skip)
        assert seen.iterations_per_second == 7.0, "how fast a run goes is its own"
        seen.scalars["iterations_per_second"] = None
        same(seen, expected)
        for run in (first, second, alone):
            run.advance()


def test_what_one_does_to_its_record_the_others_do_not_see():
    computed = Computed()
    first, second = trainer(computed), trainer(computed)
    first.record(()).scalars["loss"] = "changed"
    assert isinstance(second.record(()).loss, float)


def test_an_edited_sequence_is_seen_by_its_own_run_alone():
    computed = Computed()
    first, second = trainer(computed), trainer(computed)
    first.edit("x", (0, 0), 3.0)
    assert first.record(()).x[0, 0] == 3.0
    assert second.record(()).x[0, 0] != 3.0


def test_another_sequence_is_shown_of_the_same_run():
    computed, alone = Computed(), trainer()
    first, second = trainer(computed), trainer(computed)
    for run in (first, second, alone):
        run.show(3)
    first.record(WATCHED)
    same(second.record(WATCHED), alone.record(WATCHED))
    same(trainer(computed).record(WATCHED, probe=3), alone.record(WATCHED))


def test_who_resumes_a_snapshot_joins_the_others_a_little_later(batches):
    computed = Computed()
    first = trainer(computed)
    for _ in range(10):
        first.advance()
    second = Trainer.resume(first.snapshot(), computed=computed)
    for _ in range(REALIGN_EVERY):
        first.advance()
    for _ in range(REALIGN_EVERY - 10):
        second.advance()
    count = len(batches)
    for _ in range(10):
        second.advance()
    assert len(batches) == count
    assert second.snapshot() == first.snapshot()


def test_a_run_that_diverges_goes_back_to_where_it_would_alone():
    computed, alone = Computed(), trainer(optimizer="sgd")
    runs = [trainer(computed, optimizer="sgd") for _ in range(2)]
    for run in (*runs, alone):
        for _ in range(5):
            run.record(())
            run.advance()
        run.configure(learning_rate=1e300)
        for _ in range(5):
            run.advance()
            run.record(())
        assert run.diverged
    for run in runs:
        assert run.divergence.iteration == alone.divergence.iteration
        assert run.snapshot() == alone.snapshot()


def test_what_streams_carry_is_taken_over_too(batches):
    stream = {"task": "sine", "carry_state": True}
    computed, alone = Computed(), trainer(**stream)
    first, second = trainer(computed, **stream), trainer(computed, **stream)
    for _ in range(7):
        first.advance()
        alone.advance()
    count = len(batches)
    for _ in range(7):
        second.advance()
    assert len(batches) == count
    assert second.snapshot() == alone.snapshot()
    same(second.record(WATCHED), alone.record(WATCHED))


def test_little_is_kept_of_many_runs():
    computed = Computed(most_bytes=20_000)
    for seed in range(30):
        run = trainer(computed, seed=seed)
        run.step(WATCHED)
        assert computed.bytes <= 20_000
    assert computed.bytes > 0


def test_a_run_that_stays_alone_keeps_nothing_until_another_comes_to_where_it_was(batches):
    computed = Computed()
    first = trainer(computed)
    for _ in range(ALONE_FOR):
        first.advance()
    kept = computed.bytes
    for _ in range(REALIGN_EVERY):
        first.record(())
        first.advance()
    assert computed.bytes == kept
    second = trainer(computed)
    second.record(())
    for _ in range(3):
        first.record(())
        first.advance()
    assert computed.bytes > kept
    while second.iteration < first.iteration - 3:
        second.advance()
    count = len(batches)
    for _ in range(3):
        second.record(())
        second.advance()
    assert len(batches) == count, "it takes over what was kept since it came"
    assert second.snapshot() == first.snapshot()


def test_a_run_whose_company_has_left_is_alone():
    computed = Computed()
    first, second = trainer(computed), trainer(computed)
    for run in (first, second):
        for _ in range(ALONE_FOR):
            run.advance()
    kept = computed.bytes
    first.advance()
    assert computed.bytes > kept
    kept = computed.bytes
    second.configure(learning_rate=0.02)
    first.advance()
    assert computed.bytes == kept


TURNS = 12
CHANGES = (
    lambda run, draw: run.configure(learning_rate=draw.choice([0.01, 0.02])),
    lambda run, draw: run.configure(sequence_length=draw.choice([7, 9])),
    lambda run, draw: run.configure(activation=draw.choice(["relu", "sigmoid"])),
    lambda run, draw: run.edit("W_hh", (0, draw.randrange(5)), draw.choice([0.5, -0.5])),
    lambda run, draw: run.edit("x", (draw.randrange(5), 0), 2.0),
    lambda run, draw: run.show(draw.randrange(3)),
    lambda run, draw: run.reset(),
    lambda run, draw: run.configure(hidden_size=draw.choice([5, 6])),
)


def story(seed: int, run: Trainer) -> object:
    """What one visitor does: updates and records at their own pace; every second one changes something, too."""
    draw = random.Random(seed)
    for _ in range(TURNS):
        kind = draw.random()
        if kind < 0.55:
            run.advance()
        elif kind < 0.9 or seed % 2:
            run.record(draw.choice([WATCHED, frozenset()]), skip_expensive=draw.random() < 0.5)
        else:
            draw.choice(CHANGES)(run, draw)
        yield run.record(()).loss
    yield run.snapshot()


def test_a_hundred_visitors_of_one_link_of_whom_half_change_something_each_see_what_they_would_see_alone():
    computed = Computed()
    together = [story(seed, trainer(computed)) for seed in range(100)]
    alone = [story(seed, trainer()) for seed in range(100)]
    for turn in range(TURNS + 1):
        for visitor in range(100):
            assert next(together[visitor]) == next(alone[visitor]), f"visitor {visitor}, turn {turn}"


def test_whose_weights_were_set_before_the_first_update_goes_its_own_way_and_a_reset_leads_back(batches):
    computed = Computed()
    first, other = trainer(computed), trainer(computed)
    first.record()
    other.edit("W_hh", (0, 0), 0.25)
    same(other.record(), edited_alone().record())
    assert len(batches) == 3, "of both, and of the one that is alone"
    other.reset()
    same(other.record(), first.record())
    assert len(batches) == 3, "which stand at the same place again"


def edited_alone() -> Trainer:
    alone = trainer()
    alone.edit("W_hh", (0, 0), 0.25)
    return alone


def test_a_place_from_which_nobody_has_gone_on_yet_is_named_without_its_weights(monkeypatch):
    """However many there are: to write and hash them took longer than the first update."""
    monkeypatch.setattr("app.training.snapshot.file_of", None)
    run = trainer(Computed())
    run.record()
    run.reset()
    run.record()
    run.configure(hidden_size=5)
    run.record()
