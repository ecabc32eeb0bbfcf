"""How fast the engine is beside what one would pick instead, and beside what NumPy itself allows.

    make bench-engine                                  # everything, with PyTorch and JAX installed beside the project
    .venv/bin/python -m benchmarks.engine              # the rows that need no peer
    .venv/bin/python -m benchmarks.engine limit flows  # these parts alone
    .venv/bin/python -m benchmarks.engine --quick      # fewer repetitions

All contestants take turns in one process, each on one thread, in float64, on the same sizes; a ratio is peer ÷ ours
of medians, its spread the quartiles of the ratios turn by turn.

plain: forward, losses, backward, parameter gradients. instrumented: the same with dE/dh_t and its norm at every
timestep.
"""

from __future__ import annotations

import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import argparse
import itertools
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from app.engine import Architecture, Initialisation, Network, all_adjoints, all_flows, initialise
from app.engine.arrays import SMALL, product, zeros
from app.training import RunConfig, Trainer
from benchmarks.peers import OF_ANY_SHAPE, PEERS
from benchmarks.report import Report

CELLS = ("rnn", "lstm", "gru")
TURN, LONG_TURN = 0.002, 0.03  # seconds
Step = Callable[[], object]


@dataclass(frozen=True)
class Size:
    """T timesteps, H units, B examples; one input and one output, a loss at every timestep."""

    T: int
    H: int
    B: int

    @property
    def small(self) -> bool:
        """Where a playground lives: overheads count for more than arithmetic."""
        return self.T <= 200 and self.H <= 32 and self.B >= 16


GRID = [Size(T, H, B) for T, H, B in itertools.product((10, 50, 200), (8, 32, 128), (1, 16, 64))]


@dataclass
class Problem:
    """One network, one batch: what every contestant is given."""

    cell: str
    size: Size
    shape: dict[str, Any] = field(default_factory=dict)  # num_layers, bidirectional

    def __post_init__(self) -> None:
        rng = np.random.default_rng(0)
        T, H, B = self.size.T, self.size.H, self.size.B
        self.net = Architecture(self.cell, 1, H, 1, **self.shape)
        self.params = initialise(self.net, Initialisation("pytorch", forget_bias=0.0), rng)
        self.x = rng.choice([-1.0, 1.0], (T, B, 1))
        self.target = rng.choice([-1.0, 1.0], (T, B, 1))


def plain(problem: Problem, last_only: bool = False) -> Step:
    size = problem.size
    net = Network(problem.net, "tanh", "squared_error", size.T, size.B)
    target = problem.target.copy()
    if last_only:
        target[:-1] = np.nan

    def step() -> object:
        net.forward(problem.params, problem.x, target)
        return net.backward()

    return step


def instrumented(problem: Problem) -> Step:
    size = problem.size
    net = Network(problem.net, "tanh", "squared_error", size.T, size.B)

    def step() -> object:
        net.forward(problem.params, problem.x, problem.target)
        gradients = net.backward()
        return gradients, [np.sqrt(np.einsum("tbh,tbh->t", view.dh, view.dh)) for view in net.views.values()]

    return step


def whole_flow(problem: Problem) -> Step:
    """Every dE_t/dh_k of the first example."""
    size = problem.size
    net = Network(problem.net, "tanh", "squared_error", size.T, 1)
    net.forward(problem.params, problem.x[:, :1], problem.target[:, :1])
    found = all_adjoints(net)
    return lambda: all_flows(net, found)


