"""What each loss sends to each timestep of every layer and direction, by two roads, and where no path leads."""

import numpy as np
import pytest
from autograd import jacobian

from app.engine import CELLS, all_adjoints, all_flows, all_shares_used, horizon, layer_flow, whole_meter
from app.engine.pairs import pairs
from tests.engine.networks import build
from tests.engine.second_road import close, objective, stack

T, H = 6, 4
SHAPES = [
    {"num_layers": 1, "bidirectional": True},
    {"num_layers": 2},
    {"num_layers": 3, "train_h0": True},
    {"num_layers": 2, "bidirectional": True},
    {"num_layers": 3, "bidirectional": True},
]


def named(shape):
    return " ".join(f"{name}={value}" for name, value in shape.items())


every_shape = pytest.mark.parametrize("shape", SHAPES, ids=named)
every_cell = pytest.mark.parametrize("cell", CELLS)


def every_pair(network, cell, shape, handle):
    """dE_t/dh_k (T, T+1, H) of one layer by automatic differentiation, k in the layer's own order; also of c."""
    own = {name: value for name, value in shape.items() if name != "train_h0"}

    def losses(push):
        entering, _ = stack(cell, "tanh", network.params, network.x, {}, push={handle: push}, **own)
        return np_stack([objective("squared_error", entering, network.params, network.target, at=t) for t in ALL])

    return jacobian(losses)(np.zeros((T + 1, 1, H)))[:, :, 0]


ALL = range(1, T + 1)


def np_stack(values):
    from autograd.numpy import stack as joined

    return joined(values)


def shown(cell, shape, **options):
    network = build(cell, **{"T": T, "B": 1, "H": H, **shape, **options})
    network.target = np.nan_to_num(network.target, nan=0.5)
    network.h0 = None
    net = network.run()
    found = all_adjoints(net)
    return network, net, found, all_flows(net, found)


@every_shape
@every_cell
def test_every_pair_agrees_with_automatic_differentiation(cell, shape):
    network, net, _, flows = shown(cell, shape)
    for ending, seen in flows.items():
        assert seen.residual <= 1e-10
        layer = net.layers[ending]
        for symbol, ours in (("", seen.ln_flow), ("c", seen.ln_flow_c)):
            if ours is not None:
                exact = np.linalg.norm(every_pair(network, cell, shape, symbol + ending), axis=2)
                own_order = layer.by_time(np.nan_to_num(np.exp(ours)).T).T
                close(own_order, exact)


def share_in_the_sum(parts):
    """<part, whole> / ||whole||^2 of each E_t's part (T, T+1, H); NaN where the whole, their sum, is 0."""
    whole = parts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.einsum("tkh,kh->tk", parts, whole) / (whole**2).sum(axis=1)


@every_shape
@every_cell
def test_what_is_carried_and_what_comes_from_above_are_shared_by_the_losses_as_automatic_differentiation_has_it(
    cell, shape
):
    network, net, found, flows = shown(cell, shape)
    for ending, seen in flows.items():
        layer = net.layers[ending]
        carried = every_pair(network, cell, shape, "on" + ending)
        whole = np.linalg.norm(carried.sum(axis=0), axis=1)
        close(layer.by_time(found[ending].dh_carried_norm), layer.by_time(whole))
        parts = {"carried_share": carried}
        if layer in net.stack.top:
            assert seen.above_share is None
        else:
            parts["above_share"] = every_pair(network, cell, shape, ending) - carried
        for name, vectors in parts.items():
            if name == "above_share":
                vectors[:, 0] = 0.0  # nothing comes to the initial state from above; c_0 has no part in dh_0
            exact, reached = share_in_the_sum(vectors), vectors.any(axis=2)
            ours = layer.by_time(getattr(seen, name).T).T
            np.testing.assert_allclose(ours[reached], exact[reached], rtol=1e-9, atol=1e-9, err_msg=name + ending)
            assert (np.isnan(ours) | (ours == 0.0))[~reached].all()
            columns = ours[:, reached.any(axis=0)]
            np.testing.assert_allclose(np.nansum(columns, axis=0), 1.0, rtol=1e-9)
            assert np.isnan(ours[:, ~reached.any(axis=0)]).all()


@every_shape
@every_cell
def test_there_is_no_number_where_no_path_leads_and_one_everywhere_else(cell, shape):
    _, net, _, flows = shown(cell, shape)
    t, k = np.ogrid[1 : T + 1, : T + 1]
    for ending, seen in flows.items():
        is_top = net.layers[ending] in net.stack.top
        if shape.get("bidirectional") and not is_top:
            path = np.ones((T, T + 1), bool)
        elif net.layers[ending].reverse:
            path = k + 1 >= t  # column k is timestep k + 1
        else:
            path = k <= t
        np.testing.assert_array_equal(np.isnan(seen.ln_flow), ~path, err_msg=ending)
        np.testing.assert_array_equal(np.isnan(seen.share), ~path, err_msg=ending)
        np.testing.assert_allclose(np.nansum(seen.share, axis=0), 1.0, rtol=1e-9)


@every_shape
@every_cell
def test_the_ledger_is_of_the_top_layer_alone(cell, shape):
    _, net, _, flows = shown(cell, shape)
    for ending, seen in flows.items():
        layer = net.layers[ending]
        if layer.cell.slope is None or layer not in net.stack.top:
            assert seen.ln_flow_a is None
            continue
        slope = layer.by_time(layer.cell.slope[..., 0])
        at = -1 if not layer.reverse else 0  # the loss all timesteps of this direction have a path from
        ln_flow, ln_a = seen.ln_flow[at], seen.ln_flow_a[at]
        assert np.isnan(ln_a[-1 if layer.reverse else 0])
        assert np.isfinite(ln_flow).all()
        last = -2 if layer.reverse else 1
        assert ln_a[last] <= ln_flow[last] + np.log(slope.max()) + 1e-12


