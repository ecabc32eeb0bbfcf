"""What is kept of captures: of the newest all that was worked out, of those before only what it is made of again."""

import gc
import weakref

import numpy as np
import pytest

import app as unroll
from app.watching import watcher
from app.watching.measure import Captured, Shown
from app.watching.watcher import Watcher
from tests.support.crossings import crossing


def capture(step: int, cell: str = "lstm", modules: tuple[str, ...] = ("encoder",)) -> dict[str, Shown]:
    """Modules in one capture."""
    its = {name: [crossing(cell, seed=step)] for name in modules}
    whole = Captured(its, own={}, scale=1.0)
    return {name: Shown(name, whole, name, slice(0, 1), 0, {"step": step}) for name in modules}


def watching(file=None) -> Watcher:
    return Watcher(every=1, sequence=0, server=None, token=None, file=file)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_record_that_was_written_and_is_no_longer_the_newest_takes_no_memory_and_is_saved_as_it_was(cell, tmp_path):
    one, records, replays = watching(tmp_path / "written.unroll"), [], []
    for step in range(4):
        found = capture(step, cell)
        one._take(found)
        records.append(weakref.ref(found["encoder"].record))
        replays.append(weakref.ref(found["encoder"].whole.stacks("encoder")[0]))
        assert found["encoder"].record is found["encoder"].record, "the newest is made once"
    del found
    gc.collect()
    assert [there() is not None for there in records] == [False, False, False, True]
    assert [there() is not None for there in replays] == [False, False, False, True]
    one.save(tmp_path / "saved.unroll")
    gc.collect()
    assert [there() is not None for there in records] == [False, False, False, True]
    one._file.close()
    assert (tmp_path / "saved.unroll").read_bytes() == (tmp_path / "written.unroll").read_bytes()
    with unroll.open(tmp_path / "saved.unroll") as recording:
        assert recording.iterations == [0, 1, 2, 3]


def test_what_is_made_of_an_older_capture_is_not_kept_either():
    one, older = watching(), capture(0)["encoder"]
    one._take({"encoder": older})
    verdict, horizon = older.verdict, older.horizon
    one._take(capture(1))
    record = older.record
    assert older.record is not record
    np.testing.assert_array_equal(older.record.tensors["dh"], record.tensors["dh"])
    assert (older.verdict, older.horizon) == (verdict, horizon)


def test_the_newest_of_a_module_is_kept_while_others_of_its_capture_are_superseded():
    one, first = watching(), capture(0, modules=("encoder", "decoder"))
    one._take(first)
    record = first["decoder"].record
    one._take(capture(1))
    assert first["decoder"].record is record
    assert set(one.last) == {"encoder", "decoder"}


def test_as_many_captures_are_kept_as_there_is_room_for_whatever_was_worked_out_of_them(monkeypatch):
    size = capture(0, modules=("encoder", "decoder"))["encoder"].whole.nbytes
    monkeypatch.setattr(watcher, "KEPT_BYTES", 3 * size + 3)
    one = watching()
    for step in range(6):
        found = capture(step, modules=("encoder", "decoder"))
        one._take(found)
        for module in found.values():
            assert module.record.step == step
    assert [(seen.step, seen.record.module) for seen in one._kept] == [
        (step, name) for step in (3, 4, 5) for name in ("encoder", "decoder")
    ]
