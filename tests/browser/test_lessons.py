"""The lessons as a reader meets them: each step done through the page, each tick seen, nothing said in the console."""

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.training import RunConfig, Trainer
from tests.scenes.reading import largest_discs
from tests.support.reader import pause
from tests.support.servers import Server

pytestmark = pytest.mark.browser

Scene = dict[str, Any]
Condition = dict[str, Any]


@pytest.fixture(scope="module")
def story(server: Server) -> list[Scene]:
    with urllib.request.urlopen(f"{server.url}/api/scenes") as answer:
        scenes: list[Scene] = json.load(answer)
    return scenes


def choose_scene(page: Page, scene: Scene) -> None:
    page.get_by_label("Scene").select_option(scene["slug"])
    ready(page, scene)


def ready(page: Page, scene: Scene) -> None:
    """The scene's network is the one that is shown."""
    expect(page.locator("#lesson-number")).to_have_text(re.compile(rf"^{scene['number']} of \d+$"))
    expect(page.locator("#lesson")).to_have_attribute("data-ready", scene["slug"])


# A reader who does what a step asks for, by the page's own controls.


def do(page: Page, scene: Scene, condition: Condition) -> None:
    for part in condition.get("all", [condition]):
        kind = next(iter(part))
        DOERS[kind](page, scene, part)


def set_field(page: Page, _scene: Scene, condition: Condition) -> None:
    name = condition["field"]
    value = next(value for key, value in condition.items() if key != "field")
    if name in ("k1", "k2"):
        page.locator("#field-k1").select_option("own")
        type_number(page, f"#number-{name}", value)
    elif isinstance(value, str):
        page.locator(f'[data-field="{name}"] select').select_option(value)
    else:
        type_number(page, f"#number-{name}", value)


def type_number(page: Page, selector: str, value: float) -> None:
    page.locator(selector).fill(str(value))
    page.locator(selector).press("Enter")


def play(page: Page, *_: Any) -> None:
    page.locator("#speed").focus()
    page.keyboard.press("End")
    if page.locator("#play").get_attribute("data-playing") == "false":
        page.locator("#play").click()


def open_tab(page: Page, _scene: Scene, condition: Condition) -> None:
    page.locator("#face-views").click()
    tab = page.locator(f"#tab-{condition['tab']}")
    if not tab.is_visible():  # a view that only one of the other lanes has
        page.locator(".lane-choice").nth(2).click()
    tab.click()


def pin(page: Page, scene: Scene, condition: Condition) -> None:
    """A click into the column, where it stands at 1280×720, and not while slow motion goes on."""
    if page.locator("#slow-motion").get_attribute("aria-pressed") == "true":
        page.locator("#slow-motion").click()
    T = scene["config"]["sequence_length"]
    t = condition.get("pin", T)
    if isinstance(t, dict):
        t = largest_discs(Trainer(RunConfig(**scene["config"])).record(), t["largest"])[0]
    # Of two directions the upper one is open; a click into the other opens that.
    y = 190 if scene["config"]["bidirectional"] else 300
    page.locator("#network:visible, canvas.lanes").click(position={"x": 116 + (t - 0.5) * 630 / T, "y": y})


def happen(page: Page, scene: Scene, condition: Condition) -> None:
    event = condition["event"]
    if event in ("fold", "unfold"):
        page.locator("#fold").click()
    elif event == "edit":
        open_tab(page, scene, {"tab": "weights"})
        type_number(page, "#weight-value", 0.9)
    elif event == "load":
        load_text(page)
    elif event == "pin":
        pin(page, scene, {})
    elif event == "watched":
        with page.expect_popup() as stored:
            page.locator("#lesson-watched").click()
        expect(stored.value.locator("body")).to_have_attribute("data-captured", "true")
        stored.value.close()
    else:
        page.locator(
            {"step": "#step", "play": "#play", "slow": "#slow-motion", "example": "#next-example"}[event]
        ).click()


def load_text(page: Page) -> None:
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["so it goes, and so it went, ".repeat(40)], "own.txt", { type: "text/plain" }));
          document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    page.get_by_role("button", name="Train on this").click()
    expect(page.locator('[data-field="task"] select')).to_have_value("own")
    page.keyboard.press("Escape")


