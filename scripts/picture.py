"""Takes the README's picture: the real page, a real run, stopped where there is something to see.

make picture
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.pictures import PIN, View, photograph
from tests.support.pages import QUIET
from tests.support.servers import Server

TARGET = Path(__file__).parent.parent / "docs" / "unroll.png"


def main() -> None:
    with Server() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        photograph(browser, server.url, View(act=PIN, iterations=240), TARGET, scale=1.5)
        browser.close()


if __name__ == "__main__":
    main()
