"""What there is to choose from is told to whoever checks types, and is what is registered."""

from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest

from app.engine import ACTIVATIONS, BREAKS, CELLS, INITIALISERS, LOSSES, OPTIMIZERS, BreakName, LossName
from app.tasks import TASKS
from app.tasks.base import Loss
from app.training import WATCHABLE, RunConfig
from app.training.quantities import QuantityName
from app.training.schema import schema

FIELDS = {"cell": CELLS, "activation": ACTIVATIONS, "init": INITIALISERS, "optimizer": OPTIMIZERS, "task": TASKS}


def literals(hint: Any) -> list[str]:
    """The names in a literal, which may be one of two: names, or any text."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    found = get_args(hint)
    return list(get_args(found[0])) if str in found else list(found)


@pytest.mark.parametrize("field", FIELDS)
def test_the_names_of_a_choice_are_those_that_are_registered(field):
    hint = get_type_hints(RunConfig)[field]
    assert literals(hint) == list(FIELDS[field])
    assert str in get_args(hint), "`register` adds to it"


@pytest.mark.parametrize("field", ["loss_reduction", "precision", "clip"])
def test_the_names_of_a_fixed_choice_are_those_of_the_schema(field):
    assert literals(get_type_hints(RunConfig)[field]) == schema()["properties"][field]["enum"]


def test_quantities_breaks_and_losses_have_the_names_that_are_registered():
    assert literals(QuantityName) == list(WATCHABLE)
    assert literals(BreakName) == list(BREAKS)
    assert literals(LossName) == literals(Loss) == list(LOSSES)
