"""Scene 19: the state crosses from window to window, the gradient does not. 5 of 5 seeds."""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, opened, says, seeds

SCENE = SCENES["across-batches"]
ZEROS, CARRIED = 1, 2
T = 12


def both(config):
    return Trainer(config), Trainer(config.changed({"carry_state": True}))


@pytest.mark.parametrize("config", seeds(SCENE.config, 5))
def test_only_the_carried_state_of_the_same_network_is_not_zero(config):
    zeros, carried = both(config)
    assert all(np.array_equal(values, carried.params[name]) for name, values in zeros.params.items())
    assert np.array_equal(zeros.record().x, carried.record().x)
    assert not zeros.record().h[0].any()
    assert np.linalg.norm(carried.record().h[0]) > 0.5


def test_h_0_is_where_the_window_before_ended_and_the_text_writes_its_norm():
    trainer = opened("across-batches", CARRIED)
    record, p = trainer.record(), trainer.params
    h = np.zeros(12)
    for x in trainer.task.before_probe(SCENE.config.seed, 0)[:, 0]:
        h = np.tanh(x @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])
    assert np.allclose(record.h[0], h, atol=1e-6)
    says("across-batches", f"norm {np.linalg.norm(h):.2f}")


def test_the_gradient_reaches_h_0_and_no_weight_learns_from_it():
    """The gradient of a window is that of the same window with h_0 held fixed: by central differences of its loss."""
    trainer = opened("across-batches", CARRIED)
    record = after(trainer, 3)
    dh0 = opened("across-batches", CARRIED).record().tensors["dh_norm"][0]
    says("across-batches", f"what reaches h_0, at the start {dh0:.2f}, is cut off")
    assert record.tensors["dh_norm"][0] > 0.1
    held = dict(trainer.check_gradients(samples=20))
    assert max(check.max_rel_error for check in held.values()) < 1e-5


def test_an_update_learns_from_one_window():
    """Every loss of a record has a way to 12 timesteps and h_0, none to a timestep before it."""
    record = opened("across-batches", CARRIED).record({"flow"})
    assert record.ln_flow.shape == (T, T + 1)
    says("across-batches", f"an update learns from {T} timesteps")


@pytest.mark.parametrize("config", seeds(SCENE.config, 5))
def test_with_its_state_carried_on_the_network_knows_the_wave_at_the_first_timestep(config):
    zeros, carried = both(config)
    losses = {"zeros": [], "carried": []}
    for _ in range(100):
        for name, trainer in (("zeros", zeros), ("carried", carried)):
            losses[name].append(trainer.step().loss_per_timestep)
    assert min(losses["carried"]) < 0.01
    assert min(losses["zeros"]) > 0.015
    assert carried.record().loss_t[0] < 0.01
    assert zeros.record().loss_t[0] > 0.1


def test_after_its_steps_the_text_is_still_true():
    """Lane 1 starts from 0 and lane 2 does not, however long they have trained."""
    assert not after(opened("across-batches", ZEROS), 60).h[0].any()
    later = after(opened("across-batches", CARRIED), 60)
    assert later.h[0].any()
    assert later.tensors["dh_norm"][0] > 0
