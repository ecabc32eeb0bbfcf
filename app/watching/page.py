"""A page of the last captures, served on this machine alone while the script runs.

It answers to one secret address on the loopback interface and to the name of this machine in it; it takes no commands
and asks no other host for anything. What it shows is drawn when somebody looks.
"""

import secrets
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .drawing import Drawable, document, fragment

HOST = "127.0.0.1"
NOTHING = "<p>Nothing has been captured yet. The first backward pass will be.</p>"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
}


class Page:
    """A server in a thread of its own; `show` replaces what it shows."""

    def __init__(self) -> None:
        self._token, self._nonce = secrets.token_urlsafe(16), secrets.token_urlsafe(8)
        self._found: Mapping[str, Drawable] = {}
        page = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10  # seconds for a request to come

            def do_GET(self) -> None:
                """The page, or what is new on it."""
                page.answer(self)

            def log_message(self, *_: Any) -> None:
                """The terminal belongs to the script."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://{HOST}:{self._server.server_port}/{self._token}/"
        threading.Thread(target=self._server.serve_forever, name="unroll page", daemon=True).start()

    def show(self, found: Mapping[str, Drawable]) -> None:
        """From now on show these; they are drawn when somebody looks."""
        self._found = found

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Whoever does not know the address, or comes by another name for this machine, gets nothing."""
        named = request.headers.get("Host", "").rpartition(":")[0] in (HOST, "localhost")
        text = None
        if named and request.path in (f"/{self._token}/", f"/{self._token}/now"):
            body = fragment(self._found) or NOTHING
            text = body if request.path.endswith("now") else document(body, self._nonce)
        content = (text or "Not here.").encode()
        request.send_response(200 if text else 404)
        for name, value in HEADERS.items():
            request.send_header(name, value.format(nonce=self._nonce))
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
