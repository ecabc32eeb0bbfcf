import json

import numpy as np
import pytest
from safetensors.numpy import save

from app.engine import CELLS
from app.tasks import Series
from app.training import BREAKS, RunConfig, Trainer
from app.web import protocol
from app.web.closing import Close
from app.web.protocol import SNAPSHOT_BYTES, UPLOAD_BYTES
from app.web.run import Shared
from app.web.session import Phase
from app.web.viewer import Viewer
from tests.support.clients import Client, Clock, facts, records, tensors
from tests.support.messages import MESSAGES, SMALL, WILD, record, server_messages


def only(said):
    assert len(said) == 1, said
    return said[0]


def code(said):
    answer = said[0]
    assert answer["type"] == "error", answer
    return answer["code"]


# The examples that other clients' tests read too.


def shape(value):
    """What a message looks like, without its values."""
    return {name: type(item).__name__ for name, item in value.items()}


def test_the_examples_both_sides_read_look_like_what_is_sent():
    for name, message in server_messages():
        example = json.loads((MESSAGES / f"server-{name}.json").read_text())
        assert shape(message) == shape(example), name


def test_the_example_record_reads_like_one_that_is_sent():
    example, sent = (MESSAGES / "record.safetensors").read_bytes(), record()
    assert set(facts(example)) == set(facts(sent))
    assert {n: v.shape for n, v in tensors(example).items()} == {n: v.shape for n, v in tensors(sent).items()}


# Phases.


def test_before_a_run_everything_but_start_and_files_is_refused(client):
    for name in ("play", "pause", "step", "reset", "snapshot"):
        assert code(client.say(name)) == "no_run"
    assert code(client.say("configure", changes={})) == "no_run"
    assert code(client.say("watch", quantities=[])) == "no_run"
    assert code(client.say("edit", tensor="W_hh", index=[0, 0], value=1)) == "no_run"
    assert code(client.say("upload", kind="weights", bytes=10)) == "no_run"
    assert code(client.say("own_text", text="river")) == "no_run"
    assert client.say("ack", iteration=0) == []
    assert client.session.phase is Phase.IDLE


def test_start_answers_with_a_paused_state_and_the_first_record(client):
    state, record = client.say("start", config={"hidden_size": 5}, id=1)
    assert (state["type"], state["id"], state["phase"], state["iteration"]) == ("state", 1, "paused", 0)
    assert state["config"] == RunConfig(hidden_size=5).model_dump()
    assert facts(record)["iteration"] == 0
    assert tensors(record)["h"].shape == (state["config"]["sequence_length"] + 1, 5)


def test_play_trains_and_pause_stops_at_once(client):
    client.started()
    assert only(client.say("play"))["phase"] == "running"
    client.wait(0.5)
    state, record = client.say("pause")
    assert state["phase"] == "paused"
    assert facts(record)["iteration"] == state["iteration"] > 100
    client.ack()
    assert client.wait(1) == []
    assert client.session.trainer.iteration == state["iteration"]


def test_play_while_running_changes_the_rate(client):
    client.started()
    client.say("play", rate=10)
    client.wait(2)
    assert client.session.trainer.iteration == pytest.approx(20, abs=2)
    client.say("play", rate=100)
    client.wait(2)
    assert client.session.trainer.iteration == pytest.approx(220, abs=4)


def test_pause_while_paused_shows_the_iteration_again(client):
    client.started()
    state, record = client.say("pause")
    assert (state["phase"], facts(record)["iteration"]) == ("paused", 0)


@pytest.mark.parametrize("iterations", [1, 7])
def test_step_answers_when_it_is_done_and_then_shows_where_it_stands(client, iterations):
    client.started()
    state, record = client.say("step", iterations=iterations, id="go")
    assert (state["id"], state["phase"], state["iteration"]) == ("go", "paused", iterations)
    twin = Trainer(RunConfig(**SMALL))
    for _ in range(iterations):
        seen = twin.step(loss_after=True)
    shown = facts(record)
    assert shown["iteration"] == iterations
    assert shown["loss_before"] == seen.scalars["loss"]
    assert shown["loss_after"] == seen.scalars["loss_after"]


def test_a_record_that_does_not_follow_a_step_has_no_loss_after(client):
    client.started()
    client.say("step")
    client.ack()
    _, record = client.say("pause")
    assert facts(record)["loss_after"] is None


def test_step_while_running_takes_its_updates_and_pauses(client):
    client.started()
    client.say("play")
    client.wait(0.1)
    before = client.session.trainer.iteration
    state = client.say("step", iterations=3)[0]
    assert (state["phase"], state["iteration"]) == ("paused", before + 3)


def test_pause_cuts_a_long_step_short(client):
    client.started()
    client.run.receive(json.dumps({"type": "step", "iterations": 10_000, "id": "long"}))
    for _ in range(50):
        client.run.work(seconds=0)
    client.run.receive(json.dumps({"type": "pause", "id": "enough"}))
    said = client.listen()
    answers = [item for item in said if isinstance(item, dict)]
    assert [answer["id"] for answer in answers] == ["long", "enough"]
    assert 0 < answers[0]["iteration"] < 100


def test_a_command_is_read_in_a_turn_of_its_sender_and_not_where_it_comes_in(client, monkeypatch):
    client.started()
    read = []
    parse = protocol.parse_object
    monkeypatch.setattr(protocol, "parse_object", lambda text: read.append(text) or parse(text))
    client.run.receive('{"type": "step"}')
    assert read == []
    client.listen()
    assert read == ['{"type": "step"}']


def test_an_ack_that_is_told_in_a_roundabout_way_works_and_has_no_answer(client):
    client.started()
    client.say("step")
    client.run.receive('{"type": "\\u0061ck", "iteration": 1}')
    assert client.viewer.credits.in_flight
    assert client.run.work(seconds=0) == []
    assert not client.viewer.credits.in_flight
    assert client.run.answered == 3, "as after a start, a step and this, so that one more may come"


def test_commands_that_came_together_are_answered_together(client):
    client.started()
    for id_ in range(6):
        client.run.receive(json.dumps({"type": "edit", "tensor": "W_hh", "index": [0, 0], "value": id_, "id": id_}))
        client.run.receive(json.dumps({"type": "step", "iterations": 3, "id": 10 + id_}))
    said = client.run.work(seconds=1)
    answered = [json.loads(frame)["id"] for frame in said if isinstance(frame, str)]
    assert answered == [number for id_ in range(6) for number in (id_, 10 + id_)]
    assert client.run.answered == 1 + 12, "that it was started, too"


