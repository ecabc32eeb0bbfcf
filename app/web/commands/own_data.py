"""Own data as a client brings them: what may be said about how they are read, and learning from them."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal

from pydantic import Field

from ...errors import UnknownField, shown
from ...training import Effects, RunConfig, Steps
from ...training.dataset import Options, reading_file
from ...training.limits import MAX_MISSING, MAX_NAMES, MAX_REMOVED
from ..messages import Count
from ..session import Session
from .base import Command


class OwnDataCommand(Command):
    """A command that brings own data: to learn from them or, with `preview`, to see what would be read of them.

    `changes` are fields of the configuration that become others with these data.
    """

    preview: bool = False
    changes: dict[str, Any] = Field(default_factory=dict)


class SeriesOptions(OwnDataCommand):
    """What decides how a series is read, where the file leaves it open."""

    decimal: Literal[".", ","] | None = None
    fill: Literal["interpolate", "previous"] | None = None
    keep: list[str] = Field(default=[], max_length=MAX_NAMES)
    drop: list[str] = Field(default=[], max_length=MAX_NAMES)
    separator: Literal[",", ";", "\t", " ", "|", "none"] | None = None
    missing: list[str] | None = Field(default=None, max_length=MAX_MISSING)
    remove: str = Field(default="", max_length=MAX_REMOVED)
    encoding: Literal["utf-8", "utf-16-le", "utf-16-be", "windows-1252"] | None = None
    first_line: int = Field(default=1, ge=1)
    last_line: int | None = Field(default=None, ge=1)
    header: bool | None = None
    transpose: bool | None = None
    characters: Count | None = None
    time_first: bool = False

    def series_options(self) -> dict[str, Any]:
        """The options by name."""
        return {option.name: getattr(self, option.name) for option in fields(Options)}


def known_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields, none of which can be mistaken for something else that Python calls by keyword."""
    unknown = next((name for name in fields if name not in RunConfig.model_fields), None)
    if unknown is not None:
        known = ", ".join(RunConfig.model_fields)
        raise UnknownField(f"Expected fields of a run, got {shown(unknown)}. They are {known}.", unknown)
    return dict(fields)


def learn(session: Session, kind: str, content: str | bytes, changes: dict[str, Any], **options: Any) -> Steps[Effects]:
    """Learn from these data from now on, read in steps; says what they changed in the configuration."""
    data = yield from reading_file(kind, content, **options)
    trainer = session.network(f"upload of {kind}")
    return (yield from session.load(trainer.learning_from(data, changes)))
