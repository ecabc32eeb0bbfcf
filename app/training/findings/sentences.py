"""A finding in one sentence, with its numbers: what a notebook and a watched trainer say."""

from collections.abc import Mapping
from math import exp, floor, inf, isfinite, log
from typing import Any

COMMON = 20.0  # ln of sizes that are said as they are


def sentence(finding: Mapping[str, Any]) -> str:
    """What was found, as a record's `finding` has it."""
    return SENTENCES.get(finding["code"], _nothing)(finding["values"])


def power(ln: float) -> str:
    """e^ln as a number of two digits, however small."""
    decades = ln / log(10.0)
    exponent = floor(decades)
    return f"{10.0 ** (decades - exponent):.1f}e{exponent:d}"


def _nothing(_: Mapping[str, Any]) -> str:
    return "nothing stands out."


def _way(values: Mapping[str, Any]) -> str:
    return (
        f"the gradient of the loss at timestep {values['loss_timestep']} is {_exp(values['ln_start'])} where it "
        f"starts and {_exp(values['ln_there'])} at timestep {values['timestep']}."
    )


def _exp(ln: float | None) -> str:
    """Where nothing is left a record has -inf, or None, once it was a file."""
    if ln is None or ln == -inf:
        return "0"
    if not isfinite(ln):
        return "no finite number"
    return f"{exp(ln):.2g}" if abs(ln) < COMMON else power(ln)


def _learning(values: Mapping[str, Any]) -> str:
    return f"nothing stands out; the loss is {values['loss']:.3g}."


def _not_learning(values: Mapping[str, Any]) -> str:
    if "updates" not in values:
        return "the learning rate is 0, so that the weights do not change."
    return (
        f"the loss is {values['median_loss']:.3g}, and was {values['loss_before']:.3g} {values['updates']} updates ago."
    )


def _overshooting(values: Mapping[str, Any]) -> str:
    return (
        f"the loss is {values['median_loss']:.3g}, above the {values['baseline']:.3g} that can be reached without "
        "reading the input: updates are too long."
    )


SENTENCES = {
    "nonfinite": lambda values: f"{values['quantity']} is no longer a finite number.",
    "overshooting": _overshooting,
    "solved": lambda values: f"the task is solved; the loss is {values['loss']:.3g}.",
    "exploding": _way,
    "clipped_hard": lambda values: f"clipping leaves {100 * values['kept']:.2g} % of an update.",
    "dead_units": lambda values: f"{values['dead']} of {values['units']} units have slope 0 at every timestep.",
    "saturated": lambda values: (
        f"the mean slope is {values['mean_slope']:.2g} of at most {values['greatest_slope']:.2g}."
    ),
    "vanishing": _way,
    "short_horizon": lambda values: (
        f"the task needs {values['needed_lag']} timesteps; 99 % of the gradient come from within {values['horizon']}."
    ),
    "not_learning": _not_learning,
    "learning": _learning,
}
