"""Frames of `/ws`: text frames are read strictly, answers are written, whatever the commands are (`commands/`).

Binary frames are safetensors files whose metadata has the single key `unroll`: a JSON object as a string.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from .. import strictjson
from ..errors import BadJson, BadMessage, UnrollError, shown
from .closing import Close

VERSION = 1
MESSAGE_BYTES = 16 * 1024
FRAMES_PER_SECOND, FRAMES_BURST = 200, 400  # acks hardly count
UPLOAD_BYTES = 16 * 2**20
SNAPSHOT_BYTES = 4 * UPLOAD_BYTES  # every network that the default limits let in
CAPTURE_BYTES = UPLOAD_BYTES  # one record of a watched module, as a script publishes it
LONGEST_LABEL = 200  # characters of what a choice says: a cell of a file may have a hundred thousand
LARGEST_INTEGER = 2**53 - 1  # JSON numbers are doubles on the other side: beyond this they would not come back equal

Id = str | int | None
"""What a command may carry to recognise its answer by."""


@dataclass(frozen=True, eq=False)
class Part:
    """A part of one binary frame, whose others go before or come after it; others' frames may come between them."""

    content: bytes
    is_last: bool


Frame = str | bytes | Part | Close
"""What the server says to one viewer."""


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object in a text frame, read strictly: no NaN, no name twice, no half of a surrogate pair."""
    try:
        value = strictjson.loads(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise _not_json(text, "it is nested too deeply") from None
    except UnicodeEncodeError:
        raise _not_json(text, "half of a surrogate pair is not a character") from None
    except ValueError as error:
        raise _not_json(text, str(error).partition(";")[0]) from None
    if not isinstance(value, dict):
        raise BadMessage(f'Expected a JSON object such as {{"type": "play"}}, got {shown(value)}.')
    return value


def _not_json(text: str, reason: str) -> BadJson:
    return BadJson(f"Expected one JSON object, got {shown(text)}: {reason}. The run goes on unchanged.")


def id_of(fields: dict[str, Any]) -> Id:
    """The `id` to repeat, if it is one that can be repeated; an error repeats it too."""
    value = fields.get("id")
    if isinstance(value, str) and len(value) <= 100 and value.isprintable():
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER:
        return value
    return None


def encode(message_type: str, id_: Id = None, **fields: Any) -> str:
    """A text frame; `id_` is that of the command it answers."""
    head = {"type": message_type} if id_ is None else {"type": message_type, "id": id_}
    return json.dumps(head | fields, allow_nan=False, separators=(",", ":"))


def error_message(error: UnrollError, id_: Id = None) -> str:
    """The answer to what could not be done."""
    fields: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.field is not None:
        fields["field"] = shown(error.field)[1:-1]
    if error.retry_after is not None:
        fields["retry_after"] = error.retry_after
    if error.choices:
        fields["choices"] = [asdict(choice) | {"label": choice.label[:LONGEST_LABEL]} for choice in error.choices]
    return encode("error", id_, **fields)


def with_id(file: bytes, id_: Id) -> bytes:
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
