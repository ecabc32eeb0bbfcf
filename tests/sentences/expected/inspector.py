"""The header, the inspector, and what a screen reader says of a timestep."""

import math
from typing import Any

import numpy as np

from .registry import expects
from .seen import Numbers, Seen, clipped_norm, known, shown_share, without_memory


@expects("progressWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    levels = [] if seen.meta["baseline"] is None else [without_memory(seen)]
    return [seen.meta["iteration"], *known(seen.meta["loss_per_timestep"]), *levels]


@expects("plainWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    return [seen.meta["needed_lag"], seen.meta["loss_per_timestep"], seen.meta["baseline"]]


@expects("gradientWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    norms = clipped_norm(seen)
    if norms is None or not np.isfinite(norms[0]):
        return []
    before, after = norms
    return [before] if after >= before * (1 - 1e-12) else [before, after]


@expects("clipWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    norms = clipped_norm(seen)
    if norms is None or not np.isfinite(norms[0]):
        return []
    before, after = norms
    if before == 0:
        return [0]
    c, mode = seen.config["clip_threshold"], seen.config["clip"]
    if mode == "none":
        return [before, 1] + ([] if before <= 1 else [1 / before])
    if after >= before * (1 - 1e-12):
        return [before, c]
    turned = [seen.meta["clip_angle"]] if (seen.meta["clip_angle"] or 0) >= 0.05 else []
    middle = [after, c] if mode == "timestep" else [after]
    return [before, *middle, after / before, *turned]


@expects("solvedWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    right = [] if seen.meta["accuracy"] is None else [100 * seen.meta["accuracy"]]
    return [*right, *known(seen.meta["solved_at"])]


@expects("reachWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    there = [] if t == seen.mouth else [seen.flow(t, seen.mouth)]
    return [seen.flow(t, t), *there]


@expects("pairNumbers")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t, k = asked["t"], asked["k"]
    return [seen.flow(t, k), abs(t - k)] if t in seen.asked else []


@expects("accountWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers | None:
    """ln ratio = saturation + recurrent weights: their sum is the ratio as the flow itself has it, to two digits."""
    t, k = asked["t"], asked["k"]
    flow, inside = seen.get("ln_flow")[t - 1], seen.get("ln_flow_a")[t - 1]
    way = range(k + 1, t + 1) if not seen.reverse else range(t, k)
    step = 1 if seen.reverse else -1
    saturation = sum(inside[one] - flow[one] for one in way)
    weights = sum(flow[one + step] - inside[one] for one in way)
    total = round(saturation, 2) + round(weights, 2)
    return [total, saturation, weights]


@expects("timestep loss")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    return [t, seen.T, *([float(seen.tensors["loss_t"][t - 1])] if t in seen.asked else [])]


@expects("timestep output")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    y, target = seen.tensors["y"][t - 1], seen.tensors["target"][t - 1]
    if not seen.classified:
        return [t, seen.T, *map(float, y), *(map(float, target) if t in seen.asked else [])]
    p = seen.probabilities[t - 1]
    wanted = [100 * float(p[target])] if t in seen.asked else []
    return [t, seen.T, int(p.argmax()) + 1, len(p), 100 * float(p.max()), *wanted]


@expects("timestep gradient")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    norm = float(np.exp(seen.get("ln_dh_norm")[t]))
    share = shown_share(seen, t, t)
    if t not in seen.asked or not np.isfinite(share):
        return [t, seen.T, norm]
    return [t, seen.T, norm, 100 * share]


@expects("timestep state")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    h = seen.get("h")[asked["t"]]
    if not np.isfinite(h).all():
        return [asked["t"], seen.T]
    most = int(np.abs(h).argmax())
    start = math.hypot(*seen.get("h")[0])
    begins = asked["t"] == (seen.T if seen.reverse else 1) and start > 0
    return [asked["t"], seen.T, math.hypot(*h), most + 1, 0, float(h[most]), *([start] if begins else [])]


@expects("timestep input")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    x = seen.tensors["x"][asked["t"] - 1]
    head = [asked["t"], seen.T]
    if len(x) > 2 and x.max() == 1 and (x != 0).sum() == 1:
        return [*head, int(x.argmax()) + 1, len(x)]
    return [*head, *map(float, x[:8]), *([len(x) - 8] if len(x) > 8 else [])]


@expects("lossNumbers")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    loss = float(seen.tensors["loss_t"][t - 1])
    if seen.classified:
        return [loss, float(seen.probabilities[t - 1][seen.tensors["target"][t - 1]])]
    y, target = float(seen.tensors["y"][t - 1, 0]), float(seen.tensors["target"][t - 1, 0])
    return [loss, y, -target]


@expects("lossBackNumbers")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t = asked["t"]
    if seen.classified:
        target = seen.tensors["target"][t - 1]
        return [float(seen.probabilities[t - 1][target]) - 1, 0]
    y, target = seen.tensors["y"][t - 1].astype(float), seen.tensors["target"][t - 1].astype(float)
    return [float(value) for value in (2 * (y - target) / len(y))[:3]]
