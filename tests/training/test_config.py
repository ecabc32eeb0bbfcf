"""RunConfig: checked as a whole, and refused in sentences that say what helps."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import ACTIVATIONS
from app.errors import BadValue, OutOfRange, UnknownField, UnrollError
from app.tasks import TASKS
from app.training import RunConfig, schema

LIVE = {
    "carry_state",
    "activation",
    "sequence_length",
    "batch_size",
    "lag",
    "optimizer",
    "learning_rate",
    "weight_decay",
    "clip",
    "clip_threshold",
    "k1",
    "k2",
    "loss_reduction",
}


def test_the_defaults_are_a_configuration():
    config = RunConfig()
    assert (config.cell, config.activation, config.task) == ("rnn", "tanh", "echo")
    assert (config.sequence_length, config.hidden_size, config.lag, config.seed) == (24, 16, 8, 3)


def test_what_the_schema_says_of_cells_is_what_the_page_is_tested_with():
    written = json.loads((Path(__file__).parents[1] / "messages" / "cells.json").read_text())
    assert schema()["cells"] == written


REFUSALS = [
    ({"learning_rate": -0.003}, OutOfRange, "learning_rate must be a number, 0 or more; got -0.003. Try 0."),
    ({"sequence_length": 900}, OutOfRange, "must be a whole number from 1 to 500; got 900. Try 500."),
    ({"hidden_size": 0}, OutOfRange, "Try 1"),
    ({"batch_size": 2.5}, BadValue, "must be a whole number from 1 to 256; got 2.5. Try 32."),
    ({"batch_size": True}, BadValue, "got True"),
    ({"learning_rate": "fast"}, BadValue, 'got text "fast"'),
    ({"learning_rate": float("nan")}, BadValue, "got nan"),
    ({"learning_rate": float("inf")}, OutOfRange, "got inf"),
    ({"learning_rate": None}, BadValue, "got none"),
    ({"clip_threshold": 0}, OutOfRange, "greater than 0"),
    ({"input_std": -1}, OutOfRange, r"\(or none\)"),
    ({"seed": 10**5000}, OutOfRange, "thousands of digits"),
    ({"cell": "transformer"}, BadValue, "must be one of rnn, lstm, gru, indrnn, mingru, ln_lstm"),
    ({"cell": ["rnn"]}, BadValue, "a list of 1"),
    ({"cell": "ln_lstm", "hidden_size": 1}, OutOfRange, "at least 2, as it compares .* got 1. Try 2."),
    ({"clip": "softly"}, BadValue, "must be one of none, norm, value, timestep"),
    ({"task": "\ud800"}, BadValue, "must be one of echo"),
    ({"depth": 3}, UnknownField, "There is no field of that name"),
    ({"self": 3}, UnknownField, "There is no field of that name"),
    ({"k1": 4}, OutOfRange, "1 ≤ k1 ≤ k2; got k1 = 4, k2 = 0"),
    ({"k2": 4}, OutOfRange, "1 ≤ k1 ≤ k2"),
    ({"k1": 5, "k2": 4}, OutOfRange, "Try k1 = 5, k2 = 5"),
    ({"task": "copy", "sequence_length": 2}, OutOfRange, "at least 3; got 2. Try 3."),
]


@pytest.mark.parametrize(("fields", "error", "words"), REFUSALS, ids=[str(next(iter(r[0]))) for r in REFUSALS])
def test_a_refusal_says_what_was_expected_what_came_and_what_helps(fields, error, words):
    with pytest.raises(error, match=words) as refusal:
        RunConfig(**fields)
    assert refusal.value.field in {*fields, "hidden_size", "k1", "k2", "sequence_length"}
    str(refusal.value).encode()  # it can be sent


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(sorted(RunConfig.model_fields)) | st.text(max_size=8),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers()),
        max_size=4,
    )
)
def test_whatever_is_asked_for_is_a_configuration_or_our_own_refusal(fields):
    try:
        config = RunConfig(**fields)
    except UnrollError:
        return
    assert RunConfig(**json.loads(json.dumps(config.model_dump(), allow_nan=False))) == config


def test_a_change_is_checked_together_with_what_stays():
    with pytest.raises(OutOfRange, match="k1 = 8"):
        RunConfig(k1=4, k2=6).changed({"k1": 8})
    assert RunConfig(k1=4, k2=6).changed({"k1": 6}).k1 == 6


def test_the_effect_of_every_field_is_the_contracts():
    properties = schema()["properties"]
    assert {name for name, field in properties.items() if field["effect"] == "live"} == LIVE
    assert all(field["effect"] == "restart" for name, field in properties.items() if name not in LIVE)


def test_effects_name_what_differs():
    effects = RunConfig().effects(RunConfig(activation="relu", seed=4))
    assert (effects.live, effects.restart) == (["activation"], ["seed"])


def test_every_field_has_what_a_control_needs():
    for name, field in schema()["properties"].items():
        assert {"title", "description", "default", "effect", "group"} <= set(field), name
        kinds = [field, *field.get("anyOf", [])]
        bounded = any("enum" in kind or "minimum" in kind or "exclusiveMinimum" in kind for kind in kinds)
        assert bounded or field["type"] == "boolean", name


def test_the_schema_draws_every_activation_and_describes_every_task():
    said = json.loads(json.dumps(schema(), allow_nan=False))
    assert set(said["activations"]) == set(ACTIVATIONS)
    assert set(said["tasks"]) == set(TASKS)
    tanh = said["activations"]["tanh"]
    assert tanh["gamma"] == 1
    assert tanh["phi"][tanh["a"].index(0.5)] == pytest.approx(np.tanh(0.5), abs=1e-6)
    assert tanh["slope"][tanh["a"].index(0)] == 1
    for task in said["tasks"].values():
        assert {"description", "min_length", "baseline", "solved"} <= set(task)
