"""What one iteration may cost: every number may be within its limits and all of them together still too much.

Prices are nanoseconds of one core, found by `benchmarks/costs.py`, which also shows how far estimates are from what is
measured: within a factor of two. What watched quantities add stands in `quantities/`, beside how they are computed.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass
from math import prod

import numpy as np

from ..engine import CELLS, OPTIMIZERS, nbytes_of_pairs
from ..errors import TooCostly
from ..tasks import OwnData, Task
from . import dataset
from .architecture import in_words
from .beside import shape_of_two
from .config import RunConfig
from .quantities import PROBE, QUANTITIES, tensors_of
from .work import Work
from .workspace import Shape

WATCHED = 3  # iterations that may go into the record of one: it comes less often, and others get their turns between
ADJUSTABLE = ("batch_size", "sequence_length", "hidden_size")  # what can be made smaller, the least painful first

UPDATE, UPDATED = 78_000.0, 10.7  # nanoseconds of an update, and of one parameter in it,
LAYER_UPDATED = 35_000.0  # and of what one more layer, or direction, adds to it
FORWARD_ALONE = 0.6  # what a forward pass costs where no gradients follow
CHECKPOINTS = 2  # copies of weights and moments to which a run can go back
COPIES_OF_A_GRADIENT = 5  # by name, as one vector, clipped, and twice the weights while an update is measured
LAGS_AT_ONCE = 2**16  # numbers of one kind that the truncation meter works on together
TABLES_OF_PAIRS = 5  # that the flow fills before they become tensors


def cost(config: RunConfig, task: Task) -> int:
    """About how many nanoseconds one core takes for an iteration and its record: within a factor of two."""
    work = Work.of(config, task)
    update = UPDATE + LAYER_UPDATED * (work.layers - 1) + UPDATED * work.parameters
    return round(work.batch + update + PROBE.cost(work) + FORWARD_ALONE * work.forward(work.held_out))


def cost_of_watching(config: RunConfig, task: Task, watch: Collection[str]) -> int:
    """About how many nanoseconds what is watched adds to a record."""
    work = Work.of(config, task)
    return round(sum(QUANTITIES[name].cost(work) for name in watch))


def memory(config: RunConfig, task: Task, watch: Collection[str] = (), data: OwnData | None = None) -> int:
    """About how many bytes a run takes: buffers, weights, moments and what is kept of them, a record, own data."""
    work = Work.of(config, task)
    T, net = work.T, work.net
    rows = [task.rows(config.batch_size), task.held_out_rows(config.batch_size), 1]
    rows += [1] if config.carry_state else []  # the window before the probe
    buffers = sum(Shape(net, config.activation, task.loss, T, B, config.precision).nbytes for B in rows if B)
    buffers += sum(shape.nbytes for shape in (work.beside, shape_of_two(net, config, task)) if shape)
    learner = (1 + len(OPTIMIZERS[config.optimizer].moments)) * (1 + CHECKPOINTS)
    weights = (learner + COPIES_OF_A_GRADIENT) * work.parameters * (8 if config.precision == "float64" else 4)
    carried = 2 * (1 + CHECKPOINTS) * work.B * work.carried * work.layers * 8 if config.carry_state else 0
    record = sum(
        prod(size or 0 for size in sizes) * np.dtype(dtype).itemsize
        for sizes, dtype in tensors_of(config, task, watch).values()
    )
    tables = TABLES_OF_PAIRS * T * T * 8 if "flow" in watch else 0
    of_pairs = _memory_of_pairs(work, watch) if net.num_layers > 1 else 0
    of_pairs += LAGS_AT_ONCE * (4 + 2 * CELLS[net.cell].blocks) * 8 if "truncation" in watch else 0
    return buffers + weights + carried + 2 * record + tables + of_pairs + (0 if data is None else dataset.nbytes(data))


def _memory_of_pairs(work: Work, watch: Collection[str]) -> int:
    """Bytes of what a stack takes to go through all pairs by groups of losses, and of what is gathered of them."""
    T, H, net = work.T, work.H, work.net
    left = T * T * H * work.layers if "flow" in watch and work.is_cut else 0
    lags = T * work.pre_activations * H * work.layers if "truncation" in watch else 0
    if not left and not lags and not ("flow" in watch and net.bidirectional):
        return 0
    return nbytes_of_pairs(net.cell, T, H, len(net.top_endings)) + 8 * (left + lags)


@dataclass(frozen=True)
class Budget:
    """What one iteration may take: nanoseconds of one core as estimated here, and bytes; None: no bound."""

    max_cost: int | None = None
    max_bytes: int | None = None

    def check(self, config: RunConfig, task: Task, watch: Collection[str], data: OwnData | None = None) -> None:
        """Raise TooCostly, naming the product and what would fit, where a configuration is beyond a limit."""
        if self.max_cost is not None:
            _check_iteration(config, task, self.max_cost)
            _check_watched(config, task, watch, WATCHED * self.max_cost)
        if self.max_bytes is not None:
            _check_memory(config, task, watch, data, self.max_bytes)


def _check_iteration(config: RunConfig, task: Task, most: int) -> None:
    if (needed := cost(config, task)) > most:
        work = Work.of(config, task)
        field, advice = _what_fits(config, lambda smaller: cost(smaller, task) <= most)
        raise TooCostly(
            f"T·B·H·(H+I+O) = {work.T}·{work.B}·{work.H}·{work.H + work.I + work.O} with gates"
            f"{'' if work.layers == 1 else f' in {in_words(work.net)}'}{_passes(work)} would "
            f"take about {needed / 1e6:.3g} ms per iteration; at most {most / 1e6:.3g} ms are available here. {advice}",
            field,
        )


def _passes(work: Work) -> str:
    """What truncation makes of the way back, where there is one."""
    if work.passes == 1:
        return ""
    return f" and {work.passes} backward passes over {work.swept} timesteps in all (k1 = {work.config.k1})"


def _check_watched(config: RunConfig, task: Task, watch: Collection[str], most: int) -> None:
    if (needed := cost_of_watching(config, task, watch)) > most:
        field, advice = _what_fits(config, lambda smaller: cost_of_watching(smaller, task, watch) <= most)
        raise TooCostly(
            f"The watched {', '.join(sorted(watch))} would take about {needed / 1e6:.3g} ms "
            f"a record at T = {config.sequence_length}, H = {config.hidden_size}; at most "
            f"{most / 1e6:.3g} ms are available here. {advice} Or watch fewer quantities.",
            field,
        )


def _check_memory(config: RunConfig, task: Task, watch: Collection[str], data: OwnData | None, most: int) -> None:
    if (needed := memory(config, task, watch, data)) > most:
        field, advice = _what_fits(config, lambda smaller: memory(smaller, task, watch, data) <= most)
        raise TooCostly(
            f"T·B·H numbers of one iteration, weights, what is watched and own data would take "
            f"{needed / 2**20:.3g} MiB; at most {most / 2**20:.3g} MiB are available here. {advice}",
            field,
        )


def _what_fits(config: RunConfig, fits: Callable[[RunConfig], bool]) -> tuple[str | None, str]:
    """The first field that alone could be made small enough, and a sentence with the value nearest to what it is.

    Truncated passes that begin further apart are fewer, so k1 is tried first where there are many. Values are halved
    in on: each of them takes an estimate, and there may be hundreds.
    """
    candidates = {field: range(getattr(config, field), 0, -1) for field in ADJUSTABLE}
    if 0 < config.k1 < min(config.k2, config.sequence_length):
        candidates = {"k1": range(config.k1 + 1, config.k2 + 1)} | candidates
    for field, values in candidates.items():
        at = bisect_left(values, True, key=lambda value: fits(config.model_copy(update={field: value})))
        if at < len(values):
            return field, f"Try {field} = {values[at]}."
    return None, "Try a smaller sequence_length, batch_size and hidden_size together."
