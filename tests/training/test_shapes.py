"""Architecture: what fixes the shapes of the parameters, said once."""

import pytest

from app.engine import CELLS, Architecture
from app.tasks import make_task
from app.training import RunConfig, Trainer
from app.training.architecture import architecture_of, in_words


@pytest.mark.parametrize("cell", CELLS)
def test_the_parameters_of_a_run_have_the_shapes_of_its_architecture(cell):
    trainer = Trainer(RunConfig(cell=cell, hidden_size=7, task="copy"))
    shapes = architecture_of(trainer.config, trainer.task).parameter_shapes
    assert {name: values.shape for name, values in trainer.params.items()} == shapes


def test_only_what_fixes_shapes_makes_two_architectures_differ():
    config = RunConfig()
    task = make_task("echo", 24, 8)
    same = config.changed({"activation": "relu", "seed": 9, "optimizer": "sgd", "sequence_length": 50, "gain": 2.0})
    assert architecture_of(config, task) == architecture_of(same, task)
    assert architecture_of(config, task) != architecture_of(config.changed({"hidden_size": 17}), task)
    assert architecture_of(config, task) != architecture_of(config, make_task("copy", 24, 8))


def test_an_architecture_is_said_in_words():
    assert in_words(Architecture("lstm", 2, 24, 1)) == "lstm, 24 units, 2 inputs, 1 output"
