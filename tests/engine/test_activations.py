"""phi against its definition at a few points, phi' against central differences, gamma against the curve."""

import numpy as np
import pytest

from app.engine import ACTIVATIONS

A = np.array([-3.0, -0.5, 0.25, 2.0])
EXPECTED = {
    "tanh": np.tanh(A),
    "relu": [0.0, 0.0, 0.25, 2.0],
    "sigmoid": 1 / (1 + np.exp(-A)),
    "linear": A,
    "leaky_relu": [-0.03, -0.005, 0.25, 2.0],
    "elu": [np.exp(-3.0) - 1, np.exp(-0.5) - 1, 0.25, 2.0],
    "softsign": [-0.75, -1 / 3, 0.2, 2 / 3],
    "hardtanh": [-1.0, -0.5, 0.25, 1.0],
    "gelu": 0.5 * A * (1 + np.tanh(np.sqrt(2 / np.pi) * (A + 0.044715 * A**3))),
    "silu": A / (1 + np.exp(-A)),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_those_of_the_definition(name):
    np.testing.assert_allclose(ACTIVATIONS[name](A), EXPECTED[name], rtol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope_agrees_with_central_differences(name):
    phi, a = ACTIVATIONS[name], np.linspace(-5, 5, 400)  # an even number of points: none on a kink
    numeric = (phi(a + 1e-6) - phi(a - 1e-6)) / 2e-6
    np.testing.assert_allclose(phi.slope(a), numeric, atol=1e-8)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gamma_is_the_supremum_of_the_slope(name):
    phi = ACTIVATIONS[name]
    steepest = np.abs(phi.slope(np.linspace(-8, 8, 400_001))).max()
    assert phi.gamma - 1e-9 < steepest <= phi.gamma


@pytest.mark.parametrize(("name", "at", "slope"), [("relu", 0.0, 0.0), ("leaky_relu", 0.0, 0.01), ("elu", 0.0, 1.0)])
def test_slope_at_zero_is_what_pytorch_says(name, at, slope):
    assert ACTIVATIONS[name].slope(np.array([at]))[0] == slope


def test_hardtanh_has_slope_zero_at_both_kinks():
    assert ACTIVATIONS["hardtanh"].slope(np.array([-1.0, 1.0])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32_and_nan_stays_nan(name):
    a = np.array([np.nan, 0.5], dtype=np.float32)
    assert ACTIVATIONS[name](a).dtype == ACTIVATIONS[name].slope(a).dtype == np.float32
    assert np.isnan(ACTIVATIONS[name](a)[0])


def test_those_are_bounded_that_stay_small_whatever_they_are_applied_to():
    bounded = {name for name, activation in ACTIVATIONS.items() if activation.is_bounded}
    assert bounded == {"tanh", "sigmoid", "softsign", "hardtanh"}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sigmoid_ends_at_0_and_1_without_a_warning(dtype):
    far = np.array([-np.inf, -1000.0, -720.0, -95.0, -40.0, 40.0, 1000.0, np.inf], dtype)
    with np.errstate(all="raise"):
        assert ACTIVATIONS["sigmoid"](far).tolist() == [0.0] * 5 + [1.0] * 3
        assert ACTIVATIONS["silu"].slope(far[1:-1]).tolist() == pytest.approx([0.0] * 4 + [1.0] * 2, abs=1e-15)
