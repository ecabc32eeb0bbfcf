"""Where a watched model is looked at: a server that was named, one beside the script, or the small page of `page`."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from ..training import Record
from .drawing import Drawable
from .own_server import OwnServer, can_serve
from .page import Page
from .publishing import Publisher


class Screen(Protocol):
    """What shows the newest records, which are made when somebody looks; its address is known from the beginning."""

    address: str

    def show(self, found: Mapping[str, Drawable]) -> None:
        """From now on show these."""

    def close(self) -> None:
        """Show nothing any more."""


class Served:
    """The page of a server, which the records are published to; one beside the script ends with it."""

    def __init__(self, publisher: Publisher, server: OwnServer | None) -> None:
        self._publisher, self._server = publisher, server
        self.address = publisher.address

    def show(self, found: Mapping[str, Drawable]) -> None:
        """Each record, made when it is sent."""
        self._publisher.offer({name: partial(_record_of, one) for name, one in found.items()})

    def close(self) -> None:
        """Leave the server; what was sent stays on pages that are open."""
        self._publisher.close()
        if self._server is not None:
            self._server.close()


def _record_of(one: Drawable) -> Record:
    return one.record


def screen(
    server: str | None,
    token: str,
    modules: list[str],
    every: int,
    on_sequence: Callable[[int], Any],
    tell: Callable[[str], Any],
) -> Screen:
    """The page of ``server``; without one, of a server beside the script where there can be one."""
    if server is not None:
        return Served(Publisher(server, token, modules, every, on_sequence, tell), None)
    if not can_serve():
        return Page()
    own = OwnServer()
    return Served(Publisher(own.url, own.token, modules, every, on_sequence, tell), own)
