"""When a compute process is taken for hung: by what it says and what it computes, without a process or a clock."""

import pytest

from app.web import process as processes
from app.web.process import BEAT_SECONDS, BUSY_BEATS, HUNG_BEATS, START_SECONDS, Process


class StandIn(Process):
    """A process that is never started; it computes as much as it is told to."""

    def __init__(self, monkeypatch):
        self.keeper, self.transport, self.popen = None, None, self
        self.pid, self.ready = 7, True
        self.beats, self.idle_beats, self.computed = 0, 0, None
        self.seconds: float | None = 0.0
        monkeypatch.setattr(processes, "cpu_seconds", lambda pid: self.seconds)

    def beats_until_it_hangs(self, computes: float = 0.0, most: int = 1000) -> int:
        for beats in range(1, most):
            if self.seconds is not None:
                self.seconds += computes
            self.beat()
            if self.hangs:
                return beats
        return most


@pytest.fixture
def process(monkeypatch):
    return StandIn(monkeypatch)


def test_a_process_that_neither_answers_nor_computes_hangs_after_a_few_seconds(process):
    assert BEAT_SECONDS * process.beats_until_it_hangs() <= 4
    assert process.beats > HUNG_BEATS


def test_one_that_computes_without_an_answer_is_given_a_minute(process):
    assert 59 <= BEAT_SECONDS * process.beats_until_it_hangs(computes=0.4) <= 62


def test_where_the_system_does_not_tell_what_a_process_computes_it_is_given_a_minute_too(process):
    process.seconds = None
    assert process.beats_until_it_hangs() == BUSY_BEATS + 1


def test_any_packet_is_an_answer(process):
    for _ in range(50):
        for _ in range(HUNG_BEATS):
            process.beat()
            assert not process.hangs
        process.data_received(b"")


def test_one_that_never_gets_ready_is_given_as_long_as_a_start_may_take(process):
    process.ready = False
    assert BEAT_SECONDS * process.beats_until_it_hangs() == pytest.approx(START_SECONDS, abs=1)
