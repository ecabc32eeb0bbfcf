"""A large file leaves in parts: others have their turns between them, and it is in memory once."""

import tracemalloc

import numpy as np
import pytest

from app.errors import Busy
from app.training import Trainer, finish
from app.training.dataset import reading
from app.training.tensorfile import PIECE, File, in_pieces, pack
from app.web.leaving import LARGE, MOST_HELD, WINDOW, FileAnswer, Held, Leaving
from app.web.protocol import Close, Part
from tests.support.clients import Client, facts

TENSORS = {"a": np.arange(8 * PIECE // 8 + 5.0), "b": np.zeros((7, 3), np.float32), "c": np.zeros((0, 2))}


def leave(leaving: Leaving, begun: list[Part]) -> bytes:
    """A file of which these parts have left: the others, each taken at once; all of them put together."""
    parts = list(begun)
    while leaving:
        leaving.taken()
        parts += leaving.next()
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert max(len(part.content) for part in parts) <= PIECE
    return b"".join(part.content for part in parts)


@pytest.mark.parametrize("id_", [None, 7, "a name"])
def test_a_file_in_parts_is_the_file_with_the_id_of_the_command(id_):
    leaving = Leaving(Held())
    about = {"kind": "snapshot"} if id_ is None else {"kind": "snapshot", "id": id_}
    begun = leaving.add(FileAnswer(in_pieces({"kind": "snapshot"}, TENSORS), id_))
    assert leave(leaving, begun) == pack(about, TENSORS)


def test_a_small_file_leaves_whole():
    small = {"a": np.arange(5.0)}
    assert Leaving(Held()).add(FileAnswer(in_pieces({"n": 1}, small), 7)) == [pack({"n": 1, "id": 7}, small)]


def test_a_second_file_leaves_after_the_first():
    leaving = Leaving(Held())
    first = leaving.add(FileAnswer(in_pieces({"n": 1}, TENSORS), None))
    assert leaving.add(FileAnswer(in_pieces({"n": 2}, TENSORS), None)) == []
    parts = [*first, *leaving.rest()]
    ends = [place for place, part in enumerate(parts, start=1) if part.is_last]
    whole = [b"".join(part.content for part in some) for some in (parts[: ends[0]], parts[ends[0] :])]
    assert whole == [pack({"n": 1}, TENSORS), pack({"n": 2}, TENSORS)]


def test_few_parts_are_on_their_way():
    leaving = Leaving(Held())
    assert len(leaving.add(FileAnswer(in_pieces({}, TENSORS), None))) == WINDOW
    assert not leaving.may_go_on
    leaving.taken()
    assert len(leaving.next()) == 1
    assert not leaving.may_go_on


def test_a_part_of_a_file_of_before_that_is_taken_late_makes_no_room_for_more():
    leaving = Leaving(Held())
    leaving.taken()
    assert len(leaving.add(FileAnswer(in_pieces({}, TENSORS), None))) == WINDOW


def test_very_large_networks_wait_while_many_are_on_their_way_and_others_never_do():
    held, large, small = Held(), LARGE + 1, LARGE
    held.refuse(File(PIECE, iter([]), 2 * MOST_HELD))  # alone even the largest leaves
    Leaving(held).add(FileAnswer(in_pieces({}, TENSORS, small), None))
    assert held.bytes == 0
    leaving = [Leaving(held) for _ in range(MOST_HELD // large)]
    for each in leaving:
        held.refuse(file := File(PIECE * 9, iter([bytes(8)] + [bytes(PIECE)] * 9), large))
        each.add(FileAnswer(file, None))
    held.refuse(File(PIECE, iter([]), small))
    with pytest.raises(Busy, match="Try again"):
        held.refuse(File(PIECE, iter([]), large))
    leaving[0].leave()
    held.refuse(File(PIECE, iter([]), large))
    for each in leaving:
        list(each.rest())
    assert held.bytes == 0


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
    said: list = []
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
        leaving = [Leaving(Held()) for _ in files]
        for each, file in zip(leaving, files, strict=True):
            each.add(FileAnswer(file, None))
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert all(file.size > 2_000_000 for file in files)
    assert held <= 10_000_000, "20 copies would be 40 MB"


def test_a_run_with_data_that_could_not_be_opened_again_is_refused_in_a_sentence(monkeypatch):
    client = learning_from_a_text(1_000_000)
    monkeypatch.setattr("app.web.commands.files.LARGEST", 900_000)
    (error,) = client.say("snapshot", dataset=True, id=4)
    assert (error["code"], error["id"], error["field"]) == ("bad_value", 4, "dataset")
    assert "With its data this run is a file of 0.9" in error["message"]
    assert facts(client.say("snapshot")[0])["kind"] == "snapshot"


@pytest.mark.parametrize("task", ["echo", "own"])
def test_a_network_that_is_too_large_by_itself_is_given_whatever_it_learns_from(task, monkeypatch):
    client = learning_from_a_text(400_000) if task == "own" else Client().started()
    monkeypatch.setattr("app.web.commands.files.LARGEST", 1000)
    assert facts(client.say("snapshot", dataset=True)[0])["kind"] == "snapshot"


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
    begun: list[Part] = []
    while not client.run.leaving:
        begun = client.run.work(seconds=0)
    *rest, last = client.run.last_words()
    assert b"".join(part.content for part in [*begun, *rest]) == client.session.trainer.snapshot(dataset=True)
    assert last == client.session.trainer.snapshot()