def test_a_step_that_a_change_follows_at_once_measures_no_loss_after_it(client, monkeypatch):
    """Nobody would be shown it: the next record is of the change."""
    client.started()
    records_made = []
    stepping = Trainer.stepping
    monkeypatch.setattr(
        Trainer, "stepping", lambda *args, **options: records_made.append(0) or stepping(*args, **options)
    )
    for iterations in (3, 4):
        client.run.receive(json.dumps({"type": "step", "iterations": iterations}))
        client.run.receive('{"type": "edit", "tensor": "W_hh", "index": [0, 0], "value": 0.5}')
    client.run.receive('{"type": "step"}')
    client.listen()
    client.ack()
    said = client.listen()
    assert len(records_made) == 1
    assert records(said)[-1]["iteration"] == 8
    assert records(said)[-1]["loss_after"] is not None


def test_the_loss_after_a_step_is_known_also_where_the_change_behind_it_is_refused(client):
    client.started()
    client.run.receive('{"type": "step"}')
    client.run.receive('{"type": "edit", "tensor": "W_hh", "index": [9999, 0], "value": 0.5}')
    said = client.listen()
    client.ack()
    said += client.listen()
    assert records(said)[-1]["loss_after"] is not None


def test_a_command_goes_before_records_that_were_due_a_little_earlier():
    """Who changes something waits for one answer; a picture that comes a moment later is not missed."""
    clock = Clock()
    watching, asking = Client(clock=clock).started(), Client(clock=clock).started()
    watching.say("play")
    while watching.run.awaited_since() == float("inf"):
        watching.ack()
        watching.run.work(seconds=0)
    clock.advance(0.1)
    asking.run.receive('{"type": "pause"}')
    assert watching.run.awaited_since() < clock.now
    assert asking.run.awaited_since() < watching.run.awaited_since()


def test_at_a_chosen_speed_the_update_that_the_next_record_shows_is_waited_for_as_soon_as_it_is_due(client):
    client.started()
    client.say("play", rate=10)
    client.wait(0.45)
    due = client.run.due_at(client.clock())
    assert client.clock() < due < client.clock() + 0.1
    assert client.run.awaited_since() == due


def test_an_update_is_waited_for_by_followers_whose_owner_does_not_look(client):
    client.started()
    client.say("play", rate=10)
    client.wait(0.5, ack=False)
    follower = Viewer(30, 0, client.clock, key=7)
    follower.sent(client.session.version, 0, client.clock())
    client.session.sharing.followers.add(follower)
    assert client.run.awaited_since() == client.session.pace.next_at


def test_who_has_not_drawn_what_was_sent_waits_for_no_update(client):
    client.started()
    client.say("play", rate=10)
    client.wait(0.5, ack=False)
    assert client.run.due_at(client.clock()) < client.clock() + 0.1, "it trains all the same"
    assert client.run.awaited_since() == float("inf")


class TickingClock(Clock):
    """A millisecond goes by whenever somebody looks."""

    def __call__(self):
        self.now += 0.001
        return self.now


def test_a_command_carried_out_in_parts_is_one_thing_that_is_waited_for():
    """By which the scheduler knows how long it has taken, and lets it wait anew after each slice."""
    client = Client(clock=TickingClock()).started()
    client.run.receive('{"type": "step", "iterations": 1000}')
    waited_for = {client.run.awaited_since()}
    while not client.run.work(seconds=0):
        waited_for.add(client.run.awaited_since())
    assert len(waited_for) == 1


LARGE = {"cell": "lstm", "hidden_size": 128, "sequence_length": 4, "batch_size": 1}


@pytest.mark.parametrize(
    "command",
    [
        {"type": "start", "config": LARGE | {"seed": 3}},
        {"type": "configure", "changes": LARGE | {"seed": 3}},
    ],
    ids=["start", "configure"],
)
def test_a_large_network_is_drawn_a_gate_at_a_time_while_others_get_their_turns(client, command):
    client.started()
    before = client.session.trainer.params["W_hh"].copy()
    client.run.receive(json.dumps(command))
    parts = 0
    while not (said := client.run.work(seconds=0)):
        assert np.array_equal(client.session.trainer.params["W_hh"], before), "the run is as it was until all is drawn"
        parts += 1
    assert parts >= 4, "the four gates"
    assert client.session.trainer.config.hidden_size == 128
    expected = Trainer(client.session.trainer.config).params
    for name, values in client.session.trainer.params.items():
        assert np.array_equal(values, expected[name]), name
    assert json.loads(said[0])["type"] == "state"
    assert records([*said, *client.listen()])[-1]["iteration"] == 0, "and then it is shown"


def test_a_record_that_takes_long_is_made_in_steps_while_others_use_the_same_buffers(client):
    other = Client(shared=client.session.shared).started(
        **LARGE | {"sequence_length": 100, "batch_size": 16, "seed": 4}
    )
    other.ack()
    other.say("play")
    another = other.run
    client.started(**LARGE | {"sequence_length": 100, "batch_size": 16})
    client.ack()
    client.run.receive('{"type": "edit", "tensor": "W_hh", "index": [0, 0], "value": 0.5}')
    client.run.receive('{"type": "watch", "quantities": ["weights", "gradients", "distributions"]}')
    said = [client.run.work(seconds=0) for _ in range(2)]
    assert [len(frames) for frames in said] == [1, 1], "the answers"
    parts = 0
    while not (last := client.whole(client.run.work(seconds=0))):
        if parts % 20 == 0:
            another.work(seconds=0)
        parts += 1
    assert parts >= 10, "the batch, the shown sequence, and the weights, one parameter at a time"
    alone = Trainer(client.session.trainer.config)
    alone.edit("W_hh", (0, 0), 0.5)
    (file,) = last
    shown, expected = tensors(file), alone.record(("weights", "gradients", "distributions")).tensors
    assert set(shown) == set(expected)
    for name, values in expected.items():
        assert np.array_equal(shown[name], values, equal_nan=True), name


def test_snapshots_may_be_larger_than_other_files_as_networks_are(client):
    client.started()
    (error,) = client.say("upload", kind="text", bytes=UPLOAD_BYTES + 1)
    assert (error["code"], error["field"]) == ("out_of_range", "bytes")
    assert client.say("upload", kind="snapshot", bytes=SNAPSHOT_BYTES)[0]["type"] == "ready"


