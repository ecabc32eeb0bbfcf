"""What would be read of own data: shown before anything is replaced."""

from collections.abc import Mapping
from typing import Any

from ...errors import BadValue
from ...training import RunConfig, Steps, Trainer
from ...training.dataset import OwnData, reading_file
from .. import protocol
from ..fitting import sentences_cut, with_lists_cut
from ..protocol import Id
from ..session import Session
from .base import Job

PREVIEWED = ("text", "series", "dataset")  # kinds that are read into data; the others are the run itself


def refuse_other_kinds(kind: str) -> None:
    """Own data can be looked at first; what is a run, or its weights, cannot."""
    if kind not in PREVIEWED:
        raise BadValue(
            f"`preview` is of {', '.join(PREVIEWED)}; got an upload of {kind}. Leave `preview` out.", "preview"
        )


def preview(
    session: Session, kind: str, content: str | bytes, id_: Id, changes: Mapping[str, Any], **options: Any
) -> Job:
    """Answer with what would be read, and with the fields of the configuration that would become others.

    Refused as the same data would be refused without `preview`. The run, if there is one, goes on as it is.
    """
    steps: Steps[OwnData] = reading_file(kind, content, **options)
    data = yield from steps
    trainer = session.trainer or Trainer(**session.resources())
    before, after = (trainer.config if session.trainer else RunConfig()), trainer.config_for(data, changes)
    effects = before.effects(after)
    become = {name: getattr(after, name) for name in (*effects.live, *effects.restart)}
    yield [message(kind, data.read, become, id_)]


def message(kind: str, read: dict[str, Any], changes: dict[str, Any], id_: Id) -> str:
    """The answer, with lists no longer than one text frame holds."""

    def of(shown: dict[str, Any]) -> str:
        return protocol.encode("preview", id_, kind=kind, read=shown, changes=changes)

    whole = of(read)
    if len(whole) <= protocol.MESSAGE_BYTES:
        return whole
    longest = max(len(value) for value in read.values() if isinstance(value, list))
    return with_lists_cut(of, sentences_cut(read), longest)
