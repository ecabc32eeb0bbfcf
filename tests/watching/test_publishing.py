"""From a script to a server and back: what is sent, what a lost server means, and that a server beside ends with it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from functools import partial
from itertools import pairwise
from typing import Self

import numpy as np
import pytest
from websockets.sync.server import ServerConnection, serve

from app.errors import BadValue
from app.training import Record
from app.watching.own_server import OwnServer
from app.watching.publishing import Publisher, addresses
from tests.support.clients import facts
from tests.support.servers import PATIENCE, ROOT, Server, free_port, wait_until
from tests.support.visitors import Visitor

TOKEN = "a-token-of-the-operator"
SCRIPT = """
import time
from app.watching.own_server import OwnServer
beside = OwnServer()
print(beside.url, flush=True)
time.sleep(600)
"""


def record(step: int) -> Record:
    return Record({"kind": "record", "module": "encoder", "step": step}, {"h": np.zeros((3, 2))})


class Told:
    """What the publisher says, in whatever thread."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.sequences: list[int] = []

    def publisher(self, url: str, token: str = TOKEN) -> Publisher:
        return Publisher(url, token, ["encoder"], 1, self.sequences.append, self.sentences.append)

    def heard(self, words: str) -> bool:
        return any(words in sentence for sentence in self.sentences)


def test_whoever_looks_takes_at_most_a_third_of_a_core_from_the_training():
    made: list[tuple[float, float]] = []

    def make() -> Record:
        began, busy = time.monotonic(), time.thread_time()
        while time.thread_time() < busy + 0.05:
            pass
        made.append((began, time.monotonic()))
        return record(len(made))

    told = Told()
    with Server(UNROLL_PUBLISH_TOKEN=TOKEN, WORKERS="1") as server:
        publisher = told.publisher(server.url)
        with Visitor(server) as page:
            wait_until(lambda: publisher.connected, "the server to be found")
            wait_until(
                lambda: page.ask("follow", run=publisher.address.partition("#run=")[2])["type"] == "state", "the run"
            )
            while len(made) < 4:
                publisher.offer({"encoder": make})
                page.hear()
        publisher.close()
    rests = [began - ended for (_, ended), (began, _) in pairwise(made)]
    assert min(rests) >= 0.1


def test_a_lost_server_is_told_once_and_found_again_under_the_same_address():
    port, told = free_port(), Told()
    publisher = told.publisher(f"http://127.0.0.1:{port}")
    run = publisher.address.partition("#run=")[2]
    wait_until(lambda: told.heard("cannot be reached"), "the missing server to be told")

    def serve_and_be_lost(step: int) -> None:
        with Server(port, UNROLL_PUBLISH_TOKEN=TOKEN, WORKERS="1") as server:
            wait_until(lambda: len(told.sentences) == 2 * step, "the server to be found")
            with Visitor(server) as page:
                page.ask("follow", run=run)
                publisher.offer({"encoder": partial(record, step)})
                while not page.records:
                    page.hear()
                assert facts(page.records[0])["step"] == step
                page.ask("watch", quantities=[], probe=step)
                wait_until(lambda: told.sequences[-1:] == [step], "the sequence to be asked for")
        wait_until(lambda: len(told.sentences) == 2 * step + 1, "the loss to be told")

    serve_and_be_lost(1)
    serve_and_be_lost(2)
    assert [sentence.startswith("the server is back") for sentence in told.sentences] == [
        False,
        True,
        False,
        True,
        False,
    ]
    publisher.offer({"encoder": partial(record, 3)})
    publisher.close()


def test_a_server_that_refuses_says_why():
    told = Told()
    with Server(WORKERS="1") as server:
        publisher = told.publisher(server.url)
        wait_until(lambda: told.heard("UNROLL_PUBLISH_TOKEN"), "the refusal to be told")
        publisher.close()


def fails(*_: object) -> Record:
    raise ZeroDivisionError("on purpose")


def test_a_record_that_cannot_be_made_is_told_as_that_and_the_others_come_over_the_same_connection():
    told = Told()
    with Follower() as server:
        publisher = Publisher(
            server.url, TOKEN, ["encoder", "decoder"], 1, told.sequences.append, told.sentences.append
        )
        for step in range(2):
            publisher.offer({"encoder": fails, "decoder": partial(record, step)})
            wait_until(lambda step=step: len(server.records) == step + 1, "the other record")
        publisher.close()
    assert [facts(one)["step"] for one in server.records] == [0, 1]
    assert told.sentences == [
        "the record of encoder could not be made (ZeroDivisionError: on purpose); training goes on"
    ]
    assert server.connections == 1


ALL = (
    "h", "W_hh", "grad.W_hh_l2", "route_share", "ln_flow", "ln_flow_l2_reverse", "share_reverse", "carried_share_l2",
    "ln_flow_c_l2", "above_share",
)  # fmt: skip
DRAWN = set(ALL) - {"ln_flow_c_l2", "above_share"}
ABOVE = DRAWN - {"share_reverse"}
WITHOUT_PAIRS = {"h", "W_hh", "grad.W_hh_l2", "route_share"}
LIGHT = {"h", "route_share"}


