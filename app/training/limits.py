"""What one iteration may cost: every number may be within its limits and all of them together still too much."""

from collections.abc import Callable, Collection

from ..engine import CELLS
from ..errors import TooCostly
from ..tasks import Task
from .config import RunConfig
from .workspace import buffer_bytes

ELEMENTWISE = 128  # products that take as long as what is done to one gate of one unit beside them
WATCHED = 3  # iterations that may go into the record of one: it comes less often, and others get their turns between
ADJUSTABLE = ("batch_size", "sequence_length", "hidden_size")  # what can be made smaller, the least painful first


def cost(config: RunConfig, task: Task) -> int:
    """About how many nanoseconds one core takes for an iteration: within a factor of two, as a rule.

    The batch and, counted as one more sequence, the probe: for each unit and gate some products with what enters it,
    and elementwise work worth ``ELEMENTWISE`` more. The factors here and below are measured: T 40 … 500, H 16 … 128,
    B 1 … 64, all cells.
    """
    T, B, H, cell = config.sequence_length, task.rows(config.batch_size), config.hidden_size, CELLS[config.cell]
    return T * (B + 1) * H * cell.blocks * (H + len(task.inputs) + len(task.outputs) + ELEMENTWISE) // 10


def cost_of_watching(config: RunConfig, watch: Collection[str]) -> int:
    """About how many nanoseconds what is watched adds to a record.

    Half of all pairs of timesteps for the flow, by rows of one gradient, and for the truncation, by blocks of weights;
    a Jacobian a timestep for the spectrum.
    """
    T, H, cell = config.sequence_length, config.hidden_size, CELLS[config.cell]
    row, pairs = (2 * H if cell.direct == "c" else H), T * T // 2
    tenths = {
        "flow": pairs * row * (row // 2 + 60),
        "truncation": pairs * H * cell.blocks * (H + 60),
        "spectrum": T * (500 * H * H + 300_000),
    }
    return sum(tenths.get(quantity, 0) for quantity in watch) // 10


def memory(config: RunConfig, task: Task) -> int:
    """Bytes the buffers of one iteration take."""
    T, B, H = config.sequence_length, task.rows(config.batch_size), config.hidden_size
    return buffer_bytes(config.cell, T, B, len(task.inputs), H, len(task.outputs), config.precision)


def check(config: RunConfig, task: Task, watch: Collection[str], max_cost: int | None, max_bytes: int | None) -> None:
    """Raise TooCostly, naming the product and what would fit, where a configuration is beyond a limit."""
    if max_cost is not None and cost(config, task) > max_cost:
        field, fits = _what_fits(config, lambda smaller: cost(smaller, task) <= max_cost)
        T, B, H = config.sequence_length, task.rows(config.batch_size), config.hidden_size
        raise TooCostly(
            f"T·B·H·(H+I+O) = {T}·{B}·{H}·{H + len(task.inputs) + len(task.outputs)} with gates would take about "
            f"{cost(config, task) / 1e6:.3g} ms per iteration; at most {max_cost / 1e6:.3g} ms are available here. "
            f"{fits}",
            field,
        )
    if max_cost is not None and cost_of_watching(config, watch) > WATCHED * max_cost:
        field, fits = _what_fits(config, lambda smaller: cost_of_watching(smaller, watch) <= WATCHED * max_cost)
        raise TooCostly(
            f"The watched {', '.join(sorted(watch))} would take about {cost_of_watching(config, watch) / 1e6:.3g} ms "
            f"a record at T = {config.sequence_length}, H = {config.hidden_size}; at most "
            f"{WATCHED * max_cost / 1e6:.3g} ms are available here. {fits} Or watch fewer quantities.",
            field,
        )
    if max_bytes is not None and memory(config, task) > max_bytes:
        field, fits = _what_fits(config, lambda smaller: memory(smaller, task) <= max_bytes)
        raise TooCostly(
            f"T·B·H numbers of one iteration would take {memory(config, task) / 2**20:.3g} MiB; "
            f"at most {max_bytes / 2**20:.3g} MiB are available here. {fits}",
            field,
        )


def _what_fits(config: RunConfig, fits: Callable[[RunConfig], bool]) -> tuple[str | None, str]:
    """The first field that alone could be made small enough, and a sentence with the largest value that fits."""
    for field in ADJUSTABLE:
        most = getattr(config, field)
        least = next((n for n in range(most, 0, -1) if fits(config.model_copy(update={field: n}))), None)
        if least is not None:
            return field, f"Try {field} = {least}."
    return None, "Try a smaller sequence_length, batch_size and hidden_size together."
