"""What is wrong, if anything, with the way a gradient takes through one watched module: the first rule that applies.

The rules are those of every record's finding (`training.findings`), asked of every layer and direction of one sequence;
three more need no threshold and know only what is seen at a module's boundary: `axes`, `padding`, `cut`; those of what
is around it stand in `outside`. E_t is the gradient handed to the module's output at t.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..training import Record
from ..training.findings import Facts, Finding
from ..training.findings import judge as judge_facts
from ..training.findings.sentences import power
from . import outside, remedies
from .outside import cut_off
from .verdict import Verdict
from .view import View, views

FINDINGS = (
    "nonfinite",
    "mixed_sequences",
    "overshooting",
    "exploding",
    "clipped_hard",
    "dead_units",
    "saturated",
    "vanishing",
    "short_horizon",
    "not_learning",
)
ORDER: tuple[str | Callable[[Record], Verdict | None], ...] = (  # codes are rules of a view, functions of a record
    "nonfinite",
    outside.mixed_sequences,
    outside.not_trained,
    outside.overshooting,
    "exploding",
    outside.driven_by_gradient,
    outside.clipped_hard,
    "dead_units",
    "saturated",
    "vanishing",
    "short_horizon",
    outside.stands_still,
)
__all__ = ["FINDINGS", "Verdict", "as_dict", "cut_off", "judge", "power"]
CAUSES = {"dead_units": "slope", "saturated": "saturation", "exploding": "weights"}  # where the rule names none
NAMES = {"h": "a state", "dh": "the gradient of a state", "dc": "the gradient of a cell state"}
PADDED = 0.25  # of a sequence: so many equal inputs at its end are padding


def judge(record: Record) -> Verdict:
    """The first rule that applies to any layer and direction of ``record``, in the order of the rules."""
    every = [(view, view.facts()) for view in views(record)]
    for rule in ORDER:
        for verdict in [rule(record)] if callable(rule) else (_by_rule(rule, view, facts) for view, facts in every):
            if verdict is not None:
                return verdict
    return Verdict(None, healthy(every[0][0]))


def _by_rule(code: str, view: View, facts: Facts) -> Verdict | None:
    if code == "vanishing" and only_the_longest(view.record):
        return _only_the_longest(view)
    if code == "vanishing" and axes_exchanged(view.record):
        return _axes(view)
    if code == "short_horizon":
        facts = cut(view.record)
    found = judge_facts(facts, (code,))
    return SAYS[code](view, found) if found.code == code else None


def healthy(view: View) -> str:
    """What can be said where no rule applies."""
    way = view.way
    if way is None:
        pieces = len(view.record.scalars["restarts"]) + 1
        if pieces > 1:
            return (
                f"{view.place}: nothing stands out within its {pieces} pieces; between them the state is changed, and "
                "no gradient can be followed there."
            )
        return f"{view.place}: nothing stands out."
    return (
        f"{view.place}: the gradient of timestep {view.timestep(view.last_loss or 1)} arrives {len(way) - 1} timesteps "
        f"before at {np.exp(way[0] - way[-1]):.2g} times its size."
    )


def _nonfinite(view: View, found: Finding) -> Verdict:
    quantity = found.values["quantity"]
    cause = {"h": "states", "dh": "gradients", "dc": "gradients"}.get(quantity, "weights")
    sentence = f"{view.place}: {NAMES.get(quantity, quantity)} is no longer a finite number."
    return Verdict("nonfinite", sentence, cause, remedies.nonfinite())


def _exploding(view: View, found: Finding) -> Verdict:
    values = found.values
    steps = values["loss_timestep"] - values["timestep"]
    if values["ln_change"] <= 0.0:
        sentence = (
            f"{view.place}: the gradient handed to timestep {view.timestep(view.last_loss or 1)} is already "
            f"{np.exp(values['ln_start']):.2g} in size; it does not grow on its way back."
        )
        return Verdict("exploding", sentence, "loss", remedies.large_loss())
    sentence = (
        f"{view.place}: the gradient of timestep {view.timestep(view.last_loss or 1)} is "
        f"{np.exp(values['ln_start']):.2g} where it starts and {np.exp(values['ln_there']):.2g} after {steps} "
        f"timesteps back: {np.exp(values['ln_change'] / max(1, steps)):.3g} times as large with every step."
    )
    cause = found.cause or CAUSES["exploding"]
    return Verdict("exploding", sentence, cause, remedies.exploding(view.record, view.layer, view.reverse))


def _dead_units(view: View, found: Finding) -> Verdict:
    gated = view.record.scalars["cell"] != "rnn"
    said = "a candidate with slope 0" if gated else "slope 0"
    through = "it" if gated else "them"
    sentence = (
        f"{view.place}: {found.values['dead']} of {found.values['units']} units have {said} at every timestep, so no "
        f"gradient passes through {through}."
    )
    remedy = remedies.dead_units(view.record, view.layer, view.reverse)
    return outside.after_overshooting(view.record, Verdict("dead_units", sentence, CAUSES["dead_units"], remedy))


def _saturated(view: View, found: Finding) -> Verdict:
    sentence = (
        f"{view.place}: the mean slope is {found.values['mean_slope']:.2g} of at most "
        f"{found.values['greatest_slope']:.2g}: what enters the activation is "
        f"{float(np.abs(view.record.tensors[view.name('a')]).mean()):.2g} in size on average."
    )
    remedy = remedies.saturated(view.record, view.layer, view.reverse)
    return outside.after_overshooting(view.record, Verdict("saturated", sentence, CAUSES["saturated"], remedy))


def _vanishing(view: View, found: Finding) -> Verdict:
    values = found.values
    cause = "padding" if is_padded(view) else found.cause or "weights"
    steps = values["loss_timestep"] - values["timestep"]
    change = values["ln_change"]
    left = "less than 1e-190 of its start" if change == -np.inf else f"{power(change)} of its start"
    sentence = f"{view.place}: the gradient of timestep {view.timestep(view.last_loss or 1)} is {left} after {steps} "
    sentence += "timesteps back"
    sentence += {
        "forget_gates": ": the forget gates let too little through.",
        "saturation": ": the slopes of the activation are too small.",
        "padding": ": its last timesteps all read the same input, as padding does.",
    }.get(cause, ": the recurrent weights shrink it.")
    return Verdict("vanishing", sentence, cause, remedies.vanishing(view.record, view.layer, view.reverse, cause))


def only_the_longest(record: Record) -> bool:
    """Whether, of sequences that differ in length, gradients reach just those that are as long as the longest."""
    facts = record.scalars
    return bool(facts["reached"] == facts["full_length"] < facts["sequences"])


def _only_the_longest(view: View) -> Verdict:
    facts = view.record.scalars
    sentence = (
        f"{view.place}: gradients reach only {facts['reached']} of {facts['sequences']} sequences, those that are as "
        "long as the longest: the last output of all others is padding."
    )
    return Verdict("vanishing", sentence, "padding", remedies.read_last_states())


def axes_exchanged(record: Record) -> bool:
    """Whether gradients reach one sequence of a batch alone, as where its axes are exchanged."""
    facts = record.scalars
    return bool(facts["reached"] == 1 and facts["sequences"] >= 3 and facts["timesteps"] >= 2)


def _axes(view: View) -> Verdict:
    sentence = (
        f"{view.place}: gradients reach only one of {view.record.scalars['sequences']} sequences: the axes of "
        "timesteps and of the batch look exchanged."
    )
    return Verdict("vanishing", sentence, "axes", remedies.axes())


def is_padded(view: View) -> bool:
    """Whether a quarter of the sequence or more, at its end, reads one and the same input."""
    x = view.record.tensors["x"]
    read = x[::-1] if view.reverse else x
    same = (read == read[-1]).all(axis=1)[::-1]
    constant = len(same) if same.all() else int(np.argmin(same))
    return view.layer == 1 and PADDED * len(x) <= constant < len(x)


def cut(record: Record) -> Facts:
    """States that were cut from their past, as a truncation: all timesteps are needed, the longest piece is reached."""
    facts = record.scalars
    if facts["cut"] is None:
        return Facts()
    return Facts(needed_lag=facts["cut"] - 1, k2=_longest(record))


def _longest(record: Record) -> int:
    facts = record.scalars
    return int(np.diff([0, *facts["restarts"], facts["timesteps"]]).max())


def _short_horizon(view: View, found: Finding) -> Verdict:
    sentence = (
        f"{view.place}: {found.values['needed_lag'] + 1} timesteps are read, but a gradient goes back through "
        f"{found.values['horizon'] + 1} of them at most: states are cut from their past."
    )
    return Verdict("short_horizon", sentence, found.cause, remedies.short_horizon())


SAYS = {
    "nonfinite": _nonfinite,
    "exploding": _exploding,
    "dead_units": _dead_units,
    "saturated": _saturated,
    "vanishing": _vanishing,
    "short_horizon": _short_horizon,
}


def as_dict(verdict: Verdict, horizon: int | None) -> dict[str, Any]:
    """As `Watching.verdict` tells it; ``code`` is what of the remedy can be copied."""
    return {
        "finding": verdict.finding,
        "sentence": verdict.sentence,
        "horizon": horizon,
        "cause": verdict.cause,
        "remedy": None if verdict.remedy is None else str(verdict.remedy),
        "code": None if verdict.remedy is None else verdict.remedy.code,
    }
