"""Helpers for the tests of the scenes: networks as a scene opens them, what its text says, a reader who does it."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.scenes import SCENES, Scene
from app.scenes.vocabulary import LARGEST
from app.training import Record, RunConfig, Trainer

ROOT = Path(__file__).parents[2]
MOST_UPDATES = 300  # the longest a step may keep its reader waiting
(_DISC,) = re.findall(
    r"const DISC = \{(.+)\};", (ROOT / "static" / "js" / "stage" / "paint" / "ends.js").read_text("utf-8")
)
DISC = {name: float(radius) for name, radius in re.findall(r"(\w+): ([\d.]+)", _DISC)}


def plain(text: str) -> str:
    """A text without its references."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)


def body(scene: Scene) -> str:
    return "\n".join(plain(text) for text in scene.texts())


def says(slug: str, *words: str) -> None:
    """The scene's text holds these words: numbers that a test computed, written as the text writes them."""
    text = body(SCENES[slug])
    for word in words:
        assert word in text, f"{slug} does not say {word!r}"


def written(number: float, decimals: int = 2) -> str:
    """As texts write a number that is far from 1: 4.89 × 10⁻⁸."""
    mantissa, exponent = f"{number:.{decimals}e}".split("e")
    return f"{mantissa} × 10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def opened(slug: str, lane: int = 1, **changes) -> Trainer:
    return Trainer(SCENES[slug].configs()[lane - 1].changed(changes))


def seeds(config: RunConfig, n: int) -> list[RunConfig]:
    return [config.changed({"seed": seed}) for seed in range(1, n + 1)]


def after(trainer: Trainer, updates: int, watch=()) -> Record:
    """The record `updates` later."""
    for _ in range(updates):
        trainer.advance()
    return trainer.record(watch)


def gradients(config: RunConfig) -> dict[str, np.ndarray]:
    tensors = Trainer(config).record({"gradients"}).tensors
    return {name[5:]: values for name, values in tensors.items() if name.startswith("grad.")}


def ln_flow(record: Record, t: int, k: int) -> float:
    """ln‖∂E_t/∂h_k‖."""
    return float(record.ln_flow[t - 1, k])


def ledger(record: Record, t: int, k: int) -> tuple[float, float]:
    """What saturation and what the recurrent weights add to ln‖∂E_t/∂h‖ on the way from h_t back to h_k."""
    along_a = record.ln_flow_a[t - 1, k + 1 : t + 1].astype(float)
    saturation = float((along_a - record.ln_flow[t - 1, k + 1 : t + 1]).sum())
    return saturation, ln_flow(record, t, k) - ln_flow(record, t, t) - saturation


def largest_discs(record: Record, name: str) -> list[int]:
    """The timesteps whose discs are drawn as large as any."""
    losses = record.tensors[name].astype(float)
    drawn = np.isfinite(losses) & (losses != 0)
    radii = np.clip(DISC["baseline"] * np.sqrt(losses / record.baseline), DISC["least"], DISC["most"])
    return [int(t) for t in 1 + np.flatnonzero(drawn & (radii == radii[drawn].max(initial=0)))]


def event_of(condition) -> str:
    return " ".join(condition[name] for name in ("event", "tensor") if name in condition)


class Reader:
    """Does the steps of a scene on networks that really train, as far as they concern the networks."""

    def __init__(self, scene: Scene) -> None:
        self.trainers = [Trainer(config) for config in scene.configs()]
        self.events: set[str] = set()
        self.lane = 1
        self.view = replace(scene.view)
        self.largest = self._largest()

    def holds(self, condition) -> bool:
        return any(self._holds(condition, trainer) for trainer in self.trainers)

    def do(self, condition) -> None:
        """All that can be done at once; then updates, until the condition holds."""
        parts = condition.get("all", [condition])
        fields = {part["field"]: next(v for k, v in part.items() if k != "field") for part in parts if "field" in part}
        for trainer in self.trainers:
            if fields:
                trainer.configure(**fields)
        self.events |= {event_of(part) for part in parts if "event" in part}
        for part in parts:
            self.lane = part.get("lane", self.lane)
            self.view = replace(self.view, tab=part.get("tab", self.view.tab))
            if "pin" in part:
                self.view = replace(self.view, pin=self._to_pin(part["pin"]))
                self.largest = self._largest()
        for _ in range(MOST_UPDATES):
            if self.holds(condition):
                return
            for trainer in self.trainers:
                trainer.advance()

    def _holds(self, condition, trainer: Trainer) -> bool:
        match condition:
            case {"all": parts}:
                return all(self._holds(part, trainer) for part in parts)
            case {"field": name, "is": value}:
                return getattr(trainer.config, name) == value
            case {"field": name, "atLeast": least}:
                return getattr(trainer.config, name) >= least
            case {"field": name, "atMost": most}:
                return getattr(trainer.config, name) <= most
            case {"scalar": name, **limit}:
                return self._within(trainer.record({"truncation"}).scalars[name], limit)
            case {"iterations": n}:
                return trainer.iteration >= n
            case {"phase": "diverged"}:
                return trainer.diverged
            case {"event": _}:
                return event_of(condition) in self.events
            case {"tab": name}:
                return self.view.tab == name
            case {"lane": n}:
                return self.lane == n
            case {"pin": {"largest": name}}:
                return self.view.pin in self.largest[name]
            case {"pin": t}:
                return self.view.pin == t
        raise AssertionError(f"nobody knows how to do {condition}")

    def _to_pin(self, which) -> int:
        return which if isinstance(which, int) else self._largest()[which["largest"]][0]

    def _largest(self) -> dict[str, list[int]]:
        """The timesteps with the largest discs in what is shown, by the name of what the discs draw."""
        shown = self.trainers[self.lane - 1].record()
        return {name: largest_discs(shown, name) for name in LARGEST}

    @staticmethod
    def _within(value, limit) -> bool:
        if value is None:
            return False
        return value < limit["below"] if "below" in limit else value > limit["above"]
