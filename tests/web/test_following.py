"""Several viewers of one run: who may do what, what everybody hears, and what it costs."""

import json
from itertools import count

import numpy as np
import pytest

from app.errors import TooCostly
from app.link_keys import new_key, token_of
from app.training import Trainer
from app.web.commands import COMMANDS
from app.web.following import followers
from app.web.following.followers import MOST_FOLLOWERS
from app.web.following.links import Links
from app.web.packed_records import MOST_PACKED
from app.web.run import Limits, Shared
from tests.support.clients import LIMITS, Client, Clock, facts, records, tensors, understood
from tests.support.messages import SMALL, WILD


class Room:
    """An owner and followers in one process, with one clock; what is posted to others reaches them at once."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits, self.shared, self.clock, self.keys = limits, Shared(), Clock(), count(1)
        self.clients: dict[int, Client] = {}
        self.owner = self.enter()
        self.owner.started()
        self.token = self.owner.say("share")[0]["run"]

    def enter(self) -> Client:
        key = next(self.keys)
        self.clients[key] = Client(self.limits, self.shared, self.clock, key)
        return self.clients[key]

    def follower(self, watch: tuple[str, ...] = (), **more) -> Client:
        client = self.enter()
        client.say("follow", run=self.token)
        if watch or more:
            client.say("watch", quantities=list(watch), **more)
        self.draw(client)
        return client

    def post(self) -> None:
        """Carry what is in the outbox to whom it is for."""
        outbox, self.shared.outbox = self.shared.outbox, []
        for delivery in outbox:
            for key in delivery.keys:
                self.clients[key].heard.append(understood(delivery.frame))

    def draw(self, client: Client) -> None:
        """Acknowledge everything that was heard."""
        for frame in client.heard:
            if isinstance(frame, bytes) and facts(frame)["kind"] == "record":
                client.ack(facts(frame)["iteration"])

    def wait(self, seconds: float, *drawing: Client, step: float = 0.001) -> None:
        """Time passes; the owner's turns are served, and those who are drawing acknowledge what they hear."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            for frame in self.owner.run.work(seconds=0):
                self.owner.heard.append(understood(frame))
            self.post()
            for client in drawing:
                if client.viewer.credits.in_flight:
                    client.ack(client.viewer.credits.in_flight[-1])
            self.clock.advance(step)


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def made(monkeypatch):
    """Every record that is made, as (iteration, quantities, probe)."""
    made = []
    recording = Trainer.recording

    def counting(self, watch=None, **more):
        made.append((self.iteration, watch, more.get("probe")))
        return recording(self, watch, **more)

    monkeypatch.setattr(Trainer, "recording", counting)
    return made


def answer(said):
    return next(item for item in said if isinstance(item, dict))


def code(said):
    return answer(said).get("code")


def types(heard):
    return [item["type"] for item in heard if isinstance(item, dict)]


# Questions.


def told(client: Client, kind: str) -> list[dict]:
    return [item for item in client.heard if isinstance(item, dict) and item["type"] == kind]


def test_followers_answer_a_scenes_question_and_the_owner_sees_the_counts_as_they_come(room):
    one, two = room.follower(), room.follower()
    counts = room.owner.say("ask", scene="gates", options=3)[0]
    assert (counts["counts"], counts["followers"], counts["revealed"]) == ([0, 0, 0], 2, False)
    room.post()
    assert told(one, "asked") == [{"type": "asked", "scene": "gates", "options": 3, "revealed": False}]
    assert answer(one.say("answer", scene="gates", option=2, id=7)) == {
        "type": "answered", "id": 7, "scene": "gates", "option": 2,
    }  # fmt: skip
    two.say("answer", scene="gates", option=0)
    two.say("answer", scene="gates", option=2)
    late = room.follower()
    assert told(late, "asked")[-1]["scene"] == "gates", "who comes later is asked too"
    room.post()
    assert [(one["counts"], one["followers"]) for one in told(room.owner, "counts")[1:]] == [
        ([0, 0, 1], 2), ([1, 0, 1], 2), ([0, 0, 2], 2), ([0, 0, 2], 3),
    ]  # fmt: skip
    assert room.owner.say("reveal")[0]["revealed"] is True
    room.post()
    assert told(one, "asked")[-1]["revealed"] is True
    assert code(late.say("answer", scene="gates", option=1)) == "not_now"


