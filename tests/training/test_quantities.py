"""One table says what records hold: names, shapes, types and costs are those of real records."""

import json

import numpy as np
import pytest

from app.engine import CELLS
from app.errors import BadValue
from app.tasks import TASKS
from app.training import WATCHABLE, RunConfig, Trainer, schema
from app.training.costs import cost_of_watching
from app.training.quantities import PROBE, QUANTITIES

SMALL = {"sequence_length": 9, "hidden_size": 4, "batch_size": 3, "lag": 2}


def layouts(record):
    return {name: (values.shape, values.dtype.name) for name, values in record.tensors.items()}


def known(layouts):
    """Without sizes that only measuring tells."""
    return {name: (shape, dtype) for name, (shape, dtype) in layouts.items() if None not in shape}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", [name for name in TASKS if name != "own"])
@pytest.mark.parametrize("cut", [{}, {"k1": 2, "k2": 3}, {"clip": "timestep"}], ids=str)
def test_the_table_names_exactly_the_tensors_of_a_record_with_their_shapes_and_types(cell, task, cut):
    trainer = Trainer(RunConfig(cell=cell, task=task, **SMALL, **cut))
    record = trainer.record(WATCHABLE)
    said = trainer.tensors(WATCHABLE)
    assert set(said) == set(record.tensors)
    assert known(said).items() <= layouts(record).items()
    assert set(said) - set(known(said)) <= {"sample"}


@pytest.mark.parametrize("quantity", WATCHABLE)
def test_each_quantity_adds_the_tensors_and_scalars_that_it_names(quantity):
    trainer = Trainer(RunConfig(cell="lstm", task="characters", **SMALL))
    plain, watched = trainer.record(), trainer.record({quantity})
    assert set(watched.tensors) - set(plain.tensors) == set(trainer.tensors({quantity})) - set(trainer.tensors(()))
    added = {name for name, value in watched.scalars.items() if value is not None and plain.scalars[name] is None}
    assert added == set(QUANTITIES[quantity].scalars)


def test_what_is_watched_is_what_the_table_is_asked_about_by_default():
    trainer = Trainer(RunConfig(**SMALL))
    trainer.watch({"saturation"})
    assert trainer.tensors() == trainer.tensors({"saturation"})
    assert trainer.tensors()["slope_mean"] == ((9,), "float64")


def test_text_in_place_of_a_set_of_names_is_refused_with_what_to_write():
    trainer = Trainer(RunConfig(**SMALL))
    asked = (trainer.record, trainer.step, trainer.watch, trainer.tensors, lambda watch: next(trainer.records(watch)))
    for ask in asked:
        with pytest.raises(BadValue, match=r'must be a set of names; got text "flow"\. Try {"flow"}\.'):
            ask("flow")
    assert trainer.iteration == 0


@pytest.mark.parametrize("kind", [set, tuple, iter], ids=lambda kind: kind.__name__)
def test_names_may_come_as_anything_that_has_them_one_after_the_other(kind):
    trainer = Trainer(RunConfig(**SMALL))
    assert set(trainer.record(kind(["flow"])).tensors) == set(trainer.record({"flow"}).tensors)
    assert set(trainer.step(kind(["flow"])).tensors) == set(trainer.record({"flow", "gradients"}).tensors)


def test_only_expensive_quantities_are_repeated_or_left_out():
    trainer = Trainer(RunConfig(**SMALL, learning_rate=0.1, task="characters"))
    trainer.record(WATCHABLE)
    trainer.advance()
    repeated, fresh = trainer.record(WATCHABLE, skip_expensive=True), trainer.record(WATCHABLE)
    differ = {
        name
        for name, values in fresh.tensors.items()
        if not np.array_equal(repeated.tensors.get(name, np.array([])), values, equal_nan=True)
    }
    expensive = {name for name, quantity in QUANTITIES.items() if quantity.expensive}
    assert differ == set(trainer.tensors(expensive)) - set(trainer.tensors(()))


def test_the_schema_publishes_the_table():
    said = json.loads(json.dumps(schema()))
    assert list(said["quantities"]) == list(WATCHABLE)
    of_flow = {tensor["name"]: tensor for tensor in said["quantities"]["flow"]["tensors"]}
    assert of_flow["ln_flow"]["shape"] == ["T", "T+1"]
    assert of_flow["ln_flow"]["when"] is None
    assert {"lstm", "gru"} <= set(of_flow["route_share"]["when"].split(", "))
    assert "rnn" not in of_flow["route_share"]["when"].split(", ")
    assert said["quantities"]["truncation"]["expensive"]
    assert [tensor["name"] for tensor in said["record"]["tensors"]] == [tensor.name for tensor in PROBE.tensors]
    for quantity in [said["record"], *said["quantities"].values()]:
        assert quantity["description"].endswith(".")
        assert all(tensor["description"] for tensor in quantity["tensors"])


@pytest.mark.parametrize("quantity", WATCHABLE)
@pytest.mark.parametrize("cell", CELLS)
def test_a_longer_sequence_never_costs_less(quantity, cell):
    runs = [Trainer(RunConfig(cell=cell, sequence_length=T, task="characters")) for T in (20, 200)]
    short, long = (cost_of_watching(run.config, run.task, {quantity}) for run in runs)
    nothing_to_measure = quantity == "spectrum" and cell == "mingru"
    assert 0 <= short <= long
    assert (short > 0) is not nothing_to_measure


def test_one_name_alone_is_told_how_to_be_a_set():
    with pytest.raises(BadValue, match=r'got text "flow"\. Try \{"flow"\}'):
        Trainer(RunConfig(**SMALL)).record("flow")


@pytest.mark.parametrize("wrong", [["everything"], [["flow"]], [3]], ids=str)
def test_what_is_no_quantity_is_refused(wrong):
    with pytest.raises(BadValue, match="quantities must be among gates, flow"):
        Trainer(RunConfig(**SMALL)).record(wrong)
