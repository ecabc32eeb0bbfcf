"""Who may talk to us: Host and Origin of every request, and the headers of every response, in one middleware.

Host guards against DNS rebinding (a foreign name that resolves to this machine), Origin against foreign pages that open
a socket from a visitor's browser. Both are parsed and compared whole, never by prefix.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..settings import Settings
from .closing import CloseCode

OPEN_TO_ANY_HOST = {"/healthz", "/readyz"}  # asked by balancers, which use whatever name or address they know
FILES = "/static/"  # a browser names the page's origin also where a module that stands in it imports another
GUARDED_BY_TOKEN = {"/publish"}  # which no page can bring: a browser sends no such header with a socket
HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?")
DEFAULT_PORTS = {"http": "80", "https": "443"}


class HostOriginMiddleware:
    """ASGI middleware: lets through what may pass, answers the rest with a sentence that says what helps."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = frozenset(settings.allowed_hosts)
        self.origins = frozenset(settings.allowed_origins)
        self.allow_missing_origin = settings.allow_missing_origin
        self.headers = response_headers(settings.frame_ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then hand on; everything that is answered carries the headers."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in self.headers:
                    headers.setdefault(name, value)
            await send(message)

        refusal = self.refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send_with_headers)
        elif scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
            await refusal(scope, receive, send_with_headers)
        else:
            await send({"type": "websocket.close", "code": CloseCode.POLICY_VIOLATION})

    def refusal(self, scope: Scope) -> PlainTextResponse | None:
        """The answer to a request that may not pass."""
        if scope["path"] in OPEN_TO_ANY_HOST and scope["type"] == "http":
            return None
        hosts, origins = header(scope, b"host"), header(scope, b"origin")
        if len(hosts) != 1 or not self.host_is_ours(hosts[0]):
            return PlainTextResponse(
                "This server does not answer to that host name. Use its IP address or localhost, or start it with "
                "the name among UNROLL_ALLOWED_HOSTS, such as UNROLL_ALLOWED_HOSTS=unroll.example.org or "
                "*.example.org.\n",
                400,
            )
        if not origins and (scope["type"] == "http" or self.allow_missing_origin):
            return None
        if scope["path"] in GUARDED_BY_TOKEN or (scope["type"] == "http" and scope["path"].startswith(FILES)):
            return None
        if len(origins) == 1 and (same_origin(origins[0], hosts[0]) or origins[0].lower() in self.origins):
            return None
        return PlainTextResponse(
            "This server serves its own page only. To let another page connect, or its own behind a proxy that "
            "rewrites Host, start it with what the browser shows as address, such as https://unroll.example.org, among "
            "UNROLL_ALLOWED_ORIGINS; for scripts that send none, with UNROLL_ALLOW_MISSING_ORIGIN=true.\n",
            403,
        )

    def host_is_ours(self, host: str) -> bool:
        """IP addresses and localhost, on any port, and what the operator listed, with or without port.

        What a proxy says in X-Forwarded-Host is no evidence: anybody can send that header.
        """
        parts = HOST.fullmatch(host)
        if parts is None or int(parts["port"] or 0) > 65535:
            return False
        name = parts["name"].lower()
        return name == "localhost" or is_ip(name) or self.is_listed(name) or self.is_listed(host.lower())

    def is_listed(self, name: str) -> bool:
        """Whether the operator listed a name as it is, or by `*.` and its end; `*` is every name."""
        labels = name.split(".")
        ends = (".".join(labels[at:]) for at in range(1, len(labels)))
        return name in self.hosts or "*" in self.hosts or any(f"*.{end}" in self.hosts for end in ends)


def header(scope: Scope, name: bytes) -> list[str]:
    """All values of one header; that there can be several is what the checks are about."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def is_ip(name: str) -> bool:
    """An IPv4 address in its one plain form, or an IPv6 address in brackets."""
    try:
        address = ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return (address.version == 6) == name.startswith("[")


def same_origin(origin: str, host: str) -> bool:
    """Whether the origin is http(s)://Host, a scheme's own port being the same as none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in DEFAULT_PORTS or origin.lower() != f"{parts.scheme}://{parts.netloc.lower()}":
        return False
    port = f":{DEFAULT_PORTS[parts.scheme]}"
    return parts.netloc.lower().removesuffix(port) == host.lower().removesuffix(port)


def content_security_policy(frame_ancestors: str, scripts: str = "'self'") -> str:
    """What a page may do. Its own styles stand in it, and Plotly writes its own inline; which `scripts` may run is
    said by a page in which some stand.
    """
    policy = {
        "default-src": "'none'",
        "script-src": scripts,
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": frame_ancestors,
    }
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def response_headers(frame_ancestors: str) -> Iterable[tuple[str, str]]:
    """What every response says to the browser, where it does not say another policy itself."""
    return (
        ("content-security-policy", content_security_policy(frame_ancestors)),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    )
