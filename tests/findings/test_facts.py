"""What the rules look at, computed from what is known."""

import numpy as np
import pytest

from app.training.findings.facts import Facts, median


@pytest.mark.parametrize("count", [1, 2, 19, 20])
def test_the_median_loss_is_that_of_numpy_to_the_last_bit(count):
    losses = tuple(np.random.default_rng(count).exponential(size=count).tolist())
    assert Facts(losses=losses).median_loss == float(np.median(losses))


def test_the_median_of_what_is_not_all_numbers_is_none():
    assert np.isnan(median([1.0, float("nan"), 2.0]))
    assert Facts(losses=()).median_loss is None


def test_what_a_task_without_a_lag_is_measured_against_does_not_read_the_input():
    levels = {"baseline": 1.0, "persistence": 0.04}
    assert [Facts(needed_lag=lag, **levels).smaller_baseline for lag in (None, 2, 0)] == [0.04, 0.04, 1.0]
    assert Facts(baseline=1.0, needed_lag=2).smaller_baseline == 1.0
