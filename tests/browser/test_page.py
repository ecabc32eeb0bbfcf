"""The page as its users meet it: a real Chromium, a real server, a network that really trains."""

import re
import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.pages import STAGE
from tests.support.reader import choose, iteration, length, pause, until
from tests.support.servers import Server

pytestmark = pytest.mark.browser


def test_the_page_opens_on_a_network_that_is_already_training(page: Page):
    until(page, lambda: iteration(page) > 20, "twenty updates without a click")
    expect(page.locator("#finding")).to_contain_text("The task needs 8 steps back")
    expect(page.locator("#residual")).to_contain_text("10")


def test_the_first_picture_is_a_computed_one_even_before_the_socket_opens(chromium: Browser, server: Server):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.route_web_socket("**/ws", lambda ws: None)  # opens and never answers
    page.goto(server.url)
    until(page, lambda: "norm" in page.locator("#label-gradient").inner_text(), "the first picture")
    expect(page.locator("#read-loss")).to_have_text(re.compile(r"\d\.\d+"))
    colours = page.evaluate(
        f"""() => {{
          const stage = ({STAGE})();
          const {{ data }} = stage.getImageData(0, 0, stage.canvas.width, stage.canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        }}"""
    )
    assert colours > 100, "a network, a river and its colours"
    context.close()


def test_nothing_scrolls_at_1280_by_720(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [1280, 720]


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1000, 700), (768, 1024), (420, 900)])
def test_nothing_is_wider_than_the_window(page: Page, width: int, height: int):
    page.set_viewport_size({"width": width, "height": height})
    until(page, lambda: iteration(page) > 3, "training")
    until(page, lambda: page.evaluate("document.documentElement.scrollWidth") <= width, "a page as wide as its window")


def test_dragging_the_length_unrolls_further_and_training_goes_on(page: Page):
    until(page, lambda: iteration(page) > 5, "training")
    before = iteration(page)
    row = page.locator('[data-field="sequence_length"]')
    box = row.get_by_role("slider").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.45 * box["width"], y)  # where 24 stands on a logarithmic track
    page.mouse.down()
    page.mouse.move(box["x"] + 0.65 * box["width"], y, steps=10)
    page.mouse.up()
    until(page, lambda: length(page) > 50, "a longer sequence")
    words = page.locator(".words")
    until(page, lambda: re.search(rf"[hE]{length(page)}\b", words.inner_text()), "words about that sequence")
    until(page, lambda: iteration(page) > before + 5, "more updates of the same run")


def test_arrow_keys_change_the_length_one_by_one_however_fast_they_come(page: Page):
    until(page, lambda: iteration(page) > 5, "training")
    slider = page.locator('[data-field="sequence_length"]').get_by_role("slider")
    slider.focus()
    slider.evaluate(
        """(node) => {
          for (const key of [...Array(8).fill("ArrowRight"), "ArrowLeft", "ArrowUp"])
            node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        }"""
    )
    assert length(page) == 32
    expect(page.locator(".words")).to_contain_text(re.compile(r"[hE]32\b"))


def test_what_would_help_is_a_button_and_gone_once_it_has_helped(opened):
    page = opened("#activation=sigmoid&lag=20")
    expect(page.locator("#finding")).to_contain_text("The task needs 20 steps back, but the gradient vanishes")
    page.locator("#advice").get_by_role("button", name="Use tanh (weights kept)").click()
    expect(page.locator("#finding")).not_to_contain_text("vanishes")
    expect(page.locator("#advice")).to_be_hidden()


def test_changing_the_activation_keeps_the_run(page: Page):
    until(page, lambda: iteration(page) > 5, "training")
    before = iteration(page)
    choose(page, "activation", "relu")
    expect(page.locator("#inspector")).to_contain_text("relu")
    until(page, lambda: iteration(page) > before, "more updates of the same run")


def test_pause_step_and_reset(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    pause(page)
    before = iteration(page)
    page.keyboard.press("ArrowRight")
    until(page, lambda: iteration(page) == before + 1, "exactly one update")
    page.get_by_role("button", name="One update").click()
    until(page, lambda: iteration(page) == before + 2, "exactly one more")
    page.locator("#network").focus()
    page.keyboard.press("r")
    until(page, lambda: iteration(page) == 0, "the seed's weights again")
    page.keyboard.press("Space")
    until(page, lambda: iteration(page) > 0, "playing again")


def test_another_task_starts_again_and_can_be_undone(page: Page):
    until(page, lambda: iteration(page) > 30, "training")
    choose(page, "task", "adding")
    expect(page.locator("#finding")).not_to_contain_text("needs 8 steps")
    page.get_by_role("button", name=re.compile("Undo")).click()
    expect(page.locator('[data-field="task"] select')).to_have_value("echo")
    until(page, lambda: iteration(page) > 30, "the old run, where it was")


def test_a_bad_value_is_explained_beside_its_control_and_the_run_goes_on(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    rate = page.locator('[data-field="learning_rate"]')
    rate.get_by_role("textbox").fill("-0.003")
    rate.get_by_role("textbox").press("Enter")
    expect(rate.locator(".row-error, .error")).to_contain_text("0")
    before = iteration(page)
    until(page, lambda: iteration(page) > before, "the run going on")


def test_a_clicked_timestep_is_pinned_with_its_numbers(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    page.locator("#network").click(position={"x": 490, "y": 330})
    expect(page.locator("#inspector")).to_contain_text("Timestep")
    expect(page.locator("#inspector")).to_contain_text(re.compile(r"own loss.*carried", re.DOTALL))
    page.keyboard.press("Escape")
    page.mouse.move(640, 20)
    expect(page.locator("#inspector")).to_contain_text("nothing pinned")


def test_the_loss_chart_is_drawn_by_the_installed_plotly(page: Page):
    until(page, lambda: iteration(page) > 10, "training")
    page.get_by_role("tab", name="Loss").click()
    expect(page.locator("#loss-plot .main-svg").first).to_be_visible()


def test_exploding_stops_at_the_first_bad_number_and_can_go_on(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    choose(page, "clip", "none")
    choose(page, "optimizer", "sgd")
    choose(page, "activation", "linear")
    rate = page.locator('[data-field="learning_rate"]').get_by_role("textbox")
    rate.fill("10")
    rate.press("Enter")
    expect(page.locator("#finding")).to_contain_text("not finite")
    rate.fill("0.001")
    rate.press("Enter")
    expect(page.locator("#finding")).not_to_contain_text("not finite")


def test_light_and_dark_are_two_papers(page: Page):
    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    until(page, lambda: iteration(page) > 3, "training")
    light = paper()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Dark colours").click()
    until(page, lambda: paper() != light, "the other paper")


def test_a_killed_server_is_survived_with_the_same_run(chromium: Browser):
    with Server() as own, chromium.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.goto(own.url)
        until(page, lambda: iteration(page) > 60, "a run worth keeping")
        reached = iteration(page)
        own.stop(signal.SIGKILL)
        expect(page.locator("#line")).to_contain_text("Connection lost")
        own.start()
        expect(page.locator("#line")).not_to_contain_text("Connection lost")
        until(page, lambda: iteration(page) > reached, "the run going on from its last snapshot")
