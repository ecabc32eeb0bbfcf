"""The right rail in a real Chromium: its views, the inspector, editing, and the check of the gradients."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.reader import choose, iteration, pause, see, until
from tests.support.servers import Server

pytestmark = pytest.mark.browser

TITLES = ["Flow", "Loss", "Output", "Spectrum", "Slope", "Weights", "Lags"]


def start(page: Page) -> None:
    until(page, lambda: iteration(page) > 3, "training")


def open_view(page: Page, title: str) -> None:
    page.get_by_role("tab", name=title, exact=True).click()


def test_every_view_opens_and_has_its_sentence_with_a_number(page: Page):
    start(page)
    for title in TITLES:
        open_view(page, title)
        expect(page.locator(f"#{title.lower()}-words")).to_contain_text(re.compile(r"\d"))
        expect(page.get_by_role("tabpanel")).to_have_count(1)
    expect(page.get_by_role("tab", name="Gates")).to_be_hidden()


def test_charts_are_drawn_by_plotly_only_once_they_are_opened(page: Page):
    start(page)
    assert page.evaluate("typeof window.Plotly") == "undefined"
    for title in ("Spectrum", "Slope", "Lags"):
        open_view(page, title)
        expect(page.locator(f"#{title.lower()}-plot .main-svg").first).to_be_visible()


def test_tabs_are_walked_with_the_arrow_keys(page: Page):
    start(page)
    page.get_by_role("tab", name="Flow").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Loss")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Lags")).to_have_attribute("aria-selected", "true")


def test_a_task_with_one_loss_opens_on_the_spectrum_and_a_gated_cell_on_its_gates(page: Page):
    start(page)
    choose(page, "task", "adding")
    expect(page.get_by_role("tab", name="Spectrum")).to_have_attribute("aria-selected", "true")
    choose(page, "cell", "lstm")
    expect(page.get_by_role("tab", name="Gates")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#gates-words")).to_contain_text(re.compile(r"forget gate f is open \d+ %"))


def test_a_typed_weight_is_the_one_the_network_uses(page: Page):
    start(page)
    pause(page)
    open_view(page, "Weights")
    grid = page.locator(".weights")
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#inspector h2")).to_have_text("Whh [2, 2]")
    page.keyboard.press("Enter")
    field = page.locator("#weight-value")
    expect(field).to_be_focused()
    field.fill("0.75")
    field.press("Enter")
    expect(page.locator("#inspector")).to_contain_text(
        "0.7500: one number, used at all 24 timesteps; at the first it meets h0 = 0 and adds nothing."
    )


def test_dragging_an_entry_up_makes_it_larger(page: Page):
    start(page)
    pause(page)
    open_view(page, "Weights")
    field = page.locator("#weight-value")
    expect(field).to_have_value(re.compile(r"\d"))
    box = page.locator(".weights").bounding_box()
    assert box
    page.mouse.move(box["x"] + 45, box["y"] + 10)
    page.mouse.down()
    see(page)
    before = float(field.input_value().replace("−", "-"))
    page.mouse.move(box["x"] + 45, box["y"] - 40, steps=5)
    page.mouse.up()
    until(page, lambda: float(field.input_value().replace("−", "-")) > before + 0.4, "a larger weight")


def test_the_gradient_of_a_parameter_comes_when_it_is_wanted(page: Page):
    start(page)
    open_view(page, "Weights")
    page.get_by_role("radio", name="gradient").check()
    expect(page.locator("#weights-words")).to_contain_text(re.compile(r"= [\d.]+ over the batch"))


def test_weights_and_gradients_are_shown_over_all_of_training(page: Page):
    start(page)
    until(page, lambda: iteration(page) > 20, "some of training")
    open_view(page, "Weights")
    page.get_by_role("radio", name="training", exact=True).check()
    expect(page.locator("#weights-plot .main-svg").first).to_be_visible()
    expect(page.locator("#weight-value")).to_be_hidden()
    words = page.locator("#weights-words")
    expect(words).to_have_text(
        re.compile(r"^Half of the 256 entries of Whh lie in .*; at iteration 0: −[\d.]+ to [\d.]+")
    )
    page.get_by_role("radio", name="gradient", exact=True).check()
    expect(words).to_have_text(
        re.compile(r"^Half of the 256 entries of ∂L/∂Whh are in size below .*; at iteration 0: ")
    )
    page.get_by_label("Parameter", exact=True).select_option("b_h")
    expect(words).to_contain_text("16 entries")
    page.get_by_role("radio", name="now", exact=True).check()
    expect(page.locator("#weight-value")).to_be_visible()


def test_another_input_is_heard_at_once(page: Page):
    start(page)
    pause(page)
    page.locator("#network").click(position={"x": 490, "y": 330})
    equation = page.locator("#inspector .equation.forward p:visible").first
    before = equation.inner_text()
    field = page.get_by_label(re.compile("input x"))
    field.fill("0.5")
    field.press("Enter")
    expect(equation).not_to_have_text(before)
    expect(field).to_have_value("0.5")


def test_a_loss_and_an_entry_of_the_flow_have_their_numbers(page: Page):
    start(page)
    page.locator("#network").click(position={"x": 496, "y": 63})
    expect(page.locator("#inspector h2")).to_contain_text("Loss E")
    expect(page.locator("#inspector")).to_contain_text("its share at h1")
    box = page.locator("#flow").bounding_box()
    assert box
    page.mouse.click(box["x"] + 80, box["y"] + box["height"] * 0.6)
    expect(page.locator("#inspector h2")).to_contain_text("at h")
    expect(page.locator("#inspector")).to_contain_text(re.compile(r"norm [\d.]+.*; lag \d+", re.DOTALL))


def test_the_text_stands_over_its_guesses_and_goes_on(page: Page):
    start(page)
    choose(page, "task", "characters")
    open_view(page, "Output")
    expect(page.locator(".guess")).to_have_count(24)
    expect(page.locator(".sampled")).to_contain_text("continues: ")
    expect(page.locator("#output-words")).to_contain_text(re.compile(r"Right at \d+ of 24"))


def test_the_check_passes_and_catches_a_stale_h(page: Page):
    start(page)
    button = page.get_by_role("button", name="Check", exact=True)
    button.click()
    panel = page.get_by_role("region", name="Check the gradients")
    expect(panel.get_by_role("status")).to_contain_text("All 5 tensors agree.")
    panel.get_by_role("radio", name=re.compile("where h")).check()
    expect(panel.get_by_role("status")).to_contain_text("Caught: Whh is wrong.")
    panel.get_by_role("radio", name="drop the carried gradient").check()
    expect(panel.get_by_role("status")).to_contain_text("look at what is carried")
    panel.get_by_role("button", name="Remove the bug").click()
    expect(panel.get_by_role("status")).to_contain_text("All 5 tensors agree.")
    panel.get_by_role("button", name="close").click()
    expect(page.get_by_role("tab", name="Flow")).to_be_visible()


def test_in_a_tall_window_the_flow_stays_above_the_chosen_view(page: Page):
    page.set_viewport_size({"width": 1280, "height": 1100})
    start(page)
    open_view(page, "Lags")
    expect(page.locator("#flow")).to_be_visible()
    expect(page.locator("#lags-plot .main-svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") == 1100


IN_SIGHT = """() => {
  const box = (name) => document.querySelector(`#views ${name}`)?.getBoundingClientRect();
  const [tab, strip, before, after] = [
    '.tab[aria-selected="true"]', ".tab-strip", ".tab-arrow.before:not([hidden])", ".tab-arrow.after:not([hidden])",
  ].map(box);
  return tab.left >= (before?.right ?? strip.left) - 1 && tab.right <= (after?.left ?? strip.right) + 1;
}"""


@pytest.mark.parametrize("fragment", ["cell=gru&tab=gates", "tab=weights", "cell=lstm&tab=lags"])
def test_the_view_a_link_names_has_its_tab_in_sight(page: Page, server: Server, fragment: str):
    page.goto("about:blank")
    page.goto(f"{server.url}/#{fragment}")
    tab = page.locator('#views .tab[aria-selected="true"]')
    expect(tab).to_have_text(fragment.split("tab=")[1].capitalize())

    until(page, lambda: page.evaluate(IN_SIGHT), "the chosen tab in sight, clear of the arrows")


# As long as the test says so, the server has something else to do than to tell the curves.
NO_SCHEMA = """() => {
  const ask = window.fetch;
  window.busy = true;
  window.schemas = 0;
  window.fetch = (address, ...more) => {
    if (!String(address).endsWith("api/schema")) return ask(address, ...more);
    if (window.busy) return Promise.resolve(new Response("{}", { status: 503 }));
    window.schemas += 1;
    return ask(address, ...more);
  };
}"""


def test_curves_that_could_not_be_loaded_come_later(page: Page):
    start(page)
    page.evaluate(NO_SCHEMA)
    pause(page)
    open_view(page, "Slope")
    note = page.locator("#view-slope .view-note")
    expect(note).to_contain_text("The curves could not be loaded")
    page.evaluate("busy = false")
    expect(note).to_have_count(0)
    curve = page.locator("#slope-plot .scatterlayer .js-line").first
    expect(curve).to_have_attribute("d", re.compile("L|C|Q"))
    assert page.evaluate("schemas") == 1
