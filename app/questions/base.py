"""What a question is: a network to look at, a place on the page, and an answer whose numbers that network computes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..scenes import View
from ..scenes.base import spans
from ..scenes.vocabulary import RULERS, TABS, TRACKS, reference
from ..training import WATCHABLE, RunConfig

Number = float | list[Any]
"""How to compute a number from a record, as nested lists:

    1.5                                 itself
    ["tensor", NAME, i, j, …]           one entry; indices count the array's rows from 0
    ["mean", NAME, i]                   of a tensor, leaving out NaN; with i of column i of its second axis
    ["sum", NAME] · ["size", NAME]      of a tensor's entries · how many there are
    ["norm", NAME, i]                   the Euclidean norm of a tensor's row i
    ["scalar", NAME] · ["scalar", NAME, KEY]
    ["config", FIELD]                   a field of the configuration
    ["exp", a] · ["log", a] · ["+", a, b] · ["-", a, b] · ["*", a, b] · ["/", a, b]
"""

FORMATS = ("number", "percent", "count")
_NUMBER = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True)
class Question:
    """A question as people ask it, answered in two sentences on the network of ``config`` at iteration 0.

    In ``answer``, ``{name}`` stands for a number of ``numbers``; ``{name:percent}`` and ``{name:count}`` write it as
    a percentage or a whole number. Everything else is written as in a lesson, references included. ``at`` is the place
    on the page that is ringed, ``words`` are further words under which people search for it, ``source`` is where the
    answer can be read up.
    """

    id: str
    question: str
    answer: str
    numbers: Mapping[str, Number]
    config: RunConfig
    at: str
    source: str
    words: str = ""
    watch: tuple[str, ...] = ("flow", "truncation")
    view: View = field(default_factory=View)

    def __post_init__(self) -> None:
        """Refuse what a page could not show."""
        reference(self.at)
        spans(self.answer)
        named = {match[1] for match in _NUMBER.finditer(self.answer)}
        if named != set(self.numbers):
            raise ValueError(f"{self.id}: the answer names {sorted(named)}, there are {sorted(self.numbers)}")
        for match in _NUMBER.finditer(self.answer):
            if match[2] not in (None, *FORMATS):
                raise ValueError(f"{self.id}: a number cannot be written as {match[2]}")
        known = {self.view.tab: TABS, self.view.track: TRACKS, self.view.ruler: RULERS}
        known |= dict.fromkeys(self.watch, tuple(WATCHABLE))
        unknown = [name for name, names in known.items() if name not in names]
        if unknown:
            raise ValueError(f"{self.id}: a page does not have {', '.join(unknown)}")

    def as_json(self) -> dict[str, Any]:
        """The question as the page reads it."""
        return {
            "id": self.id,
            "question": self.question,
            "link": f"#question={self.id}",
            "source": self.source,
            "words": self.words,
            "config": self.config.model_dump(),
            "watch": list(self.watch),
            "view": vars(self.view).copy(),
            "at": reference(self.at),
            "answer": [piece for span in spans(self.answer) for piece in self._pieces(span)],
        }

    def _pieces(self, span: dict[str, Any]) -> list[dict[str, Any]]:
        """A span of text in pieces: `{"number": …, "as": …}` where the record fills in a number."""
        if "ref" in span:
            return [span]
        found: list[dict[str, Any]] = []
        text, end = span["text"], 0
        for match in _NUMBER.finditer(text):
            found += [{"text": text[end : match.start()]}] if match.start() > end else []
            found.append({"number": self.numbers[match[1]], "as": match[2] or "number"})
            end = match.end()
        return found + ([{"text": text[end:]}] if end < len(text) else [])


def flow(t: int, k: int) -> Number:
    """‖∂E_t/∂h_k‖."""
    return ["exp", ["tensor", "ln_flow", t - 1, k]]


def dh(t: int) -> Number:
    """‖∂E/∂h_t‖."""
    return ["tensor", "dh_norm", t]
