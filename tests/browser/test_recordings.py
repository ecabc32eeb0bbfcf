"""Recordings as a reader meets them: made on the page, opened, played without the server, saved as one page."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from app.recording import Recording
from app.training import RunConfig, Trainer
from app.web.onefile.lesson_page import lesson_page
from tests.support.axe import violations
from tests.support.firefox import Firefox
from tests.support.lesson_pages import told_in
from tests.support.reader import iteration, pause, until
from tests.support.servers import PATIENCE, Server

pytestmark = pytest.mark.browser
STORY = ["vanishing", "the-hard-gradient"]


def share(page: Page, pane: str) -> None:
    page.get_by_role("button", name="Share", exact=True).click()
    page.locator("#share").get_by_role("tab", name=pane, exact=True).click()


def drop(page: Page, path: Path) -> None:
    """The file falls on the page."""
    page.locator("#share-button").click()
    page.locator("#share").get_by_role("tab", name="Open").click()
    page.locator("#share-file").set_input_files(path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a script recorded: 60 updates of the default network."""
    path = tmp_path_factory.mktemp("recordings") / "script.unroll"
    trainer = Trainer(RunConfig())
    with Recording.create(path, config=trainer.config.model_dump(), task=trainer.task_info()) as recording:
        for record in trainer.records(watch={"flow", "weights", "truncation", "distributions"}):
            recording.write(record)
            if record.iteration == 60:
                break
    return path


def test_what_the_page_records_plays_on_it_and_the_run_is_back_when_it_is_closed(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    share(page, "Record")
    page.get_by_role("button", name="Start recording").click()
    said = page.locator("#share-record").get_by_role("status").filter(has_text="Recording")
    until(page, lambda: re.search(r"Recording: [1-9]\d+ records", said.inner_text()), "ten records")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Stop and save").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    with Recording.open(path) as recording:
        iterations = recording.iterations
        first, last = recording[0], recording[-1]
        assert RunConfig(**recording.facts["config"]).activation == "tanh"
        assert not recording.cut_short
    assert iterations == sorted(set(iterations))
    assert re.fullmatch(rf"unroll-echo-rnn-{iterations[-1]}-\d+-records\.unroll", path.name)
    trainer = Trainer(RunConfig())
    for _ in range(iterations[-1]):
        trainer.advance()
    assert trainer.record().loss == last.loss, "bit for bit what was trained"
    page.keyboard.press("Escape")
    pause(page)
    stood = iteration(page)

    drop(page, path)
    expect(page.get_by_text(f"Recording {path.name}")).to_be_visible()
    for name in ("Compare", "Lessons", "Check", "Reset: back to the seed’s initial weights"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert iteration(page) == iterations[-1], "it played to its end"
    page.locator("#history").focus()
    page.keyboard.press("Home")
    until(page, lambda: iteration(page) == first.iteration, "its first record")
    page.get_by_role("button", name="One update").click()
    until(page, lambda: iteration(page) == iterations[1], "its second record")
    page.get_by_role("button", name="Close", exact=True).click()
    until(page, lambda: iteration(page) == stood, "the run as it stood")
    page.get_by_role("button", name="One update").click()
    until(page, lambda: iteration(page) == stood + 1, "an update of the run")


def test_a_recording_of_a_script_is_looked_at_from_all_sides_while_the_server_is_away(page: Page, made: Path):
    until(page, lambda: iteration(page) > 3, "training")
    drop(page, made)
    expect(page.get_by_text("Recording script.unroll: 61 records")).to_be_visible()
    page.context.set_offline(True)
    until(page, lambda: iteration(page) == 60, "the end of it")
    page.locator("#history").focus()
    page.keyboard.press("Home")
    until(page, lambda: iteration(page) == 0, "its first record")
    assert page.locator("#history").get_attribute("aria-valuemax") == "60"
    page.keyboard.press("ArrowRight")
    until(page, lambda: iteration(page) == 1, "the next one")
    # Its controls show what it was made with, and nothing can be changed.
    row = page.locator('[data-field="activation"]')
    expect(row).to_have_attribute("data-lock", "locked")
    expect(row).to_contain_text("tanh")
    page.locator("#network").hover(position={"x": 400, "y": 200})
    page.locator("#network").click(position={"x": 400, "y": 200})
    expect(page.locator("#inspector").get_by_role("heading", level=2)).to_have_text(re.compile(r"^Timestep \d+$"))
    expect(page.locator("#input-value")).to_be_hidden()
    page.context.set_offline(False)
    page.get_by_role("tab", name="Weights").click()
    expect(page.locator("#weight-value")).to_have_attribute("readonly", "")
    page.get_by_role("tab", name="Spectrum").click()
    expect(page.locator("#spectrum-words")).to_have_text(re.compile("not in the recording"))
    page.get_by_role("button", name="Fold", exact=True).click()
    expect(page.get_by_role("button", name="Unfold", exact=True)).to_be_visible()
    page.get_by_role("button", name="Unfold", exact=True).click()
    # Slow motion ends with the next record.
    page.locator("#more-button, [popovertarget=more]").click()
    page.get_by_role("button", name="Slow motion", exact=True).click()
    expect(page.locator("#finding")).to_have_text(re.compile("Slow motion"))
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("button", name="Lessons", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"UNROLL1\n", "it holds nothing"),
        (b"UNROLL1\n" + (2**62).to_bytes(8, "little") + b"x" * 80, "one part says it has"),
    ],
)
def test_a_file_that_only_looks_like_a_recording_is_refused_and_the_run_goes_on(
    page: Page, tmp_path: Path, content: bytes, why: str
):
    until(page, lambda: iteration(page) > 3, "training")
    path = tmp_path / "hostile.unroll"
    path.write_bytes(content)
    drop(page, path)
    expect(page.locator("#share").get_by_role("alert")).to_contain_text(
        f"hostile.unroll: It is damaged, or no recording of Unroll: {why}"
    )
    seen = iteration(page)
    until(page, lambda: iteration(page) > seen, "the run to go on")
    expect(page.get_by_role("button", name="Lessons", exact=True)).to_be_visible(timeout=PATIENCE * 1000)


