"""A sequence beside a batch: no bit of the batch changes, and it gives what it gives by itself."""

import numpy as np
import pytest

from app.engine import (
    CELLS,
    Architecture,
    Columns,
    Initialisation,
    Network,
    adjoints_and_last_loss,
    beside,
    initialise,
    leaves_the_batch,
)

ALONG = [name for name, cell in CELLS.items() if cell.by_example]
SHAPES = [{}, {"num_layers": 2}, {"bidirectional": True}, {"num_layers": 2, "bidirectional": True}]
SIZES = [(H, B) for H in (1, 3, 8, 16, 32) for B in (2, 3, 4, 8, 12, 16, 24, 31, 32, 64)]
T, I, O = 11, 3, 4


class Case:
    """A network, a batch of B and one sequence more."""

    def __init__(self, cell, H, B, loss="squared_error", activation="tanh", **shape):
        self.rng = np.random.default_rng(H * B)
        self.net, self.loss, self.activation, self.B = Architecture(cell, I, H, O, **shape), loss, activation, B
        self.params = initialise(self.net, Initialisation("orthogonal", forget_bias=1.0), self.rng)
        self.x, self.target = self.rng.standard_normal((T, B, I)), self.targets(B)
        self.one, self.its_target = self.rng.standard_normal((T, 1, I)), self.targets(1)

    def targets(self, B):
        known = self.rng.random((T, B)) < 0.7
        if self.loss == "cross_entropy":
            return np.where(known, self.rng.integers(0, O, (T, B)), -1)
        return np.where(known[..., None], self.rng.standard_normal((T, B, O)), np.nan)

    def passed(self, *, along, reduction="sum"):
        """The network after both passes, and its gradients."""
        net = Network(self.net, self.activation, self.loss, T, self.B, beside=2 if along else 0)
        if along:
            net.forward(self.params, *self.columns.beside(self.x, self.target))
        else:
            net.forward(self.params, self.x, self.target)
        return net, net.backward(reduction)

    @property
    def columns(self):
        return Columns.of(self.one, self.its_target)

    @property
    def is_left_as_it_is(self):
        return leaves_the_batch(self.net, self.activation, self.loss, self.B)


def said(net, gradients):
    """All that a network says of its batch."""
    found = {"y": net.y, "E_t": net.E_t, "n": net.n, "dy": net.dy, "objective": net.objective("mean"), **gradients}
    for ending, view in net.views.items():
        found |= {f"{name}{ending}": getattr(view, name) for name in ("h", "x", "c", "a", "gates", "dh", "dc", "da")}
    return found | net.last_states()


def assert_same_bits(case, reduction="sum"):
    alone, along = (said(*case.passed(along=along, reduction=reduction)) for along in (False, True))
    for name, values in alone.items():
        np.testing.assert_array_equal(values, along[name], err_msg=name, strict=True)


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("cell", ALONG)
def test_no_bit_of_the_batch_changes_at_any_size_that_was_found_to_bear_it(cell, loss):
    cases = [Case(cell, H, B, loss) for H, B in SIZES]
    bearing = [case for case in cases if case.is_left_as_it_is]
    assert bearing, "on no processor does every size change its order of adding up"
    for case in bearing:
        assert_same_bits(case)


@pytest.mark.parametrize("shape", [*SHAPES[1:], {"embedding_size": 2}, {"train_h0": True}])
@pytest.mark.parametrize("cell", ALONG)
def test_nor_in_layers_directions_and_with_what_else_is_learned(cell, shape):
    for H, B in ((4, 8), (16, 16), (16, 32)):
        case = Case(cell, H, B, **shape)
        if case.is_left_as_it_is:
            assert_same_bits(case, "mean")


@pytest.mark.parametrize("value", [1e300, np.inf, np.nan])
@pytest.mark.parametrize("cell", ALONG)
def test_a_sequence_beside_it_that_is_not_finite_changes_nothing(cell, value):
    case = Case(cell, 16, 16, activation="relu")
    case.one[:] = value
    if case.is_left_as_it_is:
        assert_same_bits(case)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("shape", [*SHAPES, {"embedding_size": 2}])
@pytest.mark.parametrize("cell", ALONG)
def test_it_gives_what_it_gives_by_itself(cell, shape, loss, reduction):
    case = Case(cell, 5, 4, loss, **shape)
    alone, pair, taken = (Network(case.net, "tanh", loss, T, B) for B in (1, 2, 1))
    alone.forward(case.params, case.one, case.its_target)
    expected = adjoints_and_last_loss(alone, pair.stack, case.its_target, reduction)
    wide, _ = case.passed(along=True, reduction=reduction)
    found = beside(taken, wide, case.columns, reduction)
    for ours, its in zip(found, expected, strict=True):
        assert ours.keys() == its.keys()
        for ending in its:
            for name, values in vars(its[ending]).items():
                if isinstance(values, np.ndarray):
                    mine = getattr(ours[ending], name)
                    np.testing.assert_allclose(mine, values, rtol=1e-12, atol=1e-12, err_msg=name + ending)
    for name, values in said(alone, {}).items():
        if values is not None:
            np.testing.assert_allclose(said(taken, {})[name], values, rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("shape", [{}, {"embedding_size": 2}])
@pytest.mark.parametrize("cell", ALONG)
def test_where_it_was_taken_over_the_network_can_go_on(cell, shape):
    case = Case(cell, 5, 4, **shape)
    wide, _ = case.passed(along=True)
    taken, alone = (Network(case.net, "tanh", case.loss, T, 1) for _ in range(2))
    beside(taken, wide, case.columns, "sum")
    alone.forward(case.params, case.one, case.its_target)
    for name, values in alone.backward().items():
        np.testing.assert_allclose(taken.backward()[name], values, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(taken.input_gradients(), alone.input_gradients(), rtol=1e-12, atol=1e-12)
    others = case.targets(1)
    for net in (taken, alone):
        net.retarget(others)
    np.testing.assert_allclose(taken.E_t, alone.E_t, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(taken.y, alone.y, rtol=1e-12, atol=1e-12)
