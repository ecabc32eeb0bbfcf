"""What a part of one's own has to be before it is offered: each kind is tried, and what fails raises BadValue."""

from collections.abc import Callable

import numpy as np

from ...engine import (
    Activation,
    Architecture,
    Cell,
    Data,
    Initialisation,
    Network,
    Optimizer,
    adjoints,
    flow,
    gradcheck,
    initialise,
)
from ...errors import BadValue, shown
from ...tasks import Task
from ..config import RunConfig
from ..quantities import Quantity, Sizes
from ..trainer import Trainer

ARGUMENTS = np.linspace(-4.03, 3.97, 81)  # where an activation is compared; no usual kink is among them
STEP = 1e-5
CLOSE = 1e-6
T, B, I, H, O = 5, 3, 2, 4, 2  # of what is tried
MOMENTS = ("m", "v")

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def check_activation(phi: Activation) -> None:
    """Its derivative against central differences, finite, and gamma the largest slope."""
    away = np.abs(ARGUMENTS[:, None] - np.array([*phi.kinks, np.inf])).min(axis=1) > 2 * STEP
    a = ARGUMENTS[away]
    with np.errstate(all="ignore"):
        numeric = (phi(a + STEP) - phi(a - STEP)) / (2 * STEP)
        slope = phi.slope(a)
        values = phi(a)
    if len(bad := np.flatnonzero(~np.isfinite([values, slope]).all(axis=0))):
        raise BadValue(
            f"The activation {phi.name} and its derivative must be finite between -4 and 4; at a = {a[bad[0]]:.4g} "
            f"they are {values[bad[0]]:.4g} and {slope[bad[0]]:.4g}."
        )
    worst = int(np.abs(slope - numeric).argmax())
    if abs(slope[worst] - numeric[worst]) > CLOSE * max(1.0, abs(numeric[worst])):
        raise BadValue(
            f"The derivative of {phi.name} at a = {a[worst]:.4g} is {numeric[worst]:.6g} by central differences; got "
            f"{slope[worst]:.6g}. If phi' jumps there, name the place in `kinks`."
        )
    if (steepest := float(np.abs(slope).max())) > phi.gamma * (1 + 1e-9):
        raise BadValue(f"gamma of {phi.name} must be the largest |phi'|, at least {steepest:.6g}; got {phi.gamma:.6g}.")


def check_cell(cell: type[Cell]) -> None:
    """Complete, and its gradients right."""
    try:
        cell.described()
        _check_gradients(cell)
    except (AttributeError, NotImplementedError) as error:
        raise BadValue(
            f"The cell {cell.name} is not complete: {str(error) or 'a method of Cell is missing'}."
        ) from error


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


def check_task(kind: type[Task]) -> None:
    """Complete, and batches of the shapes and ranges it declares, the same every time."""
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


def check_quantity(quantity: Quantity) -> None:
    """Complete, and the tensors and scalars it declares."""
    name = quantity.name
    for config in (
        RunConfig(sequence_length=T, hidden_size=H),
        RunConfig(sequence_length=T, hidden_size=H, cell="lstm"),
    ):
        trainer = Trainer(config)
        try:
            quantity.description()
            said, found = trainer.tensors({name}), trainer.record({name})
        except (AttributeError, NotImplementedError, TypeError) as error:
            raise BadValue(f"The quantity {name} is not complete: {error}.") from error
        measured = {tensor: (values.shape, values.dtype.name) for tensor, values in found.tensors.items()}
        for tensor in sorted({*said, *measured}):
            expected, got = said.get(tensor), measured.get(tensor)
            if expected is None or got is None or not _are_like(expected, got):
                raise BadValue(
                    f"With cell = {config.cell}, T = {T} and H = {H} the quantity {name} declares for {tensor} "
                    f"{_layout(expected)}; `measure` gave {_layout(got)}."
                )
        if unknown := sorted(set(found.scalars) - set(trainer.record().scalars)):
            raise BadValue(f"The quantity {name} must name {shown(unknown[0])} in `scalars`, as `measure` gave it.")


def _are_like(expected: tuple[Sizes, str], got: tuple[Sizes, str]) -> bool:
    """Whether type and shape are those declared, where None stands for a size that is known only once it is there."""
    sizes = zip(expected[0], got[0], strict=False)
    return expected[1] == got[1] and len(expected[0]) == len(got[0]) and all(a in (None, b) for a, b in sizes)


def _layout(layout: tuple[Sizes, str] | None) -> str:
    return "nothing" if layout is None else f"{layout[0]} {layout[1]}"


def check_initialiser(draw: Draw) -> None:
    """Finite draws of the right shape, the same for the same generator."""
    for shape in ((H, H), (H,)):  # a block of W_hh, and an indrnn's u_hh
        try:
            values, again = (np.asarray(draw(np.random.default_rng(0), shape)) for _ in range(2))
        except TypeError as error:
            raise BadValue(f"The initialiser {draw.__name__} must take (rng, shape): {error}.") from error
        if values.shape != shape or values.dtype.kind != "f" or not np.isfinite(values).all():
            raise BadValue(
                f"The initialiser {draw.__name__} must draw finite numbers {shape}; got {values.dtype} {values.shape}."
            )
        if not np.array_equal(values, again):
            raise BadValue(f"The initialiser {draw.__name__} must draw from `rng` alone: the same draw again differed.")


def check_optimizer(kind: type[Optimizer]) -> None:
    """Complete, and an update that goes down the gradient, finite, and the same every time."""
    if other := next((letter for letter in kind.moments if letter not in MOMENTS), None):
        raise BadValue(
            f"The moments of the optimizer {kind.name} must be among {', '.join(MOMENTS)}, which snapshots hold; got "
            f"{shown(other)}."
        )
    before = np.linspace(-1.0, 1.0, H)
    gradient = np.random.default_rng(0).standard_normal(H)
    try:
        after, again = (_updated(kind, before, gradient, updates) for updates in (1, 1))
        later = _updated(kind, before, gradient, 3)
    except (AttributeError, KeyError, NotImplementedError, TypeError) as error:
        raise BadValue(
            f"The optimizer {kind.name} is not complete: {str(error) or '`direction` is missing'}."
        ) from error
    except (ValueError, IndexError) as error:
        raise BadValue(
            f"The optimizer {kind.name} must subtract finite numbers of its gradient's shape; got {error}."
        ) from error
    if not np.isfinite([after, later]).all():
        raise BadValue(f"The optimizer {kind.name} must subtract finite numbers of its gradient's shape.")
    if not np.vdot(after - before, gradient) < 0:
        raise BadValue(f"The first update of the optimizer {kind.name} must go down the gradient, and does not.")
    if not np.array_equal(after, again):
        raise BadValue(f"The optimizer {kind.name} must be the same again for the same gradients, and differed.")


def _updated(kind: type[Optimizer], start: np.ndarray, gradient: np.ndarray, updates: int) -> np.ndarray:
    params = {"w": start.copy()}
    optimizer = kind(params, 0.01)
    for _ in range(updates):
        optimizer.update({"w": gradient.copy()})
    return params["w"]


def _is_target(target: np.ndarray, task: Task) -> bool:
    if task.loss == "squared_error":
        return target.dtype.kind == "f" and not np.isinf(target).any()
    return target.dtype.kind == "i" and bool(((target >= -1) & (target < len(task.outputs))).all())
