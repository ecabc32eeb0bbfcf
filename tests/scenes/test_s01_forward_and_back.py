"""Scene 1: within 100 updates the loss falls below 0.01; W_hh does not move. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, after, opened, says, seeds

CONFIGS = seeds(SCENES["forward-and-back"].config, 5)


@pytest.mark.parametrize("config", CONFIGS)
def test_one_column_learns_to_say_what_it_hears(config):
    trainer = opened("forward-and-back", seed=config.seed)
    start, W_hh = trainer.record().loss_per_timestep, trainer.params["W_hh"].copy()
    assert after(trainer, 1).loss_per_timestep < start
    assert after(trainer, 99).loss_per_timestep < 0.01 < 0.1 < start
    assert np.array_equal(trainer.params["W_hh"], W_hh)


def test_the_first_update_is_seen():
    trainer = opened("forward-and-back")
    before = trainer.record()
    moved = after(trainer, 1)
    assert abs(moved.y[0, 0] - before.y[0, 0]) > 0.05
    assert moved.loss_t[0] < before.loss_t[0]
    assert before.h.shape[1] == 4
    says("forward-and-back", "four hidden units", "0.01")
