"""Scene 13: identity and orthogonal weights carry the gradient over 98 steps, small ones do not. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, says, written


@pytest.mark.parametrize("seed", range(1, 6))
def test_which_start_lets_the_network_hear(seed):
    records = [
        Trainer(config.changed({"seed": seed})).record({"truncation"}) for config in SCENES["initialisation"].configs()
    ]
    own = seed == SCENES["initialisation"].config.seed
    identity, orthogonal, small = (float(r.ln_dh_norm[1] - r.ln_dh_norm[99]) for r in records)
    assert abs(np.expm1(identity)) < (0.01 if own else 0.1), "all that is lost is lost at the first step back"
    assert abs(np.expm1(orthogonal)) < (0.01 if own else 0.1)
    assert small < np.log(1e-100)
    assert (records[0].h[100] == 0).any(), "relu units that are 0 where that step begins"
    assert np.flatnonzero(records[0].loss_t).tolist() == [99]
    assert records[0].horizon > 50
    assert records[1].horizon > 50
    assert records[2].horizon <= 2
    says("initialisation", "first 50 timesteps", "at the first step, where relu units are 0")
    if own:
        kept = [np.exp(float(r.ln_dh_norm[1] - r.ln_dh_norm[100])) for r in records]
        says(
            "initialisation",
            f"keeps {kept[0]:.3f} and {kept[1]:.3f} of its size",
            f"keeps {written(kept[2])} at the start.",
        )
        horizons = [record.horizon for record in records]
        says("initialisation", "the horizon give 99 % of ∂E/∂W_hh: at the start it is {}, {} and {}.".format(*horizons))


def test_only_the_recurrent_weights_and_the_activation_differ():
    first, *others = SCENES["initialisation"].configs()
    for other in others:
        assert set(first.effects(other).restart + first.effects(other).live) <= {"activation", "init", "gain"}
    trainers = [Trainer(config) for config in SCENES["initialisation"].configs()]
    for name in ("W_xh", "W_hy"):
        assert len({trainer.params[name].tobytes() for trainer in trainers}) == 1


def test_an_orthogonal_matrix_keeps_every_length():
    W = Trainer(SCENES["initialisation"].configs()[1]).params["W_hh"]
    assert np.allclose(W @ W.T, np.eye(len(W)), atol=1e-12)
