"""One session that touches everything: no word in the console, no breach of the content policy, no other host."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.pages import Watched
from tests.support.reader import choose, iteration, until
from tests.support.servers import Server

pytestmark = pytest.mark.browser

TELL_BREACHES = """
  window.breaches = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    window.breaches.push(`${violatedDirective}: ${blockedURI}`));
"""


def test_a_session_that_touches_everything_is_quiet(chromium: Browser, server: Server):
    with chromium.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True) as context:
        page = context.new_page()
        page.add_init_script(TELL_BREACHES)
        watched = Watched(page, server)
        page.goto(server.url)
        until(page, lambda: iteration(page) > 3, "training")

        def header(name: str) -> None:
            page.locator(".header").get_by_role("button", name=name, exact=True).click()
            page.wait_for_timeout(700)

        for tab in page.locator("#views [role=tab]:visible").all():
            tab.click()
            page.wait_for_timeout(300)
        page.locator("#network").click(position={"x": 490, "y": 330})
        for key in ["+", "-", ",", ".", "ArrowLeft", "ArrowRight", "f", "f", "s", "s", "p", "p", "Escape", " ", "r"]:
            page.keyboard.press(key)
            page.wait_for_timeout(150)
        for field, option in (("activation", "relu"), ("cell", "lstm"), ("clip", "timestep"), ("task", "characters")):
            choose(page, field, option)
            page.wait_for_timeout(300)
        for name in ("Check", "Check", "Lessons", "Lessons", "Compare", "Compare"):
            header(name)

        panel = page.locator("#share")
        header("Share")
        for name in ("For teachers", "Open", "Link", "Save"):
            panel.get_by_role("tab", name=name).click()
            page.wait_for_timeout(200)
        panel.get_by_role("button", name="Weights", exact=True).click()  # nn.LSTM knows no relu
        expect(page.locator("body")).to_contain_text("has tanh as its activation; this network has relu")
        choose(page, "activation", "tanh")
        for button in ("Snapshot", "Weights", "Report", "Table", "Tensors", "PNG", "SVG"):
            with page.expect_download():
                panel.get_by_role("button", name=button, exact=True).click()
        panel.get_by_role("tab", name="Open").click()
        page.get_by_label("Or paste a text").fill("to be or not to be, " * 20)
        page.get_by_role("button", name="Read as a text").click()
        page.get_by_role("button", name="Train on this").click()
        expect(panel).to_contain_text("Opened your paste as a text")
        page.keyboard.press("Escape")
        header("Examples")
        page.locator("#examples summary").click()
        page.get_by_role("link", name="The first bad number").click()
        page.keyboard.press(" ")
        expect(page.locator("#finding")).to_contain_text("not finite")
        page.reload()
        expect(page.locator("#read-iteration")).not_to_be_empty()
        assert page.evaluate("window.breaches") == []
        assert watched.complaints == []
