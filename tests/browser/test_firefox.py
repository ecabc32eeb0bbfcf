"""The tour of the page in a real Firefox: what Chromium's tests look at closely works there as well."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.driven import COLOURS, ITERATION, LENGTH, STANDS, shown
from tests.support.firefox import Firefox
from tests.support.servers import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("firefox-esr") is None, reason="needs Firefox: apt-get install firefox-esr"),
]


@pytest.fixture
def firefox(server: Server, tmp_path: Path) -> Iterator[Firefox]:
    """Firefox with the page open and training; the test fails if the page complained."""
    with Firefox(tmp_path / "profile") as firefox:
        firefox.open(server.url)  # a first visit: a small network, and two ways on
        firefox.until(shown("#first-whole"), "the way to all instruments")
        firefox.click("#first-whole")
        firefox.until(f"{ITERATION} > 3", "updates")
        yield firefox
        assert firefox.complaints == []


def test_in_firefox_the_network_is_drawn_trains_stops_and_is_changed(firefox: Firefox):
    assert firefox.js(COLOURS) > 100
    firefox.click("#play")
    firefox.until(STANDS, "the run to stand")
    firefox.until('document.querySelector("#read-rate").innerText === "0"', "the last record")
    before = firefox.js(f"return {ITERATION}")
    firefox.press("\ue014")  # arrow to the right
    firefox.until(f"{ITERATION} === {before + 1}", "one update")
    length = firefox.js(f"return {LENGTH}")
    firefox.press("+")
    firefox.until(f"{LENGTH} === {length + 1}", "a longer sequence")


def test_in_firefox_every_view_opens_with_its_sentence(firefox: Firefox):
    tabs = firefox.js("""
      const tabs = [...document.querySelectorAll("#views [role=tab]")];
      return tabs.filter((tab) => tab.checkVisibility()).map((tab) => [tab.id, tab.getAttribute("aria-controls")]);
    """)
    assert len(tabs) >= 4
    for tab, panel in tabs:
        firefox.js(f'document.getElementById("{tab}").click()')
        firefox.until(f'document.getElementById("{tab}").ariaSelected === "true"', f"{tab} to be chosen")
        firefox.until(f'/\\d/.test(document.getElementById("{panel}").innerText)', f"{panel} to name a number")


def test_in_firefox_the_network_folds_and_two_are_compared(firefox: Firefox):
    firefox.press("f")
    firefox.until('document.querySelector("#fold").ariaPressed === "true"', "the network to be folded")
    assert firefox.js(COLOURS) > 100
    firefox.press("f")
    firefox.until('document.querySelector("#fold").ariaPressed === "false"', "the network to be unfolded")
    firefox.click("#compare")
    firefox.until('document.querySelector("#compare").ariaPressed === "true"', "a second network")
    firefox.until('document.querySelectorAll(".lanes-table tbody tr").length > 0', "the table of the two")


def test_in_firefox_a_link_is_offered_and_a_lesson_is_told(firefox: Firefox):
    firefox.press("+")
    firefox.click("#share-button")
    link = f'document.querySelector("#share-address")?.value.includes("sequence_length=" + {LENGTH})'
    firefox.until(link, "the link")
    firefox.press("\ue00c")  # escape
    firefox.until(f"!({shown('#share')})", "the share pane to close")
    firefox.press("l")
    firefox.until(shown("#lesson-title"), "a lesson")
    assert re.search(r"\w", firefox.text("#lesson-title"))
    firefox.click("#lesson-next")
    firefox.until(shown("#lesson-question"), "the lesson's question")
