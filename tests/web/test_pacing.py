import pytest

from app.web.pacing import NOW, Credits, Pace


def test_only_two_records_are_on_their_way():
    credits = Credits(30)
    credits.sent(0, 10.0)
    assert credits.free
    credits.sent(1, 10.1)
    assert not credits.free
    credits.drawn(0, 10.2)
    assert credits.free


def test_drawing_one_record_retires_those_sent_before_it():
    credits = Credits(30)
    credits.sent(7, 0.0)
    credits.sent(9, 0.1)
    credits.drawn(9, 0.2)
    assert not credits.in_flight


def test_drawing_after_a_reset_retires_what_was_sent_before_the_reset():
    credits = Credits(30)
    credits.sent(100, 0.0)
    credits.sent(0, 0.1)
    credits.drawn(0, 0.2)
    assert not credits.in_flight


def test_an_ack_for_a_record_that_was_never_sent_retires_nothing_newer():
    credits = Credits(30)
    credits.sent(5, 0.0)
    credits.drawn(4, 0.1)
    assert list(credits.in_flight) == [5]


def test_records_follow_each_other_at_the_agreed_rate_even_if_some_are_late():
    credits = Credits(30)
    now, sent = 0.0, 0
    while now < 10:
        if credits.next_at <= now:
            credits.sent(sent, now)
            credits.drawn(sent, now)
            sent += 1
        now += 0.007  # looked at too rarely to hit every moment
    assert 298 <= sent <= 301


def test_who_draws_nothing_is_given_ten_seconds():
    credits = Credits(30)
    assert credits.silent_from == float("inf")
    credits.sent(0, 5.0)
    credits.sent(1, 9.0)
    assert credits.silent_from == 15.0
    credits.drawn(0, 12.0)
    assert credits.silent_from == 22.0


def test_a_change_does_not_wait_for_the_next_moment():
    credits = Credits(30)
    credits.sent(0, 5.0)
    credits.hurry()
    assert credits.next_at == NOW


@pytest.mark.parametrize("rate", [0.5, 10.0, 45.0])
def test_iterations_keep_the_wanted_pace(rate):
    pace, now, taken = Pace(), 0.0, 0
    pace.play(rate, now)
    while now < 20:
        if pace.next_at <= now:
            pace.took(now)
            taken += 1
        now += 0.003
    assert taken == pytest.approx(20 * rate, abs=2)
    assert pace.speed == pytest.approx(rate, rel=0.1)


def test_a_long_pause_of_the_machine_is_not_made_up_for():
    pace = Pace()
    pace.play(10, 0.0)
    pace.took(0.0)
    pace.took(60.0)
    assert pace.next_at >= 59.9


def test_without_a_rate_the_next_iteration_is_always_due():
    pace = Pace()
    pace.play(None, 3.0)
    pace.took(3.1)
    assert pace.next_at == NOW
