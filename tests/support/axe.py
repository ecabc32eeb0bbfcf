"""Barriers that axe-core knows."""

from playwright.sync_api import Page

from tests.support.servers import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]


def violations(page: Page) -> list[str]:
    """What axe-core finds, one line each; in the dark, where nothing but the colours differs, by their rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    options = {"runOnly": OF_COLOURS if dark else ALL, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]
