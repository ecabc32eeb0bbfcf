"""What the last loss alone sends back is its row of the flow, at any size, and its parts are those of the ledger."""

import numpy as np
import pytest

from app.engine import CELLS, Network, adjoints, adjoints_and_last_loss, all_adjoints, flow
from tests.engine.networks import build


def walked(cell, T=12, silent=0, **options):
    network = build(cell, T=T, B=1, **options)
    if silent:
        none = -1 if network.target.ndim == 2 else np.nan
        network.target[-silent:] = none
        network.target[-silent - 1 : -silent] = 0
    network.net.forward(network.params, network.x, network.target, network.h0)
    return network


def last_loss(net, target, reduction="sum"):
    """By itself."""
    return adjoints_and_last_loss(net, None, target, reduction)[1]


@pytest.mark.parametrize("silent", [0, 3])
@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("cell", CELLS)
def test_it_is_the_last_row_of_the_flow(cell, loss, silent):
    network = walked(cell, silent=silent, loss=loss)
    net, t = network.net, 12 - silent
    alone = last_loss(net, network.target)[""]
    pairs = flow(net, adjoints(net))
    expected = pairs.ln_flow_c if alone.symbol == "c" else pairs.ln_flow
    assert len(alone.ln_norm) == t + 1
    assert np.allclose(alone.ln_norm, expected[t - 1, : t + 1], atol=1e-9, rtol=0)
    if alone.ln_slopes is not None and pairs.ln_flow_a is not None:
        through = pairs.ln_flow_a[t - 1, 1 : t + 1] - pairs.ln_flow[t - 1, 1 : t + 1]
        assert np.allclose(alone.ln_slopes, through, atol=1e-9, rtol=0)


def test_the_network_is_left_with_all_its_losses():
    network = walked("gru")
    before = adjoints(network.net).ln_dh_norm.copy()
    last_loss(network.net, network.target)
    assert np.array_equal(adjoints(network.net).ln_dh_norm, before)


def test_it_knows_the_mean_of_the_losses():
    network = walked("rnn", silent=2)
    total, mean = (last_loss(network.net, network.target, reduction)[""].ln_norm for reduction in ("sum", "mean"))
    assert np.allclose(total - mean, np.log(network.net.n[0]))


def test_without_a_target_there_is_no_last_loss():
    network = walked("rnn")
    network.target[:] = np.nan
    assert last_loss(network.net, network.target) == {}


def test_it_does_not_underflow():
    network = build("rnn", "sigmoid", T=300, B=1)
    network.net.forward(network.params, network.x, network.target, network.h0)
    alone = last_loss(network.net, network.target)[""]
    assert np.isfinite(alone.ln_norm).all()
    assert alone.ln_norm[0] < -600  # e^-600: a gradient of 1e-260 has been multiplied by slopes of at most 1/4


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_with_gates_alone_the_direct_path_is_all_there_is(cell):
    """Without recurrent weights dc_{k-1} = f dc_k (lstm) and dh_{k-1} = z dh_k (gru), exactly."""
    network = build(cell, T=9, B=1)
    network.params["W_hh"][:] = 0.0
    network.net.forward(network.params, network.x, network.target, network.h0)
    alone = last_loss(network.net, network.target)[""]
    steps = alone.ln_norm[:-1] - alone.ln_norm[1:]
    assert np.allclose(alone.ln_direct, steps, atol=1e-12)


SHAPES = [{}, {"num_layers": 2}, {"bidirectional": True}, {"num_layers": 2, "bidirectional": True}]


def pair_for(net):
    return Network(net.architecture, net.cell.activation.name, "cross_entropy", net.T, 2, net.dtype.name).stack


def side_by_side_agrees(network, reduction):
    """All losses and the last one, taken back together, against each by itself; what the former leaves behind."""
    net, target = network.net, network.target
    alone, together = last_loss(net, target, reduction), all_adjoints(net, reduction)
    left = {ending: view.dh.copy() for ending, view in net.views.items()}
    found, its_alone = adjoints_and_last_loss(net, pair_for(net), target, reduction)
    assert found.keys() == together.keys()
    assert its_alone.keys() == alone.keys()
    for ending, adjoint in together.items():
        np.testing.assert_allclose(net.views[ending].dh, left[ending], rtol=1e-12, atol=1e-12)
        for name in ("dh", "dc", "da", "da_x", "dh_carried", "received", "exponent", "handed"):
            one, other = getattr(found[ending], name), getattr(adjoint, name)
            assert (one is None) == (other is None)
            if one is not None:
                np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=name)
    for ending, way in alone.items():
        np.testing.assert_allclose(its_alone[ending].ln_norm, way.ln_norm, rtol=0, atol=1e-12)
        for name in ("ln_slopes", "ln_direct"):
            one, other = getattr(its_alone[ending], name), getattr(way, name)
            assert (one is None) == (other is None)
            if one is not None:
                np.testing.assert_allclose(one, other, rtol=0, atol=1e-12, err_msg=name)
    return found


@pytest.mark.parametrize("silent", [0, 3])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("cell", CELLS)
def test_side_by_side_with_all_losses_it_is_what_it_is_by_itself(cell, loss, reduction, silent):
    side_by_side_agrees(walked(cell, silent=silent, loss=loss), reduction)


@pytest.mark.parametrize("shape", SHAPES[1:])
@pytest.mark.parametrize("cell", CELLS)
def test_so_it_is_in_further_layers_and_directions(cell, shape):
    network = build(cell, T=9, B=1, **shape)
    network.net.forward(network.params, network.x, network.target)
    side_by_side_agrees(network, "sum")


def test_where_one_leaves_the_range_of_numbers_each_goes_back_by_itself():
    network = build("rnn", "sigmoid", T=300, B=1)
    network.net.forward(network.params, network.x, network.target, network.h0)
    side_by_side_agrees(network, "sum")


def test_without_a_target_there_is_nothing_beside_all_losses():
    network = walked("rnn")
    network.target[:] = np.nan
    network.net.forward(network.params, network.x, network.target, network.h0)
    assert side_by_side_agrees(network, "sum")[""].dh.any() == np.False_
