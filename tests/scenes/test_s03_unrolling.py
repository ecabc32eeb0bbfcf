"""Scene 3: unrolled over 8 or 16 timesteps, the weights are the same."""

import numpy as np

from tests.scenes.reading import opened, says


def test_unrolling_further_adds_no_weight_and_changes_none():
    trainer = opened("unrolling")
    before = {name: values.copy() for name, values in trainer.params.items()}
    assert trainer.record().h.shape[0] == 8 + 1
    trainer.configure(sequence_length=16)
    assert trainer.record().h.shape[0] == 16 + 1
    assert trainer.iteration == 0
    assert before.keys() == trainer.params.keys()
    assert all(np.array_equal(before[name], values) for name, values in trainer.params.items())
    says("unrolling", "over 8 timesteps", "one layer a timestep", "16 long")


def test_every_column_is_made_of_the_one_before_by_the_same_weights():
    trainer = opened("unrolling")
    record, p = trainer.record(), trainer.params
    expected = np.tanh(record.x @ p["W_xh"] + record.h[:-1] @ p["W_hh"] + p["b_h"])
    assert np.allclose(record.h[1:], expected, atol=1e-6)
