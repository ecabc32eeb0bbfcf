import os

import pytest

from app.web.unparsed import INSIDE_BYTES, SLICE_BYTES, Unparsed


def waiting(*came):
    unparsed = Unparsed()
    for data in came:
        unparsed.add(data)
    return unparsed


def slices(unparsed, inside):
    while unparsed:
        yield unparsed.next_slice(inside)


@pytest.mark.parametrize("inside", [0, 1, SLICE_BYTES, 10_000, 10 * INSIDE_BYTES])
def test_whatever_the_slices_are_nothing_is_lost_and_nothing_comes_twice(inside):
    came = [os.urandom(size) for size in (1, 100_000, 7, SLICE_BYTES, 3 * INSIDE_BYTES)]
    assert b"".join(slices(waiting(*came), inside)) == b"".join(came)


def test_where_frames_may_begin_others_get_a_turn_after_little():
    assert max(map(len, slices(waiting(bytes(100_000)), 0))) == SLICE_BYTES


def test_where_one_frame_goes_on_more_of_it_is_taken_at_a_time_but_nothing_behind_it():
    assert len(waiting(bytes(100_000)).next_slice(10**9)) == INSIDE_BYTES
    assert len(waiting(bytes(100_000)).next_slice(10_000)) == 10_000


def test_who_leaves_leaves_nothing():
    unparsed = waiting(bytes(100_000), b"more")
    unparsed.clear()
    assert not unparsed
