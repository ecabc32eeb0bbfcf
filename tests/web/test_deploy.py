"""What docs/deploy.md and docs/debian.md tell to do, done: nginx and Unroll start with the shipped files."""

import contextlib
import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from app.commandline import settings_from
from app.main import create_app
from app.serving.server import PING_SECONDS
from app.settings import Settings, environment_name
from app.web import admission
from tests.support.clients import facts
from tests.support.nginx import INSTALLED, PROGRAM, nginx
from tests.support.places import site_below_a_path
from tests.support.servers import PATIENCE, ROOT, Server, free_port
from tests.web.test_proxies import a_run_starts, everything_is_found, fetched
from tests.web.test_server import SMALL, get

NAME = "unroll.school.example"
DEBIAN = ROOT / "deploy" / "debian"
UNIT = (DEBIAN / "unroll@.service").read_text()
SITE = (DEBIAN / "unroll.conf").read_text()
DOCS = {name: (ROOT / "docs" / name).read_text() for name in ("deploy.md", "debian.md")}
needs_nginx = pytest.mark.skipif(not INSTALLED, reason="this needs nginx: apt-get install nginx")


def unit_says(directive: str) -> list[str]:
    return re.findall(rf"^{directive}=(.*)$", UNIT, re.M)


def test_the_unit_starts_unroll_on_this_machine_only_with_options_it_knows(monkeypatch):
    for line in unit_says("Environment"):
        monkeypatch.setenv(*line.split("=", 1))
    (command,) = unit_says("ExecStart")
    settings = settings_from(command.replace("%i", "8001").split()[1:])
    assert (settings.host, settings.port) == ("127.0.0.1", 8001)
    assert settings.allowed_hosts == (NAME,)
    assert unit_says("MemoryMax")
    assert unit_says("DynamicUser") == ["yes"]


def test_the_short_unit_listens_on_both_families_in_a_folder_that_is_not_the_one_of_the_versions():
    (command,) = re.findall(r"^ExecStart=(.*)$", DOCS["deploy.md"], re.M)
    program, *options = command.split()
    assert settings_from(options).host == "::"
    folder = program.removesuffix("/bin/unroll")
    assert f"python3 -m venv {folder} && {folder}/bin/pip install ." in DOCS["deploy.md"]
    assert not unit_says("ExecStart")[0].startswith(f"{folder}/")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this needs systemd-analyze")
def test_systemd_knows_every_line_of_the_unit():
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(DEBIAN / "unroll@.service")], capture_output=True, text=True
    )
    said = [line for line in checked.stderr.splitlines() if "unroll@" in line and "is not executable" not in line]
    assert said == [], "all that may be missing is Unroll in /opt"


@pytest.mark.parametrize("name", DOCS)
def test_every_setting_and_file_that_is_named_exists(name):
    known = {environment_name(field) for field in Settings.model_fields}
    assert set(re.findall(r"\bUNROLL_[A-Z_]+\b", DOCS[name])) <= known
    for path in re.findall(r"\bdeploy/[\w./@-]*[\w]", DOCS[name]):
        assert (ROOT / path).exists(), path


def test_compose_hands_on_every_setting_that_is_set_and_no_empty_one():
    app = (ROOT / "compose.yaml").read_text().partition("  app:\n")[2].partition("  nginx:\n")[0]
    handed_on = re.findall(r"^      - (\w+)$", app, re.M)  # with a = an unset one would be empty, which is refused
    inside = {"HOST", "PORT", "UNROLL_OPEN_BROWSER"}  # the image knows
    below_a_path = {"UNROLL_ROOT_PATH"}  # deploy/nginx.conf serves the page at the root
    known_here = {"FORWARDED_ALLOW_IPS"}  # the proxy is the one below
    others = inside | below_a_path | known_here
    assert sorted(handed_on) == sorted({*map(environment_name, Settings.model_fields)} - others)


def test_the_settings_that_compose_does_not_hand_on_are_named():
    app = (ROOT / "compose.yaml").read_text().partition("  app:\n")[2].partition("  nginx:\n")[0]
    handed_on = re.findall(r"^      - (\w+)$", app, re.M)
    sentence = DOCS["deploy.md"].partition("are handed on, but for five")[2].partition(" On a kernel")[0]
    named = re.findall(r"`([A-Z_]+)`", sentence)
    assert sorted([*named, *handed_on]) == sorted(map(environment_name, Settings.model_fields))


