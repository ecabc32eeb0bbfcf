"""What one iteration may cost: every number may be within its limits and all of them together still too much."""

from collections.abc import Callable, Collection

from app.engine import CELLS
from app.errors import TooCostly
from app.tasks import Task
from app.training.config import RunConfig
from app.training.scratch import buffer_bytes

ADJUSTABLE = ("batch_size", "sequence_length", "hidden_size")  # what can be made smaller, the least painful first


def cost(config: RunConfig, task: Task, watch: Collection[str] = ()) -> int:
    """Products of one iteration: T·B·H·(H+I+O) for each gate, the probe counted as one more sequence.

    The sweeps over all pairs of timesteps and the Jacobians that a record may hold count as much as they take.
    """
    T, B, H, gates = config.sequence_length, task.rows(config.batch_size), config.hidden_size, CELLS[config.cell].blocks
    pairs = T * T * H * H * gates // 6
    extra = {"flow": pairs, "truncation": 2 * pairs, "spectrum": T * H * H * (H + 40) // 2}
    width = H + len(task.inputs) + len(task.outputs)
    return T * (B + 1) * H * width * gates + sum(extra.get(quantity, 0) for quantity in watch)


def memory(config: RunConfig, task: Task) -> int:
    """Bytes the buffers of one iteration take."""
    T, B, H = config.sequence_length, task.rows(config.batch_size), config.hidden_size
    return buffer_bytes(config.cell, T, B, len(task.inputs), H, len(task.outputs), config.precision)


def check(config: RunConfig, task: Task, watch: Collection[str], max_cost: int | None, max_bytes: int | None) -> None:
    """Raise TooCostly, naming the product and what would fit, where a configuration is beyond a limit."""
    if max_cost is not None and cost(config, task, watch) > max_cost:
        field, fits = _what_fits(config, lambda smaller: cost(smaller, task, watch) <= max_cost)
        T, B, H = config.sequence_length, task.rows(config.batch_size), config.hidden_size
        watched = f" and the watched {', '.join(sorted(watch))}" if watch else ""
        raise TooCostly(
            f"T·B·H·(H+I+O) = {T}·{B}·{H}·{H + len(task.inputs) + len(task.outputs)} with gates{watched} comes to "
            f"{cost(config, task, watch):.2g}; at most {max_cost:.2g} may be computed per iteration here. {fits}",
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
    """The first field that alone could be made small enough, and a sentence with the largest value that would do."""
    for field in ADJUSTABLE:
        most = getattr(config, field)
        least = next((n for n in range(most, 0, -1) if fits(config.model_copy(update={field: n}))), None)
        if least is not None:
            return field, f"{field} = {least} would do."
    return None, "A smaller sequence_length, batch_size and hidden_size together would do."
