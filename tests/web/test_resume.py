"""Servers die, runs do not: what a page does about it, done by many at once."""

import asyncio
import signal

import uvloop

from benchmarks.faults.tabs import Tab, iteration_of
from tests.support.servers import Server


def test_twenty_tabs_go_on_bit_for_bit_after_their_server_was_killed_under_their_edits():
    async def lesson() -> tuple[list[Tab], list[bytes]]:
        with Server(WORKERS="2") as server:
            tabs = [Tab(server.port, seed) for seed in range(20)]
            lives = [asyncio.ensure_future(tab.live()) for tab in tabs]
            while not all(tab.kept and tab.changes for tab in tabs):
                await asyncio.sleep(0.05)
            server.stop(signal.SIGKILL)
            with Server(server.port):
                while not all(tab.resumed for tab in tabs):
                    await asyncio.sleep(0.05)
                await asyncio.sleep(1)
                for tab in tabs:
                    tab.ending = True
                return tabs, await asyncio.gather(*lives)

    tabs, ends = uvloop.run(lesson())
    for tab, end in zip(tabs, ends, strict=True):
        assert tab.unbroken(iteration_of(end)) == end