def test_what_short_visits_cost_is_said_in_the_servers_own_numbers():
    said = " ".join(DOCS["deploy.md"].partition("short visits are counted")[2].partition("A class")[0].split())
    assert f"within {admission.SHORT_SECONDS:.0f} s" in said
    assert f"more than {admission.SHORT_BURST:.0f} from one address" in said
    assert f"one by one, {admission.SHORT_PER_SECOND:.0f} a second" in said
    assert f"behind {admission.LONGEST_WAIT * admission.SHORT_PER_SECOND:.0f} who wait" in said
    assert f"all open after {admission.LONGEST_WAIT:.0f} s" in said


@pytest.mark.parametrize("name", DOCS)
def test_every_block_for_a_shell_is_one_that_bash_reads(name):
    blocks = shell_blocks(name)
    assert blocks
    for block in blocks:
        checked = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, ""), block


def shell_blocks(name: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", DOCS[name], re.S)


def the_line(beginning: str) -> str:
    """The one line of docs/debian.md that begins so."""
    (line,) = [line for line in DOCS["debian.md"].splitlines() if line.startswith(beginning)]
    return line


def test_the_line_that_writes_the_name_leaves_none_of_the_example(tmp_path):
    line = the_line("sed -i 's/unroll").replace("YOUR.NAME", "nets.my.school")
    for path, file in (
        ("/etc/systemd/system/unroll@.service", DEBIAN / "unroll@.service"),
        ("/etc/nginx/sites-available/unroll", DEBIAN / "unroll.conf"),
    ):
        copy = tmp_path / file.name
        shutil.copy(file, copy)
        line = line.replace(path, str(copy))
    subprocess.run(["bash", "-c", line], check=True)
    for file in tmp_path.iterdir():
        assert NAME not in file.read_text()
        assert file.read_text() == (DEBIAN / file.name).read_text().replace(NAME, "nets.my.school")


def test_on_debian_13_http2_is_switched_on_in_the_way_its_nginx_knows(tmp_path):
    site = tmp_path / "unroll"
    site.write_text(SITE)
    (command,) = re.findall(r"^sed -i '(.* ssl;/;.*)' /etc/nginx/sites-available/unroll$", DOCS["debian.md"], re.M)
    subprocess.run(["sed", "-i", command, str(site)], check=True)
    assert "listen 443 ssl;\n    listen [::]:443 ssl;\n" in site.read_text()
    assert site.read_text().count("\n    http2 on;\n") == 1


def test_whatever_changes_a_file_of_nginx_stands_before_nginx_reads_it():
    first = DOCS["debian.md"].partition("## A newer version")[0]
    assert first.rindex("/etc/nginx/") < first.index("nginx -t && systemctl reload nginx")


DEBIANS_NGINX = """user www-data;
worker_processes auto;
pid {folder}/pid;
error_log {folder}/error.log;

events {{
\tworker_connections 768;
\t# multi_accept on;
}}

http {{
\tsendfile on;
\taccess_log off;
}}
"""


def test_the_line_for_many_visitors_gives_nginx_room_for_two_connections_of_each(tmp_path):
    file = tmp_path / "nginx.conf"
    file.write_text(DEBIANS_NGINX.format(folder=tmp_path))
    line = the_line("sed -i '/^worker_rlimit").replace("/etc/nginx/nginx.conf", str(file))
    for _ in range(2):  # a second time changes nothing
        subprocess.run(["bash", "-c", line], check=True)
        changed = file.read_text()
        assert "\nworker_rlimit_nofile 16384;\nevents {\n\tworker_connections 8192;\n\t# multi_accept on;\n}" in changed
        assert changed.count("worker_") == 3
    assert 2 * Settings.model_fields["max_runs"].default < 8192
    if INSTALLED:
        tried = subprocess.run([PROGRAM, "-t", "-c", str(file), "-e", "stderr"], capture_output=True, text=True)
        assert tried.returncode == 0, tried.stderr


@pytest.fixture
def called(tmp_path, monkeypatch) -> Callable[[str, str], list[str]]:
    """Runs a block with programs that do nothing but tell that they were called; one of them fails."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def run(block: str, fails: str) -> list[str]:
        told = tmp_path / "told"
        told.touch()
        for name in ("git", "python3", "ln", "systemctl", "curl"):
            program = folder / name
            program.write_text(f"#!/bin/sh\necho {name} $1 >>{told}\n" + f"[ \"{name} $1\" != '{fails}' ]\n")
            program.chmod(0o755)
        block = block.replace("/root/unroll", str(tmp_path)).replace("/opt/unroll", str(tmp_path / "opt"))
        subprocess.run(["bash", "-c", block], capture_output=True, timeout=PATIENCE)
        return told.read_text().splitlines()

    return run


@pytest.mark.parametrize(("which", "before"), [(0, []), (1, ["git pull"])])
def test_where_the_version_is_not_known_nothing_is_installed_or_started(called, which, before):
    block = [block for block in shell_blocks("debian.md") if "git describe" in block][which]
    assert called(block, "git describe") == [*before, "git describe"]


def test_where_a_newer_version_cannot_be_installed_the_older_one_stays(called):
    (block,) = [block for block in shell_blocks("debian.md") if "git pull" in block]
    assert called(block, "python3 -m") == ["git pull", "git describe", "python3 -m"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="this needs curl")
def test_the_older_version_is_ended_only_once_the_newer_one_is_ready():
    asked = []

    class NotYet(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if len(asked) == 3 else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), NotYet) as newer:
        threading.Thread(target=newer.serve_forever, daemon=True).start()
        line = the_line("timeout 60 sh -c").replace("8002", str(newer.server_port)).removesuffix(" &&")
        subprocess.run(["bash", "-c", line], check=True, timeout=PATIENCE)
        newer.shutdown()
    assert asked == ["/readyz"] * 3


@needs_nginx
def test_the_debian_site_serves_over_https_and_a_newer_version_takes_over_without_a_lost_run(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN={NAME} -addext subjectAltName=DNS:{NAME} "
        f"-keyout {key} -out {certificate}".split(),
        check=True,
        capture_output=True,
    )
    plain, tls = free_port(), free_port()
    context = ssl.create_default_context(cafile=str(certificate))
    allowed = dict(line.split("=", 1) for line in unit_says("Environment"))
    second = Server(WORKERS="1", **allowed)  # the newer version, not yet started
    with Server(WORKERS="1", **allowed) as first, contextlib.ExitStack() as stack:
        site = SITE.replace("8001", str(first.port)).replace("8002", str(second.port))
        site = re.sub(r"listen \[::\]:.*\n", "", site).replace("listen 80;", f"listen 127.0.0.1:{plain};")
        site = site.replace("listen 443 ", f"listen 127.0.0.1:{tls} ").replace("/var/log/nginx", str(tmp_path))
        site = re.sub(r"/etc/letsencrypt/\S*/fullchain.pem", str(certificate), site)
        site = re.sub(r"/etc/letsencrypt/\S*/privkey.pem", str(key), site)
        with nginx(tmp_path, site, tls):
            head = raw(plain, None)
            assert head.startswith("HTTP/1.1 301")
            assert f"Location: https://{NAME}/page?x=1\r\n" in head
            head = raw(tls, context, "/")
            assert head.startswith("HTTP/1.1 200")
            assert "Strict-Transport-Security: max-age=31536000\r\n" in head
            assert raw(tls, context, "/metrics").startswith("HTTP/1.1 404")

            with visit(tls, context) as page:
                page.send(json.dumps({"type": "start", "config": SMALL}))
                assert json.loads(page.recv(timeout=PATIENCE))["type"] == "state"
                page.send(json.dumps({"type": "step", "iterations": 7}))
                stack.enter_context(second)
                first.stop(signal.SIGTERM)
                snapshot = last_binary(page)
            assert facts(snapshot)["kind"] == "snapshot"
            with visit(tls, context) as page:
                page.send(json.dumps({"type": "upload", "kind": "snapshot", "bytes": len(snapshot)}))
                assert json.loads(page.recv(timeout=PATIENCE))["type"] == "ready"
                page.send(snapshot)
                assert json.loads(page.recv(timeout=PATIENCE))["iteration"] == facts(snapshot)["iteration"]
        logged = (tmp_path / "unroll.log").read_text()
        lines = [json.loads(line) for line in logged.splitlines()]
        answered = {(line["path"], line["status"]) for line in lines}
        assert {("/page", 301), ("/", 200), ("/metrics", 404), ("/ws", 101)} <= answered
        assert "x=1" not in logged
        fields = {"time", "method", "path", "status", "bytes", "seconds", "replica"}
        assert {name for line in lines for name in line} == fields


def raw(port: int, context: ssl.SSLContext | None, path: str = "/page?x=1") -> str:
    """The head of an answer, as it came; the name is asked for though it leads nowhere."""
    asking = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    with context.wrap_socket(asking, server_hostname=NAME) if context else asking as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
    return received.partition(b"\r\n\r\n")[0].decode() + "\r\n"


@contextlib.contextmanager
def visit(port: int, context: ssl.SSLContext) -> Iterator[ClientConnection]:
    """A socket over TLS, as the page opens it; its first message is heard."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    address, origin = f"wss://{NAME}/ws", f"https://{NAME}"
    with connect(address, sock=connection, ssl=context, origin=origin, compression=None) as page:
        assert json.loads(page.recv(timeout=PATIENCE))["type"] == "hello"
        yield page


def last_binary(page: ClientConnection) -> bytes:
    """The last file before the other side closes with 1012."""
    last = b""
    with contextlib.suppress(ConnectionClosed):
        while True:
            heard = page.recv(timeout=PATIENCE)
            last = heard if isinstance(heard, bytes) else last
    assert page.close_code == 1012
    return last


@pytest.mark.parametrize("file", ["nginx.conf", "debian/unroll.conf"])
def test_every_socket_may_be_silent_for_longer_than_the_server_is_between_two_pings(file):
    places = re.findall(r"location ~ (\S+) \{[^}]*proxy_read_timeout (\d+)s;", (ROOT / "deploy" / file).read_text())
    ((pattern, seconds),) = places
    assert int(seconds) > 2 * PING_SECONDS
    sockets = [path for path in paths_of_the_application() if re.match(pattern, path)]
    assert sorted(sockets) == ["/publish", "/ws"]


def paths_of_the_application() -> list[str]:
    """All that can be asked for: of routes that were included too."""
    app = create_app(Settings())
    routers = [app, *(route.original_router for route in app.routes if hasattr(route, "original_router"))]
    return [route.path for router in routers for route in router.routes if hasattr(route, "path")]


def test_the_ingress_leads_to_everything_but_what_the_cluster_asks_for():
    led = re.findall(r"- \{ path: (\S+), pathType: (Exact|Prefix), ", DOCS["deploy.md"])
    paths = paths_of_the_application()
    hidden = [path for path in paths if not any(is_led(path, *one) for one in led)]
    assert sorted(hidden) == ["/healthz", "/metrics"], "a page whose socket does not open asks for /readyz"
    assert not [one for one in led if not any(is_led(path, *one) for path in paths)]


def is_led(path: str, to: str, kind: str) -> bool:
    return path == to or (kind == "Prefix" and path.startswith(f"{to}/"))


@needs_nginx
def test_the_line_for_the_ingress_leads_equal_runs_to_one_replica_and_all_others_anywhere(tmp_path):
    (line,) = re.findall(r"^ +(map \$arg_run .*)$", DOCS["deploy.md"], re.M)
    port = free_port()
    site = f'{line}\nserver {{ listen 127.0.0.1:{port}; location / {{ return 200 "$unroll_replica"; }} }}'
    with nginx(tmp_path, site, port):
        keys = [fetched(f"http://127.0.0.1:{port}/ws{query}") for query in ("?run=a_b-C", "?run=a_b-C", "", "")]
    assert keys[:2] == ["a_b-C", "a_b-C"]
    assert len(set(keys)) == 3


@needs_nginx
def test_the_lines_for_a_path_below_a_site_serve_the_page_there(tmp_path, server):
    port = free_port()
    with nginx(tmp_path, site_below_a_path(server, port), port):
        origin = f"http://127.0.0.1:{port}"
        everything_is_found(f"{origin}/unroll/")
        a_run_starts(f"{origin}/unroll/", origin)
        for query in ("", "?embed"):
            with urllib.request.urlopen(f"{origin}/unroll{query}", timeout=PATIENCE) as answer:
                assert answer.url == f"{origin}/unroll/{query}"
        assert raw(port, None, "/unroll/healthz").startswith("HTTP/1.1 200")
        assert raw(port, None, "/unroll/metrics").startswith("HTTP/1.1 404")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_two_colons_serve_both_families():
    with Server(HOST="::", WORKERS="1") as server:
        for host in ("127.0.0.1", "[::1]"):
            server.url = f"http://{host}:{server.port}"
            assert get(server, "/")[0] == 200
            a_run_starts(server.url + "/", server.url)
