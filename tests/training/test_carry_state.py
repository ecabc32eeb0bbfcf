"""Carried state: streams read in order, each window from the state before, against a loop written out here."""

import numpy as np
import pytest

from app.engine import CELLS, Architecture, Network
from app.errors import BadUpload, OutOfRange
from app.training import RunConfig, Trainer
from tests.support.snapshots import rebuilt

T, B, H = 6, 3, 5
SMALL = {"sequence_length": T, "hidden_size": H, "batch_size": B, "optimizer": "sgd", "learning_rate": 0.05}
TEXT = "a river runs where the rain ran, and the rain ran where a river is"
RNG = np.random.default_rng(7)
ROWS = np.cumsum(RNG.standard_normal((64, 2)), axis=0)
SERIES = "a,b\n" + "\n".join(",".join(map(repr, row)) for row in ROWS.tolist())


def text_run(cell="lstm", **fields):
    run = Trainer(RunConfig(cell=cell, **SMALL))
    run.load_text(TEXT)
    run.configure(carry_state=True, **fields)
    return run


def series_run(cell="lstm", **fields):
    run = Trainer(RunConfig(cell=cell, **SMALL))
    run.load_series(SERIES)
    run.configure(carry_state=True, **fields)
    return run


def text_data():
    codes = np.searchsorted(sorted(set(TEXT)), list(TEXT))
    return np.eye(len(set(TEXT)))[codes], codes


