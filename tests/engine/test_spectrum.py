"""Eigenvalues, singular values, Jacobians: against central differences, against each other, against the theory."""

import numpy as np
import pytest

from app.engine import (
    CELLS,
    Architecture,
    Initialisation,
    Network,
    adjoints,
    eigenvalues,
    flow,
    initialise,
    jacobian_norms,
    lyapunov_exponents,
    recurrent_block,
    singular_values,
    slopes,
)
from tests.engine.networks import build, jacobian, jacobian_product

ONE_STATE = ["rnn", "gru", "indrnn", "mingru"]


@pytest.mark.parametrize("cell", ONE_STATE)
def test_the_first_jacobian_is_how_h_1_answers_h_0(cell):
    network = build(cell, T=3, B=1)
    network.run().backward()
    J = jacobian(network.net, 1)
    for i in range(network.net.H):
        h_1 = []
        for step in (1e-6, -1e-6):
            network.h0[0, i] += step
            h_1.append(network.run().h[1, 0].copy())
            network.h0[0, i] -= step
        np.testing.assert_allclose(J[i], (h_1[0] - h_1[1]) / 2e-6, atol=1e-9)


@pytest.mark.parametrize("cell", ["lstm", "ln_lstm"])
def test_an_lstm_jacobian_holds_the_cell_state_fixed(cell):
    network = build(cell, T=1, B=1)
    network.run().backward()
    J = jacobian(network.net, 1)  # at t = 1 the cell state before is 0, whatever h_0 is
    network.h0[0, 2] += 1e-6
    above = network.run().h[1, 0].copy()
    network.h0[0, 2] -= 2e-6
    np.testing.assert_allclose(J[2], (above - network.run().h[1, 0]) / 2e-6, atol=1e-9)


@pytest.mark.parametrize("cell", ONE_STATE)
def test_the_product_of_jacobians_carries_the_last_loss_back(cell):
    network = build(cell, T=6, B=1)
    network.target[:-1] = np.nan
    net = network.run()
    net.backward()
    for k in range(7):
        np.testing.assert_allclose(net.dh[-1, 0] @ jacobian_product(net, k, 6).T, net.dh[k, 0], atol=1e-13)


@pytest.mark.parametrize("cell", CELLS)
def test_norms_are_the_largest_singular_values(cell):
    net = build(cell, T=5, B=1).run()
    net.backward()
    expected = [np.linalg.norm(jacobian(net, t), 2) for t in range(1, 6)]
    np.testing.assert_allclose(jacobian_norms(net), expected, rtol=1e-12)


def test_the_largest_singular_value_is_the_guarantee_not_the_spectral_radius():
    A = np.array([[0.5, 10.0], [0.0, 0.5]])
    sizes = Architecture("rnn", 1, 2, 1)
    net = Network(sizes, "linear", "squared_error", 5, 1)
    params = initialise(sizes, Initialisation("zero"), np.random.default_rng(0)) | {"W_hh": A}
    net.forward(params, np.zeros((5, 1, 1)), np.zeros((5, 1, 1)))
    net.backward()
    norms = [round(float(np.linalg.norm(jacobian_product(net, 0, n), 2)), 2) for n in range(1, 6)]
    assert norms == [10.02, 10.01, 7.50, 5.00, 3.13]
    assert np.hypot(*eigenvalues(A).T).max() == pytest.approx(0.5, abs=1e-6)
    assert singular_values(A)[0] == pytest.approx(10.02, abs=0.01)


def test_eigenvalues_come_as_pairs_of_numbers_largest_first():
    np.testing.assert_allclose(eigenvalues(np.array([[0.0, -2.0], [2.0, 0.0]])), [[0, -2], [0, 2]], atol=1e-15)
    assert eigenvalues(np.diag([0.5, -3.0, 1.0])).tolist() == [[-3, 0], [1, 0], [0.5, 0]]


def test_eigenvalues_of_one_size_come_in_one_order_however_they_were_rounded():
    """A turn of the axes and one unit in the last place change how LAPACK rounds: as another processor does."""
    rng = np.random.default_rng(0)
    shift = np.roll(np.eye(8), 1, axis=0)  # whose eigenvalues share sizes, and imaginary parts
    for W in (3 * np.linalg.qr(rng.standard_normal((9, 9)))[0], shift):
        told = eigenvalues(W)
        for _ in range(20):
            axes = rng.permutation(len(W))
            np.testing.assert_allclose(eigenvalues(W[np.ix_(axes, axes)] * (1 + 2.0**-52)), told, atol=1e-13)


def test_what_is_not_finite_has_no_spectrum():
    bad = np.array([[1.0, np.nan], [0.0, 1.0]])
    assert np.isnan(eigenvalues(bad)).all()
    assert np.isnan(singular_values(bad)).all()


