"""A real nginx (Debian's), where there is one: installed, or fetched by scripts/setup."""

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.servers import ROOT, wait_until

PLACES = (shutil.which("nginx"), "/usr/sbin/nginx", ROOT / ".nginx" / "usr" / "sbin" / "nginx")
PROGRAM = next((str(place) for place in PLACES if place and Path(place).exists()), "nginx")
INSTALLED = shutil.which(PROGRAM) is not None
# Where files lie for a while: else below /var/lib, where an nginx that was only fetched has no folder.
TEMPORARY = """
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
"""
AROUND = """
worker_processes 1;
pid {folder}/pid;
events {{ worker_connections 256; }}
http {{
    access_log off;
    proxy_max_temp_file_size 0;  # the folder is ours, and a worker of nginx may be somebody else
{temporary}
{site}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, site: str, port: int) -> Iterator[None]:
    """Serve what `site` says inside `http { … }`, until the end; `port` is one of those it listens on."""
    temporary = TEMPORARY.format(folder=folder)
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, site=site, temporary=temporary))
    command = [PROGRAM, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr", "-g", "daemon off;"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: process.poll() is not None or listens(port), "nginx")
        assert process.poll() is None, (folder / "log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(10)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return True
    return False
