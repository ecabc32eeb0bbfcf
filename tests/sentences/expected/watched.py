"""What the page of a watched run says of a capture, from the tensors of its recording."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from app import open as opened

from .registry import expects
from .seen import Numbers, Seen

STATES = ("ln_dh_norm",)


@cache
def captures(path: Path) -> list[Any]:
    with opened(path) as recording:
        return list(recording)


def tensor(seen: Seen, asked: dict[str, Any], name: str, at: int | None = None) -> np.ndarray:
    """In the order in which this layer and direction reads."""
    record = captures(seen.folder / seen.run)[asked["at"] if at is None else at]
    ending = (f"_l{asked['layer']}" if asked["layer"] > 1 else "") + ("_reverse" if asked["reverse"] else "")
    values = record.tensors[name + ending].astype(np.float64)
    if not asked["reverse"]:
        return values
    return values[::-1, ::-1] if values.ndim == 2 and values.shape[1] == values.shape[0] + 1 else values[::-1]


def way(seen: Seen, asked: dict[str, Any], at: int | None = None) -> tuple[int, int, float, float] | None:
    """The last timestep to which a gradient is handed, the first that it reaches, and its size at both."""
    flow = np.exp(tensor(seen, asked, "ln_flow", at))
    handed = [t for t in range(1, len(flow) + 1) if flow[t - 1, t] != 0]
    if not handed:
        return None
    last = handed[-1]
    first = next(k for k in range(1, last + 1) if k == last or not np.isnan(flow[last - 1, k]))
    return last, first, float(flow[last - 1, last]), float(flow[last - 1, first])


@expects("watched headline")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    found = way(seen, asked)
    if found is None:
        return []
    last, first, start, end = found
    return [start] if last == first else [start, end]


@expects("watched reason")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    whole = float(np.exp(tensor(seen, asked, "ln_dh_norm")[1]))
    before = way(seen, asked, 0) if asked["at"] else None
    step = captures(seen.folder / seen.run)[0].scalars["step"]
    compared = [] if before is None else [step, before[2], before[3]]
    return [whole, *compared, *([1] if asked["reverse"] else [])]


@expects("watched residual")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    residual = captures(seen.folder / seen.run)[asked["at"]].scalars["grad_residual"]
    return [] if residual is None else [residual]


@expects("watched step")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return [captures(seen.folder / seen.run)[asked["at"]].scalars["step"]]


@expects("watched timestep")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    t, record = asked["t"], captures(seen.folder / seen.run)[asked["at"]]
    flow, last = np.exp(tensor(seen, asked, "ln_flow")), (way(seen, asked) or (0,))[0]
    found: Numbers = []
    if below_two_directions(record, asked):
        own = None
    else:
        handed = flow[t - 1, t] != 0
        own = float(tensor(seen, asked, "share")[t - 1, t]) if handed else 0.0
        found += shares(own)
        found += shares(1 - own) if last > t else []
    found.append(float(np.exp(tensor(seen, asked, "ln_dh_norm")[t])))
    if last >= t and not np.isnan(flow[last - 1, t]):
        found.append(float(flow[last - 1, t]))
    return [*found, *means(seen, asked, t)]


def below_two_directions(record: Any, asked: dict[str, Any]) -> bool:
    return bool(record.scalars["bidirectional"]) and asked["layer"] < record.scalars["num_layers"]


def shares(share: float) -> Numbers:
    return [100 * share] if np.isfinite(share) else []


def means(seen: Seen, asked: dict[str, Any], t: int) -> Numbers:
    """The mean slope at this timestep, and how far the gate that keeps the state is open."""
    slope = [float(tensor(seen, asked, "slope_mean")[t - 1])]
    ending = (f"_l{asked['layer']}" if asked["layer"] > 1 else "") + ("_reverse" if asked["reverse"] else "")
    if f"gates{ending}" not in captures(seen.folder / seen.run)[asked["at"]].tensors:
        return slope
    return [*slope, 100 * float(tensor(seen, asked, "gates")[t - 1, 1].mean())]