def choose_lane(page: Page, _scene: Scene, condition: Condition) -> None:
    page.locator("#face-views").click()
    page.locator(".lane-choice").nth(condition["lane"] - 1).click()


DOERS: dict[str, Callable[..., None]] = {
    "field": set_field,
    "scalar": play,
    "iterations": play,
    "phase": play,
    "event": happen,
    "tab": open_tab,
    "pin": pin,
    "lane": choose_lane,
}


def overflowing(page: Page) -> list[str]:
    """Which parts of the lesson hold more than they show; inspector and views that it borrows lay out themselves."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("#lesson, #lesson :not(.visually-hidden, select, option)")]
          .filter((node) => node.clientWidth > 0 && !node.closest("#inspector, #views"))
          .filter((node) => node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1)
          .filter((node) => getComputedStyle(node).display !== "inline")
          .map((node) => node.id || node.className)"""
    )
    return found


def ringing_nothing(page: Page) -> list[str]:
    """References that ring nothing while they have the focus, ring across the stage's edge or leave one; 5 s each."""
    found: list[str] = page.evaluate(
        """async () => {
          const frame = () => new Promise((seen) => requestAnimationFrame(seen));
          const rings = async (wanted) => {
            const end = performance.now() + 5000;
            while (document.querySelectorAll(".ring").length > 0 !== wanted && performance.now() < end) await frame();
            return document.querySelectorAll(".ring").length > 0 === wanted;
          };
          const crossing = () => {
            const stage = document.getElementById("stage").getBoundingClientRect();
            return [...document.querySelectorAll(".ring")].map((ring) => ring.getBoundingClientRect()).some(
              ({ left, right, top, bottom }) =>
                bottom > stage.top + 6 && top < stage.bottom - 6 &&
                [stage.left, stage.right].some((edge) => left < edge - 6 && right > edge + 6)
            );
          };
          const settles = async () => {
            const end = performance.now() + 5000;
            while (crossing() && performance.now() < end) await frame();
            return !crossing();
          };
          const failed = [];
          for (const reference of document.querySelectorAll("#lesson-text .reference")) {
            reference.focus();
            if (!(await rings(true))) failed.push(`${reference.textContent} rings nothing`);
            if (!(await settles())) failed.push(`${reference.textContent} rings what is not the stage`);
            document.getElementById("lesson-title").focus();
            if (!(await rings(false))) failed.push(`the ring of ${reference.textContent} stays`);
          }
          return failed;
        }"""
    )
    return found


def test_every_scene_is_read_without_scrolling_points_at_what_is_there_and_ticks_as_it_is_done(
    opened: Callable[..., Page], story: list[Scene]
) -> None:
    page = opened("#lesson=forward-and-back")
    for scene in story:
        slug = scene["slug"]
        ready(page, scene) if scene["number"] == 1 else choose_scene(page, scene)
        assert overflowing(page) == [], slug
        assert ringing_nothing(page) == [], slug
        page.keyboard.press("PageDown")
        page.keyboard.press("PageDown")
        expect(page.locator("#lesson-question .because")).not_to_be_empty()
        assert overflowing(page) == [], f"the question of {slug}"
        page.locator("#face-text").click()
        steps = page.locator("#lesson-steps li")
        expect(steps).to_have_count(len(scene["steps"]))
        for index, step in enumerate(scene["steps"]):
            assert steps.nth(index).get_attribute("data-done") is None, f"{slug}: done before it is read"
            do(page, scene, step["done"])
            expect(steps.nth(index)).to_have_attribute("data-done", "true")
            page.locator("#face-text").click()
    expect(page.locator('#lesson-dots [data-done="true"]')).to_have_count(len(story))
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [1280, 720]


