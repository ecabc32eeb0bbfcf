"""Every task draws what its definition says, and says truly what knowing nothing costs."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import DatasetNeeded
from app.tasks import TASKS, make_task

ROOT = Path(__file__).parents[2]
BUILT_IN = [name for name in TASKS if name != "own"]


def drawn(name, T=24, B=400, lag=8, seed=5):
    task = make_task(name, T, lag)
    return task, task.batch(seed, 0, B)


def test_the_tasks_are_those_of_the_contract():
    assert list(TASKS) == [
        "echo",
        "parity",
        "adding",
        "copy",
        "temporal_order",
        "latch",
        "sine",
        "characters",
        "own",
    ]


@pytest.mark.parametrize("name", BUILT_IN)
@settings(max_examples=20)
@given(extra=st.integers(0, 60), B=st.integers(1, 9), lag=st.integers(0, 80))
def test_shapes_fit_the_names_of_inputs_and_outputs(name, extra, B, lag):
    T = TASKS[name].min_length + extra
    task, batch = drawn(name, T, B, lag)
    assert batch.x.shape == (T, B, len(task.inputs))
    if task.loss == "cross_entropy":
        assert batch.target.shape == (T, B)
        assert batch.target.min() >= -1
        assert batch.target.max() < len(task.outputs)
    else:
        assert batch.target.shape == (T, B, len(task.outputs))
    assert np.isfinite(batch.x).all()
    assert 0 <= task.needed_lag < T or T == 1 or name == "sine"
    assert 0 < task.solved_below < task.baseline


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_batch_depends_on_seed_and_iteration_alone(name):
    task = make_task(name, 24, 8)
    first, again = task.batch(3, 7, 4), make_task(name, 24, 8).batch(3, 7, 4)
    assert np.array_equal(first.x, again.x)
    assert np.array_equal(first.target, again.target, equal_nan=first.target.dtype.kind == "f")
    for other in (task.batch(3, 8, 4), task.batch(4, 7, 4)):
        assert not np.array_equal(first.x, other.x)


@pytest.mark.parametrize("name", BUILT_IN)
def test_probes_are_single_sequences_that_differ_by_index(name):
    task = make_task(name, 24, 8)
    assert task.probe(3, 0).x.shape[1] == 1
    assert np.array_equal(task.probe(3, 1).x, task.probe(3, 1).x)
    assert not np.array_equal(task.probe(3, 0).x, task.probe(3, 1).x)
    assert not np.array_equal(task.probe(3, 0).x, task.batch(3, 0, 1).x)


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_a_task_says_about_itself_fits_its_numbers(name):
    info = make_task(name, 24, 8).info()
    assert info["name"] == name
    assert info["min_length"] == TASKS[name].min_length
    assert (info["classes"] is None) == (info["loss"] == "squared_error")
    assert "10 batches in a row" in info["solved"]
    assert all(info[words] for words in ("title", "description", "baseline", "solved"))


def test_echo_repeats_what_was_heard_lag_timesteps_ago():
    _, batch = drawn("echo", lag=8)
    assert set(np.unique(batch.x)) == {-1.0, 1.0}
    assert np.array_equal(batch.target[8:], batch.x[:-8])
    assert np.isnan(batch.target[:8]).all()


def test_echo_never_asks_for_more_than_the_sequence_holds():
    assert make_task("echo", 5, 8).needed_lag == 4
    assert make_task("echo", 1, 8).needed_lag == 0


def test_parity_is_the_running_xor():
    _, batch = drawn("parity")
    bits = (batch.x[..., 0] > 0).astype(int)
    assert np.array_equal(batch.target, np.logical_xor.accumulate(bits, axis=0))


def test_adding_marks_one_value_in_each_half_and_asks_for_their_sum():
    task, batch = drawn("adding", T=25)
    values, markers = batch.x[..., 0], batch.x[..., 1]
    assert (markers[:12].sum(axis=0) == 1).all()
    assert (markers[12:].sum(axis=0) == 1).all()
    assert np.allclose(batch.target[-1, :, 0], (values * markers).sum(axis=0))
    assert np.isnan(batch.target[:-1]).all()
    assert np.square(batch.target[-1] - 1).mean() == pytest.approx(task.baseline, rel=0.2)


@pytest.mark.parametrize(("T", "n"), [(3, 1), (4, 1), (20, 9), (21, 10), (50, 10)])
def test_copy_shows_symbols_then_blanks_then_go_and_asks_for_the_symbols(T, n):
    task, batch = drawn("copy", T)
    shown = batch.x.argmax(axis=2)
    assert shown[:n].min() >= 1
    assert shown[:n].max() <= 8
    assert (shown[n : T - n - 1] == 0).all()
    assert (shown[T - n - 1] == 9).all()
    assert (shown[T - n :] == 0).all()
    assert (batch.target[: T - n] == 0).all()
    assert np.array_equal(batch.target[T - n :], shown[:n])
    assert task.baseline == pytest.approx(n * np.log(8) / T)
    assert (len(task.inputs), len(task.outputs)) == (10, 9)


@pytest.mark.parametrize("T", [6, 10, 20, 37])
def test_temporal_order_hides_two_symbols_in_their_windows(T):
    _, batch = drawn("temporal_order", T)
    shown = batch.x.argmax(axis=2)
    for sequence, label in zip(shown.T, batch.target[-1], strict=True):
        early, middle = np.flatnonzero(sequence < 2)
        assert 0.1 * T <= early < 0.2 * T
        assert 0.5 * T <= middle < 0.6 * T
        assert label == sequence[early] + 2 * sequence[middle]
    assert (batch.target[:-1] == -1).all()


def test_latch_shows_its_class_three_times_and_then_only_noise():
    _, batch = drawn("latch")
    signs = np.where(batch.target[-1] == 1, 1.0, -1.0)
    assert np.abs(batch.x[:3, :, 0] - signs).mean() < 0.2
    assert np.abs(batch.x[3:].mean()) < 0.02
    assert (batch.target[:-1] == -1).all()


def test_sine_asks_for_the_next_point_of_a_wave():
    task, batch = drawn("sine")
    assert np.array_equal(batch.target[:-1], batch.x[1:])
    wave = batch.x[..., 0]
    turn = (wave[2:] + wave[:-2]) / (2 * wave[1:-1])  # cos(omega), the same all along a sine
    steady = np.abs(wave[1:-1]) > 0.3
    assert max(np.ptp(turn[:, b][steady[:, b]]) for b in range(wave.shape[1])) < 1e-9
    assert np.square(batch.target).mean() == pytest.approx(task.baseline, rel=0.1)


def test_characters_continue_the_text():
    task, batch = drawn("characters")
    shown = batch.x.argmax(axis=2)
    assert np.array_equal(shown[1:], batch.target[:-1])
    text = "".join(task.text.vocabulary[i] for i in task.text.codes)
    said = "".join(task.outputs[i] for i in shown[:, 0])
    assert said in text + text
    assert 3000 < len(text) < 6000


def test_the_baseline_of_characters_is_what_letter_counts_alone_can_reach():
    task, batch = drawn("characters", T=50)
    odds = np.bincount(task.text.codes) / len(task.text.codes)
    assert -np.log(odds[batch.target]).mean() == pytest.approx(task.baseline, rel=0.02)


def test_own_needs_data():
    with pytest.raises(DatasetNeeded, match="paste a text or a series, or upload a dataset"):
        make_task("own", 24, 8)


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_baseline_is_reached_without_reading_the_input(name):
    """By the answer to each timestep that is best over many sequences, whatever they show."""
    task, batch = drawn(name, T=20, B=20_000)
    losses = []
    for target in batch.target:
        if task.loss == "cross_entropy":
            counts = np.bincount(target[target >= 0])
            shares = counts / max(1, counts.sum())
            losses.append(-(counts * np.log(np.where(counts > 0, shares, 1))).sum())
        else:
            known = target[~np.isnan(target[:, 0])]
            losses.append(np.square(known - known.mean(axis=0)).mean(axis=1).sum() if len(known) else 0.0)
    asked = (batch.target >= 0) if task.loss == "cross_entropy" else ~np.isnan(batch.target[..., 0])
    assert sum(losses) / asked.sum() == pytest.approx(task.baseline, rel=0.03)


def test_the_header_says_of_the_baseline_how_it_is_reached():
    header = (ROOT / "templates" / "_header.html").read_text("utf-8")
    (title,) = re.findall(r'<div class="[^"]*readout-loss[^"]*" title="([^"]*)"', header)
    assert "The baseline can be reached without reading the input." in title
