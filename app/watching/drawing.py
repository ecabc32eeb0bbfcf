"""The page's HTML: for each module its finding, its residual, and ln ‖∂E/∂h_t‖ of every layer over time, as SVG."""

import html
import math
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from ..training import Record
from .shown import name_of
from .verdict import Verdict

Array = np.ndarray
WIDTH, HEIGHT, LEFT, BOTTOM = 720, 220, 56, 28
OWN = "The gradients are the engine's own."
STROKES = ("#b0430c", "#1c5aa0", "#4c1038", "#12957c")  # of layers, from the lowest
STYLE = """
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; background: #fbfaf7; color: #1b1d20;
  font: 15px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.3rem; } h2 { margin: 2rem 0 0.2rem; font-size: 1.1rem; } .quiet { color: #676b72; }
.finding { font-weight: 600; } svg { width: 100%; height: auto; } text { font-size: 12px; fill: #474b52; }
code { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
"""
SCRIPT = """
const main = document.querySelector("main"), told = document.querySelector("#told");
async function look() {
  try {
    const answer = await fetch("now", { signal: AbortSignal.timeout(4000) });
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    if (text !== look.last) main.innerHTML = look.last = text;
    told.textContent = "Live: the script is running.";
    setTimeout(look, 1000);
  } catch {
    told.textContent = "The script has ended or stopped watching. This is the last it showed.";
    setTimeout(look, 5000);
  }
}
look();
"""


class Drawable(Protocol):
    """What is drawn of one module."""

    @property
    def record(self) -> Record:
        """Its newest record."""

    @property
    def verdict(self) -> Verdict:
        """What is wrong with it."""


def document(body: str, nonce: str) -> str:
    """The whole page around ``body``."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Unroll: watching</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        '<h1>Unroll: your training, watched</h1><p id="told" class="quiet" role="status"></p>'
        f'<main aria-live="off">{body}</main><script nonce="{nonce}">{SCRIPT}</script></body></html>\n'
    )


def fragment(found: Mapping[str, Drawable]) -> str:
    """All modules, one below the other."""
    return "".join(section(name, one.record, one.verdict) for name, one in found.items())


def section(name: str, record: Record, verdict: Verdict) -> str:
    """One module."""
    facts = record.scalars
    kind = f"{facts['cell']}, {facts['num_layers']} layer{'s' if facts['num_layers'] > 1 else ''}"
    kind += ", both directions" if facts["bidirectional"] else ""
    finding = "Nothing stands out." if verdict.finding is None else verdict.finding.replace("_", " ") + "."
    help_ = "" if verdict.remedy is None else f"<p>What helps: <code>{escaped(verdict.remedy)}</code></p>"
    notes = "".join(f'<p class="quiet">Not exact: {escaped(note)}.</p>' for note in facts["notes"])
    when = f"{'Update' if facts.get('own') else 'Backward pass'} {facts['step']}"
    trusted = OWN if facts.get("own") else residual(facts["grad_residual"])
    return (
        f"<section><h2>{escaped(name or 'the model itself')} <span class='quiet'>{escaped(kind)}</span></h2>"
        f'<p class="quiet">{when}, sequence {facts["sequence"]} of {facts["sequences"]}, '
        f"{facts['timesteps']} timesteps. {trusted}</p>"
        f'<p><span class="finding">{escaped(finding)}</span> {escaped(verdict.sentence)}</p>{help_}{notes}'
        f"{chart(record)}</section>"
    )


def residual(value: float | None) -> str:
    """How far the replay is from PyTorch's own gradients, in words."""
    if value is None:
        return "No parameter is trained, so nothing can be compared."
    if not math.isfinite(value):
        return "The replay and PyTorch's gradients cannot be compared: they are not finite."
    return f"Replay against PyTorch's own gradients: relative error {value:.1e}."


def chart(record: Record) -> str:
    """ln ‖∂E/∂h_t‖ as powers of ten over the timesteps, one line a layer; the reverse direction dashed."""
    lines = []
    for layer in range(1, record.scalars["num_layers"] + 1):
        for reverse in (False, True)[: 1 + record.scalars["bidirectional"]]:
            ln_norm = record.tensors[name_of("ln_dh_norm", layer, reverse)]
            first = 1 if reverse else 0  # the timestep of row 0
            lines.append((layer, reverse, first, ln_norm / math.log(10)))
    finite = np.concatenate([decades[np.isfinite(decades)] for *_, decades in lines])
    if len(finite) == 0:
        return "<p>No gradient reaches any of its states.</p>"
    low, high = math.floor(finite.min()), math.ceil(finite.max() + 1e-9)
    high = max(high, low + 1)
    T = int(record.scalars["timesteps"])

    def place(t: float, decade: float) -> tuple[float, float]:
        return (
            LEFT + (WIDTH - LEFT - 90) * t / (T + 1),
            10 + (HEIGHT - BOTTOM - 10) * (high - decade) / (high - low),
        )

    parts = [_grid(low, high, T, place)]
    for layer, reverse, first, decades in lines:
        points = [(first + row, value) for row, value in enumerate(decades) if math.isfinite(value)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        colour, dash = STROKES[(layer - 1) % len(STROKES)], ' stroke-dasharray="5 3"' if reverse else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>')
    for row, (layer, reverse, *_) in enumerate(lines[:12]):
        colour, dash = STROKES[(layer - 1) % len(STROKES)], ' stroke-dasharray="5 3"' if reverse else ""
        x, y = WIDTH - 84, 16 + 16 * row
        parts.append(f'<path d="M{x} {y}h18" stroke="{colour}" stroke-width="1.5"{dash}/>')
        parts.append(f'<text x="{x + 22}" y="{y + 4}">layer {layer}{" rev." if reverse else ""}</text>')
    label = "Size of the gradient at the state of each timestep, one line a layer, logarithmic"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" font-size="12" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _grid(low: int, high: int, T: int, place: Callable[[float, float], tuple[float, float]]) -> str:
    """Powers of ten at the left, timesteps below."""
    parts, every = [], max(1, math.ceil((high - low) / 6))
    for decade in range(low, high + 1, every):
        _, y = place(0, decade)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 90}" stroke="#dedad0"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">10^{decade}</text>')
    for t in sorted({0, 1, T // 2, T}):
        x, _ = place(t, low)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 10}" text-anchor="middle">{t}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 10}" text-anchor="end">t =</text>')
    return "".join(parts)


def escaped(text: object) -> str:
    """Text that stays text inside HTML."""
    return html.escape(str(text), quote=True)