def test_a_story_is_told_from_the_keyboard_and_the_readers_network_comes_back_after_it(
    opened: Callable[..., Page], story: list[Scene]
) -> None:
    page = opened("#sequence_length=30&cell=gru&tab=loss")
    expect(page.locator("#read-iteration")).not_to_have_text("0")
    pause(page)
    reached = page.locator("#read-iteration").inner_text()
    page.keyboard.press("l")
    ready(page, story[0])
    expect(page.locator("#number-sequence_length")).to_have_value("1")
    expect(page.locator("#lesson-changes")).to_contain_text("sequence length")
    page.keyboard.press("PageDown")
    expect(page.locator("#lesson-next")).to_have_text("Reveal")
    expect(page.locator("#lesson-question .because")).to_be_empty()
    page.locator("#lesson-question .option").first.click()
    page.keyboard.press("PageDown")
    expect(page.locator("#lesson-question .because")).not_to_be_empty()
    expect(page.locator('.option[data-right="true"]')).to_have_count(1)
    page.keyboard.press("PageDown")
    ready(page, story[1])
    page.keyboard.press("PageUp")
    ready(page, story[0])
    page.locator("#lesson-close").click()
    expect(page.locator("#number-sequence_length")).to_have_value("30")
    expect(page.locator("#read-iteration")).to_have_text(reached)
    expect(page.locator("#lesson")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"#(?!.*lesson).*cell=gru"))


def test_a_class_can_change_only_what_the_scene_asks_for(opened: Callable[..., Page], story: list[Scene]) -> None:
    page = opened("#lesson=relu", permissions=["clipboard-read", "clipboard-write"])
    ready(page, story[11])
    page.locator("#face-question").click()
    page.locator("#lesson-link").click()
    expect(page.locator("#lesson-link")).to_have_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(link)
    ready(page, story[11])
    expect(page.locator('[data-field="activation"] select')).to_be_visible()
    expect(page.locator('[data-field="cell"] select')).to_be_hidden()
    choose_scene(page, story[12])
    expect(page.locator('[data-field="activation"] select')).to_be_hidden()
    expect(page).to_have_url(re.compile(r"#lesson=initialisation\.locked$"))


def test_references_act_the_arrow_key_makes_an_update_and_progress_is_kept(
    opened: Callable[..., Page], story: list[Scene]
) -> None:
    page = opened("#lesson=unrolling")
    ready(page, story[2])
    unfold = page.locator("#lesson-paragraphs .reference.acts", has_text="Unfold")
    unfold.click()
    expect(page.locator("#fold")).to_have_text("Fold")
    unfold.click()  # it is unfolded already
    expect(page.locator("#fold")).to_have_text("Fold")
    expect(page.locator("#lesson-steps li").first).to_have_attribute("data-done", "true")
    page.locator("#lesson-title").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#read-iteration")).to_have_text("1")
    expect(page.locator("#face-text")).to_have_attribute("aria-selected", "true")
    for step in story[2]["steps"][1:]:
        do(page, story[2], step["done"])
    expect(page.locator('#lesson-dots [data-done="true"]')).to_have_count(1)
    address = page.url.partition("#")[0]
    page.goto("about:blank")
    page.goto(address, wait_until="networkidle")
    page.locator("#lessons").click()
    ready(page, story[2])
    expect(page.locator('#lesson-dots [data-done="true"]')).to_have_count(1)


def test_a_link_that_is_pasted_into_the_same_tab_opens_its_lesson_or_ends_it(
    opened: Callable[..., Page], story: list[Scene]
) -> None:
    page = opened("")
    page.wait_for_load_state("networkidle")
    page.evaluate("location.hash = 'lesson=vanishing'")
    ready(page, story[8])
    page.locator(".reference", has_text="river").hover()
    expect(page.locator(".ring")).to_have_count(1)
    page.locator("#lesson-title").hover()
    expect(page.locator(".ring")).to_have_count(0)
    page.locator(".reference", has_text="sequence").focus()
    expect(page.locator(".ring")).to_have_count(1)
    page.locator(".reference", has_text="ledger").click()
    expect(page.locator("#inspector .way")).to_contain_text("saturation")
    page.evaluate("location.hash = 'lesson=relu'")
    ready(page, story[11])
    page.evaluate("location.hash = 'cell=lstm'")
    expect(page.locator("#lesson")).to_be_hidden()
    expect(page.locator('[data-field="cell"] select')).to_have_value("lstm")


