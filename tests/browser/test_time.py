"""Back through a run's past, off on a branch, and the same numbers again."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import LINES
from tests.support.reader import choose, iteration, pause, see, stands, until

pytestmark = pytest.mark.browser


def losses(page: Page, first: int, count: int) -> list[str | None]:
    """The losses of the next updates, one at a time."""
    handle = page.locator("#history")
    seen = []
    for n in range(first, first + count):
        page.keyboard.press("ArrowRight")
        expect(handle).to_have_attribute("aria-valuenow", str(n))
        seen.append(handle.get_attribute("aria-valuetext"))
    return seen


def place(page: Page, share: float) -> tuple[float, float]:
    """Where the handle stands at a share of the axis."""
    box: Any = page.locator("#history").bounding_box()
    return box["x"] + 116 + share * (box["width"] - 116 - 158), box["y"] + 46


def scrub(page: Page, share: float) -> None:
    page.mouse.move(*place(page, 0.99))
    page.mouse.down()
    page.mouse.move(*place(page, share), steps=5)
    page.mouse.up()
    expect(page.locator("#branch")).to_be_visible()
    see(page)


def test_scrubbing_shows_the_past_and_now_goes_on(page: Page):
    until(page, lambda: iteration(page) > 110, "a run with a past")
    scrub(page, 0.5)
    shown, reached = map(int, page.locator("#history").evaluate("(node) => [node.ariaValueNow, node.ariaValueMax]"))
    assert shown == iteration(page)
    assert shown < 0.6 * reached
    page.wait_for_timeout(300)
    assert iteration(page) == shown, "the past stands still"
    page.keyboard.press("ArrowLeft")
    until(page, lambda: iteration(page) < shown, "the record before")
    page.locator("#now").click()
    until(page, lambda: iteration(page) > reached, "the present, going on")


def test_what_is_seen_of_the_past_is_what_is_saved_and_the_check_says_what_it_checks(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 60, "a run with a past")
    scrub(page, 0.5)
    shown = iteration(page)
    page.get_by_role("button", name="Share", exact=True).click()
    panel = page.locator("#share")
    panel.get_by_role("tab", name="Save").click()
    expect(panel).to_contain_text(f"You are looking at iteration {shown}: table, tensors and pictures are of it.")
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="Table", exact=True).click()
    assert waiting.value.suggested_filename == f"unroll-echo-rnn-{shown}-record.csv"
    waiting.value.save_as(tmp_path / "record.csv")
    assert f", iteration {shown}\n" in (tmp_path / "record.csv").read_text()
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="Weights", exact=True).click()
    now = int(waiting.value.suggested_filename.split("-")[3])
    assert now > shown
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Check", exact=True).click()
    facts = page.get_by_role("region", name="Check the gradients")
    expect(facts).to_contain_text(f"You are looking at iteration {shown}: what is checked is the network as it is now")
    expect(facts).to_contain_text(f"at iteration {now}.")


def test_a_branch_continues_as_the_run_did_and_can_be_taken_back(page: Page):
    until(page, lambda: iteration(page) > 40, "training")
    pause(page)
    begin = iteration(page)
    unbroken = losses(page, begin + 1, 5)
    for _ in unbroken:
        page.keyboard.press("ArrowLeft")
    until(page, lambda: iteration(page) == begin, "where it was")
    page.get_by_role("button", name="Branch from here").click()
    expect(page.locator("#undo-branch")).to_be_visible()
    assert losses(page, begin + 1, 5) == unbroken
    page.locator("#undo-branch").click()
    expect(page.locator("#undo-branch")).to_be_hidden()
    until(page, lambda: iteration(page) == begin + 5, "the run before the branch")


def test_a_change_in_the_past_begins_a_branch(page: Page):
    until(page, lambda: iteration(page) > 60, "training")
    scrub(page, 0.3)
    shown = iteration(page)
    page.locator('[data-field="activation"] select').select_option("relu")
    expect(page.locator("#history-where")).to_have_text(re.compile(f"Branched at {shown}"))
    expect(page.locator("#inspector")).to_contain_text("relu")
    assert iteration(page) == shown


def lane_losses(page: Page) -> list[str]:
    row = page.locator(".lanes-table tr", has_text="loss now")
    return row.locator("td").all_inner_texts()


def test_two_lanes_of_one_configuration_learn_alike(page: Page):
    until(page, lambda: iteration(page) > 20, "training")
    page.locator("#compare").click()
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, no difference")
    before = iteration(page)
    until(page, lambda: iteration(page) > before + 20, "lanes marching on")
    pause(page)
    until(page, lambda: len(set(lane_losses(page))) == 1, "the same loss in both")
    assert lane_losses(page)[0] not in ("", "–")


def test_one_difference_starts_both_lanes_again_and_one_lane_can_be_kept(page: Page):
    until(page, lambda: iteration(page) > 20, "training")
    page.locator("#compare").click()
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, no difference")
    choose(page, "cell", "lstm")
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, one difference")
    expect(page.locator("#finding")).to_contain_text("Same data, same seed")
    until(page, lambda: iteration(page) > 10, "both from the seed")
    page.locator("#network").blur()
    page.keyboard.press("1")
    expect(page.locator('[data-field="cell"] select')).to_have_value("rnn")
    page.get_by_role("button", name="Keep lane 1").click()
    expect(page.locator("#network")).to_be_visible()
    expect(page.locator(".lanes-table")).to_have_count(0)
    before = iteration(page)
    until(page, lambda: iteration(page) > before, "the kept one going on")


def test_a_reload_goes_on_with_the_same_run(page: Page):
    until(page, lambda: iteration(page) > 30, "training")
    page.locator('[data-field="activation"] select').select_option("relu")
    until(page, lambda: iteration(page) > 90, "a run worth keeping")
    pause(page)
    loss = page.locator("#history").get_attribute("aria-valuetext")
    page.reload()
    expect(page.locator("#history")).to_have_attribute("aria-valuetext", loss or "")
    expect(page.locator('[data-field="activation"] select')).to_have_value("relu")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    before = iteration(page)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    until(page, lambda: iteration(page) > before, "a run that plays goes on playing")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    until(page, lambda: stands(page), "the last record")
    reached = iteration(page)
    page.reload()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    until(page, lambda: iteration(page) == reached and stands(page), "a run that was paused, where it was")


def test_a_branch_can_become_a_lane(page: Page):
    until(page, lambda: iteration(page) > 60, "training")
    scrub(page, 0.3)
    shown = iteration(page)
    page.get_by_role("button", name="Compare from here").click()
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, no difference")
    until(page, lambda: iteration(page) == shown and len(set(lane_losses(page))) == 1, "both where the past was")


# What was sent; and while there is no copy, whoever asks for one is answered something else.
COPIES = """
window.copies = true;
window.sent = [];
window.WebSocket = class extends WebSocket {
  send(data) {
    const { type, id } = typeof data === "string" ? JSON.parse(data) : {};
    window.sent.push(type);
    if (type !== "snapshot" || window.copies) return super.send(data);
    setTimeout(() => this.onmessage({ data: JSON.stringify({ type: "no copy", id }) }));
  }
};
"""
ADD = """[...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Add a lane").click();"""


@pytest.fixture
def copied(page: Page) -> Page:
    """A page that trains, on which copies of networks can be withheld."""
    page.add_init_script(LINES)
    page.add_init_script(COPIES)
    page.reload()
    until(page, lambda: iteration(page) > 20, "training")
    return page


def said(page: Page, words: str) -> None:
    until(page, lambda: any(words in line for line in page.evaluate("lines")), words)


def test_a_lane_that_cannot_be_added_is_told_and_the_others_go_on(copied: Page):
    page = copied
    page.locator("#compare").click()
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, no difference")
    before = iteration(page)
    until(page, lambda: iteration(page) > before, "lanes marching on")
    page.evaluate(f"copies = false; {ADD}")
    said(page, "No lane was added")
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, no difference")
    before = iteration(page)
    until(page, lambda: iteration(page) > before + 20, "lanes marching on")


def alone(page: Page) -> None:
    """One network, which trains."""
    expect(page.locator("#compare")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".lanes-table")).to_have_count(0)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    before = iteration(page)
    until(page, lambda: iteration(page) > before + 20, "one network training")


def test_where_not_even_the_second_lane_comes_nothing_is_compared(copied: Page):
    page = copied
    page.evaluate("copies = false")
    page.locator("#compare").click()
    said(page, "No lane was added")
    alone(page)
    page.evaluate("copies = true")
    page.locator("#compare").click()
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, no difference")


# As soon as lanes are opened, and their second is on its way.
END_AT_ONCE = """() => {
  const button = document.getElementById("compare");
  const end = (_, watching) => {
    watching.disconnect();
    button.click();
  };
  new MutationObserver(end).observe(button, { attributeFilter: ["aria-pressed"] });
  window.sent.length = 0;
  button.click();
}"""


def test_a_comparison_that_ends_while_a_lane_is_coming_leaves_one_network_that_trains(copied: Page):
    page = copied
    page.evaluate(END_AT_ONCE)
    until(page, lambda: "play" in page.evaluate("sent"), "it to play on")
    alone(page)
    assert page.evaluate("sent.filter((type) => type === 'play').length") == 1
    page.locator("#compare").click()
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, no difference")
    before = iteration(page)
    until(page, lambda: iteration(page) > before, "lanes marching on")
    page.evaluate(f"{ADD} document.getElementById('compare').click()")
    alone(page)
