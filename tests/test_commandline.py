"""What is said to whoever starts the server with values that make no sense."""

import contextlib
import errno
import io
import os
import socket
import subprocess
import sys

import pytest

from app.__main__ import announce, status
from app.commandline import listen, settings_from


def refusal(capsys, action, *arguments) -> str:
    with pytest.raises(SystemExit) as ended:
        action(*arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1, "one sentence on one line"
    return said


def test_an_option_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("PORT", "abc")
    monkeypatch.setenv("WORKERS", "3")
    settings = settings_from(["--port", "9000", "--host", "0.0.0.0"])
    assert (settings.host, settings.port, settings.workers) == ("0.0.0.0", 9000, 3)


@pytest.mark.parametrize(("option", "value"), [("--port", "99999"), ("--port", "abc"), ("--workers", "0")])
def test_a_bad_option_is_named_with_its_value(capsys, option, value):
    assert refusal(capsys, settings_from, [option, value]).startswith(f'unroll: {option} is "{value}", but it must be')


@pytest.mark.parametrize("arguments", [["--colour"], ["serve"], ["--port"]])
def test_what_is_no_option_is_refused_with_where_they_are_listed(capsys, arguments):
    said = refusal(capsys, settings_from, arguments)
    assert said.startswith("unroll: ")
    assert arguments[0] in said
    assert said.endswith("--help` lists what can be given.\n")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "abc", "it must be a whole number from 0 to 65535."),
        ("UNROLL_MAX_RUNS", "many", "it must be a whole number, 1 or more."),
        ("UNROLL_LOG_LEVEL", "loud", "it must be one of debug, info, warning, error."),
        ("UNROLL_ALLOW_MISSING_ORIGIN", "perhaps", "it must be true or false."),
        ("UNROLL_ALLOWED_HOSTS", "https://a.b", "a host is a name such as unroll.example.org, *.example.org or *; "),
        ("UNROLL_ALLOWED_ORIGINS", "a.b", "an origin is http:// or https:// and a host, such as "),
        ("UNROLL_FRAME_ANCESTORS", ";", "it must be 'self', 'none', * or origins with spaces between, such as "),
        ("HOST", "", "it must be an address of this machine, such as 127.0.0.1"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.5,proxy", "a proxy is an address such as 10.0.0.5, a network "),
        ("UNROLL_ROOT_PATH", "unroll", "it must be a path that begins with a slash, such as /unroll."),
    ],
)
def test_a_bad_environment_variable_is_named_with_its_value(capsys, monkeypatch, name, value, expected):
    monkeypatch.setenv(name, value)
    assert refusal(capsys, settings_from, []).startswith(f'unroll: {name} is "{value}", but {expected}')


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("UNROLL_ALLOWED_HOST", "UNROLL_ALLOWED_HOSTS"),
        ("UNROLL_WORKERS", "WORKERS"),
        ("UNROLL_FORWARDED_ALLOW_IPS", "FORWARDED_ALLOW_IPS"),
    ],
)
def test_a_misspelt_environment_variable_is_named_with_the_one_that_was_meant(capsys, monkeypatch, name, meant):
    monkeypatch.setenv(name, "1")
    assert refusal(capsys, settings_from, []) == f"unroll: {name} is no setting; {meant} is.\n"


def test_what_platforms_call_a_service_of_this_name_is_not_taken_for_a_setting(monkeypatch):
    for name in ("SERVICE_HOST", "SERVICE_PORT", "PORT", "PORT_8000_TCP_ADDR", "HOST"):
        monkeypatch.setenv(f"UNROLL_{name}", "tcp://10.0.0.5:8000")
    assert settings_from([]).port == 8000


def test_a_port_in_use_is_said_with_what_would_do(capsys):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        said = refusal(capsys, listen, "127.0.0.1", port)
    assert said.startswith(f"unroll: port {port} of 127.0.0.1 is taken by another program; choose another with --port")


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b", "1:2:3"])
def test_a_host_that_is_no_address_of_this_machine_is_said(capsys, host):
    assert refusal(capsys, listen, host, 0).startswith(f"unroll: {host!r} is no address of this machine; ")


class Full(io.StringIO):
    def write(self, text):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("output", [None, Full()])
def test_a_server_comes_up_where_nobody_can_be_told_so(monkeypatch, output):
    monkeypatch.setattr(sys, "stdout", output)
    announce("http://127.0.0.1:8000", open_browser=True)


def test_an_address_of_ipv6_where_there_is_none_is_said(capsys, monkeypatch):
    def without_ipv6(family=socket.AF_INET, *_, **__):
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "socket", without_ipv6)
    assert refusal(capsys, listen, "::1", 0).startswith("unroll: '::1' is no address of this machine;")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_two_colons_are_every_address_of_both_families():
    with contextlib.closing(listen("::", 0)) as listening:
        listening.listen()
        port = listening.getsockname()[1]
        for host in ("127.0.0.1", "::1"):
            socket.create_connection((host, port), timeout=10).close()


def test_where_there_is_no_ipv6_two_colons_are_every_address_of_ipv4(monkeypatch):
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    with contextlib.closing(listen("::", 0)) as listening:
        listening.listen()
        assert listening.family is socket.AF_INET
        socket.create_connection(("127.0.0.1", listening.getsockname()[1]), timeout=10).close()


def test_the_help_names_every_setting(capsys):
    with pytest.raises(SystemExit) as ended:
        settings_from(["--help"])
    assert ended.value.code == 0
    assert "UNROLL_RECORDS_PER_SECOND" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["verify", "--help"], ["export-lesson", "--help"]])
def test_the_help_of_a_subcommand_that_nobody_takes_ends_it_with_1_and_not_in_the_interpreter(arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reading, gone = os.pipe()
    os.close(reading)
    full = os.open("/dev/full", os.O_WRONLY)
    for output, said in ((gone, ""), (full, "unroll: what it found cannot be written: No space left on device.\n")):
        command = [sys.executable, "-m", "app", *arguments]
        ended = subprocess.run(
            command, check=False, env=environment, stdout=output, stderr=subprocess.PIPE, encoding="utf-8"
        )
        os.close(output)
        assert (ended.returncode, ended.stderr) == (1, said)


def test_an_error_that_is_not_of_writing_what_was_found_is_not_told_as_one(capsys):
    def fails() -> int:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    with pytest.raises(OSError, match="unavailable"):
        status(fails)
    assert not capsys.readouterr().err
