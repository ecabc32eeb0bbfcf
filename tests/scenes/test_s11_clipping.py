"""Scene 11: by norm and by value the run lives; per timestep it does at a hundredth of the rate. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, opened, says, seeds

NONE, NORM, VALUE, TIMESTEP = SCENES["clipping"].configs()


@pytest.mark.parametrize("seed", [NONE.seed, 1, 3, 4, 5])
def test_what_each_way_of_clipping_does(seed):
    none, norm, value, timestep = (Trainer(config.changed({"seed": seed})) for config in (NONE, NORM, VALUE, TIMESTEP))
    starts = [trainer.record() for trainer in (none, norm, value, timestep)]
    assert len({record.grad_norm for record in starts}) == 1  # the same weights, the same data
    assert starts[1].grad_norm * starts[1].clip_scale == pytest.approx(1)
    assert starts[1].clip_angle == 0
    assert starts[2].clip_angle > 20
    assert starts[3].dh_norm_used.max() <= 1 + 1e-9 < starts[3].dh_norm.max()

    assert {trainer.config.learning_rate for trainer in (none, norm, value)} == {0.01}
    after(none, 5)
    assert none.diverged
    for trainer, start in ((norm, starts[1]), (value, starts[2]), (timestep, starts[3])):
        assert after(trainer, 100).loss_per_timestep < 0.1 * start.loss_per_timestep
        assert not trainer.diverged
    says(
        "clipping",
        "Lane 1, unclipped, is gone within five updates",
        "in the same direction",
        "turning the first update by over 20 degrees",
        "below a tenth",
    )


@pytest.mark.parametrize("seed", [NONE.seed, 1, 3, 4, 5])
def test_per_timestep_needs_a_hundredth_of_the_rate_and_without_it_even_that_is_lost(seed):
    assert TIMESTEP.learning_rate == NONE.learning_rate / 100
    too_fast = Trainer(TIMESTEP.changed({"seed": seed, "learning_rate": NONE.learning_rate}))
    unclipped = Trainer(TIMESTEP.changed({"seed": seed, "clip": "none"}))
    after(too_fast, 10)
    after(unclipped, 10)
    assert too_fast.diverged
    assert unclipped.diverged
    if seed == NONE.seed:
        assert unclipped.iteration == 1
    says("clipping", "it needs a hundredth of the rate. Even at that the run without clipping ends after one update")


@pytest.mark.parametrize("config", seeds(SCENES["vanishing"].config, 3))
def test_clipping_is_no_cure_for_vanishing(config):
    plain, clipped = Trainer(config), Trainer(config.changed({"clip": "norm", "clip_threshold": 1.0}))
    assert np.array_equal(plain.record().ln_dh_norm, clipped.record().ln_dh_norm)
    assert after(plain, 1).clip_scale == after(clipped, 1).clip_scale == 1
    assert np.array_equal(plain.record().ln_dh_norm, clipped.record().ln_dh_norm)


def test_the_lanes_are_named_after_what_differs():
    assert [lane.changes.get("clip", "none") for lane in SCENES["clipping"].lanes] == [
        "none",
        "norm",
        "value",
        "timestep",
    ]
    assert opened("clipping", lane=2).config == NORM
