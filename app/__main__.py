"""`python -m app`, once installed `unroll`: serve the page on this machine, through the guarded socket."""

import contextlib
import io
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from importlib import import_module

from .commandline import listen, program, settings_from
from .commandline.saying import UnsaidError, finish
from .onethread import compute_on_one_thread
from .serving.server import serve

# Imported when it is asked for: compute processes are to start before anything large is imported.
SUBCOMMANDS = {"verify": ".commandline.verify", "export-lesson": ".commandline.export_lesson"}


def main() -> None:
    """Serve what the command line and the environment say, or do what its first word names."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a shell has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends at once, without a traceback, until the server takes over
    if sys.argv[1:2] and sys.argv[1] in SUBCOMMANDS:
        compute_on_one_thread()  # where pages are served, compute processes do, and this one does not compute
        subcommand = import_module(SUBCOMMANDS[sys.argv[1]], __package__)
        sys.exit(status(lambda: subcommand.main(sys.argv[2:], program())))
    settings = settings_from()
    listening = listen(settings.host, settings.port)
    serve(settings, listening, lambda: announce(address(listening), settings.open_browser))


def status(run: Callable[[], int]) -> int:
    """What a subcommand ends with: without a traceback, too, where nobody takes what it says."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may lack the signs of a name
    try:
        try:
            return run()
        finally:  # argparse leaves by SystemExit
            finish()
    except UnsaidError as unsaid:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left cannot be said either
        why = unsaid.__cause__
        if isinstance(why, OSError) and not isinstance(why, BrokenPipeError):
            print(f"unroll: what it found cannot be written: {why.strerror}.", file=sys.stderr)
        return 1


def address(listening: socket.socket) -> str:
    """Where a browser on this machine finds the page."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 (compared, not bound)
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(url: str, open_browser: bool) -> None:
    """Tell the person at the terminal, and show the page if they sit in front of a screen."""
    with contextlib.suppress(OSError):  # whoever read it may have gone: visitors come all the same
        print(f"Unroll is at {url}", flush=True)
    has_screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if open_browser and sys.stdout is not None and sys.stdout.isatty() and has_screen:
        with contextlib.suppress(webbrowser.Error):
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


if __name__ == "__main__":
    main()
