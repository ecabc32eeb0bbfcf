"""Figures of `figures` as SVG: pictures that print, need no script and no library, and are small.

A drawing shows the numbers of its figure, and what its layout says: titles, ranges that are reversed, levels with their
names. It knows the kinds of traces that figures of a record have: lines, points, bars, boxes and maps of tiles. A map
of more than `MOST_TILES` shows every n-th row and column, and says so; nothing is averaged.
"""

import base64
import html
import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from sys import float_info
from typing import Any

import numpy as np
import plotly.graph_objects as go

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 66, 78, 62, 44
MOST_TILES = 36_000
SHADES = 64
RULE, QUIET = "#dedad0", "#676b72"
DASHES = {"dash": "7 5", "dot": "2 4"}
LETTER = 6.2  # about as wide, in pixels


@dataclass(frozen=True)
class Axis:
    """Where numbers, or names, stand along one side of the drawing, in pixels."""

    low: float
    high: float
    begin: float
    end: float
    names: list[str] = field(default_factory=list)

    def at(self, value: Any) -> float:
        """The place of one value."""
        number = self.names.index(value) if self.names else float(value)
        share = (number / 2 - self.low / 2) / self.half  # halves: a difference of the largest numbers is none
        return self.begin + share * (self.end - self.begin)

    @property
    def half(self) -> float:
        """Half of its length, in what it measures."""
        return self.high / 2 - self.low / 2

    def ticks(self) -> list[tuple[float, str]]:
        """Places and what is written there: names, or round numbers."""
        if self.names:
            return [(self.at(name), name) for name in self.names]
        low, high = sorted((self.low, self.high))
        step = round_step(abs(self.half) / 6 * 2)
        return [
            (self.at(n * step), written(n * step)) for n in range(math.ceil(low / step), math.floor(high / step) + 1)
        ]


def drawing(figure: go.Figure, most_tiles: int = MOST_TILES) -> str:
    """The figure as one svg element, whose title is what the figure's says; a map has at most so many tiles."""
    layout = figure.layout
    across, up = axes(figure)
    maps = [trace for trace in figure.data if trace.type == "heatmap"]
    thinned = [thinning(trace, most_tiles) for trace in maps]
    title = layout.title.text + "".join(f" (every {ordinal(n)} row and column)" for n in thinned if n > 1)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">',
        text(LEFT, 18, title, "title"),
        *frame(across, up, layout),
        *(part for trace in maps for part in heatmap(trace, up, most_tiles)),
        *(part for trace in figure.data if trace.type in DRAWN for part in DRAWN[trace.type](trace, across, up)),
        *levels(layout, across, up),
        *legend(figure),
        "</svg>",
    ]
    return "".join(parts)


# Where things stand.


def axes(figure: go.Figure) -> tuple[Axis, Axis]:
    """Of all that is drawn; a y axis that is reversed runs down, and one bound to x has units as long as those of x."""
    maps = [trace for trace in figure.data if trace.type == "heatmap"]
    names = [str(name) for trace in figure.data if trace.type == "box" for name in trace.x]
    x = (-0.5, len(names) - 0.5) if names else bounds([along(trace, "x") for trace in figure.data], tight=bool(maps))
    heights = [along(trace, "y") for trace in figure.data]
    heights += [np.array([shape.y0]) for shape in figure.layout.shapes if shape.yref == "y"]
    y = bounds(heights, tight=bool(maps))
    if figure.layout.yaxis.scaleanchor:
        x, y = as_long((WIDTH - LEFT - RIGHT) / (HEIGHT - TOP - BOTTOM), x, y)
    if figure.layout.yaxis.autorange == "reversed":
        y = y[::-1]
    return Axis(*x, LEFT, WIDTH - RIGHT, names), Axis(*y, HEIGHT - BOTTOM, TOP)


def along(trace: Any, side: str) -> np.ndarray:
    """What a trace needs of one side."""
    if trace.type == "heatmap":
        centres = numbers(getattr(trace, side), np.shape(trace.z)[side == "x"])
        return np.array([centres[0] - 0.5, centres[-1] + 0.5])
    if trace.type == "bar":
        values = numbers(getattr(trace, side))
        return np.append(values, 0.0) if side == "y" else np.append(values - 0.5, values[-1:] + 0.5)
    if trace.type == "box":
        return np.concatenate([numbers(trace.lowerfence), numbers(trace.upperfence)]) if side == "y" else np.array([])
    return np.array([]) if is_named(trace) and side == "x" else numbers(getattr(trace, side))


