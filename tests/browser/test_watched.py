"""The page of a watched run: captures arrive, are chosen, compared and held; all are told when the script ends."""

import re
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from app.watching.publishing import Publisher
from tests.support.axe import violations
from tests.support.crossings import record
from tests.support.pages import Watched
from tests.support.reader import until
from tests.support.servers import PATIENCE, Server

pytestmark = pytest.mark.browser
TOKEN = "a-token-of-the-operator"


class Script:
    """What `unroll.watch` does in a script."""

    def __init__(self, server: Server) -> None:
        self.asked: list[int] = []
        self.told: list[str] = []
        self.publisher = Publisher(server.url, TOKEN, ["encoder", "decoder"], 50, self.asked.append, self.told.append)

    def capture(self, step: int) -> None:
        found = {
            "encoder": record("encoder", step, "lstm"),
            "decoder": record("decoder", step, "gru", 2, True),
        }
        self.publisher.offer({name: partial(lambda record: record, one) for name, one in found.items()})


@pytest.fixture(scope="module")
def publishing() -> Iterator[Server]:
    with Server(UNROLL_PUBLISH_TOKEN=TOKEN, WORKERS="1") as running:
        yield running


@pytest.fixture
def script(publishing: Server) -> Iterator[Script]:
    one = Script(publishing)
    yield one
    one.publisher.close()


