"""The replay without PyTorch: padding, projection, packing, dropout and both directions against central differences."""

import dataclasses

import numpy as np
import pytest

from app.engine import horizon
from app.training import Record
from app.watching import flows, lags, pairs, shown, spectrum
from app.watching.crossing import Packing
from app.watching.measure import Captured, Shown
from app.watching.stack import replay, residual
from app.watching.tables import OF_PAIRS
from app.watching.view import View
from tests.support.crossings import B, H, T, crossing, record

LENGTHS = np.array([4, 2, 3])


def objective(one):
    """What has the gradients that arrive: their products with the outputs and the last states."""
    stack = replay(one)
    total = 0.0
    for number, layer in enumerate(stack.layers):
        for place, direction in enumerate(layer):
            row = number * len(layer) + place
            last = np.zeros(B, int) if direction.reverse else direction.ends - 1
            total += (direction.states[last, np.arange(B)] * one.d_h_n[row]).sum()
            if one.d_c_n is not None:
                total += (direction.layer.cell.c[-1].T * one.d_c_n[row]).sum()
    outputs = np.concatenate([direction.states for direction in stack.layers[-1]], axis=2)
    return total + (outputs * one.d_output).sum()


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["full", "packed"])
@pytest.mark.parametrize(
    ("cell", "layers", "both", "proj", "dropout"),
    [
        ("rnn", 1, False, 0, False),
        ("rnn", 2, True, 0, True),
        ("gru", 2, True, 0, False),
        ("gru", 3, False, 0, True),
        ("lstm", 2, True, 0, True),
        ("lstm", 1, False, 2, False),
        ("lstm", 2, True, 2, True),
    ],
)
def test_gradients_of_weights_agree_with_central_differences(cell, layers, both, proj, dropout, lengths):
    one = crossing(cell, layers, both, proj, lengths, dropout)
    stack = replay(one)
    stack.backward()
    rng = np.random.default_rng(1)
    for name, found in stack.gradients().items():
        values = one.weights[name]
        for _ in range(3):
            at = tuple(rng.integers(size) for size in values.shape)
            kept, numeric = values[at], []
            for sign in (1, -1):
                values[at] = kept + sign * 1e-6
                numeric.append(objective(one))
            values[at] = kept
            expected = (numeric[0] - numeric[1]) / 2e-6
            assert found[at] == pytest.approx(expected, rel=1e-5, abs=1e-7), f"{name}{at}"


@pytest.mark.parametrize("example", range(B))
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_padded_sequence_has_the_gradients_it_has_alone(cell, example):
    one = crossing(cell, 2, True, 0, LENGTHS)
    stack = replay(one)
    stack.backward()
    alone = shown.alone(one, example)
    tensors, _ = shown.of_sequence(alone)
    length = LENGTHS[example]
    for layer, name in ((0, "dh"), (1, "dh_l2")):
        padded = stack.layers[layer][0].dh[: length + 1, example]
        np.testing.assert_allclose(tensors[name], padded, rtol=1e-12, atol=1e-14)


def test_shares_of_every_layer_and_direction_sum_to_one():
    one = crossing("lstm", 3, True, 2)
    tensors, _ = shown.of_sequence(shown.alone(one, 1))
    names = [name for name in tensors if name.startswith("share")]
    assert len(names) == 6
    for name in names:
        np.testing.assert_allclose(np.nansum(tensors[name], axis=0), 1.0, atol=1e-5)


def test_lags_sum_to_the_gradients_of_the_recurrent_weights():
    alone = shown.alone(crossing("gru", 2, True), 0)
    sums = lags.sums_by_lag([alone])
    for number, layer in enumerate(alone.layers):
        for place, direction in enumerate(layer):
            whole = direction.h[:-1].T.dot(direction.layer.da[..., 0])
            np.testing.assert_allclose(sums[:, number, place].sum(axis=0), whole, rtol=1e-10, atol=1e-12)
    rows, found = sums.reshape(T, -1), lags.meter([alone])
    np.testing.assert_allclose(found.lag_norm, np.linalg.norm(rows, axis=1))
    for lag in range(T):
        short, whole = rows[: lag + 1].sum(axis=0), rows.sum(axis=0)
        expected = short.dot(whole) / np.linalg.norm(short) / np.linalg.norm(whole)
        assert found.cosine[lag] == pytest.approx(expected, rel=1e-12)
    assert found.horizon == horizon(found.lag_norm)


