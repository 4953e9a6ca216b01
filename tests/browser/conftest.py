"""A real server on a free port, Debian's Chromium, and what every page is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.axe import faults
from tests.program import Cozy, Server, apart

Light = Literal["light", "dark"]
PASSPHRASE = "orage tilleul boussole velours"
PATIENCE_MS = 15_000  # what a page may take on a machine that has much else to do
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}
LOOKS: tuple[tuple[ViewportSize, Light], ...] = ((DESK, "light"), (PHONE, "dark"))
_AT_REST = """Promise.allSettled(
    document.getAnimations().filter((each) => each.effect.getComputedTiming().endTime < Infinity).map((each) => each.finished)
)"""
_HOMES = count(1)
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
        done = apart(lambda: self.cozy("homes", "add", domain, *who, *options))
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


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server, for all tests of a module; each makes homes of its own there."""
    with on_its_own(tmp_path_factory.mktemp("running")) as running:
        yield running


@contextmanager
def on_its_own(folder: Path, **env: str) -> Iterator[Running]:
    """A server on a host without any home. env: its settings, `COZY_…`."""
    cozy = Cozy(folder / "data", env=env)
    with Server(cozy, folder / "server.log") as server:
        yield Running(cozy, server.port)


@pytest.fixture
def home(running: Running) -> str:
    """The address of a new home of Alice's, on that server."""
    return running.add_home(f"alice{next(_HOMES)}.localhost")


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
    """Nothing that axe-core finds once all stands still, and no sideways scroll."""
    tab.evaluate(_AT_REST)
    assert faults(tab) == [], tab.url
    fits(tab)


def fits(tab: Page) -> None:
    """No sideways scroll."""
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{tab.url} scrolls sideways"


def check_everywhere(tab: Page) -> None:
    """As a page that is open looks on a desk by day and on a phone by night; and it fits the narrowest screen."""
    for viewport, light in LOOKS:
        look_like(tab, viewport, light)
        check(tab)
    tab.set_viewport_size(NARROW)
    fits(tab)
    look_like(tab, *LOOKS[0])


def look_like(tab: Page, viewport: ViewportSize, light: Light) -> None:
    """Another screen, by day or by night."""
    tab.set_viewport_size(viewport)
    tab.emulate_media(color_scheme=light, reduced_motion="reduce")
