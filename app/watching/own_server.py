"""A server of our own for a script that names none: another process on this machine, which ends with the script."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

from .forks import in_children

HOST = "127.0.0.1"
BACKLOG = 100
PACKAGE = __package__.partition(".")[0]
ENDING_SECONDS = 3.0
FRAMED_BY = "'self' http://localhost:* http://127.0.0.1:*"  # a notebook on this machine, at a port of its own


def can_serve() -> bool:
    """Whether a process can be handed a socket here."""
    return os.name == "posix" and bool(sys.executable)


class OwnServer:
    """The process, from when its address is known: a browser that comes before it is ready waits."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        listening = socket.socket()
        listening.bind((HOST, 0))
        listening.listen(BACKLOG)
        self.url = f"http://{HOST}:{listening.getsockname()[1]}"
        path = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
        others = {name: value for name, value in os.environ.items() if not name.startswith("UNROLL_")}
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", f"{PACKAGE}.serving.for_a_script", str(listening.fileno())],
            pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                **others,
                "PYTHONPATH": os.pathsep.join(filter(None, path)),
                "UNROLL_PUBLISH_TOKEN": self.token,
                "UNROLL_FRAME_ANCESTORS": FRAMED_BY,
            },
            start_new_session=True,  # an interrupt at the terminal is for the script
        )
        listening.close()
        in_children(self._forked)

    def _forked(self) -> None:
        """It ends when nobody holds its input open: a child of the script must not outlive it there."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    @property
    def failed(self) -> bool:
        """Whether it ended by itself."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
