"""Statistics of large tables, in steps: the very numbers that NumPy's reductions give."""

import numpy as np
import pytest

from app.steps import finish
from app.tasks import Series, columns


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (70_000, 1), (70_000, 2), (30_000, 7), (400, 500), (300, 1000)])
def test_sums_and_variances_are_those_of_numpy_bit_for_bit(shape):
    values = np.random.default_rng(0).standard_normal(shape).cumsum(axis=0) + 1e3
    assert np.array_equal(finish(columns.sums(values)), values.sum(axis=0))
    assert np.array_equal(finish(columns.sums(values)) / len(values), values.mean(axis=0))
    assert np.array_equal(finish(columns.largest(values)), np.abs(values).max(axis=0))
    if len(values) > 1:
        assert np.array_equal(finish(columns.variances(values)), values.var(axis=0))


@pytest.mark.parametrize("shape", [(19, 1), (70_000, 2), (400, 300)])
def test_a_series_is_standardised_as_by_whole_columns_bit_for_bit(shape):
    values = np.random.default_rng(1).standard_normal(shape) * 1e200 + 3e200
    series = Series(tuple(f"column {c}" for c in range(shape[1])), values)
    scaled = values / np.abs(values[: series.training_rows]).max(axis=0)
    known = scaled[: series.training_rows]
    expected = (scaled - known.mean(axis=0)) / known.std(axis=0)
    assert np.array_equal(series.standard.values, expected)
    known = expected[: series.training_rows]
    assert series.standard.best_constant == known.var(axis=0).mean()
    assert series.standard.persistence == np.square(np.diff(known, axis=0)).mean()
