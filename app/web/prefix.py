"""Below an address that is not the root of a host, such as https://school.example/unroll/.

Proxies differ: some take the prefix away before they ask us, some leave it. Every address in the page is relative, so
the first kind needs nothing; for the second the operator names the prefix, and it is taken away here.
"""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class PrefixMiddleware:
    """ASGI middleware: what is inside sees addresses from the root on, whether or not a proxy took the prefix away."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix  # begins with a slash, ends with none

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the prefix off; who left out the slash after it is sent there, as addresses are relative to it."""
        path = scope.get("path", "")
        if scope["type"] == "http" and path == self.prefix:
            query = scope["query_string"].decode("latin-1")
            there = self.prefix.rpartition("/")[2] + "/" + (f"?{query}" if query else "")
            await Response(status_code=307, headers={"location": there})(scope, receive, send)
            return
        if path.startswith(self.prefix + "/"):
            raw = scope["raw_path"].removeprefix(self.prefix.encode())
            scope = {**scope, "path": path.removeprefix(self.prefix), "raw_path": raw}
        await self.app(scope, receive, send)
