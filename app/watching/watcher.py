"""What everything that is watched has in common: its newest records, their findings, who is called, what is kept."""

import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from os import PathLike
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Any, Protocol, Self

from ..errors import BadValue, OutOfRange, UnrollError
from ..errors import shown as shown_value
from ..recording import Recording
from ..training import Record
from .drawing import fragment
from .notebook import cell
from .rules import FINDINGS, as_dict
from .screen import Screen
from .verdict import Verdict

KEPT_BYTES = 64 * 2**20  # of captures that `save` makes records of
FACTS = {"source": "unroll.watch"}

# What can fail of ours, as a warning says it, once each.
WATCHING_FAILED = "watching failed and may show less from here on"
CALLBACK_FAILED = "a callback for a finding failed"
WRITING_FAILED = "a record could not be written and is missing in the file"

Listener = Callable[[str, dict[str, Any]], None]


class Seen(Protocol):
    """One capture of one module: what was found in it, and the record, which may be made when it is asked for."""

    @property
    def record(self) -> Record:
        """Everything that was measured."""

    @property
    def verdict(self) -> Verdict:
        """What is wrong, if anything."""

    @property
    def horizon(self) -> int | None:
        """The smallest n with 99 % of the recurrent weights' gradient within n timesteps, as lags count them."""

    @property
    def nbytes(self) -> int:
        """What keeping it takes once it is superseded."""

    @property
    def step(self) -> int:
        """When in training it was."""

    def supersede(self) -> None:
        """A newer one of its module is there: from now on it takes no more memory than what it is made of again."""


