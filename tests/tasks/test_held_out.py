"""The last fifth of an own series is never trained on; own data have computed baselines, and solved is below both."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tasks import Sequences, Series, Text, make_task
from app.tasks.sine import Sine


def series(N=50, C=2, seed=0):
    values = np.random.default_rng(seed).standard_normal((N, C)).cumsum(axis=0)
    return Series(tuple(f"column {c}" for c in range(1, C + 1)), values)


def rows_of(task, wanted):
    """Which rows of the series these rows are: all differ."""
    return [int(np.flatnonzero((task.values == row).all(axis=1))[0]) for row in wanted]


def targets(task, batch):
    known = batch.target[~np.isnan(batch.target).any(axis=2)]
    return set(rows_of(task, known))


@settings(max_examples=60, deadline=None)
@given(N=st.integers(20, 70), T=st.integers(1, 40), B=st.integers(1, 9), n=st.integers(0, 3))
def test_no_row_of_the_last_fifth_is_ever_a_target_of_training(N, T, B, n):
    if N <= T:
        return
    task = make_task("own", T, 0, series(N))
    seen = targets(task, task.batch(3, n, B)) | targets(task, task.probe(3, n))
    assert max(seen) < N - N // 5
    assert min(seen) >= 1


@settings(max_examples=60, deadline=None)
@given(N=st.integers(20, 70), T=st.integers(1, 40), B=st.integers(1, 9))
def test_what_is_held_out_is_evenly_spaced_and_all_its_targets_lie_in_the_last_fifth(N, T, B):
    if N <= T:
        return
    task, first = make_task("own", T, 0, series(N)), N - N // 5
    batch = task.held_out(B)
    assert 1 <= batch.x.shape[1] <= B
    assert batch.x.shape == (T, batch.x.shape[1], 2)
    seen = targets(task, batch)
    assert first <= min(seen)
    assert max(seen) <= N - 1
    starts = rows_of(task, batch.x[0])
    assert len(set(starts)) == len(starts)
    assert np.ptp(np.diff(starts)) <= 1 if len(starts) > 2 else True
    if len(starts) > 1:
        assert starts[-1] == N - 1 - T, "the last one ends with the series"
    both = ~np.isnan(batch.target[:-1]).any(axis=2)
    assert np.array_equal(batch.target[:-1][both], batch.x[1:][both]), "the target is the row after"


def test_enough_windows_cover_the_whole_last_fifth():
    task = make_task("own", 4, 0, series(50))
    assert targets(task, task.held_out(256)) == set(range(40, 50))
    long = make_task("own", 24, 0, series(50))
    assert targets(long, long.held_out(1)) == set(range(40, 50)), "one window that is longer than it holds all of it"


def test_the_scaling_is_that_of_the_first_four_fifths_and_is_told():
    data = series(50)
    standard = data.standard.values
    assert np.allclose(standard[:40].mean(axis=0), 0, atol=1e-14)
    assert np.allclose(standard[:40].std(axis=0), 1)
    scale = data.read["scale"]
    own = standard * [column["deviation"] for column in scale] + [column["mean"] for column in scale]
    assert np.allclose(own, data.values), "the scale that is told takes every row back to the user's numbers"
    assert data.read["held_out"] == 10
    assert "The last 10 rows are held out" in data.read["notes"][-1]


def test_of_a_short_series_nothing_is_held_out():
    task = make_task("own", 4, 0, series(19))
    assert task.held_out(8) is None
    assert task.data.read["held_out"] == 0
    assert targets(task, task.batch(1, 0, 256)) == set(range(1, 19))


@pytest.mark.parametrize("name", ["echo", "sine", "characters"])
def test_other_tasks_hold_nothing_out(name):
    assert make_task(name, 24, 8).held_out(8) is None


def test_baseline_and_persistence_of_a_series_are_those_of_its_training_rows():
    data = series(60, C=3)
    task = make_task("own", 5, 0, data)
    known = data.values[:48]
    assert task.baseline == pytest.approx(1.0)
    expected = (np.square(np.diff(known, axis=0)).mean(axis=0) / known.var(axis=0)).mean()
    assert task.persistence == pytest.approx(expected)
    assert task.solved_below == min(task.baseline, task.persistence) / 2


def test_who_repeats_the_last_row_has_not_solved_a_slow_series():
    walk = np.random.default_rng(1).standard_normal((2000, 1)).cumsum(axis=0)
    task = make_task("own", 20, 0, Series(("price",), walk))
    batch = task.batch(0, 0, 256)
    copying = float(np.square(batch.x - batch.target).mean())
    assert copying == pytest.approx(task.persistence, rel=0.1)
    assert copying < task.baseline / 10, "against the mean alone it would look like a success"
    assert not task.is_solved_by(copying)


def test_a_constant_column_counts_as_nothing():
    data = series(50)
    data.values[:, 1] = 0.1  # no float is a tenth: its mean over 40 rows is another number
    task = make_task("own", 5, 0, data)
    assert task.baseline == pytest.approx(0.5)
    alone = make_task("own", 5, 0, Series(("column 1",), data.values[:, :1]))
    assert task.persistence == pytest.approx(alone.persistence / 2)
    still = make_task("own", 5, 0, replace(data, values=data.values * [0, 1] + [7.3, 0]))
    assert (still.baseline, still.persistence, still.solved_below) == (0.0, 0.0, None)
    assert not still.is_solved_by(0.0)


def test_where_repeating_is_perfect_solved_is_a_hundredth_of_the_baseline():
    stairs = np.repeat([[0.0], [1.0]], 100, axis=0)
    task = make_task("own", 5, 0, Series(("level",), stairs))
    assert task.solved_below == pytest.approx(task.persistence / 2)
    text = make_task("own", 5, 0, Text.of("ab" * 50))
    assert text.persistence == 0.0
    assert text.solved_below == pytest.approx(0.01 * np.log(2))


def test_a_text_is_solved_below_what_its_present_character_alone_tells():
    text = Text.of("the cat sat on the mat and then the rat sat there too")
    task = make_task("own", 5, 0, text)
    assert task.persistence == task.solved_below == text.pair_entropy()
    assert task.persistence < task.baseline == text.entropy()


def test_own_sequences_are_solved_below_half_of_the_best_constant():
    values = {"inputs": np.zeros((40, 6, 2)), "targets": np.random.default_rng(0).standard_normal((40, 6, 3))}
    task = make_task("own", 6, 0, Sequences.of(values))
    assert task.baseline == pytest.approx(values["targets"].reshape(-1, 3).var(axis=0).mean())
    assert (task.persistence, task.solved_below) == (None, task.baseline / 2)
    same = make_task("own", 6, 0, Sequences.of(values | {"targets": np.full((40, 6, 1), 0.1)}))
    assert (same.baseline, same.solved_below) == (0.0, None)


def test_repeating_the_last_value_of_a_sine_costs_what_is_said():
    task = make_task("sine", 40, 0)
    batch = task.batch(0, 0, 20_000)
    assert np.square(batch.x - batch.target).mean() == pytest.approx(Sine.persistence, rel=0.01)
    assert task.solved_below < task.persistence < task.baseline
    assert make_task("echo", 24, 8).persistence is None


def test_a_task_says_baseline_and_persistence_in_words_and_numbers():
    info = make_task("own", 5, 0, series()).info()
    assert info["persistence"] == "repeat the row that was just shown"
    assert 0 < info["persistence_loss"] < info["baseline_loss"]
    assert make_task("echo", 24, 8).info()["persistence"] is None
