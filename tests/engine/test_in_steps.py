"""A pass over time in steps, between which others compute, gives the numbers of the whole pass, bit for bit."""

import numpy as np
import pytest

from app.engine import (
    ACTIVATIONS,
    CELLS,
    LOSSES,
    Network,
    all_adjoints,
    all_flows,
    flowing,
    following_directions,
    jacobian_norming,
    jacobian_norms,
    lyapunov_exponents,
    metering,
    whole_meter,
)
from app.steps import finish
from tests.engine.networks import build


def drawn(seed):
    """A network, what its passes are to do, and how many timesteps are one step: of the seed."""
    rng = np.random.default_rng(seed)
    T, B = int(rng.integers(1, 70)), int(rng.integers(1, 7))
    more = {"num_layers": int(rng.integers(1, 4)), "bidirectional": bool(rng.random() < 0.4)}
    if rng.random() < 0.3:
        more["embedding_size"] = 3
    if rng.random() < 0.3:
        more["train_h0"] = True
    case = build(
        cell=rng.choice(list(CELLS)),
        activation=rng.choice(list(ACTIVATIONS)),
        loss=rng.choice(list(LOSSES)),
        T=T,
        B=B,
        H=int(rng.integers(1, 9)),
        seed=seed,
        dtype=rng.choice(["float64", "float64", "float32"]),
        **more,
    )
    cut = (0, 0) if more["bidirectional"] or rng.random() < 0.4 else tuple(map(int, rng.integers(1, T + 1, 2)))
    lengths = rng.integers(1, T + 1, B) if rng.random() < 0.3 else None
    how = (str(rng.choice(["sum", "mean"])), *cut, None if rng.random() < 0.5 else 0.05)
    return case, lengths, how, int(rng.choice([1, 2, 3, 4, 8, 16, 40]))


def seen(net: Network, gradients):
    """Everything that a pass leaves."""
    states = [part for view in net.views.values() for part in (view.h, view.a, view.dh, view.da_x)]
    return [net.y.copy(), net.E_t.copy(), net.n.copy(), *map(np.copy, states), *gradients.values()]


@pytest.mark.parametrize("seed", range(100))
def test_steps_are_the_whole_bit_for_bit(seed):
    case, lengths, how, at_once = drawn(seed)
    given = case.params, case.x, case.target, case.h0
    case.net.forward(*given, lengths=lengths)
    expected = seen(case.net, case.net.backward(*how))
    case.net.forward(*given)  # other numbers, as whoever has used the buffers last
    case.net.backward()

    other, taken = build(seed=1), []

    def interrupted(steps):
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return done.value
            taken.append(other.run().backward())

    interrupted(case.net.forwarding(*given, lengths=lengths, at_once=at_once))
    gradients = interrupted(case.net.backwarding(*how, at_once))
    assert len(taken) >= 2 * case.net.T / at_once
    for ours, theirs in zip(seen(case.net, gradients), expected, strict=True):
        assert np.array_equal(ours, theirs, equal_nan=True)


def test_the_parameters_of_one_layer_after_the_other_are_copied():
    case = build(num_layers=3, bidirectional=True)
    loaded = []
    for layer in case.net.layers.values():
        layer.load = lambda params, handed_through, layer=layer: loaded.append(layer)
    steps = case.net.forwarding(case.params, case.x, case.target, case.h0, at_once=1)
    for number in range(1, 7):
        next(steps)
        assert len(loaded) == number


def test_between_two_steps_numbers_that_overflow_are_reported_as_ever():
    case = build()
    steps = case.net.forwarding(case.params, case.x, case.target, case.h0, at_once=1)
    next(steps)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        np.float64(1e300) * np.array([1e300])
    finish(steps)


SHAPES = {
    "one layer": {},
    "both directions": {"bidirectional": True},
    "three layers": {"num_layers": 3},
    "two layers in both directions": {"num_layers": 2, "bidirectional": True},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("cell", CELLS)
def test_what_is_measured_of_a_sequence_in_steps_is_what_is_measured_at_once(cell, shape):
    case, other = build(cell=cell, T=50, B=1, **shape), build(seed=1)
    case.run().backward()
    net, adjoints = case.net, all_adjoints(case.net)

    def interrupted(steps):
        taken = 0
        while True:
            try:
                next(steps)
            except StopIteration as done:
                assert taken > 3
                return done.value
            taken += 1
            other.run().backward()

    flows, expected = interrupted(flowing(net, adjoints)), all_flows(net, adjoints)
    pairs = [(vars(flows[ending]), vars(expected[ending])) for ending in net.layers]
    pairs.append((vars(interrupted(metering(net, adjoints))), vars(whole_meter(net, adjoints))))
    if not net.cell.recurrent.of_x:
        for ending in net.layers:
            found = interrupted(jacobian_norming(net, ending)), interrupted(following_directions(net, ending))
            at_once = jacobian_norms(net, ending), lyapunov_exponents(net, ending)
            pairs += [({"": mine}, {"": its}) for mine, its in zip(found, at_once, strict=True)]
    for mine, its in pairs:
        for name, values in its.items():
            if isinstance(values, np.ndarray):
                assert np.array_equal(mine[name], values, equal_nan=True), name
            else:
                assert mine[name] == values, name
