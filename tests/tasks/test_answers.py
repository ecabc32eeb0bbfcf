"""The best constant answer to sequences, for every length they may be cut to, as NumPy finds it in whole arrays."""

import numpy as np
import pytest

from app.tasks import Sequences, make_task


def cut(targets):
    """Sequences with these targets, and their task for each length."""
    data = Sequences.of({"inputs": np.zeros((*targets.shape[:2], 1)), "targets": targets})
    return [(T, make_task("own", T, 0, data)) for T in range(1, targets.shape[1] + 1)]


@pytest.mark.parametrize("shape", [(40, 7, 3), (3000, 20, 1), (2, 90, 700)])
def test_of_values_it_is_their_mean(shape):
    rng = np.random.default_rng(0)
    targets = rng.standard_normal(shape) * np.arange(1, shape[1] + 1)[:, None] + 5
    targets[rng.random(shape[:2]) < 0.3] = np.nan
    targets[0, 0] = 1.0
    targets[..., -1][~np.isnan(targets[..., -1])] = 0.1
    for T, task in cut(targets):
        known = targets[:, :T][~np.isnan(targets[:, :T, 0])]
        variances = np.append(known[:, :-1].var(axis=0), 0.0)  # the last never varies, and no rounding makes it
        assert task.baseline == pytest.approx(variances.mean())


def test_of_classes_it_is_how_often_each_occurs():
    targets = np.random.default_rng(0).integers(-1, 9, (3000, 20))
    for T, task in cut(targets):
        known = targets[:, :T][targets[:, :T] >= 0]
        p = np.bincount(known) / len(known)
        assert task.baseline == float(-(p * np.log(p)).sum())
