"""How the page behaves in a real Chromium beside its own server, on this machine.

    .venv/bin/python -m benchmarks.page            # about five minutes
    .venv/bin/python -m benchmarks.page --seconds 10
    .venv/bin/python -m benchmarks.page --thread    # only what a record costs the main thread, on a busy machine too
    .venv/bin/python -m benchmarks.page --thread --beside FOLDER  # in turns with the page of another checkout
    .venv/bin/python -m benchmarks.page --recorded  # only a run exported as one page, opened from disk

Opening: bytes and time until the first computed picture, and until it first moves. Playing: 60 s at T = 50, H = 32
with the flow shown. Changing: 30 times the length slider is released somewhere else, right after opening and again
after a minute at full speed; the time until the first record of the new length is drawn.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from app.training import RunConfig, Trainer
from app.web.assets import Assets, shipped
from app.web.onefile.exported import Recorded, exported
from app.web.onefile.onepage import one_page
from app.web.pacing import EXPENSIVE_EVERY
from app.web.templates import environment
from benchmarks.chromium import Chromium, Tab, chromium
from benchmarks.report import Report
from tests.support.servers import ROOT, Server

OBSERVER = (Path(__file__).parent / "page.js").read_text()
# After so many records at 30/s the page's past is full, with its 600 records and its 48 snapshots, one a second. Until
# then its memory grows as it should.
HISTORY = 1700


def percentile(values: list[float], q: float) -> float:
    """The q-th percentile, by the nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * q / 100))]


@contextmanager
def open_page(browser: Chromium, server: Server, *, first_visit: bool = False) -> Iterator[Tab]:
    """The page, once it has drawn a record."""
    with browser.tab(server.url, script=OBSERVER, first_visit=first_visit) as tab:
        tab.wait_for("window.measured?.drawn.length > 0")
        yield tab


def mark(tab: Tab, name: str) -> float:
    """When the page itself noted `name`, in ms after navigation began."""
    return float(tab.evaluate("(name) => performance.getEntriesByName(name)[0].startTime", name))


def opening(browser: Chromium, server: Server, report: Report, times: int) -> None:
    """The whole instrument, and the first view, which is all that a new visitor waits for."""
    for name, first_visit in {"page open": False, "first view": True}.items():
        open_often(browser, server, report, times, name, first_visit=first_visit)


def open_often(browser: Chromium, server: Server, report: Report, times: int, name: str, *, first_visit: bool) -> None:
    pictures, moves, sizes = [], [], []
    for _ in range(times):
        with open_page(browser, server, first_visit=first_visit) as tab:
            picture = mark(tab, "first picture")
            pictures.append(picture)
            moves.append(tab.evaluate("() => measured.drawn[0]"))
            sizes.append(
                tab.evaluate(
                    """(picture) => ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
                       .filter((e) => e.responseEnd <= picture).reduce((sum, e) => sum + e.transferSize, 0)""",
                    picture,
                )
            )
    report.row(f"{name} → first computed picture, median", statistics.median(pictures), "ms", "≤", 300)
    report.row(f"{name} → first moving frame, median", statistics.median(moves), "ms", "≤", 500)
    report.row(f"{name}: bytes before the first picture", max(sizes) / 1000, "kB", "≤", 130)


RECORDS = 600
WATCHED = {"flow", "weights", "truncation", "gates", "distributions"}  # what the page watches by itself


def recorded_page() -> bytes:
    """The default run as one HTML file of so many records, as the page gets them: what is expensive not in each."""
    assets = Assets(shipped("static"))
    trainer, recorded = Trainer(RunConfig()), Recorded()
    recorded.begin(trainer)
    for taken in range(RECORDS):
        recorded.records.append(trainer.record(WATCHED, skip_expensive=taken % EXPENSIVE_EVERY > 0))
        trainer.advance()
    return exported(one_page(assets, environment(assets)), "Unroll: Echo", recorded, {"link": ""}).encode()


