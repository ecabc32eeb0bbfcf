"""Scene 20: back over a step a minGRU multiplies by 1 − z_t, an indrnn by u times the slope, unit by unit.

The scene's own numbers for its seed; the products and the order of the lanes at the start: 5 of 5 seeds. What is
learned within 100 updates: the scene's seed and two others.
"""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, says, written

GRU, CLOSED, OPEN, INDRNN = SCENES["input-gates"].configs()
SEEDS = (GRU.seed, 2, 3, 4, 5)
T, H = 40, 16


def lanes(seed):
    return [Trainer(config.changed({"seed": seed})) for config in (GRU, CLOSED, OPEN, INDRNN)]


def what_comes_back(record):
    return float(np.exp(record.ln_dh_norm[1] - record.ln_dh_norm[T]))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mingru_multiplies_by_what_its_gates_leave_and_by_no_matrix(seed):
    for config in (CLOSED, OPEN):
        trainer = Trainer(config.changed({"seed": seed}))
        record, p = trainer.record(), trainer.params
        z = 1 / (1 + np.exp(-(record.x @ p["W_xh"][:, :H] + p["b_h"][:H])))
        for k in (1, 20, T):
            expected = record.dh[T] * np.prod(1 - z[k:], axis=0)
            assert np.allclose(record.dh[k], expected, rtol=1e-4, atol=0)
        assert (1 - z).mean() == pytest.approx({0.0: 0.5, 3.0: 0.95}[config.forget_bias], abs=0.03)
        assert "W_hh" not in p


@pytest.mark.parametrize("seed", SEEDS)
def test_an_indrnn_multiplies_by_one_weight_a_unit_and_the_slope(seed):
    trainer = Trainer(INDRNN.changed({"seed": seed}))
    record, u = trainer.record(), trainer.params["u_hh"]
    assert np.abs(u).tolist() == [1.0] * H
    steps = u * (1 - record.h[1:].astype(np.float64) ** 2)
    for k in (1, 20, T):
        assert np.allclose(record.dh[k], record.dh[T] * np.prod(steps[k:], axis=0), rtol=1e-4, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_comes_back_to_the_first_timestep(seed):
    gru, closed, opened, indrnn = (what_comes_back(trainer.record()) for trainer in lanes(seed))
    assert closed < 1e-11
    assert min(gru, opened, indrnn) > 0.1
    if seed == GRU.seed:
        says(
            "input-gates",
            f"in lane 2, {written(closed)}",
            f"lane 3, {opened:.3f}; in the gru {gru:.3f}.",
            f"takes away: {indrnn:.3f} is left",
        )


def test_the_weights_are_counted():
    counts = [sum(values.size for values in trainer.params.values()) for trainer in lanes(GRU.seed)]
    says("input-gates", f"It has {counts[0]} parameters, the minGRU {counts[2]}.")


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_whose_gradient_comes_back_learns(seed):
    gru, closed, _, indrnn = lanes(seed)
    for trainer in (gru, indrnn):
        after(trainer, 100)
        assert trainer.record().accuracy == 1
        assert trainer.record().loss_per_timestep < 0.05
    assert after(closed, 100).loss_per_timestep > 0.6
