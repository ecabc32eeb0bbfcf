"""Messages of a visitor as models of their fields, read strictly; and the three that the web process understands.

What any other message says, only the process that computes needs to know (`commands/`).
Whatever a frame holds instead, `parse` raises one of our own errors, with a sentence that says what was expected, what
came and what helps. What came is printed in ASCII and cut, because it may be anything.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BadMessage, UnknownType, UnrollError, shown
from ..validation import explained, without_more
from .protocol import LARGEST_INTEGER, parse_object

LONGEST_ACK = 200  # characters
LONGEST_FOLLOW = 2000  # characters, where each of its own is written as an escape of six
PLAIN_ACK = re.compile(r'\{"type": ?"ack", ?"iteration": ?(0|[1-9][0-9]{0,14})\}')

Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
"""A whole number from 0."""


class Message(BaseModel):
    """What a client may say; `id` comes back in the answer."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)
    type: ClassVar[str]
    id: (
        Annotated[str, Field(max_length=100)] | Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)] | None
    ) = None


class Ack(Message):
    """The record of this iteration was drawn."""

    type = "ack"
    iteration: Count


class Watch(Message):
    """Which optional quantities records carry, and which sequence they show."""

    type = "watch"
    quantities: list[str] = Field(max_length=50)
    probe: Count | None = None


class Follow(Message):
    """See the run that is shared under this token, in place of one's own."""

    type = "follow"
    run: str = Field(max_length=100)


UNDERSTOOD: dict[str, type[Message]] = {message.type: message for message in (Ack, Watch, Follow)}
AnyMessage = TypeVar("AnyMessage", bound=Message)


def parse(fields: Mapping[str, Any], messages: Mapping[str, type[AnyMessage]]) -> AnyMessage:
    """The one of these messages, by their types, that these fields are, or the error that says why they are none."""
    name = fields.get("type")
    known = ", ".join(messages)
    if not isinstance(name, str):
        came = f"`type` {shown(name)}" if "type" in fields else f"no `type` in {shown(dict(fields))}"
        raise BadMessage(f"Expected `type` to name a command, got {came}. Commands are {known}.", "type")
    if name not in messages:
        raise UnknownType(f"Expected a known command, got {shown(name)}. Commands are {known}.", "type")
    model = messages[name]
    try:
        return model.model_validate(without_more({key: value for key, value in fields.items() if key != "type"}, model))
    except ValidationError as error:
        raise explained(error, model, f"`{name}`") from None


def followed_in(text: str) -> str | None:
    """The token of the run that a frame asks to follow, wherever that run is; None if it asks for anything else.

    Every frame with an escape has to be read for that, so a long one is taken for something else.
    """
    might = len(text) <= LONGEST_FOLLOW and ('"follow"' in text or "\\" in text)
    message = _understood(text, Follow) if might else None
    return message.run if message else None


def ack_in(text: str) -> int | None:
    """The iteration a plain `ack` names: the one message that comes with every record, so a pattern reads most."""
    if plain := PLAIN_ACK.fullmatch(text):
        return int(plain[1])
    message = _understood(text, Ack) if len(text) <= LONGEST_ACK and '"ack"' in text else None
    return message.iteration if message else None


def _understood(text: str, kind: type[AnyMessage]) -> AnyMessage | None:
    """The message in a frame, if it is of this kind and nothing is wrong with it."""
    try:
        return parse(parse_object(text), {kind.type: kind})
    except UnrollError:
        return None
