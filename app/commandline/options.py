"""The command line: options that go before the environment, and refusals in one sentence with exit status 2."""

import argparse
import difflib
import errno
import os
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

from pydantic import ValidationError

from .. import __version__
from ..errors import shown
from ..settings import Settings, environment_name
from ..validation import expected

OPTIONS = ("host", "port", "workers")
OF_PLATFORMS = ("HOST", "PORT")  # with UNROLL_ before it, where a service is called unroll
ALMOST = 0.9  # of 1, for two names that are the same


def settings_from(arguments: Sequence[str] | None = None) -> Settings:
    """The settings of the environment, with what the command line says instead."""
    given = {name: value for name, value in vars(parser().parse_args(arguments)).items() if value is not None}
    for name, meant in misspelt(os.environ):
        refuse(f"{name} is no setting; {meant} is")
    try:
        return Settings(**given)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        field = str(fault["loc"][0]).lower().removeprefix("unroll_")
        name = f"--{field}" if field in given else environment_name(field)
        refuse(f"{name} is {shown(fault['input'])}, but {expectation(field, fault)}")


def misspelt(environment: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names that are almost those of settings, and these. Platforms add their own, such as UNROLL_SERVICE_HOST."""
    known = [environment_name(field) for field in Settings.model_fields]
    for name in environment:
        if not name.startswith("UNROLL_") or name in known:
            continue
        plain = name.removeprefix("UNROLL_")
        if plain in known and plain not in OF_PLATFORMS:
            yield name, plain
        for meant in difflib.get_close_matches(name, known, 1, ALMOST):
            yield name, meant


def expectation(field: str, fault: Any) -> str:
    """What a setting must be, in the words of its own check or of its schema."""
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    schema = Settings.model_json_schema(by_alias=False)["properties"][field]
    return f"it must be {expected(schema)}"


class Parser(argparse.ArgumentParser):
    """One that refuses what it does not know in one sentence, as everything else is refused."""

    def error(self, message: str) -> NoReturn:
        """What was wrong, and what helps."""
        refuse(f"{message}; `{self.prog} --help` lists what can be given")


def parser() -> argparse.ArgumentParser:
    """`unroll --help`: the three settings that differ from one start to the next, and where the others are."""
    made = Parser(
        prog=program(),
        description="Serve the playground for backpropagation through time on this machine.",
        epilog="Every setting can also be given in the environment, as "
        + ", ".join(environment_name(name) for name in Settings.model_fields)
        + "; an option goes before it. Instead of serving, `verify FILE…` checks hand-ins, and `export-lesson` writes "
        "lessons as a page: see their --help.",
    )
    for name in OPTIONS:
        about = (Settings.model_fields[name].description or "").rstrip(".")
        default = Settings.model_fields[name].default
        shown = "" if Settings.model_fields[name].default_factory else f" (default: {default})"
        made.add_argument(f"--{name}", metavar=name.upper(), help=f"{about[0].lower()}{about[1:]}{shown}")
    made.add_argument("--version", action="version", version=f"Unroll {__version__}")
    return made


def program() -> str:
    """What was typed to start it."""
    package = __package__.partition(".")[0]
    return "unroll" if package == "unroll" else f"python -m {package}"


def listen(host: str, port: int) -> socket.socket:
    """The socket visitors come to.

    It is only bound: until the server is ready connections are refused, and a balancer asks elsewhere at once.
    """
    if host == "::" and not socket.has_dualstack_ipv6():  # a container or kernel without IPv6
        host = "0.0.0.0"  # noqa: S104 (the operator asked for every address)
    try:
        bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:  # an address of IPv6, where there is none
        refuse(why_not(host, port, error))
    if os.name == "posix":  # elsewhere it would let two servers share a port
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if host == "::":
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    try:
        bound.bind((host, port))
    except (OSError, UnicodeError) as error:  # UnicodeError: a host name that no name server could be asked for
        bound.close()
        refuse(why_not(host, port, error))
    return bound


def why_not(host: str, port: int, error: OSError | UnicodeError) -> str:
    """Why the server cannot listen there, and what helps."""
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken by another program; choose another with --port, 0 for any free one"
    if isinstance(error, PermissionError):
        return f"port {port} of {host} may not be used by this user; choose one from 1024 on with --port"
    return (
        f"{host!r} is no address of this machine; "
        "--host 127.0.0.1 is for this machine alone, --host :: for its whole network"
    )


def refuse(sentence: str, who: str = "unroll") -> NoReturn:
    """Say why the program cannot start, and end with the status of a command that was not understood."""
    print(f"{who}: {sentence}.", file=sys.stderr)
    sys.exit(2)
