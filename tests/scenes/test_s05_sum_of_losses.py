"""Scene 5: E is the sum of all E_t; the loss per timestep falls below 0.05 within 100 updates. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, after, largest_discs, opened, says, seeds


@pytest.mark.parametrize("config", seeds(SCENES["sum-of-losses"].config, 5))
def test_training_converges(config):
    trainer = opened("sum-of-losses", seed=config.seed)
    assert trainer.record().loss_per_timestep > 0.3
    assert after(trainer, 100).loss_per_timestep < 0.05
    assert trainer.record().baseline / 0.05 == pytest.approx(10)
    says("sum-of-losses", "below 0.05")


def test_the_loss_is_the_sum_over_the_timesteps():
    trainer = opened("sum-of-losses", batch_size=1)
    record = trainer.record()
    assert (record.loss_t > 0).all()
    assert len(record.loss_t) == 16
    assert record.loss == pytest.approx(16 * record.loss_per_timestep, rel=1e-12)
    # the gradient of the sum is the sum of the gradients of its terms
    flow = trainer.record({"flow"})
    assert flow.flow_residual < 1e-10


@pytest.mark.parametrize("config", seeds(SCENES["sum-of-losses"].config, 5))
def test_twice_the_length_is_about_twice_the_sum(config):
    trainer = opened("sum-of-losses", seed=config.seed)
    once = trainer.record().loss
    trainer.configure(sequence_length=32)
    assert 1.5 < trainer.record().loss / once < 2.5


def test_the_baseline_is_what_always_saying_0_would_cost():
    trainer = opened("sum-of-losses")
    targets = [trainer.task.batch(trainer.config.seed, n, 64).target for n in range(20)]
    assert np.mean(np.square(targets)) == pytest.approx(trainer.record().baseline, rel=0.05)


def test_the_discs_differ():
    losses = opened("sum-of-losses").record().loss_t
    assert losses.max() > 2 * np.median(losses)


def test_several_discs_are_the_largest_and_the_step_asks_for_one_of_them():
    assert 1 < len(largest_discs(opened("sum-of-losses").record(), "loss_t")) < 16
    says("sum-of-losses", "Pin a timestep with one of the largest discs.")
