"""Takes the README's picture: the real page, a real run, stopped where there is something to see.

make picture
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import QUIET
from tests.conftest import Server

TARGET = Path(__file__).parent.parent / "docs" / "unroll.png"
PINNED = {"x": 490, "y": 330}  # a timestep in the middle of the network, in CSS pixels of its canvas


def main() -> None:
    with Server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 720}, device_scale_factor=1.5)
        page.goto(server.url)
        while int(page.locator("#read-iteration").inner_text()) < 240:
            page.wait_for_timeout(50)
        page.get_by_role("button", name="Pause").click()
        page.locator("#network").click(position=PINNED)
        page.mouse.move(640, 20)
        page.wait_for_timeout(1000)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
