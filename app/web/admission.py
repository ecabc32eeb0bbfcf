"""Who gets a place: as many runs as the operator allows, in all and for one address.

A connection without a network holds a place that somebody else could use. It keeps it for a while, as a page that has
just come needs a moment to ask for its network; later it has to go as soon as the server is full and somebody comes.

To begin a network costs more than to train it for a moment. Whoever begins one after the other, over a connection each,
has to wait with the next one, so that others' networks need not.
"""

import ipaddress
import time
from collections.abc import Callable

from ..errors import RETRY_AFTER, ServerFull
from . import protocol
from .allowance import Allowance
from .closing import CloseCode
from .compute import Pool, RunHandle, Visitor

SHORT_SECONDS = 5.0  # a visit that its visitor ended sooner, after a network was begun, is a short one,
SHORT_PER_SECOND, SHORT_BURST = 5.0, 30.0  # of which so many from one address cost nothing,
LONGEST_WAIT = 5.0  # seconds for which the next one may have to wait else
MOST_SITES = 1000  # that are remembered, unless more owe something
START_SECONDS = 5.0  # for which a connection has a place for sure although it has no network yet
IPV6_SITE = 64  # bits of an IPv6 address that say whose it is; the others change by themselves


class Admission:
    """The way to a run of a pool."""

    def __init__(
        self, pool: Pool, most: int, most_per_address: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.pool = pool
        self.most = most
        self.most_per_address = most_per_address
        self.clock = clock
        self.short_visits: dict[str, Allowance] = {}  # by site

    def owed(self, address: str) -> float:
        """Seconds that whoever comes from this address has to wait, after so many short visits from there."""
        allowance = self.short_visits.get(site_of(address))
        return allowance.owed if allowance else 0.0

    def note_visit(self, handle: RunHandle) -> None:
        """A visitor leaves."""
        if not handle.in_use or self.clock() - handle.since >= SHORT_SECONDS:
            return
        if handle.site not in self.short_visits:
            if len(self.short_visits) >= MOST_SITES:
                self.short_visits = {site: found for site, found in self.short_visits.items() if found.owed}
            self.short_visits[handle.site] = Allowance(self.clock, SHORT_PER_SECOND, SHORT_BURST)
        self.short_visits[handle.site].spend(1, most_owed=LONGEST_WAIT)

    def admit(self, visitor: Visitor, address: str) -> RunHandle:
        """A run for a visitor from `address`; raises ServerFull where there is none."""
        site = site_of(address)
        if self.most_per_address and self.pool.runs_of(site) >= self.most_per_address:
            raise ServerFull(
                f"At most {self.most_per_address} networks may run for one address here, and as many do for yours. "
                f"Close one of them, and try again in {RETRY_AFTER:.0f} s.",
                retry_after=RETRY_AFTER,
            )
        if self.pool.runs >= self.most:
            self.free_a_place()
        handle = self.pool.open(visitor, site, self.clock()) if self.pool.runs < self.most else None
        if handle is None:
            raise full()
        return handle

    @property
    def is_full(self) -> bool:
        """Whether somebody who comes now is turned away."""
        return self.pool.runs >= self.most and self.idle() is None

    def idle(self) -> RunHandle | None:
        """Who has had a place for longest without having used it, if that is too long."""
        late = self.clock() - START_SECONDS
        waiting = [handle for handle in self.pool.handles.values() if not handle.in_use and handle.since <= late]
        return min(waiting, key=lambda handle: handle.since, default=None)

    def free_a_place(self) -> None:
        """Take its place from a connection that does not use it, if there is one."""
        handle = self.idle()
        if handle is None:
            return
        visitor = handle.visitor
        handle.leave()
        visitor.deliver(protocol.error_message(full()))
        visitor.dismiss(CloseCode.TRY_AGAIN_LATER, "no network was started, and the place is needed")


def full() -> ServerFull:
    """What a visitor is told who has to come again."""
    return ServerFull(
        f"This server runs as many networks as it can. Try again in {RETRY_AFTER:.0f} s.", retry_after=RETRY_AFTER
    )


def site_of(address: str) -> str:
    """Whose address this is: one of IPv4, also where it is written as one of IPv6; the first 64 bits of another one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.IPv6Network((int(found), IPV6_SITE), strict=False))
        found = found.ipv4_mapped
    return str(found)