def bounds(values: list[np.ndarray], *, tight: bool) -> tuple[float, float]:
    """From the least to the greatest number, with a little room around it."""
    together = np.concatenate(values) if values else np.array([])
    finite = together[np.isfinite(together)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    room = 0.0 if tight else 0.08 * (high / 2 - low / 2)
    if high / 2 - low / 2 < float_info.min:  # one point, or too near to one for steps between
        room = 0.5 * abs(low) if abs(low) > 2 * float_info.min else 0.5
    return max(low - room, -float_info.max), min(high + room, float_info.max)


Range = tuple[float, float]


def as_long(ratio: float, x: Range, y: Range) -> tuple[Range, Range]:
    """Ranges around the middles of both, in which one unit of x is as long as one of y, and all of both is."""
    half = max(y[1] / 2 - y[0] / 2, (x[1] / 2 - x[0] / 2) / ratio)
    return around(x, ratio * half), around(y, half)


def around(ends: Range, half: float) -> Range:
    """As far to both sides of the middle, as far as there are numbers."""
    middle = ends[0] / 2 + ends[1] / 2
    return max(middle - half, -float_info.max), min(middle + half, float_info.max)


def numbers(values: Any, count: int = 0) -> np.ndarray:
    """Values of a trace; where it has none, their places."""
    return np.arange(count, dtype=float) if values is None else np.asarray(values, dtype=float)


def is_named(trace: Any) -> bool:
    """Whether its x are names."""
    return len(trace.x) > 0 and isinstance(trace.x[0], str)


def round_step(size: float) -> float:
    """1, 2 or 5 times a power of ten, at least as large."""
    power = 10.0 ** math.floor(math.log10(size))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= size * (1 - 1e-9))


# What is drawn.


def frame(across: Axis, up: Axis, layout: Any) -> Iterator[str]:
    """Grid, numbers at both axes, and what they are."""
    for x, label in across.ticks():
        yield line(x, up.begin, x, up.end, RULE) + text(x, HEIGHT - BOTTOM + 15, label, "tick", "middle")
    for y, label in up.ticks():
        yield line(LEFT, y, WIDTH - RIGHT, y, RULE) + text(LEFT - 6, y + 4, label, "tick", "end")
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, layout.xaxis.title.text, "axis", "middle")
    middle = (up.begin + up.end) / 2
    turned = f' transform="rotate(-90 14 {middle:g})"'
    yield text(14, middle, layout.yaxis.title.text, "axis", "middle", turned)


def scatter(trace: Any, across: Axis, up: Axis) -> Iterator[str]:
    """A line with gaps where there is no number, and its points."""
    places = [
        (across.at(x), up.at(y)) if y is not None and math.isfinite(y) else None
        for x, y in zip(trace.x, numbers(trace.y), strict=True)
    ]
    mode = trace.mode or "lines"
    if "lines" in mode:
        dash = DASHES.get(trace.line.dash or "", "")
        path = "".join(
            f"{'L' if before else 'M'}{place[0]:.1f} {place[1]:.1f}"
            for before, place in zip([None, *places], places, strict=False)
            if place
        )
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<path d="{path}" fill="none" stroke="{trace.line.color}" stroke-width="1.6"{dashed}/>'
    if "markers" in mode:
        colour = trace.marker.color or trace.line.color
        is_dash = trace.marker.symbol == "line-ew-open"
        marks = "".join(
            f"M{place[0] - 5 if is_dash else place[0]:.1f} {place[1]:.1f}h{10 if is_dash else 0}"
            for place in places
            if place
        )
        shape = 'stroke-width="2"' if is_dash else 'stroke-width="4.5" stroke-linecap="round"'
        yield f'<path d="{marks}" fill="none" stroke="{colour}" {shape}/>'


def bar(trace: Any, across: Axis, up: Axis) -> Iterator[str]:
    """Bars from zero, nine tenths of a step wide."""
    zero = up.at(0)
    half = 0.45 * abs(across.at(1) - across.at(0))
    bars = "".join(
        f"M{across.at(x) - half:.1f} {zero:.1f}V{up.at(y):.1f}h{2 * half:.1f}V{zero:.1f}z"
        for x, y in zip(trace.x, numbers(trace.y), strict=True)
        if math.isfinite(y)
    )
    yield f'<path d="{bars}" fill="{trace.marker.color}"/>'


def box(trace: Any, across: Axis, up: Axis) -> Iterator[str]:
    """The half in the middle, its median, and the fences."""
    half = 0.25 * abs(across.end - across.begin) / max(1, len(trace.x))
    half = min(half, 16)
    paths = []
    for x, *five in zip(trace.x, trace.lowerfence, trace.q1, trace.median, trace.q3, trace.upperfence, strict=True):
        if not all(math.isfinite(value) for value in five):
            continue
        at = across.at(x)
        low, first, median, third, high = (up.at(value) for value in five)
        paths.append(
            f"M{at - half:.1f} {first:.1f}h{2 * half:.1f}V{third:.1f}h{-2 * half:.1f}zM{at - half:.1f} {median:.1f}"
            f"h{2 * half:.1f}M{at:.1f} {first:.1f}V{low:.1f}M{at:.1f} {third:.1f}V{high:.1f}"
        )
    yield f'<path d="{"".join(paths)}" fill="none" stroke="{trace.line.color}" stroke-width="1.5"/>'


