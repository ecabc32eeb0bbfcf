"""Recorded runs as one HTML file: the page as one file (`onepage`), with what was recorded where its marks are."""

import base64
import gzip
import html
import json
from dataclasses import dataclass, field
from typing import Any

from ...training import Record, Trainer
from ...training.schema import schema
from ..templates import without_samples
from .onepage import MARKS, as_text
from .packed import pack


@dataclass
class Recorded:
    """Records as they were made, and from which of them on a configuration and its task hold."""

    records: list[Record] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)

    def begin(self, trainer: Trainer) -> None:
        """What comes next is of this network."""
        state = {"from": len(self.records), "config": trainer.config.model_dump(), "task": trainer.task_info()}
        self.states.append(state)


def exported(shell: str, title: str, recorded: Recorded, facts: dict[str, Any]) -> str:
    """The page; `facts` are told to its player: a `link` to go on with, and what else it understands."""
    first, state = recorded.records[0], recorded.states[0]
    content = gzip.compress(pack(recorded.records, {"facts": facts, "states": recorded.states}), mtime=0)
    bootstrap = {
        "schema": without_samples(schema()),
        "config": state["config"],
        "task": state["task"],
        "iteration": first.scalars["iteration"],
        "solved_at": None,
        "phase": "paused",
    }
    parts = {
        "title": html.escape(title),
        "bootstrap": json.dumps(bootstrap).replace("<", "\\u003c"),
        "first_record": base64.b64encode(first.to_bytes()).decode(),
        "recorded": f'<script type="text/plain" id="recorded" data-bytes="{len(content)}">{as_text(content)}</script>',
    }
    for name, part in parts.items():
        shell = shell.replace(MARKS[name], part)
    return shell
