"""Files that viewers announce before they send them, one at a time each. How many come at once: see `arriving`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import BadUpload, UnexpectedBinary, UploadPending, UploadTimeout
from .closing import Close, CloseCode
from .pacing import NEVER, NOW
from .protocol import MESSAGE_BYTES, UPLOAD_BYTES, Id

PATIENCE = 10.0  # seconds an announced file may take to come, and as many for each 16 MiB of a large snapshot

UploadKind = Literal["snapshot", "weights", "dataset", "text", "series"]


@dataclass(frozen=True)
class Announced:
    """A file that is about to come."""

    kind: UploadKind
    bytes: int
    id: Id
    series_options: dict[str, Any] = field(default_factory=dict)
    adopt: bool = False  # weights only: the run takes the file's own shape
    name: str = ""  # of the file, where its sender tells it
    changes: dict[str, Any] = field(default_factory=dict)  # own data only: of the configuration
    preview: bool = False  # own data only: what would be read is told, and nothing is replaced

    @property
    def patience(self) -> float:
        """Seconds in which it has to come."""
        return PATIENCE * max(1.0, self.bytes / UPLOAD_BYTES)


class Uploads:
    """The file one viewer has announced, if any."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.announced: Announced | None = None
        self.until = NEVER

    @property
    def frame_bytes(self) -> int:
        """How large the next binary frame may be."""
        return self.announced.bytes if self.announced else MESSAGE_BYTES

    def announce(self, upload: Announced) -> None:
        """Wait for this file."""
        self.announced, self.until = upload, self.clock() + upload.patience

    def refuse(self, command: str) -> None:
        """No other command is possible while a file is awaited."""
        if self.announced:
            raise UploadPending(
                f"Expected the announced {self.announced.kind} as one binary frame, got `{command}`. Send it first."
            )

    def take(self, content: bytes) -> Announced | Close:
        """What these bytes were announced as; or the end of a connection that sends more than it announced."""
        largest, upload = self.frame_bytes, self.forget()
        if len(content) > largest:
            return Close(
                CloseCode.MESSAGE_TOO_BIG, f"a binary frame of {len(content)} bytes, where {largest} were announced"
            )
        if upload is None:
            raise UnexpectedBinary(
                f"Expected a text frame, got {len(content)} bytes that were not announced. Send `upload` first."
            )
        if len(content) < upload.bytes:
            raise BadUpload(
                f"Expected the {upload.bytes} bytes that were announced, got {len(content)}. Announce it again.",
                "bytes",
            )
        return upload

    def forget(self) -> Announced | None:
        """Wait no longer; returns the file that was awaited."""
        upload, self.announced, self.until = self.announced, None, NEVER
        return upload

    def give_up(self) -> None:
        """It comes too slowly: it is overdue now."""
        if self.announced:
            self.until = NOW

    def overdue(self, now: float) -> Announced | None:
        """The file that has not come in time; it is waited for no longer."""
        return self.forget() if now >= self.until else None


def upload_timed_out(upload: Announced) -> UploadTimeout:
    """The error for a file that did not come in time."""
    return UploadTimeout(
        f"Expected the announced {upload.kind} within {upload.patience:.0f} s; it did not come. Announce it again."
    )
