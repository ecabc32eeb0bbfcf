"""Each preset shows what it says: its own link is run, and the claim checked."""

import json

import numpy as np
import pytest

from app.training import Record, RunConfig, Trainer
from tests.support.presets import PICTURES, PRESETS, config, river


def after(name: str, updates: int) -> tuple[Trainer, Record]:
    trainer = Trainer(config(name))
    for _ in range(updates):
        trainer.advance()
    return trainer, trainer.record({"flow", "truncation"})


def decades_back(ln: np.ndarray) -> float:
    """By how many powers of ten it grew from the last timestep to the first."""
    return float((ln[1] - ln[-1]) / np.log(10))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_short_list_entry_with_a_link_that_can_be_run(name):
    preset = PRESETS[name]
    assert set(preset) == {"name", "card", "title", "text", "link"}
    assert len(preset["title"]) <= 36
    assert len(preset["text"]) <= 150
    assert config(name) != RunConfig()


@pytest.mark.parametrize("updates", [0, 100])
def test_vanishing_shrinks_by_twenty_decades(updates):
    _, record = after("vanishing", updates)
    assert decades_back(record.ln_dh_norm) < -20
    assert np.isfinite(record.ln_flow[-1, 1:]).all()
    assert np.isnan(record.target[:-1]).all() or (record.target[:-1] == -1).all(), "one loss, at the end"


@pytest.mark.parametrize("updates", [0, 100])
def test_exploding_grows_a_thousandfold_and_stays_finite(updates):
    trainer, record = after("exploding", updates)
    assert decades_back(record.ln_dh_norm) > 3
    assert not trainer.diverged


@pytest.mark.parametrize("updates", [0, 100])
def test_the_weir_cuts_where_the_norm_exceeds_five(updates):
    _, record = after("weir", updates)
    cut = record.dh_norm_used < record.dh_norm * (1 - 1e-9)
    assert record.dh_norm_used.max() <= 5 * (1 + 1e-9)
    assert cut[1:].sum() >= 5
    assert not cut[-3:].any(), "near the last loss there is nothing to cut"


@pytest.mark.parametrize("updates", [0, 100])
def test_the_motorway_keeps_its_gradient(updates):
    _, record = after("motorway", updates)
    assert decades_back(record.ln_dc_norm) > -0.3


@pytest.mark.parametrize("updates", [0, 100])
def test_gates_alone_lose_a_million(updates):
    _, record = after("gates", updates)
    assert decades_back(record.ln_dc_norm) < -6
    difference = {name for name, value in config("gates") if value != getattr(config("motorway"), name)}
    assert difference == {"forget_bias"}, "the same LSTM"


def test_irnn_keeps_more_than_half():
    _, record = after("irnn", 0)
    assert decades_back(record.ln_dh_norm) > np.log10(0.5)


@pytest.mark.parametrize("updates", [0, 100])
def test_truncation_sees_half_of_what_the_task_needs(updates):
    _, record = after("truncation", updates)
    assert record.needed_lag == 12
    T = len(record.loss_t)
    lags = [t - k for t in range(1, T + 1) for k in range(1, t + 1) if abs(record.share_used[t - 1, k]) > 0]
    assert max(lags) < 6
    anew = [t for t in range(13, T) if record.dh_norm_used[t] < 0.999 * record.dh_norm[t]]
    assert anew


def test_a_bad_number_comes_within_a_few_updates():
    trainer, _ = after("bad", 5)
    assert trainer.divergence is not None


def test_one_timestep_needs_nothing_of_the_past():
    _, record = after("feedforward", 0)
    assert record.needed_lag == 0
    assert len(record.loss_t) == 1


def test_a_bit_is_remembered_for_fifty_steps_within_a_hundred_updates():
    trainer, record = after("remember", 100)
    assert record.needed_lag == 50
    assert trainer.solved_at is not None


def test_the_small_pictures_are_of_the_networks_that_the_cards_open():
    """After another engine or another link: python -m scripts.preset_pictures."""
    stored = json.loads(PICTURES.read_text())
    assert set(stored) == {name for name, preset in PRESETS.items() if preset["card"]}
    for name, values in stored.items():
        np.testing.assert_allclose(values, river(name), atol=0.02, err_msg=name)
