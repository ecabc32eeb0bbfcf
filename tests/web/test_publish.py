"""`/publish`: a script's records reach whoever follows, and nobody publishes without the operator's token."""

import contextlib
import json
from types import SimpleNamespace

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from app.link_keys import new_key, token_of
from app.training import Record
from app.web.protocol import CAPTURE_BYTES
from app.web.publishing.publish import may_publish
from tests.support.clients import facts
from tests.support.servers import PATIENCE, Server
from tests.support.visitors import Visitor

TOKEN = "a-token-of-the-operator"


@pytest.fixture(scope="module")
def server():
    with Server(UNROLL_PUBLISH_TOKEN=TOKEN, WORKERS="1") as running:
        yield running


def capture(step: int, module: str = "encoder", **scalars) -> bytes:
    said = {"kind": "record", "module": module, "step": step, "iteration": step, **scalars}
    return Record(said, {"h": np.full((3, 2), float(step))}).to_bytes()


class Script:
    """What `unroll.watch` is to a server."""

    def __init__(self, server: Server, token: str | None = TOKEN, origin: str | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        url = server.url.replace("http", "ws") + "/publish"
        self.stack = contextlib.ExitStack()
        self.socket = self.stack.enter_context(
            connect(url, additional_headers=headers, origin=origin, compression=None)
        )
        self.hello = self.hear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def hear(self):
        return json.loads(self.socket.recv(timeout=PATIENCE))

    def begin(self, key: str) -> str:
        self.socket.send(json.dumps({"type": "publish", "key": key, "modules": ["encoder", "decoder"], "every": 50}))
        said = self.hear()
        assert said["type"] == "published"
        return said["run"]


@pytest.mark.parametrize("token", [None, "", "another-token-than-it", TOKEN[:-1]])
@pytest.mark.parametrize("origin", ["none", "own", "foreign"])
def test_without_the_token_nobody_publishes_whatever_the_origin(server, token, origin):
    with pytest.raises(InvalidStatus) as refused:
        Script(server, token, {"none": None, "own": server.url, "foreign": "https://elsewhere.example"}[origin])
    assert refused.value.response.status_code == 403


def test_a_server_without_a_token_takes_none_not_even_an_empty_one():
    def asking(given: str) -> SimpleNamespace:
        return SimpleNamespace(headers={"authorization": f"Bearer {given}"})

    assert not may_publish(asking(""), "")
    assert not may_publish(asking(TOKEN), "")
    assert may_publish(asking(TOKEN), TOKEN)


def test_a_published_run_is_followed_like_a_shared_one(server):
    key = new_key()
    with Script(server) as script, Visitor(server) as page:
        assert script.hello["limits"]["capture_bytes"] == CAPTURE_BYTES == page.hello["limits"]["capture_bytes"]
        run = script.begin(key)
        assert run == token_of(key)
        script.socket.send(capture(0))
        script.socket.send(capture(50))
        page.ask("start", config={"sequence_length": 6, "hidden_size": 3, "batch_size": 2, "lag": 2})
        state = page.ask("follow", run=run)
        assert (state["following"], state["phase"]) == (run, "running")
        assert state["watched"] == {"modules": ["encoder", "decoder"], "every": 50}
        assert script.hear() == {"type": "followers", "count": 1}
        page.records.clear()
        while not page.records:
            page.hear()
        assert page.records == [capture(50)], "the newest, byte for byte"
        assert page.ask("watch", quantities=[], probe=3)["type"] == "state"
        assert script.hear() == {"type": "show", "sequence": 3}
        for command in ("play", "start", "snapshot", "share", "reset"):
            assert page.ask(command)["code"] == "read_only"
        script.socket.send(capture(100, "decoder"))
        script.socket.send(capture(100))
        while len(page.records) < 3:
            page.hear()
        assert {facts(record)["module"] for record in page.records[1:]} == {"encoder", "decoder"}
        script.socket.close()
        assert page.hear() == {"type": "ended", "run": run, "why": "The script ended, or stopped watching."}
        assert page.ask("follow", run=run)["code"] == "unknown_run"
        with Script(server) as again:
            assert again.begin(key) == run
            again.socket.send(capture(150))
            assert page.ask("follow", run=run)["following"] == run
            while len(page.records) < 4:
                page.hear()
            assert facts(page.records[-1])["step"] == 150


def test_whoever_is_slow_misses_captures_and_holds_up_nobody(server):
    with Script(server) as script, Visitor(server, draws=False) as slow:
        run = script.begin(new_key())
        slow.ask("follow", run=run)
        assert script.hear()["count"] == 1
        for step in range(40):
            script.socket.send(capture(step))
        with Visitor(server) as other:
            other.ask("follow", run=run)
            while not other.records or facts(other.records[-1])["step"] < 39:
                other.hear()
        seen: list[int] = []
        while not seen or seen[-1] < 39:
            if len(seen) == 2:
                slow.say("ack", iteration=seen[-1])
            seen.append(facts(slow.hear())["step"])
        assert len(seen) <= 3, "two unacknowledged ones and the newest; what came in between is not sent any more"


@pytest.mark.parametrize(
    ("frame", "code", "words"),
    [
        (b"no file", "bad_upload", "8 bytes"),
        (capture(1, kind="snapshot"), "bad_upload", "watched module"),
        (capture(1, module="m" * 300), "bad_upload", "200 characters"),
        (capture(-1), "bad_upload", "step"),
        (capture(1)[:-8], "bad_upload", "bytes of tensors"),
        ('{"type": "play"}', "unknown_type", "publish"),
        ('{"type": "publish", "key": "short", "modules": ["a"], "every": 1}', "bad_value", "key"),
        ("[]", "bad_message", "JSON object"),
    ],
)
def test_what_is_no_capture_is_refused_in_words_and_the_script_goes_on(server, frame, code, words):
    with Script(server) as script, Visitor(server) as page:
        run = script.begin(new_key())
        script.socket.send(frame)
        said = script.hear()
        assert (said["type"], said["code"]) == ("error", code)
        assert words in said["message"] + said.get("field", "")
        script.socket.send(capture(7))
        page.ask("follow", run=run)
        while not page.records:
            page.hear()
        assert facts(page.records[0])["step"] == 7


def test_a_frame_above_the_announced_size_ends_the_connection(server):
    with Script(server) as script:
        script.begin(new_key())
        with contextlib.suppress(ConnectionClosed):  # it may end before all was sent
            script.socket.send(bytes(CAPTURE_BYTES + 1))
        with pytest.raises(ConnectionClosed) as closed:
            script.hear()
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1009


def test_a_record_before_publish_is_refused(server):
    with Script(server) as script:
        script.socket.send(capture(1))
        assert script.hear()["code"] == "unexpected_binary"
