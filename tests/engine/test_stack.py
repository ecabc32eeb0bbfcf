"""Layers, directions, embeddings and learned initial states: every gradient by two roads."""

import numpy as np
import pytest
from autograd import grad

from app.engine import CELLS, Architecture, Initialisation, Network, initialise
from tests.engine.networks import build
from tests.engine.second_road import close, objective, stack

SHAPES = [
    {"num_layers": layers, "bidirectional": both, "train_h0": learned}
    for layers in (1, 2, 3)
    for both in (False, True)
    for learned in (False, True)
]


def named(shape):
    return " ".join(f"{name}={value}" for name, value in shape.items())


every_shape = pytest.mark.parametrize("shape", SHAPES, ids=named)
every_cell = pytest.mark.parametrize("cell", CELLS)


def blame(network, cell, params, x=None, loss="cross_entropy", reduction="mean", push=None, at=None):
    shape = {name: getattr(network, name) for name in ("num_layers", "bidirectional")}
    initial = {} if network.h0 is None else {"h0": network.h0}
    entering, _ = stack(cell, "tanh", params, network.x if x is None else x, initial, push=push, **shape)
    return objective(loss, entering, params, network.target, reduction, at)


def deep(cell, shape, **options):
    network = build(cell, **{"loss": "cross_entropy", "T": 6, "B": 2, **shape, **options})
    network.num_layers, network.bidirectional = shape.get("num_layers", 1), shape.get("bidirectional", False)
    return network


@every_shape
@every_cell
def test_every_gradient_agrees_with_automatic_differentiation(cell, shape):
    network = deep(cell, shape)
    ours = network.run().backward("mean")
    theirs = grad(lambda params: blame(network, cell, params))(network.params)
    assert list(ours) == list(network.params)
    for name, values in theirs.items():
        close(ours[name], values)
    close(network.net.input_gradients(), 2 * grad(lambda x: blame(network, cell, network.params, x))(network.x))


@every_shape
@every_cell
def test_every_adjoint_of_every_layer_agrees_with_automatic_differentiation(cell, shape):
    network = deep(cell, shape)
    net = network.run()
    net.backward("mean")
    for ending, layer in net.layers.items():
        for symbol, ours in (("", layer.dh), ("c", layer.dc)):
            if ours is not None:
                handle = symbol + ending
                theirs = grad(lambda push, at=handle: blame(network, cell, network.params, push={at: push}))(
                    np.zeros((net.T + 1, net.B, net.H))
                )
                close(ours.transpose(0, 2, 1), 2 * theirs)


@every_shape
@every_cell
def test_every_gradient_agrees_with_central_differences(cell, shape):
    network = deep(cell, shape)
    ours, rng = network.run().backward(), np.random.default_rng(1)
    for name, array in network.params.items():
        for flat in rng.choice(array.size, min(2, array.size), replace=False):
            index = np.unravel_index(flat, array.shape)
            value, sides = array[index], []
            for offset in (1, -1, 2, -2):
                array[index] = value + offset * 1e-4
                sides.append(network.objective())
            array[index] = value
            numeric = (8 * (sides[0] - sides[1]) - (sides[2] - sides[3])) / 12e-4
            assert abs(ours[name][index] - numeric) / max(1e-3, abs(numeric)) < 1e-6, (name, index)


@pytest.mark.parametrize("both", [False, True])
@every_cell
def test_an_embedding_learns_as_automatic_differentiation_says(cell, both):
    network = deep(cell, {"num_layers": 2, "bidirectional": both}, I=5, embedding_size=3)
    ours = network.run().backward("mean")
    theirs = grad(lambda params: blame(network, cell, params))(network.params)
    for name, values in theirs.items():
        close(ours[name], values)
    assert (network.net.x == network.x).all()
    close(network.net.input_gradients(), 2 * grad(lambda x: blame(network, cell, network.params, x))(network.x))


def test_an_embedding_is_the_row_of_the_class():
    network = deep("rnn", {}, I=5, embedding_size=3)
    net = network.run()
    rows = network.params["W_emb"][network.x.argmax(axis=2)]
    np.testing.assert_array_equal(net.views[""].x, rows)


