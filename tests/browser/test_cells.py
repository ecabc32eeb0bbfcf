"""Every cell on the page: chosen, trained, and looked at in every way there is, without a complaint of the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.engine import CELLS
from tests.support.reader import choose, iteration, pause, see, until
from tests.support.servers import Server

pytestmark = pytest.mark.browser

VIEWS = ("Flow", "Loss", "Output", "Spectrum", "Slope", "Gates", "Weights", "Lags")


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_trains_and_every_view_speaks_of_it(page: Page, cell: str):
    until(page, lambda: iteration(page) > 0, "training")
    choose(page, "cell", cell)
    expect(page.locator("#field-cell")).to_have_value(cell)
    kind = CELLS[cell]
    absent = {"Gates": not kind.gates, "Spectrum": kind.recurrent.name == "W_xh"}
    for name, missing in absent.items():
        tab = page.locator("#views .tab").filter(has_text=name)
        expect(tab).to_be_hidden() if missing else expect(tab).to_be_visible()
    possible = [name for name in VIEWS if not absent.get(name)]
    for name in possible:
        page.get_by_role("tab", name=name, exact=True).click()
        expect(page.locator(f"#{name.lower()}-words")).to_contain_text(re.compile(r"\d"))
    for _ in range(4):
        page.keyboard.press("t")
        see(page)


@pytest.mark.parametrize("cell", ["indrnn", "mingru", "ln_lstm"])
def test_a_pinned_timestep_of_each_newer_cell_has_its_equations_with_numbers(page: Page, server: Server, cell: str):
    page.goto("about:blank")
    page.goto(f"{server.url}/#cell={cell}&pin=12.3")
    until(page, lambda: iteration(page) > 3, "training")
    pause(page)
    equations = page.locator("#inspector .equation:visible")
    expect(equations.first).to_contain_text(re.compile(r"\d\.\d"))
    assert equations.count() == (4 if cell == "ln_lstm" else 2)


@pytest.mark.parametrize("cell", ["indrnn", "mingru", "ln_lstm"])
def test_each_newer_cell_folds_and_unfolds_and_runs_in_slow_motion(page: Page, server: Server, cell: str):
    page.goto("about:blank")
    page.goto(f"{server.url}/#cell={cell}")
    until(page, lambda: iteration(page) > 3, "training")
    page.locator("#fold").click()
    expect(page.locator("#finding")).to_contain_text(f"One cell, one {CELLS[cell].recurrent.name.replace('_', '')}")
    page.locator("#fold").click()
    expect(page.locator("#fold")).to_have_attribute("aria-pressed", "false")
    pause(page)
    page.keyboard.press("s")
    expect(page.locator("#finding")).to_contain_text(f"by the same {CELLS[cell].recurrent.name.replace('_', '')} as")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.get_by_role("button", name="backward").click()
    expect(page.locator("#finding")).to_contain_text("Slow motion, losses")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#finding")).to_contain_text("it begins with E24")
