"""The first minute: a browser that was never here, the names on the picture, and the two ways on."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.axe import violations
from tests.support.pages import Watched
from tests.support.reader import choose, iteration, length, until
from tests.support.servers import PATIENCE, Server

pytestmark = pytest.mark.browser


@pytest.fixture
def newcomer(chromium: Browser, server: Server):
    """Opens the page in a browser without cookies; the test fails if it complained about anything."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, storage_state=None)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    watched = Watched(page, server)
    yield page
    context.close()
    assert watched.complaints == []


def names(page: Page) -> list[str]:
    return page.locator(".name-pill").evaluate_all("(all) => all.map((one) => one.dataset.name).sort()")


def test_a_newcomer_sees_a_small_slow_network_with_its_parts_named_and_goes_on_with_it(newcomer: Page, server: Server):
    page = newcomer
    page.goto(server.url)
    expect(
        page.get_by_role("heading", name=re.compile(r"reads \+1 or −1 at every step .* 2 steps before"))
    ).to_be_visible()
    signs = page.get_by_role("list", name="Signs in the picture").get_by_role("listitem")
    expect(signs).to_have_text([re.compile(sign) for sign in ("disc", "^Striped", "^Hidden state", "^“Clipped to …”")])
    for hidden in ("#side", ".footer", "#lessons", "#share-button", "#ask", "#reset"):
        expect(page.locator(hidden)).to_be_hidden()
    shown = page.locator("#controls .row").filter(visible=True)
    expect(shown).to_have_count(3)
    assert shown.evaluate_all("(rows) => rows.map((row) => row.dataset.field)") == [
        "sequence_length",
        "cell",
        "activation",
    ]
    expect(page.locator("#first-rate")).to_have_text("2 updates a second")
    expect(page.locator("#finding")).to_contain_text("repeat the value from 2 steps before")
    named = {"input", "W_xh", "W_hh", "units", "W_hy", "output", "loss", "own", "carried"}
    until(page, lambda: named <= set(names(page)), "a name on every part")

    assert violations(page) == []

    loss = page.locator('.name-pill[data-name="loss"]')
    loss.focus()
    page.keyboard.press("Enter")
    expect(loss).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#name-said")).to_contain_text(re.compile(r"The loss E\d is [\d.]+"))
    expect(loss).to_have_attribute("aria-describedby", "name-said")
    page.keyboard.press("Escape")
    expect(page.locator("#name-said")).to_be_hidden()
    page.keyboard.press("i")
    expect(page.locator(".names")).to_be_hidden()
    page.locator("#names").click()
    expect(page.locator(".names")).to_be_visible()

    page.locator('[data-field="sequence_length"]').get_by_role("slider").press("ArrowRight")
    until(page, lambda: "hidden" not in names(page) and length(page) == 9, "a longer sequence at once")
    before = iteration(page)
    page.get_by_role("button", name="Show all instruments").click()
    expect(page.locator("#side")).to_be_visible()
    expect(page.locator(".first-card")).to_have_count(0)
    expect(page.locator("#lessons")).to_be_visible()
    assert length(page) == 9, "the same network"
    until(page, lambda: iteration(page) > before, "training goes on")
    page.goto("about:blank")
    page.goto(server.url)
    expect(page.locator("#side")).to_be_visible()
    until(page, lambda: length(page) == 24, "a later visit opens the instrument of every day")


def test_the_card_of_the_first_view_says_the_task_that_a_shorter_sequence_leaves(newcomer: Page, server: Server):
    page = newcomer
    page.goto(server.url)
    asked = page.locator("#first-title")
    for T, repeated, reached in (
        (2, "repeat the value from 1 step before.", "without memory 1.00"),
        (1, "repeat that same value.", "without reading the input 1.00"),
        (5, "repeat the value from 2 steps before.", "without memory 1.00"),
    ):
        field = page.locator('[data-field="sequence_length"]').get_by_role("textbox")
        field.fill(str(T))
        field.press("Enter")
        expect(asked).to_have_text(re.compile(f"reads .* must {re.escape(repeated)}$"))
        expect(page.locator("#first-numbers")).to_contain_text(reached)


def test_a_link_opens_the_whole_instrument_for_a_newcomer_too(newcomer: Page, server: Server):
    newcomer.goto(f"{server.url}/#sequence_length=30")
    expect(newcomer.locator(".header .readouts")).to_be_visible()
    expect(newcomer.locator("#first-card")).to_have_count(0)
    until(newcomer, lambda: length(newcomer) == 30, "the network of the link")


