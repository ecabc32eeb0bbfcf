"""What a scene's text may point at, and what its steps may ask for: the words a page has to understand.

A reference is written `[the river](river)` or `[length](control:sequence_length)`. What stands in the round brackets:

    river, losses, …       a part of the picture, one of PARTS
    timestep:3 · loss:3    one column of the picture, one loss; from 1
    lane:2                 one of the networks that stand side by side; from 1
    control:FIELD          the control of a field of RunConfig
    button:NAME            one of BUTTONS; choosing the reference presses it
    tab:NAME               one of TABS

A condition says when a step is done. It is one of

    {"field": FIELD, "is": value}             a field of the configuration has a value
    {"field": FIELD, "atLeast": number}       ... or "atMost"
    {"scalar": NAME, "below": number}         a scalar of the newest record, one of SCALARS; or "above"
    {"iterations": n}                         the run has had n updates
    {"phase": "diverged"}                     a number that is not finite stopped the run
    {"event": NAME}                           one of EVENTS happened since the scene was opened
    {"event": "edit", "tensor": NAME}         ... in one of EDITED
    {"tab": NAME}                             a view is open
    {"lane": n}                               of several networks side by side the n-th is the chosen one; from 1, and a
                                              scene without lanes has lane 1 alone
    {"pin": t}                                timestep t is pinned
    {"pin": {"largest": NAME}}                a timestep is pinned, and when it was, none had a larger disc; a disc
                                              draws one of LARGEST, and grows up to a certain size
    {"all": [condition, …]}                   several of these at the same moment

and holds as soon as it holds in one of the lanes. A step that was done once stays done.
"""

from collections.abc import Mapping
from typing import Any

from ..training import RunConfig

Condition = Mapping[str, Any]

PARTS = {
    "losses": "the row of E_t",
    "outputs": "the row of y_t with its targets",
    "river": "∂E/∂h_t as a river",
    "channel": "∂E/∂c_t, the straight lane of the lstm",
    "weir": "the mark that clipping leaves on the river",
    "units": "the columns of h_t",
    "inputs": "the row of x_t",
    "W_xh": "the arrows from x_t up into h_t",
    "W_hh": "the arrows from h_{t-1} to h_t, and the matrix they share",
    "W_hy": "the way from h_t up to y_t",
    "accumulator": "where the parts of ∂E/∂W_hh are added up",
    "norms": "the chart of ‖∂E/∂h_t‖",
    "track": "units × time under the chart",
    "words": "the sentences above the picture",
    "inspector": "the equations of what is pinned",
    "ledger": "how much of a gradient saturation took, how much the recurrent weights",
    "flow": "the flow matrix",
    "loss": "the loss in the header",
    "gradient": "the gradient norm in the header",
    "history": "the loss over training",
}
BUTTONS = ("play", "step", "reset", "back", "fold", "unfold", "slow", "compare", "check", "example", "load", "watched")
TABS = ("flow", "loss", "lags", "slope", "spectrum", "weights", "gates")
TRACKS = ("h", "dh", "gates", "dW_hh")
RULERS = ("near", "far", "abyss")
UNDER = {
    "views": "the open view",
    "inspector": "the equations of what is pinned",
    "terms": "the terms of the only loss's gradient, one a timestep",
    "watched": "the way to the stored PyTorch training, in a tab of its own",
}
EVENTS = {
    "step": "one update by its button",
    "play": "training was started",
    "slow": "one update was watched in slow motion, to its end",
    "fold": "the network was closed into its loop",
    "unfold": "the loop was opened",
    "pin": "a timestep was pinned",
    "edit": "a weight or an input was changed by hand",
    "example": "another sequence was asked for",
    "check": "the gradients were checked",
    "load": "own weights, text or data were taken in",
    "watched": "the stored PyTorch training was opened",
}
EDITED = ("x", "W_xh", "W_hh", "W_hy")
LARGEST = {"loss_t": "E_t"}
SCALARS = ("loss_per_timestep", "accuracy", "grad_norm", "clip_scale", "clip_angle", "clipped_updates", "horizon")

_COUNTED = ("timestep", "loss", "lane")
_NAMED = {"control": tuple(RunConfig.model_fields), "button": BUTTONS, "tab": TABS}


def reference(target: str) -> dict[str, Any]:
    """What `[…](target)` points at, as the page reads it. ValueError where that is nothing we know."""
    kind, colon, of = target.partition(":")
    if not colon and kind in PARTS:
        return {"kind": "part", "of": kind}
    if kind in _COUNTED and of.isdecimal() and int(of) >= 1:
        return {"kind": kind, "of": int(of)}
    if of in _NAMED.get(kind, ()):
        return {"kind": kind, "of": of}
    raise ValueError(f"a text cannot point at {target!r}")


def check(condition: Condition) -> None:
    """ValueError unless the condition is one of those above."""
    if not _is_condition(condition):
        raise ValueError(f"no page could tell when {dict(condition)} holds")


def _is_condition(condition: Condition) -> bool:
    match dict(condition):
        case {"field": str(name), "is": _, **rest}:
            return name in RunConfig.model_fields and not rest
        case {"field": str(name), "atLeast": int() | float(), **rest} | {
            "field": str(name),
            "atMost": int() | float(),
            **rest,
        }:
            return name in RunConfig.model_fields and not rest
        case {"scalar": str(name), "below": int() | float(), **rest} | {
            "scalar": str(name),
            "above": int() | float(),
            **rest,
        }:
            return name in SCALARS and not rest
        case {"iterations": int(n), **rest} | {"pin": int(n), **rest} | {"lane": int(n), **rest}:
            return n >= 1 and not rest
        case {"pin": {"largest": str(name), **more}, **rest}:
            return name in LARGEST and not more and not rest
        case {"phase": "diverged", **rest}:
            return not rest
        case {"event": "edit", "tensor": str(name), **rest}:
            return name in EDITED and not rest
        case {"event": str(name), **rest}:
            return name in EVENTS and not rest
        case {"tab": str(name), **rest}:
            return name in TABS and not rest
        case {"all": list(parts), **rest}:
            return len(parts) >= 2 and all(_is_condition(part) for part in parts) and not rest
    return False
