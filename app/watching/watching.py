"""A watched model: captures come in from the loop, records and findings come out, in a thread of their own."""

import atexit
import threading
from collections import deque
from pathlib import Path
from typing import Any

from ..errors import BadValue, shown
from .calls import Capture
from .capture import Capturer
from .forks import in_children
from .measure import measured
from .modules import is_compiled, others, recurrent_modules, torch_of
from .rules import as_dict, cut_off
from .screen import screen
from .threads import give_way
from .watched import SILENT_STEPS, Watched
from .watcher import Watcher

WAITING = 2  # captures that may wait for their replay; the newest replace the oldest
PATIENCE = 30.0  # seconds that asking for the last records waits for a replay that has begun


class Watching(Watcher):
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
        super().__init__(every=every, sequence=sequence, server=server, token=token, file=file)
        self._torch = torch_of(model)
        if scaler is not None and not callable(getattr(scaler, "scale", None)):
            raise BadValue(
                f"Expected the torch.amp.GradScaler of the loop as `scaler`; got {shown(scaler)}.", field="scaler"
            )
        found = recurrent_modules(model, modules)
        self._closed = self._busy = False
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
        in_children(self._forked)
        if page or server is not None:
            self._screen = screen(server, token or "", list(found), every, self._show_sequence, self._say)
            self._show_address(", ".join(name or "the model" for name in found), self._screen.address)
        if is_compiled(model):
            self._warn("the model is compiled: hooks break its graph into parts, so that it runs slower while watched")

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

    def _forked(self) -> None:
        """In a child process nothing is watched: our thread is not there; page and file are the parent's."""
        self._change = threading.Condition()  # the other may be held by a thread that is not there
        self._closed, self._busy, self._screen, self._file = True, False, None, None
        self._captures.clear()
        self._cut_offs.clear()
        self._capturer.close()

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

    def _take_cut_off(self, name: str, why: str) -> None:
        self._unreached[name] = verdict = cut_off(name, why)
        self._tell(name, verdict, f"{SILENT_STEPS} optimizer steps", lambda: as_dict(verdict, None))
