import pytest
from starlette.datastructures import Headers

from app.settings import Settings
from app.web.security import HostOriginMiddleware, response_headers


async def never(*_):
    raise AssertionError("the request passed")


def refused(headers, *, kind="websocket", path="/ws", **settings):
    scope = {"type": kind, "path": path, "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers]}
    answer = HostOriginMiddleware(never, Settings(**settings)).refusal(scope)
    return None if answer is None else answer.status_code


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "127.0.0.1",
        "127.0.0.1:1",
        "192.168.1.7:65535",
        "[::1]:8000",
        "[2001:db8::1]",
        "unroll.school",
    ],
)
def test_addresses_localhost_and_listed_names_are_ours(host):
    assert refused([("host", host)], kind="http", path="/", allowed_hosts=("unroll.school",)) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "unroll.school.evil.example",
        "evil-unroll.school",
        "localhost:65536",
        "localhost:",
        "localhost:80:80",
        "user@localhost",
        "localhost/",
        "0x7f.1",
        "127.1",
        "::1",
        "[127.0.0.1]",
        "[::1",
        "",
        " localhost",
        "lócalhost",
    ],
)
@pytest.mark.parametrize(("kind", "path"), [("http", "/"), ("http", "/api/schema"), ("websocket", "/ws")])
def test_other_hosts_are_refused(host, kind, path):
    assert refused([("host", host)], kind=kind, path=path, allowed_hosts=("unroll.school",)) == 400


@pytest.mark.parametrize("host", ["a.example.org", "A.B.Example.org:8443", "a.b.c.example.org", "hub.school:8000"])
def test_a_star_stands_for_any_number_of_labels(host):
    listed = ("*.example.org", "hub.school:8000")
    assert refused([("host", host)], kind="http", path="/", allowed_hosts=listed) is None


@pytest.mark.parametrize(
    "host", ["example.org", "evilexample.org", "a.example.org.evil.example", "a.example.orgs", "hub.school:8001", "org"]
)
def test_a_star_stands_for_nothing_else(host):
    listed = ("*.example.org", "hub.school:8000")
    assert refused([("host", host)], kind="http", path="/", allowed_hosts=listed) == 400


@pytest.mark.parametrize("host", ["anything.example", "localhost:8000", "10.0.0.1"])
def test_a_star_alone_is_every_host_and_no_foreign_origin(host):
    assert refused([("host", host)], kind="http", path="/", allowed_hosts=("*",)) is None
    assert refused([("host", host), ("origin", f"https://{host}")], allowed_hosts=("*",)) is None
    assert refused([("host", host), ("origin", "https://evil.example")], allowed_hosts=("*",)) == 403
    assert refused([("host", "a b")], kind="http", path="/", allowed_hosts=("*",)) == 400


def test_a_request_with_two_hosts_or_none_is_refused():
    assert refused([("host", "localhost"), ("host", "localhost")], kind="http", path="/") == 400
    assert refused([], kind="http", path="/") == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_balancers_may_ask_under_any_name(path):
    assert refused([("host", "pod-7.cluster")], kind="http", path=path) is None
    assert refused([("host", "pod-7.cluster")], kind="websocket", path=path) == 400


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8000", "http://localhost:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("unroll.school", "https://unroll.school"),
        ("unroll.school:443", "https://unroll.school"),
        ("unroll.school", "https://unroll.school:443"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("localhost:8000", "https://lessons.example"),
    ],
)
def test_our_own_page_and_listed_origins_may_connect(host, origin):
    settings = {"allowed_hosts": ("unroll.school",), "allowed_origins": ("https://lessons.example",)}
    assert refused([("host", host), ("origin", origin)], **settings) is None


def test_files_are_given_to_any_page_that_runs_under_a_host_of_ours_and_nothing_else_is():
    foreign = [("host", "localhost:8000"), ("origin", "https://behind.a.proxy.example")]
    assert refused(foreign, kind="http", path="/static/0123/js/main.js") is None
    assert refused(foreign, kind="http", path="/api/schema") == 403
    assert refused(foreign, path="/static/0123/js/main.js") == 403, "no socket is a file"
    assert refused([("host", "evil.example"), foreign[1]], kind="http", path="/static/0123/js/main.js") == 400


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost",
        "http://localhost:8001",
        "http://localhost:8000.evil.example",
        "http://localhost:8000@evil.example",
        "http://evil.example@localhost:8000",
        "http://localhost:8000/",
        "http://localhost:8000#",
        "ws://localhost:8000",
        "file://",
        "null",
        "",
        "http://[::1",
        "https://lessons.example.evil.example",
        "http://lessons.example",
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_foreign_origins_are_refused(origin, kind):
    headers = [("host", "localhost:8000"), ("origin", origin)]
    assert refused(headers, kind=kind, allowed_origins=("https://lessons.example",)) == 403


def test_a_missing_origin_opens_a_run_only_if_the_operator_says_so():
    assert refused([("host", "localhost:8000")]) == 403
    assert refused([("host", "localhost:8000")], allow_missing_origin=True) is None


def test_two_origins_are_refused_even_if_both_are_ours():
    headers = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://localhost")]
    assert refused(headers, allow_missing_origin=True) == 403


def test_the_policy_names_no_other_host_and_no_inline_script():
    headers = Headers(dict(response_headers("'self'")))
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert "http" not in headers["content-security-policy"]
