"""The page on other screens: other resolutions, the system's own colours, without scripts, below a scrolling page."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.axe import violations
from tests.support.reader import iteration, pause, see, stands, until
from tests.support.servers import ROOT, Server

# Every canvas that is seen, with the device pixels between its snapped edges.
SHEETS = """() => [...document.querySelectorAll("canvas")].filter((one) => one.checkVisibility()).map((one) => {
  const { left, right } = one.getBoundingClientRect();
  return [one.width, Math.round(right * devicePixelRatio) - Math.round(left * devicePixelRatio)];
})"""
FRAMES = """() => {
  const ask = window.requestAnimationFrame.bind(window);
  window.asked = 0;
  window.requestAnimationFrame = (callback) => { window.asked += 1; return ask(callback); };
}"""


# Chromium's emulation changes the resolution and tells no query of it, as a real screen does: the test tells them.
QUERIES = """
  const ask = window.matchMedia.bind(window);
  window.queries = [];
  window.matchMedia = (text) => { const query = ask(text); window.queries.push(query); return query; };
"""
TELL = """() => {
  for (const query of window.queries.splice(0))
    if (query.media.includes("resolution") && !query.matches) query.dispatchEvent(new Event("change"));
}"""


@pytest.fixture
def paused(page: Page) -> Page:
    page.add_init_script(QUERIES)
    page.goto(page.url)
    until(page, lambda: iteration(page) > 30, "some training")
    pause(page)
    return page


def scale_to(page: Page, ratio: float) -> None:
    """As when the window is moved to another screen: the same size in px, other pixels."""
    session = page.context.new_cdp_session(page)
    metrics = {"width": 1280, "height": 720, "deviceScaleFactor": ratio, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", metrics)
    until(page, lambda: page.evaluate("devicePixelRatio") == ratio, f"{ratio} device pixels a px")
    page.evaluate(TELL)


def sheets(page: Page) -> list[list[int]]:
    return page.evaluate(SHEETS)


@pytest.mark.parametrize("ratio", [1.25, 2])
def test_on_another_screen_every_canvas_is_drawn_anew_with_its_pixels(paused: Page, ratio: float):
    scale_to(paused, ratio)
    until(paused, lambda: all(has == wants for has, wants in sheets(paused)), f"sharp canvases, not {sheets(paused)}")
    assert len(sheets(paused)) >= 5


def test_on_another_screen_the_history_is_scrubbed_to_the_iteration_under_the_pointer(paused: Page):
    history = paused.locator("#history")
    box = history.bounding_box()
    assert box
    x, y = box["x"] + 116 + (box["width"] - 116 - 158) / 2, box["y"] + box["height"] / 2

    def scrubbed() -> str:
        paused.mouse.click(x, y)
        see(paused)
        return history.get_attribute("aria-valuenow") or ""

    before = scrubbed()
    scale_to(paused, 2)
    until(paused, lambda: all(has == wants for has, wants in sheets(paused)), "sharp canvases")
    assert scrubbed() == before


def test_one_frame_is_asked_for_when_the_pointer_moves(paused: Page):
    paused.mouse.move(216 + 300, 44 + 300)
    until(paused, lambda: stands(paused), "a page that rests")
    paused.wait_for_timeout(700)  # what slides has come to rest
    paused.evaluate(FRAMES)
    asked = paused.evaluate(
        """() => {
          const stage = document.getElementById("network");
          const { left, top } = stage.getBoundingClientRect();
          const at = (x) => ({ clientX: left + x, clientY: top + 300 });
          const move = (x) => stage.dispatchEvent(new PointerEvent("pointermove", at(x)));
          return [310, 330, 350].map((x) => { const before = window.asked; move(x); return window.asked - before; });
        }"""
    )
    assert asked == [1, 0, 0], "the first move asks for a frame, those before it came do not"


def test_unfolding_while_paused_is_drawn_without_the_pointer(paused: Page):
    paused.mouse.move(5, 5)
    paused.keyboard.press("f")
    paused.wait_for_timeout(1200)
    paused.keyboard.press("f")
    # The last frame of the fold gives the stage back, and only then the network's own words.
    expect(paused.locator("#finding")).to_contain_text("The task needs 8 steps")


def test_the_wheel_scrolls_the_page_where_it_is_longer_than_the_window(paused: Page):
    paused.set_viewport_size({"width": 390, "height": 800})
    paused.locator("#network").hover(position={"x": 200, "y": 300})
    paused.mouse.wheel(0, 300)
    until(paused, lambda: paused.evaluate("scrollY") > 0, "a page that is scrolled down")
    down = paused.evaluate("scrollY")
    paused.mouse.wheel(0, -100)
    until(paused, lambda: paused.evaluate("scrollY") < down, "a page that is scrolled back up over the stage")


# Of a text to its ground, as WCAG 2 defines it.
CONTRAST = """(one) => {
  const luminance = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((s) => (s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const { color, backgroundColor } = getComputedStyle(one);
  const [a, b] = [luminance(color), luminance(backgroundColor)];
  return Math.max(a, b) / Math.min(a, b);
}"""


def colours(page: Page, selector: str) -> list[str]:
    return page.locator(selector).evaluate_all("(all) => all.map((one) => getComputedStyle(one).backgroundColor)")


def test_with_the_systems_colours_what_is_chosen_is_still_told_apart(paused: Page):
    paused.emulate_media(forced_colors="active")
    chosen, *others = colours(paused, '[data-field="precision"] .segment')
    assert chosen not in others
    assert colours(paused, '[role="tab"][aria-selected="true"]')[0] not in colours(
        paused, '[role="tab"][aria-selected="false"]'
    )
    for selector in ('#views [role="tab"][aria-selected="true"]', '[data-field="precision"] .segment:has(:checked)'):
        assert paused.locator(selector).evaluate(CONTRAST) >= 4.5, f"what {selector} says is read"
    track = paused.locator("#speed").evaluate("(one) => getComputedStyle(one).forcedColorAdjust")
    assert track == "none"


@pytest.fixture
def plain(chromium: Browser, server: Server) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url)
    yield page
    context.close()


# The rule that keeps the line for old browsers from being seen where a browser knows all that its condition names.
RULE = """[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).find(
  (rule) => rule instanceof CSSSupportsRule && rule.cssText.includes(".unsupported.old"))"""
# What the page cannot do without, each with a name that no browser knows.
NEEDED = {
    "light-dark(": "light-darker(",
    "tan(": "tangent(",
    "atan2(": "atan3(",
    ":popover-open": ":popover-opened",
}


def look_too_old(page: Page) -> None:
    """As to a browser that does not know something of what is needed."""
    page.evaluate(
        f"""() => {{
          const rule = {RULE};
          rule.parentStyleSheet.deleteRule([...rule.parentStyleSheet.cssRules].indexOf(rule));
        }}"""
    )


def test_without_scripts_the_page_says_what_it_needs_and_nothing_lies_over_it(plain: Page):
    expect(plain.locator("noscript p")).to_be_visible()
    expect(plain.locator("noscript p")).to_contain_text("Allow JavaScript for this page")
    look_too_old(plain)
    expect(plain.locator("noscript p")).to_be_visible()
    expect(plain.locator(".unsupported.old")).to_be_hidden()


def test_only_a_browser_that_is_too_old_is_told_so(page: Page):
    told = page.get_by_text("This browser is too old for Unroll.")
    expect(told).to_be_hidden()
    look_too_old(page)
    expect(told).to_be_visible()


def test_a_browser_is_too_old_if_it_lacks_anything_that_the_page_cannot_do_without(page: Page):
    condition = page.evaluate(f"() => {RULE}.conditionText")
    knows = {part: page.evaluate("(part) => CSS.supports(part)", part) for part in condition.split(" and ")}
    assert all(knows.values()), knows
    for needed, unknown in NEEDED.items():
        without = re.sub(rf"(?<![\w-]){re.escape(needed)}", unknown, condition)
        assert without != condition, f"{needed} is not asked for"
        assert not page.evaluate("(all) => CSS.supports(all)", without), f"without {needed}"
    assert len(knows) == 4, "every part is one of what is needed, the last of what WebKit needs"


def test_webkit_is_too_old_where_it_does_not_divide_lengths(page: Page):
    condition = page.evaluate(f"() => {RULE}.conditionText")
    webkit = condition.replace("-webkit-nbsp-mode: normal", "color: red")  # what is known to it alone, known here
    assert webkit != condition
    assert page.evaluate("(all) => CSS.supports(all)", webkit), "it divides lengths"
    undivided = [one.replace("1px / 2px", "1px / 2pixels") for one in (condition, webkit)]
    assert condition != undivided[0]
    assert page.evaluate("(all) => all.map((one) => CSS.supports(one))", undivided) == [True, False]


def test_both_ways_to_divide_lengths_give_the_page_the_same_unit(page: Page):
    page.set_viewport_size({"width": 1920, "height": 1080})  # where it is neither its least nor its most
    sizes = page.evaluate(
        """() => {
          const root = document.documentElement;
          const measured = () => Number.parseFloat(getComputedStyle(root).fontSize);
          const divided = measured();
          root.style.setProperty("--window", "tan(atan2(min(100vw, 100vh * 1280 / 720), 80rem))");
          return [divided, measured()];
        }"""
    )
    assert sizes == pytest.approx([127.5, 127.5], abs=0.1)


def test_the_page_and_its_documentation_name_the_same_browsers(page: Page):
    told = page.locator(".unsupported.old").text_content() or ""
    browsers = told.partition(" It runs in ")[2].removesuffix(".")
    assert browsers
    assert browsers in (ROOT / "docs" / "deploy.md").read_text()


def test_a_lost_connection_is_announced_once_while_it_counts_down(page: Page):
    page.evaluate(
        """() => {
          window.said = [];
          const node = document.getElementById("line-said");
          const hear = new MutationObserver(() => window.said.push(node.textContent));
          hear.observe(node, { childList: true, characterData: true, subtree: true });
        }"""
    )
    until(page, lambda: iteration(page) > 5, "training")
    page.evaluate(
        """() => {
          WebSocket.prototype.send = function () { this.close(); };
          window.WebSocket = class { constructor() { setTimeout(() => this.onclose(), 0); } close() {} };
        }"""
    )
    expect(page.locator("#line")).to_contain_text(re.compile("trying again in 2 s"), timeout=30_000)
    said = [text for text in page.evaluate("window.said") if text]
    assert said, "nothing was announced"
    assert not [text for text in said if re.search(r"in \d+ s", text)], said


def test_on_paper_a_lesson_is_one_light_page_that_says_which_network_it_shows(opened: Callable[..., Page]):
    page = opened("#lesson=vanishing", color_scheme="dark")
    expect(page.locator("#lesson[data-ready=vanishing]")).to_be_attached()
    expect(page.locator("#lesson-under .main-svg").first).to_be_attached()
    expect(page.locator(".print-caption")).to_be_hidden()
    page.evaluate(
        """() => addEventListener("beforeprint", () => {
          const at = document.querySelector(".print-picture").getContext("2d").getImageData(3, 3, 1, 1).data;
          document.body.dataset.printed = [document.documentElement.dataset.theme, ...at].join(" ");
        })"""
    )
    paper = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, "all of it on one page"
    assert page.evaluate("document.body.dataset.printed") == "light 251 250 247 255", "paper, not the dark ground"
    expect(page.locator(".print-caption")).to_contain_text("sigmoid · iteration 0 · T 24 · H 16 · seed 2")
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")
    page.emulate_media(media="print")
    for gone in ("#controls", ".footer", "#play", "#lesson-next", "#lesson-close", "#network"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator("#lesson-paragraphs")).to_be_visible()
    assert violations(page) == []
