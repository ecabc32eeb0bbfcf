"""The check passes on a sound network and is failed by each classic bug, for every cell."""

import numpy as np
import pytest

from app.engine import ACTIVATIONS, BREAKS, CELLS, Data, TensorCheck, gradcheck, gradchecking
from tests.engine.networks import build, recurrent

# No W_hh to transpose; and no h_{t-1} beside which h_t could stand by mistake.
CANNOT = {("indrnn", "transpose_W_hh"), ("mingru", "transpose_W_hh"), ("mingru", "stale_h")}
CANNOT |= {(cell, "forget_gate_dropped") for cell in ("rnn", "gru", "indrnn", "mingru")}


def check(network, reduction="sum", **options):
    data = Data(network.x, network.target, network.h0, reduction=reduction)
    return dict(gradcheck(network.net, network.params, data, rng=np.random.default_rng(4), **options))


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


@pytest.mark.parametrize("broken", [None, *BREAKS])
@pytest.mark.parametrize("cell", CELLS)
def test_a_check_whose_passes_pause_finds_the_same_to_the_last_bit(cell, broken):
    if (cell, broken) in CANNOT:
        return
    network = build(cell, T=8, num_layers=2)
    before = {name: values.copy() for name, values in network.params.items()}
    expected = check(network, samples=2, broken=broken)
    data = Data(network.x, network.target, network.h0, at_once=3)
    rng = np.random.default_rng(4)
    steps = list(gradchecking(network.net, network.params, data, rng=rng, samples=2, broken=broken))
    found = dict(known for known in steps if known is not None)
    assert found == expected
    assert list(found) == list(expected)
    passes = 4 * sum(one.samples + one.at_kink for one in expected.values())
    assert len(steps) >= passes * network.net.T / 3 * 2, "each of two layers"
    assert all(np.array_equal(network.params[name], values) for name, values in before.items())


def test_a_check_pauses_after_every_forward_pass():
    network = build(T=8)
    forward, passes, since = network.net.forward, [], []
    network.net.forward = lambda *given, **more: (passes.append(None), forward(*given, **more))
    data = Data(network.x, network.target, network.h0)
    for _ in gradchecking(network.net, network.params, data, rng=np.random.default_rng(4), samples=2, broken=None):
        since.append(len(passes))
        passes.clear()
    assert max(since[1:]) == 1


READOUT = {"W_hy", "b_y"}


def spoiled(cell, broken):
    """The tensors that must fail, and whether all others must pass or only those of the readout."""
    name = recurrent(cell)
    return {
        "no_accumulation": ({name}, True),
        "stale_h": ({name}, True),
        "bias_forgotten": ({"b_h"}, True),
        "state_kept": ({"W_xh", "b_h", name} | READOUT, False),
    }.get(broken, ({"W_xh", "b_h", name}, False))


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_bug_is_caught_at_the_tensors_it_spoils_and_at_no_other(cell, broken):
    network = build(cell, T=8)
    assert BREAKS[broken].fits(network.net) == ((cell, broken) not in CANNOT)
    if (cell, broken) in CANNOT:
        return
    result = check(network, broken=broken)
    wrong, alone = spoiled(cell, broken)
    failed = {name for name, tensor in result.items() if not tensor.passed}
    assert wrong <= failed, f"{broken} goes unnoticed at {sorted(wrong - failed)}"
    others = failed - wrong if alone else failed & READOUT - wrong
    assert not others, f"{broken} does not concern {sorted(others)}"


DEEP = {
    "two layers": {"num_layers": 2},
    "both directions": {"bidirectional": True},
    "two layers in both directions": {"num_layers": 2, "bidirectional": True},
}


@pytest.mark.parametrize("shape", DEEP)
@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_bug_is_caught_in_every_layer_and_direction(cell, broken, shape):
    if (cell, broken) in CANNOT:
        return
    network = build(cell, T=6, **DEEP[shape])
    result = check(network, broken=broken, samples=12)
    name = "b_h" if broken == "bias_forgotten" else recurrent(cell)
    for ending in network.net.layers:
        assert not result[f"{name}{ending}"].passed, f"{broken} goes unnoticed at {name}{ending}"
    alone = {"no_accumulation", "stale_h", "bias_forgotten"}
    if broken in alone:
        wrong = {f"{name}{ending}" for ending in network.net.layers}
        assert {other for other, tensor in result.items() if not tensor.passed} == wrong


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