def heatmap(trace: Any, up: Axis, most_tiles: int) -> Iterator[str]:
    """Tiles as an image of one pixel each, and the scale of their colours."""
    n = thinning(trace, most_tiles)
    z = np.asarray(trace.z, dtype=float)[::n, ::n]
    falls = up.low > up.high
    left, top, width, height = LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    palette = shades(trace.colorscale)
    yield image(left, top, width, height, png(shade(z if falls else z[::-1], trace.zmin, trace.zmax), palette))
    bar_left = WIDTH - RIGHT + 14
    ramp = np.linspace(SHADES - 1, 0, SHADES).round().astype(np.uint8)[:, np.newaxis]
    yield image(bar_left, top, 10, height, png(ramp, palette))
    if named := trace.colorbar.title.text:
        yield text(bar_left, TOP - 8, named, "tick")
    for y, label in Axis(trace.zmin, trace.zmax, HEIGHT - BOTTOM, TOP).ticks():
        yield text(bar_left + 14, y + 4, label, "tick")


DRAWN = {"scatter": scatter, "bar": bar, "box": box}  # over the maps


def levels(layout: Any, across: Axis, up: Axis) -> Iterator[str]:
    """Lines across the whole drawing, and their names at their ends."""
    for shape in layout.shapes:
        dash = DASHES.get(shape.line.dash or "", "")
        if shape.yref == "y":
            yield line(LEFT, up.at(shape.y0), WIDTH - RIGHT, up.at(shape.y0), shape.line.color, dash=dash)
        else:
            yield line(across.at(shape.x0), up.begin, across.at(shape.x0), up.end, shape.line.color, dash=dash)
    for note in layout.annotations:
        if note.yref == "y":
            yield text(WIDTH - RIGHT - 4, up.at(note.y) - 4, note.text, "tick", "end")
        else:
            x = across.at(note.x)
            is_right = x > (LEFT + WIDTH - RIGHT) / 2
            yield text(x - 4 if is_right else x + 4, TOP + 12, note.text, "tick", "end" if is_right else "start")


def legend(figure: go.Figure) -> Iterator[str]:
    """What each of several traces is, above the drawing; a map is named by its title."""
    named = [trace for trace in figure.data if trace.name and trace.type != "heatmap"]
    right: float = WIDTH - RIGHT
    if len(figure.data) < 2:
        return
    for trace in reversed(named):
        right -= LETTER * len(trace.name)
        yield text(right, TOP - 10, trace.name, "tick")
        is_line = trace.type == "scatter" and "lines" in (trace.mode or "lines")
        colour = trace.line.color if is_line or trace.type == "box" else trace.marker.color
        dash = DASHES.get(trace.line.dash or "", "") if is_line else ""
        right -= 22
        yield line(right, TOP - 14, right + 16, TOP - 14, colour, width=2, dash=dash)
        right -= 12


# Elements.


def text(x: float, y: float, words: str | None, kind: str, anchor: str = "start", more: str = "") -> str:
    """Words whose baseline is at y."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}"{more}>{html.escape(words or "")}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1, dash: str = "") -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" stroke-width="{width:g}"{dashed}/>'


def image(x: float, y: float, width: float, height: float, content: bytes) -> str:
    """A PNG that fills this place, each pixel with sharp edges."""
    data = base64.b64encode(content).decode()
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" preserveAspectRatio="none" '
        f'style="image-rendering: pixelated" href="data:image/png;base64,{data}"/>'
    )


def written(value: float) -> str:
    """A round number, with a sign as it is printed."""
    return f"{value:.6g}".replace("-", "−")


def ordinal(n: int) -> str:
    """2nd, 3rd, 4th: of what is thinned, never more than a few."""
    return {2: "2nd", 3: "3rd"}.get(n, f"{n}th")


# Colours.


def thinning(trace: Any, most_tiles: int) -> int:
    """Every how many rows and columns so few are left as a drawing has."""
    rows, columns = np.shape(trace.z)
    return next(n for n in range(1, rows + columns + 1) if -(-rows // n) * -(-columns // n) <= most_tiles)


def shade(z: np.ndarray, low: float, high: float) -> np.ndarray:
    """The place of each number in the palette; the one after the last is no colour, for what is no number."""
    with np.errstate(invalid="ignore"):
        places = np.clip((z - low) / (high - low), 0, 1) * (SHADES - 1)
    return np.where(np.isnan(places), SHADES, np.round(np.nan_to_num(places))).astype(np.uint8)


def shades(scale: Sequence[tuple[float, str]]) -> np.ndarray:
    """SHADES colours (SHADES, 3) along a scale of stops between 0 and 1."""
    stops = [stop for stop, _ in scale]
    colours = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for _, colour in scale])
    at = np.linspace(0, 1, SHADES)
    return np.stack([np.interp(at, stops, channel) for channel in colours.T], axis=1).round().astype(np.uint8)


def png(places: np.ndarray, palette: np.ndarray) -> bytes:
    """An image (rows, columns) of places in a palette (SHADES, 3); place SHADES is transparent.

    PNG, W3C Recommendation, third edition: section 11.2 for the chunks, colour type 3.
    """
    rows, columns = places.shape
    lines = np.pad(places, ((0, 0), (1, 0)))  # each line begins with its filter, none

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", palette.tobytes() + b"\x00\x00\x00"),
            chunk(b"tRNS", b"\xff" * SHADES + b"\x00"),
            chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
            chunk(b"IEND", b""),
        )
    )