def from_disk(browser: Chromium, report: Report, times: int) -> None:
    """A run exported as one page: its size, and how long from its address to the first picture, without a server.

    On a busy machine the CPU time of its main thread says what the page itself needs: until the picture was noticed
    from outside, that is, some of what comes after it included.
    """
    page = recorded_page()
    pictures, spent = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.html"
        path.write_bytes(page)
        for _ in range(times):
            with browser.tab(path.as_uri(), first_visit=True) as tab:  # a file has no cookies
                tab.wait_for("performance.getEntriesByName('first picture').length > 0", seconds=120)
                spent.append(1000 * tab.metrics()["ThreadTime"])
                pictures.append(mark(tab, "first picture"))
    report.row(f"exported page of {RECORDS} records: size", len(page) / 1e6, "MB", "≤", 10)
    report.row("  opened from disk → first picture, median", statistics.median(pictures), "ms", "≤", 500)
    report.row("  main thread's CPU until it was noticed, median", statistics.median(spent), "ms")


def say(tab: Tab, **message: object) -> None:
    """Through the page's own socket, so that the server answers and the page draws."""
    tab.evaluate("(message) => measuredSocket.send(JSON.stringify(message))", message)


def configure(tab: Tab, **changes: object) -> None:
    say(tab, type="configure", changes=changes)


def wait_for_length(tab: Tab, length: int) -> None:
    tab.wait_for(f"measured.shown.at(-1) === {length}")


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


def bare(browser: Chromium, report: Report) -> None:
    with browser.tab("data:text/html;charset=utf-8," + quote(BARE), first_visit=True) as tab:  # it has no cookies
        time.sleep(0.5)
        before = tab.metrics()
        time.sleep(5)
        spent = tab.metrics()["TaskDuration"] - before["TaskDuration"]
    report.row("  for comparison, a page with one bare canvas", 1000 * spent / (30 * 5), "ms")


def wait_for_past(tab: Tab) -> None:
    """Until the page keeps as much as it ever will."""
    tab.wait_for(f"measured.drawn.length > {HISTORY}", seconds=300)


def play(tab: Tab, report: Report, seconds: float) -> None:
    heap, before = tab.live_heap(), tab.metrics()
    tab.evaluate("() => forget()")
    start = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - start
    seen, after = tab.evaluate("() => measured"), tab.metrics()
    drawn = len(seen["drawn"])
    report.row("records drawn per second (30 wanted)", drawn / elapsed, "/s", "≥", 29)
    report.row("frame p95", percentile(seen["frames"], 95), "ms", "≤", 17)
    report.row("frame p99", percentile(seen["frames"], 99), "ms", "≤", 34)
    report.row("longest task (0: none over 50)", max([t["ms"] for t in seen["tasks"]], default=0), "ms", "≤", 50)
    report.row(
        "main thread per drawn record", 1000 * (after["TaskDuration"] - before["TaskDuration"]) / drawn, "ms", "≤", 8
    )
    report.row("live heap growth", (tab.live_heap() - heap) / 1e6, "MB", "≤", 1)


# What a record costs, for which networks, and the goal in ms.
SIZES: dict[str, tuple[dict[str, object], float]] = {
    "rnn, T = 50, H = 32": ({"sequence_length": 50, "hidden_size": 32}, 6),
    "lstm, T = 100, H = 64": ({"cell": "lstm", "sequence_length": 100, "hidden_size": 64}, 8),
    "2 layers lstm, T = 100, H = 64": (
        {"cell": "lstm", "sequence_length": 100, "hidden_size": 64, "num_layers": 2, "batch_size": 16},
        8,
    ),
}
REPLAYED = 40


def replayed(browser: Chromium, server: Server, stack: ExitStack, config: dict[str, object]) -> Tab:
    """A page that has drawn its last records and will show them again, without the server."""
    tab = stack.enter_context(open_page(browser, server))
    configure(tab, **config)
    tab.wait_for(f"measured.shown.at(-1) === {config['sequence_length']}", seconds=120)
    tab.evaluate("() => forget()")
    tab.wait_for(f"measured.drawn.length > {REPLAYED}", seconds=120)
    tab.evaluate("(count) => replay(count)", 1)
    tab.wire.send("Performance.disable")
    tab.wire.send("Performance.enable", timeDomain="threadTicks")
    return tab


def thread_time(tab: Tab) -> tuple[float, float]:
    """CPU ms of the main thread a record, and of its scripts, while the records are shown again."""
    before = tab.metrics()
    tab.evaluate("(count) => { forget(); return replay(count); }", REPLAYED)
    after, drawn = tab.metrics(), len(tab.evaluate("() => measured.drawn"))
    whole, scripts = (1000 * (after[name] - before[name]) / drawn for name in ("TaskDuration", "ScriptDuration"))
    return whole, scripts


