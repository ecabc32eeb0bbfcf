import pytest

from app.web.scheduler import LEAD, SLICE, Scheduler

NEVER = float("inf")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Job:
    """Computes in pieces of a fixed size, for as long as it is let."""

    def __init__(self, clock, piece, due=0.0, awaited=NEVER):
        self.clock, self.piece, self.due, self.awaited = clock, piece, due, awaited
        self.used = 0.0
        self.served = []

    def due_at(self, now):
        return self.due

    def awaited_since(self):
        return self.awaited

    def work(self, seconds):
        self.served.append(self.clock.now)
        end = self.clock.now + seconds
        while True:
            self.clock.now += self.piece
            self.used += self.piece
            if self.clock.now >= end:
                break


def serve(scheduler, clock, seconds):
    end = clock.now + seconds
    while clock.now < end and scheduler.serve(lambda key, job, slice_: job.work(slice_)):
        pass


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def scheduler(clock):
    return Scheduler(clock)


def test_everyone_gets_the_same_time_whatever_the_size_of_an_iteration(scheduler, clock):
    jobs = [Job(clock, piece) for piece in (0.0001, 0.001, 0.003, 0.05)]
    for key, job in enumerate(jobs):
        scheduler.add(key, job)
    serve(scheduler, clock, 10)
    shares = [job.used for job in jobs]
    assert max(shares) - min(shares) <= 0.06
    jain = sum(shares) ** 2 / (len(shares) * sum(s * s for s in shares))
    assert jain > 0.999


def test_nobody_waits_longer_than_a_round_of_slices(scheduler, clock):
    jobs = [Job(clock, 0.0002) for _ in range(15)]
    for key, job in enumerate(jobs):
        scheduler.add(key, job)
    serve(scheduler, clock, 2)
    for job in jobs:
        gaps = [b - a for a, b in zip(job.served, job.served[1:], strict=False)]
        assert max(gaps) <= 2 * 0.012


def test_one_run_alone_is_interrupted_every_few_milliseconds(scheduler, clock):
    job = Job(clock, 0.0001)
    scheduler.add(0, job)
    serve(scheduler, clock, 1)
    assert max(b - a for a, b in zip(job.served, job.served[1:], strict=False)) <= SLICE + 0.0002


def test_a_slice_ends_when_somebody_else_has_something_to_do(scheduler, clock):
    background = Job(clock, 0.0001)
    scheduler.add(0, background)
    scheduler.add(1, Job(clock, 0.0001, due=clock.now + 0.001))
    scheduler.serve(lambda key, job, seconds: job.work(seconds))
    assert background.used == pytest.approx(0.001, abs=0.0002)


def test_whoever_is_waited_for_goes_first(scheduler, clock):
    for key in range(10):
        scheduler.add(key, Job(clock, 0.001))
    serve(scheduler, clock, 0.1)
    urgent = Job(clock, 0.001, awaited=clock.now)
    scheduler.add(99, urgent)
    before = clock.now
    serve(scheduler, clock, 0.001)
    assert urgent.served == [before]


def test_the_longest_waiting_goes_first(scheduler, clock):
    clock.now = 5.0
    late, later = Job(clock, 0.001, awaited=4.0), Job(clock, 0.001, awaited=3.0)
    scheduler.add(0, late)
    scheduler.add(1, later)
    scheduler.serve(lambda key, job, seconds: job.work(seconds))
    assert later.served
    assert not late.served


def test_always_being_waited_for_buys_no_more_than_a_share(scheduler, clock):
    greedy = Job(clock, 0.002, awaited=0.0)
    modest = [Job(clock, 0.002) for _ in range(3)]
    for key, job in enumerate([greedy, *modest]):
        scheduler.add(key, job)
    serve(scheduler, clock, 10)
    assert greedy.used <= min(job.used for job in modest) + LEAD + SLICE + 0.002


def test_time_in_which_another_process_has_the_core_is_nobodys_share(clock):
    computing = Clock()
    scheduler = Scheduler(clock, computing)
    unlucky, other = Job(clock, 0.001), Job(clock, 0.001)
    scheduler.add(0, unlucky)
    scheduler.add(1, other)

    def work(key, job, seconds):
        began = clock.now
        job.work(seconds)
        computing.now += clock.now - began
        if job is unlucky:
            clock.now += 0.010

    for _ in range(2000):
        scheduler.serve(work)
    assert unlucky.used == pytest.approx(other.used, abs=0.01)


def test_sleeping_saves_up_no_time(scheduler, clock):
    sleeper, worker = Job(clock, 0.001, due=5.0), Job(clock, 0.001)
    scheduler.add(0, sleeper)
    scheduler.add(1, worker)
    serve(scheduler, clock, 6)
    before = worker.used, sleeper.used
    serve(scheduler, clock, 1)
    assert worker.used - before[0] == pytest.approx(sleeper.used - before[1], abs=0.01)


def test_a_newcomer_starts_level_with_the_others(scheduler, clock):
    old = Job(clock, 0.001)
    scheduler.add(0, old)
    serve(scheduler, clock, 5)
    new = Job(clock, 0.001)
    scheduler.add(1, new)
    before = old.used
    serve(scheduler, clock, 1)
    assert old.used - before == pytest.approx(new.used, abs=0.01)


