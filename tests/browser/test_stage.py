"""What the stage does besides showing a record: folding, slow motion, a time axis that zooms and pans."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.pages import STAGE
from tests.support.reader import iteration, pause, stands, until
from tests.support.servers import Server

pytestmark = pytest.mark.browser

COLOURS = f"""() => {{
  const stage = ({STAGE})();
  const {{ data }} = stage.getImageData(0, 0, stage.canvas.width, stage.canvas.height);
  return new Uint32Array(data.buffer).reduce((hash, word) => (Math.imul(hash, 31) + word) | 0, 7);
}}"""


def picture(page: Page) -> int:
    """A number that is another one as soon as a pixel of the stage is."""
    return int(page.evaluate(COLOURS))


def rests(page: Page) -> bool:
    """Whether the picture stays for longer than anything slides."""
    before = picture(page)
    page.wait_for_timeout(400)
    return picture(page) == before


def finding(page: Page) -> str:
    return page.locator("#finding").inner_text()


@pytest.fixture
def paused(page: Page) -> Page:
    """A run that has learned a little and stands still."""
    until(page, lambda: iteration(page) > 5, "training")
    pause(page)
    return page


@pytest.fixture
def still(chromium: Browser, server: Server) -> Iterator[Page]:
    """The page of somebody who wants no motion."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(server.url)
    until(page, lambda: iteration(page) > 5, "training")
    yield page
    context.close()


def test_the_network_folds_into_one_cell_while_it_trains_and_opens_again(page: Page):
    until(page, lambda: iteration(page) > 5, "training")
    page.get_by_role("button", name="Fold", exact=True).click()
    expect(page.locator("#finding")).to_contain_text("One cell, one W")
    before = iteration(page)
    until(page, lambda: iteration(page) > before, "training going on")
    page.keyboard.press("f")
    expect(page.locator("#finding")).to_contain_text("The task needs 8 steps")
    expect(page.get_by_role("button", name="Fold", exact=True)).to_be_visible()


def test_the_folded_cell_is_scrubbed_over_the_strip(paused: Page):
    paused.keyboard.press("f")
    expect(paused.locator("#reason")).to_contain_text("shows timestep 24")
    paused.mouse.move(216 + 130, 44 + 530)
    expect(paused.locator("#reason")).to_contain_text("shows timestep 1.")
    paused.mouse.down()
    paused.mouse.move(216 + 445, 44 + 530, steps=4)
    paused.mouse.up()
    expect(paused.locator("#inspector")).to_contain_text("Timestep 13")
    paused.mouse.move(216 + 600, 44 + 150)
    expect(paused.locator("#reason")).to_contain_text("shows timestep 13")


def test_without_motion_it_is_folded_at_once(still: Page):
    still.keyboard.press("f")
    until(still, lambda: "One cell" in finding(still), "the folded network")


def test_slow_motion_shows_a_timestep_at_a_time_and_ends_in_an_update(paused: Page):
    before = iteration(paused)
    paused.keyboard.press("s")
    expect(paused.locator("#finding")).to_contain_text("Slow motion, forward")
    paused.keyboard.press(" ")
    expect(paused.get_by_role("button", name="Play")).to_be_visible()
    expect(paused.locator("#inspector")).to_contain_text("Timestep")
    paused.get_by_role("button", name="backward").click()
    expect(paused.locator("#finding")).to_contain_text("Slow motion, losses: E24")
    paused.keyboard.press("ArrowRight")
    expect(paused.locator("#finding")).to_contain_text("it begins with E24")
    paused.keyboard.press("ArrowRight")
    expect(paused.locator("#finding")).to_contain_text("timestep 24 passes its gradient to 23")
    paused.get_by_role("button", name="update", exact=True).click()
    assert iteration(paused) == before
    paused.keyboard.press("ArrowRight")
    until(paused, lambda: iteration(paused) == before + 1, "one update")
    expect(paused.locator("#finding")).to_contain_text(re.compile(r"update: .*loss [\d.]+ → [\d.]+"))
    paused.get_by_role("button", name="Leave slow motion").click()
    expect(paused.locator("#finding")).to_contain_text("The task needs 8 steps")


def test_slow_motion_is_the_far_left_of_the_speed(page: Page):
    until(page, lambda: iteration(page) > 5, "training")
    speed = page.get_by_role("slider", name="Training speed")
    speed.fill("0")
    expect(page.locator("#finding")).to_contain_text("Slow motion")
    until(page, lambda: stands(page), "no more updates")
    stood = iteration(page)
    page.wait_for_timeout(500)
    assert iteration(page) == stood
    speed.fill("500")
    until(page, lambda: iteration(page) > stood + 5, "training as before")


