"""Everything that can be wrong with what a visitor, a file or a script asks for.

    UnrollError
    ├─ BadMessage             bad_message        not one of our messages
    │  ├─ BadJson             bad_json           not JSON at all
    │  ├─ UnknownType         unknown_type       a message of a type we do not know
    │  └─ UnexpectedBinary    unexpected_binary  bytes that nobody announced
    ├─ UnknownField           unknown_field      a name we do not know
    ├─ BadValue               bad_value          a known name, a value of the wrong kind
    ├─ OutOfRange             out_of_range       the right kind, outside its limits
    ├─ TooCostly              too_costly         each number allowed, all of them together too much
    ├─ BadUpload              bad_upload         a file that is not what it was announced to be
    ├─ DatasetNeeded          dataset_needed     own data that are not at hand
    ├─ UnknownRun             unknown_run        no run is shared under that token
    ├─ NotNow                 not_now            a fine command at the wrong moment
    │  ├─ NoRun               no_run             ... before there is a run
    │  ├─ ReadOnly            read_only          ... by someone who follows another's run
    │  ├─ UploadPending       upload_pending     ... while a file is on its way
    │  └─ UploadTimeout       upload_timeout     ... and the file never came
    └─ Busy                   busy               too many do the same just now
       └─ ServerFull          server_full        no room for another run; `retry_after` says when

`code` is the name on the wire. `str(error)` is a sentence for the person who caused it: what was expected, what came,
what helps. `field` names the control it belongs beside.
"""

# ruff: noqa: N818  (each class is named like its code)

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Choice:
    """One way in which a file could be taken after all: in words, and as options of `upload`."""

    label: str
    options: dict[str, Any]


class UnrollError(Exception):
    """A request that is refused; nothing has been changed by it."""

    code: ClassVar[str] = "bad_message"
    retry_after: float | None = None  # seconds after which the same may be possible

    def __init__(self, message: str, field: str | None = None, choices: Sequence[Choice] = ()) -> None:
        super().__init__(message)
        self.field = field
        self.choices = tuple(choices)


class BadMessage(UnrollError):
    """A message of a shape that we do not know."""

    code = "bad_message"


class BadJson(BadMessage):
    """A text frame that is not JSON."""

    code = "bad_json"


class UnknownType(BadMessage):
    """A message whose `type` is not one of ours."""

    code = "unknown_type"


class UnexpectedBinary(BadMessage):
    """A binary frame that no `upload` announced."""

    code = "unexpected_binary"


class UnknownField(UnrollError):
    """A field whose name is not one of ours."""

    code = "unknown_field"


class BadValue(UnrollError):
    """A value of the wrong kind, or not among the choices."""

    code = "bad_value"


class OutOfRange(UnrollError):
    """A value of the right kind outside its limits."""

    code = "out_of_range"


class TooCostly(UnrollError):
    """A configuration that would take more time or memory than one run may."""

    code = "too_costly"


class BadUpload(UnrollError):
    """A file that is not what it was announced to be."""

    code = "bad_upload"


class DatasetNeeded(UnrollError):
    """The run learns from own data that are not at hand."""

    code = "dataset_needed"


class UnknownRun(UnrollError):
    """No run is shared under that token, on this server and at this moment."""

    code = "unknown_run"


class NotNow(UnrollError):
    """A command that makes sense, but not in this moment."""

    code = "not_now"


class NoRun(NotNow):
    """A command for a run before one was started."""

    code = "no_run"


class ReadOnly(NotNow):
    """A command that would change a run which belongs to somebody else."""

    code = "read_only"


class UploadPending(NotNow):
    """A command while an announced file is awaited."""

    code = "upload_pending"


class UploadTimeout(NotNow):
    """An announced file that did not come in time."""

    code = "upload_timeout"


RETRY_AFTER = 5.0  # seconds after which there may be room again


class Busy(UnrollError):
    """Too many visitors do the same thing just now."""

    code = "busy"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServerFull(Busy):
    """No room for another run on this server; `retry_after` seconds later there may be."""

    code = "server_full"


def shown(value: object) -> str:
    """A value as it may stand in a message: short, on one line, in ASCII, whatever was sent."""
    if value is None:
        return "none"
    if isinstance(value, dict | list | tuple | set | bytes):
        return f"a {type(value).__name__} of {len(value)}"
    try:
        if isinstance(value, float):
            return f"{value:.6g}"
        text = json.dumps(value) if isinstance(value, str) else repr(value)
    except ValueError:  # Python refuses to print integers of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= 60 else text[:59] + "…"


def counted(count: int, what: str) -> str:
    """A number and what it counts: "1 gap", "2 gaps"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
