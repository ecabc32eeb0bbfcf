"""Files that visitors announce before they send them: one at a time each, a few at a time for all."""

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import BadUpload, Busy, UnexpectedBinary, UploadPending, UploadTimeout
from . import protocol
from .pacing import NEVER
from .protocol import Close

PLACES = 8
PATIENCE = 10.0  # seconds an announced file may take to come


@dataclass
class Places:
    """How many files are on their way to all runs of a process."""

    taken: int = 0


class Uploads:
    """The file one visitor has announced, if any."""

    def __init__(self, places: Places, clock: Callable[[], float]) -> None:
        self.places = places
        self.clock = clock
        self.announced: protocol.Upload | None = None
        self.until = NEVER

    @property
    def frame_bytes(self) -> int:
        """How large the next binary frame may be."""
        return self.announced.bytes if self.announced else protocol.MESSAGE_BYTES

    def announce(self, upload: protocol.Upload) -> str:
        """Wait for this file; the answer that says so."""
        if self.places.taken >= PLACES:
            raise Busy("Too many files are on their way to this server just now. Try again in a few seconds.")
        self.places.taken += 1
        self.announced, self.until = upload, self.clock() + PATIENCE
        return protocol.encode("ready", upload, kind=upload.kind)

    def refuse(self, command: str) -> None:
        """Nothing else may be asked while a file is on its way."""
        if self.announced:
            raise UploadPending(
                f"Expected the announced {self.announced.kind} as one binary frame, got `{command}`. Send it first."
            )

    def take(self, content: bytes) -> protocol.Upload | Close:
        """What these bytes were announced as; or the end of a connection that sends more than it said."""
        largest, upload = self.frame_bytes, self.forget()
        if len(content) > largest:
            return Close(protocol.TOO_BIG, f"a binary frame of {len(content)} bytes, where {largest} were announced")
        if upload is None:
            raise UnexpectedBinary(
                f"Expected a text frame, got {len(content)} bytes nobody announced. Send `upload` before the bytes."
            )
        if len(content) < upload.bytes:
            raise BadUpload(f"Expected the {upload.bytes} bytes that were announced, got {len(content)}.", "bytes")
        return upload

    def forget(self) -> protocol.Upload | None:
        """Wait no longer; for what it was."""
        upload, self.announced, self.until = self.announced, None, NEVER
        self.places.taken -= upload is not None
        return upload

    def overdue(self, now: float) -> protocol.Upload | None:
        """The file that has not come in time; it is waited for no longer."""
        return self.forget() if now >= self.until else None


def did_not_come(upload: protocol.Upload) -> UploadTimeout:
    """What is said to whoever announced it."""
    return UploadTimeout(
        f"Expected the announced {upload.kind} within {PATIENCE:.0f} s; it did not come. Announce it again."
    )
