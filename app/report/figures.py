"""Plotly figures of a record, in the page's colours: for a notebook, and for the report.

    from unroll import figures

    record = trainer.record(watch={"flow", "truncation"})
    figures.flow(record).show()
    figures.flow(record.of_layer(2, reverse=True)).show()

Of several layers and directions a figure shows one: the lowest and forward, or the one that was chosen. Each says in
its title what it shows; `available(record)` makes all for which the record holds what they need. Nothing is averaged
and nothing rescaled to itself: colour scales are fixed, sizes of gradients are logarithmic.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..training import Record
from ..training.places import Place, is_of_the_first
from ..training.quantities.distributions import QUANTILES
from ..training.schema import cells

INK, QUIET, RULE, PAPER = "#1b1d20", "#676b72", "#dedad0", "#fbfaf7"
FORWARD, BACKWARD, SOURCE = "#1c5aa0", "#b0430c", "#4c1038"
FONT = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

ACTIVATION = ("#12957c", "#7fc4b0", "#ece9e1", "#5b93d3", "#0c3a78")  # of −1 … 1
SIZE_STOPS = {  # of log₁₀ of a gradient's size: colour is spent where gradients live
    -32: "#dce2e8",
    -12: "#f1ede3",
    -6: "#f8ddb4",
    -3: "#f2b269",
    -1: "#de7f2b",
    0: "#b9530f",
    1: "#8a3207",
    3: "#551a04",
    8: "#1c0801",
}
SIGNED = ("#6c2a86", "#b893c6", "#ece9e1", "#efa36a", "#c24a00")
FAINTEST, STRONGEST = -3, 2  # decades of |∂E/∂h| per unit that the signed scale tells apart
LN_10 = math.log(10)


def norms(record: Record) -> go.Figure:
    """‖∂E/∂h_t‖ over time, for the lstm ‖∂E/∂c_t‖ too, and what truncation and clipping leave of it."""
    curves = {"‖∂E/∂h_t‖": (record.ln_dh_norm, BACKWARD, "solid")}
    if "ln_dc_norm" in record.tensors:
        curves["‖∂E/∂c_t‖"] = (record.ln_dc_norm, SOURCE, "dash")
    with np.errstate(divide="ignore"):
        used = np.log(record.dh_norm_used)
    if not np.array_equal(record.dh_norm_used, record.dh_norm, equal_nan=True):
        curves["‖∂E/∂h_t‖ as used"] = (used, INK, "dot")
    t = np.arange(len(record.ln_dh_norm)) + _place(record).reverse
    lines = [
        go.Scatter(
            x=t, y=decades(ln), name=name, mode="lines+markers", marker_size=4, line={"color": colour, "dash": dash}
        )
        for name, (ln, colour, dash) in curves.items()
    ]
    title = _titled(record, "Size of the gradient at each timestep")
    return drawn(lines, title, "timestep t", "log₁₀ of the norm")


def flow(record: Record) -> go.Figure:
    """‖∂E_t/∂h_k‖: which loss reaches which hidden state."""
    T = len(record.ln_flow)
    low, high = min(SIZE_STOPS), max(SIZE_STOPS)
    tiles = go.Heatmap(
        z=decades(_read(record, record.ln_flow, axis=1)),
        x=np.arange(1, T + 1),
        y=np.arange(1, T + 1),
        zmin=low,
        zmax=high,
        colorscale=[[(decade - low) / (high - low), colour] for decade, colour in SIZE_STOPS.items()],
        colorbar={"title": "log₁₀", "thickness": 12},
        hovertemplate="∂E_%{y}/∂h_%{x}: 10^%{z:.2f}<extra></extra>",
    )
    title = _titled(record, "‖∂E_t/∂h_k‖: which loss reaches which state")
    figure = drawn([tiles], title, "state k", "loss t")
    if record.needed_lag and not _place(record).reverse:
        lag = record.needed_lag
        line = {"color": INK, "width": 1.5, "dash": "dot"}
        figure.add_scatter(x=[1, T - lag], y=[1 + lag, T], mode="lines", line=line, name=f"needed lag {lag}")
    return figure.update_yaxes(autorange="reversed")


def states(record: Record) -> go.Figure:
    """h_t: one row a unit, one column a timestep."""
    colours = [[i / (len(ACTIVATION) - 1), colour] for i, colour in enumerate(ACTIVATION)]
    title = _titled(record, "h_t: the state of each unit")
    return units(_read(record, record.h), colours, (-1.0, 1.0), title, "h")


def gradients(record: Record) -> go.Figure:
    """∂E/∂h_t per unit: the hue is the sign, the depth log₁₀ of the size."""
    dh = _read(record, record.dh)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = np.clip(np.log10(np.abs(dh)) - FAINTEST, 0, STRONGEST - FAINTEST)
    span = STRONGEST - FAINTEST
    colours = [[i / (len(SIGNED) - 1), colour] for i, colour in enumerate(SIGNED)]
    title = _titled(record, f"∂E/∂h_t per unit: sign by hue, 10^{FAINTEST} to 10^{STRONGEST} by depth")
    return units(np.sign(dh) * depth / span, colours, (-1.0, 1.0), title, "∂E/∂h")


def units(values: np.ndarray, colours: list[Any], domain: tuple[float, float], title: str, name: str) -> go.Figure:
    """Values (T, H) as units × time."""
    T, H = values.shape
    tiles = go.Heatmap(
        z=values.T,
        x=np.arange(1, T + 1),
        y=np.arange(1, H + 1),
        zmin=domain[0],
        zmax=domain[1],
        colorscale=colours,
        colorbar={"title": name, "thickness": 12},
    )
    return drawn([tiles], title, "timestep t", "unit").update_yaxes(autorange="reversed")


def losses(record: Record) -> go.Figure:
    """E_t of the shown sequence."""
    bars = go.Bar(x=np.arange(1, len(record.loss_t) + 1), y=record.loss_t, marker_color=SOURCE, name="E_t")
    figure = drawn([bars], "E_t: the loss at each timestep of the shown sequence", "timestep t", "E_t")
    if record.baseline is not None:
        figure.add_hline(record.baseline, line={"color": QUIET, "dash": "dot"}, annotation_text="baseline")
    return figure


def training(curve: Iterable[tuple[int, float]], levels: Mapping[str, float | None]) -> go.Figure:
    """The loss over training: (iteration, mean loss per target of its batch), beside levels that need no memory."""
    points = list(curve)
    line = go.Scatter(
        x=[iteration for iteration, _ in points],
        y=[loss for _, loss in points],
        mode="lines",
        line={"color": SOURCE},
        name="loss",
    )
    figure = drawn([line], "Loss over training, per timestep with a target", "iteration", "loss of the batch")
    for name, level in levels.items():
        if level is not None:
            figure.add_hline(level, line={"color": QUIET, "dash": "dot"}, annotation_text=name)
    return figure


def own_column(record: Record, place: int, name: str, scale: Mapping[str, float]) -> go.Figure:
    """One column of a reader's own table, in its own numbers: the network's outputs and their targets."""
    columns = (values[:, place].astype(np.float64) for values in (record.y, record.target))
    outputs, targets = (scale["mean"] + scale["unit"] * values for values in columns)
    t = np.arange(1, len(outputs) + 1)
    said = go.Scatter(x=t, y=outputs, mode="lines+markers", marker_size=5, line={"color": FORWARD}, name="output")
    wanted = go.Scatter(
        x=t, y=targets, mode="markers", marker={"symbol": "line-ew-open", "size": 11, "color": INK}, name="target"
    )
    return drawn([said, wanted], f"{name}: the row after each timestep", "timestep t", name)


def lags(record: Record) -> go.Figure:
    """How much of ∂E/∂W_hh, of all layers and directions together, comes from which lag, and how far the task needs."""
    name, of = _recurrent(record), _place(record)
    bars = go.Bar(
        x=np.arange(len(record.lag_norm)), y=record.lag_norm, marker_color=BACKWARD, name=f"‖∂E/∂{name}‖ of the lag"
    )
    together = " (all layers and directions)" if str(of) else ""
    axis = "lag |t − k|" if of.bidirectional else "lag t − k"
    figure = drawn([bars], f"From how far back the gradient of {name} comes{together}", axis, "norm")
    marks = {"horizon": (record.scalars.get("horizon"), INK), "needed lag": (record.scalars.get("needed_lag"), FORWARD)}
    for name, (lag, colour) in marks.items():
        if lag is not None:
            figure.add_vline(lag, line={"color": colour, "dash": "dash"}, annotation_text=f"{name} {lag}")
    return figure


def spectrum(record: Record) -> go.Figure:
    """The eigenvalues of W_hh beside the unit circle."""
    angle = np.linspace(0, 2 * math.pi, 121)
    circle = go.Scatter(x=np.cos(angle), y=np.sin(angle), mode="lines", line={"color": QUIET, "dash": "dot"}, name="1")
    points = go.Scatter(
        x=record.eigenvalues[:, 0], y=record.eigenvalues[:, 1], mode="markers", marker_color=FORWARD, name="eigenvalues"
    )
    radius = np.hypot(*record.eigenvalues.T).max(initial=0)
    sizes = f"ρ = {radius:.3g}, σ_max = {record.singular_values.max(initial=0):.3g}"
    title = _titled(record, f"Eigenvalues of {_recurrent(record)}{_block(record)}: {sizes}")
    figure = drawn([circle, points], title, "real part", "imaginary part")
    return figure.update_yaxes(scaleanchor="x", scaleratio=1)


def keeping_gate(count: int) -> tuple[str, int, bool] | None:
    """Of cells with so many gates: name and row of the one that decides about the past, and whether open it keeps it.

    None where such cells differ in it, or have none.
    """
    alike = [cell for cell in cells().values() if len(cell["gates"]) == count and cell["keeps"]]
    found = {
        (cell["keeps"]["gate"], cell["gates"].index(cell["keeps"]["gate"]), cell["keeps"]["open"]) for cell in alike
    }
    return found.pop() if len(found) == 1 else None


def gates(record: Record) -> go.Figure | None:
    """How far the gate is open that decides about the past: f of an lstm, z of a gru, which keep; z of a mingru."""
    gate = keeping_gate(record.gates.shape[1])
    if gate is None:
        return None
    name, row, keeps = gate
    does = "the gate that keeps the past" if keeps else "the gate that lets the new in; closed, it keeps the past"
    colours = [[i / 2, colour] for i, colour in enumerate(ACTIVATION[2:])]
    return units(record.gates[:, row], colours, (0.0, 1.0), _titled(record, f"{name}_t: {does}"), name)


def weights(record: Record, name: str = "W_hh") -> go.Figure:
    """One matrix of weights, on the scale of the activations."""
    colours = [[i / (len(ACTIVATION) - 1), colour] for i, colour in enumerate(ACTIVATION)]
    tiles = go.Heatmap(z=record.tensors[name], zmin=-1, zmax=1, colorscale=colours, colorbar={"thickness": 12})
    words = f"{name}: from the row's unit to the column's"
    title = _titled(record, words) if is_of_the_first(name) else words
    return drawn([tiles], title, "to", "from").update_yaxes(autorange="reversed")


def distributions(record: Record) -> go.Figure:
    """How the entries of each parameter are spread: half of them in the box, 90 % within the whiskers, the extremes."""
    return boxes(record, record.weight_quantiles, FORWARD, "How the entries of each parameter are spread", "entry")


def gradient_sizes(record: Record) -> go.Figure:
    """The same of the sizes of each parameter's gradient, over the training batch and before clipping."""
    title = "How the sizes of ∂L/∂parameter are spread, before clipping"
    with np.errstate(divide="ignore"):
        log_sizes = decades(np.log(record.gradient_quantiles))
    return boxes(record, log_sizes, BACKWARD, title, "log₁₀ of the size")


