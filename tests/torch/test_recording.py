"""Records of a watched model are kept in the file format of every recording."""

import numpy as np
import torch
from torch import nn

import app as unroll


def train(model, updates, watching):
    for _ in range(updates):
        model(torch.randn(6, 2, 3))[0].sum().backward()
        watching.wait()  # a capture that is not replayed in time gives way to newer ones


def test_what_was_saved_is_read_back_to_the_last_bit(tmp_path):
    model = nn.LSTM(3, 4, 2, bidirectional=True)
    with unroll.watch(model, every=2, page=False) as watching:
        train(model, 5, watching)
        watching.save(tmp_path / "run.unroll")
        last = watching.last[""]
    with unroll.open(tmp_path / "run.unroll") as recording:
        found = list(recording)
    assert [record.step for record in found] == [0, 2, 4]
    assert found[-1].scalars == last.scalars
    assert set(found[-1].tensors) == set(last.tensors)
    for name, values in last.tensors.items():
        np.testing.assert_array_equal(found[-1].tensors[name], values)


def test_a_file_is_written_as_the_records_are_made(tmp_path):
    model = nn.GRU(3, 4)
    with unroll.watch(model, page=False, file=tmp_path / "run.unroll") as watching:
        train(model, 3, watching)
        assert read(tmp_path / "run.unroll") == [0, 1, 2]
        train(model, 1, watching)
    assert not watching.failures
    assert read(tmp_path / "run.unroll") == [0, 1, 2, 3]


def read(path):
    with unroll.open(path) as recording:
        return recording.iterations
