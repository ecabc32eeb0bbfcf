"""The compute processes as the web process knows them, with none of them started."""

import asyncio
import errno

from app.web import compute
from app.web.compute import Pool


class StandIn:
    """A process that was started long ago and has ended."""

    started_at = 0.0
    keeper = None
    pid = 7

    def __init__(self) -> None:
        self.popen = self

    def poll(self) -> int:
        return 1


def test_where_the_system_has_no_place_for_a_process_it_is_asked_again(monkeypatch):
    tried = []

    def started(limits: object) -> StandIn:
        tried.append(limits)
        if len(tried) < 3:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        return StandIn()

    async def listens(pool: Pool, process: object) -> None:
        """It is spoken to."""

    monkeypatch.setattr(compute, "Process", started)
    monkeypatch.setattr(compute, "RESTART_PAUSE", 0)
    monkeypatch.setattr(Pool, "_listen", listens)

    async def one_ends() -> int:
        pool = Pool(1, {}, facts={"known": True})
        pool.processes.append(StandIn())
        pool.lost(pool.processes[0])
        await asyncio.gather(*pool._restarts)
        return len(pool.processes)

    assert asyncio.run(one_ends()) == 1
    assert len(tried) == 3