def boxes(record: Record, quantiles: np.ndarray, colour: str, title: str, y: str) -> go.Figure:
    """One box a parameter, from rows of QUANTILES."""
    names = list(record.grad_norms)
    least, low, first, median, third, high, most = quantiles.T
    half = go.Box(
        x=names, lowerfence=low, q1=first, median=median, q3=third, upperfence=high, line_color=colour, name="5 … 95 %"
    )
    ends = go.Scatter(
        x=names * 2, y=np.concatenate([least, most]), mode="markers", marker={"color": colour, "symbol": "line-ew-open"}
    )
    return drawn([half, ends.update(name="least, most")], title, "", y)


def over_training(records: Iterable[Record], name: str = "W_hh", *, gradient: bool = False) -> go.Figure:
    """One parameter's QUANTILES over the iterations of these records, or those of its gradient's sizes (as log₁₀)."""
    kept = list(records)
    row = list(kept[0].grad_norms).index(name)
    rows = np.array([(one.gradient_quantiles if gradient else one.weight_quantiles)[row] for one in kept])
    if gradient:
        with np.errstate(divide="ignore"):
            rows = decades(np.log(rows))
    iterations = [one.iteration for one in kept]
    colour = BACKWARD if gradient else FORWARD
    lines = [
        go.Scatter(
            x=iterations,
            y=rows[:, i],
            name=f"{share:.0%}",
            line={"color": INK if share == 0.5 else colour, "width": 2 if share == 0.5 else 0.8},
            fill="tonexty" if i else "none",
        )
        for i, share in enumerate(QUANTILES)
    ]
    title = f"Sizes of ∂L/∂{name} over training" if gradient else f"Entries of {name} over training"
    return drawn(lines, title, "iteration", "log₁₀ of the size" if gradient else "entry")


