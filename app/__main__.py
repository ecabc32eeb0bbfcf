"""`python -m app`, once installed `unroll`: serve the page on this machine, through the guarded socket."""

import contextlib
import os
import socket
import sys
import threading
import webbrowser

from .commandline import listen, settings_from

BACKLOG = 2048
PING_SECONDS = 15  # between two looks whether a silent visitor is still there
GRACE_SECONDS = 1  # what uvicorn waits for connections that did not say good-bye


def main() -> None:
    """Start the compute processes first: they get ready while the web framework is imported."""
    settings = settings_from()
    listening = listen(settings.host, settings.port)
    from .web.compute import create_pool

    pool = create_pool(settings)
    pool.spawn()

    import uvicorn

    from .main import create_app
    from .web import logs
    from .web.bounded_http import BoundedHTTP
    from .web.guarded import BoundedWebSocket
    from .web.memory import give_back_freed_blocks
    from .web.protocol import UPLOAD_BYTES

    logs.configure(settings.log_level)
    give_back_freed_blocks()

    class Server(uvicorn.Server):
        """Says where it is once it can be reached, and stops being reachable when it begins to end."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            pool.stop_listening = self.stop_listening
            announce(address(listening), settings.open_browser)

        def stop_listening(self) -> None:
            for server in self.servers:
                server.close()

    Server(
        uvicorn.Config(
            create_app(settings, pool),
            backlog=BACKLOG,
            http=BoundedHTTP,
            ws=BoundedWebSocket,
            ws_max_size=UPLOAD_BYTES,
            ws_per_message_deflate=False,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PING_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            access_log=False,
            log_config=None,
            server_header=False,
        )
    ).run([listening])


def address(listening: socket.socket) -> str:
    """Where a browser on this machine finds the page."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 (compared, not bound)
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(url: str, open_browser: bool) -> None:
    """Tell the person at the terminal, and show the page if they sit in front of a screen."""
    print(f"Unroll is at {url}", flush=True)
    has_screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if open_browser and sys.stdout.isatty() and has_screen:
        with contextlib.suppress(webbrowser.Error):
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


if __name__ == "__main__":
    main()