@pytest.mark.parametrize(("cell", "block"), [("rnn", 0), ("lstm", 2), ("gru", 2), ("ln_lstm", 2)])
def test_the_recurrent_block_is_the_candidates(cell, block):
    params = build(cell).params
    assert (recurrent_block(cell, params) == params["W_hh"][:, 4 * block : 4 * block + 4]).all()


def test_the_spectrum_of_an_indrnn_is_its_recurrent_weights():
    params = build("indrnn", H=6).params
    W, u = recurrent_block("indrnn", params), params["u_hh"]
    by_size = np.argsort(-np.abs(u))
    assert (eigenvalues(W) == np.stack([u[by_size], np.zeros(6)], axis=1)).all()
    np.testing.assert_allclose(singular_values(W), np.abs(u[by_size]), rtol=1e-15)


def test_a_mingru_has_no_recurrent_weights_to_have_a_spectrum():
    assert recurrent_block("mingru", build("mingru").params) is None


@pytest.mark.parametrize("cell", ONE_STATE)
def test_lyapunov_exponents_sum_to_the_mean_log_determinant(cell):
    net = build(cell, T=12, B=1).run()
    net.backward()
    exponents = lyapunov_exponents(net)
    determinants = [np.linalg.slogdet(jacobian(net, t))[1] for t in range(1, 13)]
    assert exponents.sum() == pytest.approx(np.mean(determinants), rel=1e-10)
    assert (np.diff(exponents) <= 0).all()


def of_state(net, t):
    """d(h, c)_t / d(h, c)_{t-1} of an lstm, row i for output i, by its equations."""
    H, values, phi = net.H, net.cell.gate_values()[t - 1, :, :, 0], np.tanh
    i, f, g, o = values
    c = net.c[t, 0]
    W_i, W_f, W_g, W_o = (net.layer.V[:, block * H : (block + 1) * H] for block in range(4))
    dc_dh = (W_i * (g * i * (1 - i)) + W_f * (net.c[t - 1, 0] * f * (1 - f)) + W_g * (i * (1 - g**2))).T
    through = o * (1 - phi(c) ** 2)
    dh_dh = through[:, None] * dc_dh + (W_o * (phi(c) * o * (1 - o))).T
    return np.block([[dh_dh, np.diag(through * f)], [dc_dh, np.diag(f)]])


def test_the_exponents_of_an_lstm_are_those_of_its_state_h_and_c():
    net = build("lstm", T=12, B=1).run()
    net.backward()
    exponents = lyapunov_exponents(net)
    assert exponents.shape == (2 * net.H,)
    matrices = [of_state(net, t) for t in range(1, 13)]
    assert exponents.sum() == pytest.approx(np.mean([np.linalg.slogdet(J)[1] for J in matrices]), rel=1e-8)
    Q, total = np.eye(2 * net.H), 0.0
    for J in matrices:
        Q, R = np.linalg.qr(J @ Q)
        total += np.log(np.abs(np.diag(R)))
    np.testing.assert_allclose(exponents, np.sort(total / 12)[::-1], rtol=1e-8)


def test_the_largest_exponent_is_the_rate_of_a_long_product():
    """A linear network's Jacobian is W_hh at every timestep: the exponents tend to ln |eigenvalues|."""
    net = build("rnn", T=400, B=1, activation="linear").run()
    net.backward()
    W = net.layer.V[:, : net.H].astype(float)
    sizes = np.sort(np.log(np.abs(np.linalg.eigvals(W))))[::-1]
    np.testing.assert_allclose(lyapunov_exponents(net), sizes, atol=0.02)


def test_a_direction_that_is_lost_has_minus_infinity_and_an_infinite_jacobian_has_nan():
    lost = build("rnn", T=3, B=1, activation="relu")
    lost.params["b_h"][:] = -1e3
    lost.run().backward()
    assert (lyapunov_exponents(lost.net) == -np.inf).all()


@pytest.mark.parametrize("gain", [0.7, 1.5])
def test_the_predicted_rate_is_close_to_the_measured_one(gain):
    rng = np.random.default_rng(2)
    T, H = 60, 128
    params = initialise(Architecture("rnn", 1, H, 1), Initialisation("normal", gain, 0.5), rng)
    target = np.full((T, 1, 1), np.nan)
    target[-1] = 1.0
    net = Network(Architecture("rnn", 1, H, 1), "tanh", "squared_error", T, 1)
    net.forward(params, rng.standard_normal((T, 1, 1)), target)
    measured = -np.polyfit(np.arange(T + 1), flow(net, adjoints(net)).ln_flow[-1], 1)[0]
    g = np.linalg.norm(params["W_hh"]) / np.sqrt(H)  # the deviation of sqrt(H) times an entry
    predicted = np.log(g) + 0.5 * np.log(np.mean(np.square(slopes(net))))  # W_hh being random, and the network driven
    assert measured == pytest.approx(predicted, abs=0.1)
    assert slopes(net).shape == (T, H)