@pytest.mark.parametrize(
    ("large", "both", "expected"),
    [
        ({}, True, set(ALL)),
        ({"above_share": 600}, True, DRAWN),
        ({"share_reverse": 600}, True, ABOVE),
        ({"share_reverse": 600}, False, WITHOUT_PAIRS),
        ({"ln_flow": 600}, True, WITHOUT_PAIRS),
        ({"W_hh": 600}, True, LIGHT | set(ALL) - WITHOUT_PAIRS),
        ({"grad.W_hh_l2": 600, "carried_share_l2": 600}, True, LIGHT),
        ({"h": 600}, True, None),
    ],
    ids=lambda value: "" if isinstance(value, set) else str(value),  # a set has another order in each process
)
def test_a_record_that_is_too_large_for_the_server_goes_without_more_and_more_or_is_told_and_not_sent(
    large, both, expected
):
    told, most = Told(), 4000
    facts_of_both = {"bidirectional": both, "num_layers": 2}
    tensors = {name: np.zeros((1, large.get(name, 5))) for name in ALL}
    with Follower(f'{{"type": "hello", "limits": {{"capture_bytes": {most}}}}}') as server:
        publisher = told.publisher(server.url)
        publisher.offer({"encoder": lambda: Record(record(0).scalars | facts_of_both, tensors)})
        wait_until(lambda: server.records or told.sentences, "the record")
        publisher.close()
    assert server.connections == 1
    if expected is None:
        (sentence,) = told.sentences
        assert sentence.startswith(f"the record of encoder could not be made (Expected at most {most} bytes, ")
        assert "got 4840, without" in sentence
        assert "Shorter sequences help" in sentence
        assert sentence.endswith("); training goes on")
        return
    (sent,) = server.records
    assert len(sent) <= most
    assert {name for name in ALL if f'"{name}"'.encode() in sent} == expected
    assert not told.sentences


def test_a_record_that_is_known_to_be_too_large_is_not_packed(monkeypatch):
    packed, told = [], Told()
    as_ever = Record.to_bytes
    monkeypatch.setattr(Record, "to_bytes", lambda one: packed.append(set(one.tensors)) or as_ever(one))
    whole = Record(record(0).scalars, {"h": np.zeros(5), "ln_flow": np.zeros(600), "ln_flow_a": np.zeros(5)})
    with Follower('{"type": "hello", "limits": {"capture_bytes": 4000}}') as server:
        publisher = told.publisher(server.url)
        publisher.offer({"encoder": lambda: whole})
        wait_until(lambda: server.records, "the record")
        publisher.close()
    assert packed == [{"h"}]


@pytest.mark.parametrize("said", ['{"type": "show", "sequence": 1}', '{"type": "followers"}', "{", "[]"])
def test_what_the_server_says_and_cannot_be_done_is_told_as_that_and_the_connection_stays(said):
    told = Told()
    with Follower(said, said) as server:
        publisher = Publisher(server.url, TOKEN, ["encoder"], 1, fails, told.sentences.append)
        publisher.offer({"encoder": partial(record, 1)})
        wait_until(lambda: server.records, "the record")
        publisher.close()
    (sentence,) = told.sentences
    assert sentence.startswith("what the server said could not be done (")
    assert server.connections == 1


def test_the_end_of_a_connection_is_noticed_though_the_thread_that_heard_of_it_has_not_ended():
    told, going = Told(), threading.Event()

    class Lingering(Publisher):
        def _read(self, *given):
            super()._read(*given)
            going.wait(PATIENCE)

    with Follower() as server:
        publisher = Lingering(server.url, TOKEN, ["encoder"], 1, told.sequences.append, told.sentences.append)
        wait_until(lambda: publisher.followers, "the server to be found")
        server.hang_up()
        wait_until(lambda: told.heard("the server ended the connection"), "the end to be told")
        going.set()
        publisher.close()


class Follower:
    """A server on which somebody follows every run from the beginning, after it has said what it is given to say."""

    def __init__(self, *said: str) -> None:
        self._said = said
        self.records: list[bytes] = []
        self.connections = 0

    def _serve(self, publisher: ServerConnection) -> None:
        self.connections += 1
        self._publisher = publisher
        publisher.recv()
        for message in ('{"type": "published"}', *self._said, '{"type": "followers", "count": 1}'):
            publisher.send(message)
        self.records += publisher

    def hang_up(self) -> None:
        """End the newest connection."""
        self._publisher.close()

    def __enter__(self) -> Self:
        self._server = serve(self._serve, "127.0.0.1", 0, compression=None)
        self.url = f"http://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(PATIENCE)


@pytest.mark.parametrize("server", ["localhost:8000", "ftp://here", "", "http://"])
def test_an_address_that_is_none_is_refused(server):
    with pytest.raises(BadValue, match=r"http://127\.0\.0\.1:8000"):
        addresses(server)


def test_below_a_prefix_page_and_records_stay_below_it():
    page, records = addresses("https://hub.example/user/me/proxy/8000/")
    assert (page, records) == (
        "https://hub.example/user/me/proxy/8000/watched",
        "wss://hub.example/user/me/proxy/8000/publish",
    )


def test_the_server_beside_a_script_ends_with_it_also_when_it_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as script:
        assert script.stdout is not None
        url = script.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/watched", timeout=PATIENCE) as page:
            assert b"Unroll: watching" in page.read()
        os.kill(script.pid, signal.SIGKILL)
        script.wait(PATIENCE)
    wait_until(lambda: is_free(url), "the server beside the script to end")


def test_a_server_beside_a_script_that_is_killed_holds_up_nothing():
    beside, told = OwnServer(), Told()
    publisher = told.publisher(beside.url, beside.token)
    wait_until(lambda: publisher.connected, "the server beside to take the run")
    assert not beside.failed
    beside._process.kill()
    wait_until(lambda: told.heard("training goes on"), "the loss to be told")
    wait_until(lambda: beside.failed, "the end of the process to be noticed")
    ending = threading.Thread(target=lambda: (publisher.close(), beside.close()))
    ending.start()
    ending.join(PATIENCE)
    assert not ending.is_alive()


def is_free(url: str) -> bool:
    """Whether nobody listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0