def test_a_run_whose_snapshot_is_larger_than_other_files_may_be_goes_on_elsewhere(client):
    client.say(
        "start", config={"cell": "lstm", "hidden_size": 256, "num_layers": 2, "sequence_length": 3, "batch_size": 1}
    )
    (file,) = (each for each in client.say("snapshot") if isinstance(each, bytes))
    assert len(file) > UPLOAD_BYTES
    other = Client()
    other.say("upload", kind="snapshot", bytes=len(file))
    assert [each["type"] for each in other.send(file) if isinstance(each, dict)] == ["state"]
    assert other.session.trainer.snapshot() == file


def test_what_is_refused_is_refused_before_anything_is_drawn(client):
    client.started()
    client.run.receive(json.dumps({"type": "start", "config": LARGE | {"bidirectional": True, "task": "sine"}}))
    assert code([json.loads(frame) for frame in client.run.work(seconds=0)]) == "out_of_range"


def test_commands_after_a_step_wait_for_it(client):
    client.started()
    client.run.receive(json.dumps({"type": "step", "iterations": 20}))
    client.run.receive(json.dumps({"type": "configure", "changes": {"sequence_length": 9}}))
    said = [item for item in client.listen() if isinstance(item, dict)]
    assert [item["iteration"] for item in said] == [20, 20]
    assert said[0]["config"]["sequence_length"] == 6
    assert said[1]["config"]["sequence_length"] == 9


@pytest.mark.parametrize("phase", ["paused", "running"])
def test_reset_draws_the_seeds_weights_again_and_keeps_the_phase(client, phase):
    client.started()
    first = {name: values.copy() for name, values in client.session.trainer.params.items()}
    client.say("step", iterations=5)
    client.ack()
    if phase == "running":
        client.say("play")
    state = client.say("reset")[0]
    assert (state["phase"], state["iteration"]) == (phase, 0)
    twin = Trainer(RunConfig(**SMALL))
    for name, values in twin.params.items():
        np.testing.assert_array_equal(values, first[name])


# Changes.


def test_a_live_change_keeps_every_weight_and_shows_at_once(client):
    client.started()
    client.say("play", rate=1)
    client.wait(2.5)
    before = {name: values.tobytes() for name, values in client.session.trainer.params.items()}
    state, record = client.say("configure", changes={"sequence_length": 11, "activation": "relu"})
    assert state["effects"] == {"live": ["sequence_length", "activation"], "restart": []}
    assert state["phase"] == "running"
    assert tensors(record)["h"].shape[0] == 12
    assert {name: values.tobytes() for name, values in client.session.trainer.params.items()} == before


def test_a_restart_change_says_so(client):
    client.started()
    client.say("step", iterations=3)
    state = client.say("configure", changes={"hidden_size": 4, "batch_size": 3})[0]
    assert state["effects"] == {"live": ["batch_size"], "restart": ["hidden_size"]}
    assert state["iteration"] == 0


@pytest.mark.parametrize(
    ("changes", "expected", "field"),
    [
        ({"sequence_length": 0}, "out_of_range", "sequence_length"),
        ({"sequence_length": 10**400}, "out_of_range", "sequence_length"),
        ({"sequence_length": "60"}, "bad_value", "sequence_length"),
        ({"sequence_length": True}, "bad_value", "sequence_length"),
        ({"activation": "swish"}, "bad_value", "activation"),
        ({"activation": ["tanh"]}, "bad_value", "activation"),
        ({"learning_rate": -1}, "out_of_range", "learning_rate"),
        ({"k1": 4, "k2": 2}, "out_of_range", "k2"),
        ({"speed": 3}, "unknown_field", "speed"),
        ({"self": 1}, "unknown_field", "self"),
        ({"__class__": 1}, "unknown_field", "__class__"),
        ({"task": "own"}, "dataset_needed", "task"),
        ({"sequence_length": 500, "hidden_size": 256, "batch_size": 256}, "too_costly", None),
        ({"activation": "relu", "sequence_length": -5}, "out_of_range", "sequence_length"),
    ],
)
def test_a_refused_change_changes_nothing(client, changes, expected, field):
    client.started()
    client.say("step", iterations=2)
    client.ack()
    before = client.session.trainer.snapshot()
    answer = only(client.say("configure", changes=changes, id="x"))
    assert (answer["type"], answer["code"], answer["id"]) == ("error", expected, "x")
    if field:
        assert answer["field"] == field
    assert client.session.trainer.snapshot() == before
    assert code(client.say("start", config=changes)) == expected
    assert client.session.trainer.snapshot() == before


def test_an_edited_weight_is_shown_at_once(client):
    client.started()
    client.say("watch", quantities=["weights"])
    client.ack()
    state, record = client.say("edit", tensor="W_hh", index=[0, 1], value=2.5)
    assert state["type"] == "state"
    assert tensors(record)["W_hh"][0, 1] == 2.5


def test_an_edited_input_lasts_until_reset(client):
    client.started()
    _, record = client.say("edit", tensor="x", index=[0, 0], value=3)
    assert tensors(record)["x"][0, 0] == 3
    client.ack()
    _, record = client.say("reset")
    assert tensors(record)["x"][0, 0] != 3


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tensor": "W", "index": [0, 0], "value": 1}, "bad_value"),
        ({"tensor": "W_hh", "index": [0], "value": 1}, "out_of_range"),
        ({"tensor": "W_hh", "index": [0, 3], "value": 1}, "out_of_range"),
        ({"tensor": "x", "index": [6, 0], "value": 1}, "out_of_range"),
        ({"tensor": "W_hh", "index": [0, 0], "value": 2e6}, "out_of_range"),
    ],
)
def test_a_refused_edit_changes_nothing(client, fields, expected):
    client.started()
    before = client.session.trainer.snapshot()
    assert code(client.say("edit", **fields)) == expected
    assert client.session.trainer.snapshot() == before


def test_watched_quantities_come_with_the_next_record_and_stay_over_a_start(client):
    client.started()
    _, record = client.say("watch", quantities=["flow", "weights"])
    assert {"ln_flow", "share", "W_hh"} <= set(tensors(record))
    assert facts(record)["flow_residual"] <= 1e-10
    client.ack()
    _, record = client.say("start", config=SMALL)
    assert "ln_flow" in tensors(record)


