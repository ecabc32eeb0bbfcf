"""The server on a socket that is bound already, with the guarded protocols. Imports are late: processes start first."""

import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..settings import Settings

if TYPE_CHECKING:
    import uvicorn

    from ..web.compute import Pool

BACKLOG = 2048
PING_SECONDS = 15  # between two looks whether a silent visitor is still there
GRACE_SECONDS = 1  # what uvicorn waits for connections that have not closed


def serve(settings: Settings, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until told to end; ``ready`` is called once visitors can come.

    The compute processes start first: they get ready while the web framework is imported.
    """
    from ..web.compute import create_pool

    pool = create_pool(settings)
    pool.spawn()

    import uvicorn

    from ..web import logs
    from ..web.memory import give_back_freed_blocks

    logs.configure(settings.log_level)
    give_back_freed_blocks()

    class Server(uvicorn.Server):
        """Says where it is once it can be reached, and stops being reachable when it begins to end."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            pool.stop_listening = self.stop_listening
            ready()

        def stop_listening(self) -> None:
            for server in self.servers:
                server.close()

    Server(guarded(settings, pool)).run([listening])


def guarded(settings: Settings, pool: "Pool") -> "uvicorn.Config":
    """The application, behind the protocols that hold off floods."""
    import uvicorn

    from ..main import create_app
    from ..web.bounded_http import BoundedHTTP
    from ..web.guarded import BoundedWebSocket
    from ..web.protocol import SNAPSHOT_BYTES

    return uvicorn.Config(
        create_app(settings, pool),
        backlog=BACKLOG,
        http=BoundedHTTP,
        ws=BoundedWebSocket,
        ws_max_size=SNAPSHOT_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        forwarded_allow_ips=as_seen(settings.forwarded_allow_ips),
        access_log=False,
        log_config=None,
        server_header=False,
    )


def as_seen(proxies: tuple[str, ...]) -> list[str]:
    """The same proxies; those of IPv4 also as a socket of both families names them, such as ::ffff:10.0.0.5."""
    if "*" in proxies:
        return ["*"]
    networks = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]
    mapped = [
        ipaddress.IPv6Network((f"::ffff:{network.network_address}", 96 + network.prefixlen))
        for network in networks
        if network.version == 4
    ]
    return [str(network) for network in (*networks, *mapped)]