def test_whoever_leaves_takes_their_answer_with_them_and_another_question_begins_without_any(room):
    one, two = room.follower(), room.follower()
    room.owner.say("ask", scene="gates", options=2)
    for client in (one, two):
        client.say("answer", scene="gates", option=1)
    one.run.leave()
    room.post()
    assert told(room.owner, "counts")[-1]["counts"] == [0, 1]
    assert room.owner.say("ask", scene="gates", options=2)[0]["counts"] == [0, 1], "asked again it is the same"
    assert room.owner.say("ask", scene="relu", options=2)[0]["counts"] == [0, 0]
    assert code(two.say("answer", scene="gates", option=1)) == "not_now"
    room.owner.say("unshare")
    assert room.owner.session.sharing.poll is None


def test_questions_and_answers_at_the_wrong_moment_are_refused_and_change_nothing(room, client):
    assert code(client.say("ask", scene="gates", options=2)) == "no_run"
    assert code(client.started().say("ask", scene="gates", options=2)) == "not_now"
    follower = room.follower()
    assert code(follower.say("answer", scene="gates", option=0)) == "not_now"
    assert code(room.owner.say("reveal")) == "not_now"
    assert code(follower.say("ask", scene="gates", options=2)) == "read_only"
    assert code(follower.say("reveal")) == "read_only"
    room.owner.say("ask", scene="gates", options=2)
    assert code(room.owner.say("answer", scene="gates", option=0)) == "not_now"
    assert code(follower.say("answer", scene="gates", option=2)) == "out_of_range"
    for wrong in ({"options": 1}, {"options": 21}, {"options": 2, "scene": ""}, {"options": 2, "scene": "x" * 61}):
        assert code(room.owner.say("ask", **{"scene": "gates", **wrong})) in ("out_of_range", "bad_value")
    assert room.owner.say("ask", scene="gates", options=2)[0]["counts"] == [0, 0]


# Sharing.


def test_a_shared_run_has_a_random_token_that_stays_the_same(room):
    assert room.owner.say("share")[0]["run"] == room.token
    assert len(room.token) == 22
    assert Room().token != room.token


def test_before_a_run_there_is_nothing_to_share(client):
    assert code(client.say("share")) == "no_run"
    assert code(client.say("unshare")) == "no_run"


def test_the_key_of_a_link_leads_another_process_to_the_same_token(room):
    key = room.owner.say("share")[0]["key"]
    elsewhere = Client().started()
    assert elsewhere.say("share", key=key)[0]["run"] == room.token == token_of(key)
    assert key != room.token


@pytest.mark.parametrize("key", ["", "short", "a" * 65, "a" * 21 + "!", "ä" * 22])
def test_a_key_that_could_be_guessed_or_is_none_is_refused(room, key):
    assert code(room.owner.say("share", key=key)) in ("bad_value", "out_of_range")
    assert room.owner.say("share")[0]["run"] == room.token


def test_the_owner_hears_how_many_follow(room):
    assert room.owner.say("share")[0]["followers"] == 0
    room.follower()
    gone = room.follower()
    assert room.owner.say("share")[0]["followers"] == 2
    gone.run.leave()
    assert room.owner.say("share")[0]["followers"] == 1


def test_links_say_what_changed_for_whoever_tells_other_processes():
    links: Links[str] = Links()
    links.open("t", "first")
    links.open("t", "second")
    links.close("t", "first")
    assert links.find("t") == "second"
    links.close("t", "second")
    assert [(change.token, change.opened) for change in links.changes] == [("t", True), ("t", True), ("t", False)]


# Following.


def test_following_answers_with_the_state_and_a_record_at_once(room):
    room.owner.say("step", iterations=3)
    follower = room.enter()
    state, record = follower.say("follow", run=room.token, id="f")
    assert (state["type"], state["id"], state["iteration"], state["phase"]) == ("state", "f", 3, "paused")
    assert state["following"] == room.token
    assert facts(record)["iteration"] == 3
    assert tensors(record)["h"].tobytes() == tensors(room.owner.say("pause")[1])["h"].tobytes()


