"""One record as it is seen from one layer and direction, and what several sentences say of it."""

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load

Numbers = list[float | Decimal]
FAR = 700.0  # ln of what float64 still holds with all its digits, and of its inverse
STATES = ("h", "c", "dh", "dc", "dh_norm", "dh_norm_used", "ln_dh_norm", "dh_carried_norm", "ln_dc_norm")
PAIRS = ("ln_flow", "ln_flow_a", "share", "share_used", "carried_share")


@dataclass(frozen=True, eq=False)
class Seen:
    """One run as it is seen from one layer and direction."""

    folder: Path
    run: str
    layer: int
    direction: str

    @cached_property
    def file(self) -> bytes:
        return (self.folder / f"{self.run}").read_bytes()

    @cached_property
    def tensors(self) -> dict[str, np.ndarray]:
        return load(self.file)

    @cached_property
    def meta(self) -> dict[str, Any]:
        length = int.from_bytes(self.file[:8], "little")
        found: dict[str, Any] = json.loads(json.loads(self.file[8 : 8 + length])["__metadata__"]["unroll"])
        return found

    @cached_property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / self.run.replace(".safetensors", ".json")).read_text())
        return found

    @property
    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = self.told["state"]["config"]
        return config

    @property
    def reverse(self) -> bool:
        return self.direction == "reverse"

    @property
    def ending(self) -> str:
        return (f"_l{self.layer}" if self.layer > 1 else "") + ("_reverse" if self.reverse else "")

    def get(self, name: str) -> np.ndarray:
        """This layer's own; of the reverse direction with the initial state first."""
        tensor = self.tensors[name + self.ending if name + self.ending in self.tensors else name].astype(np.float64)
        if self.reverse and name in STATES:
            return np.roll(tensor, 1, axis=0)
        return np.roll(tensor, 1, axis=1) if self.reverse and name in PAIRS else tensor

    @property
    def T(self) -> int:
        return len(self.tensors["loss_t"])

    @property
    def classified(self) -> bool:
        return self.tensors["target"].ndim == 1

    @cached_property
    def asked(self) -> np.ndarray:
        """Timesteps with a target, from 1."""
        target = self.tensors["target"]
        has = target >= 0 if self.classified else ~np.isnan(target[:, 0])
        return np.flatnonzero(has) + 1

    @property
    def farthest(self) -> int:
        """The loss whose gradient goes the whole way back."""
        if len(self.asked) == 0:
            return 0
        return int(self.asked[0] if self.reverse else self.asked[-1])

    @property
    def mouth(self) -> int:
        return self.T if self.reverse else 1

    @property
    def is_top(self) -> bool:
        return self.layer == int(self.config["num_layers"])

    @cached_property
    def probabilities(self) -> np.ndarray:
        y = self.tensors["y"].astype(np.float64)
        powers = np.exp(y - y.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def flow(self, t: int, k: int) -> float | Decimal:
        """‖∂E_t/∂h_k‖; what float64 does not hold as a Decimal."""
        ln = float(self.get("ln_flow")[t - 1, k])
        return Decimal(ln).exp() if FAR < abs(ln) < math.inf else math.exp(ln)

    @property
    def own(self) -> list[dict[str, float]] | None:
        """The scale of an own table."""
        scale: list[dict[str, float]] | None = self.told["state"]["task"].get("read", {}).get("scale")
        return scale

    def in_own(self, name: str, t: int) -> np.ndarray:
        """Row t of x, y or target in the table's own numbers."""
        scale = self.own or []
        row = self.tensors[name][t - 1].astype(np.float64)
        return np.array([one["mean"] + one["unit"] * value for one, value in zip(scale, row, strict=True)])


def ratio(loss: float, level: float | None) -> Numbers:
    """In percent below 5 times, else as it is."""
    if not level:
        return []
    return [100 * loss / level if loss / level < 5 else loss / level]


def known(*values: float | None) -> Numbers:
    return [value for value in values if value is not None]


def without_memory(seen: Seen) -> float:
    """Where the task needs none, without reading the input."""
    levels = known(seen.meta["baseline"], seen.meta["persistence"])
    return levels[0] if seen.meta["needed_lag"] == 0 else min(levels)


def horizon(seen: Seen) -> int:
    """The fewest lags that hold 99 % of the gradient."""
    norms = seen.tensors["lag_norm"]
    return next(n for n in range(len(norms)) if norms[: n + 1].sum() >= 0.99 * norms.sum() * (1 - 1e-12))


def clipped_norm(seen: Seen) -> tuple[float, float] | None:
    """‖g‖ before and after norm or value clipping, from the gradients themselves."""
    gradients = np.concatenate([g.ravel() for name, g in seen.tensors.items() if name.startswith("grad.")])
    if not np.isfinite(gradients).all():
        return None
    before = math.hypot(*gradients)
    c = seen.config["clip_threshold"]
    if seen.config["clip"] == "norm":
        return before, min(before, c)
    if seen.config["clip"] == "value":
        return before, math.hypot(*np.clip(gradients, -c, c))
    return before, before * (seen.meta["clip_scale"] or 1)


def altered(seen: Seen) -> bool:
    return bool(seen.config["k1"]) or seen.config["clip"] == "timestep"


def shown_share(seen: Seen, source: int, t: int) -> float:
    """Of what the river shows: under truncation or clipping at timesteps, of what these leave."""
    if altered(seen):
        return float(seen.get("share_used")[source - 1, t]) if seen.get("dh_norm_used")[t] != 0 else math.nan
    return float(seen.get("share")[source - 1, t])


def shown_ln(seen: Seen, t: int) -> float:
    with np.errstate(divide="ignore"):
        return float(np.log(seen.get("dh_norm_used")[t]) if altered(seen) else seen.get("ln_dh_norm")[t])


def shown_norm(seen: Seen, t: int) -> float:
    return float(np.exp(shown_ln(seen, t)))


def gamma(seen: Seen) -> float:
    schema = json.loads((seen.folder / "schema.json").read_text())
    return float(schema["activations"][seen.config["activation"]]["gamma"])
