"""A report of a run: one page of HTML that needs nothing else, neither a server nor any other host.

It holds the configuration, what was changed when, the numbers of the current iteration, its finding, and all figures
the record can show, as drawings of at most `LARGEST` bytes together with the rest. Where it is asked for, figures are
Plotly's instead, to zoom and to read values from, and its own script from the installed package is inside (5 MB).
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from plotly.offline import get_plotlyjs

from .. import __version__
from ..errors import TooCostly
from ..training import Record, RunConfig, Steps, Trainer
from ..training.drawing import escaped
from ..training.tensorfile import File, in_pieces
from . import figures
from .drawings import MOST_TILES, drawing

# What is left out first where all of it together would cost too much.
WATCH = ("spectrum", "truncation", "flow", "gates", "saturation", "weights", "distributions")
PERSISTENCE = "reached from the same timestep alone"
FACTS = {
    "iteration": "iteration",
    "loss_per_timestep": "loss per timestep",
    "baseline": "baseline, reached without reading the input",
    "persistence": PERSISTENCE,
    "validation_loss": "loss per timestep on rows held out",
    "accuracy": "accuracy",
    "grad_norm": "gradient norm before clipping",
    "clip_scale": "clipping multiplied the update by",
    "clip_angle": "clipping turned the update by, in degrees",
    "horizon": "lags that hold 99 % of the gradient of the recurrent weights",
    "needed_lag": "lag the task needs",
    "flow_residual": "flow sums to BPTT, relative residual",
}
COUNTED = {  # of what was read
    "rows": "rows",
    "width": "columns",
    "held_out": "rows held out",
    "characters": "characters",
    "distinct": "different ones",
    "sequences": "sequences",
    "timesteps": "timesteps",
}
OWN_COLUMNS = 4  # that are drawn
MOST_WITH_MATRICES = 2  # layers and directions; of more the recurrent weights would leave the page no room
MOST_SENTENCES = 40  # about what was read
MOST_ROWS = 100  # of a table
LONGEST = 200  # characters of a value
LARGEST = 300_000
STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; background: #fbfaf7; color: #1b1d20;
  font: 0.94rem/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2rem; font-size: 1.1rem; } .quiet { color: #5f636a; }
a { color: #1c5aa0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15rem 1.2rem 0.15rem 0; border-bottom: 1px solid #dedad0; text-align: left; font-weight: 400; }
th { color: #474b52; } td { font-weight: 600; overflow-wrap: anywhere; }
.figure { margin: 1.5rem 0; break-inside: avoid; } .plotly { height: 24rem; }
svg { display: block; width: 100%; height: auto; font: 11px Inter, system-ui, sans-serif; fill: #1b1d20; }
svg .title { font-size: 14px; font-weight: 600; } svg .tick { fill: #474b52; } svg .axis { fill: #474b52; }
@media print {
  @page { size: A4; margin: 16mm; }
  body { max-width: none; margin: 0; padding: 0; background: none; font-size: 10.5pt; print-color-adjust: exact; }
  h1 { font-size: 16pt; } h2 { margin-top: 1.2rem; font-size: 12pt; break-after: avoid; }
  tr { break-inside: avoid; } .figure { margin: 0.8rem 0; }
}
"""
# A page from a disk may ask nobody for anything either.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
POLICY_WITH_LIBRARY = f"{POLICY}; script-src 'unsafe-inline'"
DRAW = """
for (const { id, figure } of JSON.parse(document.getElementById("figures").textContent)) {
  Plotly.newPlot(id, figure.data, figure.layout, { displaylogo: false, responsive: true });
}
"""


@dataclass(frozen=True)
class Asked:
    """What whoever asks for a report adds to it: where the run can be opened, what was changed before the update of
    which iteration (None: not known), and whether figures come with Plotly's library.
    """

    link: str = ""
    changes: Sequence[tuple[int, str]] | None = None
    library: bool = False


