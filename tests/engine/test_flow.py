"""The identities that hold to rounding whatever the network, over random shapes; and exact numbers of the theory."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import CELLS, adjoints, flow, recurrent_block, singular_values
from tests.engine.networks import build, jacobian, jacobian_product, networks, scalar


@settings(max_examples=120, derandomize=True)
@given(networks, st.sampled_from(["sum", "mean"]))
def test_what_the_losses_send_adds_up_to_what_each_state_is_blamed_for(network, reduction):
    net = network.run()
    adjoint = adjoints(net, reduction)
    seen = flow(net, adjoint)
    assert seen.residual <= 1e-10
    blamed = np.isfinite(adjoint.ln_dh_norm)
    # A column sums to 1 up to rounding relative to its terms, which may be larger than 1 where losses disagree.
    columns = np.nansum(seen.share, axis=0)
    terms = np.nansum(np.abs(seen.share), axis=0)
    assert (np.abs(columns - 1)[blamed] <= 1e-10 * terms[blamed]).all()
    assert np.isnan(seen.share[:, ~blamed]).all()
    above = ~np.tri(net.T, net.T + 1, 1, dtype=bool)
    assert np.isnan(seen.ln_flow[above]).all()
    assert not np.isnan(seen.ln_flow[~above]).any()


@settings(max_examples=60, derandomize=True)
@given(networks)
def test_a_simple_cell_can_stretch_a_gradient_by_gamma_and_by_sigma_max_at_most(network):
    if network.net.cell.name not in ("rnn", "indrnn"):
        return
    net = network.run()
    seen = flow(net, adjoints(net))
    gamma, sigma = net.cell.activation.gamma, singular_values(recurrent_block(net.cell.name, network.params))[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        saturation = seen.ln_flow_a[:, 1:] - seen.ln_flow[:, 1:]
        recurrent = seen.ln_flow[:, :-1] - seen.ln_flow_a[:, 1:]
        assert (saturation[np.isfinite(saturation)] <= np.log(gamma) + 1e-10).all()
        assert (recurrent[np.isfinite(recurrent)] <= np.log(sigma) + 1e-10).all()
    product, factors = np.eye(net.H), 1.0
    for t in range(1, net.T + 1):
        J = jacobian(net, t)
        product, factors = product @ J, factors * np.linalg.norm(J, 2)
        assert np.linalg.norm(product, 2) <= factors * (1 + 1e-10)
        assert factors <= (gamma * sigma) ** t * (1 + 1e-10)
    np.testing.assert_allclose(product, jacobian_product(net, 0, net.T), rtol=1e-10)


@settings(max_examples=60, derandomize=True)
@given(networks)
def test_the_routes_of_a_gated_cell_sum_to_one(network):
    net = network.run()
    seen = flow(net, adjoints(net))
    if net.cell.name in ("rnn", "indrnn"):
        assert seen.route_share is None
        return
    total = seen.route_share.sum(axis=1)
    assert (np.abs(total[~np.isnan(total)] - 1) <= 1e-10).all()


@pytest.mark.parametrize(("w", "factor"), [(0.9, 2.656140e-5), (1.1, 1.378061e4)])
def test_a_linear_unit_scales_the_gradient_by_w_to_the_t(w, factor):
    net, data = scalar("rnn", W_hh=w)
    net.forward(*data)
    row = flow(net, adjoints(net)).ln_flow[-1]
    assert np.exp(row[0] - row[-1]) == pytest.approx(factor, rel=1e-6)


def test_what_is_far_beyond_float64_keeps_its_logarithm():
    for w in (1e-6, 1e6):
        net, data = scalar("rnn", W_hh=w, T=200)
        net.forward(*data)
        adjoint = adjoints(net)
        expected = np.log(2.0) + np.log(w) * np.arange(200, -1, -1)
        np.testing.assert_allclose(adjoint.ln_dh_norm, expected, rtol=1e-12)
        np.testing.assert_allclose(flow(net, adjoint).ln_flow[-1], expected, rtol=1e-12)
        assert flow(net, adjoint).residual <= 1e-10


def test_an_lstm_without_weights_keeps_its_cell_state_gradient_and_no_other():
    forget = 1.0
    net, data = scalar("lstm", "tanh", T=50, b_h=[0.5, forget, 0.3, 0.2])
    net.forward(*data)
    seen = flow(net, adjoints(net))
    lag = np.arange(50, -1, -1)
    np.testing.assert_allclose(np.exp(seen.ln_flow_c[-1] - seen.ln_flow_c[-1, -1]), 0.7310585786**lag, rtol=1e-7)
    assert (seen.ln_flow[-1, :-1] == -np.inf).all()
    assert (seen.route_share[:, 0] == 1.0).all()


def test_a_gru_without_weights_keeps_its_state_gradient():
    net, data = scalar("gru", "tanh", T=50, b_h=[0.0, 1.0, 0.0])
    net.forward(*data)
    row = flow(net, adjoints(net)).ln_flow[-1]
    np.testing.assert_allclose(np.exp(row - row[-1]), 0.7310585786 ** np.arange(50, -1, -1), rtol=1e-7)


def test_the_one_unit_latch_settles_where_the_theory_says():
    net, data = scalar("rnn", "tanh", T=300, W_hh=1.25)
    net.forward(*data, np.full((1, 1), 0.2))
    adjoints(net)
    assert net.h[-1, 0, 0] == pytest.approx(0.710411783488, abs=1e-11)
    assert jacobian(net, 300)[0, 0] == pytest.approx(0.619143872352, abs=1e-11)


@pytest.mark.parametrize("cell", CELLS)
def test_float32_networks_have_a_flow_too(cell):
    network = build(cell, "tanh", B=1, T=24, dtype="float32")
    net = network.run()
    assert net.h.dtype == np.float32
    assert flow(net, adjoints(net)).residual < 1e-5


@pytest.mark.parametrize("cell", CELLS)
def test_the_flow_does_not_depend_on_how_many_losses_go_back_together(cell, monkeypatch):
    net = build(cell, T=45, B=1).run()
    adjoint = adjoints(net)
    whole = flow(net, adjoint)
    monkeypatch.setattr(import_module("app.engine.arrivals"), "BLOCK_ELEMENTS", 1)  # the package calls a function so
    parts = flow(net, adjoint)
    np.testing.assert_allclose(parts.ln_flow, whole.ln_flow, rtol=1e-12)
    np.testing.assert_allclose(parts.share, whole.share, rtol=1e-9, atol=1e-14)
    assert parts.residual < 1e-12
