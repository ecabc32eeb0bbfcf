"""Scene 8: own plus carried, parts that add up, and one update that lowers the loss. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, opened, says, seeds

T = 6


def test_every_gradient_is_its_own_loss_plus_what_is_carried_back():
    trainer = opened("through-time")
    record, p = trainer.record(), trainer.params
    error = np.nan_to_num(2 * (record.y - record.target))
    own = error @ p["W_hy"].T
    da = record.dh[1:] * (1 - record.h[1:] ** 2)
    carried = np.vstack([da[1:] @ p["W_hh"].T, np.zeros_like(da[:1])])
    assert np.allclose(record.dh[1:], own + carried, atol=1e-5)
    assert not carried[T - 1].any()
    assert not own[0].any()
    assert np.linalg.norm(carried[0]) > 0.1
    assert np.linalg.norm(own[3]) > 0.1
    assert np.linalg.norm(carried[3]) > 0.1
    parts = [np.linalg.norm(np.outer(record.h[t], da[t])) for t in range(T)]
    assert np.allclose(parts, record.dW_hh_norm, atol=1e-5)
    says("through-time", "from 6 to 1", "At timestep 6 nothing is carried", "Pin timestep 4", "Own plus carried")


@pytest.mark.parametrize("config", seeds(SCENES["through-time"].config, 5))
def test_one_update_lowers_the_loss(config):
    record = opened("through-time", seed=config.seed).step(loss_after=True)
    assert record.loss_after < record.loss