def report(trainer: Trainer, asked: Asked | None = None) -> Iterator[str]:
    """The page in pieces, some of them empty, so that whoever asks can do something else in between."""
    asked = asked or Asked()
    record = yield from empty_pieces(fullest_record(trainer))
    task = trainer.task_info()
    changed = {name: value for name, value in trainer.config if value != RunConfig.model_fields[name].default}
    yield (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Unroll: {escaped(task["title"])}</title>'
        f'<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY_WITH_LIBRARY if asked.library else POLICY}">'
        f"<style>{STYLE}</style></head><body><main>"
        f"<h1>Unroll: {escaped(task['title'])}, {escaped(trainer.config.cell)}, iteration {trainer.iteration}</h1>"
        f"<p>{escaped(task['description'])}</p>"
        f'<p class="quiet">Solved when: {escaped(task["solved"])}. {solved(trainer)} '
        f"{escaped(loaded(record.scalars['weights_from']))}</p>{made(asked.link)}"
    )
    yield f"<h2>Finding</h2>{finding(record.scalars['finding'])}"
    yield f"<h2>This iteration</h2>{table({title: record.scalars.get(name) for name, title in FACTS.items()})}"
    yield f"<h2>Other than by default</h2>{table(changed)}"
    yield "" if asked.changes is None else f"<h2>Changes during training</h2>{changes_made(asked.changes)}"
    yield f"<h2>What was read</h2>{brought(task['read'], record)}" if "read" in task else ""
    pictures = drawn(trainer, record, task)
    yield from with_library(pictures) if asked.library else as_drawings(pictures, MOST_TILES // len(record.places))
    yield f"<h2>The whole configuration</h2>{table(dict(trainer.config))}</main></body></html>\n"


def as_drawings(pictures: Iterator[tuple[str, Any]], most_tiles: int) -> Iterator[str]:
    """Figures that need no script; of several layers and directions each has its part of what a page may hold."""
    for name, figure in pictures:
        yield ""
        yield f'<div class="figure" id="{name}">{drawing(figure, most_tiles)}</div>'


def with_library(pictures: Iterator[tuple[str, Any]]) -> Iterator[str]:
    """Figures that Plotly draws, and Plotly."""
    plots = []
    for name, figure in pictures:
        yield ""
        plots.append(f'{{"id": "{name}", "figure": {figure.to_json()}}}')
        label = escaped(figure.layout.title.text)
        yield f'<div class="figure plotly" id="{name}" role="img" aria-label="{label}"></div>'
    yield f'<script type="application/json" id="figures">[{inside_script(",".join(plots))}]</script>'
    yield f"<script>{get_plotlyjs()}</script><script>{DRAW}</script>"


def made(link: str) -> str:
    """When, with which version, and where the run can be opened."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    opens = f'<br>Opens with these settings: <a href="{escaped(link)}">{escaped(link)}</a>' if link else ""
    return f'<p class="quiet">Made on {when} with Unroll {__version__}.{opens}</p>'


def changes_made(changes: Sequence[tuple[int, str]]) -> str:
    """What was changed by hand, one row each, in the order in which it was done."""
    if not changes:
        return "<p>None is known.</p>"
    rows = "".join(
        f"<tr><th>before update {iteration}</th><td>{escaped(shortened(what))}</td></tr>"
        for iteration, what in changes[-MOST_ROWS:]
    )
    return f"<table>{rows}</table>"


def drawn(trainer: Trainer, record: Record, task: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The loss over training, own columns in their own numbers, and all that the record shows."""
    if len(trainer.curve) > 1:
        levels = {"baseline": record.scalars["baseline"], PERSISTENCE: record.scalars["persistence"]}
        yield "training", figures.training(trainer.curve, levels)
    for place, scale in enumerate(task.get("read", {}).get("scale", [])[:OWN_COLUMNS]):
        yield f"column_{place + 1}", figures.own_column(record, place, task["outputs"][place], scale)
    few = len(record.places) <= MOST_WITH_MATRICES
    yield from (pair for pair in figures.available(record) if few or not pair[0].startswith("weights"))


def brought(read: Mapping[str, Any], record: Record) -> str:
    """What was read of own data, what was left out and why; of a table also how far off the outputs are."""
    sizes = {title: read[key] for key, title in COUNTED.items() if key in read}
    said = [f"Left out: {left['what']} ({left['why']})." for left in read.get("left_out", [])] + read["notes"]
    more = [f"And {len(said) - MOST_SENTENCES} more like these."] if len(said) > MOST_SENTENCES else []
    lines = "".join(f"<p>{escaped(shortened(sentence))}</p>" for sentence in said[:MOST_SENTENCES] + more)
    return f"{table(sizes)}{lines}{errors(read, record)}"


def errors(read: Mapping[str, Any], record: Record) -> str:
    """Of each column the root mean squared error over the shown sequence, in its own numbers."""
    if "scale" not in read:
        return ""
    off = [
        (name, scale["unit"] * float(np.sqrt(np.nanmean((record.y[:, o] - record.target[:, o]) ** 2))))
        for o, (name, scale) in enumerate(zip(read["columns"], read["scale"], strict=False))
    ]
    title = (
        "<p>Root mean squared error over the shown sequence, in the numbers of the file; losses are of scaled ones:</p>"
    )
    return title + table(dict(off))


def as_file(page: str, iteration: int) -> File:
    """The page as the one tensor of a binary frame."""
    return in_pieces({"kind": "report", "iteration": iteration}, {"html": np.frombuffer(page.encode(), dtype=np.uint8)})


def empty_pieces(measuring: Steps[Record]) -> Generator[str, None, Record]:
    """A record; nothing of the page is there before."""
    try:
        while True:
            next(measuring)
            yield ""
    except StopIteration as done:
        record: Record = done.value
        return record


def fullest_record(trainer: Trainer) -> Steps[Record]:
    """The current iteration with as much beside it as the limits allow, in steps."""
    for left_out in range(len(WATCH)):
        try:
            return (yield from trainer.recording(WATCH[left_out:]))
        except TooCostly:
            continue
    return (yield from trainer.recording())


def loaded(weights: Mapping[str, Any] | None) -> str:
    """Which weights were brought, and when."""
    if weights is None:
        return ""
    return f"Weights of {weights['name'] or 'a file'} loaded at iteration {weights['iteration']}."


def solved(trainer: Trainer) -> str:
    """When it was."""
    return "Not solved yet." if trainer.solved_at is None else f"Solved at iteration {trainer.solved_at}."


def finding(found: Mapping[str, Any]) -> str:
    """What is wrong, if anything, with its cause, the numbers it rests on and what would help."""
    name = "In order: learning" if found["code"] == "learning" else str(found["code"]).replace("_", " ").capitalize()
    cause = f", most of it by {str(found['cause']).replace('_', ' ')}" if found["cause"] else ""
    helps = "; ".join(remedy["label"] for remedy in found["remedies"])
    advice = f"<p>What would help: {escaped(helps)}.</p>" if helps else ""
    numbers = {key: value for key, value in found["values"].items() if key != "parts"}
    numbers |= {f"change of ln by {part}": value for part, value in found["values"].get("parts", {}).items()}
    rows = table({key.replace("_", " "): value for key, value in numbers.items()})
    return f"<p>{escaped(name + cause)}.</p>{advice}{rows}"


def table(values: Mapping[str, Any]) -> str:
    """Names and values as rows; what does not exist is left out, and so is what comes after MOST_ROWS."""
    rows = [
        f"<tr><th>{escaped(name)}</th><td>{escaped(shown(value))}</td></tr>"
        for name, value in values.items()
        if value is not None
    ]
    more = f"<p>And {len(rows) - MOST_ROWS} more.</p>" if len(rows) > MOST_ROWS else ""
    if not rows:
        return "<p>Everything is as it is by default.</p>"
    return f"<table>{''.join(rows[:MOST_ROWS])}</table>{more}"


def shown(value: Any) -> str:
    """Numbers to four digits, everything else as it is, unless it is long."""
    return f"{value:.4g}" if isinstance(value, float) else shortened(str(value))


def shortened(words: str) -> str:
    """The beginning of what is very long."""
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def inside_script(data: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return data.replace("<", "\\u003c")
