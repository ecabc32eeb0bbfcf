"""Browsers that keep nothing, files that are too large, pictures that fail: the page goes on, and says why."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Server
from tests.support.reader import until

NOTHING_KEPT = """
for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
"""
HUNG_DATABASE = "IDBFactory.prototype.open = () => ({});"
NO_IMAGES = """() => {
  CanvasRenderingContext2D.prototype.drawImage = () => { throw new Error("no more images"); };
}"""
HUGE_FILE = """() => {
  const file = new File(["x"], "film.csv");
  Object.defineProperty(file, "size", { value: 900 * 2 ** 20 });
  file.arrayBuffer = () => { throw new Error("it was read"); };
  const data = new DataTransfer();
  const drop = new DragEvent("drop", { bubbles: true, cancelable: true });
  Object.defineProperty(drop, "dataTransfer", { value: { files: [file], types: ["Files"] } });
  document.body.dispatchEvent(drop);
}"""


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    yield context
    context.close()


def reached(page: Page) -> int:
    """The last iteration the page heard of, also while the header says something else than numbers."""
    return int(page.locator("#history").get_attribute("aria-valuemax") or 0)


def trains(page: Page) -> None:
    """Far further than the two records that a server sends ahead."""
    before = reached(page)
    until(page, lambda: reached(page) > before + 30, "further updates")


def test_where_storage_is_forbidden_the_page_trains_and_has_its_lessons(
    context: BrowserContext, server: Server
) -> None:
    context.add_init_script(NOTHING_KEPT)
    page = context.new_page()
    page.goto(server.url)
    trains(page)
    page.get_by_role("button", name="Lessons", exact=True).click()
    expect(page.locator("#lesson-title")).to_be_visible()
    page.goto("about:blank")
    page.goto(server.url)
    trains(page)


def test_a_database_that_never_answers_does_not_keep_a_reload_from_opening(
    context: BrowserContext, server: Server
) -> None:
    page = context.new_page()
    page.goto(server.url)
    until(page, lambda: page.evaluate("sessionStorage.length") > 0, "a run that is kept")
    page.add_init_script(HUNG_DATABASE)
    page.reload()
    trains(page)


def test_a_file_too_large_is_refused_by_its_size_alone(page: Page) -> None:
    expect(page.locator(".drop-hint")).to_be_attached()
    page.evaluate(HUGE_FILE)
    expect(page.get_by_role("alert").filter(has_text="film.csv")).to_contain_text("at most 16 MiB, got 900 MiB")


def test_a_picture_that_cannot_be_drawn_does_not_stop_the_run(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.url)
    trains(page)
    page.evaluate(NO_IMAGES)
    trains(page)
    expect(page.locator("#line-text")).to_contain_text("could not be drawn (no more images)")
    assert "no more images" in errors[0]
