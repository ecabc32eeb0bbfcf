"""What a reader does with the page, and what they see of it."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.servers import wait_until


def until(page: Page, condition: Callable[[], Any], what: str) -> None:
    """Wait without starving the page's own events."""

    def asked() -> bool:
        page.wait_for_timeout(20)
        return bool(condition())

    wait_until(asked, what)


def iteration(page: Page) -> int:
    """The iteration in the header, also where a message stands before it."""
    return int((page.locator("#read-iteration").text_content() or "").replace("\u2009", "").replace(",", ""))


def see(page: Page) -> None:
    """What was done so far is drawn in the next frame."""
    page.evaluate("() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")


def pause(page: Page) -> None:
    """Pause, and see the last record."""
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    until(page, lambda: stands(page), "the last record")


def stands(page: Page) -> bool:
    """Whether nothing moves any more: header and history show the iteration at which the server says the run is."""
    standing = page.locator("#history").evaluate("({ ariaValueNow, ariaValueMax }) => [ariaValueNow, ariaValueMax]")
    return page.locator("#read-rate").inner_text() == "0" and set(standing) == {str(iteration(page))}


def choose(page: Page, field: str, option: str) -> None:
    """One of a list."""
    page.locator(f'[data-field="{field}"] select').select_option(option)


def length(page: Page) -> int:
    """The length of the sequence, as its control shows it; 0 before the page has filled it in."""
    shown = page.locator('[data-field="sequence_length"]').get_by_role("textbox").input_value()
    return int(re.sub(r"\D", "", shown) or 0)


def step_length_to(page: Page, T: int) -> None:
    """With the arrow keys, one timestep after the other."""
    page.locator('[data-field="sequence_length"]').get_by_role("slider").focus()
    while (now := length(page)) != T:
        page.keyboard.press("ArrowRight" if now < T else "ArrowLeft")
