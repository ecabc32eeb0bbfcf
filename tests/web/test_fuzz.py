"""Thousands of messages and snapshots that are almost right: no exception, one answer each, refusals change nothing."""

from tests.support.abuse import resume_snapshots, send_messages


def test_messages_that_are_almost_right():
    counts = send_messages(20_000)
    assert counts["valid JSON"] > 8000
    assert counts["refused"] > 6000


def test_snapshots_that_are_almost_right():
    counts, seconds = resume_snapshots(20_000)
    assert counts["refused"] > 10_000
    assert counts["resumed"] > 1000
    assert max(seconds) < 1
