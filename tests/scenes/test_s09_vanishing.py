"""Scene 9: the river dries up, saturation being the larger part of it, and only a short lag is learned.

At the start 5 of 5 seeds; guessing after 100 updates (mean loss of 5 batches above 0.6): at least 4 of 5; the short lag
learned within 100 further updates: at least 4 of 5.
"""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, ledger, ln_flow, opened, says, seeds

CONFIG = SCENES["vanishing"].config


@pytest.mark.parametrize("config", seeds(CONFIG, 5))
def test_the_river_dries_up_and_the_ledger_says_why(config):
    record = Trainer(config).record({"flow", "truncation"})
    saturation, weights = ledger(record, 24, 1)
    assert saturation < 2 * weights < 0
    assert saturation <= 23 * np.log(1 / 4)
    assert saturation + weights < np.log(1e-15)
    assert record.horizon <= 3
    assert record.needed_lag == 21
    assert record.baseline == pytest.approx(0.69, abs=0.005)
    says("vanishing", "21 steps", "10⁻¹⁵", "¼", "more than twice", "lags of at most 3", "0.69")


def test_the_way_down_is_a_straight_line():
    record = opened("vanishing").record({"flow"})
    per_step = np.diff(record.ln_flow[23, 1:].astype(float))
    assert per_step.std() < 0.25 * per_step.mean()


def test_twice_the_steps_twice_the_exponent():
    trainer = opened("vanishing")
    record = trainer.record({"flow"})
    once = (ln_flow(record, 24, 1) - ln_flow(record, 24, 24)) / np.log(10)
    trainer.configure(sequence_length=47)
    record = trainer.record({"flow"})
    twice = (ln_flow(record, 47, 1) - ln_flow(record, 47, 47)) / np.log(10)
    assert once == pytest.approx(-18, abs=1)
    assert twice == pytest.approx(-36, abs=2)
    says("vanishing", "10⁻¹⁸", "after 46", "10⁻³⁶")


def test_only_the_short_lag_is_learned():
    guessing, learned = [], []
    for config in [CONFIG, *seeds(CONFIG, 5)]:
        trainer = Trainer(config)
        after(trainer, 98)
        guessing.append(np.mean([after(trainer, 1).loss_per_timestep for _ in range(5)]) > 0.6)
        trainer.configure(sequence_length=4)
        learned.append(after(trainer, 100).loss_per_timestep < 0.1)
    assert guessing[0]
    assert learned[0]
    assert sum(guessing[1:]) >= 4
    assert sum(learned[1:]) >= 4
