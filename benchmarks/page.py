"""How the page behaves in a real Chromium beside its own server, on this machine.

    .venv/bin/python -m benchmarks.page            # about five minutes
    .venv/bin/python -m benchmarks.page --seconds 10

Opening: bytes and time until the first computed picture, and until it first moves. Playing: 60 s at T = 50, H = 32
with the flow shown. Changing: 30 times the length slider is released somewhere else, right after opening and again
after a minute at full speed; the time until the first record of the new length is drawn.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.report import Report
from tests.browser.conftest import QUIET
from tests.conftest import Server

OBSERVER = (Path(__file__).parent / "page.js").read_text()
# After so many records at 30/s the page's past is full, with its 600 records and its 48 snapshots, one a second. Until
# then its memory grows as it should.
HISTORY = 1700


def percentile(values: list[float], q: float) -> float:
    """The q-th percentile, by the nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * q / 100))]


def open_page(browser: Browser, server: Server) -> tuple[Page, CDPSession]:
    page = browser.new_context(viewport={"width": 1280, "height": 720}, bypass_csp=True).new_page()
    page.add_init_script(OBSERVER)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    cdp.send("Network.enable")
    page.goto(server.url)
    page.wait_for_function("measured.drawn.length > 0")
    return page, cdp


def mark(page: Page, name: str) -> float:
    """When the page itself noted `name`, in ms after navigation began."""
    return float(page.evaluate(f"performance.getEntriesByName({json.dumps(name)})[0].startTime"))


def opening(browser: Browser, server: Server, report: Report, times: int) -> None:
    pictures, moves, sizes = [], [], []
    for _ in range(times):
        page, _cdp = open_page(browser, server)
        picture = mark(page, "first picture")
        pictures.append(picture)
        moves.append(page.evaluate("measured.drawn[0]"))
        sizes.append(
            page.evaluate(
                """(picture) => ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
                   .filter((e) => e.responseEnd <= picture).reduce((sum, e) => sum + e.transferSize, 0)""",
                picture,
            )
        )
        page.context.close()
    report.row("page open → first computed picture, median", statistics.median(pictures), "ms", "≤", 300)
    report.row("page open → first moving frame, median", statistics.median(moves), "ms", "≤", 1000)
    report.row("bytes before the first picture", max(sizes) / 1000, "kB", "≤", 150)


def configure(page: Page, **changes: object) -> None:
    """Through the page's own socket, so that the server answers and the page draws."""
    page.evaluate("(m) => measuredSocket.send(JSON.stringify(m))", {"type": "configure", "changes": changes})


def wait_for_length(page: Page, length: int) -> None:
    page.wait_for_function("(T) => measured.shown.at(-1) === T", arg=length, polling=10)


def metrics(cdp: CDPSession) -> dict[str, float]:
    return {m["name"]: m["value"] for m in cdp.send("Performance.getMetrics")["metrics"]}


def live_heap(cdp: CDPSession) -> float:
    """Bytes alive after a forced collection, array buffers counted."""
    for _ in range(3):
        cdp.send("HeapProfiler.collectGarbage")
    usage = cdp.send("Runtime.getHeapUsage")
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0))


# What any page pays here for showing anything 30 times a second: one canvas, cleared, and a frame asked for 60 times.
BARE = """<canvas width="764" height="620"></canvas><script>
  const ctx = document.querySelector("canvas").getContext("2d");
  let frames = 0;
  const frame = () => {
    if (++frames % 2 === 0) ctx.fillRect(frames % 700, 0, 4, 620);
    requestAnimationFrame(frame);
  };
  frame();
</script>"""


def bare(browser: Browser, report: Report) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_content(BARE)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    page.wait_for_timeout(500)
    before = metrics(cdp)
    page.wait_for_timeout(5000)
    spent = metrics(cdp)["TaskDuration"] - before["TaskDuration"]
    page.context.close()
    report.row("  for comparison, a page with one bare canvas", 1000 * spent / (30 * 5), "ms")


def wait_for_past(page: Page) -> None:
    """Until the page keeps as much as it ever will; Plotly is there by then, too."""
    page.wait_for_function(f"measured.drawn.length > {HISTORY}", timeout=300_000)


def play(page: Page, cdp: CDPSession, report: Report, seconds: float) -> None:
    heap = live_heap(cdp)
    before = metrics(cdp)
    page.evaluate("forget()")
    start = time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    elapsed = time.monotonic() - start
    seen = page.evaluate("measured")
    after = metrics(cdp)
    drawn = len(seen["drawn"])
    report.row("records drawn per second (30 wanted)", drawn / elapsed, "/s", "≥", 29)
    report.row("frame p95", percentile(seen["frames"], 95), "ms", "≤", 17)
    report.row("frame p99", percentile(seen["frames"], 99), "ms", "≤", 34)
    report.row("longest task (0: none over 50)", max([t["ms"] for t in seen["tasks"]], default=0), "ms", "≤", 50)
    report.row(
        "main thread per drawn record", 1000 * (after["TaskDuration"] - before["TaskDuration"]) / drawn, "ms", "≤", 8
    )
    report.row("live heap growth", (live_heap(cdp) - heap) / 1e6, "MB", "≤", 1)


def changing(page: Page, times: int) -> list[float]:
    """From the slider's release at a new length to the frame that draws the first record of that length."""
    dice = random.Random(1)
    waits = []
    length = -1
    for _ in range(times):
        length = dice.choice([t for t in range(10, 61) if t != length])
        page.wait_for_timeout(dice.uniform(150, 350))
        waits.append(
            page.evaluate(
                """(T) => new Promise((resolve) => {
                  const slider = document.querySelector('[data-field="sequence_length"] input[type="range"]');
                  const start = performance.now();
                  window.setLength(slider, T);
                  const check = () =>
                    measured.shown.at(-1) === T ? resolve(measured.drawn.at(-1) - start) : setTimeout(check, 1);
                  check();
                })""",
                length,
            )
        )
    return waits


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long to play (default 60)")
    seconds = parser.parse_args().seconds

    report = Report("The page in Chromium")
    started = time.monotonic()
    server = Server().start()
    report.row("server start → answering", time.monotonic() - started, "s", "≤", 1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        opening(browser, server, report, times=5)

        page, cdp = open_page(browser, server)
        configure(page, sequence_length=50, hidden_size=32)
        wait_for_length(page, 50)
        wait_for_past(page)
        play(page, cdp, report, seconds)
        bare(browser, report)

        fresh = changing(page, 30)
        report.row("length slider released → drawn, median", statistics.median(fresh), "ms", "≤", 40)
        report.row("length slider released → drawn, worst of 30", max(fresh), "ms", "≤", 70)
        page.evaluate("measuredSocket.send(JSON.stringify({type: 'play'}))")  # as fast as it goes
        page.wait_for_timeout(seconds * 1000)
        tired = changing(page, 30)
        report.row("the same after a while at full speed, median", statistics.median(tired), "ms")
        report.row("ratio to the first", statistics.median(tired) / statistics.median(fresh), "", "≤", 1.2)
        browser.close()
    server.stop()
    return report.finish()


if __name__ == "__main__":
    raise SystemExit(main())
