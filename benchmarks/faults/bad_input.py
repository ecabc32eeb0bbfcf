"""Messages, snapshots, requests and numbers that are almost right, or at the ends of what is allowed."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

import numpy as np

from app.errors import UnrollError
from app.training import WATCHABLE, RunConfig, Trainer
from benchmarks.faults.tabs import SMALL
from benchmarks.report import Report
from tests.support.abuse import ask_every_way, resume_snapshots, send_messages
from tests.support.servers import Server
from tests.support.snapshots import FORGED, trained

MS = 1e3


async def messages(report: Report, share: float) -> None:
    """Messages that are almost right; the checks are in tests/web/abuse.py, and raise."""
    number = round(100_000 * share)
    counts = send_messages(number, seed=5)
    report.row("almost right messages, each answered once", number)
    report.row("  of which valid JSON", 100 * counts["valid JSON"] / number, "%", "≥", 40)
    report.row("  refused, with nothing changed", counts["refused"], "", "≥", number / 4)


async def snapshots(report: Report, share: float) -> None:
    """Snapshots that are almost right."""
    number = round(100_000 * share)
    counts, seconds = resume_snapshots(number, seed=6)
    report.row("mutated snapshots", sum(counts.values()), "", "≥", number)
    report.row("  refused in our words", counts["refused"], "", "≥", number / 4)
    report.row("  the slowest", MS * max(seconds), "ms", "≤", 50)
    blob = trained().snapshot()
    refused = sum(is_refused(forge(blob)) for forge in FORGED.values())
    report.row("hand-made bad snapshots, refused in our words", refused, "", "≥", max(60, len(FORGED)))


def is_refused(snapshot: bytes) -> bool:
    try:
        Trainer.resume(snapshot)
    except UnrollError:
        return True
    return False


ABUSED: list[dict[str, Any]] = [
    {"learning_rate": rate, "optimizer": optimizer, "clip": clip}
    for rate in (1e-300, 1e-30, 1e3, 1e30, 1e300)
    for optimizer in ("sgd", "momentum", "rmsprop", "adam", "adagrad")
    for clip in ("none", "norm", "value", "timestep")
]
CORNERS: list[dict[str, Any]] = [
    {"sequence_length": 1, "hidden_size": 1, "batch_size": 1},
    {"sequence_length": 500, "hidden_size": 1, "batch_size": 1},
    {"sequence_length": 1, "hidden_size": 256, "batch_size": 256},
    {"sequence_length": 500, "hidden_size": 256, "batch_size": 1},
    {"sequence_length": 500, "hidden_size": 1, "batch_size": 256},
]


async def numbers(report: Report, share: float) -> None:
    """Learning rates, weights and sizes at the ends of what is allowed."""
    tried = late = 0
    for cell in ("rnn", "lstm", "gru"):
        for abused in ABUSED[:: max(1, round(1 / share) // 2)]:
            trainer = Trainer(RunConfig(**SMALL, cell=cell, activation="relu", **abused))
            for _ in range(5):
                trainer.step(WATCHABLE).to_bytes()
                late += not all(np.isfinite(values).all() for values in trainer.params.values())
            tried += 1
        for corner in CORNERS:
            trainer = Trainer(RunConfig(**corner, cell=cell, task="sine"))
            trainer.step().to_bytes()
            tried += 1
        for activation in ("tanh", "relu", "linear"):
            trainer = Trainer(RunConfig(**SMALL, cell=cell, activation=activation))
            for name, values in trainer.params.items():
                for index in np.ndindex(values.shape):
                    trainer.edit(name, index, 1e6 * (-1) ** sum(index))
            record = trainer.step(WATCHABLE)
            late += not np.isfinite(record.loss) and not trainer.diverged
            tried += 1
    report.row("abused numbers: configurations without exception", tried)
    report.row("  not noticed within an iteration", late, "", "≤", 0)
    for cell in ("rnn", "lstm", "gru"):
        report.row(f"  {cell}: an update among subnormals ÷ an update", subnormal_ratio(cell, "advance"), "", "≤", 1.5)
        report.row("  the same with its record", subnormal_ratio(cell, "step"))


def subnormal_ratio(cell: str, what: str) -> float:
    """A gradient that vanishes over 200 timesteps, beside one that does not; turn by turn."""
    config: dict[str, Any] = {
        "cell": cell,
        "sequence_length": 200,
        "hidden_size": 32,
        "batch_size": 16,
        "task": "adding",
    }
    ordinary = Trainer(RunConfig(**config, learning_rate=0.0))
    vanishing = Trainer(RunConfig(**config, learning_rate=0.0, init="normal", gain=1e-3, forget_bias=-20.0))
    ratios = []
    for _ in range(40):
        seconds = []
        for trainer in (ordinary, vanishing):
            begun = time.perf_counter()
            getattr(trainer, what)()
            seconds.append(time.perf_counter() - begun)
        ratios.append(seconds[1] / seconds[0])
    return statistics.median(ratios)


async def openapi(report: Report, share: float) -> None:
    """What schemathesis makes of our own description of the routes."""
    with Server() as server:
        seen = await asyncio.to_thread(ask_every_way, server.url, round(5000 * share))
    report.row("requests made from the OpenAPI description", len(seen), "", "≥", min(500, 5000 * share))
    report.row("  answered by a 5xx", sum(status >= 500 for status in seen), "", "≤", 0)
