"""Scene 16: any network's horizon can be read, and weights go out and in unchanged. 3 of 3 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, opened, says, seeds


@pytest.mark.parametrize("config", seeds(SCENES["your-own"].config, 3))
def test_the_horizon_lies_well_inside_the_sequence(config):
    trainer = opened("your-own", seed=config.seed)
    start = trainer.record({"truncation"})
    assert 1 <= start.horizon < 2 / 3 * 49
    assert after(trainer, 100).loss_per_timestep < start.baseline
    if config.seed == SCENES["your-own"].config.seed:
        says("your-own", f"At the start it is {start.horizon} of 49 steps", "99 %")


def test_weights_go_out_and_come_in_bit_for_bit():
    trainer = opened("your-own")
    after(trainer, 3)
    other = Trainer(trainer.config, weights=trainer.export_weights())
    assert np.array_equal(other.record().y, trainer.record().y)


def test_an_own_text_takes_the_place_of_ours():
    trainer = opened("your-own")
    trainer.load_text("the river runs to the sea and the sea feeds the river. " * 20)
    assert trainer.config.task == "own"
    assert trainer.record({"truncation"}).horizon is not None
