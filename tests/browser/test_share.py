"""Links, presets, files and pictures as a reader meets them."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from safetensors.numpy import load

from app.handin import read, verify
from app.training import RunConfig, Trainer
from tests.support.axe import violations
from tests.support.pages import STAGE
from tests.support.reader import choose, iteration, pause, until
from tests.support.servers import Server

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"


def fragment(page: Page) -> str:
    return str(page.evaluate("location.hash"))


def share(page: Page, pane: str) -> None:
    page.get_by_role("button", name="Share", exact=True).click()
    page.locator("#share").get_by_role("tab", name=pane).click()


def saved(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.locator("#share").get_by_role("button", name=button, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def losses_of(page: Page, updates: int) -> list[str]:
    """The loss at each of the first iterations, as the header prints it."""
    pause(page)
    page.keyboard.press("r")
    until(page, lambda: iteration(page) == 0, "the seed's weights")
    seen = []
    for n in range(1, updates + 1):
        page.get_by_role("button", name="One update").click()
        until(page, lambda n=n: iteration(page) == n, "one update")
        seen.append(page.locator("#read-loss").inner_text())
    return seen


# Links.


def test_the_address_follows_the_page_and_opens_it_again_in_a_fresh_browser(
    page: Page, chromium: Browser, server: Server
):
    until(page, lambda: iteration(page) > 3, "training")
    choose(page, "activation", "relu")
    page.locator("#field-seed").fill("11")
    page.locator("#field-seed").press("Enter")
    page.get_by_role("tab", name="Lags").click()
    until(page, lambda: fragment(page).count("&") == 2, "everything in the address")
    with chromium.new_context(viewport={"width": 1280, "height": 720}) as fresh:
        other = fresh.new_page()
        other.goto(server.url + "/" + fragment(page))
        until(other, lambda: iteration(other) > 3, "the linked run")
        expect(other.locator('[data-field="activation"] select')).to_have_value("relu")
        expect(other.locator("#field-seed")).to_have_value("11")
        expect(other.get_by_role("tab", name="Lags")).to_have_attribute("aria-selected", "true")
        assert losses_of(other, 3) == losses_of(page, 3), "one link, one sequence of losses"


def zoomed_timesteps(page: Page) -> list[int]:
    """The timesteps in the picture: the link's own words about it."""
    edges = re.search(r"zoom=([\d.]+)-([\d.]+)", fragment(page))
    assert edges
    return [round(float(edge)) for edge in edges.groups()]


def test_what_is_zoomed_into_and_folded_opens_so_in_a_fresh_browser(page: Page, chromium: Browser, server: Server):
    until(page, lambda: iteration(page) > 3, "training")
    box = page.locator("#network").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 200)
    page.mouse.wheel(0, -300)
    until(page, lambda: "zoom=" in fragment(page), "the zoom in the address")
    first, last = zoomed_timesteps(page)
    assert 6 <= last - first < 24
    page.mouse.move(5, 5)
    page.keyboard.press("f")
    until(page, lambda: "folded=yes" in fragment(page), "the fold in the address")
    with chromium.new_context(viewport={"width": 1280, "height": 720}) as fresh:
        other = fresh.new_page()
        other.goto(server.url + "/" + fragment(page))
        until(other, lambda: iteration(other) > 3, "the linked run")
        expect(other.get_by_role("button", name="Unfold", exact=True)).to_have_attribute("aria-pressed", "true")
        expect(other.locator("#reason")).to_contain_text("Scrub below")
        other.wait_for_timeout(600)
        assert fragment(other) == fragment(page)
        other.reload()
        until(other, lambda: iteration(other) > 3, "the run going on")
        expect(other.get_by_role("button", name="Unfold", exact=True)).to_be_visible()
        assert zoomed_timesteps(other) == [first, last]


def test_the_seeds_row_copies_the_link(page: Page, server: Server):
    until(page, lambda: iteration(page) > 3, "training")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, "activation", "relu")
    button = page.locator('[data-field="seed"]').get_by_role("button", name="copy link")
    button.click()
    expect(page.locator('[data-field="seed"] button')).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{server.url}/#activation=relu"
    expect(button).to_be_visible()