def test_what_a_text_speaks_of_stands_under_it_and_nothing_of_it_stays(
    opened: Callable[..., Page], story: list[Scene]
) -> None:
    page = opened("#lesson=truncation")
    ready(page, story[14])
    page.locator("#field-k1").select_option("own")
    type_number(page, "#number-k1", 4)
    type_number(page, "#number-k2", 4)
    page.locator("#lesson-steps .reference", has_text="Lags").click()
    chart = page.locator("#lesson-under #view-lags")
    expect(chart).to_be_visible()
    expect(page.locator("#lesson-paragraphs")).to_be_visible()
    choose_scene(page, story[5])
    expect(page.locator("#number-k1")).to_be_hidden()
    expect(page.locator("#field-k1")).not_to_have_value("own")
    expect(page.locator("#lesson-under #view-flow")).to_be_visible()
    choose_scene(page, story[6])
    third = page.get_by_role("button", name="k = 3, implicit: 0.291 for W_hh, 0.540 for W_xh")
    third.click()
    expect(page.locator("#lesson-steps li").first).to_have_attribute("data-done", "true")
    page.emulate_media(media="print")
    bars = third.locator(".terms-bar").evaluate_all("(bars) => bars.map((bar) => bar.offsetHeight)")
    assert min(bars) > 30, f"on paper the terms are bars, too: {bars}"
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1920, "height": 1080})
    choose_scene(page, story[20])  # its view is the last of the tabs, beside the text
    expect(page.locator("#tab-gates")).to_be_in_viewport(ratio=1)
    page.locator("#lesson-close").click()
    expect(page.locator("#side #inspector + #views")).to_be_visible()


def test_a_lecturers_own_story_is_told_in_the_order_of_its_link_and_in_view_on_a_phone(
    opened: Callable[..., Page],
) -> None:
    page = opened("#lessons=memory,vanishing", 390, 844)
    expect(page.locator("#lesson")).to_have_attribute("data-ready", "memory")
    page.evaluate("location.hash = 'lessons=vanishing,rivers,memory'")
    expect(page.locator("#line-text")).to_contain_text("There is no lesson “rivers” here")
    expect(page.locator("#lesson")).to_have_attribute("data-ready", "vanishing")
    expect(page.locator("#lesson-title")).to_be_in_viewport()
    expect(page.locator("#lesson-paragraphs p").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("#lesson-number")).to_have_text("1 of 2")
    expect(page.locator("#lesson-dots .dot")).to_have_count(2)
    for label in ("Next", "Reveal", "Next"):
        expect(page.locator("#lesson-next")).to_have_text(label)
        page.locator("#lesson-next").click()
    expect(page.locator("#lesson")).to_have_attribute("data-ready", "memory")
    expect(page.locator("#lesson-number")).to_have_text("2 of 2")
    expect(page).to_have_url(re.compile(r"#lessons=vanishing,memory&lesson=memory$"))


def test_a_lecturers_own_story_is_built_from_the_keyboard_under_for_teachers_and_begins_with_its_network(
    opened: Callable[..., Page], story: list[Scene]
) -> None:
    page = opened("#tab=loss")
    page.locator("#share-button").press("Enter")
    page.locator("#share-tab-teachers").press("Enter")
    link = page.locator("#share-story")
    page.get_by_role("checkbox", name=story[8]["title"]).press("Space")
    page.get_by_role("checkbox", name=story[7]["title"]).press("Space")
    expect(link).to_have_value(re.compile(r"#lessons=through-time,vanishing$"))
    up = page.get_by_role("button", name=f"Move {story[8]['title']} up")
    up.press("Enter")
    expect(up).to_be_focused()
    expect(link).to_have_value(re.compile(r"#lessons=vanishing,through-time$"))
    page.get_by_role("checkbox", name="Lock all controls but those a lesson asks for").press("Space")
    expect(link).to_have_value(re.compile(r"&lesson=vanishing\.locked$"))
    address = link.input_value()
    page.goto("about:blank")
    started: list[dict[str, Any]] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: started.extend(starts(frame))))
    page.goto(address)
    expect(page.locator("#lesson")).to_have_attribute("data-ready", "vanishing")
    expect(page.locator("#lesson-number")).to_have_text("1 of 2")
    assert started == [story[8]["config"]], "the lesson's network, and no other before it"


def starts(frame: str | bytes) -> list[dict[str, Any]]:
    """The configuration that a message to the server starts a run with."""
    message = json.loads(frame) if isinstance(frame, str) else {}
    return [message["config"]] if message.get("type") == "start" else []
