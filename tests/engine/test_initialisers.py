"""Initial parameters: shapes, the law each initialisation promises for W_hh, and what moves with what."""

import numpy as np
import pytest

from app.engine import CELLS, INITIALISERS, Architecture, Initialisation, initialise, initialising
from tests.engine.networks import recurrent


def draw(cell="rnn", init="pytorch", H=64, **how):
    return initialise(Architecture(cell, 3, H, 2), Initialisation(init, **how), np.random.default_rng(5))


def parameter_shapes(cell, I, H, O):
    return Architecture(cell, I, H, O).parameter_shapes


@pytest.mark.parametrize("init", INITIALISERS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_parameter_has_its_name_shape_and_order(cell, init):
    params = draw(cell, init)
    assert {n: p.shape for n, p in params.items()} == parameter_shapes(cell, 3, 64, 2)
    assert list(params) == list(parameter_shapes(cell, 3, 64, 2))
    assert next(iter(params)) == "W_xh"
    assert list(params)[-2:] == ["W_hy", "b_y"]


def test_a_large_network_is_drawn_in_steps_and_a_small_one_at_once():
    def steps(H):
        into = {}
        net = Architecture("lstm", 3, H, 2)
        return sum(1 for _ in initialising(net, Initialisation("orthogonal"), np.random.default_rng(5), into)), into

    assert steps(8)[0] == 0
    taken, params = steps(64)
    assert taken == 4, "one for each gate"
    for name, values in draw("lstm", "orthogonal", 64).items():
        assert np.array_equal(values, params[name])


def test_gated_cells_keep_their_gates_side_by_side():
    assert parameter_shapes("lstm", 3, 5, 2)["W_hh"] == (5, 20)
    assert parameter_shapes("gru", 3, 5, 2) == {
        "W_xh": (3, 15), "W_hh": (5, 15), "b_h": (15,), "b_hn": (5,), "W_hy": (5, 2), "b_y": (2,),
    }  # fmt: skip


def test_pytorch_draws_everything_within_one_over_root_h():
    for p in draw("gru", "pytorch").values():
        assert 0.5 / 8 < np.abs(p).max() <= 1 / 8


def test_the_cells_without_a_matrix_have_their_own_parameters():
    assert parameter_shapes("indrnn", 3, 5, 2) == {
        "W_xh": (3, 5), "u_hh": (5,), "b_h": (5,), "W_hy": (5, 2), "b_y": (2,),
    }  # fmt: skip
    assert parameter_shapes("mingru", 3, 5, 2) == {"W_xh": (3, 10), "b_h": (10,), "W_hy": (5, 2), "b_y": (2,)}


def test_a_normalised_lstm_has_gains_beside_the_parameters_of_an_lstm():
    shapes = parameter_shapes("ln_lstm", 3, 5, 2)
    gains = {"g_x": (20,), "g_h": (20,), "g_c": (5,), "b_c": (5,)}
    assert shapes == parameter_shapes("lstm", 3, 5, 2) | gains
    assert list(shapes) == ["W_xh", "W_hh", "b_h", "g_x", "g_h", "g_c", "b_c", "W_hy", "b_y"]


@pytest.mark.parametrize("init", INITIALISERS)
def test_gains_of_a_normalised_lstm_start_at_one_whatever_the_initialisation(init):
    params = draw("ln_lstm", init, forget_bias=2.0)
    assert all((params[name] == 1.0).all() for name in ("g_x", "g_h", "g_c"))
    assert not params["b_c"].any()
    assert (params["b_h"][64:128] == 2.0).all()


def test_recurrent_weights_of_single_units_are_the_entries_of_their_initialisation():
    def u(init):
        return draw("indrnn", init, H=4000, gain=2.0)["u_hh"]

    assert set(u("orthogonal")) == {-2.0, 2.0}
    assert abs(u("orthogonal").mean()) < 0.1
    assert (u("identity") == 2.0).all()
    assert not u("zero").any()
    root = np.sqrt(4000)
    for init, deviation in (("normal", 1 / root), ("he", np.sqrt(2) / root)):
        assert u(init).std() == pytest.approx(2 * deviation, rel=0.05)
    for init, bound in (("pytorch", 1 / root), ("xavier", np.sqrt(3) / root)):
        assert np.abs(u(init)).max() == pytest.approx(2 * bound, rel=0.01)


@pytest.mark.parametrize("init", INITIALISERS)
def test_a_cell_without_recurrent_weights_starts_the_same_whatever_the_initialisation(init):
    a, b = draw("mingru", init, gain=3.0), draw("mingru", "xavier")
    assert all((a[name] == b[name]).all() for name in a)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if recurrent(cell) == "W_hh"])
def test_orthogonal_blocks_preserve_every_length(cell):
    for block in np.split(draw(cell, "orthogonal", gain=2.0)["W_hh"], len(CELLS[cell].gates) or 1, axis=1):
        np.testing.assert_allclose(block.T @ block, 4 * np.eye(64), atol=1e-12)


@pytest.mark.parametrize(("init", "deviation"), [("normal", 1 / 8), ("he", np.sqrt(2) / 8), ("xavier", 1 / 8)])
def test_random_blocks_have_the_promised_deviation(init, deviation):
    assert draw(init=init)["W_hh"].std() == pytest.approx(deviation, rel=0.05)


def test_identity_zero_and_gain():
    assert (draw(init="identity", gain=0.5)["W_hh"] == 0.5 * np.eye(64)).all()
    assert not draw("lstm", "zero")["W_hh"].any()
    assert draw("lstm", "zero")["W_xh"].any()


def test_other_inits_start_with_zero_biases_and_xavier_inputs():
    params = draw("lstm", "orthogonal")
    assert not params["b_h"].any()
    assert not params["b_y"].any()
    assert 0.9 * np.sqrt(6 / 67) < np.abs(params["W_xh"]).max() <= np.sqrt(6 / 67)


def test_input_and_readout_deviations_replace_the_draws_of_those_two_alone():
    plain, given = draw(), draw(input_std=0.001, readout_std=0.1)
    assert given["W_xh"].std() == pytest.approx(0.001, rel=0.2)
    assert given["W_hy"].std() == pytest.approx(0.1, rel=0.2)
    assert (given["W_hh"] == plain["W_hh"]).all()


@pytest.mark.parametrize(
    ("cell", "gate", "sign"), [("lstm", 1, 1), ("gru", 1, 1), ("ln_lstm", 1, 1), ("mingru", 0, -1)]
)
def test_forget_bias_sets_the_gate_that_keeps_the_state(cell, gate, sign):
    plain, biased = draw(cell), draw(cell, forget_bias=2.5)
    changed = biased["b_h"] != plain["b_h"]
    assert np.flatnonzero(changed).tolist() == list(range(gate * 64, gate * 64 + 64))
    assert (biased["b_h"][changed] == sign * 2.5).all()


def test_the_choice_for_w_hh_never_moves_another_tensor():
    a, b = draw("gru", "orthogonal"), draw("gru", "zero")
    assert all((a[name] == b[name]).all() for name in a if name != "W_hh")


def test_one_seed_gives_one_set_of_parameters():
    assert all((a == b).all() for a, b in zip(draw().values(), draw().values(), strict=True))
