"""A real Chromium, the system's own, looking at a real server."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.pages import QUIET, Watched
from tests.support.servers import PATIENCE, Server

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield browser
        browser.close()


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
