"""Who gets a place, without sockets: visitors that only write down what happens to them."""

import json

import pytest

from app.errors import ServerFull
from app.web.admission import (
    LONGEST_WAIT,
    MOST_SITES,
    SHORT_BURST,
    SHORT_PER_SECOND,
    SHORT_SECONDS,
    START_SECONDS,
    Admission,
    site_of,
)
from app.web.compute import Pool
from app.web.process import Process
from app.web.wire import Kind


class Visitor:
    def __init__(self):
        self.heard, self.code = [], None

    def deliver(self, frame):
        self.heard.append(json.loads(frame))

    def dismiss(self, code, reason):
        self.code = code


class StandIn(Process):
    """A compute process that is never started."""

    def __init__(self):
        self.sent = []
        self.ready, self.beats = True, 0

    def send(self, kind, run=0, payload=b""):
        self.sent.append((kind, run))


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def door(clock):
    pool = Pool(1, {})
    pool.processes.append(StandIn())
    return Admission(pool, most=3, clock=clock)


def starts(handle) -> None:
    """The process says that there is a network."""
    handle.pool.take(handle.process, Kind.IN_USE, handle.run, b"")


def test_when_full_whoever_comes_is_told_when_to_come_again(door):
    for _ in range(3):
        starts(door.admit(Visitor(), "192.0.2.1"))
    with pytest.raises(ServerFull, match=r"Try again in 5 s") as refused:
        door.admit(Visitor(), "192.0.2.2")
    assert refused.value.retry_after == 5
    assert door.is_full


def test_when_full_who_has_waited_longest_without_a_network_makes_room(door, clock):
    idle, idle_later, busy = Visitor(), Visitor(), Visitor()
    starts(door.admit(busy, "192.0.2.1"))
    first = door.admit(idle, "192.0.2.2")
    clock.now += 1
    door.admit(idle_later, "192.0.2.3")
    clock.now += START_SECONDS
    assert not door.is_full
    door.admit(Visitor(), "192.0.2.4")
    assert (idle.code, idle.heard[0]["code"]) == (1013, "server_full")
    assert idle_later.code is None
    assert busy.code is None
    assert (Kind.LEAVE, first.run) in first.process.sent


def test_who_came_a_moment_ago_keeps_the_place_until_the_network_is_asked_for(door, clock):
    for _ in range(3):
        door.admit(Visitor(), "192.0.2.1")
    clock.now += START_SECONDS - 0.1
    with pytest.raises(ServerFull):
        door.admit(Visitor(), "192.0.2.2")
    clock.now += 0.1
    assert door.admit(Visitor(), "192.0.2.2")


def test_while_there_is_room_nobody_has_to_go(door, clock):
    idle = Visitor()
    door.admit(idle, "192.0.2.1")
    clock.now += 3600
    door.admit(Visitor(), "192.0.2.2")
    assert idle.code is None


def test_an_address_has_no_limit_unless_the_operator_sets_one(door, clock):
    door.most = 1000
    for _ in range(200):
        door.admit(Visitor(), "192.0.2.1")
    door.most_per_address = 200
    with pytest.raises(ServerFull, match="At most 200 networks may run for one address"):
        door.admit(Visitor(), "192.0.2.1")
    door.admit(Visitor(), "192.0.2.2")


def test_a_place_that_was_left_counts_no_more(door):
    door.most_per_address = 1
    door.admit(Visitor(), "192.0.2.1").leave()
    door.admit(Visitor(), "192.0.2.1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8::1", "2001:db8::ffff:1"),
        ("fe80::1%eth0", "fe80::2%eth0"),
        ("::1", "::2"),
    ],
)
def test_addresses_of_one_site_count_together(one, other):
    assert site_of(one) == site_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8:0:1::1"), ("", "unix")]
)
def test_addresses_of_two_sites_do_not(one, other):
    assert site_of(one) != site_of(other)


def test_newcomers_go_to_a_process_that_answers(door):
    late, prompt = door.pool.processes[0], StandIn()
    door.pool.processes.append(prompt)
    late.beats = 3
    assert door.admit(Visitor(), "").process is prompt
    assert door.admit(Visitor(), "").process is prompt
    prompt.beats = 3
    assert door.admit(Visitor(), "").process is late, "where none answers, they wait with the fewest"


def visits(door, clock, address, *, seconds=0.0, asks=True) -> None:
    """Somebody comes, and leaves."""
    handle = door.admit(Visitor(), address)
    if asks:
        handle.send('{"type":"start"}')
    clock.now += seconds
    door.note_visit(handle)
    handle.leave()


def test_where_one_network_is_begun_after_the_other_the_next_connection_waits_and_elsewhere_none_does(door, clock):
    for _ in range(int(SHORT_BURST)):
        visits(door, clock, "192.0.2.1")
    assert door.wait_of("192.0.2.1") == 0
    visits(door, clock, "192.0.2.1")
    assert door.wait_of("192.0.2.1") == pytest.approx(1 / SHORT_PER_SECOND)
    assert door.wait_of("192.0.2.2") == 0
    clock.now += 1 / SHORT_PER_SECOND
    assert door.wait_of("192.0.2.1") == 0


def test_those_who_wait_open_one_by_one_and_nobody_waits_for_longer_than_a_few_seconds(door, clock):
    for _ in range(1000):
        visits(door, clock, "192.0.2.1")
    waits = [door.wait_of("192.0.2.1") for _ in range(100)]
    assert waits[:3] == pytest.approx([1 / SHORT_PER_SECOND, 2 / SHORT_PER_SECOND, 3 / SHORT_PER_SECOND])
    assert waits[-1] == pytest.approx(LONGEST_WAIT)


def test_nobody_opens_before_those_who_wait(door, clock):
    for _ in range(int(SHORT_BURST) + 1):
        visits(door, clock, "192.0.2.1")
    last = [door.wait_of("192.0.2.1") for _ in range(10)][-1]
    clock.now += last / 2  # what was too much is paid, and some wait
    assert door.wait_of("192.0.2.1") == pytest.approx(last / 2 + 1 / SHORT_PER_SECOND)
    clock.now += last
    assert door.wait_of("192.0.2.1") == 0


@pytest.mark.parametrize("visit", [{"seconds": SHORT_SECONDS}, {"asks": False}], ids=["long ones", "idle ones"])
def test_visits_that_cost_little_for_what_they_are_may_be_many(door, clock, visit):
    for _ in range(100):
        visits(door, clock, "192.0.2.1", **visit)
    assert door.wait_of("192.0.2.1") == 0


def test_of_many_addresses_those_are_remembered_from_where_connections_wait(door, clock):
    for _ in range(1000):
        visits(door, clock, "192.0.2.1")
    for i in range(3 * MOST_SITES):
        visits(door, clock, f"198.{i % 250}.{i // 250}.1")
    assert len(door.sites) <= MOST_SITES
    assert door.wait_of("192.0.2.1") > 0
