"""A Chromium that is asked for nothing but what is measured.

Tools that drive browsers listen to the network for their users: every record then goes to them once more, as text, and
that takes longer than what the page does with it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support.pages import QUIET, WAS_HERE

PATIENCE = 30.0
ARGUMENTS = ["--headless", "--hide-scrollbars", "--mute-audio", "--remote-debugging-port=0", *QUIET]


class Wire:
    """Speaks the DevTools protocol: one question, one answer; events are not listened to."""

    def __init__(self, address: str) -> None:
        self.socket: ClientConnection = connect(address, max_size=None, compression=None)
        self.asked = 0

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a command."""
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.asked:
                break
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result


class Chromium:
    """A browser; every tab has a profile of its own."""

    def __init__(self, port: str, path: str) -> None:
        self.host = f"ws://127.0.0.1:{port}"
        self.wire = Wire(self.host + path)

    @contextmanager
    def tab(
        self, url: str, *, script: str = "", width: int = 1280, height: int = 720, first_visit: bool = False
    ) -> Iterator[Tab]:
        """A page of this address; `script` runs in it before its own. Its visitor was here before, or is new."""
        profile = self.wire.send("Target.createBrowserContext")["browserContextId"]
        try:
            target = self.wire.send("Target.createTarget", url="about:blank", browserContextId=profile)["targetId"]
            tab = Tab(f"{self.host}/devtools/page/{target}")
            tab.wire.send("Page.addScriptToEvaluateOnNewDocument", source=script)
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            tab.wire.send("Emulation.setDeviceMetricsOverride", **size)
            tab.wire.send("Emulation.setFocusEmulationEnabled", enabled=True)
            for cookie in [] if first_visit else WAS_HERE["cookies"]:
                tab.wire.send("Network.setCookie", name=cookie["name"], value=cookie["value"], url=url)
            tab.wire.send("Performance.enable")
            tab.wire.send("Page.enable")
            tab.wire.send("Page.navigate", url=url)
            yield tab
        finally:
            self.wire.send("Target.disposeBrowserContext", browserContextId=profile)


class Tab:
    """One page."""

    def __init__(self, address: str) -> None:
        self.wire = Wire(address)

    def evaluate(self, function: str, argument: object = None) -> Any:
        """What a function of the page returns, given one argument; promises are waited for."""
        expression = f"({function})({json.dumps(argument)})"
        found = self.wire.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"in the page: {found['exceptionDetails']['exception']['description']}")
        return found["result"].get("value")

    def wait_for(self, condition: str, seconds: float = PATIENCE) -> None:
        """Until an expression is true."""
        end = time.monotonic() + seconds
        while not self.evaluate(f"() => Boolean({condition})"):
            if time.monotonic() > end:
                raise TimeoutError(f"{condition} has not come true within {seconds:g} s")
            time.sleep(0.01)

    def metrics(self) -> dict[str, float]:
        """What the browser counts by itself, such as seconds of the main thread."""
        return {metric["name"]: metric["value"] for metric in self.wire.send("Performance.getMetrics")["metrics"]}

    def live_heap(self) -> float:
        """Bytes alive after a forced collection, array buffers counted."""
        for _ in range(3):
            self.wire.send("HeapProfiler.collectGarbage")
        usage = self.wire.send("Runtime.getHeapUsage")
        return float(usage["usedSize"] + usage.get("backingStorageSize", 0))

    def mouse(self, kind: str, x: float, y: float, *, held: bool = False) -> None:
        """A pointer's event: Moved, Pressed or Released."""
        button = "left" if held or kind != "Moved" else "none"
        pressed = 1 if held or kind == "Pressed" else 0
        event = {"type": f"mouse{kind}", "x": x, "y": y, "button": button, "buttons": pressed, "clickCount": 1}
        self.wire.send("Input.dispatchMouseEvent", **event)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """The system's Chromium, without a window."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [shutil.which("chromium") or "chromium", *ARGUMENTS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Chromium(*where(Path(profile) / "DevToolsActivePort"))
        finally:
            process.terminate()
            process.wait()


def where(file: Path) -> tuple[str, str]:
    """Port and path, once the browser has written them down."""
    end = time.monotonic() + PATIENCE
    while not file.exists() or len(file.read_text().split()) < 2:
        if time.monotonic() > end:
            raise TimeoutError("Chromium did not start")
        time.sleep(0.01)
    port, path = file.read_text().split()
    return port, path
