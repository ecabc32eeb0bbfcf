"""Real runs, as a page is told of them: of every cell, of several layers and directions, truncated, clipped, diverged,
dead, of own data; each as the `state` and the record that the server sends.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app import watch
from app.training import WATCHABLE, RunConfig, Trainer
from app.training.schema import schema
from tests.support.clients import Client

SMALL = {"sequence_length": 10, "hidden_size": 6, "batch_size": 4, "lag": 3, "seed": 5}
RNG = np.random.default_rng(3)
TABLE = "when;level (m);flow;pressure;rain\n" + "".join(
    f"2020-02-{1 + i % 28:02};{100 + 7 * np.sin(i / 3):.3f};{i % 7 / 1000};{101300 + 250 * np.cos(i / 5):.1f};0\n"
    for i in range(60)
)
ONE_COLUMN = "level\n" + "".join(f"{value:.4f}\n" for value in RNG.standard_normal(80).cumsum())
TEXT = "the river ran and the cat sat still; " * 12
SGD = {"optimizer": "sgd", "clip": "none"}

ALL = [name for name in WATCHABLE if name != "sample"]
RUNS: dict[str, dict[str, Any]] = {
    "rnn": {"config": {}, "updates": 25},
    "rnn, new": {"config": {"activation": "relu", "seed": 8}, "updates": 0},
    "rnn, mean": {"config": {"loss_reduction": "mean", **SGD, "learning_rate": 0.05}, "updates": 7},
    "lstm": {"config": {"cell": "lstm", "forget_bias": 1.0}, "updates": 12},
    "gru": {"config": {"cell": "gru", "task": "adding", "clip": "value", "clip_threshold": 0.01}, "updates": 12},
    "ln_lstm": {"config": {"cell": "ln_lstm", "task": "sine"}, "updates": 9},
    "indrnn": {"config": {"cell": "indrnn"}, "updates": 9},
    "mingru": {"config": {"cell": "mingru", "task": "latch"}, "updates": 5},
    "two layers": {"config": {"num_layers": 2}, "updates": 9},
    "two directions": {
        "config": {"bidirectional": True, "cell": "gru", "task": "temporal_order", "sequence_length": 20},
        "updates": 9,
    },
    "both": {"config": {"num_layers": 2, "bidirectional": True}, "updates": 5},
    "embedded": {
        "config": {
            "task": "temporal_order",
            "sequence_length": 20,
            "embedding_size": 3,
            "train_h0": True,
            "cell": "gru",
        },
        "updates": 9,
    },
    "truncated": {"config": {"k1": 2, "k2": 2}, "updates": 15},
    "truncated, one loss": {"config": {"k1": 4, "k2": 4, "task": "latch"}, "updates": 5},
    "truncated, two layers": {
        "config": {"k1": 3, "k2": 4, "num_layers": 2, "task": "latch", "cell": "lstm"},
        "updates": 5,
    },
    "clipped at timesteps": {"config": {"clip": "timestep", "clip_threshold": 0.05}, "updates": 15},
    "clipped hard": {"config": {**SGD, "clip": "norm", "clip_threshold": 1e-4}, "updates": 30},
    "vanishing": {"config": {"activation": "sigmoid", "sequence_length": 20, "lag": 17}, "updates": 3},
    "exploding": {"config": {"activation": "linear", "gain": 3.0, "learning_rate": 0.0}, "updates": 1},
    "overshooting": {"config": {**SGD, "learning_rate": 1.0}, "updates": 30},
    "saturated": {"config": {"gain": 30.0}, "updates": 3},
    "dead": {"config": {"activation": "hardtanh", "input_std": 300.0}, "updates": 3},
    "standing": {"config": {"learning_rate": 0.0}, "updates": 3},
    "zero": {"config": {"init": "zero", "readout_std": 0.0, "learning_rate": 0.0}, "updates": 1},
    "no way back": {"config": {"init": "zero", "learning_rate": 0.0}, "updates": 1},
    "by its gate alone": {"config": {"init": "zero", "cell": "lstm", "learning_rate": 0.0}, "updates": 1},
    "by its gate alone, two layers": {
        "config": {"init": "zero", "cell": "ln_lstm", "num_layers": 2, "task": "latch", "learning_rate": 0.0},
        "updates": 1,
    },
    "one timestep": {"config": {"sequence_length": 1, "lag": 0}, "updates": 4},
    "one timestep of a stream": {
        "config": {"task": "sine", "sequence_length": 1, "carry_state": True},
        "updates": 4,
    },
    "one timestep, learned start": {"config": {"sequence_length": 1, "train_h0": True, "cell": "lstm"}, "updates": 4},
    "no memory needed": {"config": {"lag": 0}, "updates": 3},
    "shorter than the lag": {"config": {"task": "sine", "sequence_length": 2}, "updates": 3},
    "solved": {"config": {"lag": 0, "learning_rate": 0.02, "sequence_length": 4}, "updates": 400},
    "diverged": {"config": {"activation": "relu", "init": "normal", "gain": 1e20, "sequence_length": 30}, "updates": 0},
    "temporal order": {"config": {"task": "temporal_order", "cell": "lstm", "sequence_length": 20}, "updates": 4},
    "own text": {"config": {}, "text": TEXT, "updates": 6},
    "own table": {"config": {}, "csv": TABLE, "updates": 11},
    "own column": {"config": {"cell": "gru"}, "csv": ONE_COLUMN, "updates": 11},
}


def told(config: dict[str, Any], updates: int, **own: str) -> tuple[bytes, bytes, dict[str, Any]]:
    """The first and the last record that a page would be sent, and what it was told beside them."""
    client = Client().started(**SMALL | config)
    for kind, content in own.items():
        client.say("own_series" if kind == "csv" else "own_text", **{kind: content})
        client.ack()
    trainer = client.session.trainer
    client.say("watch", quantities=ALL)
    first = [frame for frame in client.heard if isinstance(frame, bytes)][-1]
    client.say("watch", quantities=[])
    client.ack()
    before: dict[str, np.ndarray] = {}
    for iterations in (updates - 1, 1) if updates > 1 else (updates,) if updates else ():
        before = {name: values.copy() for name, values in trainer.params.items()}
        client.say("step", iterations=iterations)
        client.ack()
    client.say("watch", quantities=ALL)
    said = client.heard
    record = [frame for frame in said if isinstance(frame, bytes)][-1]
    state = [frame for frame in said if isinstance(frame, dict) and frame["type"] == "state"][-1]
    diverged = [frame for frame in said if isinstance(frame, dict) and frame["type"] == "diverged"]
    moved = [trainer.params[name] - values for name, values in before.items()]
    return (
        first,
        record,
        {
            "state": state,
            "divergence": diverged[-1] if diverged else None,
            "losses": [loss for _, loss in trainer.curve],
            "long": float(np.sqrt(sum(float(np.square(values).sum()) for values in trainer.params.values()))),
            "moved": float(np.sqrt(sum(float(np.square(values).sum()) for values in moved))),
        },
    )


def write(folder: Path) -> Iterator[str]:
    """Every run as two files; their names without endings."""
    (folder / "schema.json").write_text(json.dumps(schema()))
    for name, about in RUNS.items():
        first, record, said = told(**about)
        (folder / f"{name}.first").write_bytes(first)
        (folder / f"{name}.safetensors").write_bytes(record)
        (folder / f"{name}.json").write_text(json.dumps(said))
        yield name
    watch_some(folder)


WATCHED = ("rnn", "lstm", "gru", "two layers", "both", "vanishing", "exploding", "zero", "own text")


def watch_some(folder: Path) -> None:
    """Some of them as a script that watches them would store them: two captures each."""
    for name in WATCHED:
        config = RUNS[name]["config"]
        trainer = Trainer(RunConfig(**SMALL | config))
        if "text" in RUNS[name]:
            trainer.load_text(RUNS[name]["text"])
        with watch(trainer, page=False, every=3, file=folder / f"{name}.unroll"):
            for _ in range(4):
                trainer.advance()
