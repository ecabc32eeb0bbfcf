"""The page when there is much to show, in a real Chromium beside its own server.

    .venv/bin/python -m benchmarks.large                 # about six minutes
    .venv/bin/python -m benchmarks.large --minutes 10    # memory over ten minutes, with the past full all along

An lstm with T = 100 and H = 64 plays with every default view; the pointer moves over it while it runs; its past is
scrubbed from end to end; then T = 500; then four lanes.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.page import configure, live_heap, open_page, percentile, play, wait_for_length, wait_for_past
from benchmarks.report import Report
from tests.browser.conftest import QUIET
from tests.conftest import Server

STAGE = {"left": 216 + 116, "right": 216 + 746, "top": 44 + 120, "bottom": 44 + 600}
HISTORY = {"left": 332, "right": 962, "y": 706}

# From the event itself to the end of the frame that shows it.
WATCH_HOVER = """() => {
  window.hovers = [];
  const channel = new MessageChannel();
  let since = 0;
  channel.port1.onmessage = () => hovers.push(performance.now() - since);
  document.getElementById("network").addEventListener("pointermove", (event) => {
    since = event.timeStamp;
    requestAnimationFrame(() => channel.port2.postMessage(null));
  });
}"""

# From the event itself to the moment that the handle names what is shown; the picture is of the same frame.
WATCH_SCRUB = """() => {
  window.scrubs = [];
  const handle = document.getElementById("history");
  let since = 0;
  handle.addEventListener("pointermove", (event) => { since = event.timeStamp; }, true);
  new MutationObserver(() => { if (since) scrubs.push(performance.now() - since); since = 0; })
    .observe(handle, { attributeFilter: ["aria-valuenow"] });
}"""


def hovering(page: Page, report: Report, moves: int) -> None:
    page.evaluate(WATCH_HOVER)
    for step in range(moves):
        share = step / moves
        x = STAGE["left"] + (STAGE["right"] - STAGE["left"]) * share
        y = STAGE["top"] + (STAGE["bottom"] - STAGE["top"]) * ((7 * share) % 1)
        page.mouse.move(x, y)
        page.wait_for_timeout(40)
    page.mouse.move(640, 10)
    waits = page.evaluate("hovers")
    report.row("pointer over the running network → shown, median", statistics.median(waits), "ms", "≤", 50)
    report.row("pointer over the running network → shown, p95", percentile(waits, 95), "ms", "≤", 50)


def scrubbing(page: Page, report: Report) -> None:
    page.evaluate(WATCH_SCRUB)
    page.mouse.move(HISTORY["right"] - 4, HISTORY["y"])
    page.mouse.down()
    for step in range(300):
        page.mouse.move(HISTORY["right"] - 4 - step * 2, HISTORY["y"])
        page.wait_for_timeout(16)
    page.mouse.up()
    waits = page.evaluate("scrubs")
    page.locator("#now").click()
    report.row("moments scrubbed through", len(waits), "", "≥", 200)
    report.row("pointer on the handle → moment shown, median", statistics.median(waits), "ms", "≤", 17)
    report.row("pointer on the handle → moment shown, p95", percentile(waits, 95), "ms", "≤", 34)


def long_play(page: Page, cdp: CDPSession, report: Report, minutes: float) -> None:
    heap = live_heap(cdp)
    page.wait_for_timeout(minutes * 60_000)
    report.row(f"live heap growth in {minutes:g} minutes", (live_heap(cdp) - heap) / 1e6, "MB", "≤", 5)


def very_long(page: Page, report: Report, seconds: float) -> None:
    configure(page, sequence_length=500)
    wait_for_length(page, 500)
    page.wait_for_timeout(1000)
    page.evaluate("forget()")
    page.wait_for_timeout(seconds * 1000)
    seen = page.evaluate("measured")
    report.row("T = 500: frame p95", percentile(seen["frames"], 95), "ms", "≤", 50)
    report.row("T = 500: records drawn per second", len(seen["drawn"]) / seconds, "/s")


def lanes(page: Page, report: Report, seconds: float) -> None:
    page.get_by_role("button", name="Compare").click()
    for _ in range(2):
        page.get_by_role("button", name="Add a lane").click()
        page.wait_for_timeout(1500)
    started = time.monotonic()
    before = int(page.locator("#read-iteration").inner_text().replace(" ", "").replace("\u202f", ""))
    page.wait_for_timeout(seconds * 1000)
    after = int(page.locator("#read-iteration").inner_text().replace(" ", "").replace("\u202f", ""))
    report.row("four lanes in lockstep", (after - before) / (time.monotonic() - started), "it/s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long to play (default 60)")
    parser.add_argument("--minutes", type=float, default=0, help="how long to watch the memory (default: not)")
    wanted = parser.parse_args()

    report = Report("The page when there is much to show: lstm, T = 100, H = 64")
    server = Server().start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page, cdp = open_page(browser, server)
        configure(page, cell="lstm", sequence_length=100, hidden_size=64)
        wait_for_length(page, 100)
        wait_for_past(page)
        play(page, cdp, report, wanted.seconds)
        if wanted.minutes:
            long_play(page, cdp, report, wanted.minutes)
        hovering(page, report, 100)
        scrubbing(page, report)
        very_long(page, report, wanted.seconds / 3)
        page.context.close()
        page, _cdp = open_page(browser, server)
        lanes(page, report, wanted.seconds / 6)
        browser.close()
    server.stop()
    return report.finish()


if __name__ == "__main__":
    raise SystemExit(main())
