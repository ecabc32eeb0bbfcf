"""Configurations whose trouble is known, and healthy ones: small, so that all of them take less than a minute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.tasks import Series
from app.training import RunConfig, Trainer

SMALL = {"sequence_length": 20, "hidden_size": 12, "batch_size": 8, "lag": 5, "learning_rate": 0.003, "seed": 1}


@dataclass(frozen=True)
class Known:
    """A configuration, after some updates, and the code and cause that are right for it (cause None: any)."""

    name: str
    config: dict[str, Any]
    code: str
    cause: str | None = None
    updates: int = 25
    watch: frozenset[str] = frozenset()
    prepare: Callable[[Trainer], object] = field(default=lambda _: None)

    def trainer(self) -> Trainer:
        """The run after its updates."""
        trainer = Trainer(RunConfig(**{**SMALL, **self.config}))
        self.prepare(trainer)
        for _ in range(self.updates):
            trainer.advance()
        return trainer

    def finding(self, trainer: Trainer) -> dict[str, Any]:
        """What is found."""
        return trainer.record(self.watch).scalars["finding"]


def negative_biases(trainer: Trainer) -> None:
    """No relu is ever active."""
    trainer.params["b_h"][:] = -50.0
    trainer.configure()


def own_text(trainer: Trainer) -> None:
    trainer.load_text("the river ran and ran and the cat sat still " * 20)


def own_series(trainer: Trainer) -> None:
    walk = np.random.default_rng(0).standard_normal((120, 1)).cumsum(axis=0)
    trainer.learn_from(Series(("level",), walk))


TRUNCATION = frozenset({"truncation"})
SGD = {"optimizer": "sgd", "clip": "none"}

TROUBLED = [
    # A number is not finite.
    Known("relu, gain 1e20", {"activation": "relu", "init": "normal", "gain": 1e20}, "nonfinite", updates=0),
    Known("linear, gain 1e18", {"activation": "linear", "gain": 1e18}, "nonfinite", updates=0),
    Known("linear, sgd 10", {**SGD, "activation": "linear", "learning_rate": 10.0}, "nonfinite"),
    Known("gru, linear, sgd 1e6", {**SGD, "cell": "gru", "activation": "linear", "learning_rate": 1e6}, "nonfinite"),
    # Updates are too long.
    Known("tanh, sgd 1", {**SGD, "learning_rate": 1.0}, "overshooting", "learning_rate"),
    Known("tanh, adam 1", {"learning_rate": 1.0}, "overshooting", "learning_rate"),
    Known("lstm, adam 1", {"cell": "lstm", "learning_rate": 1.0}, "overshooting", "learning_rate"),
    Known("gru, rmsprop 1", {"cell": "gru", "optimizer": "rmsprop", "learning_rate": 1.0}, "overshooting"),
    Known("parity, adam 3", {"task": "parity", "learning_rate": 3.0}, "overshooting", "learning_rate"),
    # The gradient explodes.
    Known("linear, gain 1.6", {"activation": "linear", "gain": 1.6, "learning_rate": 0.0}, "exploding", "weights"),
    Known("relu, gain 3", {"activation": "relu", "init": "normal", "gain": 3.0}, "exploding", "weights", 0),
    Known("leaky relu, gain 2.5", {"activation": "leaky_relu", "gain": 2.5}, "exploding", "weights", 0),
    Known("elu, identity, gain 2", {"activation": "elu", "init": "identity", "gain": 2.0}, "exploding", "weights", 0),
    Known("tanh, quiet inputs, gain 2", {"gain": 2.0, "input_std": 1e-9}, "exploding", "weights", 0),
    Known(
        "softsign, quiet, gain 2", {"activation": "softsign", "gain": 2.0, "input_std": 1e-9}, "exploding", "weights", 0
    ),
    # Clipping leaves nothing.
    Known("sgd, norm 1e-4", {**SGD, "clip": "norm", "clip_threshold": 1e-4}, "clipped_hard"),
    Known("momentum, norm 1e-4", {"optimizer": "momentum", "clip_threshold": 1e-4}, "clipped_hard"),
    Known("sgd, value 1e-5", {**SGD, "clip": "value", "clip_threshold": 1e-5}, "clipped_hard"),
    # Units pass nothing on.
    Known("relu, biases -50", {"activation": "relu"}, "dead_units", prepare=negative_biases),
    Known("hardtanh, loud inputs", {"activation": "hardtanh", "input_std": 100.0}, "dead_units"),
    Known("relu, adam 1", {"activation": "relu", "learning_rate": 1.0, "clip": "none"}, "dead_units"),
    # Units are saturated.
    Known("tanh, gain 30", {"gain": 30.0}, "saturated"),
    Known("tanh, loud inputs", {"input_std": 8.0, "gain": 8.0}, "saturated"),
    Known("sigmoid, gain 100", {"activation": "sigmoid", "gain": 100.0}, "saturated"),
    Known("softsign, loud inputs", {"activation": "softsign", "input_std": 100.0}, "saturated"),
    Known("lstm, loud inputs", {"cell": "lstm", "input_std": 20.0, "forget_bias": 5.0}, "saturated"),
    # The gradient vanishes.
    Known("sigmoid, lag 15", {"activation": "sigmoid", "lag": 15}, "vanishing", "slope"),
    Known("sigmoid, adding", {"activation": "sigmoid", "task": "adding"}, "vanishing", "slope"),
    Known("tanh, gain 0.3, lag 14", {"gain": 0.3, "lag": 14}, "vanishing", "weights"),
    Known("tanh, zero weights", {"init": "zero", "learning_rate": 0.0}, "vanishing", "weights"),
    Known("latch, gain 0.3", {"gain": 0.3, "task": "latch"}, "vanishing", "weights"),
    Known("lstm, forget bias -4", {"cell": "lstm", "forget_bias": -4.0, "lag": 15}, "vanishing", "forget_gates"),
    Known(
        "gru, update bias -4", {"cell": "gru", "forget_bias": -4.0, "lag": 15, "gain": 0.3}, "vanishing", "forget_gates"
    ),
    Known("tanh, inputs of 6, lag 18", {"input_std": 6.0, "lag": 18}, "vanishing", "saturation"),
    Known("own series, gain 0.2", {"gain": 0.2}, "vanishing", "weights", 5, prepare=own_series),
    # The gradient comes from too short a way back.
    Known("lag 8, cut after 4", {"lag": 8, "k1": 4, "k2": 4}, "short_horizon", "truncation"),
    Known("adding, cut after 5", {"task": "adding", "k1": 1, "k2": 5}, "short_horizon", "truncation"),
    Known("gain 0.7, lag 12", {"gain": 0.7, "lag": 12}, "short_horizon", "weights", watch=TRUNCATION),
    # Nothing is learned.
    Known("learning rate 0", {"learning_rate": 0.0}, "not_learning", "learning_rate"),
    Known("learning rate 1e-9", {"learning_rate": 1e-9}, "not_learning", updates=620),
]

HEALTHY = [
    Known("echo", {}, "learning"),
    Known("echo, new", {}, "learning", updates=0),
    Known("echo, later", {"lag": 2}, "learning", updates=300),
    Known("echo, lstm", {"cell": "lstm", "forget_bias": 2.0}, "learning"),
    Known("echo, gru", {"cell": "gru", "forget_bias": 1.0}, "learning", updates=200),
    Known("echo, relu", {"activation": "relu", "init": "identity"}, "learning"),
    Known("echo, elu", {"activation": "elu"}, "learning"),
    Known("echo, sgd", {**SGD, "learning_rate": 0.01}, "learning"),
    Known(
        "echo, momentum, mean", {"optimizer": "momentum", "loss_reduction": "mean", "learning_rate": 0.01}, "learning"
    ),
    Known("echo, sgd, clipped", {**SGD, "clip": "norm", "learning_rate": 0.01}, "learning"),
    Known("echo, watched", {"lag": 3}, "learning", updates=200, watch=TRUNCATION),
    Known("parity", {"task": "parity", "sequence_length": 8}, "learning", updates=100),
    Known("adding", {"task": "adding"}, "learning", updates=100),
    Known("adding, lstm", {"task": "adding", "cell": "lstm", "forget_bias": 3.0}, "learning", updates=60),
    Known("copy", {"task": "copy"}, "learning", updates=60),
    Known("latch, gru", {"task": "latch", "cell": "gru", "forget_bias": 2.0}, "learning", updates=60),
    Known("sine", {"task": "sine"}, "learning", updates=200),
    Known("characters", {"task": "characters"}, "learning", updates=60),
    Known("own text", {}, "learning", updates=100, prepare=own_text),
    Known("own series", {}, "learning", updates=100, prepare=own_series),
]