def test_lags_of_a_gradient_far_below_one_are_as_exact():
    one = crossing("lstm")
    tiny = dataclasses.replace(one, d_output=np.ldexp(one.d_output, -600), d_h_n=None, d_c_n=None)
    same = dataclasses.replace(one, d_h_n=None, d_c_n=None)
    found, expected = (lags.meter([shown.alone(each, 0)]) for each in (tiny, same))
    np.testing.assert_allclose(np.log(found.lag_norm), np.log(expected.lag_norm) - 600 * np.log(2), rtol=1e-12)
    np.testing.assert_allclose(found.cosine, expected.cosine, rtol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_spectrum_of_a_layer_is_that_of_its_weights_and_its_jacobians(cell):
    one = record("encoder", 1, cell, 2, True)
    for ending in ("", "_l2_reverse"):
        candidate = {"rnn": 0, "lstm": 2, "gru": 2}[cell]
        W = one.tensors[f"W_hh{ending}"][:, candidate * H : (candidate + 1) * H]
        values = one.tensors[f"eigenvalues{ending}"]
        np.testing.assert_allclose(values[:, 0].sum(), np.trace(W), atol=1e-12)
        np.testing.assert_allclose(one.tensors[f"singular_values{ending}"], np.linalg.svd(W, compute_uv=False))
    alone = shown.alone(crossing(cell, seed=1), 0)
    norms = spectrum.of_steps(alone.layers[0][0])["jacobian_norm"]
    for t in range(2, T + 1):
        assert norms[t - 1] == pytest.approx(np.linalg.norm(numeric_jacobian(cell, t), 2), rel=1e-5)


def numeric_jacobian(cell, t):
    """d h_t / d h_{t-1} of sequence 0, an lstm's c_{t-1} held fixed, by central differences from a start at t - 1."""
    whole = shown.alone(crossing(cell, seed=1), 0)
    before = whole.layers[0][0]
    one = whole.crossing
    c = None if one.c0 is None else before.layer.cell.c[t - 1].T[None]
    rows = []
    for unit in range(H):
        moved = []
        for sign in (1, -1):
            h = before.h[t - 1].copy()
            h[unit] += sign * 1e-6
            step = dataclasses.replace(
                one, x=one.x[t - 1 : t], d_output=one.d_output[t - 1 : t], h0=h[None, None], c0=c
            )
            moved.append(replay(step).layers[0][0].h[1])
        rows.append((moved[0] - moved[1]) / 2e-6)
    return np.array(rows)


def test_a_projection_has_no_spectrum_and_what_would_take_seconds_is_left_out():
    assert not spectrum.has_spectrum(shown.alone(crossing("lstm", proj=2), 0))
    assert "eigenvalues" in record("encoder", 0, "gru").tensors
    assert "gates" not in record("encoder", 0, "rnn").tensors


def test_rows_of_a_packed_sequence_go_where_they_belong_in_the_users_order():
    rows = np.array([[10.0], [11.0], [12.0], [20.0], [21.0], [30.0]])  # three examples, then two, then one
    unsorted = np.array([1, 2, 0])  # the user's first is the second longest
    values = Packing(np.array([3, 2, 1]), unsorted).unpacked(rows)
    np.testing.assert_array_equal(values[:, 0, 0], [11, 21, 0])
    np.testing.assert_array_equal(values[:, 1, 0], [12, 0, 0])
    np.testing.assert_array_equal(values[:, 2, 0], [10, 20, 30])


def test_the_residual_measures_a_tiny_gradient_against_the_whole():
    own = {"large": np.array([1.0]), "tiny": np.array([1e-12])}
    assert residual(own, {"large": np.array([1.0]), "tiny": np.array([2e-12])}) == pytest.approx(1e-5)
    assert residual(own, {"large": np.array([1.5]), "tiny": np.array([1e-12])}) == pytest.approx(0.5)
    assert np.isnan(residual(own, {"large": np.array([np.nan]), "tiny": np.array([0.0])}))


def run_of(cell, length, seed):
    """Steps of a cell, each of which hands its states on to the next one."""
    one = crossing(cell, seed=seed)
    spec, weights = dataclasses.replace(one.spec, one_step=True), crossing(cell).weights
    x, d_output = one.x[:length], one.d_output[:length]
    return dataclasses.replace(one, spec=spec, weights=weights, x=x, d_output=d_output, d_h_n=None)


@pytest.mark.parametrize("lengths", [(3, 3), (2, 4), (4, 2), (1, 3, 2)], ids=str)
@pytest.mark.parametrize(("cell", "more"), [("rnn", "ln_flow_a"), ("lstm", "ln_flow_c"), ("gru", "ln_flow")])
def test_a_record_of_several_runs_has_the_pairs_of_each_and_none_between_them(cell, more, lengths):
    runs = [run_of(cell, length, seed) for seed, length in enumerate(lengths)]
    whole = Captured({"cell": runs}, own={}, scale=1.0)
    record = Shown("cell", whole, "cell", slice(0, len(runs)), 0, {"step": 0}).record
    alone = [shown.of_sequence(shown.alone(run, 0))[0] for run in runs]
    T, starts = sum(lengths), np.cumsum((0, *lengths[:-1]))
    assert record.restarts == starts[1:].tolist()
    for name in ("ln_flow", "share", "carried_share", more):
        expected = np.full((T, T + 1), np.nan, np.float32)
        expected[: lengths[0], 0] = alone[0][name][:, 0]  # later runs start where the one before has its last state
        for start, length, of_run in zip(starts, lengths, alone, strict=True):
            expected[start : start + length, start + 1 : start + length + 1] = of_run[name][:, 1:]
        np.testing.assert_array_equal(record.tensors[name], expected, err_msg=name)


def test_where_a_run_is_too_long_for_its_pairs_the_record_has_none_and_no_residual_of_them(monkeypatch):
    runs = [run_of("rnn", length, length) for length in (2, 4)]
    for most, told in ((4 * 4 * H, True), (4 * 4 * H - 1, False)):  # timesteps² times pre-activations of the longer one
        monkeypatch.setattr(flows, "MOST", most)
        whole = Captured({"cell": runs}, own={}, scale=1.0)
        record = Shown("cell", whole, "cell", slice(0, 2), 0, {"step": 0}).record
        for name in ("ln_flow", "share", "carried_share", "ln_flow_a"):
            assert (name in record.tensors) == told, name
        assert (record.flow_residual is not None) == told


@pytest.mark.parametrize(("layers", "both"), [(1, False), (2, False), (3, True)])
def test_of_so_many_layers_that_their_pairs_take_too_much_memory_there_are_none(monkeypatch, layers, both):
    one, parts = crossing("rnn", layers, both).of_one(1), layers * (1 + both)
    for most, told in ((T * T * parts, True), (T * T * parts - 1, False)):
        monkeypatch.setattr(flows, "MOST_PAIRS", most)
        tensors, residual_of_pairs = shown.of_sequence(shown.alone(one, 0))
        assert ("ln_flow" in tensors) == ("share" in tensors) == (residual_of_pairs is not None) == told


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_residual_that_is_no_number_is_told_whichever_run_has_it(bad):
    runs = [run_of("rnn", 3, seed) for seed in range(3)]
    runs[bad].d_output[1] = np.nan
    record = Shown("cell", Captured({"cell": runs}, own={}, scale=1.0), "cell", slice(0, 3), 0, {"step": 0}).record
    assert np.isnan(record.flow_residual)


SHAPES = [
    ("rnn", 2, False, 0, False),
    ("rnn", 2, True, 0, True),
    ("gru", 1, True, 0, False),
    ("gru", 3, False, 0, True),
    ("lstm", 1, False, 0, False),
    ("lstm", 2, True, 0, True),
    ("lstm", 1, False, 2, False),
    ("lstm", 1, True, 2, False),
    ("lstm", 2, False, 2, True),
    ("lstm", 3, True, 2, True),
]


def handed_at(one, t):
    """The same call with what is handed in at timestep t alone, at the last states of a direction that reads t last."""
    T = len(one.d_output)
    output, states = np.zeros_like(one.d_output), []
    output[t] = one.d_output[t]
    for arrived in (one.d_h_n, one.d_c_n):
        alone = None if arrived is None else np.zeros_like(arrived)
        for last, row in ((T - 1, 0), (0, 1))[: one.spec.directions]:
            if alone is not None and t == last:
                alone[row :: one.spec.directions] = arrived[row :: one.spec.directions]
        states.append(alone)
    return dataclasses.replace(one, d_output=output, d_h_n=states[0], d_c_n=states[1])


def expected_shares(parts):
    """<part, whole> / ||whole||^2 (T, T+1) of each part (T, T+1, P) of their sum, NaN where that is 0."""
    whole = parts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.einsum("tkh,kh->tk", parts, whole) / (whole**2).sum(axis=1)


@pytest.mark.parametrize(("cell", "layers", "both", "proj", "dropout"), SHAPES)
def test_pairs_near_one_carry_no_powers_of_two_and_nothing_handed_in_is_changed(cell, layers, both, proj, dropout):
    one = shown.alone(crossing(cell, layers, both, proj, dropout=dropout).of_one(1), 0)
    before = one.crossing.d_output.copy()
    shown.of_sequence(one)
    np.testing.assert_array_equal(one.crossing.d_output, before)
    with np.errstate(all="ignore"):
        assert not any(adjoint.exponent.any() for layer in pairs.all_adjoints(one) for adjoint in layer)
        assert not any(group.exponent.any() for _, _, group in pairs.all_pairs(one))


@pytest.mark.parametrize(("cell", "layers", "both", "proj", "dropout"), SHAPES)
def test_adjoints_with_the_states_they_meet_make_the_gradient_of_the_recurrent_weights(
    cell, layers, both, proj, dropout
):
    one = shown.alone(crossing(cell, layers, both, proj, dropout=dropout).of_one(1), 0)
    for layer, adjoints in zip(one.layers, pairs.all_adjoints(one), strict=True):
        for direction, adjoint in zip(layer, adjoints, strict=True):
            np.testing.assert_array_equal(adjoint.h, direction.h)
            total, exponent = adjoint.dW_hh
            expected = direction.gradients()["W_hh"]
            np.testing.assert_allclose(np.ldexp(total, exponent), expected, rtol=1e-10, atol=1e-12)
            parts = np.linalg.norm(direction.h[:-1], axis=1) * np.linalg.norm(adjoint.da, axis=1)
            np.testing.assert_allclose(adjoint.dW_hh_norm, np.ldexp(parts, adjoint.exponent[1:]), rtol=1e-12)


@pytest.mark.parametrize("power", [-900, -101, -100, -99, 99, 100, 101, 900])
@pytest.mark.parametrize(("cell", "layers", "both", "proj", "dropout"), SHAPES[-4:])
def test_what_is_handed_in_at_another_size_has_the_same_shares(cell, layers, both, proj, dropout, power):
    one = crossing(cell, layers, both, proj, dropout=dropout).of_one(1)
    arrived = {name: getattr(one, name) for name in ("d_output", "d_h_n", "d_c_n")}
    other = dataclasses.replace(one, **{name: np.ldexp(values, power) for name, values in arrived.items()})
    expected, found = (shown.of_sequence(shown.alone(this, 0))[0] for this in (one, other))
    for name in (name for name in expected if name.startswith((*OF_PAIRS, "route_share"))):
        by = power * np.log(2.0) if name.startswith("ln_") else 0.0
        np.testing.assert_allclose(found[name], expected[name] + by, rtol=2e-6, atol=1e-6, err_msg=name)


@pytest.mark.parametrize(("cell", "layers", "both", "proj", "dropout"), SHAPES)
def test_what_each_handed_gradient_sends_to_every_layer_is_what_it_sends_by_itself(cell, layers, both, proj, dropout):
    one = crossing(cell, layers, both, proj, dropout=dropout).of_one(1)
    tensors, flow_residual = shown.of_sequence(shown.alone(one, 0))
    alone = [shown.alone(handed_at(one, t), 0) for t in range(T)]
    assert flow_residual <= 1e-12
    for number in range(layers):
        for place in range(1 + both):
            each = [stack.layers[number][place] for stack in alone]
            dh = np.stack([direction.dh[:, 0] for direction in each])
            above = np.stack([np.vstack([np.zeros((1, direction.P)), direction.handed[:, 0]]) for direction in each])
            vectors = {"ln_flow": dh, "share": dh, "carried_share": dh - above}
            if number < layers - 1:
                vectors["above_share"] = above
            if cell == "lstm":
                vectors["ln_flow_c"] = np.stack([direction.layer.dc[..., 0] for direction in each])
            ending = (f"_l{number + 1}" if number else "") + ("_reverse" if place else "")
            for name, parts in vectors.items():
                parts = parts[:, ::-1] if place else parts
                with np.errstate(divide="ignore"):
                    exact = np.linalg.norm(parts, axis=2) if name.startswith("ln_") else expected_shares(parts)
                found = tensors[name + ending]
                found = np.exp(found) if name.startswith("ln_") else found
                reached = np.abs(parts).max(axis=2) > 1e-14
                np.testing.assert_allclose(found[reached], exact[reached], rtol=1e-5, atol=1e-6, err_msg=name + ending)
                assert (np.isnan(found) | (np.abs(found) < 1e-12))[~reached].all(), f"no path, no {name}{ending}"
            assert ("above_share" + ending in tensors) == (number < layers - 1), "nothing is above the top layer"
            assert ("route_share" + ending in tensors) == (cell != "rnn")


def test_what_is_read_in_the_order_of_a_reverse_direction_is_turned_along_all_its_times():
    tables = {f"{name}_reverse": np.arange(6.0).reshape(2, 3) for name in (*OF_PAIRS, "route_share")}
    view = View(Record({"kind": "record"}, tables), 1, reverse=True)
    for name in OF_PAIRS:
        np.testing.assert_array_equal(view.get(name), [[5, 4, 3], [2, 1, 0]], err_msg=name)
    np.testing.assert_array_equal(view.get("route_share"), [[3, 4, 5], [0, 1, 2]])
