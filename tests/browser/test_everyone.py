"""The page is for everyone: no barrier that axe-core knows, the whole page from the keyboard, every size of screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched
from tests.browser.test_page import iteration, pause, until
from tests.conftest import ROOT, Server

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe-core finds, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", TAGS)["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]


@pytest.fixture(params=["light", "dark"])
def themed(request, chromium: Browser, server: Server) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, color_scheme=request.param)
    page = context.new_page()
    watched = Watched(page, server)
    page.goto(server.url)
    until(page, lambda: iteration(page) > 3, "training")
    yield page
    context.close()
    assert watched.complaints == []


def test_axe_finds_nothing_on_the_page_and_in_its_views(themed: Page):
    assert violations(themed) == []
    themed.locator("#network").click(position={"x": 490, "y": 330})
    for tab in themed.locator("#views [role=tab]:visible").all():
        tab.click()
        themed.wait_for_timeout(300)
        assert violations(themed) == [], tab.inner_text()


def test_axe_finds_nothing_in_the_panels(themed: Page):
    themed.get_by_role("button", name="Share", exact=True).click()
    for name in ("Link", "Presets", "Open", "Save"):
        themed.locator("#share").get_by_role("tab", name=name).click()
        themed.wait_for_timeout(300)
        assert violations(themed) == [], name
    themed.keyboard.press("Escape")
    themed.locator("#field-hidden_size").focus()
    themed.keyboard.press("?")
    assert violations(themed) == [], "keys"
    themed.keyboard.press("Escape")
    themed.get_by_role("button", name="More").click()
    assert violations(themed) == [], "more"
    themed.keyboard.press("Escape")
    themed.locator("summary").first.click()
    themed.get_by_role("button", name="Check", exact=True).click()
    themed.wait_for_timeout(1500)
    assert violations(themed) == [], "check"
    themed.get_by_role("button", name="Check", exact=True).click()
    themed.get_by_role("button", name="Lessons", exact=True).click()
    themed.wait_for_timeout(1500)
    assert violations(themed) == [], "lesson"
    themed.get_by_role("button", name="Lessons", exact=True).click()
    themed.get_by_role("button", name="Compare", exact=True).click()
    themed.wait_for_timeout(1500)
    assert violations(themed) == [], "compare"


def test_axe_finds_nothing_where_something_went_wrong(themed: Page):
    field = themed.locator('[data-field="learning_rate"]').get_by_role("textbox")
    field.fill("-1")
    field.press("Enter")
    expect(themed.locator('[data-field="learning_rate"] .row-error')).to_be_visible()
    assert violations(themed) == []


def focused(page: Page) -> str:
    return str(
        page.evaluate(
            "(() => { const at = document.activeElement; return at === document.body ? '' : at.id || at.tagName; })()"
        )
    )


def test_everything_can_be_reached_with_the_keyboard_and_nothing_holds_it(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    seen: list[str] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        at = focused(page)
        if at == "" and seen:
            break
        seen.append(at)
        shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
        radio = page.evaluate("document.activeElement.matches('input[type=radio], .visually-hidden')")
        assert shown or radio, f"the focus can be seen on {at}"
    for id_ in ("play", "speed", "fold", "share-button", "field-sequence_length", "field-task", "network", "history"):
        assert id_ in seen, f"{id_} is reached: {seen}"
    assert any(at.startswith("tab-") for at in seen)


def test_keys_are_silent_in_text_fields_and_escape_closes_what_is_open(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    page.locator("#network").click(position={"x": 490, "y": 330})
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("#inspector")).to_contain_text("Timestep 15")
    page.get_by_role("button", name="Share", exact=True).click()
    page.locator("#share").get_by_role("tab", name="Open").click()
    page.get_by_label("Or paste a text").press_sequentially("frp ,.")
    expect(page.get_by_label("Or paste a text")).to_have_value("frp ,.")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_picture_is_told_in_words(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    pause(page)
    spoken = page.locator("#spoken")
    expect(spoken).to_have_attribute("aria-live", "polite")
    until(page, lambda: "teration" in (spoken.text_content() or ""), "iteration, loss and horizon in words")
    for canvas in page.locator("canvas:visible").all():
        assert canvas.get_attribute("aria-label"), "every picture has a name"


def test_reduced_motion_stands_still(chromium: Browser, server: Server):
    with chromium.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(server.url)
        until(page, lambda: iteration(page) > 3, "training")
        moving = page.evaluate("document.getAnimations().filter((one) => one.effect.getTiming().duration > 1).length")
        assert moving == 0
        page.keyboard.press("f")
        page.wait_for_timeout(400)
        expect(page.get_by_role("button", name="Fold")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160)])
def test_from_a_tablet_to_a_projector_of_4k_nothing_is_cut_off(
    chromium: Browser, server: Server, width: int, height: int, tmp_path: Path
):
    with chromium.new_context(viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.goto(server.url)
        until(page, lambda: iteration(page) > 3, "training")
        page.wait_for_timeout(500)
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
            width,
            height,
        ]
        overlapping = page.evaluate(
            """() => {
              const shown = [...document.querySelectorAll(".header button, .header dd, .header h1, .header input")]
                .filter((node) => node.checkVisibility({ visibilityProperty: true }))
                .map((node) => ({ node, box: node.getBoundingClientRect() }));
              const found = [];
              for (const [i, a] of shown.entries()) for (const b of shown.slice(i + 1)) {
                const apart = a.box.right <= b.box.left + 1 || b.box.right <= a.box.left + 1 ||
                  a.box.bottom <= b.box.top + 1 || b.box.bottom <= a.box.top + 1;
                if (!apart) found.push(`${a.node.textContent.trim()} | ${b.node.textContent.trim()}`);
              }
              return found;
            }"""
        )
        assert overlapping == []


def test_a_finger_pins_a_timestep_and_drags_the_length(chromium: Browser, server: Server):
    with chromium.new_context(viewport={"width": 768, "height": 1024}, has_touch=True) as context:
        page = context.new_page()
        page.goto(server.url)
        until(page, lambda: iteration(page) > 3, "training")
        box = page.locator("#network").bounding_box()
        assert box
        page.touchscreen.tap(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.55)
        expect(page.locator("#inspector")).to_contain_text("Timestep")
        page.get_by_role("button", name="Share", exact=True).tap()
        expect(page.locator("#share")).to_be_visible()
