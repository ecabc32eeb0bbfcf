"""Lessons as one file: what needs a server is not in it, its numbers are those computed, its steps can be done."""

import errno
import json
import re
from pathlib import Path

import numpy as np
import pytest

from app.commandline import export_lesson
from app.errors import BadValue
from app.scenes import SCENES
from app.training import Record, RunConfig, Trainer
from app.web.onefile.lesson_page import LARGEST_PAGE, lesson_page, thinned
from app.web.onefile.packed import facts_of, pack
from app.web.onefile.without_server import tellable, told_alone
from tests.support.lesson_pages import told_in, unpacked


def equal(read: dict, record: Record) -> bool:
    seen = {"float64": "Float64Array", "float32": "Float32Array", "int32": "Int32Array", "uint8": "Uint8Array"}
    for name, values in record.tensors.items():
        as_read = values.astype(np.float64) if values.dtype == np.int64 else values
        if read["tensors"][name] != [list(values.shape), seen[as_read.dtype.name], as_read.tobytes().hex()]:
            return False
    return read["meta"] == facts_of(record.to_bytes())


def test_records_that_are_packed_here_are_read_by_the_page_bit_for_bit(tmp_path):
    records = []
    for config in ({"sequence_length": 6}, {"task": "adding", "cell": "lstm", "hidden_size": 5}):
        trainer = Trainer(RunConfig(**config))
        for _ in range(4):
            records.append(trainer.record({"flow", "weights", "truncation", "gates"}))
            trainer.advance()
    read = unpacked(pack(records, {"facts": {"link": "ü"}}), tmp_path)
    assert read["more"] == {"facts": {"link": "ü"}}
    assert all(equal(one, record) for one, record in zip(read["records"], records, strict=True))


def test_lessons_that_need_a_server_are_not_told_without_one():
    compared = {slug for slug, scene in SCENES.items() if scene.lanes}
    assert "clipping" in compared
    assert set(SCENES) - set(tellable()) == compared | {"your-own", "watched"}
    for slugs in ([], ["clipping"], ["vanishing", "nothing"]):
        with pytest.raises(BadValue, match="Expected lessons that need no server"):
            lesson_page(slugs)


def test_a_page_is_told_what_the_command_records():
    """So that the page writes the same file over a connection of its own."""
    lessons = json.loads(json.dumps(told_alone()))
    assert [lesson["slug"] for lesson in lessons] == tellable()
    by_slug = {lesson["slug"]: lesson for lesson in lessons}
    assert "terms" in by_slug["the-hard-gradient"]["record"]["watch"]
    assert "terms" not in by_slug["vanishing"]["record"]["watch"]
    for lesson in lessons:
        assert {"flow", "spectrum", "truncation"} <= set(lesson["record"]["watch"])
        assert not [step for step in lesson["steps"] if "field" in step["done"]], "they change the network"
        assert '"of": "reset"' not in json.dumps(lesson), "a button that is not there"


def test_a_page_of_lessons_holds_their_runs_and_only_steps_that_can_be_done_with_them(tmp_path):
    page = lesson_page(["vanishing", "memory"], link="https://unroll.example/")
    assert len(page.encode()) < LARGEST_PAGE
    assert "@@" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    read = told_in(page, tmp_path)
    facts, records = read["more"]["facts"], read["records"]
    assert facts["link"] == "https://unroll.example/"
    first, second = facts["story"]
    assert [(first["slug"], first["number"]), (second["slug"], second["number"])] == [("vanishing", 1), ("memory", 2)]
    assert [step["done"] for step in first["steps"]] == [{"iterations": 100}], "its second step changes the length"
    assert [step["done"] for step in second["steps"]] == [
        {"event": "pin"},
        {"scalar": "loss_per_timestep", "below": 0.1},
    ]
    assert records[second["from"] - 1]["meta"]["iteration"] >= 100
    assert min(record["meta"]["loss_per_timestep"] for record in records[second["from"] :]) < 0.1
    trainer = Trainer(SCENES["memory"].config)
    assert records[second["from"]]["meta"]["loss"] == trainer.record().scalars["loss"]
    assert read["more"]["states"][1]["from"] == second["from"]
    assert read["more"]["states"][1]["config"] == SCENES["memory"].config.model_dump()


def test_the_last_record_is_kept_where_they_are_thinned():
    trainer = Trainer(RunConfig(sequence_length=4, hidden_size=2))
    records = [trainer.step() for _ in range(11)]
    assert [record.iteration for record in thinned(records, 6)] == [0, 2, 4, 6, 8, 10]
    assert thinned(records, 20) == records


def test_the_command_writes_the_page_or_says_why_not(tmp_path, capsys, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(export_lesson, "lesson_page", lambda slugs, link: f"{slugs} {link}")
        assert export_lesson.main(["relu", "--out", str(tmp_path / "page.html"), "--link", "https://here/"]) == 0
        assert (tmp_path / "page.html").read_text() == "['relu'] https://here/"
        assert export_lesson.main(["--out", str(tmp_path / "page.html")]) == 0
        assert (tmp_path / "page.html").read_text() == f"{tellable()} "
    assert export_lesson.main(["clipping", "--out", str(tmp_path / "none.html")]) == 2
    assert "got 'clipping' (it needs a server)" in capsys.readouterr().err
    assert not (tmp_path / "none.html").exists()


def test_where_the_disk_is_full_the_page_that_was_there_stays_and_no_half_of_another(tmp_path, capsys, monkeypatch):
    out = tmp_path / "page.html"
    out.write_text("a whole page")

    def full(path, text, encoding):
        with path.open("w", encoding=encoding) as file:
            file.write(text[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export_lesson, "lesson_page", lambda slugs, link: "a page of which ten letters fit")
    monkeypatch.setattr(Path, "write_text", full)
    assert export_lesson.main(["relu", "--out", str(out)]) == 2
    assert f"{out} cannot be written: No space left on device." in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"page.html": "a whole page"}


def test_a_page_can_go_into_a_device(monkeypatch):
    monkeypatch.setattr(export_lesson, "lesson_page", lambda slugs, link: "a page")
    assert export_lesson.main(["relu", "--out", "/dev/null"]) == 0
    assert Path("/dev/null").is_char_device()