def test_another_probe_is_another_sequence(client):
    client.say("start", config=SMALL)
    first = tensors(client.heard[-1])["x"]
    _, record = client.say("watch", quantities=[], probe=5)
    assert not np.array_equal(tensors(record)["x"], first)


def test_a_watch_that_is_refused_changes_nothing(client):
    client.started()
    client.say("watch", quantities=["weights"])
    client.ack()
    assert code(client.say("watch", quantities=["everything"])) == "bad_value"
    assert code(client.say("watch", quantities=["flow"], probe=2**50)) == "out_of_range"
    assert client.session.trainer.watching == {"weights"}


# Credits.


def test_at_most_two_records_are_sent_to_who_draws_none(client):
    client.say("start", config=SMALL)
    client.say("play")
    said = client.wait(2, ack=False)
    assert len(records(said)) == 1
    assert client.session.trainer.iteration > 1000


def test_the_newest_record_is_sent_when_there_is_room_again(client):
    client.started()
    client.say("play")
    client.wait(1, ack=False)
    now = client.session.trainer.iteration
    client.ack(0)
    client.ack(10**6)
    (shown,) = records(client.wait(0.001))
    assert shown["iteration"] >= now


def test_records_come_at_the_agreed_rate(client):
    client.started()
    client.say("play")
    shown = records(client.wait(5))
    assert 147 <= len(shown) <= 152


def test_records_that_take_long_to_make_come_no_more_rarely(client, monkeypatch):
    client.started()
    make = client.session.trainer.recording

    def slowly(*what, **how):
        client.clock.advance(0.025)
        return make(*what, **how)

    monkeypatch.setattr(client.session.trainer, "recording", slowly)
    client.say("play", rate=30)
    assert len(records(client.wait(5))) >= 147


def test_where_updates_are_rare_every_record_is_measured_whole(client):
    client.started()
    client.say("watch", quantities=["truncation"])
    client.say("play", rate=4)
    shown = records(client.wait(5))
    assert len(shown) > 15
    assert all(record["as_of"] == record["iteration"] for record in shown)


def test_an_update_and_its_record_are_one_turn_where_no_later_record_would_come_in_its_place(client):
    client.started()
    client.say("play", rate=30)
    client.wait(1)
    turns, ends = 0, client.clock() + 2
    shown = []
    while client.clock() < ends:
        client.clock.advance(max(0.0, client.run.due_at(client.clock()) - client.clock()))
        shown += records(client.run.work())
        turns += 1
        client.ack()
    assert 59 <= len(shown) <= 62
    assert turns <= len(shown) + 2


def test_a_record_that_takes_long_gets_turns_of_its_own_after_its_update(client):
    client.started(**LARGE | {"sequence_length": 100, "batch_size": 16})
    client.say("play", rate=1)
    client.ack()
    assert client.session.trainer.iteration == 0
    assert client.run.work(seconds=0) == [], "the update alone"
    assert client.session.trainer.iteration == 1
    client.clock.advance(0.1)
    turns = 1
    while client.run.due_at(client.clock()) <= client.clock() and not client.run.work(seconds=0):
        turns += 1
    assert client.session.trainer.iteration == 1
    assert turns > 1, "the shown sequence, then the file"


@pytest.mark.parametrize("rate", [10, 29, 45, 100])
def test_a_record_that_goes_with_its_update_makes_them_no_more_frequent(client, rate):
    client.started()
    client.say("play", rate=rate)
    client.wait(0.5)
    assert len(records(client.wait(4))) <= 4 * 30 + 1


def test_slow_iterations_are_all_shown(client):
    client.started()
    client.say("play", rate=5)
    shown = [record["iteration"] for record in records(client.wait(4))]
    assert shown == list(range(shown[0], shown[0] + len(shown)))
    assert len(shown) >= 19


def test_a_run_nobody_draws_trains_on_for_ten_seconds_and_waits(client):
    client.started()
    client.say("play", rate=100)
    client.wait(15, step=0.005, ack=False)
    reached = client.session.trainer.iteration
    assert 900 <= reached <= 1010
    client.wait(5, step=0.005, ack=False)
    assert client.session.trainer.iteration == reached
    client.ack()
    client.wait(1, step=0.005)
    assert client.session.trainer.iteration > reached


def test_while_it_runs_eight_records_share_one_measurement_of_what_is_expensive(client):
    client.started()
    client.say("watch", quantities=["truncation"])
    client.say("play", rate=30)
    shown = records(client.wait(2))
    ages = [record["iteration"] - record["as_of"] for record in shown]
    assert set(ages) == set(range(8))
    assert sum(age == 0 for age in ages) == pytest.approx(len(ages) / 8, abs=1)
    said = client.say("pause")
    paused = [facts(frame) for frame in said if isinstance(frame, bytes)][-1]
    assert paused["as_of"] == paused["iteration"]


def test_while_records_come_late_up_to_sixteen_share_one_measurement(client):
    client.started()
    client.say("watch", quantities=["truncation"])
    client.say("play", rate=30)
    client.wait(1)
    shown = records(client.wait(4, step=0.06))
    assert len(shown) > 50
    ages = [record["iteration"] - record["as_of"] for record in shown]
    assert sum(age == 0 for age in ages) == pytest.approx(len(ages) / 16, abs=1)
    in_time = records(client.wait(2))[16:]
    ages = [record["iteration"] - record["as_of"] for record in in_time]
    assert sum(age == 0 for age in ages) == pytest.approx(len(ages) / 8, abs=1)


def test_records_that_are_wanted_less_often_do_not_come_late(client):
    client.started()
    client.say("watch", quantities=["truncation"])
    client.say("play", rate=20)
    shown = records(client.wait(3))
    ages = [record["iteration"] - record["as_of"] for record in shown]
    assert len(ages) > 50
    assert max(ages) == 7


def test_runs_that_begin_together_measure_what_is_expensive_at_different_times():
    shared = Shared()
    clients = [Client(shared=shared) for _ in range(8)]
    for seed, client in enumerate(clients):
        client.started(seed=seed)
        client.say("watch", quantities=["truncation"])
        client.say("play", rate=30)
    measured = [
        {record["iteration"] for record in records(client.wait(2)) if record["as_of"] == record["iteration"] > 8}
        for client in clients
    ]
    assert all(measured)
    assert sum(map(len, measured)) == len(set.union(*measured))


