"""Two pages: one shares its run, the other follows it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.pages import Watched
from tests.support.reader import choose, iteration, pause, until
from tests.support.servers import PATIENCE, Server

pytestmark = pytest.mark.browser


def shared_link(page: Page) -> str:
    """Share the run of this page; the link that others open."""
    page.get_by_role("button", name="Share", exact=True).click()
    page.locator("#share").get_by_role("tab", name="Live").click()
    page.get_by_role("button", name="Share this run").click()
    link = page.get_by_label("Link to follow this run")
    expect(link).to_have_value(re.compile(r"#follow=[\w-]{22}$"))
    page.keyboard.press("Escape")
    return link.input_value()


@pytest.fixture
def other(chromium: Browser, server: Server) -> Iterator[Page]:
    """A page of somebody else, not yet opened."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    watched = Watched(page, server)
    yield page
    context.close()
    assert watched.complaints == []


def follows(other: Page, link: str) -> None:
    other.goto(link)
    expect(other.get_by_text("You follow somebody else’s run.")).to_be_visible()
    until(other, lambda: other.locator("#read-loss").inner_text() != "–", "a record")


def test_a_run_is_followed_looked_at_and_not_changed(page: Page, other: Page):
    until(page, lambda: iteration(page) > 3, "training")
    choose(page, "activation", "relu")
    follows(other, shared_link(page))
    expect(other.locator('[data-field="activation"]')).to_contain_text("relu")
    for name in ("Pause", "Play", "One update", "Compare", "Lessons", "Check"):
        expect(other.get_by_role("button", name=name, exact=True)).to_be_hidden()
    seen = iteration(other)
    until(other, lambda: iteration(other) > seen, "the run to go on")
    other.get_by_role("tab", name="Lags").click()
    expect(other.get_by_role("tab", name="Lags")).to_have_attribute("aria-selected", "true")
    # The past is the reader's own: it stands still while the run goes on.
    other.locator("#history").focus()
    for _ in range(3):
        other.keyboard.press("ArrowLeft")
    expect(other.get_by_role("button", name="Now")).to_be_visible()
    expect(other.get_by_role("button", name="Branch from here")).to_be_hidden()
    then, before = iteration(other), iteration(page)
    until(page, lambda: iteration(page) > before + 5, "the owner's run to go on")
    assert iteration(other) == then
    other.get_by_role("button", name="Now").click()
    until(other, lambda: iteration(other) > then, "the present")
    # What the owner changes is seen.
    choose(page, "activation", "tanh")
    expect(other.locator('[data-field="activation"]')).to_contain_text("tanh")
    pause(page)
    until(other, lambda: iteration(other) == iteration(page), "the iteration at which the owner paused")
    assert other.locator("#read-loss").inner_text() == page.locator("#read-loss").inner_text()


def test_a_copy_of_a_followed_network_is_ones_own(page: Page, other: Page):
    until(page, lambda: iteration(page) > 3, "training")
    follows(other, shared_link(page))
    pause(page)
    until(other, lambda: iteration(other) == iteration(page), "the iteration at which the owner paused")
    other.get_by_role("button", name="Copy this network and go on").click()
    expect(other.get_by_role("button", name="One update")).to_be_visible()
    until(other, lambda: "follow" not in other.evaluate("location.hash"), "an address of its own")
    stood = iteration(page)
    other.get_by_role("button", name="One update").click()
    page.get_by_role("button", name="One update").click()
    for each in (page, other):
        until(each, lambda each=each: iteration(each) == stood + 1, "one update")
    assert other.locator("#read-loss").inner_text() == page.locator("#read-loss").inner_text()
    choose(other, "activation", "relu")
    until(other, lambda: "relu" in other.locator('[data-field="activation"] select').input_value(), "a change")
    assert page.locator('[data-field="activation"] select').input_value() == "tanh"


def test_who_follows_is_told_when_the_owner_leaves_and_keeps_what_was_seen(page: Page, other: Page, server: Server):
    until(page, lambda: iteration(page) > 3, "training")
    follows(other, shared_link(page))
    seen = iteration(other)
    page.goto("about:blank")
    expect(other.get_by_text("The owner left. What you have seen stays")).to_be_visible()
    expect(other.get_by_role("button", name="Copy this network and go on")).to_be_hidden()
    assert iteration(other) >= seen
    other.locator("#history").focus()
    other.keyboard.press("ArrowLeft")
    expect(other.get_by_role("button", name="Now")).to_be_visible()
    page.goto(server.url)


def test_the_owner_sees_how_many_follow_and_may_stop(page: Page, other: Page):
    until(page, lambda: iteration(page) > 3, "training")
    follows(other, shared_link(page))
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("One person is following.")).to_be_visible()
    page.get_by_role("button", name="Stop sharing").click()
    expect(other.get_by_text("The owner stopped sharing it.")).to_be_visible()


def test_a_class_answers_a_lessons_question_and_its_owner_sees_the_counts_before_the_answer_is_revealed(
    page: Page, other: Page, server: Server
):
    page.goto("about:blank")
    page.goto(f"{server.url}/#lesson=vanishing")
    expect(page.locator("#lesson")).to_have_attribute("data-ready", "vanishing")
    follows(other, shared_link(page))
    page.get_by_role("tab", name="Question").click()
    asked = other.get_by_role("region", name="Question to the class")
    expect(asked.get_by_role("group")).to_have_accessible_name(re.compile("^At the start the gradient shrinks"))
    expect(page.locator("#lesson-question .answered")).to_have_text("0 of 1 who follow answered.")
    for option in (0, 1):  # who thinks again may change the answer
        asked.get_by_role("radio").nth(option).check()
        expect(asked.get_by_text("Sent. Until the answer is revealed you can change it.")).to_be_visible()
        counts = ["0", "0", "0"]
        counts[option] = "1"
        expect(page.locator("#lesson-question .option-count")).to_have_text(counts)
    expect(page.locator("#lesson-question .answered")).to_have_text("1 of 1 who follow answered.")
    page.locator("#lesson-next").click()
    expect(asked).to_contain_text("✓ as you predicted")
    expect(asked).to_contain_text("Factors multiply")
    expect(asked.get_by_role("radio").nth(0)).to_be_disabled()
    asked.get_by_role("button", name="Close").click()
    expect(asked).to_be_hidden()


def test_a_link_to_a_run_that_is_not_there_says_so(other: Page, server: Server):
    other.goto(server.url + "/#follow=bWlnaHQgYmUgYW55b25lIQ")
    expect(other.get_by_text("Looking for the run.")).to_be_visible()
