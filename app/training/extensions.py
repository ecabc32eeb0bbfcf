"""Tasks, cells and activations of one's own, added from a script without editing this package."""

import re
from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

import numpy as np

from ..engine import (
    ACTIVATIONS,
    CELLS,
    Activation,
    Architecture,
    Cell,
    Data,
    Initialisation,
    Network,
    adjoints,
    flow,
    gradcheck,
    initialise,
)
from ..errors import BadValue, shown
from ..tasks import TASKS, Task
from .config import offer

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
ARGUMENTS = np.linspace(-4.03, 3.97, 81)  # where an activation is compared; no usual kink is among them
STEP = 1e-5
CLOSE = 1e-6
T, B, I, H, O = 5, 3, 2, 4, 2  # of what is tried

Part = TypeVar("Part", bound=Activation | type[Cell] | type[Task])
_replaceable: set[tuple[str, str]] = set()  # field and name of what was registered: a notebook may do it again


def register(part: Part) -> Part:
    """Offer a `Task` class, a `Cell` class or an `Activation` under its `name`; returned, so it decorates a class.

    It is checked first: an activation's derivative and a cell's gradients against central differences, a task's batches
    for shapes, range and being the same every time. What fails raises BadValue, and is not offered. From then on every
    configuration made in this process may name it; a process that resumes a snapshot of such a run registers it too.
    """
    if isinstance(part, Activation):
        _add("activation", ACTIVATIONS, part.name, part, _check_activation)
    elif isinstance(part, type) and issubclass(part, Cell):
        _add("cell", CELLS, getattr(part, "name", None), part, _check_cell)
    elif isinstance(part, type) and issubclass(part, Task):
        _add("task", TASKS, getattr(part, "name", None), part, _check_task)
    else:
        raise BadValue(f"Expected a Task class, a Cell class or an Activation; got {shown(part)}.")
    return part


def _add(field: str, known: MutableMapping[str, Any], name: Any, part: Any, check: Callable[[Any], None]) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadValue(
            f'The name of a new {field} must be small letters, digits and _, like "leaky"; got {shown(name)}.'
        )
    if name in known and (field, name) not in _replaceable:
        raise BadValue(f"There is already the {field} {name}. Choose another name.")
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
    _replaceable.add((field, name))
    offer(field, name)


def _check_activation(phi: Activation) -> None:
    away = np.abs(ARGUMENTS[:, None] - np.array([*phi.kinks, np.inf])).min(axis=1) > 2 * STEP
    a = ARGUMENTS[away]
    with np.errstate(all="ignore"):
        numeric = (phi(a + STEP) - phi(a - STEP)) / (2 * STEP)
        slope = phi.slope(a)
    if not np.isfinite([phi(a), slope]).all():
        raise BadValue(f"The activation {phi.name} and its derivative must be finite between -4 and 4.")
    worst = int(np.abs(slope - numeric).argmax())
    if abs(slope[worst] - numeric[worst]) > CLOSE * max(1.0, abs(numeric[worst])):
        raise BadValue(
            f"The derivative of {phi.name} at a = {a[worst]:.4g} is {numeric[worst]:.6g} by central differences; got "
            f"{slope[worst]:.6g}. If phi' jumps there, name the place in `kinks`."
        )
    if (steepest := float(np.abs(slope).max())) > phi.gamma * (1 + 1e-9):
        raise BadValue(f"gamma of {phi.name} must be the largest |phi'|, at least {steepest:.6g}; got {phi.gamma:.6g}.")


def _check_cell(cell: type[Cell]) -> None:
    try:
        cell.described()
        _check_gradients(cell)
    except (AttributeError, NotImplementedError) as error:
        raise BadValue(f"The cell {cell.name} is not complete: {error or 'a method of Cell is missing'}.") from error


def _check_gradients(cell: type[Cell]) -> None:
    rng = np.random.default_rng(0)
    sizes = Architecture(cell.name, I, H, O)
    params = initialise(sizes, Initialisation("orthogonal", forget_bias=1.0), rng)
    x, target = rng.standard_normal((T, B, I)), rng.standard_normal((T, B, O))
    net = Network(sizes, "tanh", "squared_error", T, B)
    for name, check in dict(gradcheck(net, params, Data(x, target), samples=6, rng=rng)).items():
        if not check.passed:
            raise BadValue(
                f"The gradient of {name} in the cell {cell.name} differs from central differences by "
                f"{check.max_rel_error:.2g} of its size; expected less than 1e-5."
            )
    single = Network(sizes, "tanh", "squared_error", T, 1)
    single.forward(params, x[:, :1], target[:, :1])
    residual = flow(single, adjoints(single)).residual
    if not residual < 1e-10:
        raise BadValue(
            f"The gradients of single losses in the cell {cell.name} must sum to that of all of them; they differ by "
            f"{residual:.2g} of its size. `backward` must be linear in what it is given."
        )


def _check_task(kind: type[Task]) -> None:
    length = max(kind.min_length, T)
    try:
        task = kind(length, 1)
        task.info()
        batch, again = task.batch(0, 0, B), task.batch(0, 0, B)
    except (AttributeError, NotImplementedError, TypeError) as error:
        raise BadValue(f"The task {kind.name} is not complete: {error}.") from error
    shape = (length, B) if task.loss == "cross_entropy" else (length, B, len(task.outputs))
    if batch.x.shape != (length, B, len(task.inputs)) or batch.target.shape != shape:
        raise BadValue(
            f"At T = {length}, B = {B} the task {kind.name} must draw x {(length, B, len(task.inputs))} and target "
            f"{shape}; got {batch.x.shape} and {batch.target.shape}."
        )
    if not np.isfinite(batch.x).all() or not _is_target(batch.target, task):
        raise BadValue(
            f"The task {kind.name} must draw finite x, and as target "
            + ("classes below the number of outputs, or -1 for none." if task.loss == "cross_entropy" else "numbers.")
        )
    if not np.array_equal(batch.x, again.x) or not np.array_equal(batch.target, again.target, equal_nan=True):
        raise BadValue(f"The task {kind.name} must draw from `rng` alone: the same batch again was another one.")


def _is_target(target: np.ndarray, task: Task) -> bool:
    if task.loss == "squared_error":
        return target.dtype.kind == "f" and not np.isinf(target).any()
    return target.dtype.kind == "i" and bool(((target >= -1) & (target < len(task.outputs))).all())
