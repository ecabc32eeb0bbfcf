"""Snapshots: everything in one file, bit for bit, and nothing believed that comes in one."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

from app.engine import CELLS, OPTIMIZERS
from app.errors import BadUpload, DatasetNeeded, TooCostly, UnrollError
from app.tasks import TASKS, Series, Text
from app.tasks.reading.survey import LONGEST_NAME
from app.tensorheader import MAX_HEADER_BYTES
from app.training import WATCHABLE, RunConfig, Trainer
from app.training.limits import MAX_EDITS, MAX_NAMES
from tests.support.snapshots import FORGED, SMALL, rebuilt, trained, without

ROOT = Path(__file__).parents[2]


def own():
    rng = np.random.default_rng(1)
    return {"inputs": rng.standard_normal((5, 6, 2)), "targets": rng.integers(-1, 3, (5, 6))}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_resumed_run_goes_on_bit_for_bit(cell, optimizer, precision):
    trainer = trained(cell=cell, optimizer=optimizer, precision=precision)
    trainer.edit("x", (2, 0), 0.1)
    resumed = Trainer.resume(trainer.snapshot())
    assert resumed.snapshot() == trainer.snapshot()
    assert resumed.same_numerics
    for _ in range(3):
        first, second = trainer.step({"flow"}), resumed.step({"flow"})
        assert first.to_bytes() == second.to_bytes()
    assert resumed.snapshot() == trainer.snapshot()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_run_is_resumed_from_bytes_of_any_kind(kind):
    blob = trained().snapshot()
    assert Trainer.resume(kind(blob)).snapshot() == blob


@pytest.mark.parametrize("wrong", [5, [1, 2], {"a": 1}])
def test_what_is_neither_bytes_nor_a_path_is_no_snapshot(wrong):
    with pytest.raises(BadUpload, match=f"Expected the bytes of a snapshot, or its path; got {type(wrong).__name__}"):
        Trainer.resume(wrong)


@pytest.mark.parametrize("task", [name for name in TASKS if name != "own"])
def test_every_task_is_resumed(task):
    trainer = trained(task=task)
    resumed = Trainer.resume(trainer.snapshot())
    trainer.advance(), resumed.advance()
    assert resumed.snapshot() == trainer.snapshot()


def test_another_process_continues_bit_for_bit(tmp_path):
    trainer = trained(cell="lstm")
    (tmp_path / "snapshot").write_bytes(trainer.snapshot())
    program = (
        "import sys, pathlib; from app.training import Trainer; file = pathlib.Path(sys.argv[1]);"
        "t = Trainer.resume(file.read_bytes()); t.advance(); t.advance(); file.write_bytes(t.snapshot())"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "snapshot"], check=True, cwd=ROOT)
    trainer.advance(), trainer.advance()
    assert (tmp_path / "snapshot").read_bytes() == trainer.snapshot()


def test_equal_states_give_equal_bytes_whatever_led_there():
    straight, detour = trained(), trained()
    for index in ((1, 0), (0, 0)):
        straight.edit("x", index, 2.0)
    detour.configure(lag=1)
    detour.configure(lag=SMALL["lag"])
    detour.watch({"flow"})
    for index in ((0, 0), (1, 0)):
        detour.edit("x", index, 2.0)
    assert straight.snapshot() == detour.snapshot()


def test_a_snapshot_is_safetensors_with_every_weight_and_moment():
    blob = trained(cell="gru").snapshot()
    tensors = load(blob)
    assert {values.dtype for values in tensors.values()} == {np.dtype(np.float64)}
    assert {"W_hh", "b_hn", "moment.W_hh.m", "moment.W_hh.v"} <= set(tensors)
    header = json.loads(blob[8 : 8 + int.from_bytes(blob[:8], "little")])
    said = json.loads(header["__metadata__"]["unroll"])
    assert (said["kind"], said["version"], said["iteration"]) == ("snapshot", 1, 3)
    assert RunConfig(**said["config"]).cell == "gru"


def test_a_file_of_a_later_version_is_told_what_reads_it():
    later = rebuilt(trained().snapshot(), said=lambda said: {**said, "version": 2})
    with pytest.raises(BadUpload, match=r"version 1, which this Unroll reads; got version 2. A newer Unroll wrote it"):
        Trainer.resume(later)


def test_edits_and_the_chosen_probe_come_along():
    trainer = trained()
    trainer.show(4)
    trainer.edit("x", (1, 0), 7.0)
    resumed = Trainer.resume(trainer.snapshot())
    assert resumed.probe == 4
    assert resumed.record().x[1, 0] == 7


@pytest.mark.parametrize("letter", ["n", '"', "\u540d"])
def test_as_many_edits_and_as_long_names_as_a_run_may_have_come_along(letter):
    names = [f"{i:04d}" + letter * (LONGEST_NAME - 4) for i in range(MAX_NAMES)]
    edits = [[t, i, 0.1 + i / 7] for t in range(6) for i in range(MAX_NAMES)][:MAX_EDITS]
    trainer = Trainer(RunConfig(hidden_size=4, sequence_length=6))
    trainer.learn_from(Series(tuple(names), np.random.default_rng(0).standard_normal((30, MAX_NAMES))))
    blob = rebuilt(trainer.snapshot(dataset=True), said=lambda fields: fields | {"edits": edits})
    resumed = Trainer.resume(blob)
    assert resumed.dataset.columns == tuple(names)
    assert resumed._state.edits == {(t, i): value for t, i, value in edits}
    assert int.from_bytes(blob[:8], "little") <= 0.6 * MAX_HEADER_BYTES, "with room to spare"


def test_a_resumed_run_still_knows_how_far_its_last_update_went():
    trainer = trained()
    resumed = Trainer.resume(trainer.snapshot())
    assert resumed.record().update_norm == trainer.record().update_norm > 0


def test_a_snapshot_from_before_the_norm_of_the_last_update_was_saved_is_resumed():
    trainer = trained()
    resumed = Trainer.resume(rebuilt(trainer.snapshot(), said=without("update_norm")))
    assert resumed.record().update_norm is None
    trainer.advance(), resumed.advance()
    assert resumed.snapshot() == trainer.snapshot()


@pytest.mark.parametrize("count", ["iteration", "solved_at", "streak", "clipped_updates", "optimizer_step"])
def test_a_count_may_be_as_large_as_leaves_room_to_count_on(count):
    blob = trained().snapshot()
    resumed = Trainer.resume(rebuilt(blob, said=lambda s: s | {count: 2**52}))
    for _ in range(2):
        resumed.step(WATCHABLE)
    with pytest.raises(BadUpload, match="4503599627370496"):
        Trainer.resume(rebuilt(blob, said=lambda s: s | {count: 2**52 + 1}))


def test_other_arithmetic_is_noticed(monkeypatch):
    blob = trained().snapshot()
    monkeypatch.setattr("app.training.state.fingerprint", lambda: "another machine")
    assert not Trainer.resume(blob).same_numerics


# Own data.


def test_own_data_are_in_the_file_only_when_asked_for():
    trainer = trained(dataset=own())
    bare, full = trainer.snapshot(), trainer.snapshot(dataset=True)
    assert len(full) > len(bare)
    assert Trainer.resume(full).snapshot() == bare
    with pytest.raises(DatasetNeeded, match="Upload the same dataset first"):
        Trainer.resume(bare)
    with pytest.raises(DatasetNeeded):
        Trainer.resume(bare, own() | {"inputs": np.zeros((5, 6, 2))})
    for dataset in (own(), trainer.dataset):
        resumed = Trainer.resume(bare, dataset)
        resumed.advance()
        assert resumed.iteration == 4


@pytest.mark.parametrize("kind", ["text", "series"])
def test_own_texts_and_series_travel_too(kind):
    trainer = trained()
    if kind == "text":
        trainer.load_text("how now, brown cow? ähem")
    else:
        trainer.load_series("day,räin\n" + "\n".join(f"{i},{i * i % 7}" for i in range(20)))
    trainer.advance()
    resumed = Trainer.resume(trainer.snapshot(dataset=True))
    assert resumed.task_info() == trainer.task_info()
    trainer.advance(), resumed.advance()
    assert resumed.snapshot() == trainer.snapshot()


@pytest.mark.parametrize("text", ["\ufeffhow now, brown cow?", "a\r\nb\rc", "half \ud800 a pair"])
def test_a_text_comes_out_of_a_snapshot_character_by_character(text):
    found, codes = np.unique([ord(character) for character in text], return_inverse=True)
    trainer = Trainer(RunConfig(**SMALL), Text(tuple(map(chr, found)), codes))
    trainer.advance()
    resumed = Trainer.resume(trainer.snapshot(dataset=True))
    assert resumed.task_info() == trainer.task_info()
    trainer.advance(), resumed.advance()
    assert resumed.snapshot() == trainer.snapshot()


def test_own_data_wait_while_another_task_is_tried():
    trainer = trained(dataset=own())
    trainer.configure(task="echo")
    assert Trainer.resume(trainer.snapshot()).config.task == "echo"
    trainer.configure(task="own", sequence_length=4)
    assert trainer.record().x.shape == (4, 2)


# Snapshots from strangers.


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_forged_snapshot_is_refused_in_our_words(forge):
    with pytest.raises(UnrollError) as refusal:
        Trainer.resume(forge(trained().snapshot()))
    assert isinstance(refusal.value, BadUpload | DatasetNeeded)
    str(refusal.value).encode()


def test_a_snapshot_beyond_the_limits_is_refused():
    with pytest.raises(TooCostly):
        Trainer.resume(trained().snapshot(), max_cost=100)


def test_forged_own_data_are_noticed():
    full = trained(dataset=own()).snapshot(dataset=True)
    with pytest.raises(BadUpload, match="not those it was made with"):
        Trainer.resume(rebuilt(full, said=lambda s: s | {"dataset": "0" * 64}))


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"], ids=len)
def test_a_byte_of_a_saved_text_that_is_wrong_is_named_wherever_it_lies(before):
    """A text is decoded in pieces, which end between characters: of four bytes here, and 32,768 in a piece."""
    text = before.decode() + "\U0001f600!" * 20_000
    trainer = trained()
    trainer.load_text(text)
    blob = trainer.snapshot(dataset=True)
    assert Trainer.resume(blob).task_info() == trainer.task_info()
    for wrong in (2**15 - 1, 2**15, 2**15 + 1, 2**16 + 7):
        expected = text.encode()[:wrong] + b"\xff" + text.encode()[wrong + 1 :]
        with pytest.raises(UnicodeDecodeError) as error:
            expected.decode()
        with pytest.raises(BadUpload, match=f"byte {error.value.start} is not"):
            Trainer.resume(blob.replace(text.encode(), expected))


BLOBS = [trained().snapshot(), trained(dataset=own()).snapshot(dataset=True)]


@settings(max_examples=300)
@given(
    blob=st.sampled_from(BLOBS),
    changes=st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4),
    cut=st.integers(0, 60),
)
def test_any_mutation_is_resumed_or_refused_in_our_words(blob, changes, cut):
    mutated = bytearray(blob)
    for place, noise in changes:
        mutated[place : place + len(noise)] = noise
    try:
        trainer = Trainer.resume(bytes(mutated[: len(mutated) - (cut if cut > 40 else 0)]), max_cost=10**7)
    except UnrollError:
        return
    trainer.step({"flow"})
