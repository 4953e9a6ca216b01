"""A real server on a free port, Debian's Chromium, and what every page is held to."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.program import Cozy, Server

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PASSPHRASE = "orage tilleul boussole velours"
PATIENCE_MS = 15_000  # what a page may take on a machine that has much else to do
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, slots=True)
class Running:
    """A server with its data folder."""

    cozy: Cozy
    port: int

    def origin(self, domain: str) -> str:
        """The address that people type."""
        return f"http://{domain}:{self.port}"

    def add_home(self, domain: str, *options: str) -> str:
        """Make a home with PASSPHRASE, and return its address."""
        who = ("--public-name", "Alice", "--email", "alice@example.org", "--passphrase", PASSPHRASE)
        # A process of its own: this one runs Playwright's event loop.
        done = self.cozy("homes", "add", domain, *who, *options, stdin=subprocess.DEVNULL)
        assert done.code == 0, done.err
        return self.origin(domain)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module at a time: while Playwright's loop runs, no other can start in this thread."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A server on a host without any home."""
    cozy = Cozy(tmp_path / "data")
    with Server(cozy, tmp_path / "server.log") as server:
        yield Running(cozy, server.port)


@pytest.fixture
def home(running: Running) -> str:
    """The address of Alice's home, on that server."""
    return running.add_home("alice.localhost")


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Fresh profiles: `open_context(viewport=PHONE, java_script_enabled=False)`. Errors of scripts and of the policy fail the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            wrong.append(said.text)

    def fresh(**options: Any) -> BrowserContext:
        chosen: dict[str, Any] = {"viewport": DESK, "locale": "en-GB", **options}
        context = browser.new_context(**chosen)
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.on("console", note)
        contexts.append(context)
        return context

    yield fresh
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def tab(open_context: Callable[..., BrowserContext]) -> Page:
    """A page of somebody who is not in."""
    return open_context().new_page()


@pytest.fixture
def owner(tab: Page, home: str) -> Page:
    """A page of Alice, who is in. Her home is at `home`."""
    log_in(tab, home)
    return tab


def ready(tab: Page) -> None:
    """All of the page answers to mouse and keys."""
    expect(tab.locator("html[data-js=ready]")).to_be_attached()


def visit(tab: Page, address: str) -> None:
    """Go to a page whose scripts are then at work."""
    tab.goto(address)
    ready(tab)


def log_in(tab: Page, home: str, passphrase: str = PASSPHRASE) -> None:
    """Go in by the log-in page."""
    tab.goto(f"{home}/auth/login")
    tab.get_by_label("Passphrase", exact=True).fill(passphrase)
    tab.get_by_role("button", name="Enter", exact=True).click()
    tab.wait_for_url("**/my*")


def check(tab: Page) -> None:
    """Nothing that axe-core finds, and no sideways scroll."""
    tab.evaluate(AXE.read_text())
    found = tab.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", STANDARDS)
    broken = [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in found["violations"]]
    assert broken == [], tab.url
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{tab.url} scrolls sideways"
