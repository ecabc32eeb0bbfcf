"""The page is for everyone: no barrier that axe-core knows, the whole page from the keyboard, every size of screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.axe import violations
from tests.support.pages import Watched
from tests.support.reader import iteration, pause, see, until
from tests.support.servers import Server

pytestmark = pytest.mark.browser


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
    pause(themed)
    themed.locator("#network").click(position={"x": 490, "y": 330})
    for tab in themed.locator("#views [role=tab]:visible").all():
        tab.click()
        see(themed)
        assert violations(themed) == [], tab.inner_text()


def test_axe_finds_nothing_in_the_panels(themed: Page):
    pause(themed)
    themed.get_by_role("button", name="Share", exact=True).click()
    for name in ("Link", "For teachers", "Open", "Save"):
        themed.locator("#share").get_by_role("tab", name=name).click()
        see(themed)
        assert violations(themed) == [], name
    themed.keyboard.press("Escape")
    themed.get_by_role("button", name="Examples", exact=True).click()
    themed.locator(".example").nth(5).wait_for()
    assert violations(themed) == [], "examples"
    themed.keyboard.press("Escape")
    themed.keyboard.press("i")
    themed.locator('.name-pill[data-name="loss"]').click()
    assert violations(themed) == [], "names"
    themed.keyboard.press("i")
    themed.locator("#field-hidden_size").focus()
    themed.keyboard.press("?")
    assert violations(themed) == [], "keys"
    themed.keyboard.press("Escape")
    themed.get_by_role("button", name="More").click()
    assert violations(themed) == [], "more"
    themed.keyboard.press("Escape")
    themed.locator("#controls summary").click()
    themed.get_by_role("button", name="Check", exact=True).click()
    checked = themed.get_by_role("region", name="Check the gradients").get_by_role("status")
    expect(checked).to_contain_text("tensors agree")
    assert violations(themed) == [], "check"
    themed.get_by_role("button", name="Check", exact=True).click()
    themed.get_by_role("button", name="Lessons", exact=True).click()
    expect(themed.locator("#lesson")).to_have_attribute("data-ready", "forward-and-back")
    assert violations(themed) == [], "lesson"
    themed.get_by_role("button", name="Lessons", exact=True).click()
    themed.get_by_role("button", name="Compare", exact=True).click()
    expect(themed.get_by_role("region", name="Lanes").locator("tbody tr").nth(1)).to_be_visible()
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
    for canvas in page.locator("canvas:visible:not([aria-hidden=true])").all():
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


SIZES = [
    (420, 900),
    (640, 960),
    (719, 960),
    (844, 390),
    (768, 1024),
    (1000, 700),
    (1150, 700),
    (1280, 720),
    (1366, 768),
]
LARGE = [(1920, 1080), (2560, 1440), (3840, 2160)]
LONGEST = {
    "read-iteration": "123 456",
    "label-loss": "loss · baseline 0.693",
    "read-loss": "1.23 × 10⁻⁵",
    "label-gradient": "gradient norm, clipped",
    "read-gradient": "1.23 × 10⁵ → 1.00",
    "read-rate": "1234",
    "read-solved": "100 % · 2345",
    "label-solved": "accuracy · solved",
}

OVERLAPS = """(selector) => {
  const shown = [...document.querySelectorAll(selector)]
    .filter((node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .map((node) => ({ node, box: node.getBoundingClientRect() }));
  const name = ({ textContent, id }) => textContent.trim() || id;
  const found = shown.filter(({ box }) => box.left < 0 || box.right > innerWidth).map(({ node }) => name(node));
  for (const [i, a] of shown.entries()) for (const b of shown.slice(i + 1)) {
    const apart = a.box.right <= b.box.left + 1 || b.box.right <= a.box.left + 1 ||
      a.box.bottom <= b.box.top + 1 || b.box.bottom <= a.box.top + 1;
    if (!apart) found.push(`${name(a.node)} | ${name(b.node)}`);
  }
  return found;
}"""


# What one unit of the design measures: in the style sheets, and for everything that is drawn.
UNIT = "parseFloat(getComputedStyle(document.documentElement).fontSize) / 100"
DRAWN_UNIT = 'async () => (await import("js/stage/unit.js")).pageUnit()'


@pytest.mark.parametrize(("width", "height"), SIZES + LARGE)
def test_from_a_phone_to_a_projector_of_4k_nothing_overlaps_or_is_cut_off(
    chromium: Browser, server: Server, width: int, height: int
):
    with chromium.new_context(viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.goto(server.url)
        until(page, lambda: iteration(page) > 3, "training")
        pause(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        unit = min(2.0, max(1.0, min(width / 1280, height / 720) ** 0.6))
        assert [page.evaluate(UNIT), page.evaluate(DRAWN_UNIT)] == pytest.approx([unit, unit], abs=1e-4)
        if width >= 640 and height >= 700:
            assert page.evaluate("document.documentElement.scrollHeight") == height
        before = page.locator("#fold, #share-button").evaluate_all("(all) => all.map((one) => one.offsetLeft)")
        page.evaluate(
            "(longest) => { for (const id in longest) document.getElementById(id).textContent = longest[id]; }", LONGEST
        )
        for mode in ("", "data-presenter"):
            if mode:
                page.keyboard.press("p")
                expect(page.locator("body[data-presenter]")).to_be_attached()
            assert page.evaluate(OVERLAPS, ".header :is(button, dd, dt, h1, input)") == [], mode or "as it opens"
        page.keyboard.press("p")
        after = page.locator("#fold, #share-button").evaluate_all("(all) => all.map((one) => one.offsetLeft)")
        assert after == before, "long numbers move nothing"


def test_larger_type_of_the_readers_own_makes_everything_larger_and_cuts_nothing_off(page: Page):
    """As the browser's settings have it: not zoom, which makes the window smaller as well."""
    until(page, lambda: iteration(page) > 3, "training")
    pause(page)
    page.keyboard.press("i")
    session = page.context.new_cdp_session(page)
    for size in (24, 32):
        session.send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size}})
        until(page, lambda size=size: page.evaluate(DRAWN_UNIT) == size / 16, f"a picture drawn for type of {size} px")
        assert page.evaluate(UNIT) == size / 16
        assert page.locator("#finding").evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)") >= 0.77 * size
        assert page.evaluate("document.documentElement.scrollWidth") == 1280
        assert page.evaluate(OVERLAPS, ".header :is(button, dd, dt, h1, input)") == []