def limit(problem: Problem) -> Step:
    """The products and transcendental functions no NumPy engine can do without, and nothing else.

    Those of both walks, the readout and the parameter gradients, each on memory that is at hand, as fast as we know
    how: the engine's own way of multiplying.
    """
    T, H, B = problem.size.T, problem.size.H, problem.size.B
    blocks = {"rnn": 1, "lstm": 4, "gru": 3}[problem.cell]
    tanhs, exponentials = {"rnn": (1, 0), "lstm": (2, 3), "gru": (1, 2)}[problem.cell]
    rng = np.random.default_rng(0)

    def filled(*shape: int) -> np.ndarray:
        array = zeros(shape, np.dtype(float))
        array[...] = rng.normal(size=shape)
        return array

    W, z, a = filled(blocks * H, H + 2), filled(H + 2, B), filled(blocks * H, B)
    V, leaving, dh = filled(H, blocks * H + 1), filled(blocks * H + 1, B), filled(H, B)
    arguments, values = filled((tanhs + exponentials) * H, B), filled((tanhs + exponentials) * H, B)
    readout, states, y = filled(1, H + 1), filled(T, H + 1, B), filled(T, 1, B)
    at_once = min(T, SMALL // (len(leaving) * len(z) * B) or T)  # timesteps of a product that is small
    rest = T % at_once
    da, entering = filled(len(leaving), at_once * B), filled(at_once * B, len(z))
    forward, backward = product(W, B), product(V, B)

    def step() -> object:
        for _ in range(T):
            forward(z, a)
            np.tanh(arguments[: tanhs * H], values[: tanhs * H])
            np.exp(arguments[tanhs * H :], values[tanhs * H :])
        np.matmul(readout, states, out=y)
        for _ in range(T):
            backward(leaving, dh)
        for _ in range(T // at_once):
            da.dot(entering)
        return da[:, : rest * B].dot(entering[: rest * B])

    return step


def take_turns(steps: dict[str, Step], seconds: float, turn: float = TURN) -> dict[str, list[float]]:
    """Seconds a step of every contestant in its turns, until `seconds` are over and everyone had seven of them.

    A turn is some steps in a row, as in training, about `turn` seconds long. Every round has an order of its own: who
    follows whom decides what the caches hold.
    """
    in_a_row = {}
    for name, step in steps.items():
        step()  # compiles, allocates
        in_a_row[name] = max(1, int(turn / cost(step, 1)))
    times: dict[str, list[float]] = {name: [] for name in steps}
    order, rng = list(steps), random.Random(0)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[order[0]]) < 7:
        rng.shuffle(order)
        for name in order:
            times[name].append(cost(steps[name], in_a_row[name]))
    return times


def cost(step: Step, in_a_row: int) -> float:
    """Seconds a step: what passed on the clock or what the processor spent, whichever is less.

    Other programs on the machine, and second threads that share the work, are held against nobody.
    """
    start, busy = time.perf_counter(), time.process_time()
    for _ in range(in_a_row):
        step()
    return min(time.perf_counter() - start, time.process_time() - busy) / in_a_row


def ratio(times: dict[str, list[float]], a: str, b: str) -> float:
    return statistics.median(times[a]) / statistics.median(times[b])


def spread(times: dict[str, list[float]], a: str, b: str) -> str:
    low, _, high = statistics.quantiles([x / y for x, y in zip(times[a], times[b], strict=True)], n=4)
    return f"{low:.2f}–{high:.2f}"


def against_peers(report: Report, seconds: float, verbose: bool = False) -> None:
    for cell in CELLS:
        ratios: dict[str, list[tuple[Size, float]]] = {}
        for size in GRID:
            problem = Problem(cell, size)
            steps: dict[str, Step] = {"plain": plain(problem), "instrumented": instrumented(problem)}
            steps |= {name: make(cell, problem.params, problem.x, problem.target) for name, make in PEERS.items()}
            times = take_turns(steps, seconds)
            for peer in PEERS:
                ours = "plain" if peer == "torch fused" else "instrumented"
                value = ratio(times, peer, ours)
                ratios.setdefault(peer, []).append((size, value))
                if verbose or value < 1:
                    ahead = "   the peer is ahead" if value < 1 else ""
                    print(f"    {cell} {size} {peer} ÷ {ours}: {value:.2f} ({spread(times, peer, ours)}){ahead}")
            ratios.setdefault("overhead", []).append((size, ratio(times, "instrumented", "plain")))
        _verdicts(report, cell, ratios)


def _verdicts(report: Report, cell: str, ratios: dict[str, list[tuple[Size, float]]]) -> None:
    def mean(name: str, chosen: Callable[[Size], bool] = lambda _: True) -> float:
        return statistics.geometric_mean([value for size, value in ratios[name] if chosen(size)])

    def worst(name: str, chosen: Callable[[Size], bool] = lambda _: True) -> float:
        return min(value for size, value in ratios[name] if chosen(size))

    def small(size: Size) -> bool:
        return size.small

    if "torch cell loop" in ratios:
        report.row(f"{cell}: torch cell loop ÷ instrumented, mean", mean("torch cell loop"), "×", "≥", 5)
        report.row(f"{cell}: torch cell loop ÷ instrumented, worst", worst("torch cell loop"), "×", "≥", 1)
    if "torch fused" in ratios:
        chosen = small if cell == "lstm" else lambda _: True
        report.row(
            f"{cell}: fused torch ÷ plain, mean", mean("torch fused", chosen), "×", "≥", 2 if cell == "lstm" else 5
        )
        report.row(f"{cell}: fused torch ÷ plain, worst", worst("torch fused", chosen), "×", "≥", 1)
    if "jax instrumented" in ratios:
        goal = 2 if cell == "rnn" else 1.3
        report.row(f"{cell}: JAX ÷ instrumented, small sizes, mean", mean("jax instrumented", small), "×", "≥", goal)
    overhead = statistics.geometric_mean([value for size, value in ratios["overhead"] if size.T >= 50])
    report.row(f"{cell}: instrumented ÷ plain, T ≥ 50", overhead, "×", "≤", 1.10)


def against_the_limit(report: Report, seconds: float) -> None:
    for cell, size in itertools.product(CELLS, (Size(30, 16, 32), Size(100, 32, 32))):
        problem = Problem(cell, size)
        times = take_turns({"plain": plain(problem), "limit": limit(problem)}, seconds)
        goal = {"rnn": 2.1, "lstm": 3.0, "gru": 3.5}[cell]
        report.row(
            f"{cell}: ours ÷ limit, T {size.T} H {size.H} B {size.B}", ratio(times, "plain", "limit"), "×", "≤", goal
        )


def flows(report: Report, seconds: float) -> None:
    for cell in CELLS:
        spent = {}
        for T in (50, 200, 1000):
            problem = Problem(cell, Size(T, 32, 16))
            times = take_turns({"flow": whole_flow(problem), "plain": plain(problem)}, seconds)
            spent[T] = statistics.median(times["flow"])
            report.row(
                f"{cell}: flow ÷ plain step, T = {T}", ratio(times, "flow", "plain"), "×", "≤", 2 if T <= 200 else 6.5
            )
        exponent = np.log(spent[1000] / spent[50]) / np.log(1000 / 50)
        report.row(f"{cell}: flow's time grows as T to the", float(exponent), "", "≤", 1.9)


def vanishing(report: Report, seconds: float) -> None:
    for cell in CELLS:
        problem = Problem(cell, Size(200, 32, 16))
        problem.params["W_hh"] *= 0.01
        times = take_turns({"last": plain(problem, last_only=True), "all": plain(problem)}, seconds)
        report.row(f"{cell}: loss only at the end ÷ everywhere", ratio(times, "last", "all"), "×", "≤", 1.3)


SHAPES: dict[str, dict[str, Any]] = {"2 layers": {"num_layers": 2}, "both directions": {"bidirectional": True}}
IN_SEVERAL = [Size(50, 16, 16), Size(50, 32, 16), Size(100, 64, 16), Size(200, 32, 16)]


def layers_and_directions(report: Report, seconds: float) -> None:
    """What further layers and directions cost, as multiples of one layer in one direction; means over sizes."""
    for cell in CELLS:
        ratios: dict[tuple[str, str], list[float]] = {}
        for size in IN_SEVERAL:
            for what, make in (("plain step", plain), ("flow", whole_flow)):
                problems = {"one": Problem(cell, size)} | {
                    name: Problem(cell, size, shape) for name, shape in SHAPES.items()
                }
                times = take_turns({name: make(problem) for name, problem in problems.items()}, seconds)
                for name in SHAPES:
                    ratios.setdefault((what, name), []).append(ratio(times, name, "one"))
        for (what, name), values in ratios.items():
            mean = statistics.geometric_mean(values)
            report.row(f"{cell}: {what}, {name} ÷ one, mean", mean, "×", "≤", 3 if what == "flow" else 2.1)


def shapes_against_peers(report: Report, seconds: float) -> None:
    """The same beside those peers that can have layers and directions; means over sizes."""
    for cell, (name, shape) in itertools.product(CELLS, SHAPES.items()):
        ratios: dict[str, list[float]] = {peer: [] for peer in PEERS if peer in OF_ANY_SHAPE}
        for size in IN_SEVERAL if ratios else ():
            problem = Problem(cell, size, shape)
            steps: dict[str, Step] = {"plain": plain(problem), "instrumented": instrumented(problem)}
            for peer in ratios:
                steps[peer] = PEERS[peer](cell, problem.params, problem.x, problem.target, **shape)
            times = take_turns(steps, seconds)
            for peer, values in ratios.items():
                values.append(ratio(times, peer, "plain" if peer == "torch fused" else "instrumented"))
        for peer, values in ratios.items():
            report.row(f"{cell}: {peer} ÷ ours, {name}, mean", statistics.geometric_mean(values), "×", "≥", 1)


def records_against_peers(report: Report, seconds: float) -> None:
    """A whole iteration, its record and the update included, beside a loop of PyTorch's cells without either.

    In short turns there is most often one, right after other work; in long ones some follow each other, as in training.
    """
    turns = {"right after other work": TURN, "some in a row": LONG_TURN}
    for cell, (when, turn) in itertools.product(CELLS if "torch cell loop" in PEERS else (), turns.items()):
        ratios = []
        for T, H in itertools.product((50, 200), (8, 32, 128)):
            problem = Problem(cell, Size(T, H, 16))
            trainer = Trainer(RunConfig(cell=cell, sequence_length=T, hidden_size=H, batch_size=16))
            peer = PEERS["torch cell loop"](cell, problem.params, problem.x, problem.target)
            times = take_turns({"step": trainer.step, "peer": peer}, seconds, turn)
            ratios.append(ratio(times, "peer", "step"))
        mean = statistics.geometric_mean(ratios)
        report.row(f"{cell}: torch cell loop ÷ Trainer.step with its record, {when}, mean", mean, "×", "≥", 4)


PARTS: dict[str, Callable[[Report, float], None]] = {
    "limit": against_the_limit,
    "flows": flows,
    "vanishing": vanishing,
    "shapes": layers_and_directions,
    "peers": against_peers,
    "peers_shapes": shapes_against_peers,
    "records": records_against_peers,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "parts", nargs="*", choices=[[], *PARTS], metavar="part", help=f"{', '.join(PARTS)}; by default all"
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the time for every comparison")
    parser.add_argument("--verbose", action="store_true", help="every size of the grid, with its spread")
    options = parser.parse_args()
    report = Report("The engine, ratios of interleaved medians")
    if not PEERS:
        print("  no peer is installed: `make bench-engine` sets up PyTorch and JAX beside the project")
    measures = PARTS | {"peers": partial(against_peers, verbose=options.verbose)}
    for name in options.parts or PARTS:
        measures[name](report, 0.1 if options.quick else 1.0)
    return report.finish()


if __name__ == "__main__":
    raise SystemExit(main())
