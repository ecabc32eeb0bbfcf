"""Commands about files: what the run is saved as, and what is uploaded to it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...errors import BadValue, OutOfRange
from ...training import Effects, RunConfig, Steps, Trainer, finish
from ...training.dataset import reading_file
from ...training.limits import MAX_FILE_NAME
from ...training.tensorfile import File
from ...validation import without_more
from .. import protocol
from ..leaving import FileAnswer
from ..messages import Count
from ..session import Phase, Session
from ..uploads import Announced, UploadKind
from ..viewer import Viewer
from .base import Answer, Command, Job
from .own_data import SeriesOptions, known_fields, learn
from .preview import preview, refuse_other_kinds

LONGEST_LINK = 8_000
MOST_CHANGES = 100  # that a report lists
LONGEST_CHANGE = 200  # characters
MIB = 2**20
LARGEST = protocol.SNAPSHOT_BYTES - 2**10  # that can be opened again, an id in it
BEFORE_A_RUN = ("snapshot", "dataset")  # kinds that begin one


class Snapshot(Command):
    """The run as a file."""

    type = "snapshot"
    dataset: bool = False

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return snapshot_of(session, session.network(self.type), dataset=self.dataset)


class Copy(Command):
    """The run as a file, also for those who follow it: to go on with it by themselves, over a connection of its own."""

    type = "copy"
    for_followers = True
    dataset: bool = False

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return snapshot_of(session, session.network(self.type), dataset=self.dataset)


def snapshot_of(session: Session, trainer: Trainer, *, dataset: bool) -> File | Steps[File]:
    """The run as a file, in steps where its next batch takes long to compute."""
    steps = _saving(session, trainer, dataset=dataset)
    return steps if trainer.takes_long else finish(steps)


def _saving(session: Session, trainer: Trainer, *, dataset: bool) -> Steps[File]:
    """The same in steps; data with which it could not be opened again are refused."""
    before = trainer.iteration
    file = yield from trainer.saving(dataset=dataset)
    if trainer.iteration != before:  # an update was undone: a record that is half made would be of two networks
        session.new_version()
    session.shared.held.refuse(file)
    if dataset and trainer.config.task == "own" and file.held < LARGEST < file.size:
        raise BadValue(
            f"With its data this run is a file of {file.size / MIB:.4g} MiB, and one of more than "
            f"{protocol.SNAPSHOT_BYTES // MIB} could not be opened again. Save it without its data (`dataset: false`), "
            "and keep their file: uploaded first, the run goes on from there.",
            "dataset",
        )
    return file


class Changed(BaseModel):
    """What was changed before the update of this iteration, as a report tells it."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    iteration: Count
    what: str = Field(max_length=LONGEST_CHANGE)

    @model_validator(mode="before")
    @classmethod
    def _one_unknown_field_is_enough(cls, fields: Any) -> Any:
        return without_more(fields, cls) if isinstance(fields, dict) else fields


class Export(Command):
    """The weights as a file for PyTorch, or the run as one page of HTML to read and keep.

    What a report adds to the run is told by whoever asks for it: the run's link, and what was changed when. With
    `library` its figures are Plotly's, and its script is inside.
    """

    type = "export"
    format: Literal["pytorch", "report"]
    library: bool = False
    link: str = Field(
        default="",
        max_length=LONGEST_LINK,
        pattern=r"^(https?://.*)?$",
        description=f"an address of one line and at most {LONGEST_LINK} characters that begins with https:// or http://",
    )
    changes: list[Changed] | None = Field(default=None, max_length=MOST_CHANGES)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        trainer = session.network(self.type)
        return trainer.export_weights() if self.format == "pytorch" else self._report(session, trainer)

    def _report(self, session: Session, trainer: Trainer) -> Job:
        """Piece after piece. Plotly takes memory and a moment to load: only where a viewer wants a report."""
        from ...report import Asked, as_file, report

        yield None
        known = trainer.divergence
        changes = None if self.changes is None else [(change.iteration, change.what) for change in self.changes]
        pieces = []
        for piece in report(trainer, Asked(self.link, changes, self.library)):
            pieces.append(piece)
            yield None
        found = trainer.divergence if trainer.divergence is not known else None
        file = as_file("".join(pieces), trainer.iteration)
        yield [*(session.diverge(found) if found else []), FileAnswer(file, self.id)]


class Upload(SeriesOptions):
    """Announce one binary frame."""

    type = "upload"
    kind: UploadKind
    bytes: int = Field(ge=1, le=protocol.SNAPSHOT_BYTES)
    adopt: bool = False
    name: str = Field(default="", max_length=MAX_FILE_NAME)

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        if self.bytes > protocol.UPLOAD_BYTES and self.kind != "snapshot":
            raise OutOfRange(
                f"Expected at most {protocol.UPLOAD_BYTES} bytes, as files other than snapshots may have; got "
                f"{self.bytes}. Use a part of it.",
                "bytes",
            )
        if self.preview:
            refuse_other_kinds(self.kind)
        if self.kind not in BEFORE_A_RUN:
            session.network(f"upload of {self.kind}")
        options, changes = self.series_options(), known_fields(self.changes)
        viewer.uploads.announce(
            Announced(self.kind, self.bytes, self.id, options, self.adopt, self.name, changes, self.preview)
        )
        return protocol.encode("ready", self.id, kind=self.kind)


def load_file(session: Session, announced: Announced, content: bytes) -> Answer:
    """Make use of an uploaded file; says what it changed in the configuration."""
    if announced.preview:
        return preview(session, announced.kind, content, announced.id, announced.changes, **announced.series_options)
    if announced.kind == "snapshot":
        return resume(session, content)
    if announced.kind == "weights":
        return take_weights(session, announced, content)
    return learn_from(session, announced, content)


def resume(session: Session, content: bytes) -> Steps[Effects]:
    """A run to go on with; own data in it may be as large as those that are uploaded."""
    at_hand = session.trainer.dataset if session.trainer else None
    session.begin((yield from Trainer.resuming(content, at_hand, **session.resources())))
    session.shared.counts.totals["restores"] += 1
    return Effects()


def take_weights(session: Session, announced: Announced, content: bytes) -> Steps[Effects]:
    """Weights that were brought are looked at before they are trained on."""
    trainer = session.network("upload of weights")
    effects = yield from session.load(trainer.loading_weights(content, announced.adopt, announced.name))
    if session.phase is Phase.RUNNING:
        session.phase = Phase.PAUSED
    return effects


def learn_from(session: Session, announced: Announced, content: bytes) -> Steps[Effects]:
    """Own data from a file of any size, read in steps; sequences also where there is no network yet."""
    if session.trainer is None and announced.kind == "dataset":
        data = yield from reading_file(announced.kind, content, **announced.series_options)
        config = RunConfig(**announced.changes)
        session.begin((yield from Trainer.beginning(config, data, **session.resources())))
        return RunConfig().effects(session.network("upload").config)
    return (yield from learn(session, announced.kind, content, announced.changes, **announced.series_options))
