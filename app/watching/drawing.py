"""The page's HTML: for each module its finding, its residual, and ln ‖∂E/∂h_t‖ of every layer over time, as SVG."""

import math
from collections.abc import Mapping
from typing import Protocol

from ..training import Record
from ..training.drawing import chart, escaped
from .remedies import Remedy
from .verdict import Verdict

OWN = "The gradients are the engine's own."
STYLE = """
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; background: #fbfaf7; color: #1b1d20;
  font: 15px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.3rem; } h2 { margin: 2rem 0 0.2rem; font-size: 1.1rem; } .quiet { color: #676b72; }
b { font-weight: 600; } svg { width: 100%; height: auto; } text { font-size: 12px; fill: #474b52; }
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
    help_ = "" if verdict.remedy is None else what_helps(verdict.remedy)
    notes = "".join(f'<p class="quiet">Not exact: {escaped(note)}.</p>' for note in facts["notes"])
    when = f"{'Update' if facts.get('own') else 'Backward pass'} {facts['step']}"
    trusted = OWN if facts.get("own") else residual(facts["grad_residual"])
    return (
        f"<section><h2>{escaped(name or 'the model itself')} <span class='quiet'>{escaped(kind)}</span></h2>"
        f'<p class="quiet">{when}, sequence {facts["sequence"]} of {facts["sequences"]}, '
        f"{facts['timesteps']} timesteps. {trusted}</p>"
        f"<p><b>{escaped(finding)}</b> {escaped(verdict.sentence)}</p>{help_}{notes}"
        f"{chart(record.tensors, facts['num_layers'], facts['bidirectional'])}</section>"
    )


def what_helps(remedy: Remedy) -> str:
    """In words, and the lines to copy."""
    code = "" if remedy.code is None else f"<pre><code>{escaped(remedy.code)}</code></pre>"
    return f"<p>What helps: {escaped(remedy.words)}{':' if code else '.'}</p>{code}"


def residual(value: float | None) -> str:
    """How far the replay is from PyTorch's own gradients, in words."""
    if value is None:
        return "No parameter is trained, so nothing can be compared."
    if not math.isfinite(value):
        return "The replay and PyTorch's gradients cannot be compared: they are not finite."
    return f"Replay against PyTorch's own gradients: relative error {value:.1e}."