@pytest.mark.parametrize("token", ["", "nobody", "x" * 100])
def test_a_token_that_leads_nowhere_is_an_unknown_run(room, token):
    follower = room.enter()
    assert code(follower.say("follow", run=token)) == "unknown_run"
    assert follower.say("start", config=SMALL)[0]["type"] == "state"


def test_nobody_follows_their_own_run(room):
    assert code(room.owner.say("follow", run=room.token)) == "not_now"
    assert room.owner.say("pause")[0]["phase"] == "paused"


EXAMPLES = {
    "configure": {"changes": {"learning_rate": 1.0}},
    "edit": {"tensor": "W_hh", "index": [0, 0], "value": 1.0},
    "export": {"format": "pytorch"},
    "own_text": {"text": "river " * 50},
    "own_series": {"csv": "a\n1\n2\n3\n"},
    "upload": {"kind": "snapshot", "bytes": 10},
    "follow": {"run": "x"},
    "ask": {"scene": "gates", "options": 2},
}


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"ack", "watch", "copy", "answer"}))
def test_who_follows_may_change_nothing(room, name):
    follower = room.follower()
    before = room.owner.session.trainer.snapshot()
    refused = answer(follower.say(name, id=7, **EXAMPLES.get(name, {})))
    assert (refused["type"], refused["code"], refused["id"]) == ("error", "read_only", 7)
    assert room.owner.session.trainer.snapshot() == before
    assert room.owner.session.phase == "paused"
    assert "copy" in refused["message"]


def test_bytes_from_a_follower_are_unexpected(room):
    assert code(room.follower().send(b"abc")) == "unexpected_binary"


def test_a_follower_is_told_of_every_change_of_the_owner(room):
    follower = room.follower()
    follower.heard.clear()
    room.owner.say("configure", changes={"learning_rate": 0.5})
    room.owner.say("step", iterations=2)
    room.owner.say("play", rate=10)
    room.owner.say("pause")
    room.post()
    states = [item for item in follower.heard if isinstance(item, dict)]
    assert [state["phase"] for state in states] == ["paused", "paused", "running", "paused"]
    assert states[0]["config"]["learning_rate"] == 0.5
    assert states[0]["effects"] == {"live": ["learning_rate"], "restart": []}
    assert [state["iteration"] for state in states] == [0, 2, 2, 2]
    assert all(state["following"] == room.token for state in states)


def test_what_the_owner_watches_concerns_nobody_else(room):
    follower = room.follower()
    follower.heard.clear()
    room.owner.say("watch", quantities=["flow"])
    room.wait(0.1, follower)
    assert "state" not in types(follower.heard)
    assert all("ln_flow" not in tensors(item) for item in follower.heard if isinstance(item, bytes))


def test_a_follower_watches_what_they_like_and_the_owner_sees_no_difference(room):
    room.owner.say("watch", quantities=["weights"])
    follower = room.enter()
    follower.say("follow", run=room.token)
    state, record = follower.say("watch", quantities=["flow", "gradients"], probe=5)
    assert state["type"] == "state"
    expected = Trainer.resume(room.owner.session.trainer.snapshot())
    expected.show(5)
    np.testing.assert_array_equal(tensors(record)["ln_flow"], expected.record({"flow"}).ln_flow)
    room.draw(room.owner)
    shown = room.owner.say("pause")[1]
    assert "W_hh" in tensors(shown)
    assert "ln_flow" not in tensors(shown)
    assert room.owner.session.trainer.probe == 0


def test_a_follower_without_a_choice_sees_the_sequence_that_the_owner_shows(room):
    follower = room.follower()
    room.owner.say("watch", quantities=[], probe=3)
    room.owner.say("edit", tensor="x", index=[0, 0], value=7.0)
    follower.heard.clear()
    room.wait(0.1, follower, room.owner)
    assert tensors(follower.heard[-1])["x"][0, 0] == 7.0


