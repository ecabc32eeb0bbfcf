"""The replay without PyTorch: padding, projection, packing, dropout and both directions against central differences."""

import numpy as np
import pytest

from app.watching import flows, shown
from app.watching.crossing import Packing
from app.watching.stack import replay, residual
from tests.support.crossings import B, H, T, crossing

LENGTHS = np.array([4, 2, 3])


def objective(one):
    """What has the gradients that arrive: their products with the outputs and the last states."""
    stack = replay(one)
    total = 0.0
    for number, layer in enumerate(stack.layers):
        for place, direction in enumerate(layer):
            row = number * len(layer) + place
            last = np.zeros(B, int) if direction.reverse else direction.ends - 1
            total += (direction.states[last, np.arange(B)] * one.d_h_n[row]).sum()
            if one.d_c_n is not None:
                total += (direction.layer.cell.c[-1].T * one.d_c_n[row]).sum()
    outputs = np.concatenate([direction.states for direction in stack.layers[-1]], axis=2)
    return total + (outputs * one.d_output).sum()


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "packed"])
@pytest.mark.parametrize(
    ("cell", "layers", "both", "proj", "dropout"),
    [
        ("rnn", 1, False, 0, False),
        ("rnn", 2, True, 0, True),
        ("gru", 2, True, 0, False),
        ("gru", 3, False, 0, True),
        ("lstm", 2, True, 0, True),
        ("lstm", 1, False, 2, False),
        ("lstm", 2, True, 2, True),
    ],
)
def test_gradients_of_weights_agree_with_central_differences(cell, layers, both, proj, dropout, lengths):
    one = crossing(cell, layers, both, proj, lengths, dropout)
    stack = replay(one)
    stack.backward()
    rng = np.random.default_rng(1)
    for name, found in stack.gradients().items():
        values = one.weights[name]
        for _ in range(3):
            at = tuple(rng.integers(size) for size in values.shape)
            kept, numeric = values[at], []
            for sign in (1, -1):
                values[at] = kept + sign * 1e-6
                numeric.append(objective(one))
            values[at] = kept
            expected = (numeric[0] - numeric[1]) / 2e-6
            assert found[at] == pytest.approx(expected, rel=1e-5, abs=1e-7), f"{name}{at}"


@pytest.mark.parametrize("example", range(B))
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_padded_sequence_has_the_gradients_it_has_alone(cell, example):
    one = crossing(cell, 2, True, 0, LENGTHS)
    stack = replay(one)
    stack.backward()
    alone = shown.alone(one, example)
    tensors, _ = shown.of_sequence(alone)
    length = LENGTHS[example]
    for layer, name in ((0, "dh"), (1, "dh_l2")):
        padded = stack.layers[layer][0].dh[: length + 1, example]
        np.testing.assert_allclose(tensors[name], padded, rtol=1e-12, atol=1e-14)


def test_shares_of_every_layer_and_direction_sum_to_one():
    one = crossing("lstm", 3, True, 2)
    tensors, _ = shown.of_sequence(shown.alone(one, 1))
    names = [name for name in tensors if name.startswith("share")]
    assert len(names) == 6
    for name in names:
        np.testing.assert_allclose(np.nansum(tensors[name], axis=0), 1.0, atol=1e-5)


def test_lags_sum_to_the_gradients_of_the_recurrent_weights():
    one = crossing("gru", 2, True)
    alone = shown.alone(one, 0)
    sums = np.zeros((2, 2, T, H, 3 * H))
    for losses, exponents, number, place, direction in flows._columns(alone):
        flows._add_by_lag(sums[number, place], direction, losses, exponents)
    for number, layer in enumerate(alone.layers):
        for place, direction in enumerate(layer):
            whole = direction.h[:-1].T.dot(direction.layer.da[..., 0])
            np.testing.assert_allclose(sums[number, place].sum(axis=0), whole, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(flows.lag_norms([alone]), np.sqrt((sums**2).sum(axis=(0, 1, 3, 4))))


def test_rows_of_a_packed_sequence_go_where_they_belong_in_the_users_order():
    rows = np.array([[10.0], [11.0], [12.0], [20.0], [21.0], [30.0]])  # three examples, then two, then one
    unsorted = np.array([1, 2, 0])  # the user's first is the second longest
    values = Packing(np.array([3, 2, 1]), unsorted).unpacked(rows)
    np.testing.assert_array_equal(values[:, 0, 0], [11, 21, 0])
    np.testing.assert_array_equal(values[:, 1, 0], [12, 0, 0])
    np.testing.assert_array_equal(values[:, 2, 0], [10, 20, 30])


def test_the_residual_measures_a_tiny_gradient_against_the_whole():
    own = {"large": np.array([1.0]), "tiny": np.array([1e-12])}
    assert residual(own, {"large": np.array([1.0]), "tiny": np.array([2e-12])}) == pytest.approx(1e-5)
    assert residual(own, {"large": np.array([1.5]), "tiny": np.array([1e-12])}) == pytest.approx(0.5)
    assert np.isnan(residual(own, {"large": np.array([np.nan]), "tiny": np.array([0.0])}))