@pytest.mark.parametrize("at_once", [1, 6])
def test_whoever_comes_and_leaves_again_and_again_takes_the_turns_of_nobody_who_stays(scheduler, clock, at_once):
    """Each newcomer is waited for, computes once and leaves: level with the others, all of them would go before."""
    stays = Job(clock, 0.002, awaited=0.0)
    scheduler.add(0, stays)
    keys = iter(range(1, 100_000))
    while clock.now < 10:
        while len(scheduler) <= at_once:
            scheduler.add(next(keys), Job(clock, 0.005, awaited=clock.now - 0.25))
        served = []
        scheduler.serve(lambda key, job, seconds, served=served: (job.work(0), served.append((key, job))))
        ((key, job),) = served
        if job is stays:
            stays.due = stays.awaited = max(stays.due + 1 / 30, clock.now)
        else:
            scheduler.remove(key)
    gaps = [b - a for a, b in zip(stays.served, stays.served[1:], strict=False)]
    assert len(stays.served) >= 250
    assert max(gaps) <= 1 / 30 + 3 * LEAD


def test_nothing_to_do_means_sleeping_until_there_is(scheduler, clock):
    scheduler.add(0, Job(clock, 0.001, due=7.0))
    scheduler.add(1, Job(clock, 0.001, due=NEVER))
    assert not scheduler.serve(lambda key, job, seconds: job.work(seconds))
    assert scheduler.sleep_until() == 7.0
    scheduler.remove(0)
    assert scheduler.sleep_until() == NEVER


def test_what_reaches_a_run_is_noticed(scheduler, clock):
    job = Job(clock, 0.001, due=NEVER)
    scheduler.add(0, job)
    job.due = 0.0
    assert scheduler.sleep_until() == NEVER
    scheduler.refresh(0)
    assert scheduler.sleep_until() == 0.0


def test_what_takes_more_than_a_slice_waits_behind_the_others_from_then_on(scheduler, clock):
    """A large file is waited for, too, and longer than records: those who wait for one must not wait for all of it."""
    file, others = Job(clock, 0.0005, awaited=-0.25), [Job(clock, 0.0005, awaited=0.0) for _ in range(3)]
    for key, job in enumerate([*others, file]):
        scheduler.add(key, job)
    serve(scheduler, clock, 0.04)
    assert file.served[0] == 0, "who waits longest begins"
    first = max(job.served[0] for job in others)
    assert sum(SLICE <= at < first for at in file.served) <= 1, "and then everybody else has a turn"
    assert file.served[-1] > first, "before it goes on"


class Watched(Job):
    """A piece thirty times a second, each waited for from when it is due; one that is late is made up for."""

    def work(self, seconds):
        self.clock.now += self.piece
        self.due = self.awaited = max(self.due + 1 / 30, self.clock.now - 1 / 30)


def test_what_takes_more_than_a_slice_gets_its_turns_also_beside_more_who_watch_than_there_is_time_for(
    scheduler, clock
):
    watched = [Watched(clock, 0.0022, awaited=0.0) for _ in range(20)]
    for key, job in enumerate(watched):
        scheduler.add(key, job)
    serve(scheduler, clock, 5)
    begun = clock.now
    command = Job(clock, 0.001, awaited=begun)
    scheduler.add(99, command)
    while command.used < 2 * SLICE:
        scheduler.serve(lambda key, job, seconds: job.work(seconds))
    assert clock.now - begun < 10 * len(watched) * 0.0022, (
        "a round for each of its turns, and not until all others are ahead"
    )


def ahead(awaited):
    """Who trains as fast as they can, in pieces of 10 ms beside three others: when each ended, until one after 1 s."""
    clock = Clock()
    scheduler = Scheduler(clock)
    fast = Job(clock, 0.010, awaited=awaited)
    for key, job in enumerate([fast, *(Job(clock, 0.001) for _ in range(3))]):
        scheduler.add(key, job)
    while not fast.served or fast.served[-1] < 1 or clock.now > fast.served[-1] + 0.010:
        scheduler.serve(lambda key, job, seconds: job.work(seconds))
    return scheduler, clock, fast


def test_what_was_computed_before_anybody_waited_does_not_count_as_having_been_served():
    """Who trains as fast as they can is shown their next record when it is due."""
    _, clock, _ = ahead(NEVER)
    scheduler, clock, fast = ahead(awaited=clock.now - 0.001)
    now = clock.now
    scheduler.serve(lambda key, job, seconds: job.work(seconds))
    assert fast.served[-1] == now


def test_another_command_is_waited_for_since_it_came_however_short_ago_the_run_was_served(scheduler, clock):
    asking, watching = Job(clock, 0.001, awaited=0.0), Job(clock, 0.001, awaited=0.001)
    scheduler.add(0, asking)
    scheduler.add(1, watching)
    serve(scheduler, clock, 0.001)
    asking.awaited = -0.2
    scheduler.refresh(0)
    serve(scheduler, clock, 0.001)
    assert (len(asking.served), len(watching.served)) == (2, 0)
