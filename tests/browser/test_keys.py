"""Keys, where only a browser shows what they do."""

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(autouse=True)
def listening(page: Page) -> None:
    """The button says Pause once the page listens."""
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_space_after_a_click_on_a_button_plays_or_pauses_and_clicks_nothing(page: Page) -> None:
    fold = page.locator("#fold")
    fold.click()
    expect(fold).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(fold).to_have_attribute("aria-pressed", "true")


def test_escape_closes_the_check_and_the_focus_is_where_it_was_opened(page: Page) -> None:
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#check")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#check")).to_be_hidden()
    expect(page.locator("#check-gradients")).to_be_focused()


def test_single_keys_can_be_switched_off_for_good(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="are shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("#single-keys")).not_to_be_checked()
    page.keyboard.press("f")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#fold")).to_have_attribute("aria-pressed", "false")