def test_a_change_is_shown_whatever_the_rate_of_records(client):
    client.started()
    client.say("play", rate=1000)
    client.wait(0.5)
    for length in range(5, 15):
        _, record = client.say("configure", changes={"sequence_length": length})
        assert tensors(record)["h"].shape[0] == length + 1
        client.ack()


def test_the_measured_speed_is_in_the_records(client):
    client.started()
    client.say("play", rate=50)
    last = records(client.wait(3))[-1]
    assert last["iterations_per_second"] == pytest.approx(50, rel=0.1)
    client.ack()
    _, record = client.say("pause")
    assert facts(record)["iterations_per_second"] == 0


# Bad numbers.


def said_types(said):
    return ["record" if isinstance(item, bytes) else item["type"] for item in said]


def test_a_number_that_is_not_finite_at_the_start_is_shown_and_named(client):
    said = client.say("start", config=WILD)
    assert said_types(said) == ["state", "record", "diverged", "state"]
    assert (said[2]["iteration"], said[2]["quantity"]) == (0, "h")
    assert said[2]["timestep"] >= 1
    assert said[2]["cause"]
    assert said[3]["phase"] == "diverged"
    assert not np.isfinite(tensors(said[1])["h"]).all()


def test_an_update_that_leads_to_a_bad_number_is_undone(client):
    client.started(task="adding", activation="linear", optimizer="sgd", clip="none", sequence_length=20)
    client.say("configure", changes={"learning_rate": 1e60})
    client.ack()
    client.say("play")
    said = client.wait(1)
    assert said_types(said)[-3:] == ["record", "diverged", "state"]
    bad, named, state = said[-3:]
    assert facts(bad)["iteration"] == named["iteration"] == state["iteration"] + 1
    assert state["phase"] == "diverged"
    assert facts(bad)["loss"] is None
    assert all(np.isfinite(values).all() for values in client.session.trainer.params.values())
    assert client.wait(1) == []


def test_the_bad_record_comes_outside_the_credits(client):
    client.started(task="adding", activation="linear", optimizer="sgd", clip="none", sequence_length=20)
    client.say("configure", changes={"learning_rate": 1e60})
    client.say("pause")
    client.viewer.credits.sent(0, client.clock())
    client.viewer.credits.sent(0, client.clock())
    client.say("play")
    assert said_types(client.wait(1, ack=False))[-3:] == ["record", "diverged", "state"]


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("configure", {"changes": {"gain": 1.0}}),
        ("configure", {"changes": {"activation": "tanh"}}),
        ("reset", {}),
    ],
)
def test_what_leads_out_of_divergence_ends_paused(client, command, fields):
    client.started(task="adding", activation="linear", optimizer="sgd", clip="none", sequence_length=20)
    client.say("configure", changes={"learning_rate": 1e60})
    client.ack()
    client.say("play")
    client.wait(1)
    for refused in ("play", "step"):
        assert code(client.say(refused)) == "not_now"
    state, record = client.say(command, **fields)
    assert state["phase"] == "paused"
    assert np.isfinite(tensors(record)["h"]).all()
    client.ack()
    assert client.say("play")[0]["phase"] == "running"


def test_an_edit_that_leads_to_a_bad_number_stands_and_another_edit_leads_out(client):
    client.started(task="adding", activation="linear", sequence_length=100)
    said = client.say("edit", tensor="W_hh", index=[0, 0], value=1e6)
    assert said_types(said) == ["state", "record", "diverged", "state"]
    assert client.session.trainer.params["W_hh"][0, 0] == 1e6
    said = client.say("edit", tensor="W_hh", index=[0, 0], value=0)
    assert said_types(said) == ["state", "record"]
    assert said[0]["phase"] == "paused"


def test_a_step_into_a_bad_number_is_answered_by_the_diverged_state(client):
    client.started(task="adding", activation="linear", optimizer="sgd", clip="none", sequence_length=20)
    client.say("configure", changes={"learning_rate": 1e60})
    client.ack()
    said = client.say("step", iterations=10, id="s")
    assert said_types(said) == ["record", "diverged", "state"]
    assert (said[-1]["id"], said[-1]["phase"]) == ("s", "diverged")


# Gradient check.


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_checked_and_the_run_is_untouched(client, cell):
    client.started(cell=cell)
    client.say("step", iterations=3)
    client.ack()
    before = client.session.trainer.snapshot()
    answer = only(client.say("check_gradients", samples=3, id="c"))
    assert (answer["type"], answer["id"], answer["passed"]) == ("gradient_check", "c", True)
    assert set(answer["per_tensor"]) == set(client.session.trainer.params)
    assert all(check["max_rel_error"] < 1e-5 for check in answer["per_tensor"].values())
    assert client.session.trainer.snapshot() == before


@pytest.mark.parametrize("bug", BREAKS)
def test_the_check_catches_every_bug_and_forgets_it(client, bug):
    client.started(cell="lstm", forget_bias=1.0)
    client.say("step", iterations=3)
    client.ack()
    assert only(client.say("check_gradients", **{"break": bug}))["passed"] is False
    assert only(client.say("check_gradients"))["passed"] is True


def test_a_bug_the_network_cannot_have_is_a_bad_value_of_break(client):
    client.started(activation="relu")
    refusal = only(client.say("check_gradients", **{"break": "wrong_slope"}))
    assert (refusal["code"], refusal["field"]) == ("bad_value", "break")


def test_a_tensor_of_which_nothing_could_be_compared_has_no_error_and_does_not_pass(client):
    """Zeros in front, relu and zero biases: every difference of b_h straddles relu's kink."""
    shown = np.zeros((4, 6, 2))
    shown[:, 3:] = np.random.default_rng(0).standard_normal((4, 3, 2))
    file = save({"inputs": shown, "targets": np.full((4, 6, 1), 0.5)})
    client.started(activation="relu", init="identity")
    client.say("upload", kind="dataset", bytes=len(file))
    client.send(file)
    client.ack()
    answer = only(client.say("check_gradients"))
    b_h = answer["per_tensor"]["b_h"]
    assert (b_h["max_rel_error"], b_h["samples"]) == (None, 0)
    assert b_h["at_kink"] > 0
    assert answer["passed"] is True, "passed speaks of what was compared"


