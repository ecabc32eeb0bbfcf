"""The size of the gradient at every timestep as a picture that needs no script: SVG, for notebooks and plain pages."""

import html
import math
from collections.abc import Callable, Mapping

import numpy as np

from ..engine.naming import suffix
from .findings.sentences import sentence
from .records import Record

Array = np.ndarray
WIDTH, HEIGHT, LEFT, BOTTOM = 720, 220, 56, 28
STROKES = ("#d9631e", "#3f82cf", "#a2559a", "#12957c")  # of layers, from the lowest; seen on light and on dark
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def summary(record: Record, layers: int, bidirectional: bool) -> str:
    """What a notebook shows of a record: the iteration, the finding with what helps, and the chart."""
    facts, finding = record.scalars, record.scalars["finding"]
    named = finding["code"] or "nothing found yet"
    helps = "".join(f"<li>{escaped(one['label'])}</li>" for one in finding["remedies"])
    return (
        f'<section style="max-width: 50rem"><p>Iteration {facts["iteration"]}.</p>'
        f"<p><b>{escaped(named.replace('_', ' '))}:</b> {escaped(sentence(finding))}</p>"
        f"{f'<p>What helps:</p><ul>{helps}</ul>' if helps else ''}"
        f"<p>‖∂E/∂h<sub>t</sub>‖ at every timestep t:</p>{chart(record.tensors, layers, bidirectional)}</section>"
    )


def chart(tensors: Mapping[str, Array], layers: int, bidirectional: bool) -> str:
    """ln ‖∂E/∂h_t‖ as powers of ten over the timesteps, one line a layer; the reverse direction dashed."""
    lines = []
    for layer in range(1, layers + 1):
        for reverse in (False, True)[: 1 + bidirectional]:
            ln_norm = tensors[f"ln_dh_norm{suffix(layer, reverse=reverse)}"]
            first = 1 if reverse else 0  # the timestep of row 0
            lines.append((layer, reverse, first, ln_norm / math.log(10)))
    finite = np.concatenate([decades[np.isfinite(decades)] for *_, decades in lines])
    if len(finite) == 0:
        return "<p>No gradient reaches any of its states.</p>"
    low, high = math.floor(finite.min()), math.ceil(finite.max() + 1e-9)
    high = max(high, low + 1)
    T = len(lines[0][3]) - 1

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
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" font-size="12" fill="currentColor" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _grid(low: int, high: int, T: int, place: Callable[[float, float], tuple[float, float]]) -> str:
    """Powers of ten at the left, timesteps below."""
    parts, every = [], max(1, math.ceil((high - low) / 6))
    for decade in range(low, high + 1, every):
        _, y = place(0, decade)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 90}" stroke="currentColor" opacity="0.18"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">10{str(decade).translate(RAISED)}</text>')
    for t in sorted({0, 1, T // 2, T}):
        x, _ = place(t, low)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 10}" text-anchor="middle">{t}</text>')
    parts.append(f'<text x="{LEFT - 10}" y="{HEIGHT - 10}" text-anchor="end">t =</text>')
    return "".join(parts)


def escaped(text: object) -> str:
    """Text that stays text inside HTML."""
    return html.escape(str(text), quote=True)
