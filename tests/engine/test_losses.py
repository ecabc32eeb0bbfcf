"""E_t and dE_t/dy_t: values by hand; what has no target costs nothing, whatever the output is."""

import numpy as np
import pytest

from app.engine import LOSSES


def evaluate(name, y, target):
    """`y` (T, O) of one sequence; E_t (T,), dy (T, O), and which timesteps have a target, None where all have."""
    y = np.array(y, dtype=float)[:, :, None]
    target = np.array(target)
    target = target[:, None] if name == "cross_entropy" else target[:, :, None]
    E_t, dy = np.empty((len(y), 1)), np.empty_like(y)
    has_target = LOSSES[name](y, target, E_t, dy)
    return E_t[:, 0], dy[:, :, 0], None if has_target is None else has_target[:, 0]


def test_cross_entropy_is_minus_log_softmax_of_the_target():
    E_t, dy, has_target = evaluate("cross_entropy", [[0.0, np.log(3.0)], [5.0, 1.0]], [1, -1])
    np.testing.assert_allclose(E_t, [-np.log(0.75), 0.0], rtol=1e-14)
    np.testing.assert_allclose(dy, [[0.25, -0.25], [0.0, 0.0]], rtol=1e-14)
    assert has_target.tolist() == [True, False]


def test_cross_entropy_does_not_overflow_where_the_logits_are_large():
    E_t, dy, has_target = evaluate("cross_entropy", [[1000.0, 0.0]], [1])
    np.testing.assert_allclose(E_t, [1000.0])
    np.testing.assert_allclose(dy, [[1.0, -1.0]])
    assert has_target is None, "every timestep has one"


def test_squared_error_is_the_mean_over_outputs():
    E_t, dy, has_target = evaluate("squared_error", [[1.0, 3.0], [7.0, 7.0]], [[0.0, 1.0], [np.nan, np.nan]])
    assert E_t.tolist() == [2.5, 0.0]
    assert dy.tolist() == [[1.0, 2.0], [0.0, 0.0]]
    assert has_target.tolist() == [True, False]


def test_squared_error_of_one_output_is_its_square():
    E_t, dy, has_target = evaluate("squared_error", [[3.0], [1.0], [7.0]], [[0.5], [2.0], [np.nan]])
    assert E_t.tolist() == [6.25, 1.0, 0.0]
    assert dy.tolist() == [[5.0], [-2.0], [0.0]]
    assert has_target.tolist() == [True, True, False]


@pytest.mark.parametrize(("name", "target"), [("cross_entropy", [-1]), ("squared_error", [[np.nan, np.nan]])])
def test_an_output_that_overflowed_sends_nothing_back_without_a_target(name, target):
    with np.errstate(all="ignore"):
        E_t, dy, _ = evaluate(name, [[np.inf, np.nan]], target)
    assert E_t.tolist() == [0.0]
    assert dy.tolist() == [[0.0, 0.0]]


def test_a_squared_error_that_overflowed_is_no_missing_target():
    with np.errstate(all="ignore"):
        E_t, dy, has_target = evaluate(
            "squared_error", [[1e200], [np.inf], [np.nan], [3.0]], [[0.0], [0.0], [0.0], [1.0]]
        )
    assert has_target is None
    np.testing.assert_array_equal(E_t, [np.inf, np.inf, np.nan, 4.0])
    np.testing.assert_array_equal(dy[:, 0], [2e200, np.inf, np.nan, 4.0])
    _, _, has_target = evaluate("squared_error", [[1.0], [2.0]], [[0.0], [0.0]])
    assert has_target is None, "every timestep has one"