def test_two_runs_can_check_at_the_same_time():
    first = Client().started()
    second = Client(shared=first.session.shared).started(seed=9)
    answers = []
    for client in (first, second):
        client.run.receive('{"type":"check_gradients","samples":3}')
    while len(answers) < 2:
        answers += [json.loads(frame) for client in (first, second) for frame in client.run.work(seconds=0)]
    assert [answer["passed"] for answer in answers] == [True, True]


# Files.


def test_a_snapshot_continues_bit_for_bit_on_another_run(client):
    client.started()
    client.say("step", iterations=4)
    client.ack()
    blob = only(client.say("snapshot"))
    other = Client()
    assert only(other.say("upload", kind="snapshot", bytes=len(blob), id="u")) == {
        "type": "ready",
        "id": "u",
        "kind": "snapshot",
    }
    state, _ = other.send(blob)
    assert (state["phase"], state["iteration"], state["id"]) == ("paused", 4, "u")
    other.ack()
    client.say("step", iterations=30)
    client.ack()
    other.say("step", iterations=30)
    other.ack()
    assert only(client.say("snapshot")) == only(other.say("snapshot"))
    assert other.session.shared.counts.totals["restores"] == 1


def test_a_snapshot_repeats_the_id_it_was_asked_with_and_can_still_be_resumed(client):
    client.started()
    blob = only(client.say("snapshot", id="keep"))
    assert facts(blob)["id"] == "keep"
    client.say("upload", kind="snapshot", bytes=len(blob))
    assert client.send(blob)[0]["type"] == "state"
    client.ack()
    assert "id" not in facts(only(client.say("snapshot")))


def test_weights_go_out_for_pytorch_and_come_back(client):
    client.started()
    client.say("step", iterations=3)
    client.ack()
    before = {name: values.copy() for name, values in client.session.trainer.params.items()}
    file = only(client.say("export", format="pytorch"))
    client.say("reset")
    client.ack()
    client.say("upload", kind="weights", bytes=len(file))
    state = client.send(file)[0]
    assert state["type"] == "state"
    for name, values in client.session.trainer.params.items():
        np.testing.assert_allclose(values, before[name])


def test_uploaded_weights_pause_a_run_that_plays(client):
    client.started()
    file = only(client.say("export", format="pytorch"))
    client.say("play")
    client.say("upload", kind="weights", bytes=len(file))
    assert client.send(file)[0]["phase"] == "paused"


def test_a_run_can_adopt_the_shape_of_uploaded_weights(client):
    client.started()
    state = client.run.session.trainer.config
    file = Trainer(state.changed({"cell": "gru", "hidden_size": 7})).export_weights()
    client.say("upload", kind="weights", bytes=len(file))
    refusal = client.send(file)[0]
    assert (refusal["code"], refusal["field"]) == ("bad_upload", "adopt")
    client.say("upload", kind="weights", bytes=len(file), adopt=True)
    state = client.send(file)[0]
    assert (state["config"]["cell"], state["config"]["hidden_size"], state["phase"]) == ("gru", 7, "paused")
    assert set(state["effects"]["restart"]) == {"cell", "hidden_size"}


def test_a_report_is_one_page_as_a_tensor(client):
    client.started()
    changes = [{"iteration": 0, "what": "W_hh[0, 1] = <0.5>"}]
    file = only(client.say("export", format="report", id="r", link="https://example.org/#lag=2", changes=changes))
    page = tensors(file)["html"].tobytes().decode()
    assert (facts(file)["kind"], facts(file)["id"]) == ("report", "r")
    assert page.startswith("<!doctype html>")
    assert '<a href="https://example.org/#lag=2">' in page
    assert "<th>before update 0</th><td>W_hh[0, 1] = &lt;0.5&gt;</td>" in page
    assert "Plotly" not in page
    with_library = only(client.say("export", format="report", library=True))
    assert b"Plotly.newPlot" in tensors(with_library)["html"].tobytes()
    many = {"changes": changes * 101}
    for wrong, code in (({"link": "javascript:alert(1)"}, "bad_value"), (many, "out_of_range")):
        refusal = client.say("export", format="report", **wrong)[0]
        assert (refusal["type"], refusal["code"]) == ("error", code), wrong


def test_own_text_restarts_with_the_texts_characters(client):
    client.started()
    state, _ = client.say("own_text", text="abracadabra " * 20)
    assert state["config"]["task"] == "own"
    assert "task" in state["effects"]["restart"]
    assert set(state["task"]["classes"]) >= set("abrcd")


def test_own_series_restarts_with_the_columns_as_inputs(client):
    client.started()
    rows = "\n".join(f"{t * 0.1},{t % 3}" for t in range(60))
    state = client.say("own_series", csv="level,flow\n" + rows)[0]
    assert state["task"]["inputs"] == ["level", "flow"]


SERIES = "day,level\n" + "".join(f"2020-01-{i:02},{i * i}\n" for i in range(10, 31))


def test_a_preview_tells_what_would_be_read_and_leaves_the_run_as_it_is(client):
    client.started()
    before = only(client.say("snapshot"))
    told = only(client.say("own_series", csv=SERIES, preview=True, id="p"))
    assert (told["type"], told["id"], told["kind"], told["changes"]) == ("preview", "p", "series", {"task": "own"})
    assert only(client.say("snapshot")) == before
    read = told["read"]
    assert (read["rows"], read["width"], read["columns"], read["first"][0]) == (21, 1, ["level"], [100])
    assert read == client.say("own_series", csv=SERIES)[0]["task"]["read"]


def test_a_preview_is_refused_as_the_data_would_be(client):
    client.started()
    for csv in ("a;b\n1,234;5\n2,345;6\n3,456;7\n", "a,b\n1,2\n,3\n4,5\n", "a\n1\n2\n4\n"):
        looked = only(client.say("own_series", csv=csv, preview=True))
        assert looked == only(client.say("own_series", csv=csv))
        assert looked["type"] == "error"
    assert (
        only(client.say("own_series", csv="a\n" + "1,5\n2,5\n3,5\n4,5\n" * 3, decimal=",", preview=True))["type"]
        == "preview"
    )


