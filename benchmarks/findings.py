"""How often findings are right, on runs that no rule was written for: drawn from a seed, their trouble built in.

    .venv/bin/python -m benchmarks.findings              # 40 troubled and 20 healthy ones, a minute on a quiet machine
    .venv/bin/python -m benchmarks.findings --seed 7

The configurations that the rules were tried on are in `tests/findings/`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from app.training import RunConfig, Trainer
from app.training.findings import CODES
from benchmarks.report import Report

CALM = ("learning", "solved")
AFTER = 300  # updates after a remedy was pressed


@dataclass(frozen=True)
class Drawn:
    """A configuration, how many updates it gets, and the code and cause that are right for it (cause None: any)."""

    code: str
    cause: str | None
    updates: int
    config: dict[str, Any] = field(default_factory=dict)

    def trainer(self) -> Trainer:
        """The run after its updates."""
        trainer = Trainer(RunConfig(**self.config))
        for _ in range(self.updates):
            trainer.advance()
        return trainer

    def expected(self, trainer: Trainer) -> tuple[str, str | None]:
        """What is right for it; updates that are far too long may have overflowed, which then comes first."""
        return ("nonfinite", None) if trainer.diverged else (self.code, self.cause)


def drawn(rng: Random, code: str, cause: str | None = None, updates: int = 25, **config: Any) -> Drawn:
    """A small run with these fields, and all others as they happen to be drawn."""
    small = {
        "sequence_length": rng.randint(15, 30),
        "hidden_size": rng.randint(8, 20),
        "batch_size": rng.randint(6, 16),
        "lag": rng.randint(3, 6),
        "learning_rate": 0.003,
        "seed": rng.randint(0, 10**6),
    }
    return Drawn(code, cause, updates, {**small, **config})


def troubled(rng: Random) -> Iterator[Drawn]:
    """Ten kinds of trouble."""
    wide: dict[str, Any] = {
        "activation": rng.choice(("linear", "relu")),
        "init": "normal",
        "gain": 10 ** rng.uniform(17, 20),
    }
    yield drawn(rng, "nonfinite", updates=10, **wide)
    hasty: dict[str, Any] = {
        "optimizer": rng.choice(("adam", "sgd", "rmsprop")),
        "cell": rng.choice(("rnn", "gru", "lstm")),
    }
    yield drawn(rng, "overshooting", "learning_rate", learning_rate=rng.uniform(0.8, 3), clip="none", **hasty)
    steep: dict[str, Any] = {
        "activation": rng.choice(("relu", "leaky_relu", "elu")),
        "init": "identity",
        "gain": rng.uniform(2, 3),
    }
    yield drawn(rng, "exploding", "weights", 0, **steep)
    held: dict[str, Any] = {
        "optimizer": rng.choice(("sgd", "momentum")),
        "clip": "norm",
        "clip_threshold": 10 ** rng.uniform(-5, -4),
    }
    yield drawn(rng, "clipped_hard", lag=2, **held)
    yield loud(rng)
    yield drawn(rng, "saturated", updates=5, gain=rng.uniform(20, 50), input_std=rng.uniform(5, 10))
    yield drawn(rng, "vanishing", "slope", activation="sigmoid", **far(rng))
    yield drawn(rng, "vanishing", "weights", gain=rng.uniform(0.15, 0.3), **far(rng))
    yield drawn(rng, "vanishing", "forget_gates", cell="lstm", forget_bias=-rng.uniform(3.5, 5), **far(rng))
    reach = rng.randint(2, 4)
    yield drawn(rng, "short_horizon", "truncation", lag=rng.randint(7, 9), k1=reach, k2=reach)


def loud(rng: Random) -> Drawn:
    """Inputs far beyond where the activation bends.

    Beyond |a| = 19 the slope of tanh is exactly 0 in float64: units that are always there pass nothing on, and so are
    dead. The slope of softsign, 1 / (1 + |a|)², is small and never 0.
    """
    activation = rng.choice(("tanh", "softsign"))
    code, times = ("dead_units", 5) if activation == "tanh" else ("saturated", 1)
    return drawn(rng, code, activation=activation, input_std=times * rng.uniform(60, 150))


def far(rng: Random) -> dict[str, Any]:
    """A lag of nearly the whole sequence."""
    T = rng.randint(20, 30)
    return {"sequence_length": T, "lag": T - rng.randint(3, 6)}


def healthy(rng: Random) -> Drawn:
    """A run that learns."""
    return drawn(
        rng,
        "learning",
        updates=rng.randint(20, 150),
        cell=rng.choice(("rnn", "lstm", "gru")),
        activation=rng.choice(("tanh", "tanh", "elu")),
        forget_bias=rng.uniform(0.5, 2),
        learning_rate=10 ** rng.uniform(-3, -2.3),
        lag=rng.randint(1, 4),
        task=rng.choice(("echo", "echo", "sine", "adding", "characters", "latch")),
        optimizer=rng.choice(("adam", "adam", "rmsprop")),
    )


def finding(trainer: Trainer) -> dict[str, Any]:
    """What is found."""
    found: dict[str, Any] = trainer.record(()).scalars["finding"]
    return found


def is_better(code: str, before: str) -> bool:
    """Whether the finding is gone, or a milder one has taken its place."""
    return code in CALM or CODES.index(code) > CODES.index(before)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--rounds", type=int, default=4, help="ten troubled and five healthy ones each")
    chosen = parser.parse_args()
    rng, report = Random(chosen.seed), Report(f"Findings, of runs drawn from seed {chosen.seed}")
    cases = [case for _ in range(chosen.rounds) for case in troubled(rng)]
    right = pressed = helped = alarmed = 0
    for case in cases:
        trainer = case.trainer()
        found = finding(trainer)
        code, cause = case.expected(trainer)
        is_right = found["code"] == code and cause in (None, found["cause"])
        right += is_right
        if not is_right:
            print(f"  {code}, {cause}: {found['code']}, {found['cause']} of {case.config}")
        if found["remedies"]:
            trainer.configure(**found["remedies"][0]["changes"])
            for _ in range(AFTER):
                trainer.advance()
            pressed += 1
            helped += is_better(finding(trainer)["code"], found["code"])
    calm = [healthy(rng) for _ in range(5 * chosen.rounds)]
    for case in calm:
        found = finding(case.trainer())
        alarmed += found["code"] not in CALM
    report.row("code and cause are right", 100 * right / len(cases), "%", "≥", 95)
    report.row("  healthy ones that are alarmed", alarmed, "", "≤", len(calm) / 20)
    report.row("  the first remedy helps within 300 updates", 100 * helped / pressed, "%", "≥", 80)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