def test_without_motion_slow_motion_goes_by_whole_phases(still: Page):
    still.keyboard.press("s")
    expect(still.locator("#finding")).to_contain_text("Slow motion, forward: h24")
    expect(still.locator("#finding")).to_contain_text("Slow motion, losses: E24")
    expect(still.locator("#finding")).to_contain_text("timestep 2 passes its gradient to 1")


def test_the_time_axis_zooms_under_the_wheel_pans_under_the_hand_and_a_double_click_shows_all(paused: Page):
    paused.mouse.move(216 + 430, 44 + 300)
    until(paused, lambda: rests(paused), "a picture that stays")
    whole = picture(paused)
    paused.mouse.wheel(0, -300)
    until(paused, lambda: picture(paused) != whole, "a nearer view")
    near = picture(paused)
    paused.mouse.down()
    paused.mouse.move(216 + 330, 44 + 300, steps=4)
    paused.mouse.up()
    paused.mouse.move(216 + 430, 44 + 300)
    until(paused, lambda: picture(paused) != near, "later timesteps")
    expect(paused.locator("#inspector")).not_to_contain_text("pinned ·")
    paused.mouse.dblclick(216 + 430, 44 + 600)
    paused.mouse.move(216 + 430, 44 + 300)
    until(paused, lambda: picture(paused) == whole, "all timesteps again")


def numbers(page: Page, selector: str) -> list[float]:
    return [float(text.replace("\u2212", "-")) for text in page.locator(selector).all_inner_texts()]


def test_a_matrix_pinned_on_the_stage_shows_how_its_gradient_adds_up_and_lights_each_term(opened: Callable[..., Page]):
    page = opened("#sequence_length=4&hidden_size=6&lag=2&seed=3")
    until(page, lambda: iteration(page) > 2, "training")
    pause(page)
    heading = page.locator("#uses h2")
    for x, y, name in ((50, 340, "Whh"), (24, 296, "Why"), (30, 389, "Wxh")):
        page.locator("#network").click(position={"x": x, "y": y})
        expect(heading).to_have_text(f"Gradient of {name}")
        expect(page.locator("#uses .use")).to_have_count(5)
        *parts, total = numbers(page, "#uses .use b")
        assert sum(parts) == pytest.approx(total, abs=1e-9), f"{name}: {parts} do not add up to {total}"
    expect(page.locator("#uses .use-term")).to_have_count(5)
    expect(page.locator("#uses .use-term").nth(0)).to_contain_text("explicit, k = 4")
    page.mouse.move(216 + 500, 44 + 20)
    dark = picture(page)
    page.locator("#uses .use-term").nth(1).hover()
    until(page, lambda: picture(page) != dark, "the path of a term")
    page.keyboard.press("Escape")
    expect(page.locator("#uses")).to_be_hidden()
    expect(page.locator("#inspector")).to_be_visible()


def test_slow_motion_plays_and_pauses_by_space_also_on_the_button_that_began_it(paused: Page):
    button = paused.get_by_role("button", name="Slow motion: one timestep at a time")
    button.click()
    expect(paused.locator("#finding")).to_contain_text("Slow motion")
    paused.keyboard.press(" ")
    expect(paused.get_by_role("button", name="Play")).to_be_visible()
    button.focus()
    paused.keyboard.press(" ")
    expect(paused.get_by_role("button", name="Pause")).to_be_visible()
    expect(paused.locator("#finding")).to_contain_text("Slow motion")
    paused.keyboard.press("Enter")
    expect(paused.get_by_role("group", name="Slow motion")).to_have_count(0)


CUT = """(selector) => [...document.querySelectorAll(selector)].filter((node) => {
  const box = node.getBoundingClientRect();
  const room = document.getElementById("stage").getBoundingClientRect();
  return box.width > 0 && (box.right > room.right || node.scrollWidth > node.clientWidth + 1);
}).map((node) => node.textContent)"""


def test_what_would_help_and_what_the_inspector_says_are_never_cut(opened: Callable[..., Page]):
    narrow = opened("#activation=sigmoid&sequence_length=60&lag=40", width=1000, height=700)
    expect(narrow.locator("#advice button").first).to_be_visible()
    assert narrow.evaluate(CUT, "#advice, #advice button") == []
    full = opened("#cell=lstm&task=copy&pin=3.0")
    expect(full.locator("#inspector")).to_contain_text("Timestep 3")
    slack = full.locator("#inspector").evaluate("(node) => node.scrollHeight - node.clientHeight")
    assert slack <= 0, f"{slack} px of the inspector are below the tabs"


def test_lanes_end_what_one_network_was_doing_and_take_its_place(page: Page):
    until(page, lambda: iteration(page) > 5, "training")
    page.keyboard.press("s")
    expect(page.locator("#finding")).to_contain_text("Slow motion")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("group", name="Slow motion")).to_have_count(0)
    page.keyboard.press("s")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Fold", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Slow motion")).to_have_count(0)
