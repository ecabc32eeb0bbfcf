"""The check passes on a sound network and is failed by each classic bug, for every cell."""

import numpy as np
import pytest

from app.engine import ACTIVATIONS, BREAKS, CELLS, TensorCheck, gradcheck
from tests.engine.networks import build


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


RECURRENT = {"W_xh", "W_hh", "b_h"}
READOUT = {"W_hy", "b_y"}
CAUGHT_AT = {  # the tensors that must fail, those that must pass
    "drop_carried": (RECURRENT, READOUT),
    "no_accumulation": ({"W_hh"}, RECURRENT - {"W_hh"} | READOUT),
    "stale_h": ({"W_hh"}, RECURRENT - {"W_hh"} | READOUT),
    "transpose_W_hh": (RECURRENT, READOUT),
    "wrong_slope": (RECURRENT, READOUT),
    "counted_twice": (RECURRENT, READOUT),
    "bias_forgotten": ({"b_h"}, RECURRENT - {"b_h"} | READOUT),
    "state_kept": (RECURRENT | READOUT, set()),
    "forget_gate_dropped": (RECURRENT, READOUT),
}


def possible():
    for cell in CELLS:
        net = build(cell, T=2).net
        yield from ((cell, name) for name, one in BREAKS.items() if one.fits(net))


@pytest.mark.parametrize(("cell", "broken"), list(possible()))
def test_every_bug_is_caught_at_the_tensors_it_spoils_and_at_no_other(cell, broken):
    result = check(build(cell, T=8), broken=broken)
    wrong, right = CAUGHT_AT[broken]
    failed = {name for name, tensor in result.items() if not tensor.passed}
    assert wrong <= failed, f"{broken} goes unnoticed at {sorted(wrong - failed)}"
    assert not failed & right, f"{broken} does not concern {sorted(failed & right)}"


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_network_is_the_same_after_a_bug_was_switched_on(cell, broken):
    network = build(cell, T=8)
    if not BREAKS[broken].fits(network.net):
        return
    check(network, broken=broken, samples=1)
    assert all(tensor.passed for tensor in check(network, samples=3).values())


@pytest.mark.parametrize(
    ("broken", "network"),
    [
        ("wrong_slope", {"activation": "relu"}),
        ("forget_gate_dropped", {"cell": "rnn"}),
        ("forget_gate_dropped", {"cell": "gru"}),
    ],
)
def test_a_bug_that_the_network_cannot_have_is_refused(broken, network):
    with pytest.raises(ValueError, match=f"{broken} needs"):
        check(build(T=3, **network), broken=broken)


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
    size = network.params["b_h"].size
    assert result["b_h"] == TensorCheck(max_rel_error=None, samples=0, at_kink=size)
    assert result["b_h"].passed is None, "nothing was compared, so nothing passed"
    assert result["W_hy"].samples > 0


def test_entries_that_are_zero_on_both_sides_are_counted_as_they_say_little():
    network = build(activation="relu", T=3)
    network.params["b_h"][:] = -100.0  # no unit is ever active
    result = check(network)
    assert result["W_hh"].zero == result["W_hh"].samples > 0
    assert result["b_y"].zero == 0


def test_a_check_in_float32_is_refused():
    with pytest.raises(ValueError, match="float64"):
        check(build(dtype="float32"))


def test_a_network_that_overflows_does_not_pass():
    network = build(activation="linear", T=40)
    network.params["W_hh"][:] = 1e30
    assert not check(network)["W_hh"].passed
