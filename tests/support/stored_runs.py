"""Small runs whose every number is known: what `scripts/stored_runs.py` writes down and the tests read again."""

from pathlib import Path
from typing import Any

import numpy as np

from app.training import WATCHABLE, RunConfig, Trainer

FILE = Path(__file__).with_name("stored_runs.json")
ITERATIONS = 3
COMMON = {"sequence_length": 12, "hidden_size": 5, "batch_size": 4, "seed": 3, "learning_rate": 0.02}
CONFIGS: dict[str, dict[str, Any]] = {
    "rnn": {"cell": "rnn", "task": "adding"},
    "lstm": {"cell": "lstm", "task": "adding"},
    "gru": {"cell": "gru", "task": "adding"},
    "classes": {"cell": "lstm", "task": "copy", "sequence_length": 24},
    "mean": {"cell": "gru", "task": "sine", "loss_reduction": "mean", "optimizer": "momentum"},
    "truncated": {"cell": "lstm", "task": "echo", "lag": 3, "k1": 3, "k2": 5},
    "clipped by norm": {"cell": "rnn", "task": "sine", "activation": "relu", "clip": "norm", "clip_threshold": 0.1},
    "clipped by value": {"cell": "gru", "task": "parity", "clip": "value", "clip_threshold": 0.01},
    "clipped each timestep": {
        "cell": "gru",
        "task": "sine",
        "clip": "timestep",
        "clip_threshold": 0.05,
        "k1": 2,
        "k2": 4,
    },
    "vanished": {"cell": "rnn", "task": "adding", "sequence_length": 300, "init": "normal", "gain": 0.01},
    "grown": {
        "cell": "rnn",
        "task": "sine",
        "activation": "linear",
        "sequence_length": 60,
        "gain": 3.0,
        "learning_rate": 0.0,
    },
    "float32": {"cell": "lstm", "task": "sine", "precision": "float32", "activation": "silu"},
}


def play(name: str) -> dict[str, Any]:
    """The losses of the first iterations, and of the last one's record a summary of every tensor."""
    trainer = Trainer(RunConfig(**(COMMON | CONFIGS[name])))
    records = [trainer.step(WATCHABLE) for _ in range(ITERATIONS)]
    return {
        "losses": [record.loss for record in records],
        "tensors": {tensor: summary(values) for tensor, values in sorted(records[-1].tensors.items())},
    }


def summary(values: np.ndarray) -> dict[str, Any]:
    """Shape, how many entries are finite, and of those the sum of sizes and a sum in which every place counts."""
    flat = np.asarray(values, np.float64).reshape(-1)
    finite = np.isfinite(flat)
    weights = np.cos(np.arange(flat.size))[finite]
    return {
        "shape": list(values.shape),
        "finite": int(finite.sum()),
        "size": float(np.abs(flat[finite]).sum()),
        "weighted": float(flat[finite].dot(weights)),
    }