def main_thread(browser: Chromium, servers: list[Server], report: Report, turns: int = 4) -> None:
    """CPU time of the page's main thread a record; where there is another server, its page's in turns with it."""
    for name, (config, goal) in SIZES.items():
        with ExitStack() as stack:
            tabs = [replayed(browser, server, stack, config) for server in servers]
            spent = [[thread_time(tab) for tab in tabs] for _ in range(turns)]
        for place, of in enumerate(("", " of the other")[: len(tabs)]):
            whole, scripts = (min(turn[place][part] for turn in spent) for part in (0, 1))
            aim = ("≤", goal) if place == 0 else ("≤", None)
            report.row(f"main thread per record{of}, {name}: CPU, best", whole, "ms", *aim)
            report.row("  of it scripts", scripts, "ms")
        if len(tabs) > 1:
            ratios = [mine[0] / other[0] for mine, other in spent]
            report.row("  this page's ÷ the other's, median of turns", statistics.median(ratios))


def changing(tab: Tab, times: int) -> list[float]:
    """From the slider's release at a new length to the frame that draws the first record of that length."""
    dice = random.Random(1)
    waits = []
    length = -1
    for _ in range(times):
        length = dice.choice([t for t in range(10, 61) if t != length])
        time.sleep(dice.uniform(0.15, 0.35))
        waits.append(
            tab.evaluate(
                """(T) => new Promise((resolve) => {
                  const [start, before] = [performance.now(), measured.shown.length];
                  setLength(T);
                  const check = () => {
                    const first = measured.shown.indexOf(T, before);
                    if (first < 0) setTimeout(check, 5);
                    else resolve(measured.drawn[first] - start);
                  };
                  check();
                })""",
                length,
            )
        )
    return waits


def starting(report: Report, times: int) -> None:
    """From the command to the first answer, with modules compiled, as pip and the image install them."""
    with tempfile.TemporaryDirectory() as folder:
        seconds_to_answer(folder)  # compiles them
        seconds = [seconds_to_answer(folder) for _ in range(times)]
    report.row("server start → answering", statistics.median(seconds), "s", "≤", 1)


def seconds_to_answer(compiled: str) -> float:
    """How long one start takes, with what earlier ones compiled into this folder."""
    server = Server(PYTHONPYCACHEPREFIX=compiled, PYTHONDONTWRITEBYTECODE="")
    started = time.monotonic()
    server.start()
    seconds = time.monotonic() - started
    server.stop()
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long to play (default 60)")
    parser.add_argument("--thread", action="store_true", help="only what a record costs the main thread")
    parser.add_argument("--beside", type=Path, help="with --thread: another checkout, whose page is measured in turns")
    parser.add_argument("--recorded", action="store_true", help="only a run exported as one page, opened from disk")
    wanted = parser.parse_args()
    seconds = wanted.seconds

    report = Report("The page in Chromium")
    if wanted.recorded:
        with chromium() as browser:
            from_disk(browser, report, times=5)
        return report.finish()
    if wanted.thread:
        folders = [ROOT, *([wanted.beside.resolve()] if wanted.beside else [])]
        with ExitStack() as stack, chromium() as browser:
            servers = [stack.enter_context(Server(folder=folder)) for folder in folders]
            main_thread(browser, servers, report, turns=10 if wanted.beside else 4)
        return report.finish()
    starting(report, times=5)
    server = Server().start()
    with chromium() as browser:
        main_thread(browser, [server], report)
        opening(browser, server, report, times=5)
        with open_page(browser, server) as tab:
            configure(tab, sequence_length=50, hidden_size=32)
            wait_for_length(tab, 50)
            wait_for_past(tab)
            play(tab, report, seconds)
            fresh = changing(tab, 30)
            say(tab, type="play")  # as fast as possible
            time.sleep(seconds)
            tired = changing(tab, 30)
        bare(browser, report)
        from_disk(browser, report, times=5)
        report.row("length slider released → drawn, median", statistics.median(fresh), "ms", "≤", 40)
        report.row("length slider released → drawn, worst of 30", max(fresh), "ms", "≤", 70)
        report.row("the same after a while at full speed, median", statistics.median(tired), "ms")
        report.row("ratio to the first", statistics.median(tired) / statistics.median(fresh), "", "≤", 1.2)
    server.stop()
    return report.finish()


if __name__ == "__main__":
    raise SystemExit(main())
