"""Scene 12: relu lets the gradient through, at a price. 5 of 5 seeds at the start."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, ledger, opened, says, seeds


@pytest.mark.parametrize("config", [SCENES["relu"].config, *seeds(SCENES["relu"].config, 5)])
def test_relu_carries_what_sigmoid_loses(config):
    trainer = Trainer(config)
    saturation, weights = ledger(trainer.record({"flow"}), 24, 1)
    assert weights == pytest.approx(0, abs=1e-4)
    assert saturation < 23 * np.log(1 / 4) < np.log(1e-13)

    trainer.configure(activation="relu")
    relu = trainer.record({"flow"})
    assert sum(ledger(relu, 24, 1)) > np.log(1 / 3)
    assert sum(ledger(relu, 24, 1)) - saturation > np.log(1e12)
    says("relu", "over 23 steps less than 10⁻¹³ is left", "more than 10¹² times".capitalize(), "24 timesteps")


def test_the_price_of_relu():
    trainer = opened("relu")
    assert trainer.record().h.max() < 1
    trainer.configure(activation="relu")
    record = trainer.record()
    silent = (record.h[1:] == 0).all(axis=0)
    assert record.h.shape[1] == 16
    largest = f"with relu, the largest is at the start {record.h.max():.1f}"
    says("relu", f"with relu, {silent.sum()} of 16 units are at the start 0 at all 24 timesteps")
    da = record.dh[1:, silent] * (record.h[1:, silent] > 0)
    assert not da.any()
    trainer.configure(sequence_length=100)
    longer = after(trainer, 0).h.max()
    assert longer > 2 * record.h.max()
    says("relu", f"{largest} over 24 timesteps, {longer:.1f} over 100")
