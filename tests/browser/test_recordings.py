"""Recordings as a reader meets them: made on the page, opened by drop, played without the server."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.recording import Recording
from app.training import RunConfig, Trainer
from tests.browser.reader import iteration, pause, until
from tests.support.servers import PATIENCE

pytestmark = pytest.mark.browser


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
    said = page.locator("#share-record").get_by_role("status")
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
