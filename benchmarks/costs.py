"""What runs cost, beside what they are estimated to cost: random configurations, measured on one core.

    .venv/bin/python -m benchmarks.costs              # 300 configurations, about four minutes on a quiet machine
    .venv/bin/python -m benchmarks.costs --number 30

An estimate decides who is let in (`app/training/costs.py`): one that is too low lets a run hold a core for longer than
promised, one that is too high refuses what would be fine. Estimates are for cores of one kind. On slower ones all
ratios are smaller: UNROLL_MAX_COST times their median keeps its promise there. How wrong prices are relative to each
other is what the ratios divided by their median show.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import Any

import numpy as np

from app.engine import CELLS, OPTIMIZERS
from app.errors import UnrollError
from app.settings import Settings
from app.training import WATCHABLE, RunConfig, Trainer
from app.training.costs import cost, cost_of_watching
from benchmarks.report import Report

SECONDS = 0.1  # of computing spent on each measured thing, so that the least of all times is that of a quiet core,
TIMES = 4  # but never fewer times than these: the first meets caches and pages that are not there yet
FACTOR = 2.0
TASKS = ("echo", "sine", "characters", "latch", "adding")


@dataclass(frozen=True)
class Measured:
    """Nanoseconds of an iteration and its record, and of what is watched: estimated, and measured."""

    config: dict[str, Any]
    watch: list[str]
    iteration: tuple[float, float]
    watched: tuple[float, float]

    @property
    def whole(self) -> float:
        """The estimate of everything, as a multiple of the truth."""
        return sum(pair[0] for pair in (self.iteration, self.watched)) / (self.iteration[1] + self.watched[1])


def least(action: Callable[[], object]) -> float:
    """Nanoseconds of computing that `action` takes, the least of many times."""
    found, spent, times = float("inf"), 0.0, 0
    while spent < SECONDS or times < TIMES:
        begun = time.process_time_ns()
        action()
        took = time.process_time_ns() - begun
        found, spent, times = min(found, took), spent + took / 1e9, times + 1
    return found


def measured(trainer: Trainer, watch: list[str]) -> Measured:
    """One configuration: an update and a plain record, then a record with everything that is watched."""
    config, task = trainer.config, trainer.task
    trainer.advance()
    iteration = least(trainer.advance) + least(lambda: trainer.record(()).to_bytes())
    plain = least(lambda: trainer.record(()).to_bytes())
    watched = max(0.0, least(lambda: trainer.record(watch).to_bytes()) - plain)
    return Measured(
        config.model_dump(),
        watch,
        (cost(config, task), iteration),
        (cost_of_watching(config, task, watch), watched),
    )


def runs(seed: int) -> Iterator[tuple[Trainer, list[str]]]:
    """Random runs that the default limits let in, sizes spread evenly over their logarithms, and what they watch."""
    rng, limits = Random(seed), Settings()

    def size(least: int, most: int) -> int:
        return round(exp(rng.uniform(log(least), log(most))))

    while True:
        T = size(1, 500)
        config: dict[str, Any] = {
            "cell": rng.choice(list(CELLS)),
            "sequence_length": T,
            "hidden_size": size(2, 256),
            "batch_size": size(1, 256),
            "optimizer": rng.choice(list(OPTIMIZERS)),
            "precision": rng.choice(("float64", "float64", "float32")),
            "activation": rng.choice(("tanh", "relu", "gelu", "sigmoid")),
            "clip": rng.choice(("none", "norm", "value", "timestep")),
            "learning_rate": 1e-4,
            "init": "orthogonal",
            "task": rng.choice(TASKS),
        }
        if rng.random() < 0.4:
            config |= {"num_layers": rng.randint(1, 4), "bidirectional": rng.random() < 0.5}
        if not config.get("bidirectional") and rng.random() < 0.5:
            config["k1"] = size(1, T)
            config["k2"] = min(500, size(config["k1"], max(T, config["k1"])))
        watch = [quantity for quantity in WATCHABLE if rng.random() < 0.4]
        try:
            trainer = Trainer(RunConfig(**config), max_cost=limits.max_cost, max_bytes=limits.max_bytes)
            bring_data(trainer, rng.random(), size)
            trainer.watch(watch)
        except UnrollError:
            continue
        yield trainer, watch


def bring_data(trainer: Trainer, chance: float, size: Callable[[int, int], int]) -> None:
    """To some of the runs own data, whose inputs and outputs may be many."""
    if chance < 0.2:
        T, rows, draw = trainer.config.sequence_length, size(2, 64), np.random.default_rng(0).standard_normal
        trainer.load_dataset({"inputs": draw((rows, T, size(1, 300))), "targets": draw((rows, T, size(1, 300)))})
    elif chance < 0.4:
        trainer.load_text("".join(chr(0x4E00 + code) for code in range(size(3, 900))) * 3)


def rows(report: Report, name: str, ratios: list[float]) -> None:
    """Estimates as multiples of the truth; and relative to each other, whatever this machine's pace."""
    pace = float(np.median(ratios))
    report.row(f"{name}: median of {len(ratios)}", pace)
    for what, some in (("÷ measured", ratios), ("÷ the median", [ratio / pace for ratio in ratios])):
        report.row(f"  {name}, {what}: least", min(some), "", "≥", 1 / FACTOR)
        report.row(f"  {name}, {what}: most", max(some), "", "≤", FACTOR)
        report.row("    beyond a factor of two", sum(not 1 / FACTOR <= ratio <= FACTOR for ratio in some))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=300, help="configurations")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    report = Report("Costs, on this machine: estimated ÷ measured")
    found = [measured(*run) for run, _ in zip(runs(chosen.seed), range(chosen.number), strict=False)]
    rows(report, "an iteration and its record", [each.iteration[0] / each.iteration[1] for each in found])
    rows(report, "with all that is watched", [each.whole for each in found])
    for each in sorted(found, key=lambda each: -abs(log(each.whole)))[:5]:
        print(f"  {each.whole:.2f}: {each.watch} {each.config}")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