@pytest.mark.parametrize(
    ("asked", "code_"),
    [({"quantities": ["nonsense"]}, "bad_value"), ({"quantities": [], "probe": 2**50}, "out_of_range")],
)
def test_a_follower_who_watches_what_cannot_be_goes_on_as_before(room, asked, code_):
    follower = room.follower(("weights",), probe=2)
    assert code(follower.say("watch", **asked)) == code_
    assert follower.viewer.wanted == (frozenset({"weights"}), 2)


def test_a_follower_whose_choice_no_longer_fits_goes_on_with_what_the_owner_shows(room, monkeypatch):
    follower = room.follower(("flow", "truncation"), probe=2)
    check = Trainer.check_record

    def small_budget(self, watch, probe=None):
        if self.config.sequence_length > 6 and watch:
            raise TooCostly("too long for all that")
        check(self, watch, probe)

    monkeypatch.setattr(Trainer, "check_record", small_budget)
    follower.heard.clear()
    room.owner.say("configure", changes={"sequence_length": 7})
    room.wait(0.2, follower, room.owner)
    assert tensors(follower.heard[-1])["h"].shape[0] == 8
    assert follower.viewer.wanted == (frozenset(), None)


# Records: made once, at everybody's own pace.


def test_one_record_is_made_and_packed_for_all_who_want_the_same(room, made):
    group = [room.follower(("flow",)) for _ in range(5)]
    room.owner.say("watch", quantities=["flow"])
    room.owner.say("play")
    for client in group:
        client.heard.clear()
    made.clear()
    room.wait(1, room.owner, *group)
    assert made
    assert len(made) == len(set(made)), "the same record was made twice"
    first = [item for item in group[0].heard if isinstance(item, bytes)]
    assert 25 <= len(first) <= 32
    assert len(made) <= 40, "a record for all takes no more than one for the owner"
    for client in group[1:]:
        assert [item for item in client.heard if isinstance(item, bytes)] == first


def test_a_run_that_stands_still_keeps_few_records_whatever_is_asked_for(room):
    follower = room.follower()
    for probe in range(3 * MOST_PACKED):
        assert len(follower.say("watch", quantities=[], probe=probe)) == 2
        room.draw(follower)
    assert len(room.owner.session.packed) <= MOST_PACKED


def test_two_groups_get_two_records_of_the_same_iteration(room, made):
    one, other = room.follower(("flow",)), room.follower(("weights",), probe=4)
    room.owner.say("play")
    room.wait(0.1, room.owner, one, other)
    made.clear()
    room.wait(1, room.owner, one, other)
    kinds = {(watch, probe) for _, watch, probe in made}
    assert kinds == {(frozenset(), None), (frozenset({"flow"}), None), (frozenset({"weights"}), 4)}
    assert len(made) == len(set(made))
    for client in (one, other):
        assert 20 <= len(records(client.heard)) <= 40


def test_who_draws_nothing_is_left_behind_and_slows_nobody(room):
    quick, stuck = room.follower(), room.follower()
    room.owner.say("play")
    quick.heard.clear()
    stuck.heard.clear()
    room.wait(1, room.owner, quick)
    assert len(records(stuck.heard)) == 2
    assert 25 <= len(records(quick.heard)) <= 32
    late = room.owner.session.trainer.iteration
    stuck.heard.clear()
    room.wait(0.1, room.owner, quick, stuck)
    assert records(stuck.heard)[0]["iteration"] >= late


def test_followers_cost_no_training(room):
    """The losses are those of the run alone, whatever followers watch, bit for bit."""
    watched = [room.follower(("flow", "gradients", "truncation"), probe=probe) for probe in (None, 1, 2)]
    room.owner.say("play")
    room.wait(0.5, room.owner, *watched)
    alone = Trainer(room.owner.session.trainer.config)
    for _ in range(room.owner.session.trainer.iteration):
        alone.advance()
    assert room.owner.session.trainer.snapshot() == alone.snapshot()


