"""What helps against a finding: changes of the configuration that act on its cause, the best first."""

from collections.abc import Callable, Iterator
from math import exp, log1p
from typing import Any

from ...engine import ACTIVATIONS, CELLS
from ...engine.naming import without_suffix
from ..config import RunConfig
from . import Finding

Changes = dict[str, Any]
Remedy = tuple[str, Changes]

MOST = 3
FORWARD = ("h", "c", "y")
CAREFUL = 0.001  # a learning rate with which adam learns most things
KEPT = -2.0  # ln of what a gate shall keep over the whole way
LARGEST_BIAS = 8.0


def remedies(finding: Finding, config: RunConfig, shortest: int = 1) -> list[dict[str, Any]]:
    """[{label, changes}]: at most three, each of which would change something; ``shortest``: length of the task."""
    advise = ADVICE.get(finding.code or "")
    found = (
        []
        if advise is None
        else [
            {"label": label, "changes": changes}
            for label, changes in advise(finding, config, shortest)
            if any(getattr(config, name) != value for name, value in changes.items())
        ]
    )
    return found[:MOST]


def _nonfinite(finding: Finding, config: RunConfig, shortest: int) -> Iterator[Remedy]:
    """Clipping acts on gradients: it is no remedy where the forward pass overflowed."""
    quantity, timestep = finding.values.get("quantity"), finding.values.get("timestep")
    quantity, reverse = (None, False) if quantity is None else without_suffix(quantity)
    if quantity in (*FORWARD, "loss_t", "loss"):
        if config.gain > 1:
            yield _gain_one()
        if not _is_bounded(config):
            yield _activation("tanh")
    if quantity not in FORWARD:
        yield from _calmer(config)
    elif timestep is not None:
        length = config.sequence_length - timestep if reverse else timestep - 1  # that were read before
        if length >= shortest:
            yield f"Shorten the sequence to {length}", {"sequence_length": length}


def _overshooting(_: Finding, config: RunConfig, _shortest: int) -> Iterator[Remedy]:
    if config.gain > 1 and not _is_bounded(config):
        yield _gain_one()
    yield from _calmer(config)
    if config.optimizer != "adam":
        rate = min(config.learning_rate, CAREFUL)
        yield f"Use adam, learning rate {rate:g}", {"optimizer": "adam", "learning_rate": rate}


def _exploding(finding: Finding, config: RunConfig, _: int) -> Iterator[Remedy]:
    if finding.cause == "slope" or not _is_bounded(config):
        yield _activation("tanh")
    yield _steady_weights(config)
    yield _clip()
    yield from _calmer(config)


def _clipped_hard(finding: Finding, config: RunConfig, _: int) -> Iterator[Remedy]:
    rate = min(config.learning_rate, CAREFUL)
    yield f"Use adam, learning rate {rate:g}", {"optimizer": "adam", "learning_rate": rate}
    norm = finding.values.get("grad_norm")
    if config.clip == "norm" and norm is not None:
        threshold = float(f"{norm / 10:.1g}")
        yield f"Raise the threshold to {threshold:g}", {"clip_threshold": threshold}
    if config.loss_reduction == "sum":
        yield "Use the mean of the losses, as PyTorch does", {"loss_reduction": "mean"}


def _dead_units(_: Finding, config: RunConfig, _shortest: int) -> Iterator[Remedy]:
    if config.activation == "relu":
        yield _activation("leaky_relu")
        yield _activation("elu")
    yield (
        "Start again with tanh, orthogonal weights",
        {"activation": "tanh", "init": "orthogonal", "gain": 1.0} | (_plain_input(config)),
    )


def _saturated(_: Finding, config: RunConfig, _shortest: int) -> Iterator[Remedy]:
    yield _steady_weights(config)
    if config.activation == "leaky_relu":
        yield _activation("elu")
    yield _activation("softsign")


