"""Links: under which token a shared run is found, and the key that proves whose link it is.

A token is derived from its key, so a server that has never heard of a run can let its owner share it again under the
same link, after another server was lost, and nobody else.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import UnknownRun, shown

KEY = r"^[A-Za-z0-9_-]{22,64}$"
TOKEN_BYTES = 16

T = TypeVar("T")


def new_key() -> str:
    """A key nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_of(key: str) -> str:
    """The token of the link that belongs to a key: 128 bits of its SHA-256, in the letters of a web address."""
    return urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:TOKEN_BYTES]).rstrip(b"=").decode()


@dataclass(frozen=True)
class LinkChange:
    """A link that began or ceased to lead to a run of this process."""

    token: str
    opened: bool


class Links(Generic[T]):
    """The shared runs of one process by their tokens. `changes` is for whoever tells the other processes."""

    def __init__(self) -> None:
        self._runs: dict[str, T] = {}
        self.changes: list[LinkChange] = []

    def open(self, token: str, run: T) -> None:
        """From now on this token leads to this run, even if it led to another one."""
        self._runs[token] = run
        self.changes.append(LinkChange(token, opened=True))

    def close(self, token: str, run: T) -> None:
        """The token leads nowhere any more, unless it was taken over by another run."""
        if self._runs.get(token) is run:
            del self._runs[token]
            self.changes.append(LinkChange(token, opened=False))

    def find(self, token: str) -> T:
        """The run that is shared under a token."""
        if token not in self._runs:
            raise UnknownRun(
                f"Expected the token of a run that is shared here, got {shown(token)}. Its owner may have left, or not "
                "be back yet: ask again in a moment, or ask them for a new link.",
                "run",
            )
        return self._runs[token]
