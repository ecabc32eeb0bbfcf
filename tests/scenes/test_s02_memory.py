"""Scene 2: without W_hh equal inputs have equal columns; with it the echo is learned. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, after, opened, says, seeds


@pytest.mark.parametrize("config", seeds(SCENES["memory"].config, 5))
def test_memory_comes_with_the_recurrent_weights(config):
    trainer = opened("memory", seed=config.seed)
    start = trainer.record()
    assert 0.9 < start.loss_per_timestep < 1.2
    assert start.baseline == 1.0
    assert not start.dh_carried_norm.any()  # nothing is carried back
    own = 2 * (start.y - np.nan_to_num(start.target, nan=0)) * np.isfinite(start.target)
    assert np.allclose(start.dh[1:], own @ trainer.params["W_hy"].T, atol=1e-6)
    same = start.x[:, 0] == start.x[0, 0]
    assert same.sum() >= 2
    assert np.ptp(start.h[1:][same], axis=0).max() == 0

    later = after(trainer, 100)
    assert later.loss_per_timestep < 0.1
    assert abs(trainer.params["W_hh"]).max() > 0.1
    assert np.ptp(later.h[1:][same], axis=0).max() > 0.1


def test_an_input_changes_its_own_column_only():
    trainer = opened("memory")
    before = trainer.record().h
    trainer.edit("x", [3, 0], -float(trainer.record().x[3, 0]))
    changed = np.flatnonzero((trainer.record().h != before).any(axis=1))
    assert changed.tolist() == [4]
    says("memory", "Only column 4", "costs 1 each time", "eight columns", "nothing is carried back")
    assert all(abs(guess) == 1 for guess in trainer.record().x[:, 0])  # so that 0 is one away from each answer


def test_the_shown_sequence_has_two_equal_inputs_to_compare_and_two_different():
    x = opened("memory").record().x[:, 0]
    assert 2 <= (x == 1).sum() <= 6
