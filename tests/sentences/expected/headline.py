"""The two sentences above the picture."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .registry import expects
from .seen import Numbers, Seen, clipped_norm, gamma, horizon, known, without_memory


@expects("finding")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    return HEADLINES.get(rule_of(seen), headline_of_finding)(seen)


@expects("reason")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    rule = rule_of(seen)
    if rule != "finding":
        return {"feedforward": [], "stream": [], "learned start": [], "zero": [0]}[rule]
    return REASONS.get(seen.meta["finding"]["code"], lambda _: [])(seen)


@expects("spokenWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    norm = float(np.exp(seen.get("ln_dh_norm")[1]))
    loss = seen.meta["loss_per_timestep"]
    watched = [] if seen.meta["horizon"] is None else [horizon(seen)]
    return [seen.meta["iteration"], *known(loss), norm, *watched]


def rule_of(seen: Seen) -> str:
    ln = seen.get("ln_dh_norm")
    if seen.told["divergence"] is not None:
        return "diverged"
    if seen.T == 1:
        starts = {"stream": seen.config["carry_state"], "learned start": seen.config["train_h0"]}
        return next((name for name, is_so in starts.items() if is_so), "feedforward")
    return "zero" if np.isneginf(ln[1:]).all() else "finding"


def feedforward(seen: Seen) -> Numbers:
    return [float(np.exp(seen.get("ln_dh_norm")[1]))]


def learned_start(seen: Seen) -> Numbers:
    """At h_1, and at what it starts from."""
    before, first = np.exp(seen.get("ln_dh_norm")[[0, 1]])
    return [float(first), float(before)]


def all_zero(seen: Seen) -> Numbers:
    return [0, seen.T]


def diverged(seen: Seen) -> Numbers:
    """The iteration, and the unit where there is one."""
    told = seen.told["divergence"]
    return [told["iteration"], *([] if told["unit"] is None else [told["unit"] + 1])]


HEADLINES: dict[str, Callable[[Seen], Numbers]] = {
    "feedforward": feedforward,
    "stream": feedforward,
    "learned start": learned_start,
    "zero": all_zero,
    "diverged": diverged,
}


def way_back(seen: Seen) -> tuple[float, float]:
    """ln of E_t's own gradient where it begins, and at the lag that the task needs, else at timestep 1."""
    values = seen.meta["finding"]["values"]
    layer = f"_l{values['layer']}" if values["layer"] > 1 else ""
    name = "ln_flow_c" if values["state"] == "c" else "ln_flow"
    last = int(seen.asked[-1])
    needed = seen.meta["needed_lag"]
    is_at_first = needed is None or seen.meta["finding"]["code"] == "exploding"
    k = 1 if is_at_first else max(1, last - needed)
    row = seen.tensors[name + layer][last - 1].astype(np.float64)
    assert (values["loss_timestep"], values["timestep"]) == (last, k)
    return float(row[last]), float(row[k])


def headline_of_finding(seen: Seen) -> Numbers:
    found, meta = seen.meta["finding"], seen.meta
    code, needed = found["code"], meta["needed_lag"]
    with np.errstate(over="ignore"):
        if code in ("learning", "vanishing", "exploding"):
            start, there = (float(np.exp(ln)) for ln in way_back(seen))
            if code == "learning" and needed == 0:
                return [start]
            if code == "learning" and needed is not None:
                reached = int(seen.asked[-1]) - found["values"]["timestep"]
                return [needed, *([reached] if reached < needed else []), there, start]
            return [*([needed] if code == "vanishing" and needed is not None else []), start, there]
    return FOUND[code](seen)


def median_of_last(seen: Seen) -> float:
    return float(np.median(seen.told["losses"][-20:]))


def dead(seen: Seen) -> Numbers:
    """Of a hardtanh: beyond 1 on either side at every timestep."""
    beyond = (np.abs(seen.get("a")) >= 1).all(axis=0)
    return [int(beyond.sum()), len(beyond), 0]