@pytest.fixture
def watched(chromium: Browser, publishing: Server, script: Script) -> Iterator[Page]:
    """The page at the address that the script prints, with a first capture."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    complaints = Watched(page, publishing).complaints
    page.goto(script.publisher.address)
    script.capture(0)
    expect(page.locator("#read-step")).to_have_text("0")
    yield page
    context.close()
    assert complaints == []


def test_captures_are_shown_held_compared_and_chosen_from(watched: Page, script: Script):
    expect(watched.locator("#watched-module")).to_have_text("encoder")
    expect(watched.locator("#watched-class")).to_have_text("nn.LSTM, layer 1 of 1")
    expect(watched.locator("#read-every")).to_have_text("every 50")
    expect(watched.locator("#read-residual")).to_have_text("4.0 × 10⁻¹⁶")
    expect(watched.locator("#finding")).to_contain_text("The last gradient handed in")
    script.capture(50)
    expect(watched.locator("#read-step")).to_have_text("50")

    watched.get_by_role("button", name="Freeze").click()
    script.capture(100)
    expect(watched.locator("#where")).to_have_text("step 50 of 100")
    watched.get_by_label("compared with (dashed)").select_option("0")
    expect(watched.locator("#reason")).to_contain_text("At step 0 the last one came from")
    watched.get_by_role("button", name="Go on").click()
    expect(watched.locator("#read-step")).to_have_text("100")
    watched.get_by_label("Captures of this run").press("Home")
    expect(watched.locator("#read-step")).to_have_text("0")

    watched.get_by_label("module", exact=True).select_option("decoder")
    expect(watched.locator("#watched-class")).to_have_text("nn.GRU, layer 2 of 2, forward")
    watched.get_by_label("layer and direction").select_option("1 reverse")
    expect(watched.locator("#reason")).to_contain_text("1 is the sequence’s last")
    watched.get_by_role("tab", name="Gates").click()
    expect(watched.locator("#gates-words")).to_contain_text("The update gate z is open")
    watched.get_by_role("tab", name="Gates").press("End")
    expect(watched.locator("#weights-words")).to_contain_text("Whh ←: 27 numbers")
    watched.get_by_role("group", name="value or gradient").get_by_text("gradient").click()
    expect(watched.locator("#weights-words")).to_contain_text("over the batch, before clipping.")
    assert violations(watched) == []
    watched.get_by_role("tab", name="Lags").click()
    expect(watched.locator("#lags-words")).to_contain_text(
        "99 % of dWhh of all layers and both directions lies in lags"
    )
    watched.get_by_role("tab", name="Lags").press("ArrowRight")
    expect(watched.locator("#spectrum-words")).to_contain_text("in the geometric mean")
    watched.get_by_label("compared with (dashed)").select_option("50")
    expect(watched.locator("#spectrum-words")).to_contain_text("At step 50: Of the candidate’s block")
    watched.get_by_role("tab", name="Flow").click()
    expect(watched.locator("#flow")).to_be_visible()
    watched.get_by_label("sequence of the batch").select_option("2")
    until(watched, lambda: script.asked == [2], "the script to be asked for another sequence")

    watched.locator("#network").focus()
    watched.keyboard.press("ArrowLeft")
    expect(watched.locator("#timestep-title")).to_have_text("Timestep 4")
    watched.keyboard.press("ArrowLeft")
    expect(watched.locator("#timestep-title")).to_have_text("Timestep 3")
    expect(watched.get_by_role("button", name="unpin")).to_be_visible()
    watched.keyboard.press("Escape")
    expect(watched.get_by_role("button", name="unpin")).to_be_hidden()


def test_names_of_the_parts_open_by_a_key_with_the_numbers_of_the_capture(watched: Page):
    button = watched.get_by_role("button", name="What am I seeing?")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(watched.locator(".name-pill")).to_have_count(0)
    watched.keyboard.press("i")
    expect(button).to_have_attribute("aria-pressed", "true")
    watched.get_by_role("button", name="disc: handed in here").click()
    said = watched.locator("#name-said")
    expect(said).to_contain_text("the rest of the model hands in a gradient")
    found = re.search(r"At timestep (\d+) .* its norm is ([\d.]+)\. ", said.inner_text())
    assert found, said.inner_text()
    t, norm = int(found[1]), float(found[2])
    assert norm == pytest.approx(np.exp(record("encoder", 0, "lstm").tensors["ln_flow"][t - 1, t]), rel=5e-3)
    for dark in (True, False):
        watched.emulate_media(color_scheme="dark" if dark else "light")
        assert violations(watched) == []

    watched.locator("#network").press("ArrowLeft")
    expect(watched.get_by_role("button", name="unpin")).to_be_visible()
    watched.keyboard.press("Escape")
    expect(said).to_be_hidden()
    expect(watched.get_by_role("button", name="unpin")).to_be_visible()
    watched.keyboard.press("Escape")
    expect(watched.get_by_role("button", name="unpin")).to_be_hidden()
    watched.get_by_label("module", exact=True).select_option("decoder")
    expect(watched.get_by_role("button", name="disc: handed in here")).to_be_visible()
    watched.locator("#network").press("i")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(watched.get_by_role("button", name="disc: handed in here")).to_be_hidden()


def test_the_way_to_the_lessons_leads_to_the_first_of_this_server_and_leaves_the_page_open(watched: Page):
    with watched.expect_popup() as opened:
        watched.get_by_role("link", name="Lessons").click()
    lessons = opened.value
    expect(lessons.locator("#lesson")).to_be_visible()
    assert lessons.url.startswith(watched.url.partition("/watched")[0] + "/")
    expect(watched.locator("#read-step")).to_have_text("0")


def test_axe_finds_nothing_and_the_page_fits_every_width(watched: Page):
    for dark in (False, True):
        watched.emulate_media(color_scheme="dark" if dark else "light")
        assert violations(watched) == []
    for width, height in ((1920, 1080), (768, 1024), (390, 844)):
        watched.set_viewport_size({"width": width, "height": height})
        until(
            watched,
            lambda: watched.evaluate("document.documentElement.scrollWidth <= innerWidth"),
            f"a page that fits {width} px",
        )
    assert violations(watched) == []


def test_when_the_script_ends_the_page_says_so_and_keeps_what_was_seen(watched: Page, script: Script):
    expect(watched.locator("#status")).to_contain_text("Nothing here changes it.")
    script.publisher.close()
    expect(watched.locator("#status")).to_contain_text("The script ended, or stopped watching.")
    expect(watched.locator("#read-step")).to_have_text("0")
    expect(watched.locator("#finding")).to_contain_text("The last gradient handed in")
