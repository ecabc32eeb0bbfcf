"""Scene 10: growth by 1.2 a step, a cliff, and a number that is not finite.

The scene's own numbers for its seed; stopped within 100 updates at ten times the rate: 10 of 10 seeds.
"""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, ledger, opened, says, seeds

CONFIG = SCENES["exploding"].config


def test_each_step_back_multiplies_by_the_stretch():
    record = opened("exploding").record({"flow"})
    growth = np.exp(np.diff(record.ln_flow[23, 1:].astype(float)))
    assert growth == pytest.approx(np.full(23, 1 / 1.2), rel=1e-4)
    saturation, weights = ledger(record, 24, 1)
    assert saturation == pytest.approx(0, abs=1e-4)
    assert np.exp(weights) == pytest.approx(1.2**23, rel=1e-3)
    says("exploding", f"at the start with gain 1.2, the last loss arrives at h_1 {1.2**23:.0f} times", "1.2 exactly")


def test_one_update_goes_over_the_cliff_and_the_run_stops():
    trainer = opened("exploding")
    losses = [after(trainer, bool(n)).loss_per_timestep for n in range(4)]
    assert losses[1] < losses[0]
    assert losses[2] > 100 * losses[1]
    assert losses[3] > 1e90
    factor = f"{losses[2] / losses[1]:.0f} times as much"
    says("exploding", f"from {losses[0]:.0f} to {losses[1]:.0f}", factor, "beyond 10⁹⁰")
    after(trainer, 6)
    assert trainer.diverged
    assert trainer.divergence.timestep is not None
    assert trainer.iteration == trainer.divergence.iteration - 1
    assert np.isfinite(trainer.params["W_hh"]).all()


def test_floating_point_numbers_end_there():
    assert f"{np.finfo(np.float64).max:.1e}" == "1.8e+308"
    says("exploding", "1.8\u00a0×\u00a010³⁰⁸")


@pytest.mark.parametrize("config", seeds(CONFIG.changed({"learning_rate": 4e-4}), 10))
def test_other_seeds_explode_as_well(config):
    trainer = Trainer(config)
    for _ in range(100):
        trainer.advance()
    assert trainer.diverged


def test_without_the_stretch_nothing_grows():
    record = opened("exploding", gain=1.0).record({"flow"})
    assert np.ptp(record.ln_flow[23, 1:]) < 1e-4
