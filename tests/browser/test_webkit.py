"""The page in Safari's engine, as Debian has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.driven import COLOURS, ITERATION, STANDS, shown
from tests.support.servers import Server
from tests.support.webkit import INSTALLED, WebKit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not INSTALLED, reason="needs WebKit: apt-get install webkit2gtk-driver xvfb"),
]


@pytest.fixture
def webkit(server: Server, tmp_path: Path) -> Iterator[WebKit]:
    """WebKit with the page of a first visit open."""
    with WebKit(tmp_path / "home") as webkit:
        webkit.open(server.url)
        yield webkit


def test_in_webkit_the_page_opens_at_its_size_trains_pauses_and_goes_on_after_a_reload(webkit: WebKit):
    webkit.until(shown("#first-whole"), "the way to all instruments")
    assert webkit.js("return getComputedStyle(document.documentElement).fontSize") == "100px"
    assert not webkit.js(f"return {shown('.unsupported.old')}")
    webkit.click("#first-whole")
    webkit.until(f"{ITERATION} > 3", "updates")
    assert webkit.js(COLOURS) > 100
    webkit.click("#play")
    webkit.until(STANDS, "the run to stand")
    webkit.until('document.querySelector("#read-rate").innerText === "0"', "the last record")
    before = webkit.js(f"return {ITERATION}")
    webkit.reload()
    webkit.until(f"{ITERATION} === {before}", "the same run, stopped")
    webkit.until(STANDS, "it to stand as before")
    webkit.click("#play")
    webkit.until(f"{ITERATION} > {before}", "it to go on")


def test_in_webkit_a_menu_is_no_higher_than_what_stands_in_it(webkit: WebKit):
    webkit.click("#first-whole")
    webkit.click("[popovertarget=more]")
    webkit.until(shown("#theme"), "the menu")
    assert webkit.js("return document.querySelector('#more').clientHeight") < 200