def series_data():
    known = ROWS[: len(ROWS) - len(ROWS) // 5]
    rows = (known - known.mean(axis=0)) / known.std(axis=0)
    return rows, rows


def expected_losses(run, data, updates):
    """Losses by a plain loop over positions; gradients of one window alone, from states that are numbers."""
    inputs, answers = data
    N, starts = len(inputs), [b * len(inputs) // B for b in range(B)]
    params = {name: values.copy() for name, values in run.params.items()}
    loss = "cross_entropy" if answers.ndim == 1 else "squared_error"
    O = params["b_y"].size
    net = Network(Architecture(run.config.cell, inputs.shape[1], H, O, run.config.num_layers), "tanh", loss, T, B)
    position, states, found = 0, {}, []
    for _ in range(updates):
        at = np.array([[start + position + t for start in starts] for t in range(T)])
        net.forward(params, inputs[at], answers[at + 1], initial=states)
        found.append(net.objective())
        states = net.last_states()
        gradients = net.backward()
        for name in params:
            params[name] -= 0.05 * gradients[name]
        position += T
        if starts[-1] + position + T > N - 1:
            position, states = 0, {}
    return found


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("begin", "data"), [(text_run, text_data), (series_run, series_data)], ids=["text", "series"])
def test_losses_are_those_of_a_loop_that_reads_the_data_in_order(cell, layers, begin, data):
    run = begin(cell, num_layers=layers, clip="none")
    expected = expected_losses(run, data(), 9)  # the data end after two or three windows
    assert [run.step().loss for _ in range(9)] == pytest.approx(expected, rel=1e-9)


def test_waves_go_on_where_the_window_before_ended():
    run = Trainer(RunConfig(task="sine", carry_state=True, **SMALL))
    first, second = (run.task.window(3, 0, position, B) for position in (0, T))
    np.testing.assert_allclose(first.target[-1], second.x[0], atol=1e-12)
    assert not np.allclose(run.task.window(3, 1, 0, B).x, first.x)
    before, shown = run.task.before_probe(3, 4), run.task.probe(3, 4).x
    wave = np.concatenate([before, shown])[:, 0, 0]
    turn = wave[2:] + wave[:-2]  # = 2 cos(w) times the value between
    ratio = turn @ wave[1:-1] / (wave[1:-1] @ wave[1:-1])
    np.testing.assert_allclose(turn, ratio * wave[1:-1], atol=1e-12)


def test_waves_end_with_their_states_and_others_follow():
    run = Trainer(RunConfig(task="sine", carry_state=True, **{**SMALL, "sequence_length": 400, "hidden_size": 2}))
    positions = []
    for _ in range(4):
        run.advance()
        carried = run._state.learner.carried
        positions.append((carried.passes, carried.position, sorted(carried.states)))
    assert positions == [(0, 400, ["h0"]), (1, 0, []), (1, 400, ["h0"]), (2, 0, [])]


@pytest.mark.parametrize("begin", [text_run, series_run])
@pytest.mark.parametrize("fields", [{}, {"num_layers": 2, "precision": "float32"}, {"cell": "gru", "clip": "timestep"}])
@pytest.mark.parametrize("updates", [1, 2, 3])
def test_a_snapshot_in_mid_stream_goes_on_bit_for_bit(begin, fields, updates):
    run = begin(**fields)
    for _ in range(updates):
        run.step()
    again = Trainer.resume(run.snapshot(dataset=True))
    assert [run.step().loss for _ in range(5)] == [again.step().loss for _ in range(5)]
    assert run.snapshot() == again.snapshot()


def test_a_branch_from_a_snapshot_does_not_move_the_run_it_came_from():
    run = text_run()
    run.step()
    blob = run.snapshot(dataset=True)
    ahead = [run.step().loss for _ in range(4)]
    branch = Trainer.resume(blob)
    branch.configure(learning_rate=0.0)
    branch.step()
    assert [Trainer.resume(blob).step().loss, branch.step().loss] != ahead[:2]
    back = Trainer.resume(blob)
    assert [back.step().loss for _ in range(4)] == ahead


def test_an_update_that_diverged_is_undone_with_the_states_it_carried():
    run = text_run("rnn", activation="linear", clip="none")
    for _ in range(2):
        run.step()
    before = run.snapshot()
    run.configure(learning_rate=1e305)
    run.advance()
    run.record()
    assert run.diverged
    run.configure(learning_rate=0.05)
    assert run.snapshot() == before


@pytest.mark.parametrize("change", [{"batch_size": 2}, {"sequence_length": 5}, {"carry_state": False}])
def test_a_change_of_the_windows_starts_all_streams_again(change):
    run = text_run()
    run.step()
    run.configure(**change)
    run.configure(carry_state=True)
    assert (run._state.learner.carried.position, dict(run._state.learner.carried.states)) == (0, {})


def test_other_changes_leave_the_streams_where_they_are():
    run = text_run()
    run.step()
    carried = run._state.learner.carried
    run.configure(learning_rate=0.1, clip="value", k1=2, k2=3)
    run.edit("W_hh", (0, 0), 0.5)
    run.load_weights(run.export_weights())
    assert run._state.learner.carried is carried
    run.reset()
    assert run._state.learner.carried.position == 0


@pytest.mark.parametrize("cell", CELLS)
def test_the_shown_sequence_starts_from_the_window_before_it_and_row_0_is_what_the_cut_throws_away(cell):
    run = text_run(cell, num_layers=2)
    run.step()
    record = run.record({"flow"})
    text, _ = text_data()
    shown = record.x
    start = next(s for s in range(len(TEXT)) if (np.roll(text, -s, axis=0)[:T] == shown).all())
    both = np.roll(text, T - start, axis=0)[: 2 * T, None]
    net = Network(Architecture(cell, text.shape[1], H, text.shape[1], num_layers=2), "tanh", "cross_entropy", 2 * T, 1)
    target = np.full((2 * T, 1), -1)
    target[T:, 0] = record.target
    net.forward(run.params, both, target)
    net.backward()
    for ending, view in net.views.items():
        np.testing.assert_allclose(record.tensors[f"h{ending}"], view.h[T:, 0], rtol=1e-5, atol=1e-6)
    # Without the cut the same gradient would go on into the window before; of the upper layer nothing else comes.
    np.testing.assert_allclose(record.tensors["dh_l2"][0], view.dh[T, 0], rtol=1e-4, atol=1e-6)
    assert record.dh[0].any()
    assert record.flow_residual <= 1e-10


def test_a_series_has_a_shorter_window_before_its_first_rows_and_none_before_the_first():
    run = series_run()
    task, by_length = run.task, {}
    for probe in range(200):
        before, shown = task.before_probe(3, probe), task.probe(3, probe).x
        start = int(np.flatnonzero((task.values == shown[0, 0]).all(axis=1))[0])
        by_length[len(before)] = probe, start
        assert len(before) == min(T, start)
        np.testing.assert_array_equal(before[:, 0], task.values[max(0, start - T) : start])
    assert sorted(by_length) == list(range(T + 1))
    for probe, start in by_length.values():
        run.show(probe)
        assert run.record().h[0].any() == (start > 0)


@pytest.mark.parametrize("begin", [text_run, series_run])
def test_where_no_window_fits_every_one_is_the_first(begin):
    run = begin(batch_size=40, sequence_length=30)
    run.configure(learning_rate=0.0)
    assert len({run.step().loss for _ in range(3)}) == 1


def test_the_gradient_check_starts_from_the_states_that_are_carried():
    run = text_run(num_layers=2)
    run.step()
    assert all(check.passed for check in dict(run.check_gradients(samples=4)).values())
    assert not dict(run.check_gradients(samples=8, broken="drop_carried"))["W_hh"].passed


def test_loss_after_is_of_the_same_windows_from_the_same_states():
    run = text_run(clip="norm", learning_rate=1e-3)
    run.step()
    record = run.step(loss_after=True)
    assert record.loss - 0.1 < record.loss_after < record.loss


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"task": "echo"}, "draws sequences"),
        ({"task": "sine", "train_h0": True}, "learned initial state"),
        ({"task": "sine", "bidirectional": True}, "reads from the end"),
    ],
)
def test_what_cannot_be_read_in_order_is_refused(fields, said):
    with pytest.raises(OutOfRange, match=said) as refused:
        Trainer(RunConfig(carry_state=True, **SMALL, **fields))
    assert refused.value.field == "carry_state"


def test_own_sequences_are_refused_whether_or_not_they_bring_initial_states():
    data = {"inputs": RNG.standard_normal((4, T, 2)), "targets": RNG.integers(0, 2, (4, T)), "h0": np.ones((4, H))}
    for brought in (data, {name: values for name, values in data.items() if name != "h0"}):
        run = Trainer(RunConfig(**SMALL), dataset=brought)
        with pytest.raises(OutOfRange) as refused:
            run.configure(carry_state=True)
        assert refused.value.field == "carry_state"
        run.step()


@pytest.mark.parametrize("position", [1, 6 * T, 10**9])
def test_a_forged_position_is_refused(position):
    run = text_run()
    run.step()
    with pytest.raises(BadUpload, match="position"):
        Trainer.resume(rebuilt(run.snapshot(dataset=True), said=lambda fields: fields | {"position": position}))


def test_streams_under_way_without_carried_state_are_refused():
    run = text_run()
    run.step()

    def off(fields):
        return fields | {"config": fields["config"] | {"carry_state": False}}

    with pytest.raises(BadUpload, match="position and passes must be 0"):
        Trainer.resume(rebuilt(run.snapshot(dataset=True), said=off))
