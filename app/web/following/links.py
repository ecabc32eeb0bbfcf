"""Links: which run of this process is found under which token; see `app.link_keys` for tokens and keys."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from ...errors import UnknownRun, shown

T = TypeVar("T")


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
