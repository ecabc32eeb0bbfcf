"""Places where a server is not at home: behind each kind of proxy, and under a name of its own. All on this machine."""

import contextlib
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.support import nginx
from tests.support.proxies import Rewrite, proxy
from tests.support.servers import ROOT, Server, free_port, wait_until

PREFIX = "/user/me/proxy/8000"
WILDCARD = "*.hub.localhost"  # browsers look for whatever ends so on this machine
JUPYTER = ROOT / ".venv-jupyter" / "bin" / "jupyter-server"  # scripts/setup makes it
PLACES = ("a prefix", "a wildcard host", "nginx", "jupyter-server-proxy")
DEPLOY = (ROOT / "docs" / "deploy.md").read_text()


def site_below_a_path(server: Server, port: int) -> str:
    """What docs/deploy.md tells to write for a path below a site, with the lines of deploy/nginx.conf around it."""
    (lines,) = re.findall(r"```nginx\n(location = /unroll .*?)```", DEPLOY, re.S)
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    around = "\n".join(re.findall(r"^    (?:map .*?\n    \}|proxy_(?:http|set).*?;)", shipped, re.S | re.M))
    return f"{around}\nserver {{ listen 127.0.0.1:{port};\n{lines.replace('8000', str(server.port))} }}"


@contextlib.contextmanager
def jupyter(server: Server, folder: Path) -> Iterator[str]:
    """A real jupyter-server with jupyter-server-proxy, as on a hub; yields the page's address behind it."""
    port = free_port()
    options = {
        "ServerApp.allow_remote_access": True,  # under a name that is not this machine's own
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.base_url": "/user/me/",
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": "",
        "ServerApp.allow_root": True,
        "ServerApp.open_browser": False,
    }
    command = [str(JUPYTER), *(f"--{name}={value}" for name, value in options.items())]
    path = f"{port}/user/me/proxy/{server.port}/"
    with (folder / "jupyter.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        wait_until(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{path}"), "jupyter-server")
        assert process.poll() is None, (folder / "jupyter.log").read_text()
        yield f"http://me.hub.localhost:{path}"
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    """Whether the page is there."""
    with contextlib.suppress(OSError, urllib.error.HTTPError), urllib.request.urlopen(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


@contextlib.contextmanager
def everywhere(server: Server, folder: Path) -> Iterator[dict[str, str]]:
    """The page's addresses, by what stands in front of the server; programs that are not installed are left out."""
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(proxy(server.port, Rewrite("takes the prefix away", PREFIX)))
        addresses = {
            "a prefix": f"http://127.0.0.1:{port}{PREFIX}/",
            "a wildcard host": f"http://me-8000.hub.localhost:{server.port}/",
        }
        if nginx.INSTALLED:
            port = free_port()
            stack.enter_context(nginx.nginx(folder, site_below_a_path(server, port), port))
            addresses["nginx"] = f"http://127.0.0.1:{port}/unroll/"
        if JUPYTER.exists():
            addresses["jupyter-server-proxy"] = stack.enter_context(jupyter(server, folder))
        yield addresses
