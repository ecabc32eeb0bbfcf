"""A WebKit, Safari's engine, as Debian has it: its MiniBrowser on a screen that nobody sees, driven over WebDriver."""

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.servers import PATIENCE, free_port, wait_until

INSTALLED = all(shutil.which(program) for program in ("WebKitWebDriver", "Xvfb"))
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # how WebDriver calls one


class WebKit:
    """One window. `js` runs in the page and returns what JSON can hold."""

    def __init__(self, home: Path, width: int = 1280, height: int = 720) -> None:
        self.home, self.width, self.height = home, width, height
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "WebKit":
        self.home.mkdir(parents=True)
        try:
            display = self._screen()
            port = free_port()
            self.address = f"http://127.0.0.1:{port}"
            self._start("WebKitWebDriver", f"--port={port}", DISPLAY=display, HOME=str(self.home))
            wait_until(self._answers, "WebKitWebDriver")
            self.session = f"/session/{self.command('POST', '/session', capabilities={})['sessionId']}"
            size = {"width": self.width, "height": self.height}
            self.command("POST", f"{self.session}/window/rect", **size)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.command("DELETE", self.session)
        finally:
            self._kill()

    def _screen(self) -> str:
        """A display of its own number, which the server of it chooses."""
        reading, writing = os.pipe()
        with open(reading) as number:
            size = f"{self.width + 200}x{self.height + 200}x24"
            screen = ("-screen", "0", size, "-nolisten", "tcp")
            self._start("Xvfb", "-displayfd", str(writing), *screen, hands_on=(writing,))
            os.close(writing)
            return f":{number.readline().strip()}"

    def _start(self, *command: str, hands_on: tuple[int, ...] = (), **environment: str) -> None:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that its helper processes end with it
            pass_fds=hands_on,
            env={**os.environ, **environment},
        )
        self.processes.append(process)

    def _kill(self) -> None:
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.command("GET", "/status")["ready"])
        except OSError:
            return False

    def command(self, method: str, path: str, **params: object) -> Any:
        """One command and its answer."""
        body = json.dumps(params).encode() if method == "POST" else None
        request = urllib.request.Request(self.address + path, body, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()}") from error

    def open(self, url: str) -> None:
        self.command("POST", f"{self.session}/url", url=url)

    def reload(self) -> None:
        self.command("POST", f"{self.session}/refresh")

    def js(self, body: str) -> Any:
        return self.command("POST", f"{self.session}/execute/sync", script=body, args=[])

    def until(self, body: str, what: str) -> None:
        """Until the expression is true in the page."""
        wait_until(lambda: bool(self.js(f"return {body}")), what)

    def click(self, selector: str) -> None:
        """With the pointer, in the middle of what is seen there."""
        found = {"using": "css selector", "value": selector}
        element = self.command("POST", f"{self.session}/element", **found)[ELEMENT]
        self.command("POST", f"{self.session}/element/{element}/click")

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.command("GET", f"{self.session}/screenshot")))
