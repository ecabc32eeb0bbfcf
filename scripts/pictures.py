"""Takes a picture of every state of the page, to be looked at: the real page, real runs.

make pictures FOLDER=/tmp/pictures              all of them, which takes about seven minutes
make pictures FOLDER=/tmp/pictures ONLY=river   those with "river" in their names
"""

import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.support.pages import QUIET, WAS_HERE
from tests.support.reader import iteration, step_length_to, until
from tests.support.servers import Server

Act = Callable[[Page], object]

SIGMOID = "sequence_length=40&task=latch&activation=sigmoid&init=normal"
MOTORWAY = "sequence_length=60&task=latch&cell=lstm&forget_bias=4"
RELU = "sequence_length=60&activation=relu&hidden_size=32&init=normal&gain=1.6&clip=none&learning_rate=0.00001"
BAD = "sequence_length=30&activation=linear&gain=1.2&optimizer=sgd&learning_rate=1&clip=none"
TABS = ["flow", "loss", "output", "spectrum", "slope", "weights", "lags"]
LANES = "lane=cell:lstm&lane=activation:relu&lane=clip:none"


@dataclass
class View:
    """One state: where the link leads, how long to train, and what to do once the run stands still."""

    fragment: str = ""
    act: Act | None = None
    size: tuple[int, int] = (1280, 720)
    dark: bool = False
    query: str = ""
    iterations: int = 60
    pauses: bool = True
    touch: bool = False
    settles: int = 700  # milliseconds


def press(*keys: str) -> Act:
    def act(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return act


def button(name: str) -> Act:
    return lambda page: page.get_by_role("button", name=name, exact=True).click()


def then(*acts: Act) -> Act:
    return lambda page: [act(page) for act in acts]


def wait(milliseconds: int) -> Act:
    return lambda page: page.wait_for_timeout(milliseconds)


def click(x: float, y: float) -> Act:
    """On the network, in parts of its canvas."""

    def act(page: Page) -> None:
        box = page.locator("#network").bounding_box()
        assert box
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    return act


def bad_rate(page: Page) -> None:
    field = page.locator('[data-field="learning_rate"]').get_by_role("textbox")
    field.fill("-0.003")
    field.press("Enter")


def caught(page: Page) -> None:
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator(".bugs label").nth(1).click()
    page.locator('.verdict[data-caught="true"]').wait_for()


def hover_flow(page: Page) -> None:
    box = page.locator("#flow").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.6 * box["height"])


PIN = then(click(0.64, 0.53), lambda page: page.mouse.move(300, 3))
LENGTH_40 = then(lambda page: step_length_to(page, 40), wait(700))
BACKWARD = then(
    press("s"),
    wait(600),
    press("Space"),
    lambda page: page.get_by_role("button", name="backward").click(),
    press(*["ArrowRight"] * 11),
)

