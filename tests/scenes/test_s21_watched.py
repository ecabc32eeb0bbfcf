"""Scene 21: the stored PyTorch training, read without PyTorch, and the same in a network of ours. 5 of 5 seeds."""

from pathlib import Path

import numpy as np
import pytest

from app.recording import Recording
from tests.scenes.reading import SCENES, Trainer, after, ln_flow, opened, says, seeds, written

SCENE = SCENES["watched"]
T = 30
STORED = Path("static/watched/example.unroll")


@pytest.fixture(scope="module")
def captures():
    with Recording.open(STORED) as recording:
        return {record.scalars["step"]: record for record in recording}


def arrives(record):
    """How much of the last timestep's gradient arrives at h_1."""
    return float(np.exp(ln_flow(record, T, 1) - ln_flow(record, T, T)))


def test_the_text_writes_the_numbers_of_the_stored_training(captures):
    assert captures[0].tensors["h"].shape == (T + 1, 10)
    says("watched", f"At step 0, {written(arrives(captures[0]))} of the last gradient")
    says("watched", f"at step 300, {written(arrives(captures[300]))} arrives")
    says("watched", f"a bit {T - 1} timesteps later")


def test_the_stored_gradient_vanishes_until_the_line_is_carried_out(captures):
    found = {step: record.scalars["verdict"]["finding"] for step, record in captures.items()}
    assert found == {0: "vanishing", 100: "vanishing", 200: "vanishing", 300: None, 400: None, 500: None}
    assert captures[200].scalars["verdict"]["code"].endswith("bias_hh_l0[10:20] = 1")


@pytest.mark.parametrize("config", seeds(SCENE.config, 5))
def test_the_network_here_has_the_same_trouble_and_the_same_cure(config):
    assert arrives(Trainer(config).record({"flow"})) < 1e-6
    assert arrives(Trainer(config.changed({"forget_bias": 1.0})).record({"flow"})) > 1e-4


def test_its_forget_gates_stand_half_open_and_are_the_cause():
    record = opened("watched").record({"flow", "gates"})
    assert 0.4 < record.tensors["gates"][:, 1].mean() < 0.6
    finding = record.scalars["finding"]
    assert (finding["code"], finding["cause"]) == ("vanishing", "forget_gates")


def test_after_its_steps_the_bit_is_learned():
    assert after(opened("watched", forget_bias=1.0), 150).loss_per_timestep < 0.1
