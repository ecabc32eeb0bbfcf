"""Below a prefix, behind proxies that take it away or leave it, rewrite Host or not: the page finds everything."""

import contextlib
import json
import re
import urllib.error
import urllib.request
from urllib.parse import urljoin

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support import served_page
from tests.support.proxies import Rewrite, proxy
from tests.support.servers import PATIENCE, Server
from tests.web.test_server import SMALL

PREFIX = "/user/me/proxy/8000"
STRIPS = Rewrite("takes the prefix away", PREFIX)
KEEPS = Rewrite("leaves the prefix", PREFIX, takes_prefix_away=False)


@pytest.fixture(scope="module")
def anywhere():
    """A server that knows its prefix, should a proxy leave it, and one other origin."""
    with Server(
        UNROLL_ROOT_PATH=PREFIX + "/", UNROLL_ALLOWED_ORIGINS="https://name-8000.dev.example", WORKERS="1"
    ) as running:
        yield running


def fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read().decode()


def everything_is_found(page_url: str) -> None:
    """All that the page and the interface's description name, and what is fetched after the first picture."""
    page = fetched(page_url)
    links = re.findall(r'(?:src|href|data-plotly)="([^"]+)"', page) + served_page.addresses(page)
    links.append(re.search(r'data-files="([^"]+)"', page)[1] + "css/views.css")
    assert len(links) > 10
    assert not [link for link in links if link.startswith("/")], "an address that no prefix can stand before"
    for link in {*links, "docs", "api/schema", "api/scenes", "openapi.json", "healthz"}:
        fetched(urljoin(page_url, link))
    docs_url = urljoin(page_url, "docs")
    for link in re.findall(r'href="([^"]+)"', fetched(docs_url)):
        fetched(urljoin(docs_url, link))
    described = urljoin(page_url, "openapi.json")
    server = json.loads(fetched(described))["servers"][0]["url"]
    assert json.loads(fetched(urljoin(urljoin(described, server), "healthz")))["status"] == "ok"


def a_run_starts(page_url: str, origin: str) -> None:
    with connect(urljoin(page_url, "ws").replace("http", "ws", 1), origin=origin, compression=None) as socket:
        assert json.loads(socket.recv(timeout=PATIENCE))["type"] == "hello"
        socket.send(json.dumps({"type": "start", "config": SMALL}))
        assert json.loads(socket.recv(timeout=PATIENCE))["type"] == "state"


def test_a_server_that_was_told_nothing_works_behind_a_proxy_that_takes_the_prefix_away(server):
    with proxy(server.port, STRIPS) as port:
        origin = f"http://127.0.0.1:{port}"
        everything_is_found(f"{origin}{PREFIX}/")
        a_run_starts(f"{origin}{PREFIX}/", origin)


@pytest.mark.parametrize("kind", [STRIPS, KEEPS], ids=lambda kind: kind.name)
def test_a_server_that_knows_its_prefix_works_behind_both_kinds_of_proxy_and_without_one(anywhere, kind):
    with proxy(anywhere.port, kind) as port:
        origin = f"http://127.0.0.1:{port}"
        everything_is_found(f"{origin}{PREFIX}/")
        a_run_starts(f"{origin}{PREFIX}/", origin)
    everything_is_found(anywhere.url + "/")


@pytest.mark.parametrize("query", ["", "?embed", "?embed&for=a%2Fb%20%C3%A9+c"])
def test_who_leaves_out_the_slash_after_the_prefix_is_sent_there_with_what_was_asked(anywhere, query):
    with (
        proxy(anywhere.port, KEEPS) as port,
        urllib.request.urlopen(f"http://127.0.0.1:{port}{PREFIX}{query}", timeout=PATIENCE) as answer,
    ):
        assert answer.url == f"http://127.0.0.1:{port}{PREFIX}/{query}"
        assert b"<title>Unroll" in answer.read()


@pytest.mark.parametrize("path", ["/user/me/proxy/80001/", "/user/me/proxy/8000x", "/user/me/", PREFIX + PREFIX + "/"])
def test_an_address_that_only_looks_like_the_prefix_is_not_found(anywhere, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetched(anywhere.url + path)
    with refused.value as answer:
        assert answer.code == 404


def test_a_proxy_that_rewrites_host_needs_the_origin_to_be_listed(anywhere, server):
    rewrites = Rewrite("rewrites Host", host="localhost:8000")
    origin = "https://name-8000.dev.example"
    with proxy(anywhere.port, rewrites) as port:
        a_run_starts(f"http://127.0.0.1:{port}/", origin)
    with proxy(server.port, rewrites) as port, pytest.raises(InvalidStatus) as refused:
        a_run_starts(f"http://127.0.0.1:{port}/", origin)
    assert refused.value.response.status_code == 403
    assert b"UNROLL_ALLOWED_ORIGINS" in refused.value.response.body


def test_what_a_proxy_says_in_x_forwarded_host_is_never_believed(server):
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    url = server.url.replace("http", "ws") + "/ws"
    with pytest.raises(InvalidStatus) as refused, connect(url, origin="http://evil.example", additional_headers=forged):
        pass
    assert refused.value.response.status_code == 403
    request = urllib.request.Request(
        server.url + "/", headers={"Host": "evil.example", "X-Forwarded-Host": f"127.0.0.1:{server.port}"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request, timeout=PATIENCE):
        pass
    with contextlib.closing(refused.value) as answer:
        assert answer.code == 400
