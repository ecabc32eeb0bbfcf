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
    return [one.meta["horizon"] for one in both(seen, asked) if one.meta["horizon"]]


@expects("lanes ‖∂E/∂h_1‖")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [float(np.exp(one.get("ln_dh_norm")[1])) for one in both(seen, asked)]


def first_differing(asked: dict[str, Any], index: int, seen: Seen) -> Numbers:
    """The numbers in what a lane is called; each is a setting of its network."""
    found = [number.value for number in printed(asked["called"][index])]
    settings = [value for value in seen.config.values() if isinstance(value, int | float)]
    assert all(any(abs(number - value) <= 1e-9 * abs(value) for value in settings) for number in found)
    return found


@expects("lanes finding")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    lanes = both(seen, asked)
    if not all(np.isfinite(one.get("ln_dh_norm")[[1, -1]]).all() for one in lanes):
        return []
    if asked["same"]:
        assert lanes[0].meta["loss"] == lanes[1].meta["loss"]
        return []
    changes = [one.get("ln_dh_norm")[1] - one.get("ln_dh_norm")[-1] for one in lanes]
    alike = lanes[0].T == lanes[1].T
    each = [
        [float(np.exp(change)), i + 1.0, *first_differing(asked, i, one), *([] if alike else [one.T - 1.0])]
        for i, (change, one) in enumerate(zip(changes, lanes, strict=True))
    ]
    return [*([lanes[0].T - 1.0] if alike else []), *each[0], *each[1]]


@expects("lanes reason")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    lanes = both(seen, asked)
    losses = [number for i, one in enumerate(lanes) for number in (*known(one.meta["loss_per_timestep"]), i + 1.0)]
    baselines = [one.meta["baseline"] for one in lanes]
    if round(baselines[0], 12) == round(baselines[1], 12):
        return [*losses, baselines[0]]
    return [*losses, baselines[0], 1.0, baselines[1], 2.0]


@expects("lanes readout")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    with np.errstate(over="ignore"):
        return [float(np.exp(one.get("ln_dh_norm")[asked["t"]])) for one in both(seen, asked)]


@expects("lane reading")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    lag = [horizon(seen)] if seen.meta["horizon"] else []
    return [*known(seen.meta["loss_per_timestep"]), *lag]
