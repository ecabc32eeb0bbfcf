"""Every message of `/ws`, both ways: what a text frame must look like to become a command, and how answers are written.

A command is a frozen model with one class per `type`; `COMMANDS` lists them. Whatever a frame holds instead, parsing it
raises one of our own errors with a sentence that names what was expected, what came and what would do. What came is
printed in ASCII and cut, because it may be anything.

Binary frames are safetensors files whose metadata has the single key `unroll`: a JSON object as a string.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from .. import strictjson
from ..errors import BadJson, BadMessage, BadValue, OutOfRange, UnknownField, UnknownType, UnrollError, shown

VERSION = 1
MESSAGE_BYTES = 16 * 1024
FRAMES_PER_SECOND, FRAMES_BURST = 200, 400  # acks hardly count
UPLOAD_BYTES = 16 * 2**20
TOO_BIG = 1009
LARGEST_INTEGER = 2**53 - 1  # JSON numbers are doubles on the other side: beyond this they would not come back equal
MOST_STEPS = 10_000
MOST_SAMPLES = 100
LARGEST_EDIT = 1e6
LONGEST_ACK = 200
PLAIN_ACK = re.compile(r'\{"type": ?"ack", ?"iteration": ?(0|[1-9][0-9]{0,14})\}')

UploadKind = Literal["snapshot", "weights", "dataset", "text", "series"]
Break = Literal["drop_carried", "no_accumulation", "stale_h", "transpose_W_hh"]
BREAKS: tuple[str, ...] = get_args(Break)

Id = Annotated[str, Field(max_length=100)] | Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]


class Command(BaseModel):
    """What a client may say; `id` comes back in the answer."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)
    type: ClassVar[str]
    id: Id | None = None


class Start(Command):
    """Begin a run, or replace it; fields that are missing take their defaults."""

    type = "start"
    config: dict[str, Any] = Field(default_factory=dict)


class Configure(Command):
    """Change some fields, all or none of them."""

    type = "configure"
    changes: dict[str, Any]


class Play(Command):
    """Train at `rate` iterations per second, or as fast as it goes."""

    type = "play"
    rate: float | None = Field(None, gt=0, le=1e6)


class Pause(Command):
    """Stop training where it stands."""

    type = "pause"


class Step(Command):
    """Take this many updates and stand still."""

    type = "step"
    iterations: int = Field(1, ge=1, le=MOST_STEPS)


class Reset(Command):
    """The seed's weights again."""

    type = "reset"


class Ack(Command):
    """The record of this iteration was drawn."""

    type = "ack"
    iteration: Count


class Watch(Command):
    """Which optional quantities records carry, and which sequence they show."""

    type = "watch"
    quantities: list[str] = Field(max_length=50)
    probe: Count | None = None


class Edit(Command):
    """Set one weight, or one entry of the shown sequence's `x`."""

    type = "edit"
    tensor: str
    index: list[Count] = Field(max_length=4)
    value: float = Field(ge=-LARGEST_EDIT, le=LARGEST_EDIT)


class CheckGradients(Command):
    """Compare analytic gradients with central differences, with a bug switched on if asked."""

    type = "check_gradients"
    samples: int = Field(8, ge=1, le=MOST_SAMPLES)
    break_: Break | None = Field(None, alias="break")


class Snapshot(Command):
    """The run as a file."""

    type = "snapshot"
    dataset: bool = False


class Export(Command):
    """The weights as a file for PyTorch, or the run as one page of HTML to read and keep."""

    type = "export"
    format: Literal["pytorch", "report"]


class OwnText(Command):
    """Learn to continue this text."""

    type = "own_text"
    text: str


class OwnSeries(Command):
    """Learn to predict the next row of these columns."""

    type = "own_series"
    csv: str


class Upload(Command):
    """Announce one binary frame."""

    type = "upload"
    kind: UploadKind
    bytes: int = Field(ge=1, le=UPLOAD_BYTES)


COMMANDS: dict[str, type[Command]] = {
    model.type: model
    for model in (
        Start,
        Configure,
        Play,
        Pause,
        Step,
        Reset,
        Ack,
        Watch,
        Edit,
        CheckGradients,
        Snapshot,
        Export,
        OwnText,
        OwnSeries,
        Upload,
    )
}


@dataclass(frozen=True)
class Close:
    """The connection ends, with this code."""

    code: int
    reason: str


Frame = str | bytes | Close
"""What a run says."""


