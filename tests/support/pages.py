"""How a browser is started and a page watched."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.support.servers import Server

# Without these Chromium knocks at its makers' doors at every start; the page itself needs no other host.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# What the stage shows, its sheets laid one on the other: a context to read pixels from.
STAGE = """() => {
  const sheets = [...document.querySelectorAll(".network canvas")];
  const { width, height } = sheets.at(-1);
  const stage = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  for (const sheet of sheets) stage.drawImage(sheet, 0, sheet.offsetTop * devicePixelRatio);
  return stage;
}"""


# What stood in the line, each text once.
LINES = """
  window.lines = [];
  addEventListener("DOMContentLoaded", () => {
    const line = document.getElementById("line-said");
    const hear = () => line.textContent && window.lines.push(line.textContent);
    new MutationObserver(hear).observe(line, { childList: true, characterData: true, subtree: true });
  });
"""


# A browser that was here before gets the whole instrument, whichever port the server has.
WAS_HERE: StorageState = {
    "cookies": [
        {
            "name": "unroll-view",
            "value": "whole",
            "domain": "127.0.0.1",
            "path": "/",
            "expires": -1,
            "httpOnly": False,
            "secure": False,
            "sameSite": "Lax",
        }
    ],
    "origins": [],
}


def coming_again(browser: Browser) -> Browser:
    """Whoever opens this browser was here before, unless a test says `storage_state=None`: a first visit."""
    new_context = browser.new_context

    def open_context(**options: Any) -> BrowserContext:
        return new_context(**{"storage_state": WAS_HERE, **options})

    browser.new_context = open_context  # type: ignore[assignment, method-assign]
    return browser


class Watched:
    """What a page must never do: complain in the console, break, or ask another host."""

    def __init__(self, page: Page, server: Server) -> None:
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"console.{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self.check(request.url, server))

    def check(self, url: str, server: Server) -> None:
        ours = (server.url, server.url.replace("http", "ws", 1), "data:", "blob:")
        if not url.startswith(ours):
            self.complaints.append(f"asked another host: {url}")
