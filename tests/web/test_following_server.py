"""Following over real sockets: runs and followers in different processes of one server, and a process that dies."""

import contextlib
import json
import os
import signal

import pytest

from app.link_keys import token_of
from app.training import Trainer
from benchmarks.servers import nginx
from tests.support.clients import facts
from tests.support.nginx import INSTALLED
from tests.support.servers import Server, wait_until
from tests.support.visitors import Visitor
from tests.web.test_server import SMALL, get, workers


@pytest.fixture(scope="module")
def pair():
    """A server with two compute processes."""
    with Server(WORKERS="2") as running:
        wait_until(lambda: len(workers(running)) == 2, "two compute processes")
        yield running


def test_followers_find_a_run_in_whichever_process_it_is(pair):
    with Visitor(pair) as owner:
        owner.ask("start", config=SMALL)
        token = owner.ask("share")["run"]
        with Visitor(pair) as one, Visitor(pair) as two, Visitor(pair) as three:
            for follower in (one, two, three):
                assert follower.ask("follow", run=token)["following"] == token
            owner.ask("play", rate=50)
            for follower in (one, two, three):
                while len(follower.records) < 10:
                    follower.hear()
                assert follower.ask("pause")["code"] == "read_only"
                assert follower.ask("follow", run=token)["code"] == "read_only"
            assert owner.ask("share")["followers"] == 3
            assert owner.ask("pause")["phase"] == "paused"
            snapshot = owner.snapshot()
            assert one.ask("copy")[8:] == two.ask("copy")[8:]
        wait_until(lambda: owner.ask("share")["followers"] == 0, "followers to be forgotten")
        alone = Trainer(Trainer.resume(snapshot).config)
        for _ in range(facts(snapshot)["iteration"]):
            alone.advance()
        assert alone.snapshot() == snapshot


def test_what_was_asked_before_following_is_answered_first(pair):
    with Visitor(pair) as owner, Visitor(pair) as follower:
        owner.ask("start", config=SMALL)
        token = owner.ask("share")["run"]
        follower.socket.send(json.dumps({"type": "start", "id": 1, "config": SMALL}))
        follower.socket.send(json.dumps({"type": "step", "id": 2, "iterations": 30}))
        follower.socket.send(json.dumps({"type": "follow", "id": 3, "run": token}))
        follower.socket.send(json.dumps({"type": "watch", "id": 4, "quantities": ["flow"]}))
        answers = []
        while len(answers) < 4:
            heard = follower.hear()
            if isinstance(heard, dict) and "id" in heard:
                answers.append((heard["id"], heard["type"]))
        assert answers == [(1, "state"), (2, "state"), (3, "state"), (4, "state")]


def test_who_asks_before_a_run_is_shared_follows_it_once_it_is_in_whichever_process(pair):
    """Two who wait, as the server divides newcomers among its processes: one of them is not where the owner is."""
    with Visitor(pair) as owner, Visitor(pair) as one, Visitor(pair) as two:
        key = "k" * 22
        token = token_of(key)
        for early in (one, two):
            assert early.ask("follow", run=token)["code"] == "unknown_run"
        owner.ask("start", config=SMALL)
        assert owner.ask("share", key=key)["run"] == token
        for early in (one, two):
            assert early.ask("follow", run=token)["following"] == token


def test_followers_hear_that_the_owner_left(pair):
    with Visitor(pair) as follower:
        with Visitor(pair) as owner:
            owner.ask("start", config=SMALL)
            token = owner.ask("share")["run"]
            assert follower.ask("follow", run=token)["type"] == "state"
        while not isinstance(heard := follower.hear(), dict) or heard["type"] != "ended":
            pass
        assert heard["run"] == token
        assert follower.ask("follow", run=token)["code"] == "unknown_run"
        assert follower.ask("start", config=SMALL)["type"] == "state"


def test_a_shared_run_survives_the_process_that_computed_it(pair):
    before = set(workers(pair))
    with Visitor(pair) as owner, Visitor(pair) as follower:
        owner.ask("start", config=SMALL)
        shared = owner.ask("share")
        follower.ask("follow", run=shared["run"])
        owner.ask("step", iterations=20)
        snapshot = owner.snapshot()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert (owner.closed(), follower.closed()) == (1012, 1012)
    wait_until(lambda: before.isdisjoint(workers(pair)), "those that were killed to be gone")
    wait_until(lambda: get(pair, "/readyz")[0] == 200, "a process that can compute")
    with Visitor(pair) as follower, Visitor(pair) as owner:
        assert follower.ask("follow", run=shared["run"])["code"] == "unknown_run"
        assert owner.upload("snapshot", snapshot)["iteration"] == 20
        assert owner.ask("share", key=shared["key"])["run"] == shared["run"]
        assert follower.ask("follow", run=shared["run"])["iteration"] == 20
        owner.ask("step", iterations=20)
        copy = follower.ask("copy")
        alone = Trainer(Trainer.resume(snapshot).config)
        for _ in range(40):
            alone.advance()
        assert Trainer.resume(copy).snapshot() == alone.snapshot()


@pytest.mark.skipif(not INSTALLED, reason="needs Debian's nginx")
def test_behind_nginx_a_token_leads_owner_and_followers_to_the_same_replica_and_to_another_one_when_it_dies():
    with contextlib.ExitStack() as stack:
        replicas = [stack.enter_context(Server(WORKERS="1")) for _ in range(2)]
        address = f"http://127.0.0.1:{stack.enter_context(nginx(replicas))}"
        with Visitor(address) as owner:
            owner.ask("start", config=SMALL)
            shared = owner.ask("share")
            snapshot = owner.snapshot()
        path = f"/ws?run={shared['run']}"
        for _ in range(2):
            with Visitor(address, path=path) as owner, contextlib.ExitStack() as room:
                owner.upload("snapshot", snapshot)
                assert owner.ask("share", key=shared["key"])["run"] == shared["run"]
                for _ in range(4):
                    follower = room.enter_context(Visitor(address, path=path))
                    assert follower.ask("follow", run=shared["run"])["type"] == "state"
                (where,) = [replica for replica in replicas if runs(replica) == 5]
            where.stop(signal.SIGKILL)
            replicas.remove(where)


def runs(server: Server) -> int:
    """How many runs, followers included, a replica has."""
    return json.loads(get(server, "/healthz")[2])["runs"]