VIEWS = {
    "page-light-1280": View(act=PIN, iterations=240),
    "page-dark-1280": View(act=PIN, iterations=240, dark=True),
    "page-1000": View(size=(1000, 700)),
    "page-light-1920": View(act=PIN, size=(1920, 1080)),
    "page-dark-1920": View(act=PIN, size=(1920, 1080), dark=True),
    "page-3840": View(act=PIN, size=(3840, 2160)),
    "page-768": View(act=PIN, size=(768, 1024), touch=True),
    "page-640": View(act=PIN, size=(640, 960), touch=True),
    "page-420": View(act=PIN, size=(420, 900), touch=True),
    "page-420-running": View(size=(420, 900), touch=True, pauses=False),
    "page-768-controls": View(act=button("All controls"), size=(768, 1024), touch=True),
    "nothing-pinned": View(),
    "untrained": View(iterations=0),
    "river-healthy": View("activation=relu&init=identity&sequence_length=40"),
    "river-vanishing": View(SIGMOID),
    "river-exploding": View(RELU),
    "river-clipped": View("sequence_length=40&init=normal&gain=2&clip=timestep&clip_threshold=5"),
    "river-weir-of-the-norm": View("sequence_length=40&init=normal&gain=2&clip=norm&clip_threshold=0.1"),
    "river-truncated": View("lag=12&k1=6&k2=6"),
    "lstm-motorway": View(MOTORWAY),
    "lstm-pinned": View("cell=lstm", act=PIN),
    "lstm-pinned-1920": View("cell=lstm", act=PIN, size=(1920, 1080)),
    "gru-pinned": View("cell=gru", act=PIN),
    "packed-light": View("sequence_length=120", PIN),
    "packed-dark": View("sequence_length=120", PIN, dark=True),
    "packed-500": View("sequence_length=500"),
    "length-dragged": View(act=LENGTH_40, pauses=False),
    "one-timestep": View("sequence_length=1&lag=0"),
    "two-units": View("hidden_size=2"),
    "four-units": View("hidden_size=4"),
    "many-units": View("hidden_size=256"),
    "folded": View(act=then(press("f"), wait(1500))),
    "folded-dark-1920": View(act=then(press("f"), wait(1500)), size=(1920, 1080), dark=True),
    "mid-fold": View(act=then(press("f"), wait(400)), settles=0),
    "slow-motion-backward": View(act=BACKWARD),
    "inspector-of-a-loss": View(act=click(0.65, 0.1)),
    "flow-mask-and-needed-lag": View("lag=12&k1=6&k2=6", then(PIN, hover_flow)),
    "lanes-two": View("lane=cell:lstm", wait(500)),
    "lanes-two-dark-1920": View("lane=cell:lstm", wait(500), size=(1920, 1080), dark=True),
    "lanes-four": View(LANES, wait(500)),
    "lanes-four-768": View(LANES, wait(500), size=(768, 1024)),
    "lesson": View("lesson=vanishing", wait(1500), iterations=0, pauses=False),
    "lesson-dark-1920": View("lesson=clipping", wait(1500), iterations=0, pauses=False, size=(1920, 1080), dark=True),
    "lesson-768": View("lesson=vanishing", wait(1500), iterations=0, pauses=False, size=(768, 1024)),
    "lesson-420": View("lesson=vanishing", wait(1500), iterations=0, pauses=False, size=(420, 900)),
    "check-bug-caught": View(act=caught),
    "check-bug-caught-dark": View(act=caught, dark=True),
    "first-bad-number": View(BAD, wait(1500), iterations=1, pauses=False),
    "first-bad-number-dark": View(BAD, wait(1500), iterations=1, pauses=False, dark=True),
    "error-beside-its-control": View(act=then(bad_rate, wait(300)), pauses=False),
    "error-768": View(act=then(button("All controls"), bad_rate, wait(300)), pauses=False, size=(768, 1024)),
    "characters": View("task=characters&tab=output", iterations=150),
    "adding": View("task=adding", PIN),
    "share": View(act=button("Share")),
    "share-420": View(act=button("Share"), size=(420, 900)),
    "more": View(act=button("More")),
    "keys": View(act=press("?")),
    "past": View(act=press(*["ArrowLeft"] * 30), iterations=120),
    "presenter": View(act=then(PIN, press("p"), wait(700))),
    "presenter-1920": View(act=then(PIN, press("p"), wait(700)), size=(1920, 1080)),
    "embed": View("cell=lstm", query="?embed"),
    "embed-640": View("cell=lstm", query="?embed", size=(640, 480)),
    **{f"tab-{name}": View(f"tab={name}") for name in TABS},
    "tab-gates-lstm": View("cell=lstm&tab=gates"),
    "tab-gates-gru": View("cell=gru&tab=gates"),
    **{f"{cell}-pinned": View(f"cell={cell}", act=PIN) for cell in ("indrnn", "mingru", "ln_lstm")},
    "tab-gates-mingru": View("cell=mingru&tab=gates"),
    "tab-spectrum-indrnn": View("cell=indrnn&tab=spectrum"),
    "ln_lstm-dark": View("cell=ln_lstm", dark=True),
    **{f"tab-{name}-dark": View(f"tab={name}", dark=True) for name in TABS},
    **{f"track-{name}": View(f"cell=lstm&track={name}") for name in ("h", "gates", "dW_hh")},
}


def photograph(browser: Browser, url: str, view: View, path: Path, scale: float = 1) -> None:
    width, height = view.size
    with browser.new_context(
        viewport={"width": width, "height": height},
        storage_state=WAS_HERE,
        device_scale_factor=scale,
        color_scheme="dark" if view.dark else "light",
        has_touch=view.touch,
    ) as context:
        page = context.new_page()
        page.goto(f"{url}/{view.query}#{view.fragment}")
        until(page, lambda: iteration(page) >= view.iterations, f"{path.stem}: {view.iterations} updates")
        if view.pauses:
            page.locator("#play[data-playing=true]").click()
        if view.act:
            view.act(page)
        page.wait_for_timeout(view.settles)
        page.screenshot(path=path, full_page=width < 640)


def photograph_lost(browser: Browser, path: Path) -> None:
    """A server of its own, which is killed while somebody looks."""
    with Server() as server:

        def kill(page: Page) -> None:
            server.stop(signal.SIGKILL)
            page.locator("#line:not([hidden])").wait_for()

        photograph(browser, server.url, View(act=kill, iterations=120, pauses=False), path)
        server.start()


def main(folder: str, only: str = "") -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    failed: list[str] = []
    with Server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        for name, view in VIEWS.items():
            if only not in name:
                continue
            print(name, flush=True)
            try:
                photograph(browser, server.url, view, target / f"{name}.png")
            except (AssertionError, Error) as error:
                failed.append(f"{name}: {error}")
        if only in "connection-lost":
            photograph_lost(browser, target / "connection-lost.png")
        browser.close()
    sys.exit("\n".join(failed))


if __name__ == "__main__":
    main(*sys.argv[1:])
