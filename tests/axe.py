"""What axe-core finds wrong with a page."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = (Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js").read_text()
_STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is well with a page is a thousand times as long as what is not: it stays in the browser.
_FAULTS = """async ([type, values]) => {
  const found = await axe.run(document, { runOnly: { type, values }, resultTypes: ["violations"] });
  return found.violations.map(rule => [rule.id, rule.nodes.slice(0, 3).map(node => node.html.slice(0, 160))]);
}"""


def faults(tab: Page) -> list[tuple[str, list[str]]]:
    """Each rule that the page breaks as it looks now, and where."""
    return _found(tab, "tag", _STANDARDS)


def pale(tab: Page) -> list[tuple[str, list[str]]]:
    """What cannot be read well on its ground, as the page looks now: for another light, which changes colours alone."""
    return _found(tab, "rule", ["color-contrast"])


def _found(tab: Page, kind: str, names: list[str]) -> list[tuple[str, list[str]]]:
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(_AXE)
    return tab.evaluate(_FAULTS, [kind, names])
