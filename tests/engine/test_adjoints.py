"""Adjoints of one sequence: plain where they fit into float64, rescaled where they do not."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings

from app.engine import CELLS, Architecture, Initialisation, Network, adjoints, initialise
from app.engine.ln_norms import ln_norm, ln_norms
from tests.engine.networks import build, networks, recurrent, scalar


@settings(max_examples=60, derandomize=True)
@given(networks)
def test_rescaled_norms_are_the_plain_ones_where_those_are_numbers(network):
    net = network.run()
    adjoint = adjoints(net)
    plain = np.linalg.norm(net.dh[:, 0], axis=1)
    sound = plain > 1e-200
    np.testing.assert_allclose(adjoint.ln_dh_norm[sound], np.log(plain[sound]), rtol=0, atol=1e-10)
    grads = net.backward()
    total, exponent = adjoint.dW_hh
    np.testing.assert_allclose(total * 2.0**exponent, grads[net.cell.recurrent.name], rtol=1e-9, atol=1e-12)


def test_a_loss_far_larger_than_what_the_future_sends_back_is_added_in_its_own_size():
    net, (params, x, target) = scalar("rnn", T=100, W_hh=1e-9)
    target[39] = 1.0
    net.forward(params, x, target)
    ln = adjoints(net).ln_dh_norm
    assert ln[41] == pytest.approx(np.log(2.0) + 59 * np.log(1e-9))
    assert ln[40] == pytest.approx(np.log(2.0))
    assert ln[0] == pytest.approx(np.log(2.0) + 40 * np.log(1e-9))


@pytest.mark.parametrize("W_hh", [1e-100, 1e100])
def test_a_step_may_change_the_gradient_by_any_factor(W_hh):
    net, (params, x, target) = scalar("rnn", T=40, W_hh=W_hh)
    net.forward(params, x, target)
    ln = adjoints(net).ln_dh_norm
    np.testing.assert_allclose(ln[::-1], np.log(2.0) + np.arange(41) * np.log(W_hh), rtol=1e-12)


def test_where_no_loss_reaches_the_gradient_is_exactly_zero():
    net, (params, x, target) = scalar("rnn", T=10, W_hh=0.0)
    net.forward(params, x, target)
    adjoint = adjoints(net)
    assert (adjoint.ln_dh_norm[:-1] == -np.inf).all()
    assert adjoint.ln_dh_norm[-1] == pytest.approx(np.log(2.0))


@pytest.mark.parametrize("cell", CELLS)
def test_every_timesteps_part_of_the_recurrent_gradient_has_its_norm(cell):
    net = build(cell, T=6, B=1).run()
    adjoint = adjoints(net)
    if cell == "indrnn":
        parts = [np.linalg.norm(net.h[t, 0] * net.da_x[t, 0]) for t in range(6)]
    elif cell == "mingru":
        parts = [np.linalg.norm(np.outer(net.x[t, 0], net.da_x[t, 0])) for t in range(6)]
    else:
        parts = [np.linalg.norm(np.outer(net.h[t, 0], net.da[t, 0])) for t in range(6)]
    np.testing.assert_allclose(adjoint.dW_hh_norm, parts, rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_every_timesteps_part_of_the_input_and_readout_gradients_has_its_norm(cell):
    network = build(cell, T=6, B=1, seed=2)
    adjoint, whole = adjoints(network.run()), network.net.backward()
    x, h, dy = adjoint.x, adjoint.h, adjoint.handed
    parts = [np.outer(x[t], adjoint.da_x[t]) for t in range(6)]
    np.testing.assert_allclose(adjoint.dW_xh_norm, np.linalg.norm(parts, axis=(1, 2)), rtol=1e-12)
    assert np.linalg.norm(sum(parts)) == pytest.approx(np.linalg.norm(whole["W_xh"]), rel=1e-12)
    parts = [np.outer(h[t + 1], dy[t]) for t in range(6)]
    np.testing.assert_allclose(adjoint.dW_hy_norm, np.linalg.norm(parts, axis=(1, 2)), rtol=1e-12)
    np.testing.assert_allclose(sum(parts), whole["W_hy"], rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_carried_is_the_gradient_without_the_timesteps_own_loss(cell):
    net = build(cell, T=6, B=1, seed=2).run()
    adjoint = adjoints(net)
    own = np.vstack([np.zeros(net.H), net.dy[:, 0] @ net.layer.V[:, -net.O :].T])
    np.testing.assert_allclose(adjoint.dh_carried, adjoint.dh - own, atol=1e-15)
    np.testing.assert_allclose(adjoint.dh_carried_norm, np.linalg.norm(adjoint.dh - own, axis=1), atol=1e-15)
    assert adjoint.dh_carried_norm[-1] == 0.0


def test_what_is_carried_has_its_size_however_far_it_has_shrunk():
    net, (params, x, target) = scalar("rnn", T=10, W_hh=1e-20)
    net.forward(params, x, target)
    exact = 2.0 * 1e-20 ** np.arange(10, 0, -1.0)
    np.testing.assert_allclose(adjoints(net).dh_carried_norm[:-1], exact, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("cell", CELLS)
def test_rescaled_and_plain_adjoints_agree_in_everything(cell, dtype):
    adjoint = adjoints(build(cell, T=6, B=1, seed=2).run())
    other = adjoints(build(cell, T=6, B=1, seed=2, dtype=dtype).run())
    for name in ("ln_dh_norm", "dh_carried_norm", "dW_hh_norm", "dW_xh_norm", "dW_hy_norm"):
        tolerance = 1e-12 if dtype == "float64" else 1e-4
        np.testing.assert_allclose(getattr(other, name), getattr(adjoint, name), rtol=tolerance, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_the_parts_of_all_timesteps_add_up_to_the_recurrent_gradient(cell):
    net = build(cell, T=6, B=1, seed=1).run()
    adjoint, gradient = adjoints(net), net.backward()[recurrent(cell)]
    np.testing.assert_allclose(adjoint.dW_hh[0], gradient, rtol=1e-10, atol=1e-15)
    for exponent in (0, 10, -10):
        shifted = dataclasses.replace(adjoint, exponent=adjoint.exponent + exponent)
        assert shifted.dW_hh_sum_norm == pytest.approx(np.linalg.norm(gradient) * 2.0**exponent, rel=1e-12)


def test_norms_of_vectors_whose_squares_leave_float64():
    np.testing.assert_allclose(ln_norm(np.array([[3e200, 4e200], [3e-200, 4e-200]])), np.log([5e200, 5e-200]))
    assert ln_norm(np.zeros((1, 2)))[0] == -np.inf
    assert ln_norm(np.array([[np.inf, 1.0]]))[0] == np.inf


@pytest.mark.parametrize("row", [[3.0, 4.0], [0.0, 0.0], [1e-200, 0.0], [1e200, 1e-200], [np.inf, 1.0]])
def test_norms_of_several_arrays_are_those_of_each_whatever_their_size(row):
    arrays = [np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[0.5, 0.0], row, [2.0, 2.0]])]
    for together, alone in zip(ln_norms(*arrays), map(ln_norm, arrays), strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-15, atol=1e-15)


def test_a_batch_is_refused():
    with pytest.raises(ValueError, match="one sequence"):
        adjoints(build(B=2).run())


def adding(init, activation, T=400, H=100, gain=1.0):
    """One adding sequence and the weights of an untrained network, recurrent and input weights as in Le et al. 2015."""
    rng = np.random.default_rng(3)
    params = initialise(Architecture("rnn", 2, H, 1), Initialisation(init, gain, 0.001, 0.1), rng)
    markers = np.zeros(T)
    markers[[60, 250]] = 1.0
    x = np.stack([rng.random(T), markers], axis=1)[:, None]
    target = np.full((T, 1, 1), np.nan)
    target[-1] = x[60, 0, 0] + x[250, 0, 0]
    net = Network(Architecture("rnn", 2, H, 1), activation, "squared_error", T, 1)
    net.forward(params, x, target)
    return adjoints(net).ln_dh_norm


def test_identity_and_relu_carry_the_gradient_across_400_timesteps():
    ln = adding("identity", "relu")
    assert np.exp(ln[1] - ln[-2]) == pytest.approx(1.0, abs=0.05)


def test_small_tanh_weights_lose_it_below_1e_300_without_calling_it_zero():
    ln = adding("normal", "tanh", gain=0.01)
    assert -np.inf < ln[1] < np.log(1e-300)
