"""The check passes on a sound network and is failed by each classic bug, for every cell."""

import numpy as np
import pytest

from app.engine import ACTIVATIONS, BREAKS, CELLS, can_break, gradcheck
from tests.engine.networks import build, recurrent

# No W_hh to transpose; and no h_{t-1} beside which h_t could stand by mistake.
CANNOT = {("indrnn", "transpose_W_hh"), ("mingru", "transpose_W_hh"), ("mingru", "stale_h")}


def check(network, **options):
    data = (network.params, network.x, network.target, network.h0)
    return dict(gradcheck(network.net, *data, rng=np.random.default_rng(4), **options))


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_tensor_of_a_sound_network_passes(cell, activation, reduction):
    network = build(cell, activation, "cross_entropy", T=8)
    result = check(network, reduction=reduction, samples=3)
    assert list(result) == list(network.params)
    for name, tensor in result.items():
        assert tensor.passed, (name, tensor)
        assert tensor.max_rel_error < 1e-6
        assert tensor.samples == 3


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_bug_is_caught(cell, broken):
    if not can_break(cell, broken):
        assert (cell, broken) in CANNOT
        return
    result, name = check(build(cell, T=8), broken=broken), recurrent(cell)
    assert not result[name].passed
    assert result["W_hy"].passed  # the readout knows nothing of the recurrence
    others = {name for name, tensor in result.items() if not tensor.passed}
    if broken in ("no_accumulation", "stale_h"):
        assert others == {name}
    else:
        assert {"W_xh", "b_h"} <= others


def test_weights_are_left_as_they_were_to_the_last_bit():
    network = build("gru")
    before = {name: p.copy() for name, p in network.params.items()}
    check(network)
    assert all((before[name] == network.params[name]).all() for name in before)


def test_entries_that_cannot_be_compared_across_a_kink_are_passed_over():
    network = build(activation="relu", T=3)
    network.h0[:] = 0.0
    network.x[:] = 0.0
    for name in ("W_hh", "b_h"):
        network.params[name][:] = 0.0
    result = check(network)
    assert result["b_h"].samples == 0
    assert result["W_hy"].samples > 0


def test_a_check_in_float32_is_refused():
    with pytest.raises(ValueError, match="float64"):
        check(build(dtype="float32"))


def test_a_network_that_overflows_does_not_pass():
    network = build(activation="linear", T=40)
    network.params["W_hh"][:] = 1e30
    assert not check(network)["W_hh"].passed
