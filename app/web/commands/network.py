"""Commands that make a network or change it: its configuration, its weights, what it learns from."""

from typing import Any

from pydantic import Field

from ...training import Effects, Steps, Trainer
from ...training.limits import MAX_EDIT
from ..messages import Count
from ..session import Session
from ..viewer import Viewer
from .base import Answer, Command
from .own_data import OwnDataCommand, SeriesOptions, known_fields, learn
from .preview import preview


class Start(Command):
    """Begin a run, or replace it; fields that are missing take their defaults."""

    type = "start"
    config: dict[str, Any] = Field(default_factory=dict)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return self._begin(session)

    def _begin(self, session: Session) -> Steps[Effects]:
        session.begin((yield from session.fresh_trainer(known_fields(self.config))))
        return Effects()


class Configure(Command):
    """Change some fields, all or none of them."""

    type = "configure"
    changes: dict[str, Any]

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return self._change(session, session.network(self.type))

    def _change(self, session: Session, trainer: Trainer) -> Steps[Effects]:
        effects = yield from trainer.configuring(**known_fields(self.changes))
        session.changed()
        return effects


class Reset(Command):
    """The seed's weights again."""

    type = "reset"

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return self._begin_again(session, session.network(self.type))

    def _begin_again(self, session: Session, trainer: Trainer) -> Steps[Effects]:
        yield from trainer.resetting()
        session.changed()
        return Effects()


class Edit(Command):
    """Set one weight, or one entry of the shown sequence's `x`."""

    type = "edit"
    tensor: str
    index: list[Count] = Field(max_length=4)
    value: float = Field(ge=-MAX_EDIT, le=MAX_EDIT)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return self._change(session, session.network(self.type))

    def _change(self, session: Session, trainer: Trainer) -> Steps[Effects]:
        if trainer.takes_long and self.tensor != "x":  # the batch that `edit` looks at is computed in steps
            yield from trainer.approaching()
        trainer.edit(self.tensor, tuple(self.index), self.value)
        session.changed()
        return Effects()


class OwnText(OwnDataCommand):
    """Learn to continue this text."""

    type = "own_text"
    text: str

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return _brought(session, self, "text", self.text)


class OwnSeries(SeriesOptions):
    """Learn to predict the next row of these columns; a thousand of them take many times what others may wait."""

    type = "own_series"
    csv: str

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return _brought(session, self, "series", self.csv, **self.series_options())


def _brought(session: Session, command: OwnDataCommand, kind: str, content: str, **options: Any) -> Answer:
    """Learn from the data that a command brings, or show what would be read of them."""
    session.network(command.type)
    changes = known_fields(command.changes)
    if command.preview:
        return preview(session, kind, content, command.id, changes, **options)
    return learn(session, kind, content, changes, **options)