@pytest.mark.parametrize("k", [(2, 3), (1, 1), (3, 3), (1, 6), (6, 6)])
@every_cell
def test_truncation_drops_the_same_pairs_in_every_layer(cell, k):
    """The kept pairs of each loss by itself: cut every layer's states at the reach of that loss's pass."""
    network = deep(cell, {"num_layers": 2, "train_h0": True}, T=6, B=1)
    network.target[:] = 1
    ours = network.run().backward("sum", *k)
    theirs = {name: np.zeros_like(values) for name, values in network.params.items()}
    for t in range(1, 7):
        reach = min(6, k[0] * -(-t // k[0])) - k[1]  # parameter uses at timesteps beyond this one count
        used = grad(lambda params, t=t, reach=reach: cut_off(network, cell, params, t, reach))(network.params)
        for name, values in used.items():
            theirs[name] += values
    for name, values in theirs.items():
        close(ours[name], values)


def cut_off(network, cell, params, t, reach):
    """E_t as a function of the parameters' uses after timestep `reach`; all that went before is a number."""
    if reach <= 0:
        return blame(network, cell, params, reduction="sum", at=t)
    _, states = stack(cell, "tanh", network.params, network.x[:reach], {}, num_layers=2)
    initial = {}
    for ending, (hs, cs) in states.items():
        initial |= {f"h0{ending}": hs[-1]} | ({} if cs[-1] is None else {f"c0{ending}": cs[-1]})
    free = {name: values for name, values in params.items() if name[:2] not in ("h0", "c0")}
    entering, _ = stack(cell, "tanh", free, network.x[reach:], initial, num_layers=2)
    return objective("cross_entropy", entering, free, network.target[reach:], at=t - reach)


@every_cell
def test_one_pass_over_everything_is_full_backpropagation_in_every_layer(cell):
    net = deep(cell, {"num_layers": 3, "train_h0": True}).run()
    full, whole = net.backward("mean"), net.backward("mean", 6, 6)
    for name, values in full.items():
        np.testing.assert_array_equal(whole[name], values, err_msg=name)
    net.backward("sum", 2, 3, 0.01)
    again = net.backward("mean")
    assert all((again[name] == full[name]).all() for name in full)


def test_truncation_with_two_directions_is_refused():
    net = deep("rnn", {"bidirectional": True}).run()
    with pytest.raises(ValueError, match="one direction"):
        net.backward("sum", 2, 3)


def clipped(own, slope, W_hh, threshold):
    """dE/dh_0 … dE/dh_T of an rnn layer and dE/da_1 …, every dE/dh_t rescaled to the threshold on its way back."""
    T = len(own)
    dh, da = np.zeros((T + 1, *own.shape[1:])), np.zeros_like(own)
    carried = np.zeros_like(own[0])
    for t in range(T, -1, -1):
        dh[t] = carried + (own[t - 1] if t else 0.0)
        dh[t] *= np.minimum(1.0, threshold / np.linalg.norm(dh[t], axis=1, keepdims=True))
        if t:
            da[t - 1] = slope[t - 1] * dh[t]
            carried = da[t - 1] @ W_hh.T
    return dh, da


@pytest.mark.parametrize("both", [False, True])
def test_clipping_every_timestep_bounds_each_layer_by_itself_and_the_top_layer_first(both):
    network = deep("rnn", {"num_layers": 2, "bidirectional": both})
    net, params, threshold = network.run(), network.params, 0.1
    net.backward("sum", clip_timestep=threshold)
    below = 0.0
    for d, reverse in enumerate(("", "_reverse") if both else ("",)):
        order, view = slice(None, None, -1 if reverse else 1), net.views[f"_l2{reverse}"]
        own = net.dy @ params["W_hy"][4 * d : 4 * d + 4].T
        slope = 1 - np.tanh(view.a) ** 2
        dh, da = clipped(own[order], slope[order], params[f"W_hh_l2{reverse}"], threshold)
        np.testing.assert_allclose(view.dh[order], dh, atol=1e-14)
        below = below + da[order] @ params[f"W_xh_l2{reverse}"].T
    for d, reverse in enumerate(("", "_reverse") if both else ("",)):
        order, view = slice(None, None, -1 if reverse else 1), net.views[reverse]
        slope = 1 - np.tanh(view.a) ** 2
        own = below[..., 4 * d : 4 * d + 4]
        dh, _ = clipped(own[order], slope[order], params[f"W_hh{reverse}"], threshold)
        np.testing.assert_allclose(view.dh[order], dh, atol=1e-14)


@every_cell
def test_more_layers_and_directions_leave_the_draws_of_the_others_as_they_were(cell):
    def drawn(**shape):
        how = Initialisation("orthogonal", forget_bias=1.0)
        return initialise(Architecture(cell, 3, 4, 2, **shape), how, np.random.default_rng(5))

    plain, deep, both = drawn(), drawn(num_layers=2, train_h0=True), drawn(num_layers=2, bidirectional=True)
    assert all((deep[name] == plain[name]).all() for name in plain)
    assert all((both[name] == plain[name]).all() for name in plain if name != "W_hy")
    assert (both["W_xh_l2"][:, :4] != both["W_xh_l2_reverse"][:, :4]).any()
    assert both["W_hy"].shape == (8, 2)
    assert both["W_xh_l2_reverse"].shape[0] == 8
    assert not np.array_equal(both["W_xh"], both["W_xh_reverse"])
    assert not deep["h0_l2"].any()


@every_shape
@every_cell
def test_initial_parameters_have_the_shapes_that_are_announced(cell, shape):
    net = Architecture(cell, 5, 4, 2, embedding_size=3, **shape)
    params = initialise(net, Initialisation(forget_bias=1.0), np.random.default_rng(0))
    shapes = net.parameter_shapes
    assert {name: values.shape for name, values in params.items()} == shapes
    assert list(params) == list(shapes)


@every_cell
def test_a_walk_can_go_on_from_the_states_of_another(cell):
    network = deep(cell, {"num_layers": 3}, T=6, B=2)
    net = network.run()
    half = Network(Architecture(cell, 2, 4, 3, num_layers=3), "tanh", "cross_entropy", 3, 2)
    half.forward(network.params, network.x[:3], network.target[:3], network.h0)
    half.forward(network.params, network.x[3:], network.target[3:], initial=half.last_states())
    np.testing.assert_allclose(half.y, net.y[3:], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("shape", [{"num_layers": 3}, {"num_layers": 2, "bidirectional": True}], ids=named)
@every_cell
def test_float32_layers_learn_too(cell, shape):
    single, double = (deep(cell, shape, dtype=dtype).run().backward() for dtype in ("float32", "float64"))
    for name, values in single.items():
        assert values.dtype == np.float32, name
        np.testing.assert_allclose(values, double[name], atol=1e-5)