def test_rounds_that_take_long_leave_the_owner_most_of_the_time(room, monkeypatch):
    slow = [room.follower((), probe=probe) for probe in range(1, 21)]
    made = Trainer.recording

    def takes_long(self, watch=None, **more):
        if more.get("probe") is not None:
            room.clock.advance(0.05)
        return made(self, watch, **more)

    monkeypatch.setattr(Trainer, "recording", takes_long)
    room.owner.say("play")
    before, since = room.owner.session.trainer.iteration, room.clock.now
    room.wait(10, room.owner, *slow)
    trained = (room.owner.session.trainer.iteration - before) * 0.001
    assert trained > 0.6 * (room.clock.now - since)
    heard = [len(records(client.heard)) for client in slow]
    assert min(heard) >= max(heard) / 2, "all of them get their turns"


def test_a_run_goes_on_while_only_followers_watch(room):
    follower = room.follower()
    room.owner.say("play")
    room.wait(30, follower)
    before = room.owner.session.trainer.iteration
    room.wait(0.1, follower)
    assert room.owner.session.trainer.iteration > before


def test_a_paused_run_shows_each_follower_the_newest_record_once(room):
    follower = room.follower()
    follower.heard.clear()
    room.wait(1, room.owner, follower)
    assert follower.heard == []


# What diverges, what ends.


def test_everybody_hears_that_a_run_diverged(room):
    follower = room.follower()
    follower.heard.clear()
    room.owner.say("start", config=WILD)
    room.post()
    kinds = [item["type"] if isinstance(item, dict) else "record" for item in follower.heard]
    assert kinds[-3:] == ["record", "diverged", "state"]
    assert follower.heard[-1]["phase"] == "diverged"


def test_a_sequence_that_is_not_finite_for_a_follower_alone_changes_nothing(room, monkeypatch):
    follower = room.enter()
    follower.say("follow", run=room.token)
    room.owner.session.trainer.params["W_hh"][...] = 1e200
    room.owner.session.trainer.params["W_xh"][...] = 1e200
    before = {name: values.copy() for name, values in room.owner.session.trainer.params.items()}
    monkeypatch.setattr(
        type(room.owner.session.trainer.task), "probe", lambda self, seed, index: self.batch(seed, index, 1)
    )
    follower.say("watch", quantities=[], probe=9)
    assert not room.owner.session.trainer.diverged
    for name, values in room.owner.session.trainer.params.items():
        np.testing.assert_array_equal(values, before[name])


def test_what_a_follower_comes_upon_is_told_to_the_owner(room):
    follower = room.follower()
    room.owner.session.trainer.params["W_hh"][...] = np.nan
    room.owner.session.new_version()
    room.owner.heard.clear()
    assert [item for item in follower.say("watch", quantities=["weights"]) if isinstance(item, bytes)] == []
    room.post()
    assert types(room.owner.heard) == ["diverged", "state"]
    assert types(follower.heard)[-2:] == ["diverged", "state"]


def test_when_the_owner_leaves_followers_are_told_and_may_begin_anew(room):
    follower = room.follower()
    room.owner.run.leave()
    room.post()
    ended = follower.heard[-1]
    assert (ended["type"], ended["run"], ended["why"]) == ("ended", room.token, "The owner left.")
    assert code(follower.say("watch", quantities=[])) == "no_run"
    assert code(follower.say("follow", run=room.token)) == "unknown_run"
    assert follower.say("start", config=SMALL)[0]["phase"] == "paused"


def test_an_owner_may_stop_sharing_and_share_again_under_another_link(room):
    follower = room.follower()
    assert room.owner.say("unshare", id=1)[0]["id"] == 1
    room.post()
    assert follower.heard[-1]["type"] == "ended"
    assert code(follower.say("follow", run=room.token)) == "unknown_run"
    again = room.owner.say("share")[0]["run"]
    assert again != room.token
    assert follower.say("follow", run=again)[0]["type"] == "state"


def test_an_owner_who_follows_another_run_ends_their_own(room):
    other = room.enter().started()
    token = other.say("share")[0]["run"]
    follower = room.follower()
    assert room.owner.say("follow", run=token)[0]["following"] == token
    room.post()
    assert follower.heard[-1]["type"] == "ended"


def test_another_network_of_the_owner_is_followed_under_the_same_link(room):
    follower = room.follower()
    room.owner.say("start", config=SMALL | {"cell": "gru"})
    room.post()
    assert [item for item in follower.heard if isinstance(item, dict)][-1]["config"]["cell"] == "gru"