# One page.


@pytest.fixture(scope="module")
def exported(chromium: Browser, server: Server, made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recording of the script, saved as one page."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.goto(server.url)
    drop(page, made)
    expect(page.get_by_text("Recording script.unroll: 61 records")).to_be_visible()
    share(page, "Record")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as a page").click()
    path = tmp_path_factory.mktemp("pages") / waiting.value.suggested_filename
    waiting.value.save_as(path)
    expect(page.locator("#share-record")).to_contain_text(f"Saved {path.name}: 61 records")
    context.close()
    return path


@pytest.fixture
def offline(chromium: Browser) -> Iterator[Page]:
    """A browser without a network; the test fails if the page complained or asked for anything but itself."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "blob:")) else complaints.append(asked.url))
    yield page
    context.close()
    assert complaints == []


def at(page: Page | Frame) -> int:
    return int(page.locator("#read-iteration").inner_text())


def test_a_page_saved_from_a_recording_is_toured_from_a_disk_without_a_network(offline: Page, exported: Path):
    assert exported.name == "unroll-echo-rnn-60-61-records.html"
    assert exported.stat().st_size < 10_000_000
    page = offline
    page.goto(exported.as_uri())
    expect(page.get_by_text("A recorded run.")).to_be_visible()
    assert page.title() == "Unroll: Echo, rnn, tanh"
    assert at(page) == 0
    for name in ("Share", "Compare", "Lessons", "Check", "Ask /"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_hidden()
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, lambda: at(page) > 5, "it to play")
    page.locator("#history").focus()
    page.keyboard.press("End")
    until(page, lambda: at(page) == 60, "its last record")
    page.get_by_role("button", name="Back: the previous record").click()
    until(page, lambda: at(page) == 59, "the record before")
    page.locator("#network").click(position={"x": 400, "y": 200})
    expect(page.locator("#inspector").get_by_role("heading", level=2)).to_have_text(re.compile(r"^Timestep \d+$"))
    # Canvas, charts of the library, and one that this recording has no numbers for.
    for tab, words in (("Loss", "Loss"), ("Lags", "lag"), ("Weights", "W"), ("Spectrum", "not in the recording")):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(f"#{tab.lower()}-words")).to_contain_text(words)
    page.get_by_role("tab", name="Slope").click()
    expect(page.locator("#view-slope .view-note")).to_contain_text("The curves could not be loaded")
    expect(page.locator("#view-slope .plot-container")).to_be_visible()
    page.get_by_role("tab", name="Lags").click()
    expect(page.locator("#view-lags .plot-container")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Fold", exact=True).click()
    page.get_by_role("button", name="Unfold", exact=True).click()
    page.keyboard.press("s")
    expect(page.locator("#finding")).to_have_text(re.compile("Slow motion, forward"))
    link = page.get_by_role("link", name="Train it in Unroll")
    expect(link).to_have_attribute("href", re.compile(r"^http://127\.0\.0\.1"))


@pytest.fixture
def story(page: Page, tmp_path: Path) -> Path:
    """Two lessons in an order of their own and one that needs a server, saved as a page by the page."""
    share(page, "For teachers")
    pane = page.locator("#share-teachers")
    for title in ("Explicit and implicit", "A river that dries up", "A weir against the flood"):
        pane.get_by_label(title, exact=True).check()
    for _ in range(2):
        pane.get_by_role("button", name="Move A river that dries up up", exact=True).click()
    with page.expect_download() as waiting:
        pane.get_by_role("button", name="Save the story as a page").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    expect(pane).to_contain_text("Saved unroll-lessons.html: 2 lessons, ")
    expect(pane).to_contain_text("without a server they cannot be told: A weir against the flood.")
    return path


def test_a_story_saved_on_the_page_is_told_from_a_disk_with_its_runs_without_a_network(
    story: Path, offline: Page, tmp_path: Path
):
    told, written = (told_in(text, tmp_path) for text in (story.read_text(), lesson_page(STORY)))
    assert told["more"]["facts"]["story"] == written["more"]["facts"]["story"], "as the command writes it"
    losses = [[record["meta"]["loss"] for record in one["records"]] for one in (told, written)]
    assert losses[0] == losses[1]
    page = offline
    page.goto(story.as_uri())
    lesson = page.locator("#lesson")
    expect(lesson).to_have_attribute("data-ready", "vanishing")
    expect(page.locator("#lesson-number")).to_have_text("1 of 2")
    for hidden in ("#lesson-link", "#compare", "#check-gradients", "#examples-button", "#share-button"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator('[data-field="activation"]')).to_have_attribute("data-lock", "locked")
    expect(page.locator("#lesson-under .plot-container")).to_be_visible()
    step = page.locator("#lesson-steps li")
    expect(step).to_have_count(1)
    page.locator("#history").focus()
    page.keyboard.press("End")
    expect(step).to_have_attribute("data-done", "true")
    page.locator("#lesson-next").click()
    page.locator('#lesson-question input[value="1"]').check()
    page.locator("#lesson-next").click()
    expect(page.locator("#lesson-question")).to_contain_text("✓ as you predicted")
    page.locator("#lesson-next").click()
    expect(lesson).to_have_attribute("data-ready", "the-hard-gradient")
    assert at(page) == 0
    page.locator("#lesson-close").click()
    expect(lesson).to_be_hidden()
    page.get_by_role("button", name="Lessons", exact=True).click()
    expect(lesson).to_have_attribute("data-ready", "the-hard-gradient")


def test_a_saved_page_plays_inside_a_strict_page(offline: Page, exported: Path, tmp_path: Path):
    outer = tmp_path / "course.html"
    strict = "default-src 'none'; frame-src file:; script-src 'none'; style-src 'none'"
    outer.write_text(
        f"""<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{strict}">
        <iframe src="{exported.as_uri()}" width="1000" height="600" title="A run" sandbox="allow-scripts"></iframe>"""
    )
    offline.goto(outer.as_uri())
    until(offline, lambda: len(offline.frames) == 2, "the frame")
    inner = offline.frames[1]
    inner.get_by_role("button", name="Play", exact=True).click()
    until(offline, lambda: at(inner) > 5, "it to play")


@pytest.mark.skipif(shutil.which("firefox-esr") is None, reason="needs Firefox: apt-get install firefox-esr")
def test_a_saved_page_plays_from_a_disk_in_firefox(exported: Path, tmp_path: Path):
    with Firefox(tmp_path / "profile") as firefox:
        firefox.open(exported.as_uri())
        firefox.until('document.querySelector(".source-bar") !== null', "the recording")
        firefox.click("#play")
        firefox.until('Number(document.querySelector("#read-iteration").innerText) > 5', "it to play")
        firefox.js("document.querySelector('#tab-lags').click()")
        firefox.until('document.querySelector("#view-lags .main-svg") !== null', "a chart")
        assert firefox.complaints == []
