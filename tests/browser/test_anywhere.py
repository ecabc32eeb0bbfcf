"""The page where it is not at home: below a prefix, behind a proxy without WebSockets, in a frame of another site."""

import dataclasses
import http.server
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, FrameLocator, Page, expect

from tests.support.firefox import Firefox
from tests.support.pages import LINES, QUIET
from tests.support.places import PLACES, WILDCARD, everywhere
from tests.support.proxies import Rewrite, proxy
from tests.support.reader import until
from tests.support.servers import PATIENCE, Server

STYLED = '[...document.querySelectorAll("link[rel=stylesheet]")].every((link) => link.sheet)'
WHOLE = "#sequence_length=30"  # a link opens the whole instrument, whoever comes for the first time


@dataclasses.dataclass(frozen=True)
class NoWebSockets(Rewrite):
    """A network that lets pages through, and of the header that opens a WebSocket only what is HTTP's own."""

    def __call__(self, head: bytes) -> bytes:
        return super().__call__(re.sub(rb"\r\nUpgrade: websocket", b"", head, flags=re.IGNORECASE))


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


def trains(page: Page, updates: int = 30) -> None:
    seen = page.locator("#history")
    until(page, lambda: int(seen.get_attribute("aria-valuemax") or 0) > updates, "updates")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("places")
    folder.chmod(0o755)  # a worker of nginx may be somebody else
    with Server(WORKERS="1", UNROLL_ALLOWED_HOSTS=WILDCARD) as server, everywhere(server, folder) as addresses:
        yield addresses


def address_of(place: str, places: dict[str, str]) -> str:
    if place not in places:
        pytest.skip(f"{place} is not here; `make test` says why when it sets up")
    return places[place] + WHOLE


@pytest.mark.parametrize("place", PLACES)
def test_in_chromium_the_page_trains_and_has_its_lessons_behind(place: str, page: Page, places: dict[str, str]) -> None:
    wrong: list[str] = []
    page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
    page.goto(address_of(place, places))
    trains(page, 10)
    page.get_by_role("button", name="Lessons", exact=True).click()
    expect(page.locator("#lesson-title")).to_be_visible()
    assert wrong == []


@pytest.mark.skipif(shutil.which("firefox-esr") is None, reason="needs Firefox: apt-get install firefox-esr")
@pytest.mark.parametrize("place", PLACES)
def test_in_firefox_the_page_trains_and_has_its_lessons_behind(
    place: str, places: dict[str, str], tmp_path: Path
) -> None:
    address = address_of(place, places)
    with Firefox(tmp_path / "profile") as firefox:
        firefox.open(address)
        firefox.until('Number(document.querySelector("#history")?.ariaValueMax) > 10', "updates")
        firefox.press("l")
        lesson = 'document.querySelector("#lesson-title")?.checkVisibility() === true'
        firefox.until(f"{lesson} && {STYLED}", "lessons")
        assert firefox.complaints == []


def test_where_no_websocket_opens_the_page_says_what_to_ask_for(page: Page, server: Server) -> None:
    with proxy(server.port, NoWebSockets("lets no WebSocket through")) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        advice = "This page loads, but no WebSocket opens. Ask whoever runs this place’s internet access"
        expect(page.locator("#line-text")).to_contain_text(advice)


@dataclasses.dataclass(frozen=True)
class WebSocketsLater(NoWebSockets):
    """The same network, until somebody was asked."""

    allowed: threading.Event = dataclasses.field(default_factory=threading.Event)

    def __call__(self, head: bytes) -> bytes:
        return Rewrite.__call__(self, head) if self.allowed.is_set() else super().__call__(head)


@dataclasses.dataclass(frozen=True)
class SlowWebSockets(Rewrite):
    """A network on which what opens a WebSocket takes longer than everything else of the page."""

    go_on: threading.Event = dataclasses.field(default_factory=threading.Event)

    def __call__(self, head: bytes) -> bytes:
        if re.search(rb"\r\nUpgrade: websocket", head, re.IGNORECASE):
            self.go_on.wait(PATIENCE)
        return super().__call__(head)