FIGURES: dict[Callable[[Record], go.Figure | None], tuple[str, ...]] = {
    norms: ("ln_dh_norm",),
    flow: ("ln_flow",),
    lags: ("lag_norm",),
    states: ("h",),
    gradients: ("dh",),
    gates: ("gates",),
    losses: ("loss_t",),
    spectrum: ("eigenvalues", "singular_values"),
    weights: ("W_hh",),
    distributions: ("weight_quantiles",),
    gradient_sizes: ("gradient_quantiles",),
}
"""What each figure needs of a record, in the order in which a reader wants them."""


OF_A_LAYER = (norms, flow, states, gradients, gates, spectrum, weights)
"""Those of one layer and direction; all others are of the whole network."""


def available(record: Record) -> Iterator[tuple[str, go.Figure]]:
    """The name and the figure of everything that this record can show, one after the other, of every layer."""
    for figure, needed in FIGURES.items():
        for place in record.places if figure in OF_A_LAYER else [Place()]:
            seen = record.of_layer(place.layer, reverse=place.reverse) if figure in OF_A_LAYER else record
            if all(name in seen.tensors for name in needed) and (made := figure(seen)) is not None:
                which = f"_l{place.layer}" if place.layer > 1 else ""
                yield f"{figure.__name__}{which}{'_reverse' if place.reverse else ''}", made