# From a frame to a command.


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object in a text frame, read strictly: no NaN, no name twice, no half of a surrogate pair."""
    try:
        value = strictjson.loads(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise _not_json(text, "it is nested too deeply") from None
    except UnicodeEncodeError:
        raise _not_json(text, "half of a surrogate pair is no character") from None
    except ValueError as error:
        raise _not_json(text, str(error).partition(";")[0]) from None
    if not isinstance(value, dict):
        raise BadMessage(f'Expected a JSON object such as {{"type": "play"}}, got {shown(value)}.')
    return value


def _not_json(text: str, reason: str) -> BadJson:
    return BadJson(f"Expected one JSON object, got {shown(text)}: {reason}. The run goes on untouched.")


def parse_command(fields: Mapping[str, Any]) -> Command:
    """The command these fields are, or the error that says why they are none."""
    name = fields.get("type")
    if not isinstance(name, str):
        came = f"`type` {shown(name)}" if "type" in fields else f"no `type` in {shown(dict(fields))}"
        raise BadMessage(f"Expected `type` to name a command, got {came}. Commands are {listed(COMMANDS)}.", "type")
    if name not in COMMANDS:
        raise UnknownType(f"Expected a known command, got {shown(name)}. Commands are {listed(COMMANDS)}.", "type")
    model = COMMANDS[name]
    try:
        return model.model_validate({key: value for key, value in fields.items() if key != "type"})
    except ValidationError as error:
        raise explained(error.errors(include_url=False)[0], model) from None


def explained(detail: ErrorDetails, model: type[Command]) -> UnrollError:
    """The first thing pydantic found wrong with a command, in our words."""
    field = str(detail["loc"][0]) if detail["loc"] else None
    known = listed(info.alias or name for name, info in model.model_fields.items())
    came, limits = detail["input"], detail.get("ctx", {})
    wanted = detail["msg"].removeprefix("Input ").removeprefix("Value ")
    if field == "id":
        return BadValue(
            f"Expected `id` to be a string of at most 100 characters or an integer, got {shown(came)}.", field
        )
    match detail["type"]:
        case "extra_forbidden":
            return UnknownField(
                f"Expected only known fields in `{model.type}`, got {shown(field)}. It has {known}.", field
            )
        case "missing":
            return BadMessage(f"Expected `{field}` in `{model.type}`, got none. It has {known}.", field)
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal" | "finite_number":
            return OutOfRange(f"Expected `{field}` within its limits, got {shown(came)}: it {wanted}.", field)
        case "float_type" if isinstance(came, int) and not isinstance(came, bool):
            return OutOfRange(f"Expected `{field}` within its limits, got {shown(came)}: no double is so large.", field)
        case "too_long":
            return OutOfRange(
                f"Expected at most {limits['max_length']} entries in `{field}`, got {shown(came)}.", field
            )
        case _:
            return BadValue(f"Expected another kind of `{field}`, got {shown(came)}: it {wanted}.", field)


def id_of(fields: Mapping[str, Any]) -> str | int | None:
    """The `id` to repeat, if it is one that can be repeated; an error repeats it too."""
    value = fields.get("id")
    if isinstance(value, str) and len(value) <= 100 and value.isprintable():
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER:
        return value
    return None


def ack_in(text: str) -> int | None:
    """The iteration a plain `ack` names: the one message that comes with every record, read without further ado."""
    if plain := PLAIN_ACK.fullmatch(text):
        return int(plain[1])
    if len(text) > LONGEST_ACK or '"ack"' not in text:
        return None
    try:
        command = parse_command(parse_object(text))
    except UnrollError:
        return None
    return command.iteration if isinstance(command, Ack) else None


def listed(names: Iterable[str]) -> str:
    """Names for a sentence."""
    return ", ".join(names)


# From an answer to a frame.


def encode(message_type: str, answers: Command | str | int | None = None, **fields: Any) -> str:
    """A text frame; `answers` is the command it answers, or that command's id."""
    id_ = answers.id if isinstance(answers, Command) else answers
    head = {"type": message_type} if id_ is None else {"type": message_type, "id": id_}
    return json.dumps(head | fields, allow_nan=False, separators=(",", ":"))


def error_message(error: UnrollError, id_: str | int | None = None) -> str:
    """The answer to what could not be done."""
    fields: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.field is not None:
        fields["field"] = shown(error.field)[1:-1]
    if getattr(error, "retry_after", None) is not None:
        fields["retry_after"] = error.retry_after  # type: ignore[attr-defined]
    return encode("error", id_, **fields)


def with_id(file: bytes, id_: str | int | None) -> bytes:
    """A binary answer that repeats the command's id in its metadata; without an id, the file as it is."""
    if id_ is None:
        return file
    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + length])
    facts = json.loads(header["__metadata__"]["unroll"])
    header["__metadata__"]["unroll"] = json.dumps(facts | {"id": id_}, separators=(",", ":"))
    rewritten = json.dumps(header, separators=(",", ":")).encode()
    rewritten += b" " * (-len(rewritten) % 8)  # tensors stay aligned
    return len(rewritten).to_bytes(8, "little") + rewritten + file[8 + length :]
