"""Commands that make a network or change it: its configuration, its weights, what it learns from."""

from functools import partial
from typing import Any

from pydantic import Field

from ...training import Effects
from ...training.dataset import read_series, read_text
from ...training.limits import MAX_EDIT
from ..session import Session
from ..viewer import Viewer
from .base import Answer, Command, Count
from .own_data import OwnDataCommand, SeriesOptions, known_fields
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
            return preview(session, "text", self.text, self.id, known_fields(self.changes))
        return session.load(partial(trainer.learn_from, changes=known_fields(self.changes)), read_text(self.text))


class OwnSeries(SeriesOptions):
    """Learn to predict the next row of these columns."""

    type = "own_series"
    csv: str

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        trainer, changes = session.network(self.type), known_fields(self.changes)
        if self.preview:
            return preview(session, "series", self.csv, self.id, changes, **self.series_options())
        data = read_series(self.csv, **self.series_options())
        return session.load(partial(trainer.learn_from, changes=changes), data)