def short_horizon(seen: Seen) -> Numbers:
    needed, k2 = seen.meta["needed_lag"], seen.config["k2"]
    return [needed, k2 - 1] if k2 else [needed, 99, horizon(seen)]


FOUND: dict[str, Callable[[Seen], Numbers]] = {
    "overshooting": lambda seen: [20, median_of_last(seen), seen.meta["baseline"]],
    "solved": lambda seen: [seen.meta["solved_at"], seen.meta["loss_per_timestep"]],
    "clipped_hard": lambda seen: [100 * seen.config["clip_threshold"] / (clipped_norm(seen) or (1.0, 1.0))[0]],
    "dead_units": dead,
    "saturated": lambda seen: [float(seen.get("slope_mean").mean()), gamma(seen)],
    "short_horizon": short_horizon,
    "not_learning": lambda _: [0],
}


def parts(seen: Seen) -> Numbers:
    """Where the size of the last loss's own gradient goes on its way back; the printed sum is that of the parts."""
    last, values = int(seen.asked[-1]), seen.meta["finding"]["values"]
    k = values.get("timestep", last - (seen.meta["needed_lag"] or 0))
    if seen.flow(last, k) == 0:
        return [0, *nearby(seen, k)]  # a factor of it
    found = gated_parts(seen, last, k) if "gates" in seen.tensors else slope_parts(seen, last, k)
    shown = [part for part in found if abs(part) > 1e-6]
    return [sum(round(part, 1) for part in shown), *shown, *nearby(seen, k)]


def nearby(seen: Seen, k: int) -> Numbers:
    """What all losses together bring to h_k, where that is said."""
    said = seen.meta["finding"]["values"].get("nearby_losses")
    return [float(np.exp(seen.get("ln_dh_norm")[k]))] if said else []


def slope_parts(seen: Seen, last: int, k: int) -> Numbers:
    """The activation at its steepest, saturation, recurrent weights."""
    flow, inside = seen.get("ln_flow")[last - 1], seen.get("ln_flow_a")[last - 1]
    steepest = (last - k) * math.log(gamma(seen))
    slopes = float(sum(inside[one] - flow[one] for one in range(k + 1, last + 1)))
    return [steepest, slopes - steepest, float(flow[k] - flow[last]) - slopes]


def gated_parts(seen: Seen, last: int, k: int) -> Numbers:
    """The gate that keeps h, alone, and all that joins it; of a gru with one loss only, so that dh is its gradient."""
    assert (seen.config["cell"], list(seen.asked)) == ("gru", [last])
    gates, dh = (seen.tensors[name].astype(np.float64) for name in ("gates", "dh"))
    kept = [gates[one - 1, 1] * dh[one] for one in range(k + 1, last + 1)]
    alone = float(sum(np.log(np.linalg.norm(v) / np.linalg.norm(dh[k + 1 + i])) for i, v in enumerate(kept)))
    change = float(np.log(np.linalg.norm(dh[k]) / np.linalg.norm(dh[last])))
    return [alone, change - alone]


def clipped_reason(seen: Seen) -> Numbers:
    norm = (clipped_norm(seen) or (0.0, 0.0))[0]
    sums = [len(seen.asked)] if seen.config["loss_reduction"] == "sum" and len(seen.asked) > 1 else []
    return [norm, seen.config["clip_threshold"], seen.meta["clipped_updates"], seen.meta["iteration"], *sums]


REASONS: dict[str, Callable[[Seen], Numbers]] = {
    "learning": lambda seen: [*known(seen.meta["loss_per_timestep"]), without_memory(seen)],
    "overshooting": lambda seen: [seen.told["losses"][0], seen.told["long"], seen.told["moved"]],
    "solved": lambda seen: [seen.told["state"]["task"]["solved_below"], without_memory(seen)],
    "vanishing": parts,
    "exploding": parts,
    "short_horizon": lambda seen: [] if seen.config["k2"] else [seen.meta["needed_lag"], *parts(seen)],
    "clipped_hard": clipped_reason,
}
