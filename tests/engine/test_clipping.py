"""Clipping: what the optimizer sees, by how much it is shorter, by how much it is turned."""

import numpy as np
import pytest

from app.engine import angle, clip, norm
from app.engine.clipping import clip_columns

GRADS = {"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])}


def test_norm_runs_over_all_parameters_together_and_neither_overflows_nor_underflows():
    assert norm(GRADS) == 5.0
    assert norm({n: g * 1e300 for n, g in GRADS.items()}) == pytest.approx(5e300)
    assert norm({n: g * 1e-300 for n, g in GRADS.items()}) == pytest.approx(5e-300)


def test_norm_clipping_shortens_without_turning():
    clipped, scale, turned = clip(GRADS, "norm", 1.0)
    assert norm(clipped) == pytest.approx(1.0)
    assert (scale, turned) == (pytest.approx(0.2), 0.0)
    assert GRADS["W"][0, 0] == 3.0


def test_value_clipping_turns_the_update():
    clipped, scale, turned = clip(GRADS, "value", 3.0)
    assert clipped["W"].tolist() == [[3.0, 0.0]]
    assert clipped["b"].tolist() == [3.0]
    assert scale == pytest.approx(np.sqrt(18) / 5)
    assert turned == pytest.approx(45 - np.degrees(np.arctan(3 / 4)))


@pytest.mark.parametrize(("mode", "threshold"), [("none", 0.1), ("timestep", 0.1), ("norm", 5.0), ("value", 4.0)])
def test_gradients_within_the_threshold_pass_untouched(mode, threshold):
    clipped, scale, turned = clip(GRADS, mode, threshold)
    assert clipped is GRADS
    assert (scale, turned) == (1.0, 0.0)


@pytest.mark.parametrize("mode", ["none", "norm", "value"])
def test_a_zero_gradient_has_no_angle(mode):
    zero = {"W": np.zeros((2, 2))}
    assert clip(zero, mode, 1.0) == (zero, 1.0, None)
    assert angle(GRADS, {n: 0 * g for n, g in GRADS.items()}) is None


def clipped(columns, threshold, dtype="float64"):
    dh, factor = np.array(columns, dtype).T.copy(), np.ones(len(columns), dtype)
    with np.errstate(all="ignore"):
        clip_columns(threshold, dh, factor)
    return dh.T, factor


@pytest.mark.parametrize(
    ("dtype", "size"), [("float64", 1e160), ("float64", 1e308), ("float32", 1e20), ("float32", 1e38)]
)
def test_a_column_whose_square_overflows_is_clipped_like_any_other(dtype, size):
    dh, factor = clipped([[0.6 * size, 0.8 * size], [0.3, 0.4], [0.0, 0.0]], 0.1, dtype)
    np.testing.assert_allclose(dh, [[0.06, 0.08], [0.06, 0.08], [0.0, 0.0]], rtol=1e-6)
    np.testing.assert_allclose(factor, [0.1 / size, 0.2, 1.0], rtol=1e-4)


def test_a_column_whose_square_underflows_is_measured_by_its_size():
    dh, factor = clipped([[3e-190, 4e-190], [3e-220, 4e-220]], 1e-200)
    np.testing.assert_allclose(dh, [[6e-201, 8e-201], [3e-220, 4e-220]])
    np.testing.assert_allclose(factor, [2e-11, 1.0])


def test_ordinary_columns_are_clipped_to_the_same_last_digit_beside_extreme_ones():
    columns = np.random.default_rng(0).standard_normal((4, 5))
    alone, _ = clipped(columns, 0.3)
    beside, _ = clipped([*columns, [1e200] * 5, [0.0] * 5, [np.inf] * 5], 0.3)
    assert (beside[:4] == alone).all()


def test_a_column_that_is_not_finite_stays_so():
    dh, _ = clipped([[np.inf, 1.0], [np.nan, 1.0]], 0.1)
    assert not np.isfinite(dh[:, 0]).any()
