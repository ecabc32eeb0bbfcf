"""What one iteration may cost: every number may be within its limits and all of them together still too much."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..engine import CELLS
from ..errors import TooCostly
from ..tasks import Task
from .architecture import Architecture
from .config import RunConfig
from .quantities import QUANTITIES
from .workspace import Shape

WATCHED = 3  # iterations that may go into the record of one: it comes less often, and others get their turns between
ADJUSTABLE = ("batch_size", "sequence_length", "hidden_size")  # what can be made smaller, the least painful first


def cost(config: RunConfig, task: Task) -> int:
    """About how many nanoseconds one core takes for an iteration: within a factor of two, as a rule.

    The batch, the probe, counted as one more sequence, and what is held out, which goes forward only: for each unit
    and gate some products with what enters it, and elementwise work worth ``Cell.elementwise`` more. The factors here
    and in the quantities are measured: T 40 … 500, H 16 … 128, B 1 … 64, all cells.
    """
    T, B, net = config.sequence_length, task.rows(config.batch_size), Architecture.of(config, task)
    cell = CELLS[net.cell]
    each = sum(net.hidden_size + entering + cell.elementwise for entering in net.entering)
    products = each + net.outputs * len(net.top_endings)
    embedding = net.inputs * net.embedding_size
    sequences = B + 1 + -(-task.held_out_rows(config.batch_size) // 3)
    return T * sequences * (net.hidden_size * cell.blocks * products + embedding) // 10


def cost_of_watching(config: RunConfig, watch: Collection[str]) -> int:
    """About how many nanoseconds what is watched adds to a record."""
    return sum(QUANTITIES[name].cost(config) for name in watch)


def memory(config: RunConfig, task: Task) -> int:
    """Bytes the buffers of one iteration take."""
    T, B, net = config.sequence_length, task.rows(config.batch_size), Architecture.of(config, task)
    B += task.held_out_rows(config.batch_size)
    return Shape(net, config.activation, task.loss, T, B, config.precision).nbytes


@dataclass(frozen=True)
class Budget:
    """What one iteration may take: nanoseconds of one core as estimated here, and bytes; None: no bound."""

    max_cost: int | None = None
    max_bytes: int | None = None

    def check(self, config: RunConfig, task: Task, watch: Collection[str]) -> None:
        """Raise TooCostly, naming the product and what would fit, where a configuration is beyond a limit."""
        if self.max_cost is not None:
            _check_iteration(config, task, self.max_cost)
            _check_watched(config, watch, WATCHED * self.max_cost)
        if self.max_bytes is not None:
            _check_memory(config, task, self.max_bytes)


def _check_iteration(config: RunConfig, task: Task, most: int) -> None:
    if (needed := cost(config, task)) > most:
        T, B, net = config.sequence_length, task.rows(config.batch_size), Architecture.of(config, task)
        field, advice = _what_fits(config, lambda smaller: cost(smaller, task) <= most)
        raise TooCostly(
            f"T·B·H·(H+I+O) = {T}·{B}·{net.hidden_size}·{net.hidden_size + net.inputs + net.outputs} with gates"
            f"{'' if len(net.endings) == 1 else ' in ' + str(net)} would "
            f"take about {needed / 1e6:.3g} ms per iteration; at most {most / 1e6:.3g} ms are available here. {advice}",
            field,
        )


def _check_watched(config: RunConfig, watch: Collection[str], most: int) -> None:
    if (needed := cost_of_watching(config, watch)) > most:
        field, advice = _what_fits(config, lambda smaller: cost_of_watching(smaller, watch) <= most)
        raise TooCostly(
            f"The watched {', '.join(sorted(watch))} would take about {needed / 1e6:.3g} ms "
            f"a record at T = {config.sequence_length}, H = {config.hidden_size}; at most "
            f"{most / 1e6:.3g} ms are available here. {advice} Or watch fewer quantities.",
            field,
        )


def _check_memory(config: RunConfig, task: Task, most: int) -> None:
    if (needed := memory(config, task)) > most:
        field, advice = _what_fits(config, lambda smaller: memory(smaller, task) <= most)
        raise TooCostly(
            f"T·B·H numbers of one iteration would take {needed / 2**20:.3g} MiB; "
            f"at most {most / 2**20:.3g} MiB are available here. {advice}",
            field,
        )


def _what_fits(config: RunConfig, fits: Callable[[RunConfig], bool]) -> tuple[str | None, str]:
    """The first field that alone could be made small enough, and a sentence with the largest value that fits."""
    for field in ADJUSTABLE:
        largest = getattr(config, field)
        most = next((n for n in range(largest, 0, -1) if fits(config.model_copy(update={field: n}))), None)
        if most is not None:
            return field, f"Try {field} = {most}."
    return None, "Try a smaller sequence_length, batch_size and hidden_size together."