def _vanishing(finding: Finding, config: RunConfig, _: int) -> Iterator[Remedy]:
    values = finding.values
    steps = values["loss_timestep"] - values["timestep"] if "timestep" in values else values["needed_lag"]
    if finding.cause == "truncation":
        yield "Backpropagate the whole way", {"k1": 0, "k2": 0}
        k2 = values["needed_lag"] + 1
        yield f"Reach {k2} timesteps back", {"k1": min(max(config.k1, 1), k2), "k2": k2}
        return
    if finding.cause == "slope":
        yield _activation("tanh")
    if finding.cause == "forget_gates":
        yield _open_gates(config, steps)
        return
    yield _steady_weights(config)
    bias = _bias_for(steps)
    yield f"Use an lstm, forget bias {bias:g}", {"cell": "lstm", "forget_bias": bias, "activation": "tanh"}


def _not_learning(finding: Finding, config: RunConfig, _: int) -> Iterator[Remedy]:
    if finding.cause == "learning_rate":
        rate = CAREFUL if config.optimizer in ("adam", "rmsprop") else 10 * CAREFUL
        yield f"Set the learning rate to {rate:g}", {"learning_rate": rate}
        return
    if config.optimizer != "adam":
        yield f"Use adam, learning rate {CAREFUL:g}", {"optimizer": "adam", "learning_rate": CAREFUL}
    if config.learning_rate < 10 * CAREFUL:
        rate = min(10 * config.learning_rate, 10 * CAREFUL)
        yield f"Raise the learning rate to {rate:g}", {"learning_rate": rate}
    if config.cell == "rnn":
        yield "Use an lstm", {"cell": "lstm", "activation": "tanh"}


ADVICE: dict[str, Callable[[Finding, RunConfig, int], Iterator[Remedy]]] = {
    "nonfinite": _nonfinite,
    "overshooting": _overshooting,
    "exploding": _exploding,
    "clipped_hard": _clipped_hard,
    "dead_units": _dead_units,
    "saturated": _saturated,
    "vanishing": _vanishing,
    "short_horizon": _vanishing,
    "not_learning": _not_learning,
}


def _is_bounded(config: RunConfig) -> bool:
    return ACTIVATIONS[config.activation].is_bounded


def _gain_one() -> Remedy:
    return "Start again with gain 1", {"gain": 1.0}


def _activation(name: str) -> Remedy:
    return f"Use {name} (weights kept)", {"activation": name}


def _clip() -> Remedy:
    return "Clip the norm at 1", {"clip": "norm", "clip_threshold": 1.0}


def _plain_input(config: RunConfig) -> Changes:
    """Input weights as the initialisation has them, where they were given."""
    return {} if config.input_std is None else {"input_std": None}


def _steady_weights(config: RunConfig) -> Remedy:
    """Recurrent weights that neither stretch nor shrink what passes through them."""
    changes: Changes = {"init": "orthogonal", "gain": 1.0} | _plain_input(config)
    return "Start again with orthogonal weights, gain 1", changes


def _calmer(config: RunConfig) -> Iterator[Remedy]:
    rate = config.learning_rate
    if rate > 0:
        calmer = CAREFUL if rate > 1 else float(f"{rate / 10:.2g}")
        yield f"Lower the learning rate to {calmer:g}", {"learning_rate": calmer}
    if config.clip == "none":
        yield _clip()


def _bias_for(steps: int) -> float:
    """The smallest whole forget bias with which a gate keeps e^-2 or more over so many timesteps."""
    bias = 1.0
    while bias < LARGEST_BIAS and -steps * log1p(exp(-bias)) < KEPT:
        bias += 1.0
    return bias


def _open_gates(config: RunConfig, steps: int) -> Remedy:
    bias = max(_bias_for(steps), config.forget_bias + 1.0)
    gate = "forget" if CELLS[config.cell].direct == "c" else "update"
    return f"Start again with {gate} gates open: bias {bias:g}", {"forget_bias": bias}
