"""A headless Firefox, driven over WebDriver BiDi: the protocol it speaks itself on its remote debugging port."""

import base64
import contextlib
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support.servers import PATIENCE, free_port, wait_until


class Firefox:
    """One window. `js` runs in the page and returns what JSON can hold; `complaints` are errors the page logged."""

    def __init__(self, profile: Path, width: int = 1280, height: int = 720) -> None:
        self.profile, self.width, self.height = profile, width, height
        self.complaints: list[str] = []
        self.commands = 0
        self.open_socket = contextlib.ExitStack()

    def __enter__(self) -> "Firefox":
        port = free_port()
        self.profile.mkdir(parents=True)
        self.process = subprocess.Popen(
            [
                "firefox-esr",
                "--headless",
                "--no-remote",
                "--profile",
                str(self.profile),
                f"--remote-debugging-port={port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that its helper processes end with it
            env={**os.environ, "HOME": str(self.profile)},
        )
        try:
            wait_until(lambda: self._reaches(f"ws://127.0.0.1:{port}/session"), "Firefox's debugging port")
            self.command("session.new", capabilities={})
            self.command("session.subscribe", events=["log.entryAdded"])
            self.window = self.command("browsingContext.getTree")["contexts"][0]["context"]
            size = {"width": self.width, "height": self.height}
            self.command("browsingContext.setViewport", context=self.window, viewport=size)
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):  # it may close the socket before it answers
            self.command("browser.close")
        self.open_socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self._kill()

    def _reaches(self, address: str) -> bool:
        assert self.process.poll() is None, f"Firefox ended by itself with status {self.process.returncode}"
        try:
            connecting = connect(address, max_size=None, compression=None, open_timeout=5)
            self.socket: ClientConnection = self.open_socket.enter_context(connecting)
        except (OSError, TimeoutError):
            return False
        return True

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def command(self, method: str, **params: object) -> dict[str, Any]:
        """One command and its answer; errors that the page logs meanwhile are kept."""
        self.commands += 1
        self.socket.send(json.dumps({"id": self.commands, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(timeout=PATIENCE))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.complaints.append(message["params"]["text"])
            if message.get("id") != self.commands:
                continue
            assert message["type"] == "success", f"{method}: {message.get('message')}"
            return dict(message["result"])

    def open(self, url: str) -> None:
        self.command("browsingContext.navigate", context=self.window, url=url, wait="complete")

    def js(self, body: str) -> Any:
        call = f"async () => JSON.stringify(await (async () => {{ {body} }})()) ?? 'null'"
        target = {"context": self.window}
        answer = self.command("script.callFunction", functionDeclaration=call, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer.get("exceptionDetails", {}).get("text")
        return json.loads(answer["result"]["value"])

    def text(self, selector: str) -> str:
        return str(self.js(f"return document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def until(self, body: str, what: str) -> None:
        """Until the expression is true in the page."""
        wait_until(lambda: bool(self.js(f"return {body}")), what)

    def click(self, selector: str) -> None:
        """With the pointer, in the middle of what is seen there and nothing covers."""
        found = json.dumps(selector)
        hit = f"""(() => {{
          const found = document.querySelector({found});
          if (!found) return null;
          const {{ left, top, width, height }} = found.getBoundingClientRect();
          const at = [Math.round(left + width / 2), Math.round(top + height / 2)];
          const there = document.elementFromPoint(...at);
          return found.contains(there) ? at : null;
        }})()"""
        self.until(f"{hit} !== null", f"{selector} to be where it can be clicked")
        x, y = self.js(f"return {hit}")
        self._act(
            {
                "type": "pointer",
                "id": "mouse",
                "actions": [
                    {"type": "pointerMove", "x": x, "y": y},
                    {"type": "pointerDown", "button": 0},
                    {"type": "pointerUp", "button": 0},
                ],
            }
        )

    def press(self, *keys: str) -> None:
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": strokes})

    def _act(self, source: dict[str, Any]) -> None:
        self.command("input.performActions", context=self.window, actions=[source])

    def picture(self, path: Path) -> None:
        answer = self.command("browsingContext.captureScreenshot", context=self.window)
        path.write_bytes(base64.b64decode(answer["data"]))
