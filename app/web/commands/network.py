"""Commands that make a network or change it: its configuration, its weights, what it learns from."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import Field

from ...errors import UnknownField, shown
from ...training import Effects, RunConfig
from ...training.limits import MAX_EDIT
from ..session import Session
from ..viewer import Viewer
from .base import Answer, Command, Count
from .own_data import OwnDataCommand, SeriesOptions
from .preview import preview


class Start(Command):
    """Begin a run, or replace it; fields that are missing take their defaults."""

    type = "start"
    config: dict[str, Any] = Field(default_factory=dict)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.begin(session.fresh_trainer(known_fields(self.config)))
        return Effects()


class Configure(Command):
    """Change some fields, all or none of them."""

    type = "configure"
    changes: dict[str, Any]

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        effects = session.network(self.type).configure(**known_fields(self.changes))
        session.changed()
        return effects


class Reset(Command):
    """The seed's weights again."""

    type = "reset"

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.network(self.type).reset()
        session.changed()
        return Effects()


class Edit(Command):
    """Set one weight, or one entry of the shown sequence's `x`."""

    type = "edit"
    tensor: str
    index: list[Count] = Field(max_length=4)
    value: float = Field(ge=-MAX_EDIT, le=MAX_EDIT)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        session.network(self.type).edit(self.tensor, tuple(self.index), self.value)
        session.changed()
        return Effects()


class OwnText(OwnDataCommand):
    """Learn to continue this text."""

    type = "own_text"
    text: str

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        trainer = session.network(self.type)
        if self.preview:
            return preview(session, "text", self.text, self.id)
        return session.load(trainer.load_text, self.text)


class OwnSeries(SeriesOptions):
    """Learn to predict the next row of these columns."""

    type = "own_series"
    csv: str

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        trainer = session.network(self.type)
        if self.preview:
            return preview(session, "series", self.csv, self.id, **self.series_options())
        return session.load(partial(trainer.load_series, **self.series_options()), self.csv)


def known_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields, none of which can be mistaken for something else that Python calls by keyword."""
    unknown = next((name for name in fields if name not in RunConfig.model_fields), None)
    if unknown is not None:
        known = ", ".join(RunConfig.model_fields)
        raise UnknownField(f"Expected fields of a run, got {shown(unknown)}. They are {known}.", unknown)
    return dict(fields)
