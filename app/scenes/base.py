"""What a scene of the story is: one configuration, a page of text that drives the picture, one claim that is true."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..training import WATCHABLE, RunConfig
from .vocabulary import RULERS, TABS, TRACKS, UNDER, Condition, check, reference

_REFERENCE = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


@dataclass(frozen=True)
class Step:
    """Something to do, and when it is done: a condition of `vocabulary`."""

    text: str
    done: Condition


@dataclass(frozen=True)
class Question:
    """Something to predict before the picture shows it: options, the place of the right one, and why it is."""

    text: str
    options: tuple[str, ...]
    answer: int
    because: str


@dataclass(frozen=True)
class Lane:
    """One of the networks that stand side by side: its name, and where it differs from the scene's configuration."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """How the page stands when the scene opens.

    `pin` is a timestep; `rate` in iterations a second once it plays; `under` stands below the text, one of UNDER.
    """

    tab: str = "flow"
    track: str = "dh"
    ruler: str = "far"
    pin: int | None = None
    folded: bool = False
    playing: bool = False
    rate: float = 10
    under: str | None = None


@dataclass(frozen=True)
class Scene:
    """One page of the story.

    Texts are plain sentences with references as in `vocabulary`; symbols are written x_t, W_hh, ∂E/∂h_t, E_24. `claim`
    says in words what an untrained eye should see at the start or within 100 updates; the scene's test verifies it.
    `watch` names the optional quantities of the records that its text names.
    """

    title: str
    config: RunConfig
    paragraphs: tuple[str, ...]
    steps: tuple[Step, ...]
    question: Question
    claim: str
    lanes: tuple[Lane, ...] = ()
    watch: tuple[str, ...] = ("flow", "weights", "truncation")
    view: View = View()

    def __post_init__(self) -> None:
        """Refuse what a page could not show."""
        for text in self.texts():
            spans(text)
        for step in self.steps:
            check(step.done)
        known = {self.view.tab: TABS, self.view.track: TRACKS, self.view.ruler: RULERS}
        known |= dict.fromkeys(self.watch, tuple(WATCHABLE))
        known |= {self.view.under: tuple(UNDER)} if self.view.under else {}
        unknown = [name for name, names in known.items() if name not in names]
        if unknown:
            raise ValueError(f"{self.title}: a page does not have {', '.join(unknown)}")
        beyond = [n for step in self.steps for n in _asked(step.done, "lane") if n > max(1, len(self.lanes))]
        if beyond:
            raise ValueError(f"{self.title}: there is no lane {beyond[0]}")
        if not 0 <= self.question.answer < len(self.question.options):
            raise ValueError(f"{self.title}: the answer must be one of the options")

    def configs(self) -> tuple[RunConfig, ...]:
        """The configuration of every lane; without lanes, of the one network."""
        return tuple(self.config.changed(lane.changes) for lane in self.lanes) or (self.config,)

    def texts(self) -> Iterator[str]:
        """Everything there is to read."""
        yield self.title
        yield from self.paragraphs
        yield from (step.text for step in self.steps)
        yield self.question.text
        yield from self.question.options
        yield self.question.because
        yield from (lane.name for lane in self.lanes)

    def controls(self) -> list[str]:
        """The fields this scene asks its reader to change: the ones a teacher leaves unlocked."""
        pointed = [span["ref"]["of"] for text in self.texts() for span in spans(text) if _is_control(span)]
        asked = [name for step in self.steps for name in _asked(step.done, "field")]
        return list(dict.fromkeys(pointed + asked))

    def as_json(self) -> dict[str, Any]:
        """The scene as the page reads it."""
        return {
            "title": self.title,
            "claim": self.claim,
            "config": self.config.model_dump(),
            "lanes": [
                {"name": lane.name, "config": config.model_dump()}
                for lane, config in zip(self.lanes, self.configs() if self.lanes else (), strict=True)
            ],
            "watch": list(self.watch),
            "view": vars(self.view).copy(),
            "controls": self.controls(),
            "paragraphs": [spans(text) for text in self.paragraphs],
            "steps": [{"text": spans(step.text), "done": dict(step.done)} for step in self.steps],
            "question": {
                "text": spans(self.question.text),
                "options": [spans(option) for option in self.question.options],
                "answer": self.question.answer,
                "because": spans(self.question.because),
            },
        }


def spans(text: str) -> list[dict[str, Any]]:
    """A text in pieces: `{"text": …}`, with `"ref": {"kind": …, "of": …}` where it points at something."""
    found: list[dict[str, Any]] = []
    end = 0
    for match in _REFERENCE.finditer(text):
        found += [{"text": text[end : match.start()]}] if match.start() > end else []
        found.append({"text": match[1], "ref": reference(match[2])})
        end = match.end()
    return found + ([{"text": text[end:]}] if end < len(text) else [])


def _is_control(span: Mapping[str, Any]) -> bool:
    return "ref" in span and span["ref"]["kind"] == "control"


def _asked(condition: Condition, kind: str) -> list[Any]:
    """Which fields a condition asks for, or which lanes."""
    if "all" in condition:
        return [asked for part in condition["all"] for asked in _asked(part, kind)]
    return [condition[kind]] if kind in condition else []
