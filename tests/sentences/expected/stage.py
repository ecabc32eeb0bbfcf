"""Names in the picture, and the lines beside the pointer."""

import math
from typing import Any

import numpy as np

from .registry import EXPECTED, expects
from .seen import Numbers, Seen, altered, known, shown_ln, shown_norm, shown_share


@expects("name output")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    if seen.classified:
        return [t, 1] if t in seen.asked else [t]
    y, target = seen.tensors["y"][t - 1], seen.tensors["target"][t - 1]
    if t not in seen.asked:
        return [t, float(y[0])]
    if seen.own is not None:
        return EXPECTED["ownOutputWords"](seen, asked)
    return [float(y[0]), float(target[0])]


@expects("name loss")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [float(seen.tensors["loss_t"][asked["t"] - 1])]


@expects("name own")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    if not seen.is_top:
        return [shown_norm(seen, asked["t"])]
    if _nothing_comes_back(seen, asked["t"]):
        return []
    share = shown_share(seen, asked["t"], asked["t"])
    return [100 * share] if np.isfinite(share) else []


@expects("name carried")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    """Into which state the gradient comes back, the one that was read before: what is carried, where that is known."""
    to = asked["t"] if seen.reverse else asked["t"] - 1
    return [shown_norm(seen, to) if altered(seen) else float(seen.get("dh_carried_norm")[to])]


@expects("name W_xh")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    """How many numbers of one kind enter, and how many units there are."""
    rows, H = len(seen.get("W_xh")), seen.get("h").shape[1]
    return [H if seen.layer > 1 else rows, H]


@expects("name W_hh")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    """All timesteps; where the first starts from 0, also that, and how often there is a state to lead from."""
    everywhere = [] if seen.T == 1 else [seen.T]
    if seen.get("h")[0].any():
        return everywhere
    return [*everywhere, 0, *([] if seen.T == 1 else [seen.T - 1])]


@expects("name W_hy")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    return [seen.get("h").shape[1], seen.tensors["W_hy"].shape[1]]


@expects("name units")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    """And of what the colours are above or below."""
    return [seen.get("h").shape[1], 0]


@expects("stage band")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    """The norm of the layer that is pointed at, not of the open one."""
    other = Seen(seen.folder, seen.run, asked["layer"], asked["direction"])
    return [shown_norm(other, asked["t"])]


@expects("name input")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    x = seen.tensors["x"][asked["t"] - 1]
    if seen.own is not None:
        return [asked["t"], *seen.in_own("x", asked["t"])[:3]]
    if len(x) > 2 and x.max() == 1 and (x != 0).sum() == 1:
        return [asked["t"], len(x)]
    return [asked["t"], len(x) if len(x) > 1 else float(x[0])]


