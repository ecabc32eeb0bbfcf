"""The stored training that the page shows needs no PyTorch to be read, and says what the lesson says of it."""

from pathlib import Path

import numpy as np

import app as unroll

EXAMPLE = Path(__file__).parent.parent.parent / "static" / "watched" / "example.unroll"


def test_the_stored_training_is_read_without_pytorch_and_shows_a_gradient_that_is_brought_back_to_life():
    with unroll.open(EXAMPLE) as recording:
        records = list(recording)
    assert [record.step for record in records] == [0, 100, 200, 300, 400, 500]
    assert [record.verdict["finding"] for record in records] == ["vanishing"] * 3 + [None] * 3
    assert records[0].verdict["code"] == "with torch.no_grad(): model.encoder.bias_hh_l0[10:20] = 1"
    assert all(record.grad_residual <= 1e-5 for record in records)
    for record in records:
        way = record.tensors["ln_flow"][-1]
        arrives = np.exp(way[1] - way[-1])
        assert (arrives <= 1e-6) == (record.verdict["finding"] == "vanishing")


def test_the_stored_training_is_small():
    assert EXAMPLE.stat().st_size <= 150_000