def test_once_websockets_open_the_page_trains_and_says_nothing_of_them_any_more(page: Page, server: Server) -> None:
    network = WebSocketsLater("lets WebSockets through later")
    with proxy(server.port, network) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        expect(page.locator("#line-text")).to_contain_text("no WebSocket opens")
        network.allowed.set()
        trains(page)
        expect(page.locator("#line")).to_be_hidden()


def test_a_server_that_ends_where_no_websocket_opens_is_what_the_page_speaks_of(page: Page) -> None:
    with Server(WORKERS="1") as server, proxy(server.port, NoWebSockets("lets no WebSocket through")) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        expect(page.locator("#line-text")).to_contain_text("no WebSocket opens")
        server.stop()
        expect(page.locator("#line-text")).to_contain_text("No connection yet, trying again")


def test_a_server_that_ends_between_the_page_and_its_socket_is_never_called_blocked(page: Page) -> None:
    network = SlowWebSockets("is slow with WebSockets")
    with Server(WORKERS="1") as server, proxy(server.port, network) as port:
        page.add_init_script(LINES)
        page.goto(f"http://127.0.0.1:{port}/", wait_until="networkidle")
        server.stop()
        network.go_on.set()
        expect(page.locator("#line-text")).to_contain_text("No connection yet, trying again in 2 s")
        server.start()
        trains(page)
        expect(page.locator("#line")).to_be_hidden()
    said = page.evaluate("window.lines")
    assert [text for text in said if "No connection yet" in text]
    assert not [text for text in said if "WebSocket" in text]


def test_where_a_proxy_rewrites_host_the_page_names_the_setting_that_helps(page: Page) -> None:
    with Server(WORKERS="1") as server, proxy(server.port, Rewrite("rewrites Host", host="localhost:8000")) as port:
        address = f"http://127.0.0.1:{port}"
        page.goto(f"{address}/{WHOLE}")
        advice = "behind a proxy that changes Host, UNROLL_ALLOWED_ORIGINS has to name this site."
        expect(page.locator("#line-text")).to_contain_text(advice)
        server.stop()
        with Server(server.port, WORKERS="1", UNROLL_ALLOWED_ORIGINS=address):
            trains(page, 10)
            expect(page.locator("#line")).to_be_hidden()


def test_a_server_that_goes_away_is_called_lost_and_not_blocked(page: Page) -> None:
    with Server(WORKERS="1") as server:
        page.goto(server.url)
        trains(page)
        server.stop()
        expect(page.locator("#line-text")).to_contain_text("Connection lost")
        expect(page.locator("#line-text")).not_to_contain_text("WebSocket")


@contextmanager
def another_site(html: str) -> Iterator[str]:
    """A page under a name of another site than 127.0.0.1 is."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Nothing: the test says what it sees."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://localhost:{serving.server_port}/"
        serving.shutdown()


@pytest.fixture
def strict_page(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """In a browser that refuses storage to whatever another site embeds, as its readers can choose."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(
        '{"profile":{"cookie_controls_mode":1,"block_third_party_cookies":true}}'
    )
    kind: BrowserType = chromium.browser_type
    context = kind.launch_persistent_context(tmp_path, executable_path=shutil.which("chromium"), args=QUIET)
    yield context.new_page()
    context.close()


def test_a_lesson_that_another_site_embeds_opens_though_storage_is_refused(strict_page: Page) -> None:
    page = strict_page
    with Server(WORKERS="1", UNROLL_FRAME_ANCESTORS="http://localhost:*") as server:
        lesson = f'<iframe src="{server.url}/?embed#lesson=vanishing" width="1000" height="700"></iframe>'
        with another_site(lesson) as url:
            page.goto(url)
            inside: FrameLocator = page.frame_locator("iframe")
            frame = page.frames[1]
            refused = "() => { try { return localStorage === null } catch { return true } }"
            assert frame.evaluate(refused), "this browser refuses nothing, so nothing is tested"
            expect(inside.locator("#lesson-title")).to_have_text("A river that dries up")
            expect(inside.locator('[data-field="activation"] select')).to_have_value("sigmoid")
            expect(inside.locator("#play")).to_have_accessible_name("Play")
            inside.locator("#play").click()
            seen = inside.locator("#history")
            until(page, lambda: int(seen.get_attribute("aria-valuemax") or 0) > 30, "updates")
