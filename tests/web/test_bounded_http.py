"""The contract with the locked uvicorn: what its HTTP protocol does not bound, ours does.

The protocol is served in this process with deadlines of tenths of seconds; what a visitor sees is what is asked for.
"""

import asyncio
import contextlib
import time

import pytest
import uvicorn
from uvicorn.server import ServerState

from app.web import bounded_http
from app.web.bounded_http import MOST_AHEAD, REQUEST_BYTES, BoundedHTTP

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = bytes(8 * 2**20)
PATIENCE = 30  # seconds for what should take tenths of one


async def app(scope, receive, send):
    """Answers at once, on /large with much."""
    content = LARGE if scope["path"] == "/large" else b"here"
    headers = [(b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(bounded_http, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(bounded_http, "TAKING_SECONDS", 0.3)
    monkeypatch.setattr(bounded_http, "LOOK_SECONDS", 0.05)


def served(visit):
    """Serve, and let `visit(port)` do what it wants."""

    async def both():
        config, state = uvicorn.Config(app, http=BoundedHTTP, lifespan="off", log_config=None), ServerState()
        config.load()
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(lambda: BoundedHTTP(config, state, {}), "127.0.0.1", 0)
        async with asyncio.timeout(PATIENCE):
            found = await visit(listening.sockets[0].getsockname()[1])
        while state.connections:  # those that were turned away, too, are gone soon
            await asyncio.sleep(0.01)
        listening.close()
        return found

    return asyncio.run(both())


async def answer_to(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """All that comes back until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = b""
    with contextlib.suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            found += data
    writer.close()
    return found


def test_an_ordinary_request_is_answered_and_the_connection_kept_for_the_next():
    async def visit(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            writer.write(ASK)
            assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200")
        writer.close()

    served(visit)


def test_a_header_may_be_large_but_not_endless():
    async def visit(port):
        fits = ASK[:-2] + b"X-Long: " + b"a" * (REQUEST_BYTES - 100) + b"\r\nConnection: close\r\n\r\n"
        return await answer_to(port, fits), await answer_to(port, ASK[:-2] + b"X-Long: ", *[b"a" * 4096] * 1000)

    fitting, endless = served(visit)
    assert fitting.startswith(b"HTTP/1.1 200")
    assert b"200" not in endless
    assert endless.startswith(b"HTTP/1.1 431") or not endless, "who goes on sending may not hear why"


@pytest.mark.parametrize(
    ("name", "endless"),
    [
        ("many header lines", ASK[:-2] + b"X: y\r\n" * 30_000),
        ("a long address", b"GET /" + b"a" * 200_000),
        ("a body", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n" + bytes(200_000)),
        (
            "chunks",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 40_000,
        ),
        (
            "trailers",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 30_000,
        ),
    ],
)
def test_nothing_else_of_a_request_is_endless_either(name, endless):
    assert served(lambda port: answer_to(port, endless)).count(b"HTTP/1.1") <= 1, name


def test_requests_sent_ahead_are_answered_in_order_up_to_a_number():
    async def visit(port):
        few = await answer_to(port, ASK * MOST_AHEAD + ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        return few, await answer_to(port, ASK * 5000)

    few, many = served(visit)
    assert few.count(b"HTTP/1.1 200") == MOST_AHEAD + 1
    assert many.count(b"HTTP/1.1 200") < 5000


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("nothing", b""),
        ("half a line", b"GET / HT"),
        ("half a header", ASK[:-2]),
        ("half a body", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc"),
    ],
)
def test_who_does_not_finish_asking_is_turned_away(hurried, name, beginning):
    found = served(lambda port: answer_to(port, beginning))
    assert b"408 Request Timeout" in found or b"200 OK" in found, name


def test_who_sends_a_byte_now_and_then_is_turned_away_too(hurried):
    began = time.monotonic()
    found = served(lambda port: answer_to(port, *(bytes([byte]) for byte in ASK), pause=0.05))
    assert b"200 OK" not in found
    assert time.monotonic() - began < PATIENCE


def test_fifty_unfinished_requests_end_and_others_are_answered_meanwhile(hurried):
    async def visit(port):
        unfinished = [asyncio.ensure_future(answer_to(port, ASK[:-2])) for _ in range(50)]
        await asyncio.sleep(0)
        last = ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        assert (await answer_to(port, last)).startswith(b"HTTP/1.1 200")
        return await asyncio.gather(*unfinished)

    assert all(b"408" in found for found in served(visit))


def test_a_second_request_on_a_kept_connection_has_a_deadline_of_its_own(hurried):
    async def visit(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(4):  # longer together than one request may take
            writer.write(ASK)
            await reader.readuntil(b"here")
            await asyncio.sleep(0.15)
        writer.write(b"GET")
        found = await reader.read()
        writer.close()
        return found

    assert b"408" in served(visit)


def test_who_does_not_take_the_answer_is_cut_off(hurried):
    async def visit(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(ASK.replace(b"/ ", b"/large ", 1))
        await reader.readexactly(100)
        await asyncio.sleep(1)  # not reading is what is tested; the server looks many times meanwhile
        found = 0
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                found += len(data)
        writer.close()
        return found

    assert served(visit) < len(LARGE)


def test_who_takes_the_answer_slowly_gets_all_of_it(hurried, monkeypatch):
    monkeypatch.setattr(bounded_http, "TAKING_SECONDS", 1.0)

    async def visit(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=65536)
        writer.write(ASK.replace(b"/ ", b"/large ", 1))
        await reader.readuntil(b"\r\n\r\n")
        found = 0
        while found < len(LARGE):
            found += len(await reader.read(200_000))
            await asyncio.sleep(0.01)
        writer.close()
        return found

    assert served(visit) == len(LARGE)