def test_an_error_of_ours_in_a_shared_run_is_told_to_those_who_follow(room):
    follower = room.follower()
    room.owner.run.fail()
    room.post()
    assert (follower.heard[-1]["type"], "error" in follower.heard[-1]["why"]) == ("ended", True)


def test_who_was_let_go_leaves_without_the_run_they_followed(room):
    follower = room.follower()
    room.owner.say("unshare")
    assert follower.run.last_snapshot() is None
    assert follower.run.due_at(room.clock.now) > room.clock.now, "it is no turn of theirs"
    follower.run.leave()
    assert room.owner.say("step")[0]["iteration"] == 1


def test_who_was_let_go_is_shown_nothing_more_and_trains_nothing(room):
    follower = room.follower()
    room.owner.say("play")
    room.owner.say("unshare")
    iteration = room.owner.run.session.trainer.iteration
    follower.ack(2**53 - 1)
    room.clock.advance(1)
    assert follower.run.work(seconds=0) == []
    assert room.owner.run.session.trainer.iteration == iteration


def test_an_error_of_ours_in_a_followers_turn_is_their_end_only(room):
    follower = room.follower()
    follower.run.fail()
    follower.run.leave()
    assert room.owner.say("step")[0]["iteration"] == 1


def test_who_leaves_is_forgotten(room):
    follower = room.follower()
    follower.run.leave()
    assert len(room.owner.session.sharing.followers) == 0
    assert room.owner.session.trainer is not None


# Going on alone.


def test_a_copy_goes_on_bit_for_bit(room):
    follower = room.follower()
    room.owner.say("step", iterations=5)
    room.post()
    file = follower.say("copy", id="mine")[0]
    assert (facts(file)["kind"], facts(file)["id"]) == ("snapshot", "mine")
    alone = Client()
    alone.say("upload", kind="snapshot", bytes=len(file))
    assert alone.send(file)[0]["iteration"] == 5
    alone.say("step", iterations=4)
    room.owner.say("step", iterations=4)
    assert alone.session.trainer.snapshot() == room.owner.session.trainer.snapshot()


def test_a_copy_of_what_takes_long_is_made_in_steps_and_is_of_one_moment(room):
    """The owner may go on in between."""
    room.owner.say("configure", changes={"cell": "lstm", "hidden_size": 64, "sequence_length": 50, "batch_size": 32})
    follower, trainer = room.follower(), room.owner.session.trainer
    trainer.advance()
    assert trainer.takes_long
    follower.run.receive('{"type": "copy"}')
    turns, answer = 0, []
    while not answer:
        answer = follower.whole(follower.run.work(seconds=0))
        turns += 1
        if turns == 3:
            trainer.advance()
    assert turns >= 8
    assert answer[0] == trainer.snapshot()
    assert facts(answer[0])["iteration"] == 2


def test_a_last_snapshot_is_for_the_owner(room):
    assert room.follower().run.last_snapshot() is None
    assert facts(room.owner.run.last_snapshot())["kind"] == "snapshot"


# Limits.


def test_so_many_may_follow_and_one_more_is_told_when_to_try_again(room, monkeypatch):
    monkeypatch.setattr("app.web.following.followers.MOST_FOLLOWERS", 2)
    room.follower()
    room.follower()
    refused = room.enter().say("follow", run=room.token)[0]
    assert (refused["code"], refused["retry_after"]) == ("busy", 5.0)


def test_hello_says_how_many_may_follow(client):
    assert json.loads(client.run.hello())["limits"]["followers"] == MOST_FOLLOWERS == followers.MOST_FOLLOWERS


def test_a_new_key_is_one_that_share_takes():
    assert {len(new_key()) for _ in range(20)} == {22}


def test_of_a_live_change_the_newest_news_are_enough_and_a_new_beginning_is_always_told(room):
    room.follower()
    for changes, is_news in (({"learning_rate": 0.5}, True), ({"hidden_size": 5}, False)):
        room.shared.outbox.clear()
        room.owner.say("configure", changes=changes)
        (said,) = (each for each in room.shared.outbox if isinstance(each.frame, str))
        assert said.is_news == is_news
