"""Asking as a reader does: typing, choosing, reading an answer whose numbers are those of the network that is shown."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.questions import QUESTIONS
from app.training import Trainer
from tests.questions.test_answers import compute
from tests.support.reader import iteration, pause, until

pytestmark = pytest.mark.browser


def pauses(page: Page) -> int:
    """The reader's own run, paused; its iteration."""
    until(page, lambda: iteration(page) > 0, "the run plays")
    pause(page)
    return iteration(page)


def expected(name: str) -> list[float]:
    """The numbers of a question's answer, in the order in which they stand there."""
    question = QUESTIONS[name]
    record = Trainer(question.config).record(set(question.watch))
    pieces = [piece for piece in question.as_json()["answer"] if "number" in piece]
    scale = {"percent": 100.0}
    return [scale.get(piece["as"], 1.0) * compute(piece["number"], record, question.config) for piece in pieces]


def written_number(text: str) -> float:
    """A number as the page writes it: 4.63 × 10⁻², 74 %, 1,024."""
    plain = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--"))
    match = re.fullmatch(r"(-?[\d.]+)(?:\s*×\s*10(-?\d+))?(?:\s*%)?", re.sub(r"[\u2009\u202f\u00a0, ]", "", plain))
    assert match, f"{text!r} is no number"
    return float(match[1]) * 10.0 ** int(match[2] or 0)


def reads_the_answer_to(page: Page, name: str) -> None:
    """The question stands there, with the numbers that its network has."""
    expect(page.locator("#ask-question")).to_be_visible()
    numbers = page.locator(".ask-answer strong")
    wanted = expected(name)
    expect(numbers).to_have_count(len(wanted))
    for text, value in zip(numbers.all_inner_texts(), wanted, strict=True):
        digits = {"abs": 0.5} if "%" in text else {"rel": 6e-3}
        assert written_number(text) == pytest.approx(value, **digits), f"{name}: {text} for {value}"


def test_a_question_is_found_by_its_words_answered_and_left_again(page: Page):
    before = pauses(page)
    page.keyboard.press("/")
    field = page.locator("#ask-field")
    expect(field).to_be_focused()
    field.fill("lstm exploding")
    expect(page.locator("#ask-list").get_by_role("option").first).to_have_text("Can an LSTM explode?")
    page.keyboard.press("Enter")
    reads_the_answer_to(page, "lstm-explode")
    expect(page.locator(".ring")).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#ask-bar")).to_be_hidden()
    until(page, lambda: iteration(page) == before, "the reader's own run")
    expect(page.locator('[data-field="cell"] select')).to_have_value("rnn")


def test_every_question_is_asked_from_the_keyboard_alone_and_tells_the_numbers_of_its_network(
    opened: Callable[..., Page],
):
    first, *_ = QUESTIONS
    page = opened(f"#question={first}")
    reads_the_answer_to(page, first)
    for name, question in QUESTIONS.items():
        page.get_by_role("button", name="another question").press("Enter")
        expect(page.locator("#ask-field")).to_be_focused()
        page.keyboard.insert_text(question.question)
        page.keyboard.press("Enter")
        until(page, lambda name=name: page.evaluate("location.hash") == f"#question={name}", f"the link of {name}")
        expect(page.locator("#ask-question")).to_be_focused()
        reads_the_answer_to(page, name)
    page.get_by_role("button", name="next question").press("Enter")
    until(page, lambda: page.evaluate("location.hash") == f"#question={first}", "after the last one the first")


def test_controls_and_views_are_found_by_name(page: Page):
    pauses(page)
    page.keyboard.press("/")
    page.locator("#ask-field").fill("clip_threshold")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-bar")).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('[data-field]')?.dataset.field") == "clip_threshold"
    page.locator("#ask").click()
    page.locator("#ask-field").fill("spectrum")
    page.locator("#ask-list").get_by_role("option", name="Spectrum").first.click()
    expect(page.get_by_role("tab", name="Spectrum")).to_have_attribute("aria-selected", "true")


def test_a_link_that_locks_its_network_opens_no_other(opened: Callable[..., Page]):
    page = opened("#lock=task,cell")
    until(page, lambda: iteration(page) > 3, "training")
    page.keyboard.press("/")
    expect(page.locator("#line-text")).to_contain_text("Questions open other networks")
    expect(page.locator("#ask-bar")).to_have_count(0)


def test_from_a_lesson_to_a_question_and_back_home_nothing_is_lost(page: Page):
    before = pauses(page)
    page.get_by_role("button", name="Lessons").click()
    expect(page.locator("#lesson")).to_have_attribute("data-ready", re.compile("."))
    page.keyboard.press("/")
    page.locator("#ask-field").fill("forget bias")
    page.keyboard.press("Enter")
    reads_the_answer_to(page, "forget-bias")
    expect(page.locator("#lesson")).to_be_hidden()
    page.get_by_role("button", name="close", exact=True).click()
    until(page, lambda: iteration(page) == before, "the reader's own run")
