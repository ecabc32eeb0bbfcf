"""The page when there is much to show, in a real Chromium beside its own server.

    make bench-large                                            # about six minutes
    .venv/bin/python -m benchmarks.large pointer long           # some of it
    .venv/bin/python -m benchmarks.large play --minutes 10      # memory for longer, with the past full all along

`play`: an lstm with T = 100 and H = 64 and every default view. `pointer`: moving over it while it runs. `past`: from
the newest record to the oldest, of this run and of the one the page opens with. `long`: T = 500. `lanes`: four.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from benchmarks.chromium import Chromium, Tab, chromium
from benchmarks.page import configure, open_page, percentile, play, say, wait_for_length
from benchmarks.report import Report
from tests.support.servers import Server

STAGE = {"left": 216 + 116, "right": 216 + 746, "top": 44 + 120, "bottom": 44 + 600}
HISTORY = {"left": 332, "right": 962, "y": 706}
MOVES = 100
FULL = 1e6  # bytes in a minute

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

# From the event itself to the moment that the handle names what is shown, and how many frames began in between; the
# picture is of the same frame.
WATCH_SCRUB = """() => {
  window.scrubs = [];
  const handle = document.getElementById("history");
  let since = null, frames = 0;
  const count = () => { frames++; requestAnimationFrame(count); };
  count();
  handle.addEventListener("pointermove", (event) => { since ??= { at: event.timeStamp, frames }; }, true);
  new MutationObserver(() => {
    if (since) scrubs.push({ ms: performance.now() - since.at, frames: frames - since.frames });
    since = null;
  }).observe(handle, { attributeFilter: ["aria-valuenow"] });
}"""


ADD_LANE = """(name) => [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === name
  || button.ariaLabel === name).click()"""


class Wanted(argparse.Namespace):
    """What was asked for."""

    parts: list[str]
    seconds: float
    minutes: float


@contextmanager
def larger(browser: Chromium, server: Server) -> Iterator[Tab]:
    with open_page(browser, server) as tab:
        configure(tab, cell="lstm", sequence_length=100, hidden_size=64)
        wait_for_length(tab, 100)
        yield tab


def playing(browser: Chromium, server: Server, report: Report, wanted: Wanted) -> None:
    with larger(browser, server) as tab:
        wait_until_full(tab)
        play(tab, report, wanted.seconds)
        if wanted.minutes:
            heap = tab.live_heap()
            time.sleep(60 * wanted.minutes)
            report.row(f"live heap growth in {wanted.minutes:g} minutes", (tab.live_heap() - heap) / 1e6, "MB", "≤", 5)


def wait_until_full(tab: Tab) -> None:
    """Until the past, whose snapshots come the more rarely the larger they are, takes no more memory."""
    heap, before = tab.live_heap(), 0.0
    while heap > before + FULL:
        time.sleep(60)
        heap, before = tab.live_heap(), heap


def pointing(browser: Chromium, server: Server, report: Report, _wanted: Wanted) -> None:
    with larger(browser, server) as tab:
        time.sleep(2)
        tab.evaluate(WATCH_HOVER)
        for step in range(MOVES):
            share = step / MOVES
            x = STAGE["left"] + (STAGE["right"] - STAGE["left"]) * share
            y = STAGE["top"] + (STAGE["bottom"] - STAGE["top"]) * ((7 * share) % 1)
            tab.mouse("Moved", x, y)
            time.sleep(0.04)
        waits = tab.evaluate("() => hovers")
        report.row("pointer over the running network → shown, median", statistics.median(waits), "ms", "≤", 50)
        report.row("  p95", percentile(waits, 95), "ms", "≤", 50)


def scrubbing(browser: Chromium, server: Server, report: Report, _wanted: Wanted) -> None:
    """The handle's way is as long as the run, so all that is kept is all there is."""
    runs: list[tuple[str, Opening, int]] = [("the first run", open_page, 600), ("lstm, T = 100, H = 64", larger, 200)]
    for what, how, records in runs:
        with how(browser, server) as tab:
            tab.evaluate("() => forget()")
            say(tab, type="reset")
            tab.wait_for(f"measured.drawn.length > {records}", seconds=60)
            tab.evaluate(WATCH_SCRUB)
            x, y = HISTORY["right"] - 4, HISTORY["y"]
            apart = 2 if records > 300 else 4  # px, so that every move shows another record
            moves = 600 // apart
            tab.mouse("Pressed", x, y)
            for step in range(moves):
                tab.mouse("Moved", x - step * apart, y, held=True)
                time.sleep(0.016)
            tab.mouse("Released", x - 600, y)
            seen = tab.evaluate("() => scrubs")
        waits, frames = [scrub["ms"] for scrub in seen], [scrub["frames"] for scrub in seen]
        report.row(f"{what}: moments of {records} scrubbed through", len(seen), "", "≥", 0.9 * moves)
        report.row("  frames that begin until one is shown, p95", percentile(frames, 95), "", "≤", 1)
        report.row("  pointer on the handle → shown, median", statistics.median(waits), "ms")
        report.row("  p95", percentile(waits, 95), "ms", "≤", 34)


def very_long(browser: Chromium, server: Server, report: Report, wanted: Wanted) -> None:
    with larger(browser, server) as tab:
        configure(tab, batch_size=16)  # an iteration with more than 21 would take more memory than a visitor is given
        tab.evaluate("() => setLength(500)")  # with the slider, as the page then watches what fits
        wait_for_length(tab, 500)
        time.sleep(1)
        before = tab.metrics()
        tab.evaluate("() => forget()")
        time.sleep(wanted.seconds / 3)
        seen, spent = tab.evaluate("() => measured"), tab.metrics()["TaskDuration"] - before["TaskDuration"]
        report.row("T = 500: frame p95", percentile(seen["frames"], 95), "ms", "≤", 50)
        report.row("  records drawn per second", len(seen["drawn"]) / (wanted.seconds / 3), "/s")
        report.row("  main thread per drawn record", 1000 * spent / len(seen["drawn"]), "ms")


def lanes(browser: Chromium, server: Server, report: Report, wanted: Wanted) -> None:
    with open_page(browser, server) as tab:
        tab.evaluate(ADD_LANE, "Compare")
        for _ in range(2):
            time.sleep(1.5)
            tab.evaluate(ADD_LANE, "Add a lane")
        time.sleep(1.5)
        begun, before = time.monotonic(), iteration(tab)
        time.sleep(wanted.seconds / 6)
        report.row("four lanes in lockstep", (iteration(tab) - before) / (time.monotonic() - begun), "it/s")


def iteration(tab: Tab) -> int:
    """As the page says it."""
    return int(tab.evaluate("""() => document.getElementById("read-iteration").textContent.replace(/\\D/g, "")"""))


Opening = Callable[[Chromium, Server], AbstractContextManager[Tab]]
PARTS = {"play": playing, "pointer": pointing, "past": scrubbing, "long": very_long, "lanes": lanes}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="by default all")
    parser.add_argument("--seconds", type=float, default=60, help="how long to play (default 60)")
    parser.add_argument("--minutes", type=float, default=0, help="how long to watch the memory (default: not)")
    wanted = parser.parse_args(namespace=Wanted())

    report = Report("The page when there is much to show: lstm, T = 100, H = 64")
    with Server() as server, chromium() as browser:
        for part in wanted.parts or PARTS:
            PARTS[part](browser, server, report, wanted)
    return report.finish()


if __name__ == "__main__":
    raise SystemExit(main())
