"""A recording holds what was written, survives a kill, and refuses what only looks like one."""

import contextlib
import json
import os
import random
import resource
import signal
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save

from app import recording as recordings
from app.errors import BadUpload, BadValue, OutOfRange, UnrollError
from app.recording import LARGEST_FRAME, MAGIC, Recording
from app.training import Record, RunConfig, Trainer
from tests.support.servers import ROOT

SMALL = {"sequence_length": 5, "hidden_size": 3, "batch_size": 2, "lag": 1}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.unroll"


@pytest.fixture
def written(path):
    """Eight records as they were written."""
    trainer = Trainer(RunConfig(**SMALL))
    records = []
    with Recording.create(path, config=trainer.config.model_dump()) as recording:
        for record in trainer.records(watch={"flow"}):
            recording.write(record)
            records.append(record)
            if len(records) == 8:
                break
    return records


def frame(scalars: str, **tensors) -> bytes:
    """A frame with its length in front."""
    content = save(tensors, metadata={"unroll": scalars})
    return len(content).to_bytes(8, "little") + content


START = MAGIC + frame('{"kind":"recording","facts":{}}')
RECORD = frame('{"kind":"record","iteration":0}', h=np.zeros((2, 3), np.float32))


def test_a_record_that_could_not_be_read_again_is_not_written_and_others_follow(path, monkeypatch):
    def sized(step, more):
        return Record({"kind": "record", "iteration": step}, {"h": np.zeros(more)})

    monkeypatch.setattr(recordings, "LARGEST_FRAME", len(sized(0, 100).to_bytes()))
    with Recording.create(path) as recording:
        recording.write(sized(0, 100))
        before = path.read_bytes()
        with pytest.raises(OutOfRange, match="in one record of a recording; got"):
            recording.write(sized(1, 101))
        assert path.read_bytes() == before
        recording.write(sized(2, 3))
        assert recording.iterations == [0, 2]
    with Recording.open(path) as recording:
        assert [len(record.tensors["h"]) for record in recording] == [100, 3]


def test_what_was_written_comes_back_bit_for_bit(path, written):
    with Recording.open(path) as recording:
        assert RunConfig(**recording.facts["config"]) == RunConfig(**SMALL)
        assert [len(recording), recording.iterations] == [8, list(range(8))]
        assert not recording.cut_short
        for read, record in zip(recording, written, strict=True):
            assert read.to_bytes() == record.to_bytes()


def test_a_record_is_found_by_its_iteration(path, written):
    with Recording.open(path) as recording:
        assert recording.at(5).to_bytes() == written[5].to_bytes()
        assert recording.at(1000).iteration == 7
        assert recording[-1].iteration == 7
        with pytest.raises(IndexError):
            recording[8]


def test_where_training_began_anew_the_later_record_is_found(path):
    trainer = Trainer(RunConfig(**SMALL))
    with Recording.create(path) as recording:
        for _ in range(3):
            recording.write(trainer.step())
        trainer.configure(activation="relu", hidden_size=4)
        recording.write(trainer.step())
    with Recording.open(path) as recording:
        assert recording.iterations == [0, 1, 2, 0]
        assert recording.at(0).h.shape[1] == 4
        assert recording.at(1).h.shape[1] == 3


def test_before_the_first_record_there_is_none(path):
    with Recording.create(path) as recording, pytest.raises(BadValue, match="it has none"):
        recording.at(3)


def test_a_recording_can_be_read_while_it_is_written(path):
    trainer = Trainer(RunConfig(**SMALL))
    with Recording.create(path) as recording:
        recording.write(trainer.step())
        with Recording.open(path) as reading:
            assert reading.iterations == [0]
        assert recording.at(0).iteration == 0


def test_a_recording_that_was_opened_is_not_written(path, written):
    with Recording.open(path) as recording, pytest.raises(BadValue, match=r"Recording\.create"):
        recording.write(written[0])


def test_what_changes_while_it_is_recorded_holds_from_there_on(path):
    trainer = Trainer(RunConfig(**SMALL))
    with Recording.create(path, config=trainer.config.model_dump(), task=trainer.task_info()) as recording:
        recording.write(trainer.step())
        trainer.configure(learning_rate=0.25)
        recording.write_state(config=trainer.config.model_dump())
        recording.write(trainer.step())
    with Recording.open(path) as recording:
        assert len(recording) == 2
        assert [recording.state(at)["config"]["learning_rate"] for at in (0, 1)] == [RunConfig().learning_rate, 0.25]
        assert recording.state(1)["task"] == recording.facts["task"]
        with pytest.raises(BadValue, match=r"Recording\.create"):
            recording.write_state(config={})