def test_the_lessons_are_one_click_away_from_the_first_view_even_before_its_scripts_are_there(
    newcomer: Page, server: Server
):
    held: list[Route] = []
    newcomer.route("**/js/page.js", lambda route: held.append(route))
    newcomer.goto(server.url)
    newcomer.get_by_role("button", name="Start the lessons").click()
    until(newcomer, lambda: held, "the script of the page being asked for")
    held[0].continue_()
    expect(newcomer.locator("#lesson-title")).to_be_visible()
    expect(newcomer.locator(".name-pill").filter(visible=True)).to_have_count(0)


# The first socket cannot be made.
NO_FIRST_SOCKET = """
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    if (!window.refused) {
      window.refused = true;
      throw new Error("no socket");
    }
    super(...address);
  }
};
"""


def test_the_page_starts_without_the_socket_that_is_opened_ahead(newcomer: Page, server: Server):
    newcomer.add_init_script(NO_FIRST_SOCKET)
    newcomer.goto(f"{server.url}/#sequence_length=30")
    until(newcomer, lambda: iteration(newcomer) > 3, "training")
    assert newcomer.evaluate("refused"), "the first was tried"


def test_names_say_what_they_cannot_name_and_why(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    page.keyboard.press("i")
    expect(page.locator('.name-pill[data-name="W_hh"]')).to_have_text("the same Whh, 23 times")
    page.keyboard.press("f")
    expect(page.locator(".names-note")).to_contain_text("Unfold to read them")
    expect(page.locator(".names")).to_be_hidden()
    page.keyboard.press("f")
    expect(page.locator(".names")).to_be_visible()
    page.locator('[data-field="sequence_length"]').get_by_role("textbox").fill("120")
    page.keyboard.press("Enter")
    expect(page.locator(".names-note")).to_contain_text(
        re.compile(r"Not named here, for want of room: .*Up to T = 4\d")
    )


def test_titles_are_shown_to_the_keyboard_and_the_picture_is_read_timestep_by_timestep(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    page.locator("#lessons").focus()
    page.keyboard.press("Tab")
    tip = page.locator("#tooltip")
    expect(tip).to_contain_text("Ready-made networks: a gradient that vanishes")
    expect(page.locator("#examples-button")).to_have_attribute("aria-describedby", "tooltip")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.locator('label[for="field-task"]').hover()
    expect(tip).to_be_visible()
    page.mouse.move(640, 500)
    expect(tip).to_be_hidden()
    expect(page.locator('label[for="field-task"]')).to_have_attribute("title", re.compile(r"\w"))

    reader = page.get_by_role("slider", name="The picture, timestep by timestep")
    reader.focus()
    expect(reader).to_have_attribute("aria-valuetext", re.compile(r"^Timestep 24 of 24: loss [\d.]+; gradient norm"))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(reader).to_have_attribute("aria-valuetext", re.compile(r"^Timestep 23 of 24: loss [\d.]+\.$"))
    expect(page.locator("#inspector")).to_contain_text("Timestep 23")


def test_examples_stand_beside_the_lessons_and_a_class_cannot_lose_its_locks_through_them(page: Page, server: Server):
    until(page, lambda: iteration(page) > 3, "training")
    choose(page, "task", "own")
    expect(page.get_by_label("Or paste a text")).to_be_focused()
    expect(page.locator('[data-field="task"] select')).to_have_value("echo")
    page.keyboard.press("Escape")
    page.locator("#examples-button").click()
    page.get_by_role("link", name=re.compile("^Your own text")).click()
    expect(page.get_by_label("Or paste a text")).to_be_focused()
    page.goto("about:blank")
    page.goto(f"{server.url}/#lock=task,cell")
    until(page, lambda: iteration(page) > 3, "training")
    page.locator("#examples-button").click()
    expect(page.locator("#examples")).to_contain_text("This link locks some controls")
    expect(page.locator(".example").filter(visible=True)).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share", exact=True).click()
    page.locator("#share").get_by_role("tab", name="For teachers").click()
    expect(page.locator("#share-teachers")).to_contain_text("what it locks stays locked here")
    expect(page.get_by_role("button", name="Unlock all")).to_be_hidden()
