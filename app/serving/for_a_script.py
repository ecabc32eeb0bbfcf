"""A server beside a script that is watched: `python -m app.serving.for_a_script DESCRIPTOR`, on this machine alone.

`unroll.watch` starts it with a socket that is bound already and the token in the environment. It gives way to the
script, and ends with it: the script's end closes standard input, and whoever has another parent has lost the script.
"""

import os
import select
import signal
import socket
import sys
import threading

from ..settings import Settings
from .server import serve

GIVES_WAY = 10  # niceness
LOOK_SECONDS = 1.0


def main() -> None:
    """Serve until the script ends."""
    parent = os.getppid()
    os.nice(GIVES_WAY)
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    settings = Settings(host="127.0.0.1", workers=1, open_browser=False, log_level="error")
    serve(settings, socket.socket(fileno=int(sys.argv[1])), lambda: None)


def end_with(parent: int) -> None:
    """Wait for the end of the script, then end this process as a server ends."""
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], LOOK_SECONDS)
        if readable and not os.read(sys.stdin.fileno(), 1024):
            break
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
