"""Truncation is a mask on the pairs (E_t, timestep k): counted, and equal to what the truncated walk computes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import CELLS, adjoints, flow, kept_pairs, share_used
from app.engine.lags import lags
from tests.engine.networks import build, recurrent


@pytest.mark.parametrize(
    ("k1", "k2", "pairs"), [(0, 0, 5050), (100, 100, 5050), (10, 10, 550), (1, 10, 955), (10, 20, 1450)]
)
def test_a_hundred_timesteps_keep_this_many_pairs(k1, k2, pairs):
    assert kept_pairs(100, k1, k2)[:, 1:].sum() == pairs


def test_the_mask_is_the_one_that_is_written_down():
    T, k1, k2 = 11, 3, 5
    for t in range(1, T + 1):
        n = min(T, k1 * int(np.ceil(t / k1)))
        for k in range(T + 1):
            assert kept_pairs(T, k1, k2)[t, k] == (n - k2 < k <= t)


truncations = st.tuples(st.integers(1, 9), st.integers(0, 9)).map(lambda k: (k[0], k[0] + k[1]))
cells = st.sampled_from(list(CELLS))


def masked_sum(net, keep):
    """dE/dW_hh, dE/dh and (lstm) dE/dc of the kept pairs, summed one by one."""
    T, H, recurrent = net.T, net.H, net.cell.recurrent
    incoming = (net.x if recurrent.of_x else net.h[:-1])[:, 0]
    combine, dW = (np.multiply if recurrent.by_unit else np.outer), 0.0
    dh, dc = np.zeros((T + 1, H)), np.zeros((T + 1, H))
    for pairs in lags(net.layer):
        size = 2.0**pairs.exponent
        for j, i in np.ndindex(pairs.dh.shape[:2]):
            t = pairs.source + i
            k = t - pairs.first - j
            if k >= 0 and keep[t, k]:
                dh[k] += size[i] * pairs.dh[j, i]
                if pairs.dc is not None:
                    dc[k] += size[i] * pairs.dc[j, i]
                if k:
                    dW = dW + size[i] * combine(incoming[k - 1], pairs.da[j, :, i].reshape(-1))
    return dW, dh, dc


@settings(max_examples=60, derandomize=True)
@given(cells, st.integers(1, 14), truncations, st.integers(0, 99))
def test_the_truncated_walk_is_the_masked_sum(cell, T, k, seed):
    net = build(cell, T=T, B=1, seed=seed).run()
    adjoints(net)
    dW, dh, dc = masked_sum(net, kept_pairs(T, *k))
    grads = net.backward("sum", *k)
    np.testing.assert_allclose(grads[recurrent(cell)], dW, rtol=0, atol=1e-12)
    np.testing.assert_allclose(net.dh[:, 0], dh, rtol=0, atol=1e-12)
    if net.dc is not None:
        np.testing.assert_allclose(net.dc[:, 0], dc, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_one_pass_over_everything_is_full_bptt_for_a_batch(cell):
    net = build(cell, T=9).run()
    full, whole = net.backward("mean"), net.backward("mean", 9, 9)
    assert all((full[name] == whole[name]).all() for name in full)


@pytest.mark.parametrize("cell", CELLS)
def test_truncation_leaves_the_readout_alone(cell):
    net = build(cell, T=9).run()
    full, short = net.backward(), net.backward("sum", 2, 3)
    assert (full["W_hy"] == short["W_hy"]).all()
    assert (full["b_y"] == short["b_y"]).all()
    assert not np.allclose(full[recurrent(cell)], short[recurrent(cell)])


@pytest.mark.parametrize("cell", CELLS)
def test_a_walk_after_a_truncated_one_is_full_again(cell):
    net = build(cell, T=9).run()
    before = net.backward()
    net.backward("sum", 2, 3, 0.1)
    after = net.backward()
    assert all((before[name] == after[name]).all() for name in before)


def clipped_by_hand(network, threshold):
    """dE/dh_t of an rnn with every dE/dh_t rescaled on its way back, example by example."""
    net, W_hh = network.net, network.params["W_hh"]
    own = net.dy @ network.params["W_hy"].T
    slope = net.cell.local[0].transpose(0, 2, 1)
    dh = np.zeros((net.T + 1, net.B, net.H))
    carried = 0.0
    for t in range(net.T, -1, -1):
        dh[t] = carried + (own[t - 1] if t else 0.0)
        size = np.linalg.norm(dh[t], axis=1, keepdims=True)
        dh[t] *= np.minimum(1.0, threshold / size)
        carried = (dh[t] * slope[t - 1]) @ W_hh.T
    return dh


def test_clipping_every_timestep_rescales_each_example_where_it_exceeds_the_threshold():
    network = build(T=8)
    net = network.run()
    net.backward("sum", clip_timestep=0.6)
    expected = clipped_by_hand(network, 0.6)
    np.testing.assert_allclose(net.dh, expected, atol=1e-13)
    size = np.linalg.norm(net.dh, axis=2)
    assert size.max() == pytest.approx(0.6)
    assert (size < 0.59).any()


@pytest.mark.parametrize("clip", [None, 0.3])
@pytest.mark.parametrize("k", [(0, 0), (3, 5), (4, 4), (1, 6)])
@pytest.mark.parametrize("cell", CELLS)
def test_used_shares_are_those_of_the_vectors_that_are_left(cell, k, clip):
    network = build(cell, T=10, B=1)
    network.target = np.nan_to_num(network.target, nan=0.5)
    net = network.run()
    used = share_used(net, "sum", *k, clip)
    net.backward("sum", *k, clip)
    left = net.dh[:, 0].copy()
    np.testing.assert_allclose(np.nansum(used, axis=0)[np.abs(left).sum(axis=1) > 0], 1.0, atol=1e-10)
    if clip is not None:
        return
    whole_target = network.target
    for t in range(1, 11):
        network.target = np.full_like(whole_target, np.nan)
        network.target[t - 1] = whole_target[t - 1]
        alone = network.run()
        alone.backward("sum", *k)
        np.testing.assert_allclose(
            used[t - 1, 1 : t + 1],
            [alone.dh[s, 0] @ left[s] / (left[s] @ left[s]) for s in range(1, t + 1)],
            atol=1e-12,
        )


@pytest.mark.parametrize("cell", CELLS)
def test_without_truncation_the_used_share_is_the_share(cell):
    net = build(cell, T=10, B=1).run()
    full = flow(net, adjoints(net)).share
    np.testing.assert_allclose(share_used(net), full, atol=1e-12)
    np.testing.assert_allclose(share_used(net, "sum", 0, 0, 1e9), full, atol=1e-12)
