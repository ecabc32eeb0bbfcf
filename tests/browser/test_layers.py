"""Layers and directions in a real Chromium: one open, the others slim, everything on the page of the open one."""

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.reader import iteration, pause, until

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]


def opens(page: Page, title: str) -> None:
    """The inspector speaks of this layer and direction, once the network is there."""
    until(page, lambda: iteration(page) > 3, "training")
    pause(page)
    expect(page.locator("#inspector h2")).to_have_text(title)


def equation(page: Page, family: str) -> Locator:
    """The shown equation of one family, with its numbers."""
    return page.locator(f"#inspector > div:not([hidden]) > .equation.{family}:not([hidden])")


def point_at_band(page: Page, y: float) -> None:
    """Clicks in the middle of the stage at this height, in design pixels."""
    box = page.locator("#network").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + y)


def test_two_layers_are_set_in_the_rail_and_opened_by_the_chooser_the_arrow_keys_and_a_click(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    expect(page.locator("#layer-chooser")).to_be_hidden()
    page.locator('[data-field="num_layers"] .segment', has_text="2").click()
    chooser = page.get_by_role("group", name="layer", exact=True)
    expect(chooser.get_by_role("radio", name="1", exact=True)).to_be_checked()
    opens(page, "Layer 1")
    expect(equation(page, "backward")).to_contain_text("from layer 2 + carried from")
    chooser.get_by_role("radio", name="2", exact=True).check(force=True)
    expect(page.locator("#inspector h2")).to_have_text("Layer 2")
    expect(equation(page, "backward")).to_contain_text("own loss + carried from")
    expect(page).to_have_url(re.compile(r"num_layers=2.*layer=2"))
    page.locator("#network").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#inspector h2")).to_have_text("Layer 1")
    point_at_band(page, 128)
    expect(page.locator("#inspector h2")).to_have_text(re.compile(r"^Layer 2, timestep \d+$"))
    page.get_by_role("tab", name="Weights", exact=True).click()
    for name in ("W_xh_l2", "W_hh_l2", "W_hy"):
        expect(page.locator("#view-weights option", has_text=name)).to_have_count(1)


def test_an_upper_layer_s_equation_adds_up_with_the_states_of_the_layer_below(opened: Opened):
    page = opened("#num_layers=2&sequence_length=9&hidden_size=4&layer=2&pin=6.1")
    opens(page, "Layer 2, timestep 6")
    expect(page.locator("#inspector")).to_contain_text("xt here: ht of layer 1")
    line = equation(page, "forward").locator("p").inner_text()
    found = re.fullmatch(r"(−?[\d.]+) = tanh\((.+)\)", line)
    assert found, line
    number = lambda text: float(text.replace("−", "-").replace(" ", ""))  # noqa: E731
    inside = sum(number(term) for term in re.findall(r"(?:[+−] )?−?[\d.]+", found[2]))
    assert abs(math.tanh(inside) - number(found[1])) < 3e-3, line


def test_the_reverse_direction_flows_to_the_right_and_says_so_everywhere(opened: Opened):
    page = opened("#bidirectional=true&sequence_length=12&lag=3&hidden_size=6&direction=reverse&pin=9.0")
    opens(page, "Reverse, timestep 9")
    expect(equation(page, "forward")).to_contain_text("t+1")
    expect(equation(page, "backward")).to_contain_text("carried from t−1")
    expect(page.locator("#inspector")).to_contain_text("carried, E4…8")
    expect(page.locator("#flow-words")).to_contain_text(re.compile(r"contributes most to h9"))
    expect(page.get_by_role("radio", name="reverse ←")).to_be_checked()
    page.keyboard.press("s")
    expect(page.locator("#finding")).to_contain_text("Slow motion, reverse direction, forward pass")
    expect(page.get_by_role("radio", name="reverse ←")).to_be_checked()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_four_layers_and_120_timesteps_fit_the_window(opened: Opened, width: int, height: int):
    shape = "num_layers=4&sequence_length=120&hidden_size=8&layer=3"
    page = opened(f"#{shape}", width, height)
    opens(page, "Layer 3")
    expect(page.get_by_role("group", name="layer", exact=True).get_by_role("radio")).to_have_count(4)
    wide = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert wide, "the page scrolls sideways"