@expects("ownOutputWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    (y, *_), (target, *_) = seen.tensors["y"][t - 1], seen.tensors["target"][t - 1]
    columns = len(seen.own or [])
    of = [columns] if columns > 1 else []
    return [seen.in_own("y", t)[0], *of, seen.in_own("target", t)[0], float(y), float(target)]


@expects("ownLossWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    pairs = zip(seen.in_own("y", asked["t"])[:3], seen.in_own("target", asked["t"])[:3], strict=True)
    return [float(value) for pair in pairs for value in pair]


@expects("stage loss")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    if t not in seen.asked:
        return [t]
    return [float(seen.tensors["loss_t"][t - 1]), *known(seen.meta["baseline"])]


@expects("stage output")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    y, target = seen.tensors["y"][t - 1], seen.tensors["target"][t - 1]
    if seen.own is not None:
        said, wanted = seen.in_own("y", t)[:3], seen.in_own("target", t)[:3]
        return [t, *said, *wanted, *map(float, y[:3]), *map(float, target[:3])]
    if not seen.classified:
        return [*map(float, y[:3]), *(map(float, target[:3]) if t in seen.asked else [])]
    p = seen.probabilities[t - 1]
    return [t, 100 * float(p.max()), *([100 * float(p[target])] if t in seen.asked else [])]


@expects("stage input")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    x, t = seen.tensors["x"][asked["t"] - 1], asked["t"]
    if seen.own is not None:
        return [t, *seen.in_own("x", t)[:3], *map(float, x[:3])]
    if len(x) > 2 and x.max() == 1 and (x != 0).sum() == 1:
        return []
    return [float(value) for value in x[:3]]


@expects("stage lane")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    ln = shown_ln(seen, t)
    found = [shown_norm(seen, t), *([ln] if np.isfinite(ln) else [])]
    clipped = seen.config["clip"] == "timestep" and math.isclose(
        seen.get("dh_norm_used")[t], seen.config["clip_threshold"], rel_tol=1e-9
    )
    return [*found, *_joined(seen, t, clipped=clipped), *_percent(shown_share(seen, t, t))]


def _percent(share: float) -> Numbers:
    return [] if math.isnan(share) else [100 * share]


def _joined(seen: Seen, t: int, *, clipped: bool) -> Numbers:
    if clipped:
        return [seen.config["clip_threshold"]]
    if not seen.is_top or altered(seen) or t not in seen.asked:
        return []
    own, carried = seen.flow(t, t), float(seen.get("dh_carried_norm")[t])
    return [] if math.isnan(own) or math.isnan(carried) or carried == 0 else [own, carried]


@expects("stage units")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t, unit = asked["t"], asked["unit"]
    return [unit + 1, t, float(seen.get("h")[t, unit]), float(seen.get("dh")[t, unit])]


@expects("cardLines")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t, share = asked["t"], shown_share(seen, asked["t"], asked["t"])
    now = shown_norm(seen, t)
    before = t - 1 if seen.reverse else t + 1  # the timestep that hands its gradient on to t
    reaches = not _nothing_comes_back(seen, t) and shown_ln(seen, before) > -np.inf
    handed = [shown_norm(seen, before)] if reaches else []
    if math.isnan(share) or not seen.is_top:
        return [*handed, now]
    parts = [100 * share, 100 - 100 * share] if t in seen.asked else []
    return [*parts, *handed, now]


def _nothing_comes_back(seen: Seen, t: int) -> bool:
    """To h_t from the timestep that was read after it: none was, truncation keeps no later loss, or all of it is 0."""
    if t == (1 if seen.reverse else seen.T):
        return True
    k1, k2 = seen.config["k1"], seen.config["k2"]
    if not k1:
        return bool(seen.get("dh_carried_norm")[t] == 0)
    kept = [s for s in seen.asked if s > t > min(seen.T, k1 * math.ceil(s / k1)) - k2]
    return not any(seen.get("ln_flow")[s - 1, t] > -np.inf for s in kept)


@expects("momentBackward")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    """From which timestep to which; t once more where it is said that it has no loss either."""
    t, before = asked["t"], asked["t"] - 1 if seen.reverse else asked["t"] + 1
    if _is_cut(seen, t):
        return [before, t]
    if seen.is_top:
        begins = seen.asked.min(initial=seen.T + 1) if seen.reverse else seen.asked.max(initial=0)
        if t == begins:
            return []
        if (t < begins) if seen.reverse else (t > begins):
            return [t]
    elif t == (1 if seen.reverse else seen.T):
        return []
    has_own = t in seen.asked or not seen.is_top
    if not _nothing_comes_back(seen, t) or (has_own and not _keeps_its_cell(seen, t, before)):
        return [before, t]
    if _keeps_its_cell(seen, t, before):
        return [before] if has_own else [before, 0]
    return [before, t, t]


def _is_cut(seen: Seen, b: int) -> bool:
    """Whether truncation lets some loss come as far as b + 1 and none to b."""
    k1, k2 = seen.config["k1"], seen.config["k2"]
    if not k1:
        return False
    firsts = [min(seen.T, k1 * math.ceil(s / k1)) - k2 for s in seen.asked if s > b]
    return any(first < b + 1 for first in firsts) and not any(first < b for first in firsts)


def _keeps_its_cell(seen: Seen, t: int, before: int) -> bool:
    """Whether both cell states have a gradient, so that one comes to c_t."""
    if "ln_dc_norm" not in seen.tensors:
        return False
    norms = seen.get("dc_norm_used") if altered(seen) else np.exp(seen.get("ln_dc_norm"))
    return bool(norms[t] > 0 and norms[before] > 0)


@expects("momentLoss")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [float(seen.tensors["loss_t"][asked["t"] - 1])]


@expects("sizeWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    read = seen.told["state"]["task"]["read"]
    return known(*(read.get(name) for name in ("rows", "width", "characters", "distinct")))


@expects("openedWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    return [seen.meta["iteration"]]
