"""Why a connection ends: every close code the server uses, in one place."""

from dataclasses import dataclass
from enum import IntEnum


class CloseCode(IntEnum):
    """Codes of RFC 6455 and of the registry it opened, with what they mean here."""

    INVALID_TEXT = 1007
    """A text frame that is not UTF-8."""
    POLICY_VIOLATION = 1008
    """Too many frames a second, or a request that may not connect."""
    MESSAGE_TOO_BIG = 1009
    """A frame over the announced size."""
    INTERNAL_ERROR = 1011
    """The run failed because of an error in the server."""
    SERVICE_RESTART = 1012
    """The server, or the process that computed the run, is ending."""
    TRY_AGAIN_LATER = 1013
    """No room for another run."""


@dataclass(frozen=True)
class Close:
    """The connection ends, with this code."""

    code: CloseCode
    reason: str
