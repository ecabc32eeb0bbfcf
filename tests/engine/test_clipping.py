"""Clipping: what the optimizer sees, by how much it is shorter, by how much it is turned."""

import numpy as np
import pytest

from app.engine import angle, clip, norm

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
