"""Scene 6: cutting every way back leaves the gradient of W_hy alone. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, gradients, opened, says, seeds


@pytest.mark.parametrize("config", seeds(SCENES["the-easy-gradient"].config, 5))
def test_only_the_gradient_of_the_readout_needs_no_way_back(config):
    full, cut = gradients(config), gradients(config.changed({"k1": 1, "k2": 1}))
    assert np.array_equal(full["W_hy"], cut["W_hy"])
    for name in ("W_hh", "W_xh"):
        assert np.linalg.norm(full[name] - cut[name]) > 0.1 * np.linalg.norm(full[name])


def test_each_timestep_adds_its_own_product():
    trainer = opened("the-easy-gradient", batch_size=1)
    batch = trainer.task.batch(trainer.config.seed, 0, 1)
    shown = trainer.task.probe(trainer.config.seed, 0)
    x = shown.x[:, 0]
    for (t, i), value in np.ndenumerate(batch.x[:, 0]):
        trainer.edit("x", [t, i], float(value))  # the picture shows the sequence the gradient is of
    record = trainer.record({"gradients"})
    target = batch.target[:, 0]
    error = np.where(np.isnan(target), 0.0, 2 * (record.y - target))
    products = [np.outer(record.h[t + 1], error[t]) for t in range(len(x))]
    assert np.allclose(sum(products), record.tensors["grad.W_hy"], atol=1e-5)


def test_the_product_of_timestep_5_is_the_one_the_text_writes_out():
    record = opened("the-easy-gradient").record()
    size, error = np.linalg.norm(record.h[5]), 2 * float(record.y[4, 0] - record.target[4, 0])
    assert record.dW_hy_norm[4] == pytest.approx(size * abs(error), rel=1e-5)
    says("the-easy-gradient", f"‖h_5‖ is {size:.2f}", f"the error {error:.2f}", f"norm {size * error:.2f}")


def test_cut_everywhere_each_loss_reaches_its_own_timestep_only():
    trainer = opened("the-easy-gradient")
    trainer.configure(k1=1, k2=1)
    share = trainer.record({"flow"}).share_used[:, 1:]
    assert (np.nan_to_num(share[np.tril_indices(10, -1)]) == 0).all()
    says("the-easy-gradient", "every 1, back 1")