class Watcher:
    """Findings by module, reported when they change; records that are kept, written and shown."""

    def __init__(self, *, every: int, sequence: int, server: str | None, token: str | None, file: Path | None) -> None:
        for name, value, least in (("every", every, 1), ("sequence", sequence, 0)):
            if isinstance(value, bool) or not isinstance(value, int):
                raise BadValue(f"Expected a whole number as `{name}`; got {shown_value(value)}.", field=name)
            if value < least:
                raise OutOfRange(f"Expected `{name}` ≥ {least}; got {value}. Try {least}.", field=name)
        if server is not None and not isinstance(server, str):
            raise BadValue(f"Expected the address of a server as `server`; got {shown_value(server)}.", field="server")
        if server is not None and not token:
            raise BadValue(
                "Expected the server's UNROLL_PUBLISH_TOKEN as `token`; got none. Ask whoever runs the server.",
                field="token",
            )
        self.sequence = sequence
        self._last: dict[str, Seen] = {}
        self._unreached: dict[str, Verdict] = {}  # modules that no backward pass reaches
        self._findings: dict[str, str | None] = {}
        self._listeners: list[tuple[str | None, Listener]] = []
        self.failures: deque[str] = deque(maxlen=10)  # of ours; the first of each kind is told as a warning
        self._warned: set[str] = set()
        self._screen: Screen | None = None
        self._kept: deque[Seen] = deque()
        self._file = None if file is None else Recording.create(file, **FACTS)

    @property
    def last(self) -> dict[str, Record]:
        """The newest record of each module by name; waits for captures that are being replayed."""
        self.wait()
        return {name: one.record for name, one in self._last.items()}

    def verdict(self) -> dict[str, dict[str, Any]]:
        """What is wrong with each module, if anything: finding, sentence, horizon, cause, remedy."""
        self.wait()
        unreached = {name: as_dict(verdict, None) for name, verdict in self._unreached.items()}
        return unreached | {name: as_dict(one.verdict, one.horizon) for name, one in self._last.items()}

    def on(self, finding: str | None, callback: Listener) -> None:
        """Call ``callback(name, verdict)`` whenever a module's finding becomes ``finding`` (None: nothing is wrong).

        Of a PyTorch model it is called in the thread that replays, beside the loop.
        """
        if finding is not None and finding not in FINDINGS:
            raise BadValue(
                f"Expected a finding, of {', '.join(FINDINGS)}, or None; got {shown_value(finding)}.", field="finding"
            )
        self._listeners.append((finding, callback))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the records of the newest captures as a recording that `unroll.open` reads.

        So many as 64 MiB hold: of a `Trainer` of its records, of a PyTorch model of what was captured (inputs, weights
        and the gradients that arrive), of which those before the newest are worked out again.
        """
        self.wait()
        with Recording.create(path, **FACTS) as recording:
            for one in list(self._kept):
                recording.write(one.record)

    def wait(self, seconds: float = 0.0) -> None:
        """Until every capture so far has become a record, or ``seconds`` have passed."""

    def close(self) -> None:
        """Watch no longer."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _repr_html_(self) -> str:
        """What a notebook shows: a picture of now, and the live page in a frame where the browser reaches it."""
        self.wait()
        picture = fragment(self._last) or "<p>Nothing has been captured yet.</p>"
        return cell(picture, None if self._screen is None else self._screen.address, f"unroll-{token_hex(4)}")

    def _take(self, found: Mapping[str, Seen]) -> None:
        """What was captured is kept, shown, told and at last written: what fails of these stops none of the others."""
        superseded = [self._last[name] for name in found if name in self._last]
        self._last = self._last | dict(found)
        for one in superseded:
            one.supersede()
        self._keep(list(found.values()))
        if self._screen is not None:
            with self._failing_alone(WATCHING_FAILED):
                self._screen.show(self._last)
        for name, one in found.items():
            with self._failing_alone(WATCHING_FAILED):
                self._tell(name, one.verdict, f"step {one.step}", partial(_told_whole, one))
        if self._file is not None:
            for one in found.values():
                with self._failing_alone(WRITING_FAILED):
                    self._file.write(one.record)

    def _tell(self, name: str, verdict: Verdict, when: str, whole: Callable[[], dict[str, Any]]) -> None:
        """Where a finding has changed: a line in the terminal, and whoever asked for it; only they need the horizon."""
        before = self._findings.get(name)
        self._findings[name] = verdict.finding
        if verdict.finding == before:
            return
        self._say(in_the_terminal(verdict, when, before))
        for wanted, callback in self._listeners:
            if wanted == verdict.finding:
                with self._failing_alone(CALLBACK_FAILED):
                    callback(name, whole())

    def _keep(self, found: list[Seen]) -> None:
        self._kept.extend(found)
        while sum(one.nbytes for one in self._kept) > KEPT_BYTES and len(self._kept) > len(found):
            self._kept.popleft()

    def _show_address(self, watched: str, address: str) -> None:
        """Printed, as a script's own lines are."""
        with suppress(OSError, ValueError):  # standard output that is gone, or closed, must not end the script
            print(f"unroll: watching {watched}; see {address}", flush=True)

    def _say(self, what: str) -> None:
        """A line in the terminal, beside what the script prints."""
        with suppress(OSError, ValueError):  # a terminal that is gone, or closed, must not end the loop
            print(f"unroll: {what}", file=sys.stderr, flush=True)

    @contextmanager
    def _failing_alone(self, what: str) -> Iterator[None]:
        """What fails in here is reported, and whatever comes after it goes on."""
        try:
            yield
        except Exception as error:
            self._failed(error, what)

    def _failed(self, error: Exception, what: str = WATCHING_FAILED) -> None:
        """Ours to report, never the loop's: of each kind said once."""
        said = str(error) if isinstance(error, UnrollError) else f"{type(error).__name__}: {error}"
        self.failures.append(said)
        if what not in self._warned:
            self._warned.add(what)
            self._warn(f"{what}; training goes on ({said})")

    def _warn(self, what: str) -> None:
        try:
            warnings.warn(f"Unroll: {what}.", RuntimeWarning, stacklevel=2)
        except RuntimeWarning as told:  # where warnings are errors, ours still must not end the loop
            with suppress(OSError, ValueError):
                print(told, file=sys.stderr, flush=True)


def _told_whole(one: Seen) -> dict[str, Any]:
    return as_dict(one.verdict, one.horizon)


def in_the_terminal(verdict: Verdict, when: str, before: str | None) -> str:
    """One line, when a finding changes."""
    if verdict.finding is None:
        return f"{when}: no longer {before}. {verdict.sentence}"
    return f"{when}: {verdict.finding}. {verdict.sentence} What helps: {verdict.remedy}"
