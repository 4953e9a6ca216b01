"""What axe-core finds wrong with a page."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = (Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js").read_text()
_STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is well with a page is a thousand times as long as what is not: it stays in the browser.
_FAULTS = """async tags => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return found.violations.map(rule => [rule.id, rule.nodes.slice(0, 3).map(node => node.html.slice(0, 160))]);
}"""


def faults(tab: Page) -> list[tuple[str, list[str]]]:
    """Each rule that the page breaks as it looks now, and where."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(_AXE)
    return tab.evaluate(_FAULTS, _STANDARDS)
