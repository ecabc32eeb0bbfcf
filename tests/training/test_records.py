"""A record is safetensors with one metadata key, and strict JSON in it."""

import json
import math

import numpy as np
import pytest
from safetensors.numpy import load, save

from app.engine import CELLS
from app.training import WATCHABLE, RunConfig, Trainer
from app.training.records import Record
from app.training.tensorfile import pack


@pytest.mark.parametrize("cell", CELLS)
def test_bytes_come_back_as_the_same_record(cell):
    record = Trainer(RunConfig(cell=cell)).record(set(WATCHABLE) - {"sample"})
    blob = record.to_bytes()
    tensors = load(blob)
    assert all(np.array_equal(tensors[name], values, equal_nan=True) for name, values in record.tensors.items())
    header = json.loads(blob[8 : 8 + int.from_bytes(blob[:8], "little")])
    assert list(header["__metadata__"]) == ["unroll"]
    assert json.loads(header["__metadata__"]["unroll"]) == record.scalars


def test_what_is_not_finite_becomes_null():
    blob = Record({"loss": math.inf, "norms": {"W": math.nan}, "n": 3}, {"h": np.full(2, np.nan)}).to_bytes()
    assert b'{\\"loss\\":null,\\"norms\\":{\\"W\\":null},\\"n\\":3}' in blob
    assert np.isnan(load(blob)["h"]).all()
    assert b"[null,1.0]" in Record({"values": [math.inf, 1.0]}, {}).to_bytes()


def test_equal_contents_give_equal_bytes_in_any_order_of_tensors():
    a, b = np.ones(2), np.zeros(3, np.float32)
    assert pack({"n": 1}, {"a": a, "b": b}) == pack({"n": 1}, {"b": b, "a": a})


def test_a_file_is_what_the_library_writes_the_second_time_too():
    tensors = {
        "b": np.arange(6.0).reshape(2, 3).T,
        "a": np.zeros((0, 2)),
        'q"\\ü': np.float64(3.0) * np.ones(()),
        "i": np.arange(3),
        "f": np.ones(5, np.float32),
        "u": np.arange(3, dtype=np.uint8),
    }
    for text in ("", 'a "quoted" \\ é \n \x7f', "longer by a few"):
        expected = save(
            {name: np.asarray(values, order="C") for name, values in tensors.items()},
            {"unroll": json.dumps({"said": text}, separators=(",", ":"))},
        )
        assert pack({"said": text}, tensors) == expected
        assert pack({"said": text}, dict(reversed(tensors.items()))) == expected
    assert pack({"n": 1}, {}) == pack({"n": 1}, {}) == save({}, {"unroll": '{"n":1}'})


def test_quantities_are_attributes_and_a_missing_one_says_so():
    record = Trainer(RunConfig()).record()
    assert record.h is record.tensors["h"]
    assert record.loss == record.scalars["loss"]
    with pytest.raises(AttributeError, match=r"no ln_flow\. Ask for it: watch=\{\"flow\"\}"):
        _ = record.ln_flow
    with pytest.raises(AttributeError, match=r"no gates_l2_reverse\. Ask for it: watch=\{\"gates\"\}"):
        _ = record.gates_l2_reverse
    with pytest.raises(AttributeError, match=r"no grad_norm_l2\. Quantities that may be watched are gates, flow"):
        _ = record.grad_norm_l2
