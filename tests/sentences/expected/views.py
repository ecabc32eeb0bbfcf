"""The sentence under each view."""

import json
import math
from typing import Any

import numpy as np

from .registry import expects
from .seen import Numbers, Seen, horizon, known, ratio


@expects("lossWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    meta = seen.meta
    loss = meta["loss_per_timestep"]
    if loss is None:
        return []
    held_out = meta.get("validation_loss")
    later = [] if held_out is None or meta["validation_as_of"] == meta["iteration"] else [meta["validation_as_of"]]
    clipped = [meta["clipped_updates"], meta["iteration"]] if meta["iteration"] else []
    return [
        loss,
        *ratio(loss, meta["baseline"]),
        *ratio(loss, meta["persistence"]),
        *known(held_out),
        *later,
        *clipped,
    ]


@expects("outputWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    if len(seen.asked) == 0:
        return []
    mean = float(seen.tensors["loss_t"][seen.asked - 1].mean())
    counts = [float(len(seen.asked)), float(seen.T)]
    if seen.classified:
        right = seen.tensors["y"].argmax(axis=1)[seen.asked - 1] == seen.tensors["target"][seen.asked - 1]
        return [float(right.sum()), counts[0], mean, seen.meta["baseline"]]
    return [*counts, mean, seen.meta["baseline"], *_own_errors(seen)]


def _own_errors(seen: Seen) -> Numbers:
    if seen.own is None:
        return []
    rows = [seen.in_own("y", t) - seen.in_own("target", t) for t in seen.asked]
    return [float(value) for value in np.sqrt(np.square(rows).mean(axis=0))[:3]]


@expects("ownErrorWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    return _own_errors(seen)


@expects("flowWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    last, lag = seen.farthest, seen.meta["needed_lag"]
    if last == 0:
        return []
    if last == seen.mouth:
        return [seen.flow(last, last)]
    if lag in (None, 0) or last - lag <= seen.mouth or seen.reverse:
        return [seen.flow(last, last), seen.flow(last, seen.mouth)]
    return [lag, seen.flow(last, last - lag), seen.flow(last, seen.mouth)]


@expects("columnWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    k = asked["t"]
    column = seen.get("ln_flow")[:, k]
    reaching = [t for t in seen.asked if (t <= k if seen.reverse else t >= k) or not seen.is_top]
    reaching = [t for t in reaching if not np.isnan(column[t - 1]) or not np.isfinite(seen.get("ln_dh_norm")[k])]
    if not reaching:
        return []
    most = max(reaching, key=lambda t: column[t - 1])
    others = [seen.flow(seen.farthest, k)] if seen.farthest != most else []
    return [seen.flow(int(most), k), *others]


@expects("slopeWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    mean = float(seen.get("slope_mean").mean())
    if not np.isfinite(mean):
        return []
    name = seen.config["activation"]
    gamma = json.loads((seen.folder / "schema.json").read_text())["activations"][name]["gamma"]
    zeros = [0.0, 100 * (1 - mean)] if name in ("relu", "hardtanh") else []
    return [mean, gamma, *zeros]


@expects("lagsWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    norms, needed = seen.tensors["lag_norm"], seen.meta["needed_lag"]
    whole = float(norms.sum())
    if not np.isfinite(whole):
        return []
    if whole == 0:
        return [0]
    up = horizon(seen) if needed is None or needed >= seen.T else needed
    alone = [0.0] if up == 0 else [0.0, float(up)]
    return [99, horizon(seen), *known(needed), *alone, float(seen.tensors["truncation_cosine"][up])]


@expects("spectrumWords")
def _(seen: Seen, _: dict[str, Any]) -> Numbers:
    if "eigenvalues" not in seen.tensors:
        return []
    matrix = seen.get("u_hh" if "u_hh" in seen.tensors else "W_hh")
    H = seen.get("h").shape[1]
    gated = "gates" in seen.tensors
    if gated:
        place = {"lstm": 2, "ln_lstm": 2, "gru": 2}[seen.config["cell"]]
        matrix = matrix[:, place * H : (place + 1) * H]
    if matrix.ndim == 1:
        matrix = np.diag(matrix)
    if not np.isfinite(matrix).all():
        return []
    rho, sigma = float(np.abs(np.linalg.eigvals(matrix)).max()), float(np.linalg.norm(matrix, 2))
    found = [rho, sigma]
    jacobians = seen.get("jacobian_norm")
    if np.isfinite(jacobians).all():
        zeros = int((jacobians == 0).sum())
        if zeros == len(jacobians):
            found += [0]
        elif zeros:
            found += [0, zeros, len(jacobians), jacobians.max()]
        else:
            found += [jacobians.min(), jacobians.max(), float(np.prod(jacobians ** (1 / len(jacobians))))]
    if not gated:
        gamma = json.loads((seen.folder / "schema.json").read_text())["activations"][seen.config["activation"]]["gamma"]
        found += [gamma * sigma]
    largest = float(seen.get("lyapunov").max()) if len(seen.get("lyapunov")) else math.nan
    return [*found, largest] if np.isfinite(largest) else found


GATES = {
    "lstm": {"f": 1, "i": 0, "o": 3},
    "ln_lstm": {"f": 1, "i": 0, "o": 3},
    "gru": {"z": 1, "r": 0},
    "mingru": {"z": 0},
}


@expects("gatesWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    cell, gate = seen.config["cell"], asked["gate"]
    row = GATES[cell].get(gate)
    if row is None:
        return []
    mean = float(seen.get("gates")[:, row].mean())
    keeps = {"f": mean, "z": mean if cell == "gru" else 1 - mean}.get(gate)
    if keeps is None or not 0 < keeps < 1:
        return [100 * mean]
    return [100 * mean, math.log(0.5) / math.log(keeps)]


INITIAL = ("h0", "c0")


def used(seen: Seen, name: str) -> Numbers:
    """At how many timesteps, one of which is told in a word; and the 0 that recurrent weights meet at the first."""
    meets_zeros = name.startswith(("W_hh", "u_hh", "g_h")) and not seen.get("h")[0].any()
    return [*([] if seen.T == 1 else [seen.T]), *([0] if meets_zeros else [])]


@expects("weightsWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    values = seen.tensors[asked["name"]].ravel()
    times = [] if asked["name"][:2] in INITIAL else used(seen, asked["name"])
    return [len(values), *times, float(values[np.abs(values).argmax()])]


@expects("gradientsWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    norms = {
        name.removeprefix("grad."): float(np.linalg.norm(values / (peak := max(np.abs(values).max(), 1e-300)))) * peak
        for name, values in seen.tensors.items()
        if name.startswith("grad.")
    }
    if not all(np.isfinite(value) for value in norms.values()):
        return []
    whole = math.hypot(*norms.values())
    share = [100 * (norms[asked["name"]] / whole) ** 2] if norms[asked["name"]] and whole else []
    return [norms[asked["name"]], *share]


@expects("useWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    times = [] if asked["name"][:2] in INITIAL else used(seen, asked["name"])
    if asked["name"] == "W_emb":
        reads = int((seen.tensors["x"][:, asked["index"][0]] == 1).sum())
        times = [reads, *times] if reads else []
    return [float(seen.tensors[asked["name"]][tuple(asked["index"])]), *times]


@expects("updateWords")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    gradient = float(seen.tensors[f"grad.{asked['name']}"][tuple(asked["index"])])
    rate, scale = seen.config["learning_rate"], 1.0
    if seen.config["clip"] == "norm":
        norm = math.hypot(*(float(v) for name, g in seen.tensors.items() if name.startswith("grad.") for v in g.flat))
        scale = min(1.0, seen.config["clip_threshold"] / norm)
    return [-rate, *([scale] if scale < 1 else []), -rate * scale * gradient]