def test_many_changes_leave_one_entry_in_the_browsers_history(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    before = page.evaluate("history.length")
    for _ in range(8):
        page.keyboard.press("+")
    until(page, lambda: fragment(page) == "#sequence_length=32", "the last length")
    assert page.evaluate("history.length") == before


def test_a_link_never_shows_another_networks_record(chromium: Browser, server: Server):
    with chromium.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.route_web_socket("**/ws", lambda ws: None)  # opens and never answers
        page.goto(server.url + "/#sequence_length=60&cell=gru")
        expect(page.locator("#number-sequence_length")).to_have_value("60")
        assert page.locator("#read-loss").inner_text() == "–"


@pytest.mark.parametrize(
    "bad",
    ["__proto__=1&constructor=2", "cell=transformer", "sequence_length=1e9", "%E0%A4%A", "lesson=../..", "task=own"],
)
def test_a_link_with_bad_parts_opens_without_them_and_says_so(page: Page, server: Server, bad: str):
    page.goto("about:blank")
    page.goto(f"{server.url}/#activation=relu&{bad}")
    expect(page.locator("#line-text")).to_have_text(re.compile("not valid|too long|own data"))
    expect(page.locator('[data-field="activation"] select')).to_have_value("relu")
    expect(page.locator('[data-field="cell"] select')).to_have_value("rnn")
    assert page.evaluate("({}).polluted === undefined && ({})[1] === undefined")


def test_a_link_that_asks_for_too_much_runs_the_defaults_and_says_what_was_wrong(page: Page, server: Server):
    page.goto("about:blank")
    page.goto(f"{server.url}/#task=copy&sequence_length=2")
    until(page, lambda: iteration(page) > 3, "training with the defaults")
    expect(page.locator('[data-field="sequence_length"] .row-error')).to_be_visible()


def test_what_a_link_locks_cannot_be_changed_and_what_it_hides_is_gone(page: Page, server: Server):
    page.goto("about:blank")
    page.goto(f"{server.url}/#lock=sequence_length,cell,k1&hide=seed")
    until(page, lambda: iteration(page) > 3, "training")
    row = page.locator('[data-field="sequence_length"]')
    expect(row.locator(".row-locked")).to_have_text("24")
    expect(row.get_by_role("slider")).to_be_hidden()
    expect(page.locator('[data-field="k1"] .row-locked')).to_have_text("never (full)")
    expect(page.locator('[data-field="seed"]')).to_be_hidden()
    page.keyboard.press("+")
    page.wait_for_timeout(300)
    expect(row.locator(".row-locked")).to_have_text("24")
    assert "lock=sequence_length" in fragment(page)


def test_a_class_link_is_made_without_touching_ones_own_page(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    share(page, "For teachers")
    panel = page.locator("#share")
    panel.get_by_role("radiogroup", name="task").get_by_role("radio", name="locked").check(force=True)
    panel.get_by_role("radiogroup", name="seed").get_by_role("radio", name="hidden").check(force=True)
    expect(panel.get_by_label("Link for pupils")).to_have_value(re.compile(r"#lock=task&hide=seed$"))
    panel.get_by_role("tab", name="Link").click()
    panel.get_by_label("for embedding").check()
    expect(panel.get_by_label("HTML to embed")).to_have_value(re.compile(r'^<iframe src="[^"]+\?embed"'))
    expect(page.locator('[data-field="seed"]')).to_be_visible()


def test_an_embedded_page_has_the_picture_and_its_essential_controls(page: Page, server: Server):
    page.goto(server.url + "/?embed#cell=lstm")
    until(page, lambda: iteration(page) > 3, "training")
    expect(page.get_by_role("button", name="Share", exact=True)).to_be_hidden()
    expect(page.locator('[data-field="optimizer"]')).to_be_hidden()
    expect(page.locator('[data-field="sequence_length"]')).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_lanes_travel_in_the_link(page: Page, server: Server):
    page.goto("about:blank")
    page.goto(f"{server.url}/#seed=5&lane=cell:lstm&lane=activation:relu,learning_rate:0.01")
    expect(page.locator("#finding")).to_contain_text(re.compile(r"in 1, .* in 3"))
    until(page, lambda: iteration(page) > 30, "lanes in lockstep")
    link = "#seed=5&lane=cell:lstm&lane=activation:relu,learning_rate:0.01"
    until(page, lambda: fragment(page) == link, "the same lanes in the address")


def test_presenter_mode_is_larger_and_shows_the_pointer(page: Page):
    until(page, lambda: iteration(page) > 3, "training")

    def size() -> float:
        return float(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)"))

    before = size()
    page.keyboard.press("p")
    until(page, lambda: size() > 1.1 * before, "larger type")
    expect(page.locator('[data-field="optimizer"]')).to_be_hidden()
    page.mouse.move(500, 300)
    expect(page.locator(".spot")).to_be_visible()
    scrolls = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.evaluate(scrolls) == [1280, 720]
    page.set_viewport_size({"width": 1024, "height": 768})
    until(page, lambda: page.evaluate(scrolls) == [1024, 768], "a projector of four to three: nothing to scroll")
    page.set_viewport_size({"width": 844, "height": 390})
    until(page, lambda: page.evaluate("document.getElementById('network').clientHeight") > 400, "a whole picture")
    assert page.evaluate("document.documentElement.scrollWidth") == 844, "the page scrolls, but not sideways"
    page.set_viewport_size({"width": 1280, "height": 720})
    page.keyboard.press("p")
    until(page, lambda: size() == before, "as it was")
    expect(page.locator(".spot")).to_have_count(0)


def test_a_preset_starts_its_run_and_can_be_taken_back(page: Page):
    until(page, lambda: iteration(page) > 10, "training")
    page.get_by_role("button", name="Examples", exact=True).click()
    page.get_by_role("link", name="Vanish", exact=False).click()
    expect(page.locator('[data-field="activation"] select')).to_have_value("sigmoid")
    until(page, lambda: "activation=sigmoid" in fragment(page), "the address of the preset")
    page.get_by_role("button", name="Undo restart").click()
    expect(page.locator('[data-field="activation"] select')).to_have_value("tanh")


# Files.


def test_a_snapshot_goes_out_and_comes_back_as_the_same_run(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 20, "a run worth keeping")
    pause(page)
    kept = iteration(page)
    share(page, "Save")
    file = saved(page, "Snapshot", tmp_path)
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    until(page, lambda: iteration(page) == 0, "another state")
    share(page, "Open")
    page.locator("#share-file").set_input_files(file)
    expect(page.locator("#share")).to_contain_text(f"as a run, at iteration {kept}")
    until(page, lambda: iteration(page) == kept, "the kept run")


def test_weights_go_out_and_come_back(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 5, "training")
    pause(page)
    share(page, "Save")
    file = saved(page, "Weights", tmp_path)
    assert "rnn.weight_hh_l0" in load(file.read_bytes())
    page.locator("#share").get_by_role("tab", name="Open").click()
    page.locator("#share-file").set_input_files(file)
    expect(page.locator("#share")).to_contain_text("as weights")


def test_a_file_of_layers_directions_and_an_embedding_opens_with_all_of_them(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    pause(page)
    share(page, "Open")
    file = tmp_path / "deep.safetensors"
    shape = {"num_layers": 2, "bidirectional": True, "task": "copy", "embedding_size": 4, "train_h0": True}
    file.write_bytes(Trainer(RunConfig(cell="lstm", hidden_size=6, **shape)).snapshot())
    page.locator("#share-file").set_input_files(file)
    expect(page.locator("#share")).to_contain_text("as a run, at iteration 0")
    page.keyboard.press("Escape")
    chooser = page.locator("#layer-chooser")
    expect(chooser.get_by_role("radio")).to_have_count(4)
    page.get_by_role("tab", name="Weights", exact=True).click()
    for name in ("W_emb", "h0", "c0", "W_hy"):
        expect(page.locator("#view-weights option", has_text=name)).to_have_count(1)


def test_a_file_that_does_not_fit_is_explained_where_it_was_dropped(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    share(page, "Open")
    wrong = tmp_path / "small.safetensors"
    wrong.write_bytes(Trainer(RunConfig(hidden_size=4)).export_weights())
    page.locator("#share-file").set_input_files(wrong)
    problem = page.locator("#share").get_by_role("alert")
    expect(problem).to_contain_text("16")
    expect(problem).to_contain_text("The run continues unchanged")
    expect(page.locator("#line")).to_be_hidden()
    (tmp_path / "model.pt").write_bytes(bytes([0x80, 2, 0, 255, 0, 1]) * 10)
    page.locator("#share-file").set_input_files(tmp_path / "model.pt")
    expect(problem).to_contain_text("save_file")
    page.evaluate(  # as of a folder
        "Blob.prototype.slice = () => ({ text: () => Promise.reject(new DOMException('', 'NotFoundError')) })"
    )
    page.locator("#share-file").set_input_files(wrong)
    expect(problem).to_contain_text("small.safetensors: not all of it can be read. A folder does not open")
    before = iteration(page)
    until(page, lambda: iteration(page) > before, "the run going on")


def test_ones_own_text_is_learned_and_survives_in_a_snapshot(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    share(page, "Open")
    page.get_by_label("Or paste a text").fill("abracadabra and again " * 12)
    page.get_by_role("button", name="Read as a text").click()
    expect(page.get_by_role("region", name="What is read of your paste")).to_contain_text("264 characters, 9 diff")
    expect(page.locator('[data-field="task"] select')).to_have_value("echo")
    page.get_by_role("button", name="Train on this").click()
    expect(page.locator("#share")).to_contain_text("Opened your paste as a text")
    expect(page.locator('[data-field="task"] select')).to_have_value("own")
    page.locator("#share").get_by_role("tab", name="Save").click()
    file = saved(page, "Snapshot", tmp_path)
    assert Trainer.resume(file.read_bytes()).config.task == "own"
    page.locator("#share").get_by_role("tab", name="Link").click()
    expect(page.locator("#share")).to_contain_text("Your own data is not part of a link")


def test_a_dropped_table_is_learned(page: Page):
    until(page, lambda: iteration(page) > 3, "training")
    rows = "\\n".join(f"{i % 7},{i % 5}" for i in range(80))
    page.evaluate(
        """(csv) => {
          const data = new DataTransfer();
          data.items.add(new File([csv], "waves.csv", { type: "text/csv" }));
          for (const type of ["dragover", "drop"]) {
            document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
          }
        }""",
        "a,b\n" + rows.replace("\\n", "\n"),
    )
    read = page.get_by_role("region", name="What is read of waves.csv")
    expect(read).to_contain_text("80 rows, 2 columns.")
    expect(page.locator("#share")).to_contain_text("The run continues unchanged until you train on it.")
    expect(page.locator('[data-field="task"] select')).to_have_value("echo")
    expect(read.get_by_role("row").nth(1)).to_have_text("100")
    expect(read.get_by_role("row").last).to_have_text("8024")
    expect(read).to_contain_text("The last 16 rows are held out")
    read.get_by_label("b", exact=True).uncheck()
    read.get_by_role("button", name="Read the file again").click()
    expect(read).to_contain_text("80 rows, 1 column.")
    expect(read).to_contain_text('Left out: column 2 ("b") (`keep` does not name it).')
    expect(read.get_by_label("b", exact=True)).not_to_be_checked()
    page.get_by_role("button", name="Train on this").click()
    expect(page.locator("#share")).to_contain_text("Opened waves.csv as a table")
    expect(page.get_by_role("region", name="What was read")).to_contain_text("80 rows, 1 column.")
    expect(page.locator('[data-field="task"] select')).to_have_value("own")


def test_where_a_file_can_be_read_otherwise_each_way_is_a_button(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    share(page, "Open")
    panel = page.locator("#share")
    table = tmp_path / "sales.csv"
    table.write_text("sales;n\n" + "".join(f"{i % 9 + 1},{i % 900 + 100};{i}\n" for i in range(1000, 1080)))
    page.locator("#share-file").set_input_files(table)
    expect(panel.get_by_role("alert")).to_contain_text("can be 2200 or 2.200")
    expect(panel.get_by_role("button", name="2,200 is 2200")).to_be_visible()
    panel.get_by_role("button", name="2,200 is 2.200").click()
    expect(page.get_by_role("region", name="What is read of sales.csv")).to_contain_text(
        "The decimal sign is the comma"
    )
    panel.get_by_role("button", name="Train on this").click()
    expect(panel).to_contain_text("Opened sales.csv as a table")
    weights = tmp_path / "small.safetensors"
    weights.write_bytes(Trainer(RunConfig(hidden_size=4)).export_weights())
    page.locator('[data-field="task"] select').select_option("echo")
    page.locator("#share-file").set_input_files(weights)
    panel.get_by_role("button", name="Take the file’s own shape").click()
    expect(panel).to_contain_text("Opened small.safetensors as weights, at iteration 0: press Play")
    expect(panel).to_contain_text("PyTorch’s files do not say whether an nn.RNN had tanh or relu: it runs with tanh.")
    panel.get_by_role("tab", name="Save").click()
    lines = saved(page, "Table", tmp_path).read_text().splitlines()
    assert "iteration 0, weights of small.safetensors loaded at iteration 0" in lines[0]
    panel.get_by_role("tab", name="Open").click()
    page.get_by_label("Or paste a text").fill("level\n1.5\n2.5\n0.5\n4.5\n")
    panel.get_by_role("button", name="Read as a table").click()
    expect(panel.get_by_role("alert")).to_contain_text("The series has 4 rows")
    panel.get_by_role("button", name="Train with sequence length 3").click()
    expect(page.get_by_role("region", name="What is read of your paste")).to_contain_text("Sequence length becomes 3.")
    panel.get_by_role("button", name="Train on this").click()
    expect(panel).to_contain_text("Opened your paste as a table")


def test_the_record_goes_out_as_a_table_and_as_tensors(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    pause(page)
    share(page, "Save")
    lines = saved(page, "Table", tmp_path).read_text().splitlines()
    assert lines[0].startswith("# Unroll: Echo, rnn, tanh, iteration")
    assert "http://127.0.0.1" in lines[2]
    assert lines[3].startswith("t,x_1")
    assert len(lines) == 4 + 25
    file = saved(page, "Tensors", tmp_path).read_bytes()
    assert load(file)["h"].shape == (25, 16)
    header = json.loads(file[8 : 8 + int.from_bytes(file[:8], "little")])
    assert list(header["__metadata__"]) == ["unroll"]


def test_a_files_name_carries_the_iteration_that_the_file_holds_while_training_goes_on(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    share(page, "Save")
    for button in ("Snapshot", "Weights", "Tensors"):
        path = saved(page, button, tmp_path)
        facts = facts_of(path.read_bytes())
        assert path.name.split("-")[3] == str(facts["iteration"]), path.name


def facts_of(content: bytes) -> dict[str, Any]:
    """What a safetensors file says about itself."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    facts: dict[str, Any] = json.loads(header["__metadata__"]["unroll"])
    return facts


def test_a_hand_in_is_replayed_where_it_is_dropped_and_by_the_command(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    choose(page, "activation", "relu")
    changed = iteration(page)
    until(page, lambda: iteration(page) > changed + 3, "training with relu")
    pause(page)
    share(page, "Save")
    page.get_by_label("Your name").fill("Ada Lovelace")
    file = saved(page, "Save hand-in", tmp_path)
    assert file.name == "Ada-Lovelace-hand-in.json"
    handed_in = read(file)
    assert [change.configure for change in handed_in.changes] == [{"activation": "relu"}]
    assert verify(handed_in).outcome == "same"
    forged = tmp_path / "forged.json"
    fields = json.loads(file.read_text())
    fields["curve"][-1][1] *= 1.01
    forged.write_text(json.dumps(fields))
    page.locator("#share").get_by_role("tab", name="Open").click()
    page.locator("#share-file").set_input_files([file, forged])
    verdicts = page.get_by_role("list", name="Hand-ins").get_by_role("listitem")
    expect(verdicts).to_have_text(
        [re.compile(r"Ada Lovelace: \d+ updates, 1 change\. Equal bit for bit"), re.compile("Different")]
    )


def test_the_report_opens_without_a_server(page: Page, chromium: Browser, tmp_path: Path):
    until(page, lambda: iteration(page) > 3, "training")
    share(page, "Save")
    file = saved(page, "Report", tmp_path)
    with chromium.new_context() as context:
        reader = context.new_page()
        complaints: list[str] = []
        reader.on("console", lambda message: complaints.append(message.text))
        reader.on("request", lambda request: complaints.append(request.url) if "http" in request.url[:5] else None)
        reader.goto(file.as_uri())
        expect(reader.locator("#training svg")).to_be_visible()
        expect(reader.locator("h1")).to_contain_text("Unroll: Echo")
        expect(reader.locator('a[href^="http"]')).to_be_visible()
        assert reader.locator(".figure:has(svg)").count() == reader.locator(".figure").count() >= 6
        assert file.stat().st_size <= 300_000
        assert violations(reader) == []
        assert complaints == []


# Pictures.


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_every_picture_is_drawn_with_its_settings_and_its_link(page: Page, server: Server, tmp_path: Path, cell: str):
    page.goto("about:blank")
    page.goto(f"{server.url}/#cell={cell}&seed=5&tab=loss")
    until(page, lambda: iteration(page) > 3, "training")
    expect(page.locator("#loss-plot .main-svg").first).to_be_visible()
    pause(page)
    share(page, "Save")
    panel = page.locator("#share")
    for name in ("network", "loss", "history"):
        panel.get_by_label("Picture of").select_option(name)
        svg = saved(page, "SVG", tmp_path)
        root = ET.fromstring(svg.read_text())
        text = " ".join(root.itertext())
        assert "seed 5" in text
        assert f"Echo, {cell}, tanh" in text
        assert "seed=5&tab=loss" in text
        assert len(list(root.iter())) > 20
        png = saved(page, "PNG", tmp_path).read_bytes()
        assert png[:4] == b"\x89PNG"
        assert b"iTXtDescription" in png
        assert b"seed=5&tab=loss" in png


def test_the_networks_svg_looks_like_its_canvas(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 30, "training")
    pause(page)
    page.mouse.move(640, 10)
    page.wait_for_timeout(400)
    share(page, "Save")
    file = saved(page, "SVG", tmp_path)
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    difference = page.evaluate(
        """async (svg) => {
          const canvas = document.querySelector("#network");
          const image = new Image();
          image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
          await image.decode();
          const { width, height } = canvas;
          const drawn = new OffscreenCanvas(width, height).getContext("2d");
          drawn.drawImage(image, 0, 0);
          const seen = [drawn, (STAGE)()];
          const [a, b] = seen.map((ctx) => ctx.getImageData(0, 50, width, height - 50).data);
          let sum = 0;
          for (let i = 0; i < a.length; i += 1) sum += Math.abs(a[i] - b[i]);
          return sum / a.length;
        }""".replace("STAGE", STAGE),
        file.read_text(),
    )
    assert difference < 6, "of 255, averaged over all pixels: edges only"


def drawn_in(svg: Path) -> tuple[int, float]:
    """How many texts a picture has, and the height of its tallest image."""
    root = ET.fromstring(svg.read_text())
    heights = [float(image.attrib["height"]) for image in root.iter(f"{SVG}image")]
    return len(list(root.iter(f"{SVG}text"))), max(heights, default=0)


def picture(page: Page, name: str, folder: Path) -> tuple[int, float]:
    share(page, "Save")
    page.get_by_label("Picture of").select_option(name)
    seen = drawn_in(saved(page, "SVG", folder))
    page.keyboard.press("Escape")
    return seen


def test_fold_slow_motion_lanes_and_weights_are_drawn_and_not_photographed(page: Page, tmp_path: Path):
    until(page, lambda: iteration(page) > 5, "training")
    pause(page)
    page.get_by_role("tab", name="Weights", exact=True).click()
    expect(page.locator("#weight-value")).to_have_value(re.compile(r"\d"))
    texts, tallest = picture(page, "weights", tmp_path)
    assert texts >= 4
    assert tallest < 220, "only the cells themselves are pixels"
    page.get_by_role("button", name="Fold", exact=True).click()
    expect(page.locator("#finding")).to_contain_text("One cell")
    texts, tallest = picture(page, "network", tmp_path)
    assert texts > 40, "the numbers in the cell, and its names"
    assert tallest < 160
    page.get_by_role("button", name="Unfold", exact=True).click()
    expect(page.get_by_role("button", name="Fold", exact=True)).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator("#finding")).to_contain_text("backward")
    texts, tallest = picture(page, "network", tmp_path)
    assert texts > 40
    assert tallest < 160
    page.keyboard.press("s")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".lanes-title")).to_have_text("Two lanes, no difference")
    until(page, lambda: len(page.locator(".lanes-table td").all_inner_texts()) > 4, "both lanes")
    texts, tallest = picture(page, "network", tmp_path)
    assert texts > 40
    assert tallest < 160
