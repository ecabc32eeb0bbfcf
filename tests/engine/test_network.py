"""Every gradient against central differences, in float64, and the truncation mask pair by pair."""

import numpy as np
import pytest

from app.engine import ACTIVATIONS, CELLS, LOSSES
from tests.engine.networks import build


def central_difference(network, array, index, reduction, step=1e-5):
    """The five-point one: a normalisation whose numbers lie close together is too curved for three."""
    value = array[index]

    def at(offset):
        array[index] = value + offset * step
        return network.objective(reduction)

    slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step)
    array[index] = value
    return slope


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_backward_agrees_with_central_differences(cell, activation, loss, reduction):
    network = build(cell, activation, loss)
    grads = network.run().backward(reduction)
    dh0 = network.net.dh[0].copy()
    rng = np.random.default_rng(1)
    for name, array in [*network.params.items(), ("h0", network.h0)]:
        for flat in rng.choice(array.size, min(6, array.size), replace=False):
            index = np.unravel_index(flat, array.shape)
            analytic = dh0[index] / network.net.B if name == "h0" else grads[name][index]
            numeric = central_difference(network, array, index, reduction)
            assert abs(analytic - numeric) / max(1e-3, abs(analytic) + abs(numeric)) < 1e-6, (name, index)


@pytest.mark.parametrize("cell", CELLS)
def test_runs_of_one_shape_can_share_the_buffers(cell):
    first, second = build(cell, seed=1), build(cell, seed=2)
    alone = first.run().backward()
    second.net = first.net
    second.run().backward("sum", 2, 3, 0.1)
    again = first.run().backward()
    assert all((alone[name] == again[name]).all() for name in alone)


@pytest.mark.parametrize("cell", CELLS)
def test_gates_and_states_satisfy_the_equations(cell):
    network = build(cell, T=4)
    net = network.run()
    assert net.h.shape == (5, 3, 4)
    assert (net.h[0] == network.h0).all()
    if cell in ("rnn", "indrnn"):
        assert net.gates is None
        np.testing.assert_allclose(net.h[1:], np.tanh(net.a))
    elif cell in ("lstm", "ln_lstm"):
        i, f, g, o = net.gates.swapaxes(0, 1)
        np.testing.assert_allclose(net.c[1:], f * net.c[:-1] + i * g)
        read = net.c[1:]
        if cell == "ln_lstm":
            spread = np.sqrt(read.var(axis=-1, keepdims=True) + 1e-5)
            read = (read - read.mean(axis=-1, keepdims=True)) / spread * network.params["g_c"] + network.params["b_c"]
        np.testing.assert_allclose(net.h[1:], o * np.tanh(read))
        np.testing.assert_allclose(g, np.tanh(net.a))
    elif cell == "mingru":
        z, n = net.gates.swapaxes(0, 1)
        np.testing.assert_allclose(net.h[1:], (1 - z) * net.h[:-1] + z * n)
        np.testing.assert_allclose(n, np.tanh(net.a))
    else:
        _, z, n = net.gates.swapaxes(0, 1)
        np.testing.assert_allclose(net.h[1:], (1 - z) * n + z * net.h[:-1])
        np.testing.assert_allclose(n, np.tanh(net.a))


@pytest.mark.parametrize("cell", CELLS)
def test_a_vanished_gradient_is_not_left_among_subnormal_numbers(cell):
    network = build(cell, "sigmoid", T=600, H=8, init="normal", gain=1e-3)
    kind = CELLS[cell]
    if kind.forget_gate is not None:  # a gate that forgets
        gate = kind.gates.index(kind.forget_gate)
        network.params["b_h"][gate * 8 : gate * 8 + 8] = -8.0 * kind.forget_sign
    network.target[:-1] = np.nan
    net = network.run()
    net.backward()
    size = np.abs(np.concatenate([net.dh.ravel(), net.da.ravel()]))
    assert np.count_nonzero((size > 0) & (size < np.finfo(float).tiny)) < 0.05 * size.size
    assert not net.dh[0].any()


@pytest.mark.parametrize("cell", CELLS)
def test_one_timestep_is_a_feedforward_network(cell):
    network = build(cell, T=1)
    net = network.run()
    grads = net.backward()
    np.testing.assert_allclose(grads["W_hy"], net.h[1].T @ net.dy[0] / 3, atol=1e-15)


@pytest.mark.parametrize("truncation", [(), (2, 3)])
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_of_the_inputs_agree_with_central_differences(cell, truncation):
    network = build(cell, T=4)
    network.run().backward("sum", *truncation)
    dx = network.net.input_gradients()
    assert dx.shape == network.x.shape
    if truncation:  # x_1 is used by pairs with every loss but E_3 and E_4, whose passes reach back to timestep 2
        network.target[2:] = np.nan
        places = [(0, 1, 1)]
    else:
        places = list(np.ndindex(dx.shape))
    for index in places:
        numeric = central_difference(network, network.x, index, "sum") * network.net.B
        assert dx[index] == pytest.approx(numeric, rel=1e-6, abs=1e-8)
