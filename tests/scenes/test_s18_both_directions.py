"""Scene 18: the one loss reaches every forward state, and the reverse state at the end alone. 5 of 5 seeds."""

import re

import numpy as np
import pytest

from app.questions import QUESTIONS
from tests.scenes.reading import ROOT, SCENES, Trainer, after, body, opened, says, seeds

SCENE = SCENES["both-directions"]
T = 12


def columns(record, name):
    """Rows by timestep 1 … T: row j of the reverse direction is the state at t = j + 1, the initial one is the last."""
    rows = record.tensors[name]
    return rows[:T] if name.endswith("_reverse") else rows[1:]


@pytest.mark.parametrize("config", seeds(SCENE.config, 5))
def test_the_last_loss_reaches_all_forward_states_and_one_of_the_reverse(config):
    record = Trainer(config).record()
    assert np.flatnonzero(record.loss_t).tolist() == [T - 1]
    assert (columns(record, "dh_norm") > 0).all()
    assert np.flatnonzero(columns(record, "dh_norm_reverse")).tolist() == [T - 1]


def test_both_gradients_at_the_last_timestep_are_the_readouts_and_the_forward_one_goes_back():
    trainer = opened("both-directions")
    record, p = trainer.record(), trainer.params
    assert p["W_hy"].shape[0] == 16
    odds = np.exp(record.y[-1].astype(np.float64))
    error = odds / odds.sum()
    error[record.target[-1]] -= 1
    both = p["W_hy"] @ error
    assert np.allclose(columns(record, "dh")[-1], both[:8], atol=1e-6)
    assert np.allclose(columns(record, "dh_reverse")[-1], both[8:], atol=1e-6)
    forward = both[:8]
    for t in range(T, 1, -1):
        forward = p["W_hh"] @ (forward * (1 - record.h[t].astype(np.float64) ** 2))
    assert np.allclose(record.dh[1], forward, atol=1e-6)
    norms = columns(record, "dh_norm")
    reverse = columns(record, "dh_norm_reverse")[-1]
    says(
        "both-directions",
        f"at the start {norms[-1]:.3f} at h_12, {norms[0]:.3f} at h_1",
        f"alone, at the start {reverse:.3f}",
    )
    says("both-directions", "16 rows in place of 8")


def test_what_the_reverse_direction_reads_before_the_end_changes_no_answer_of_its_own():
    """Its state at the last timestep has read the last input only."""
    trainer = opened("both-directions")
    before = trainer.record()
    trainer.edit("x", [0, 0], 3.0)
    changed = trainer.record()
    assert np.array_equal(columns(before, "h_reverse")[-1], columns(changed, "h_reverse")[-1])
    assert not np.array_equal(columns(before, "h_reverse")[0], columns(changed, "h_reverse")[0])
    assert not np.array_equal(before.y[-1], changed.y[-1])  # by way of the forward direction


def test_a_direction_is_called_what_the_chooser_calls_it_and_not_a_layer():
    assert 'DIRECTION = "direction"' in (ROOT / "static" / "js" / "words" / "layers.js").read_text("utf-8")
    text = body(SCENE) + SCENE.claim
    assert not re.search(r"(second|forward|reverse) layer", text)
    assert not re.search(r"(second|forward|reverse) layer", QUESTIONS["both-directions"].answer)
    for direction in ("forward", "reverse"):
        assert f"{direction} direction" in text


@pytest.mark.parametrize("config", seeds(SCENE.config, 5))
def test_the_bit_is_learned(config):
    assert after(Trainer(config), 100).loss_per_timestep < 0.1
