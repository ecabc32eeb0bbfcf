"""What the papers say of each newer cell, in numbers: closed products, invariances, and what its gates let through."""

import numpy as np
import pytest

from app.engine import CELLS, Architecture, Network, adjoints, flow, jacobian_norms
from tests.engine.networks import build, scalar

DIAGONAL = ["indrnn", "mingru"]


def factors(network):
    """dh_t/dh_{t-1} of every unit (T, H), from the equations."""
    net = network.net
    if net.cell.name == "indrnn":
        return network.params["u_hh"] * (1 - net.h[1:, 0] ** 2)
    return 1 - net.gates[:, 0, 0]


@pytest.mark.parametrize("T", [5, 60])
@pytest.mark.parametrize("cell", DIAGONAL)
def test_the_flow_of_a_diagonal_recurrence_is_its_closed_product(cell, T):
    network = build(cell, "tanh", T=T, B=1, H=6, gain=1.2)
    network.target = np.nan_to_num(network.target, nan=0.5)
    net = network.run()
    adjoint = adjoints(net)
    seen, own = flow(net, adjoint), net.dy[:, 0] @ network.params["W_hy"].T
    dh = np.zeros((T + 1, 6))
    for t in range(1, T + 1):
        row = own[t - 1]
        for k in range(t, -1, -1):
            dh[k] += row
            assert seen.ln_flow[t - 1, k] == pytest.approx(np.log(np.linalg.norm(row)), rel=1e-12, abs=1e-12)
            row = row * factors(network)[k - 1] if k else row
    np.testing.assert_allclose(net.dh[:, 0], dh, rtol=0, atol=1e-12 * np.abs(dh).max())
    assert seen.residual <= 1e-12


@pytest.mark.parametrize("cell", DIAGONAL)
def test_a_diagonal_recurrence_stretches_a_gradient_by_its_largest_factor(cell):
    network = build(cell, "tanh", T=9, B=1)
    net = network.run()
    net.backward()
    np.testing.assert_allclose(jacobian_norms(net), np.abs(factors(network)).max(axis=1), rtol=1e-12)


@pytest.mark.parametrize(("u", "size"), [(0.5, 0.5**99), (2.0, 2.0**99), (-1.0, 1.0)])
def test_an_indrnn_with_slope_one_scales_the_gradient_by_u_to_the_n(u, size):
    net, data = scalar("indrnn", "linear", T=100, u_hh=u)
    net.forward(*data)
    row = flow(net, adjoints(net)).ln_flow[-1]
    assert row[-1] - row[1] == pytest.approx(-np.log(size), abs=1e-12)


def test_a_mingru_without_weights_keeps_its_state_gradient_as_a_gru_with_the_same_forget_bias():
    net, data = scalar("mingru", "linear", T=50, b_h=[-1.0, 0.0])
    net.forward(*data)
    seen = flow(net, adjoints(net))
    lag = np.arange(50, -1, -1)
    np.testing.assert_allclose(np.exp(seen.ln_flow[-1] - seen.ln_flow[-1, -1]), 0.7310585786**lag, rtol=1e-7)
    assert (seen.route_share == [1.0, 0.0]).all()


def test_a_mingru_never_stretches_a_gradient():
    for seed in range(5):
        network = build("mingru", "linear", T=30, B=1, seed=seed)
        network.params["W_xh"] *= 20.0
        net = network.run()
        net.backward()
        assert (jacobian_norms(net) <= 1.0).all()


def test_a_normalised_lstm_does_not_notice_how_large_its_matrices_are():
    network = build("ln_lstm", T=6, H=8)
    h = network.run().h.copy()
    grads = network.net.backward()
    for name in ("W_xh", "W_hh"):
        along = np.vdot(grads[name], network.params[name])
        size = np.linalg.norm(grads[name]) * np.linalg.norm(network.params[name])
        assert abs(along) < 1e-3 * size, "the gradient along the matrix itself is nothing but the 1e-5's doing"
        assert np.abs(grads[name].reshape(len(grads[name]), -1).sum(axis=1)).max() < 1e-12
        network.params[name] *= 1000.0
        network.params[name] += 30.0
    np.testing.assert_allclose(network.run().h, h, rtol=0, atol=1e-3)


def test_a_normalised_lstm_whose_gains_are_zero_is_an_lstm_without_weights():
    network = build("ln_lstm", T=6, H=4, B=1)
    for name in ("g_x", "g_h"):
        network.params[name][:] = 0.0
    network.params["b_h"][4:8] = 1.0
    net = network.run()
    seen = flow(net, adjoints(net))
    forget = 1 / (1 + np.exp(-1.0))
    np.testing.assert_allclose(net.gates[:, 1], forget, rtol=1e-15)
    assert (seen.ln_flow[-1, :-1] == -np.inf).all()
    row = seen.ln_flow_c[-1, 1:]
    np.testing.assert_allclose(np.diff(row), -np.log(forget), rtol=1e-12)
    np.testing.assert_allclose(seen.route_share[1:], [[1.0, 0.0]] * 5)


def test_a_normalised_lstm_needs_its_cell_states_adjoint():
    net = Network(Architecture("ln_lstm", 1, 2, 1), "tanh", "squared_error", 2, 1)
    with pytest.raises(ValueError, match="cell state"):
        net.cell.gradients(np.zeros((16, 4)), np.zeros((3, 2, 1)), None)


@pytest.mark.parametrize("cell", [name for name, cell in CELLS.items() if cell.gates])
@pytest.mark.parametrize(("a", "sigma"), [(-1000.0, 0.0), (-40.0, 0.0), (0.0, 0.5), (40.0, 1.0), (1000.0, 1.0)])
def test_a_gate_is_closed_or_open_and_nothing_tiny_in_between(cell, a, sigma):
    """A state that goes through gates of e^-40 would soon be a subnormal number, with which a processor is slow."""
    sizes = Architecture(cell, 1, 2, 1)
    params = {name: np.zeros(shape) for name, shape in sizes.parameter_shapes.items()}
    params["b_h"][:] = a
    net = Network(sizes, "tanh", "squared_error", T=1, B=1)
    net.forward(params, np.zeros((1, 1, 1)), np.zeros((1, 1, 1)))
    kind = CELLS[cell]
    sigmas = [at for at in range(len(kind.gates)) if at != kind.candidate_gate]
    assert (net.gates[0, sigmas] == sigma).all()