@pytest.mark.parametrize("scale", [1e-250, 1e-30, 1e30])
@pytest.mark.parametrize("shape", SHAPES, ids=named)
def test_what_is_far_from_1_keeps_its_logarithm_in_every_layer(shape, scale):
    """One linear layer carries E_t back by `scale` a timestep; what comes down to the others has its size as well."""
    network = build("rnn", "linear", **{"T": 30, "B": 1, "H": 3, "init": "identity", **shape})
    network.h0, network.target[:] = None, 0.5
    for name, values in network.params.items():
        if name.startswith("W_hh"):
            values *= 1e-3
        if name.startswith(("b_", "h0")):
            values[:] = 0.0
    network.x[:] = 0.0
    network.params["W_hy"] *= scale
    net = network.run()
    found = all_adjoints(net)
    ln = {ending: adjoint.ln_dh_norm for ending, adjoint in found.items()}
    for ending, seen in all_flows(net, found).items():
        assert seen.residual <= 1e-10, ending
        assert np.isfinite(ln[ending]).all()
    network.params["W_hy"] /= scale
    net = network.run()
    for ending, adjoint in all_adjoints(net).items():
        np.testing.assert_allclose(ln[ending], adjoint.ln_dh_norm + np.log(scale), atol=1e-9, err_msg=ending)


@every_cell
def test_one_layer_in_one_direction_has_the_flow_of_the_layer_alone(cell):
    _, net, found, flows = shown(cell, {})
    alone = layer_flow(net.layer, found[""])
    np.testing.assert_array_equal(flows[""].ln_flow, alone.ln_flow)


@every_shape
@every_cell
def test_float32_stacks_have_a_flow_too(cell, shape):
    *_, flows = shown(cell, shape, dtype="float32")
    assert all(seen.residual < 1e-4 for seen in flows.values())


@every_shape
@every_cell
def test_the_meter_sums_all_pairs_by_their_distance_over_all_layers(cell, shape):
    _, net, found, _ = shown(cell, shape)
    meter = whole_meter(net, found)
    sums = [dict.fromkeys(net.layers, 0.0) for _ in range(T)]
    recurrent = net.cell.recurrent
    for group in pairs(net.stack):
        incoming = found[group.layer.ending].recurrent_factors[0]
        for i, t in enumerate(range(group.losses.start, group.losses.stop)):
            for k in range(T):
                at = T - 1 - k if group.layer.reverse else k
                part = group.da[at, i] * 2.0 ** group.exponent[at + 1, i]
                pair = incoming[at] * part if recurrent.by_unit else np.outer(incoming[at], part)
                sums[abs(t - k)][group.layer.ending] = sums[abs(t - k)][group.layer.ending] + pair
    stacked = np.array([np.concatenate([np.ravel(part) for part in parts.values()]) for parts in sums])
    np.testing.assert_allclose(meter.lag_norm, np.linalg.norm(stacked, axis=1), rtol=1e-9, atol=1e-14)
    gradients = net.backward()
    for ending in net.layers:
        whole = sum(parts[ending] for parts in sums)
        ours = gradients[recurrent.name + ending]
        assert np.linalg.norm(whole) == pytest.approx(np.linalg.norm(ours), rel=1e-9)
    kept = np.cumsum(stacked, axis=0)
    cosine = kept @ kept[-1] / np.linalg.norm(kept, axis=1) / np.linalg.norm(kept[-1])
    np.testing.assert_allclose(meter.cosine, cosine, atol=1e-9)
    assert meter.horizon == horizon(meter.lag_norm)


@pytest.mark.parametrize("clip", [None, 0.05])
@pytest.mark.parametrize("k", [(0, 0), (2, 3), (1, 6)])
@every_cell
def test_used_shares_are_of_the_vectors_that_are_left_in_each_layer(cell, k, clip):
    network, net, *_ = shown(cell, {"num_layers": 2})
    used = all_shares_used(net, "sum", *k, clip)
    net.backward("sum", *k, clip)
    left = {ending: layer.dh[..., 0].copy() for ending, layer in net.layers.items()}
    for ending, share in used.items():
        reached = np.abs(left[ending][1:]).sum(axis=1) > 0
        np.testing.assert_allclose(np.nansum(share, axis=0)[1:][reached], 1.0, atol=1e-9)
    if clip is not None:
        return
    whole = network.target
    for t in range(1, T + 1):
        network.target = np.full_like(whole, np.nan)
        network.target[t - 1] = whole[t - 1]
        alone = network.run()
        alone.backward("sum", *k)
        for ending, layer in alone.layers.items():
            mine = layer.dh[..., 0]
            exact = [mine[s] @ left[ending][s] / (left[ending][s] @ left[ending][s]) for s in range(1, t + 1)]
            np.testing.assert_allclose(used[ending][t - 1, 1 : t + 1], exact, atol=1e-9)


def test_clipping_per_timestep_leaves_shares_with_two_directions_too():
    _, net, *_ = shown("lstm", {"num_layers": 2, "bidirectional": True})
    for share in all_shares_used(net, clip_timestep=0.05).values():
        np.testing.assert_allclose(np.nansum(share, axis=0), 1.0, rtol=1e-9)