def _place(record: Record) -> Place:
    """Which layer and direction a record shows: the first where none was chosen."""
    return record.place or record.places[0]


def _titled(record: Record, words: str) -> str:
    """With the layer and direction, where there are several."""
    place = str(_place(record))
    return f"{words} ({place})" if place else words


def _read(record: Record, values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Of t = 1 … T, without the initial state, which the reverse direction has last."""
    return np.delete(values, -1 if _place(record).reverse else 0, axis)


def _recurrent(record: Record) -> str:
    """The parameter that is meant where W_hh is spoken of."""
    return next(name for name in ("W_hh", "u_hh", "W_xh") if name in record.grad_norms)


def _block(record: Record) -> str:
    """Of a cell with gates the candidate's block is shown."""
    return ", the candidate's block" if "gates" in record.tensors and _recurrent(record) == "W_hh" else ""


def decades(ln: np.ndarray) -> np.ndarray:
    """Natural as common logarithm; what is exactly zero becomes a gap."""
    return np.where(np.isneginf(ln), np.nan, ln / LN_10)


def drawn(traces: list[Any], title: str, x: str, y: str) -> go.Figure:
    """The one look of all figures."""
    axis = {"gridcolor": RULE, "zeroline": False, "linecolor": RULE, "ticks": "outside", "tickcolor": RULE}
    return go.Figure(
        traces,
        {
            "template": "none",
            "title": {"text": title, "x": 0, "xref": "paper", "font": {"size": 15}},
            "font": {"family": FONT, "size": 12, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "margin": {"l": 64, "r": 24, "t": 48, "b": 48},
            "xaxis": {**axis, "title": x},
            "yaxis": {**axis, "title": y},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
            "bargap": 0.1,
        },
    )
