"""A real Chromium, the system's own, looking at a real server."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import PATIENCE, Server

expect.set_options(timeout=PATIENCE * 1000)

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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield browser
        browser.close()


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


@pytest.fixture
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    """The page of the running server at 1280×720; the test fails if the page complained about anything."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    watched = Watched(page, server)
    page.goto(server.url)
    yield page
    context.close()
    assert watched.complaints == []
