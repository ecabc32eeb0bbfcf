"""Scene 9: the river dries up, the slope being the larger part of it, and only a short lag is learned.

At the start 5 of 5 seeds; guessing after 100 updates (mean loss of 5 batches above 0.6): at least 4 of 5; the short lag
learned within 100 further updates: at least 4 of 5.
"""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, ledger, ln_flow, opened, says, seeds, written

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
    says("vanishing", "21 steps", "¼", "0.69")


def test_one_magnitude_is_named_and_it_is_the_sum_of_its_parts():
    record = opened("vanishing").record({"flow", "truncation"})
    slope, weights = (part / np.log(10) for part in ledger(record, 24, 1))
    whole = (ln_flow(record, 24, 1) - ln_flow(record, 24, 24)) / np.log(10)
    assert whole == pytest.approx(slope + weights, abs=1e-4)
    assert [round(part) for part in (whole, slope, weights)] == [-19, -14, -5]
    last, first = (float(np.exp(record.ln_dh_norm[t])) for t in (24, 1))
    says("vanishing", f"from {last:.3f} at h_24 to {written(first, 1)} at h_1, to 10⁻¹⁹ of it")
    says("vanishing", "shrinks to 10⁻¹⁹", "these 19 powers of ten", "takes 14, small weights 5", "over 23 steps")
    assert record.horizon == 2
    says("vanishing", "So at the start 99 % of ∂E/∂W_hh comes from lags of at most 2.")
    # the same read another way: the gradient that arrives, and what saturation and weights leave of it at each step
    assert (record.ln_dh_norm[1] - record.ln_dh_norm[24]) / np.log(10) == pytest.approx(whole, abs=1e-4)


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
    assert round(once) == -19
    assert round(twice) == -37
    assert twice / once == pytest.approx(2, abs=0.1)
    says("vanishing", "10⁻¹⁹", "after 46", "About 10⁻³⁷")


def test_the_loss_stays_near_guessing_while_the_reader_plays():
    trainer = opened("vanishing")
    after(trainer, 90)
    losses = [after(trainer, 1).loss_per_timestep for _ in range(40)]
    assert 0.6 < np.mean(losses) < 0.78
    assert min(losses) > 0.5


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
