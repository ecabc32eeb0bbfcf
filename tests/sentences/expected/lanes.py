"""The table of several networks side by side."""

from typing import Any

import numpy as np

from ..printed import printed
from .registry import expects
from .seen import Numbers, Seen, horizon, known


def both(seen: Seen, asked: dict[str, Any]) -> list[Seen]:
    return [Seen(seen.folder, name, 1, "forward") for name in asked["names"]]


@expects("lanes parameters")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    own = ("W_", "u_", "b_", "g_", "h0", "c0")
    return [sum(v.size for name, v in one.tensors.items() if name.startswith(own)) for one in both(seen, asked)]


@expects("lanes loss now")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return known(*(one.meta["loss_per_timestep"] for one in both(seen, asked)))


@expects("lanes horizon")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return known(*(one.meta["horizon"] for one in both(seen, asked)))


@expects("lanes ‖∂E/∂h_1‖")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    """What truncation and clipping by timestep leave."""
    with np.errstate(over="ignore"):
        return [float(np.exp(kept(one)[1])) for one in both(seen, asked)]


def kept(one: Seen) -> np.ndarray:
    """ln of what truncation and clipping by timestep leave."""
    altered = one.config["clip"] == "timestep" or (one.config["k1"] > 0 and one.config["k2"] > 0)
    with np.errstate(divide="ignore"):
        return np.log(one.get("dh_norm_used")) if altered else one.get("ln_dh_norm")


def in_lanes(pairs: list[Numbers]) -> Numbers:
    """A number once, behind it all lanes that have it, as it is printed."""
    found: dict[str, Numbers] = {}
    for number, *lane in pairs:
        found.setdefault(f"{number:.3g}", [number]).extend(lane)
    return [number for group in found.values() for number in group]


def first_differing(asked: dict[str, Any], index: int, seen: Seen) -> Numbers:
    """The numbers in what a lane is called; each is a setting of its network."""
    found = [number.value for number in printed(asked["called"][index])]
    settings = [value for value in seen.config.values() if isinstance(value, int | float)]
    assert all(any(abs(number - value) <= 1e-9 * abs(value) for value in settings) for number in found)
    return found


@expects("lanes finding")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    lanes = both(seen, asked)
    if not all(kept(one)[1] < np.inf and np.isfinite(kept(one)[-1]) for one in lanes):
        return []
    if asked["same"]:
        assert lanes[0].meta["loss"] == lanes[1].meta["loss"]
        return []
    changes = [kept(one)[1] - kept(one)[-1] for one in lanes]
    alike = lanes[0].T == lanes[1].T
    each = [
        [float(np.exp(change)), i + 1.0, *first_differing(asked, i, one), *([] if alike else [one.T - 1.0])]
        for i, (change, one) in enumerate(zip(changes, lanes, strict=True))
    ]
    return [*([lanes[0].T - 1.0] if alike else []), *in_lanes(each)]


@expects("lanes reason")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    lanes = both(seen, asked)
    losses = in_lanes([[*known(one.meta["loss_per_timestep"]), i + 1.0] for i, one in enumerate(lanes)])
    layers = [one.config["num_layers"] > 1 or one.config["bidirectional"] for one in lanes]
    losses = [*(i + 1.0 for i, several in enumerate(layers) if several), *losses]
    baselines = [one.meta["baseline"] for one in lanes]
    if round(baselines[0], 12) == round(baselines[1], 12):
        return [*losses, baselines[0]]
    return [*losses, *in_lanes([[baselines[0], 1.0], [baselines[1], 2.0]])]


@expects("lanes readout")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    with np.errstate(over="ignore"):
        return [float(np.exp(kept(one)[asked["t"]])) for one in both(seen, asked)]


@expects("lane reading")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    lag = [] if seen.meta["horizon"] is None else [horizon(seen)]
    return [*known(seen.meta["loss_per_timestep"]), *lag]
