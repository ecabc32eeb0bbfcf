"""A watched model: captures come in from the loop, records and findings come out, in a thread of their own."""

import atexit
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable
from functools import partial
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import BadValue, OutOfRange
from ..errors import shown as shown_value
from ..recording import Recording
from ..training import Record
from .calls import Capture
from .capture import SILENT_STEPS, Capturer, Watched
from .drawing import fragment
from .measure import Shown, measured
from .modules import is_compiled, others, recurrent_modules, torch_of
from .screen import Screen, screen
from .threads import give_way
from .verdict import FINDINGS, Verdict, as_dict, cut_off

WAITING = 2  # captures that may wait for their replay; the newest replace the oldest
KEPT_BYTES = 64 * 2**20  # of captures that `save` can write the records of
FACTS = {"source": "unroll.watch"}
PATIENCE = 30.0  # seconds that asking for the last records waits for a replay that has begun

Listener = Callable[[str, dict[str, Any]], None]


class Watching:
    """What `watch` returns. ``every``-th backward pass is captured; ``sequence`` is shown."""

    def __init__(
        self,
        model: Any,
        *,
        every: int = 1,
        sequence: int = 0,
        modules: Any = None,
        page: bool = False,
        server: str | None = None,
        token: str | None = None,
        scaler: Any = None,
        file: Path | None = None,
    ) -> None:
        for name, value, least in (("every", every, 1), ("sequence", sequence, 0)):
            if isinstance(value, bool) or not isinstance(value, int):
                raise BadValue(f"Expected a whole number as `{name}`; got {shown_value(value)}.", field=name)
            if value < least:
                raise OutOfRange(f"Expected `{name}` ≥ {least}; got {value}.", field=name)
        if server is not None and not token:
            raise BadValue(
                "Expected the server's UNROLL_PUBLISH_TOKEN as `token`; got none. Ask whoever runs the server.",
                field="token",
            )
        self.sequence = sequence
        self._torch = torch_of(model)
        found = recurrent_modules(model, modules)
        self._last: dict[str, Shown] = {}
        self._unreached: dict[str, Verdict] = {}  # modules that no backward pass reaches
        self._findings: dict[str, str | None] = {}
        self._listeners: list[tuple[str | None, Listener]] = []
        self._closed = self._busy = False
        self.failures: deque[str] = deque(maxlen=10)  # of ours, beside the loop; the first is told as a warning
        self._screen: Screen | None = None
        self._kept: deque[Shown] = deque()
        self._file = None if file is None else Recording.create(file, **FACTS)
        self._captures: deque[Capture] = deque(maxlen=WAITING)
        self._cut_offs: deque[tuple[str, str]] = deque()  # modules that are cut off, and why, to be told
        self._newest: Capture | None = None  # to show another sequence of it
        self._change = threading.Condition()
        watched = [Watched(name, module, spec) for name, (module, spec) in found.items()]
        readers = [] if is_compiled(model) else others(model, [one.module for one in watched])
        self._capturer = Capturer(
            self._torch, watched, readers, every, scaler, self._deliver, self._failed, self._cut_off
        )
        self._worker = threading.Thread(target=self._work, name="unroll", daemon=True)
        self._worker.start()
        atexit.register(self.close)
        if page or server is not None:
            self._screen = screen(server, token or "", list(found), every, self._show_sequence, self._say)
            self._say(f"watching {', '.join(map(repr, found))}; see {self._screen.address}")
        if is_compiled(model):
            self._warn("the model is compiled: hooks break its graph into parts, so that it runs slower while watched")

    # What comes out.

    @property
    def last(self) -> dict[str, Record]:
        """The newest record of each module by name; waits for captures that are being replayed."""
        self.wait()
        return {name: one.record for name, one in self._last.items()}

    def verdict(self) -> dict[str, dict[str, Any]]:
        """What is wrong with each module, if anything: finding, sentence, horizon, cause, remedy."""
        self.wait()
        unreached = {name: as_dict(verdict, None) for name, verdict in self._unreached.items()}
        return unreached | {name: verdict_on(shown) for name, shown in self._last.items()}

    def on(self, finding: str | None, callback: Listener) -> None:
        """Call ``callback(name, verdict)`` whenever a module's finding becomes ``finding`` (None: nothing is wrong).

        It is called in the thread that replays, beside the loop.
        """
        if finding is not None and finding not in FINDINGS:
            raise BadValue(
                f"Expected a finding, of {', '.join(FINDINGS)}, or None; got {shown_value(finding)}.", field="finding"
            )
        self._listeners.append((finding, callback))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the newest records, up to 64 MiB of them, as a recording that `unroll.open` reads."""
        self.wait()
        with Recording.create(path, **FACTS) as recording:
            for one in list(self._kept):
                recording.write(one.record)

    def wait(self, seconds: float = PATIENCE) -> None:
        """Until every capture so far has become a record, or ``seconds`` have passed."""
        if threading.current_thread() is not self._worker:
            with self._change:
                self._change.wait_for(lambda: not self._waiting and not self._busy, seconds)

    def close(self) -> None:
        """Take the hooks off and end the thread; what has been captured is still replayed."""
        atexit.unregister(self.close)
        with self._change:
            if self._closed:
                return
            self._closed = True
            self._change.notify_all()
        self._capturer.close()
        if self._screen is not None:
            self._screen.close()
        if threading.current_thread() is not self._worker:
            self._worker.join(PATIENCE)
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> "Watching":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What comes in, and the thread between.

    def _show_sequence(self, sequence: int) -> None:
        """Somebody at the page chose another sequence of the batch: the last capture is shown again."""
        with self._change:
            self.sequence = sequence
            if self._newest is not None and not self._captures:
                self._captures.append(self._newest)
            self._change.notify_all()

    def _deliver(self, capture: Capture) -> None:
        with self._change:
            self._captures.append(capture)
            self._newest = capture
            self._change.notify_all()

    def _cut_off(self, name: str, why: str) -> None:
        with self._change:
            self._cut_offs.append((name, why))
            self._change.notify_all()

    @property
    def _waiting(self) -> bool:
        return bool(self._captures or self._cut_offs)

    def _work(self) -> None:
        give_way()
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                capture = None if self._cut_offs else self._captures.popleft()
                self._busy = True
            try:
                if capture is None:
                    self._take_cut_off(*self._cut_offs.popleft())
                else:
                    self._take(measured(self._torch, capture, self.sequence))
            except Exception as error:
                self._failed(error)
            finally:
                del capture
                with self._change:
                    self._busy = False
                    self._change.notify_all()

    def _take(self, found: dict[str, Shown]) -> None:
        self._last = self._last | found
        self._keep(list(found.values()))
        if self._screen is not None:
            self._screen.show(self._last)
        for name, one in found.items():
            verdict = as_dict(one.verdict, None)  # only who asked for it needs the horizon
            self._tell(name, verdict, f"step {one.brief.scalars['step']}", partial(verdict_on, one))

    def _take_cut_off(self, name: str, why: str) -> None:
        self._unreached[name] = verdict = cut_off(name, why)
        said = as_dict(verdict, None)
        self._tell(name, said, f"{SILENT_STEPS} optimizer steps", lambda: said)

    def _tell(self, name: str, verdict: dict[str, Any], when: str, whole: Callable[[], dict[str, Any]]) -> None:
        """Where a finding has changed: a line in the terminal, and whoever asked for it."""
        finding, before = verdict["finding"], self._findings.get(name)
        self._findings[name] = finding
        if finding == before:
            return
        self._say(in_the_terminal(verdict, when, before))
        for wanted, callback in self._listeners:
            if wanted == finding:
                callback(name, whole())

    def _say(self, what: str) -> None:
        """A line in the terminal."""
        print(f"unroll: {what}", file=sys.stderr, flush=True)

    def _repr_html_(self) -> str:
        """What a notebook shows: the page as it is now."""
        self.wait()
        return fragment(self._last) or "<p>Nothing has been captured yet.</p>"

    def _keep(self, found: list[Shown]) -> None:
        self._kept.extend(found)
        while sum(one.whole.nbytes for one in self._kept) > KEPT_BYTES and len(self._kept) > len(found):
            self._kept.popleft()
        if self._file is not None:
            for one in found:
                self._file.write(one.record)

    def _failed(self, error: Exception) -> None:
        """Ours to report, never the loop's: said once."""
        self.failures.append(f"{type(error).__name__}: {error}")
        if len(self.failures) == 1:
            self._warn(
                f"watching failed and may show less from here on; training goes on ({type(error).__name__}: {error})"
            )

    def _warn(self, what: str) -> None:
        try:
            warnings.warn(f"Unroll: {what}.", RuntimeWarning, stacklevel=2)
        except RuntimeWarning as told:  # where warnings are errors, ours still must not end the loop
            print(told, file=sys.stderr, flush=True)


def verdict_on(one: Shown) -> dict[str, Any]:
    """As a user reads it."""
    return as_dict(one.verdict, one.horizon)


def in_the_terminal(verdict: dict[str, Any], when: str, before: str | None) -> str:
    """One line, when a finding changes."""
    if verdict["finding"] is None:
        return f"{when}: no longer {before}. {verdict['sentence']}"
    return f"{when}: {verdict['finding']}. {verdict['sentence']} What helps: {verdict['remedy']}"
