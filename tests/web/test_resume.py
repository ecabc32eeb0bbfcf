"""Servers die, runs do not: what a page does about it, done by many at once."""

import asyncio
import os
import signal

import uvloop

from benchmarks.faults.pages import pages
from benchmarks.faults.tabs import Tab, iteration_of
from benchmarks.servers import family, metrics
from tests.support.servers import Server, wait_until


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


def test_no_page_far_away_loses_its_run_when_one_of_two_compute_processes_is_killed_under_their_edits():
    with (
        Server(WORKERS="2", UNROLL_ALLOW_MISSING_ORIGIN="true") as server,
        pages(server, 12, one_way=0.05, rate=4) as opened,
    ):
        os.kill(family(server)[1], signal.SIGKILL)
        wait_until(lambda: metrics(server)["unroll_restores_total"] >= 6, "half of the pages to go on")
        outcomes = opened.end()
    assert sum(bool(each.resumed) for each in outcomes) >= 6, "half of them were there"
    assert [each.seed for each in outcomes if each.is_lost] == []
