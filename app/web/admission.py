"""Who gets a place: as many runs as the operator allows, in all and for one address.

A connection without a network holds a place that somebody else could use. It keeps it for a while, as a page that has
just come needs a moment to ask for its network; later it has to go as soon as the server is full and somebody comes.

To begin a network costs more than to train it for a moment. Where one is begun after the other, over a connection each,
connections from that address open one by one for a while, in the order in which they came: who comes once waits a
moment among them, and others' networks do not wait for all of them.
"""

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import RETRY_AFTER, ServerFull
from . import protocol
from .allowance import Allowance
from .closing import CloseCode
from .compute import Pool, RunHandle, Visitor

SHORT_SECONDS = 5.0  # a visit that its visitor ended sooner, after something was asked, is a short one,
SHORT_PER_SECOND, SHORT_BURST = 10.0, 60.0  # of which so many from one address cost nothing; else as many open
LONGEST_WAIT = 5.0  # seconds for which anybody may have to wait
MOST_SITES = 1000  # that are remembered, unless more owe something
START_SECONDS = 5.0  # for which a connection has a place for sure although it has no network yet
IPV6_SITE = 64  # bits of an IPv6 address that say whose it is; the others change by themselves


@dataclass
class Site:
    """Where short visits come from, and until when those wait who came last."""

    short_visits: Allowance
    busy_until: float = 0.0

    def is_busy(self, now: float) -> bool:
        """Whether the next one has to wait."""
        return self.busy_until > now or self.short_visits.owed > 0

    def next_wait(self, now: float) -> float:
        """Seconds that the next one has to wait, after those who came before."""
        if not self.is_busy(now):
            return 0.0
        opens = min(max(now, self.busy_until) + 1 / SHORT_PER_SECOND, now + LONGEST_WAIT)
        self.busy_until = opens
        return opens - now


class Admission:
    """The way to a run of a pool."""

    def __init__(
        self, pool: Pool, most: int, most_per_address: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.pool = pool
        self.most = most
        self.most_per_address = most_per_address
        self.clock = clock
        self.sites: dict[str, Site] = {}  # from which there were short visits

    def wait_of(self, address: str) -> float:
        """Seconds that whoever comes now from this address has to wait."""
        site = self.sites.get(site_of(address)) if address else None
        return site.next_wait(self.clock()) if site else 0.0

    def note_visit(self, handle: RunHandle) -> None:
        """A visitor leaves."""
        if not handle.asked or self.clock() - handle.since >= SHORT_SECONDS:
            return
        if handle.site not in self.sites:
            if len(self.sites) >= MOST_SITES:
                now = self.clock()
                self.sites = {name: site for name, site in self.sites.items() if site.is_busy(now)}
            self.sites[handle.site] = Site(Allowance(self.clock, SHORT_PER_SECOND, SHORT_BURST))
        self.sites[handle.site].short_visits.spend(1, most_owed=LONGEST_WAIT)

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
