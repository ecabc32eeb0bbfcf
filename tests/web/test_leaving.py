"""A large file leaves in parts: others have their turns between them, and it is in memory once."""

import json
import tracemalloc

import numpy as np
import pytest

from app.training import Trainer, finish
from app.training.dataset import reading
from app.training.tensorfile import PIECE, in_pieces, pack
from app.web.leaving import MOST_WHOLE, WINDOW, FileAnswer, Leaving
from app.web.protocol import UPLOAD_BYTES, Close, Part
from tests.support.clients import Client, facts

TENSORS = {"a": np.arange(3 * PIECE // 8 + 5.0), "b": np.zeros((7, 3), np.float32), "c": np.zeros((0, 2))}


def leave(leaving: Leaving) -> list:
    """All of it, each part taken at once; what came in parts is put together."""
    said, parts = [], []
    while leaving:
        frame = leaving.next()
        if not isinstance(frame, Part):
            said.append(frame)
            continue
        leaving.taken()
        parts.append(frame.content)
        assert len(frame.content) <= PIECE
        if frame.is_last:
            said.append(b"".join(parts))
            parts = []
    assert parts == []
    return said


@pytest.mark.parametrize("id_", [None, 7, "a name"])
def test_a_file_in_parts_is_the_file_with_the_id_of_the_command(id_):
    leaving = Leaving()
    assert leaving.add([FileAnswer(in_pieces({"kind": "snapshot"}, TENSORS), id_)]) == []
    (file,) = leave(leaving)
    about = {"kind": "snapshot"} if id_ is None else {"kind": "snapshot", "id": id_}
    assert file == pack(about, TENSORS)


def test_a_small_file_leaves_whole():
    small = {"a": np.arange(5.0)}
    assert Leaving().add([FileAnswer(in_pieces({"n": 1}, small), 7)]) == [pack({"n": 1, "id": 7}, small)]


def test_what_is_said_before_a_large_file_leaves_now_and_what_is_said_after_it_behind_it():
    leaving, file, small = Leaving(), pack({"n": 1}, TENSORS), pack({"n": 2}, {})
    assert leaving.add(["before", file, "after", small]) == ["before"]
    assert leaving.add(["later"]) == []
    assert leave(leaving) == [file, "after", small, "later"]
    assert leaving.add(["at once"]) == ["at once"]


def test_few_parts_are_on_their_way():
    leaving = Leaving()
    leaving.add([bytes(8 + MOST_WHOLE * 8)])
    for _ in range(WINDOW):
        assert leaving.may_go_on
        leaving.next()
    assert not leaving.may_go_on
    leaving.taken()
    assert leaving.may_go_on


def learning_from_a_text(characters: int) -> Client:
    client = Client().started()
    client.session.trainer.learn_from(finish(reading("text", (b"how now, brown cow? " * (characters // 20)))))
    return client


def test_the_run_goes_on_while_its_file_leaves():
    client = learning_from_a_text(1_000_000)
    client.say("play")
    client.run.receive('{"type": "snapshot", "dataset": true, "id": 3}')
    before, whole = client.session.trainer.iteration, []
    while not whole:
        whole = [frame for frame in client.whole(client.run.work(seconds=0)) if isinstance(frame, bytes)]
        whole = [frame for frame in whole if facts(frame)["kind"] == "snapshot"]
        client.clock.advance(0.02)
        client.ack()
    assert facts(whole[0])["id"] == 3
    assert facts(whole[0])["iteration"] == before
    assert client.session.trainer.iteration > before
    again = Trainer(None, snapshot=whole[0])
    assert again.iteration == before


def test_a_run_waits_with_the_next_part_and_not_with_training_while_nothing_is_taken():
    client = learning_from_a_text(1_000_000)
    client.say("play")
    client.run.receive('{"type": "snapshot", "dataset": true}')
    said = []
    for _ in range(400):
        said += client.run.work(seconds=0)
        client.clock.advance(0.02)
        client.ack()
    assert sum(isinstance(frame, Part) for frame in said) == WINDOW
    assert client.session.trainer.iteration > 100


def test_many_who_follow_and_ask_for_a_copy_hold_no_copies_of_the_data():
    client = learning_from_a_text(2_000_000)
    trainer = client.session.trainer
    tracemalloc.start()
    try:
        files = [finish(trainer.saving(dataset=True)) for _ in range(20)]
        leaving = [Leaving() for _ in files]
        for each, file in zip(leaving, files, strict=True):
            each.add([FileAnswer(file, None)])
        for _ in range(WINDOW):
            for each in leaving:
                each.next()
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert all(file.size > 2_000_000 for file in files)
    assert held <= 10_000_000, "20 copies would be 40 MB"


def test_a_run_with_data_that_could_not_be_opened_again_is_refused_in_a_sentence(monkeypatch):
    client = learning_from_a_text(1_000_000)
    monkeypatch.setattr("app.web.protocol.UPLOAD_BYTES", 1_000_000)
    (error,) = client.say("snapshot", dataset=True, id=4)
    assert (error["code"], error["id"], error["field"]) == ("bad_value", 4, "dataset")
    assert "0.9" in error["message"]
    assert UPLOAD_BYTES == 16 * 2**20
    assert facts(client.say("snapshot")[0])["kind"] == "snapshot"


def test_a_mistake_of_ours_ends_a_file_that_leaves():
    client = learning_from_a_text(1_000_000)
    client.run.receive('{"type": "snapshot", "dataset": true}')
    while not client.run.leaving:
        client.run.work(seconds=0)
    assert isinstance(client.run.fail()[0], Close)
    assert not client.run.leaving


def test_the_last_words_are_what_was_leaving_and_the_last_snapshot():
    client = learning_from_a_text(1_000_000)
    client.run.receive('{"type": "snapshot", "dataset": true}')
    while not client.run.leaving:
        client.run.work(seconds=0)
    *parts, last = client.run.last_words()
    assert b"".join(part.content for part in parts) == client.session.trainer.snapshot(dataset=True)
    assert last == client.session.trainer.snapshot()
    assert json.loads(json.dumps(facts(last)))["kind"] == "snapshot"