def test_a_record_of_a_watched_script_has_a_step(path):
    with Recording.create(path) as recording:
        recording.write(Record({"kind": "record", "step": 7}, {"h": np.zeros((2, 3), np.float32)}))
        with pytest.raises(BadValue, match="iteration or step"):
            recording.write(Record({"kind": "record"}, {}))
    with Recording.open(path) as recording:
        assert recording.iterations == [7]


WRITES_UNTIL_KILLED = """
import sys
from app.recording import Recording
from app.training import RunConfig, Trainer
trainer = Trainer(RunConfig(sequence_length=5, hidden_size=3, batch_size=2, lag=1))
with Recording.create(sys.argv[1]) as recording:
    for record in trainer.records():
        recording.write(record)
        print(record.iteration, flush=True)
"""


def test_a_kill_loses_nothing_but_the_record_that_was_being_written(path):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES_UNTIL_KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    while int(process.stdout.readline()) < 50:
        pass
    process.send_signal(signal.SIGKILL)
    told = [*map(int, process.stdout.read().split())]
    process.wait()
    process.stdout.close()
    last = told[-1] if told else 50
    with Recording.open(path) as recording:
        assert recording.iterations[-1] in (last, last + 1)
        assert recording[-1].iteration == recording.iterations[-1]


@pytest.mark.parametrize("missing", [1, 7, 8, 9, 100])
def test_a_frame_that_was_not_finished_is_overlooked(path, written, missing):
    os.truncate(path, path.stat().st_size - missing)
    with Recording.open(path) as recording:
        assert recording.cut_short
        assert recording.iterations == list(range(7))


def test_a_record_that_did_not_fit_on_the_disk_leaves_nothing_and_later_ones_are_found(path):
    trainer = Trainer(RunConfig(**SMALL))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Recording.create(path) as recording:
        recording.write(trainer.step())
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                recording.write(trainer.step())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        recording.write(trainer.step())
    with Recording.open(path) as recording:
        assert recording.iterations == [0, 2]
        assert not recording.cut_short


HOSTILE = {
    "nothing": b"",
    "a pickle": b"\x80\x04K\x00.",
    "no frames": MAGIC,
    "a record first": MAGIC + RECORD,
    "facts that are a list": MAGIC + frame('{"kind":"recording","facts":[]}'),
    "two beginnings": START + frame('{"kind":"recording","facts":{}}'),
    "a frame of 2^63 bytes": START + (2**63).to_bytes(8, "little") + b"x" * 100,
    "a frame just too large": START + (LARGEST_FRAME + 1).to_bytes(8, "little") + b"x" * 100,
    "an empty frame": START + bytes(8),
    "a header longer than its frame": START + (24).to_bytes(8, "little") + (2**40).to_bytes(8, "little") + b"x" * 16,
    "a header that is no JSON": START + (16).to_bytes(8, "little") + (8).to_bytes(8, "little") + b"notjson!",
    "metadata that are missing": START + (10).to_bytes(8, "little") + (2).to_bytes(8, "little") + b"{}",
    "a state that is a list": START + frame('{"kind":"state","state":[]}'),
    "no iteration": START + frame('{"kind":"record"}'),
    "a negative iteration": START + frame('{"kind":"record","iteration":-1}'),
    "half an iteration": START + frame('{"kind":"record","iteration":0.5}'),
    "an iteration that is true": START + frame('{"kind":"record","iteration":true}'),
    "an iteration of 2^70": START + frame(f'{{"kind":"record","iteration":{2**70}}}'),
    "a duplicate key": START + frame('{"kind":"record","iteration":0,"iteration":1}'),
    "NaN in the facts": MAGIC + frame('{"kind":"recording","facts":{"a":NaN}}'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_only_looks_like_a_recording_is_refused(path, name):
    path.write_bytes(HOSTILE[name])
    with pytest.raises(BadUpload) as caught:
        Recording.open(path)
    assert "expected" in str(caught.value)


def test_a_record_whose_tensors_do_not_fill_it_is_refused_when_it_is_asked_for(path):
    entry = {"dtype": "F64", "shape": [2**48 - 1], "data_offsets": [0, 8]}
    scalars = {"unroll": '{"kind":"record","iteration":0}'}
    header = json.dumps({"__metadata__": scalars, "h": entry}).encode()
    content = len(header).to_bytes(8, "little") + header + bytes(8)
    path.write_bytes(START + len(content).to_bytes(8, "little") + content)
    with Recording.open(path) as recording, pytest.raises(BadUpload):
        recording[0]


def test_mutated_recordings_are_read_or_refused_with_an_error_of_ours(path, written):
    rng = random.Random(3)
    whole = path.read_bytes()
    for _ in range(400):
        changed = bytearray(whole)
        for _ in range(rng.randrange(1, 5)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        path.write_bytes(changed)
        with contextlib.suppress(UnrollError), Recording.open(path) as recording:
            assert sum(1 for _ in recording) <= 8
