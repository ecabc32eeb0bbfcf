"""Tasks, cells, quantities, activations, initialisers and optimizers of one's own, without editing this package."""

import inspect
import re
from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

from ...engine import ACTIVATIONS, CELLS, INITIALISERS, OPTIMIZERS, Activation, Cell, Optimizer
from ...errors import BadValue, shown
from ...tasks import TASKS, Task
from ..config import RunConfig, offer
from ..quantities import QUANTITIES, Quantity
from . import checks
from .checks import Draw

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
FIELDS = {"initialiser": "init"}  # of a configuration, where it has another name than the kind of part

Part = TypeVar("Part", bound=Activation | type[Cell] | type[Task] | type[Quantity] | type[Optimizer] | Draw)
_replaceable: set[tuple[str, str]] = set()  # kind and name of what was registered: a notebook may do it again


def register(part: Part) -> Part:
    """Offer a `Task`, `Cell`, `Quantity` or `Optimizer` class, an `Activation`, or a function that draws initial
    weights, under its name; returned, so it decorates.

    It is checked first: an activation's derivative and a cell's gradients against central differences, a task's batches
    for shapes, range and being the same every time, a quantity's tensors and an initialiser's draws for their shapes,
    an optimizer's first update for going down the gradient. What fails raises BadValue, and is not offered. From then
    on every configuration, or `watch`, in this process may name it; a process that resumes a snapshot of such a run
    registers it too.
    """
    if isinstance(part, Activation):
        _add("activation", ACTIVATIONS, part.name, part, checks.check_activation)
    elif isinstance(part, type) and issubclass(part, Cell):
        _add("cell", CELLS, getattr(part, "name", None), part, checks.check_cell)
    elif isinstance(part, type) and issubclass(part, Task):
        _add("task", TASKS, getattr(part, "name", None), part, checks.check_task)
    elif isinstance(part, type) and issubclass(part, Quantity):
        _add_quantity(part)
    elif isinstance(part, type) and issubclass(part, Optimizer):
        _add("optimizer", OPTIMIZERS, getattr(part, "name", None), part, checks.check_optimizer)
    elif inspect.isfunction(part):
        _add("initialiser", INITIALISERS, part.__name__, part, checks.check_initialiser)
    else:
        raise BadValue(
            "Expected a Task, Cell, Quantity or Optimizer class, an Activation, or a function that draws initial "
            f"weights; got {shown(part)}."
        )
    return part


def _add_quantity(kind: type[Quantity]) -> None:
    try:
        quantity = kind()
    except TypeError as error:
        raise BadValue(f"The quantity {kind.__name__} is not complete: {error}.") from error
    _add("quantity", QUANTITIES, getattr(kind, "name", None), quantity, checks.check_quantity)


def _add(kind: str, known: MutableMapping[str, Any], name: Any, part: Any, check: Callable[[Any], None]) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadValue(
            f'The name of a new {kind} must be small letters, digits and _, like "leaky"; got {shown(name)}.'
        )
    if name in known and (kind, name) not in _replaceable:
        raise BadValue(f"There is already the {kind} {name}. Choose another name.")
    before = known.get(name)
    known[name] = part  # a cell can only be tried under its name
    try:
        check(part)
    except BaseException:
        if before is None:
            del known[name]
        else:
            known[name] = before
        raise
    _replaceable.add((kind, name))
    if (field := FIELDS.get(kind, kind)) in RunConfig.model_fields:
        offer(field, name)
