"""The whole server in processes of its own, spoken to through real sockets on this machine."""

import base64
import contextlib
import hashlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.support import served_page
from tests.support.abuse import ask_every_way
from tests.support.clients import facts, tensors
from tests.support.servers import PATIENCE, ROOT, Server, wait_until
from tests.support.visitors import Visitor

SMALL = {"sequence_length": 6, "hidden_size": 4, "batch_size": 4, "lag": 2}


def get(server, path, **headers):
    request = urllib.request.Request(server.url + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def workers(server) -> list[int]:
    """The compute processes of a server."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return [pid for pid in map(int, children) if b"app.web.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


# The stream.


def test_the_first_message_says_what_holds(server):
    with Visitor(server) as visitor:
        assert visitor.hello["type"] == "hello"
        assert visitor.hello["protocol"] == 1
        assert visitor.hello["limits"]["message_bytes"] == 16384


def test_records_stream_while_the_run_plays_and_follow_a_change(server):
    with Visitor(server) as visitor:
        assert visitor.ask("start", config=SMALL)["phase"] == "paused"
        assert visitor.ask("watch", quantities=["flow", "weights"])["type"] == "state"
        assert visitor.ask("play")["phase"] == "running"
        for _ in range(20):
            visitor.hear()
        iterations = [facts(record)["iteration"] for record in visitor.records[-20:]]
        assert iterations == sorted(iterations)
        assert iterations[-1] > iterations[0]
        visitor.ask("configure", changes={"sequence_length": 9})
        assert tensors(visitor.hear())["h"].shape[0] == 10
        assert facts(visitor.records[-1])["flow_residual"] <= 1e-10


def test_who_draws_nothing_gets_two_records_and_still_answers(server):
    with Visitor(server, draws=False) as visitor:
        visitor.say("start", config=SMALL)
        visitor.say("play")
        heard = [visitor.hear() for _ in range(4)]
        assert sum(isinstance(item, bytes) for item in heard) == 2
        for _ in range(5):
            assert visitor.ask("pause")["type"] == "state"
            assert visitor.ask("play")["type"] == "state"


def test_a_snapshot_resumes_bit_for_bit_on_a_new_connection(server):
    with Visitor(server) as first, Visitor(server) as second:
        first.ask("start", config=SMALL)
        first.ask("play")
        for _ in range(5):
            first.hear()
        first.ask("pause")
        blob = first.snapshot()
        state = second.upload("snapshot", blob)
        assert (state["type"], state["iteration"]) == ("state", facts(blob)["iteration"])
        for visitor in (first, second):
            visitor.ask("step", iterations=100)
        assert first.snapshot() == second.snapshot()


def malformed(rng: random.Random) -> str | bytes:
    """One of many ways to be wrong."""
    wrong = [None, True, -1, 1.5, 2**70, "x", "\ud800", [], {}, [[[]]], "é" * 50]
    kind = rng.randrange(8)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 200))
    if kind == 1:
        return "".join(rng.choice('{}[]":,\\play0123NaN ') for _ in range(rng.randrange(60)))
    if kind == 2:
        return rng.choice(['{"type":"play","rate":NaN}', "[" * 5000, '{"type":"play","type":"play"}', "9" * 4400])
    if kind == 3:
        return json.dumps({"type": rng.choice(wrong)})
    if kind == 4:
        return json.dumps({"type": "configure", "changes": {rng.choice(["cell", "seed", "k1"]): rng.choice(wrong)}})
    if kind == 5:
        return json.dumps({"type": "configure", "changes": {"self": 1, "hidden_size": 10**9, "task": "x"}})
    if kind == 6:
        return json.dumps(
            {"type": rng.choice(["edit", "step", "watch", "upload", "start"]), "unknown": rng.choice(wrong)}
        )
    return json.dumps({"type": "edit", "tensor": "W_hh", "index": rng.choice(wrong), "value": rng.choice(wrong)})


def test_a_thousand_malformed_messages_are_each_answered_and_change_nothing(server):
    rng = random.Random(7)
    for _ in range(4):  # visitors, as one may send only so many frames, which is not what is tested here
        with Visitor(server) as visitor:
            visitor.ask("start", config=SMALL)
            visitor.ask("step", iterations=3)
            before = hashlib.sha256(visitor.snapshot()).hexdigest()
            for _ in range(250):
                visitor.socket.send(malformed(rng))
                while isinstance(answer := visitor.hear(), bytes):
                    pass
                assert answer["type"] == "error", answer
                assert re.fullmatch("[a-z_]+", answer["code"])
                assert answer["message"].isprintable()
            assert hashlib.sha256(visitor.snapshot()).hexdigest() == before
            assert visitor.ask("play")["phase"] == "running"


# What ends a connection, and nothing else does.


def test_a_text_frame_over_the_limit_closes_with_1009(server):
    with Visitor(server) as visitor:
        visitor.socket.send(json.dumps({"type": "own_text", "text": "a" * 16384}))
        assert visitor.closed() == 1009


def test_a_text_frame_at_the_limit_is_read(server):
    with Visitor(server) as visitor:
        frame = json.dumps({"type": "own_text", "id": "asked", "text": ""})
        visitor.socket.send(frame.replace('""', '"' + "a" * (16384 - len(frame)) + '"'))
        assert visitor.answer()["code"] == "no_run"


def test_a_file_larger_than_announced_closes_with_1009(server):
    with Visitor(server) as visitor:
        visitor.ask("upload", kind="snapshot", bytes=100)
        visitor.socket.send(bytes(101))
        assert visitor.closed() == 1009


def test_text_that_is_not_utf8_closes_with_1007(server):
    with Visitor(server) as visitor:
        visitor.socket.send(b"\xff\xfe", text=True)
        assert visitor.closed() == 1007


def test_a_flood_of_commands_closes_with_1008(server):
    with Visitor(server) as visitor:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(3000):
                visitor.socket.send('{"type":"pause"}')
        assert visitor.closed() == 1008


def test_a_burst_within_the_limit_is_answered_in_full(server):
    with Visitor(server) as visitor:
        for at in range(380):
            visitor.say("pause", id=at)
        answers = [visitor.hear() for _ in range(380)]
        assert [answer["id"] for answer in answers] == list(range(380))


def test_acks_are_not_counted(server):
    with Visitor(server) as visitor:
        for _ in range(1000):
            visitor.say("ack", iteration=0)
        assert visitor.ask("start", config=SMALL)["type"] == "state"


# Who may come.


def test_foreign_pages_and_hosts_are_refused(server):
    url = server.url.replace("http", "ws") + "/ws"
    for origin in (None, "http://evil.example", server.url + "/"):
        with pytest.raises(InvalidStatus) as caught, connect(url, origin=origin):
            pass
        assert caught.value.response.status_code == 403
    twice = {"Origin": server.url}
    with pytest.raises(InvalidStatus) as caught, connect(url, origin=server.url, additional_headers=twice):
        pass
    assert caught.value.response.status_code in (400, 403)
    status, _, body = get(server, "/", Host="evil.example")
    assert status == 400
    assert b"UNROLL_ALLOWED_HOSTS" in body


def routes(server) -> list[str]:
    api = json.loads(get(server, "/openapi.json")[2])
    page = get(server, "/")[2].decode()
    fixed = [path for path in api["paths"] if "{" not in path]
    return [*fixed, "/docs", "/openapi.json", "/" + re.search(r'href="(static/[^"]+)"', page)[1], "/nothing"]


def test_every_route_checks_host_and_origin_and_sets_its_headers(server):
    for path in routes(server):
        status, headers, _ = get(server, path)
        assert status == (404 if path == "/nothing" else 200), path
        policies = headers.get_all("content-security-policy")
        assert len(policies) == 1, path
        assert "default-src 'none'" in policies[0], path
        assert headers["x-content-type-options"] == "nosniff", path
        refused = 200 if path in ("/healthz", "/readyz") else 400
        assert get(server, path, Host="evil.example")[0] == refused, path
        if refused == 400:
            is_file = path.startswith("/static/")  # which say no secret, and name no origin that may read them
            assert get(server, path, Origin="http://evil.example")[0] == (200 if is_file else 403), path
            assert headers["access-control-allow-origin"] is None, path


# What is fetched.


HEADERS = 300  # what a browser counts for the headers of an answer, whatever they are


@pytest.mark.parametrize("cookie", ["", "unroll-view=whole"], ids=["first view", "whole instrument"])
def test_all_that_the_first_picture_waits_for_weighs_at_most_130_kb(server, cookie):
    """The page with its styles, every module that runs before it is drawn, and its headers, as they are sent."""
    page = get(server, "/", Cookie=cookie)[2].decode()
    assert not re.search(r'rel="(?:stylesheet|modulepreload)"|<script[^>]* src=', page), "it waits for nothing else"
    total = len(get(server, "/", **{"Accept-Encoding": "gzip", "Cookie": cookie})[2]) + HEADERS
    assert total <= 130_000, f"{total} bytes"

    soon, later = served_page.inside(page), served_page.later(page)
    assert {"js/main.js", "js/stage/view.js", "js/wire/protocol.js"} <= set(soon)
    assert "js/page.js" in later
    assert ("js/panels/inspector/inspector.js" in later) == bool(cookie), "the first view has no inspector"
    assert not set(soon) & set(later), "what stands in the page is not asked for again"
    assert {get(server, f"/{address}")[0] for address in served_page.addresses(page)} == {200}


SCRIPT = re.compile(r'<script(?: type="importmap"| type="module" async)?>(.*?)</script>', re.DOTALL)


@pytest.mark.parametrize("path", ["/", "/?embed", "/watched"])
def test_a_page_lets_in_the_scripts_that_stand_in_it_also_when_it_did_not_change(server, path):
    """A browser that has the page goes on with the policy that comes with "not modified"."""
    _, headers, body = get(server, path)
    policy = headers["content-security-policy"]
    scripts = SCRIPT.findall(body.decode())
    assert len(scripts) == (3 if path == "/" else 2), "the first view's card has one of its own"
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = re.search(r"script-src ([^;]*)", policy)[1].split()
    assert sorted(allowed) == sorted(["'self'", "'strict-dynamic'", *(f"'sha256-{digest}'" for digest in digests)])
    status, again, _ = get(server, path, **{"If-None-Match": headers["etag"]})
    assert (status, again["content-security-policy"]) == (304, policy)


def test_the_page_carries_its_first_record_and_names_no_other_host(server):
    status, headers, _ = get(server, "/", **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"]) == (200, "gzip")
    page = get(server, "/")[2].decode()
    bootstrap = json.loads(re.search(r'id="bootstrap">(.*?)</script>', page, re.S)[1])
    assert {"schema", "config", "task", "limits", "protocol"} <= set(bootstrap)
    record = base64.b64decode(re.search(r'id="first-record">(.*?)</script>', page, re.S)[1])
    assert facts(record)["iteration"] == 0
    assert {"h", "ln_flow", "W_hh"} <= set(tensors(record))
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert all(link.startswith("static/") for link in links), links


def test_who_was_never_here_gets_the_first_view_and_everybody_else_the_whole_instrument(server):
    def opened(path: str, **headers: str) -> tuple[dict, int, bool]:
        _, answered, body = get(server, path, **headers)
        assert "cookie" in answered["vary"], "a cache must not give one the other's page"
        page = body.decode()
        bootstrap = json.loads(re.search(r'id="bootstrap">(.*?)</script>', page, re.S)[1])
        record = base64.b64decode(re.search(r'id="first-record">(.*?)</script>', page, re.S)[1])
        return bootstrap, len(tensors(record)["loss_t"]), bool(re.search("<body[^>]* data-first", page))

    bootstrap, T, is_first = opened("/")
    assert (T, is_first) == (8, True)
    small = bootstrap["first_view"]["config"]
    assert [small[name] for name in ("task", "lag", "sequence_length", "hidden_size")] == ["echo", 2, 8, 6]
    assert bootstrap["config"]["sequence_length"] == 24, "what a link opens with instead"
    for path, headers in {"/": {"Cookie": "unroll-view=whole"}, "/?embed": {}}.items():
        bootstrap, T, is_first = opened(path, **headers)
        assert (T, is_first, "first_view" in bootstrap) == (24, False, False)


def test_no_request_that_the_description_allows_breaks_the_server(server):
    answers = ask_every_way(server.url, 200)
    assert len(answers) > 100
    assert max(answers) < 500


def test_the_page_is_not_sent_again_to_who_has_it(server):
    tag = get(server, "/")[1]["etag"]
    assert get(server, "/", **{"If-None-Match": tag})[0] == 304


@pytest.mark.parametrize("known", ["W/{}", '"x", W/{}', "*"])
def test_who_names_the_page_otherwise_has_it_too(server, known):
    tag = get(server, "/")[1]["etag"]
    assert get(server, "/", **{"If-None-Match": known.format(tag)})[0] == 304


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, GZIP;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("xgzip", None),
        ("*", "gzip"),
        ("*;q=0, gzip", "gzip"),
        ("*, gzip;q=0", None),
        ("gzip;q=0.0;x=1", None),
    ],
)
def test_an_answer_is_compressed_only_for_who_takes_it(server, accepted, coding):
    assert get(server, "/api/schema", **{"Accept-Encoding": accepted})[1]["content-encoding"] == coding


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/schema"])
def test_head_is_answered_by_the_headers_of_get(server, path):
    def answer(method):
        asking = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        with contextlib.closing(asking):
            asking.request(method, path)
            answered = asking.getresponse()
            headers = {name: value for name, value in answered.getheaders() if name != "date"}
            return answered.status, headers, answered.read()

    status, headers, body = answer("HEAD")
    assert (status, headers) == answer("GET")[:2]
    assert status == 200
    assert body == b""


def test_a_slash_too_many_leads_nowhere_and_not_to_another_host_or_out_of_a_prefix(server):
    status, headers, _ = get(server, "/api/schema/", Host="localhost")
    assert (status, headers["location"]) == (404, None)


def test_files_are_kept_for_ever_under_an_address_of_their_content(server):
    page = get(server, "/")[2].decode()
    for address in [*re.findall(r'href="(static/[^"]+)"', page), *served_page.addresses(page)]:
        status, headers, body = get(server, f"/{address}")
        assert status == 200
        assert "immutable" in headers["cache-control"]
        assert len(get(server, f"/{address}", **{"Accept-Encoding": "gzip"})[2]) <= len(body) + 30
    assert get(server, "/static/0000000000000000/js/main.js")[0] == 404
    version = re.search(r"static/([^/]+)/", page)[1]
    assert get(server, f"/static/{version}/../app/settings.py")[0] == 404
    assert get(server, f"/static/{version}/%2e%2e/%2e%2e/pyproject.toml")[0] == 404


def test_plotly_comes_from_this_server(server):
    page = get(server, "/")[2].decode()
    address = "/" + re.search(r'data-plotly="([^"]+)"', page)[1]
    status, headers, body = get(server, address, **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["content-encoding"] == "gzip"
    assert 1_000_000 < len(body) < 1_600_000


def test_schema_scenes_and_health(server):
    schema = json.loads(get(server, "/api/schema")[2])
    assert schema["properties"]["sequence_length"]["effect"] == "live"
    assert {"activations", "tasks"} <= set(schema)
    scenes = json.loads(get(server, "/api/scenes")[2])
    assert [scene["number"] for scene in scenes] == list(range(1, 1 + len(scenes)))
    assert len(scenes) >= 17
    assert {"id", "question", "link", "source"} <= set(json.loads(get(server, "/api/questions")[2])[0])
    assert json.loads(get(server, "/healthz")[2])["status"] == "ok"
    assert json.loads(get(server, "/readyz")[2])["status"] == "ready"


def test_metrics_count_all_processes_together(server):
    def value(name):
        text = get(server, "/metrics")[2].decode()
        return float(re.search(rf"^{re.escape(name)} (.+)$", text, re.M)[1])

    before = value("unroll_records_sent_total")
    with Visitor(server) as visitor:
        visitor.ask("start", config=SMALL)
        visitor.hear()
        assert visitor.ask("dance")["code"] == "unknown_type"
        assert value("unroll_runs") >= 1
        wait_until(lambda: value("unroll_records_sent_total") > before, "the record to be counted")
        wait_until(lambda: value('unroll_refused_total{code="unknown_type"}') >= 1, "the refusal to be counted")
    assert value("process_resident_memory_bytes") > 10_000_000
    assert value("unroll_loop_lag_seconds_count") > 0


# Life and death.


def test_a_full_server_says_when_to_come_again():
    server = Server(UNROLL_MAX_RUNS="1", WORKERS="1").start()
    try:
        with Visitor(server) as first:
            first.ask("start", config=SMALL)
            with Visitor(server) as second:
                error = second.hear()
                assert (error["code"], error["retry_after"] > 0) == ("server_full", True)
                assert second.closed() == 1013
            assert get(server, "/readyz")[0] == 503
            assert get(server, "/healthz")[0] == 200
        wait_until(lambda: get(server, "/readyz")[0] == 200, "room for another run")
        with Visitor(server) as third:
            assert third.ask("start", config=SMALL)["type"] == "state"
    finally:
        server.stop()


def test_a_compute_process_that_dies_is_replaced_and_its_visitors_are_told():
    server = Server(WORKERS="1").start()
    try:
        with Visitor(server) as visitor:
            visitor.ask("start", config=SMALL)
            visitor.ask("step", iterations=5)
            blob = visitor.snapshot()
            (pid,) = workers(server)
            os.kill(pid, signal.SIGKILL)
            assert visitor.closed() == 1012
        assert get(server, "/healthz")[0] == 200
        wait_until(lambda: get(server, "/readyz")[0] == 200, "another process to compute")
        with Visitor(server) as visitor:
            assert visitor.upload("snapshot", blob)["iteration"] == 5
    finally:
        server.stop()


def test_a_compute_process_that_hangs_is_replaced_and_readyz_tells_the_truth():
    server = Server(WORKERS="1").start()
    try:
        with Visitor(server) as visitor:
            visitor.ask("start", config=SMALL)
            blob = visitor.snapshot()
            (pid,) = workers(server)
            os.kill(pid, signal.SIGSTOP)
            hung_at = time.monotonic()
            wait_until(lambda: get(server, "/readyz")[0] == 503, "the hung process to be noticed")
            assert json.loads(get(server, "/readyz")[2]) == {"status": "recovering"}
            assert get(server, "/healthz")[0] == 200
            assert visitor.closed() == 1012
        wait_until(lambda: get(server, "/readyz")[0] == 200, "another process to compute")
        assert time.monotonic() - hung_at < 15, "5 s on a machine that does nothing else"
        assert workers(server) != [pid]
        with Visitor(server) as visitor:
            assert visitor.upload("snapshot", blob)["iteration"] == 0
    finally:
        server.stop()


def test_a_process_that_computes_without_a_word_is_not_taken_for_a_hung_one():
    server = Server(WORKERS="1").start()
    try:
        (pid,) = workers(server)
        with Visitor(server, draws=False) as visitor:
            visitor.ask("start", config={"sequence_length": 200, "hidden_size": 128, "batch_size": 4})
            visitor.ask("watch", quantities=["flow", "truncation", "spectrum", "weights"])
            visitor.ask("play")
            time.sleep(4.5)  # longer than silence may last; nothing happening is what is tested
            assert visitor.ask("pause")["phase"] == "paused"
        assert workers(server) == [pid]
    finally:
        server.stop()


def test_idle_sockets_make_room_for_who_starts_a_network():
    server = Server(WORKERS="1", UNROLL_MAX_RUNS="5").start()
    try:
        with contextlib.ExitStack() as stack:
            idle = [stack.enter_context(Visitor(server)) for _ in range(5)]
            assert get(server, "/readyz")[0] == 503
            wait_until(lambda: get(server, "/readyz")[0] == 200, "the idle sockets to be given up")
            with Visitor(server) as comer:
                assert comer.ask("start", config=SMALL)["type"] == "state"
                code, last = idle[0].end()
                assert (code, last["code"]) == (1013, "server_full")
                assert idle[1].ask("start", config=SMALL)["type"] == "state", "no more than needed are given up"
    finally:
        server.stop()


def test_one_address_has_as_many_runs_as_the_operator_says():
    server = Server(WORKERS="1", UNROLL_MAX_RUNS_PER_ADDRESS="1").start()
    try:
        with Visitor(server) as first, Visitor(server) as second:
            assert second.hear()["code"] == "server_full"
            assert second.closed() == 1013
            assert first.ask("start", config=SMALL)["type"] == "state"
    finally:
        server.stop()


@pytest.mark.parametrize("host", ["127.0.0.1", "::"])
@pytest.mark.parametrize(("proxies", "are_two"), [("127.0.0.0/8", True), ("10.0.0.5", False), ("*", True)])
def test_a_proxy_that_is_believed_says_who_comes_whatever_the_socket_calls_it(host, proxies, are_two):
    settings = {"UNROLL_MAX_RUNS_PER_ADDRESS": "1", "FORWARDED_ALLOW_IPS": proxies}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(HOST=host, WORKERS="1", **settings))
        answers = [answer_to(stack, server, pupil) for pupil in ("192.0.2.1", "192.0.2.2")]
    assert answers == ["state", "state" if are_two else 1013]


def answer_to(stack, server, pupil):
    """What a start is answered by, or the code with which the connection ended."""
    url, comes_from = f"ws://127.0.0.1:{server.port}/ws", {"X-Forwarded-For": pupil}
    visitor = stack.enter_context(connect(url, origin=server.url, additional_headers=comes_from))
    try:
        visitor.send(json.dumps({"type": "start", "config": SMALL}))
        said = iter(lambda: json.loads(visitor.recv(timeout=PATIENCE))["type"], "state")
        return "state" if list(said) == ["hello"] else "something else"
    except ConnectionClosed as closed:
        return closed.rcvd.code


def test_when_asked_to_end_every_visitor_gets_the_last_snapshot():
    server = Server(WORKERS="2").start()
    with contextlib.ExitStack() as stack:
        visitors = [stack.enter_context(Visitor(server)) for _ in range(6)]
        for visitor in visitors:
            visitor.ask("start", config=SMALL)
            visitor.ask("play")
        stuck = stack.enter_context(Visitor(server, draws=False))
        stuck.ask("start", config=SMALL)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        with ThreadPoolExecutor() as pool:
            for code, last in pool.map(Visitor.end, visitors):
                assert code == 1012
                assert facts(last)["kind"] == "snapshot"
        server.process.wait(timeout=PATIENCE)
        assert time.monotonic() - began < 10


def test_no_process_outlives_the_server():
    server = Server(WORKERS="2").start()
    pids = workers(server)
    assert len(pids) == 2
    server.stop(signal.SIGKILL)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "the compute processes to end")


AS_AT_A_TERMINAL = """if True:
    import runpy, signal
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background a shell has it ignored
    runpy.run_module("app", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("comes_up", [False, True])
def test_an_interrupt_at_the_terminal_ends_the_server_without_a_traceback(comes_up):
    command = [sys.executable, "-u", "-c", AS_AT_A_TERMINAL, "--port", "0", "--workers", "1"]
    started = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    with started:
        if comes_up:
            assert started.stdout.readline().startswith("Unroll is at")
        else:
            wait_until(lambda: workers(SimpleNamespace(process=started)), "a compute process that is about to import")
        os.killpg(started.pid, signal.SIGINT)
        _, said = started.communicate(timeout=PATIENCE)
    assert started.returncode == -signal.SIGINT
    assert said == ""


def test_a_taken_port_is_said_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "app"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port)},
            capture_output=True,
            text=True,
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"unroll: port {port} of 127.0.0.1 is taken by another program; ")
    assert ended.stderr.count("\n") == 1, "one sentence, no traceback"


def test_the_plain_factory_serves_too_and_says_what_is_missing():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "WORKERS": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    server = Server(port)
    server.process = process
    try:
        wait_until(server.answers, "the server")
        with Visitor(server) as visitor:
            assert visitor.ask("start", config=SMALL)["type"] == "state"
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    assert "guarded socket" in said
