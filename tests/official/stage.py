"""Where an official app is played: a real server, a real browser, a home with its owner in it."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import DESK, PASSPHRASE, log_in
from tests.program import DOMAIN, Client, Cozy, Server

from .watching import Watch

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost",
)
PATIENCE_MS = 15_000


@dataclass(frozen=True, slots=True)
class Official:
    """A built app in a folder."""

    folder: Path
    slug: str
    version: str

    @property
    def lacks(self) -> list[str]:
        """Its page, or scripts that the page names, where its folder has them not: a build that was not kept whole."""
        if not (self.folder / "index.html").is_file():
            return ["index.html"]
        page = (self.folder / "index.html").read_text()
        named = re.findall(r'<script[^>]+src="/?([\w./-]+\.js)', page)
        return [name for name in named if not name.startswith("/") and not (self.folder / name).is_file()]

    @property
    def name(self) -> str:
        """As reports call it."""
        return f"{self.slug}-{self.version}"


def found(within: Path) -> list[Official]:
    """The apps in the folders of a folder, oldest version first."""
    apps = []
    for path in sorted(within.glob("*/manifest.webapp")):
        manifest = json.loads(path.read_text())
        apps.append(Official(path.parent.resolve(), manifest["slug"], manifest["version"]))
    return sorted(apps, key=lambda app: (app.slug, [int(part) for part in app.version.split(".")[:2]]))


@dataclass
class Stage:
    """One app at work. Steps that fail are noted, and the play goes on."""

    app: Official
    server: Server
    context: BrowserContext
    watch: Watch
    elsewhere: Watch  # on what strangers see
    token: str
    kept: Path
    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    _number: int = 0

    @property
    def api(self) -> Client:
        """Somebody who may do everything, to look at what the app did."""
        return self.server.client(self.token)

    @property
    def origin(self) -> str:
        """Where the app is."""
        return f"http://{self.app.slug}.{self.watch.host}"

    def open(self, path: str = "/") -> Page:
        """A tab with the app in it."""
        tab = self.context.new_page()
        tab.goto(f"{self.origin}{path}")
        return tab

    def link(self, folder: str) -> str:
        """The short code of a link to a folder, as the app would make it."""
        rules = {"files": {"type": "io.cozy.files", "verbs": ["GET"], "values": [folder]}}
        body = {"data": {"type": "io.cozy.permissions", "attributes": {"permissions": rules}}}
        asked = {"Content-Type": "application/vnd.api+json"}
        answer = self.api("POST", "/permissions", json.dumps(body), asked, codes="link")
        assert answer.status == 200, answer
        return answer.data["attributes"]["shortcodes"]["link"]

    def stranger(self) -> Page:
        """A tab of somebody else, who is not in."""
        browser = self.context.browser
        assert browser is not None
        context = browser.new_context(viewport=DESK, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        self.elsewhere.follow(context)
        return context.new_page()

    @contextmanager
    def step(self, name: str, *tabs: Page) -> Iterator[list[Page]]:
        """Something that a person does, with pictures of how it ended: of these tabs, and of those put into the list.

        No request may be repeated without end. After a failure the tabs are opened afresh, for what comes next.
        """
        self.watch.storms()
        self._number += 1
        shown = list(tabs)
        try:
            yield shown
        except Exception as error:
            self.fail(name, error)
            self._picture(name, shown)
            self._afresh(tabs)
        else:
            self.done.append(name)
            self._picture(name, shown)
        self.failed += [f"{name}: {storm}" for storm in self.watch.storms()]

    def fail(self, name: str, error: Exception) -> None:
        """Note what went wrong."""
        self.failed.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
        self.traces.append(f"{name}: {traceback.format_exc()}")

    def _picture(self, name: str, tabs: list[Page]) -> None:
        for number, tab in enumerate(tabs):
            file = f"{self.app.name} {self._number:02} {name}{f' {number}' if number else ''}.png"
            tab.screenshot(path=self.kept / file.replace(" ", "-"), animations="disabled")

    def _afresh(self, tabs: tuple[Page, ...]) -> None:
        for tab in tabs:
            tab.goto("about:blank")  # an address that differs after the # alone would open nothing anew
            tab.goto(self.origin)
            tab.wait_for_timeout(3000)


@contextmanager
def staged(browser: Browser, app: Official, beside: Mapping[str, Path], kept: Path) -> Iterator[Stage]:
    """A stage for an app, others beside it, by slug; reports and pictures are kept in a folder."""
    with tempfile.TemporaryDirectory(prefix="cozy-official-") as name:
        folder = Path(name)
        cozy = Cozy(folder / "data", env=_served(app, beside, folder / "offered"))
        with Server(cozy, folder / "server.log") as server:
            who = ("--public-name", "Alice", "--email", "alice@example.org", "--passphrase", PASSPHRASE)
            made = cozy("homes", "add", DOMAIN, *who, stdin=subprocess.DEVNULL)
            token = cozy("token", DOMAIN, stdin=subprocess.DEVNULL)
            assert made.code == token.code == 0, made.err + token.err
            host = f"{DOMAIN}:{server.port}"
            context = browser.new_context(viewport=DESK, locale="en-GB", accept_downloads=True)
            context.set_default_timeout(PATIENCE_MS)
            log_in(context.new_page(), f"http://{host}")
            stage = Stage(
                app, server, context, Watch(host), Watch(host, of_stranger=True), token.out.strip(), kept
            )
            stage.watch.follow(context)
            try:
                yield stage
            finally:
                context.close()
                told = [
                    stage.watch.report(),
                    "# Strangers",
                    stage.elsewhere.report(),
                    "# Log",
                    server.errors(),
                    "# Failures",
                    *stage.traces,
                ]
                (kept / f"{app.name}.txt").write_text("\n".join(told))


def _served(app: Official, beside: Mapping[str, Path], offered: Path) -> dict[str, str]:
    """Every app served from its folder; for the store, which is to install the others, a shelf that offers them."""
    offered.mkdir()
    for slug, path in beside.items():
        (offered / slug).symlink_to(path)
    live = {app.slug: app.folder} if app.slug == "store" else {**beside, app.slug: app.folder}
    return {
        "COZY_APP_FOLDERS": ",".join(f"{slug}:{path}" for slug, path in live.items()),
        "COZY_APPS_OFFERED": str(offered),
    }


def until(look: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + within_s
    while not look():
        assert time.monotonic() < end, "this did not come about"
        time.sleep(0.1)
