"""Large files on their way: who keeps sending keeps room, and who does not keeps nobody waiting."""

import pytest

from app.web.arriving import LOOKS_OF_GRACE, LOOKS_TO_ARRIVE, SMALL_BYTES, ArrivingFile, Room
from app.web.protocol import SNAPSHOT_BYTES, UPLOAD_BYTES

LARGE = 1_000_000


class Sender:
    """A connection that was told it may send a file."""

    def __init__(self, room: Room, most: int = LARGE) -> None:
        self.resumed = 0
        self.file = ArrivingFile(room, self.go_on)
        self.file.expect(most)

    def go_on(self) -> None:
        self.resumed += 1


@pytest.fixture
def room():
    return Room(2 * LARGE)


def test_files_that_were_announced_and_do_not_come_take_no_room(room):
    for _ in range(100):
        assert Sender(room).file.may_go_on
    honest = Sender(room)
    honest.file.take(SMALL_BYTES)
    assert honest.file.may_go_on


def test_small_files_come_where_all_room_is_taken(room):
    for large in (Sender(room), Sender(room)):
        large.file.take(SMALL_BYTES)
        assert large.file.may_go_on
    small = Sender(room, SMALL_BYTES)
    small.file.take(SMALL_BYTES - 1)
    assert small.file.may_go_on
    assert room.free == 0


def test_who_finds_no_room_goes_on_in_the_order_of_coming_once_somebody_is_done(room):
    senders = [Sender(room) for _ in range(5)]
    for sender in senders:
        sender.file.take(SMALL_BYTES)
    assert [sender.file.may_go_on for sender in senders] == [True, True, False, False, False]
    senders[3].file.leave()
    senders[0].file.complete()
    senders[1].file.leave()
    assert [sender.file.has_room for sender in senders] == [False, False, True, False, True]
    assert [sender.resumed for sender in senders[2:]] == [1, 0, 1]
    for sender in senders:
        sender.file.leave()
    assert room.free == 2 * LARGE


def test_who_sends_evenly_is_never_slow_and_who_stops_is_soon(room):
    steady, stops = Sender(room), Sender(room)
    for sender in (steady, stops):
        sender.file.take(SMALL_BYTES)
        assert sender.file.may_go_on
    slow = []
    for _ in range(LOOKS_TO_ARRIVE - 1):
        steady.file.take(LARGE // LOOKS_TO_ARRIVE)
        assert not steady.file.is_slow
        slow.append(stops.file.is_slow)
    assert slow.index(True) == LOOKS_OF_GRACE + 1


def test_what_came_early_of_a_large_snapshot_is_no_reason_to_stop(room):
    stops = Sender(Room(SNAPSHOT_BYTES), SNAPSHOT_BYTES)
    stops.file.take(SNAPSHOT_BYTES // 2)
    assert stops.file.may_go_on
    assert [stops.file.is_slow for _ in range(3)].index(True) <= 2


def test_a_large_snapshot_that_comes_evenly_has_as_much_more_time_as_it_is_larger(room):
    steady = Sender(Room(SNAPSHOT_BYTES), SNAPSHOT_BYTES)
    steady.file.take(SMALL_BYTES)
    assert steady.file.may_go_on
    looks = LOOKS_TO_ARRIVE * SNAPSHOT_BYTES // UPLOAD_BYTES
    for _ in range(looks):
        steady.file.take(SNAPSHOT_BYTES // looks)
        assert not steady.file.is_slow


def test_half_a_file_that_is_no_longer_waited_for_is_unwanted_and_a_whole_one_never(room):
    half, whole = Sender(room), Sender(room)
    for sender in (half, whole):
        sender.file.take(SMALL_BYTES)
        assert sender.file.may_go_on
    whole.file.complete()
    half.file.expect(1000)
    whole.file.expect(1000)
    assert (half.file.is_unwanted, whole.file.is_unwanted) == (True, False)
    assert room.free == 2 * LARGE
