"""A real Chromium, the system's own, looking at a real server."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.pages import QUIET, Watched, coming_again
from tests.support.servers import PATIENCE, Server

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield coming_again(browser)
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


@pytest.fixture
def opened(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Opens the page at a link such as #lesson=vanishing, as often as wanted; the test fails if any page complained."""
    pages: list[tuple[Page, Watched]] = []

    def open_at(fragment: str, width: int = 1280, height: int = 720, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        pages.append((page, Watched(page, server)))
        page.goto(f"{server.url}/{fragment}", wait_until="networkidle")
        return page

    yield open_at
    for page, watched in pages:
        page.context.close()
        assert watched.complaints == []