def test_texts_and_sequences_can_be_looked_at_too_but_no_weights(client):
    sequences = save({"inputs": np.zeros((10, 5, 2)), "targets": np.arange(50).reshape(10, 5) % 3 - 1})
    client.say("upload", kind="dataset", bytes=len(sequences), preview=True)
    told = only(client.send(sequences))
    assert (told["read"]["sequences"], told["read"]["timesteps"]) == (10, 5)
    assert told["read"]["notes"][1] == "Each target: one of 2 classes. 33 of 50 timesteps have one."
    assert told["changes"] == {"sequence_length": 5, "task": "own"}
    assert client.session.trainer is None, "nothing has begun"
    client.started()
    assert only(client.say("own_text", text="abcab\r\nb", preview=True))["read"]["distinct"] == 4
    for kind in ("weights", "snapshot"):
        refused = only(client.say("upload", kind=kind, bytes=10, preview=True))
        assert (refused["code"], refused["field"]) == ("bad_value", "preview")


def test_a_preview_of_many_long_names_fits_into_a_text_frame_and_tells_how_many_there_are(client):
    client.started()
    names = [f"{'a long name ' * 4}{i}" for i in range(900)]
    csv = ",".join(names) + "\n" + "".join(",".join(str(i * j % 7) for i in range(1, 901)) + "\n" for j in range(12))
    client.say("upload", kind="series", bytes=len(csv.encode()), preview=True)
    client.run.receive(csv.encode())
    frames = []
    while not frames:
        frames = client.run.work()
    assert 12_000 < len(frames[0]) <= 16_384
    read = json.loads(frames[0])["read"]
    assert (read["width"], read["columns"]) == (900, names[: len(read["columns"])])


def test_a_dataset_may_come_before_a_run_and_own_data_stay_at_hand(client):

    rng = np.random.default_rng(0)
    data = {"inputs": rng.standard_normal((10, 5, 2)), "targets": rng.integers(0, 3, (10, 5))}
    file = save(data)
    client.say("upload", kind="dataset", bytes=len(file))
    state = client.send(file)[0]
    assert (state["phase"], state["config"]["task"], state["config"]["sequence_length"]) == ("paused", "own", 5)
    client.ack()
    state = client.say("start", config={"task": "own", "sequence_length": 3, "hidden_size": 4})[0]
    assert (state["config"]["sequence_length"], state["config"]["hidden_size"]) == (3, 4)
    client.ack()
    small = only(client.say("snapshot"))
    whole = only(client.say("snapshot", dataset=True))
    other = Client()
    other.say("upload", kind="snapshot", bytes=len(small))
    assert code(other.send(small)) == "dataset_needed"
    other.say("upload", kind="snapshot", bytes=len(whole))
    assert other.send(whole)[0]["type"] == "state"


def test_binary_frames_nobody_announced_are_refused(client):
    client.started()
    assert code(client.send(b"\x00\x01")) == "unexpected_binary"


@pytest.mark.parametrize("announced", [10, 200])
def test_a_file_of_another_size_than_announced(client, announced):
    client.started()
    client.say("upload", kind="snapshot", bytes=announced)
    answer = only(client.send(bytes(100)))
    if announced < 100:
        assert isinstance(answer, Close)
        assert answer.code == 1009
    else:
        assert answer["code"] == "bad_upload"


def test_garbage_instead_of_a_snapshot_is_refused_and_the_run_goes_on(client):
    client.started()
    before = client.session.trainer.snapshot()
    for garbage in (bytes(50), b"\xff" * 50, b"PK\x03\x04" + bytes(60), before[:-1], before + b"\x00"):
        client.say("upload", kind="snapshot", bytes=len(garbage), id="g")
        answer = client.send(garbage)[0]
        assert (answer["code"], answer["id"]) == ("bad_upload", "g")
    assert client.session.trainer.snapshot() == before


def test_while_a_file_is_awaited_other_commands_are_refused(client):
    client.started()
    client.say("upload", kind="snapshot", bytes=10)
    assert code(client.say("play")) == "upload_pending"
    assert code(client.say("upload", kind="weights", bytes=10)) == "upload_pending"
    client.ack()


def test_a_file_that_does_not_come_is_given_up_after_ten_seconds(client):
    client.started()
    client.say("upload", kind="snapshot", bytes=10, id="u")
    assert client.wait(9.9, step=0.1) == []
    (error,) = client.wait(0.5, step=0.1)
    assert (error["code"], error["id"]) == ("upload_timeout", "u")
    assert client.say("play")[0]["phase"] == "running"


def test_a_file_that_comes_too_slowly_is_given_up_at_once(client):
    client.started()
    client.say("upload", kind="snapshot", bytes=10, id="u")
    client.run.viewer.uploads.give_up()
    (error,) = client.wait(0.1)
    assert (error["code"], error["id"]) == ("upload_timeout", "u")
    client.run.viewer.uploads.give_up()
    assert client.wait(0.1) == [], "nothing is waited for any more"


@pytest.mark.parametrize("first", ["\u4e00", "\U00020000"], ids=["6 bytes a character", "12 bytes a character"])
def test_a_state_fits_into_a_text_frame_however_many_characters_a_text_has(client, first):
    client.started()
    vocabulary = [chr(ord(first) + at) for at in range(1000)]
    file = "".join(vocabulary).encode()
    client.say("upload", kind="text", bytes=len(file))
    client.run.receive(file)
    state = client.run.work()[0]
    task = json.loads(state)["task"]
    assert 15_000 < len(state) <= 16_384
    assert task["totals"] == {"inputs": 1000, "outputs": 1000, "classes": 1000}
    assert task["classes"] == vocabulary[: len(task["classes"])]
    assert len(task["classes"]) == len(task["inputs"]) > 100


def test_names_of_columns_in_a_snapshot_are_cut_to_what_a_state_can_hold(client):
    series = Series(("a" * 400_000, "b"), np.arange(120.0).reshape(60, 2))
    blob = Trainer(RunConfig(**SMALL, task="own"), series).snapshot(dataset=True)
    client.say("upload", kind="snapshot", bytes=len(blob))
    client.run.receive(blob)
    state = client.run.work()[0]
    assert len(state) <= 16_384
    assert json.loads(state)["task"]["inputs"] == ["a" * 60, "b"]


# Several runs.


def test_runs_that_share_buffers_do_not_disturb_each_other():
    first = Client().started()
    second = Client(shared=first.session.shared).started(seed=9)
    for client in (first, second):
        client.say("play")
    for _ in range(200):
        first.wait(0.01)
        second.wait(0.01)
    for client, seed in ((first, RunConfig().seed), (second, 9)):
        twin = Trainer(RunConfig(**SMALL, seed=seed))
        while twin.iteration < client.session.trainer.iteration:
            twin.advance()
        assert client.session.trainer.snapshot() == twin.snapshot()


