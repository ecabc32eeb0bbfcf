"""Quantiles of a record are those of the entries that it can also show one by one."""

import numpy as np
import pytest

from app.engine import CELLS
from app.training import RunConfig, Trainer
from app.training.quantities.distributions import QUANTILES, quantiles


@pytest.mark.parametrize("size", [1, 2, 3, 16, 257, 1023, 1024, 5000])
def test_they_are_numpys_for_any_number_of_entries(size):
    values = np.random.default_rng(size).normal(size=size)
    np.testing.assert_allclose(quantiles({"W": values})[0], np.quantile(values, QUANTILES), rtol=1e-12)


def test_one_entry_that_is_not_a_number_leaves_nothing_to_say():
    for more in (0, 3000):
        assert np.isnan(quantiles({"W": np.array([1.0, np.nan, 2.0, 3.0, *range(more)])})).all()


def test_infinity_is_the_largest_entry_and_the_others_keep_their_quantiles():
    row = quantiles({"W": np.array([0.0, 1.0, 2.0, np.inf])})[0]
    assert row[0] == 0
    assert row[3] == 1.5
    assert np.isposinf(row[-1])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_record_holds_those_of_every_weight_and_of_the_size_of_every_gradient(cell, precision):
    trainer = Trainer(RunConfig(cell=cell, precision=precision, sequence_length=12, hidden_size=5))
    for _ in range(4):
        trainer.advance()
    assert "weight_quantiles" not in trainer.record({"distributions"}, skip_expensive=True).tensors
    record = trainer.record({"weights", "gradients", "distributions"})
    for row, name in enumerate(record.grad_norms):
        of_weights = np.quantile(record.tensors[name], QUANTILES)
        of_sizes = np.quantile(np.abs(record.tensors[f"grad.{name}"]), QUANTILES)
        np.testing.assert_allclose(record.weight_quantiles[row], of_weights, rtol=1e-5, atol=1e-12)
        np.testing.assert_allclose(record.gradient_quantiles[row], of_sizes, rtol=1e-5, atol=1e-12)
    assert record.weight_quantiles.shape == record.gradient_quantiles.shape == (len(record.grad_norms), len(QUANTILES))