@pytest.mark.parametrize("fragment", ["cell=rnn", "activation=sigmoid", "cell=lstm", "cell=gru", "task=copy"])
def test_a_pinned_timestep_is_read_without_scrolling(page: Page, server: Server, fragment: str):
    page.goto("about:blank")
    page.goto(f"{server.url}/#pin=15&{fragment}")
    expect(page.locator("#inspector")).to_contain_text("Timestep 15")
    pause(page)
    hidden = page.locator("#inspector").evaluate(
        "(node) => [node.scrollWidth - node.clientWidth, node.scrollHeight - node.clientHeight]"
    )
    assert hidden == [0, 0]
    assert page.evaluate(OVERLAPS, "#inspector :is(.equation, .input-row, .bars, .bars-title)") == []


def test_the_views_stand_in_one_row_and_each_is_two_clicks_away(page: Page, server: Server):
    page.goto("about:blank")
    page.goto(f"{server.url}/#cell=lstm&tab=flow")
    until(page, lambda: iteration(page) > 3, "training")
    tabs = page.locator("#views [role=tab]")
    expect(page.get_by_role("tab", name="Gates")).not_to_be_in_viewport(ratio=1)
    page.locator("#views .tab-arrow.after").click()
    expect(page.get_by_role("tab", name="Gates")).to_be_in_viewport(ratio=1)
    page.get_by_role("tab", name="Gates").click()
    expect(page.get_by_role("tab", name="Gates")).to_have_attribute("aria-selected", "true")
    assert len({tab.bounding_box()["y"] for tab in tabs.all()}) == 1  # type: ignore[index]
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Flow")).to_be_focused()
    expect(page.get_by_role("tab", name="Flow")).to_be_in_viewport(ratio=1)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Gates")).to_be_in_viewport(ratio=1)


EDGES = """() => [...document.querySelectorAll("canvas")].flatMap((canvas) => {
  if (!canvas.checkVisibility()) return [];
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const at = (x, y) => copy.getImageData(x, y, 1, 1).data.join();
  const same = at(width - 1, 2) === at(width - 3, 2) && at(2, height - 1) === at(2, height - 3);
  return same ? [] : [`${canvas.id || canvas.className}: ${at(width - 1, 2)} ${at(2, height - 1)}`];
})"""


def test_at_150_percent_no_canvas_has_a_line_along_its_edge(chromium: Browser, server: Server):
    with chromium.new_context(viewport={"width": 1280, "height": 721}, device_scale_factor=1.5) as context:
        page = context.new_page()
        page.goto(server.url)
        until(page, lambda: iteration(page) > 3, "training")
        pause(page)
        until(page, lambda: page.evaluate(EDGES) == [], "paper up to the last pixel")


SMALL_TARGETS = """() => [...document.querySelectorAll("button, select, input, summary, a[href], [role=slider]")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".visually-hidden"))
  .filter((node) => getComputedStyle(node).clipPath === "none") // seen only where the keyboard is on it
  .map((node) => ({ node, box: (node.closest("label") ?? node).getBoundingClientRect() }))
  .filter(({ box }) => Math.min(box.width, box.height) < 24)
  .map(({ node, box }) => `${node.id || node.textContent}: ${Math.round(box.width)} × ${Math.round(box.height)}`)"""


@pytest.mark.parametrize(("width", "height"), [(420, 900), (768, 1024), (1180, 820)])
def test_a_finger_hits_everything(chromium: Browser, server: Server, width: int, height: int):
    with chromium.new_context(
        viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, device_scale_factor=2
    ) as context:
        page = context.new_page()
        page.goto(f"{server.url}/#pin=15&cell=lstm")
        expect(page.locator("#inspector")).to_contain_text("Timestep 15")
        assert page.evaluate(SMALL_TARGETS) == []
        assert (
            page.evaluate(OVERLAPS, ".header :is(button, dd, dt, h1, input), .rail :is(select, .segments, input)") == []
        )
        if width < 1000:
            page.get_by_role("button", name="All controls").tap()
            assert page.evaluate(SMALL_TARGETS) == [], "all controls"
            page.get_by_role("button", name="Close").tap()
        page.get_by_role("button", name="Share", exact=True).tap()
        expect(page.get_by_label("Link to exactly this")).to_be_visible()
        assert page.evaluate(SMALL_TARGETS) == [], "a link"
        page.get_by_role("tab", name="For teachers").tap()
        expect(page.locator("#share .lock-rows")).to_be_visible()
        assert page.evaluate(SMALL_TARGETS) == [], "for teachers"


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
