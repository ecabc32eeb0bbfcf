"""Scene 17: the lower layer's gradient is what comes down from the upper one plus what is carried. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, opened, says, seeds

SCENE = SCENES["two-layers"]
T = 8


def tanh_slope(h):
    return 1 - h.astype(np.float64) ** 2


@pytest.mark.parametrize("config", seeds(SCENE.config, 5))
def test_the_gradient_comes_down_at_every_timestep(config):
    trainer = Trainer(config)
    record, p = trainer.record(), trainer.params
    lower, upper = record.tensors["dh"][1:], record.tensors["dh_l2"][1:]
    to_a1, to_a2 = lower * tanh_slope(record.tensors["h"][1:]), upper * tanh_slope(record.tensors["h_l2"][1:])
    own = np.nan_to_num(2 * (record.y - record.target)) @ p["W_hy"].T
    later = np.zeros_like(upper[:1])
    assert np.allclose(upper, own + np.vstack([to_a2[1:] @ p["W_hh_l2"].T, later]), atol=1e-5)
    above = to_a2 @ p["W_xh_l2"].T
    assert np.allclose(lower, above + np.vstack([to_a1[1:] @ p["W_hh"].T, later]), atol=1e-5)
    assert (np.linalg.norm(above, axis=1) > 0.01).all()


def test_the_text_writes_the_numbers_of_the_picture():
    record = opened("two-layers").record()
    lower, upper = record.tensors["dh_norm"], record.tensors["dh_norm_l2"]
    assert record.tensors["dh_carried_norm"][T] == record.tensors["dh_carried_norm_l2"][T] == 0
    assert record.loss_t[0] == 0
    says("two-layers", f"is {upper[T]:.2f} in layer 2 and {lower[T]:.2f} in layer 1")
    says("two-layers", f"it is at the start {upper[1]:.2f} in layer 2 and {lower[1]:.2f} in layer 1")


def test_a_loss_reaches_the_lower_state_before_it_by_two_paths():
    """The sum over both paths, written out, is the gradient: E_4 alone, as a sequence of 4 with only that loss."""
    trainer = opened("two-layers", sequence_length=4, lag=3)
    record, p = trainer.record(), trainer.params
    assert np.flatnonzero(record.loss_t).tolist() == [3]
    slope1, slope2 = tanh_slope(record.tensors["h"]), tanh_slope(record.tensors["h_l2"])
    at_top = 2 * (record.y[3] - record.target[3]) @ p["W_hy"].T
    along_layer_2 = (((at_top * slope2[4]) @ p["W_hh_l2"].T) * slope2[3]) @ p["W_xh_l2"].T
    along_layer_1 = (((at_top * slope2[4]) @ p["W_xh_l2"].T) * slope1[4]) @ p["W_hh"].T
    assert np.allclose(record.tensors["dh"][3], along_layer_1 + along_layer_2, atol=1e-6)
    assert min(np.linalg.norm(along_layer_1), np.linalg.norm(along_layer_2)) > 0.01


@pytest.mark.parametrize("config", seeds(SCENE.config, 5))
def test_two_layers_learn_the_echo(config):
    assert after(Trainer(config), 100).loss_per_timestep < 0.1