def test_every_command_has_exactly_one_answer(client):
    commands = [
        {"type": "start", "config": SMALL},
        {"type": "configure", "changes": {"sequence_length": 7}},
        {"type": "configure", "changes": {"sequence_length": -7}},
        {"type": "play"},
        {"type": "watch", "quantities": ["flow"]},
        {"type": "edit", "tensor": "b_h", "index": [0], "value": 0.5},
        {"type": "step", "iterations": 3},
        {"type": "reset"},
        {"type": "snapshot"},
        {"type": "pause"},
        {"type": "dance"},
    ]
    for at, command in enumerate(commands):
        client.run.receive(json.dumps(command | {"id": at}))
    said = client.listen()
    answers = [facts(item) if isinstance(item, bytes) else item for item in said]
    assert [answer["id"] for answer in answers if "id" in answer] == list(range(len(commands)))
    assert client.run.answered == len(commands)


def test_a_run_that_failed_has_nothing_to_do_and_waits_for_no_file(client):
    client.started()
    client.say("play")
    client.say("upload", kind="text", bytes=10)
    client.run.receive('{"type":"pause"}')
    client.run.fail()
    assert client.run.due_at(client.clock()) == client.run.awaited_since() == float("inf")
    assert client.run.work(seconds=0) == []
    assert client.run.viewer.uploads.announced is None


# Updates that take long.

LONG_UPDATE = {"cell": "lstm", "hidden_size": 64, "sequence_length": 60, "batch_size": 32}


class Passing(Clock):
    """Time that passes whenever somebody looks."""

    def __call__(self) -> float:
        self.advance(4e-4)
        return self.now


def in_the_middle_of_an_update():
    """A client whose run plays, and has made a part of what its second update needs; no record may be sent."""
    client = Client(clock=Passing())
    client.say("start", config=LONG_UPDATE)
    client.say("edit", tensor="b_y", index=[0], value=0.25)
    assert not client.viewer.credits.free
    client.run.receive('{"type": "play"}')
    while client.session.trainer.iteration < 1:
        client.run.work(seconds=0)
    for _ in range(3):
        assert client.run.work(seconds=0) == []
    assert client.session.trainer.iteration == 1
    return client


def the_same_alone():
    """A trainer with the same first update."""
    trainer = Trainer(RunConfig(**LONG_UPDATE))
    trainer.edit("b_y", [0], 0.25)
    trainer.advance()
    return trainer


def assert_same_weights(client, trainer):
    assert client.session.trainer.iteration == trainer.iteration
    for name, values in trainer.params.items():
        assert np.array_equal(client.session.trainer.params[name], values), name


def test_while_an_update_takes_long_others_have_their_turns_in_the_same_buffers():
    client = in_the_middle_of_an_update()
    other = Client(shared=client.session.shared).started(**LONG_UPDATE | {"seed": 4})
    other.say("step")
    turns = 0
    while client.session.trainer.iteration < 2:
        assert client.run.work(seconds=0) == []
        turns += 1
    assert turns >= 4
    alone = the_same_alone()
    alone.advance()
    assert_same_weights(client, alone)


@pytest.mark.parametrize("command", ["configure", "edit", "step"])
def test_a_command_in_the_middle_of_an_update_comes_before_or_after_the_whole(command):
    client, alone = in_the_middle_of_an_update(), the_same_alone()
    match command:
        case "configure":
            client.run.receive('{"type": "configure", "changes": {"learning_rate": 0.5}}')
            alone.configure(learning_rate=0.5)
        case "edit":
            client.run.receive('{"type": "edit", "tensor": "W_hh", "index": [0, 0], "value": 2}')
            alone.edit("W_hh", [0, 0], 2)
        case "step":
            client.run.receive('{"type": "step"}')
    while client.session.trainer.iteration < 2:
        client.run.work(seconds=0)
    alone.advance()
    assert_same_weights(client, alone)


def test_what_only_looks_in_the_middle_of_an_update_costs_nothing_of_it():
    client, alone = in_the_middle_of_an_update(), the_same_alone()
    client.run.receive('{"type": "snapshot"}')
    turns = 1
    while not (said := client.run.work(seconds=0)):
        turns += 1
    assert turns >= 2, "others have theirs meanwhile"
    parts = [*said, *client.run.leaving.rest()]
    assert Trainer(snapshot=b"".join(part.content for part in parts)).iteration == 1
    client.run.work(seconds=0)
    assert client.session.trainer.iteration == 2, "what the update needs was at hand"
    alone.advance()
    assert_same_weights(client, alone)


def test_who_leaves_in_the_middle_of_an_update_gives_its_buffers_back():
    client = in_the_middle_of_an_update()
    pool = client.session.shared.workspaces
    assert pool.nbytes_lent > 0
    client.run.leave()
    assert pool.nbytes_lent == 0


def test_who_leaves_while_a_record_is_made_gives_its_buffers_back():
    client = Client(clock=Passing())
    client.say("start", config=LONG_UPDATE)
    client.viewer.drawn(0)
    client.run.receive('{"type": "watch", "quantities": ["flow", "weights"]}')
    pool = client.session.shared.workspaces
    while not pool.nbytes_lent:
        client.run.work(seconds=0)
    client.run.leave()
    assert pool.nbytes_lent == 0


def test_a_tab_that_is_silent_in_the_middle_of_an_update_holds_no_buffers():
    client, alone = in_the_middle_of_an_update(), the_same_alone()
    pool = client.session.shared.workspaces
    client.run.rest()
    assert pool.nbytes_lent > 0, "it trains"
    heard_at, client.viewer.credits.heard_at = client.viewer.credits.heard_at, float("-inf")
    assert client.run.due_at(client.clock()) == float("inf")
    client.run.rest()
    assert pool.nbytes_lent == 0
    client.viewer.credits.heard_at = heard_at
    while client.session.trainer.iteration < 2:
        client.run.work(seconds=0)
    alone.advance()
    assert_same_weights(client, alone)


def test_a_pause_in_the_middle_of_an_update_holds_no_buffers():
    client = in_the_middle_of_an_update()
    client.say("pause")
    client.run.rest()
    assert client.session.shared.workspaces.nbytes_lent == 0
