"""The table of several networks side by side."""

from typing import Any

import numpy as np

from .registry import expects
from .seen import Numbers, Seen, known


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

    def kept(one: Seen) -> float:
        altered = one.config["clip"] == "timestep" or (one.config["k1"] > 0 and one.config["k2"] > 0)
        return float(one.get("dh_norm_used")[1] if altered else np.exp(one.get("ln_dh_norm")[1]))

    return [kept(one) for one in both(seen, asked)]
