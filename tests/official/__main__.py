"""Play official Cozy apps, as they were built, on this server: `script/official-apps FOLDER [NAME…]`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from . import contacts, drive, home, photos, settings, store
from .stage import CHROMIUM, Official, Stage, found, staged

PLAYS: dict[str, Callable[[Stage], None]] = {
    "drive": drive.play,
    "home": home.play,
    "settings": settings.play,
    "contacts": contacts.play,
    "store": store.play,
    "photos": photos.play,
}


def main() -> int:
    """Play each app that is asked for, tell how it went, and return 1 when anything was wrong."""
    asked = argparse.ArgumentParser(prog="script/official-apps", description=__doc__)
    asked.add_argument("folder", type=Path, help="holds a folder a built app, each with its manifest.webapp")
    asked.add_argument("names", nargs="*", help="folders to play; without any, all of them")
    asked.add_argument("--keep", type=Path, help="where to leave pictures and reports")
    given = asked.parse_args()
    apps = found(given.folder)
    beside = {app.slug: app.folder for app in apps}
    kept = given.keep or Path(tempfile.mkdtemp(prefix="cozy-official-"))
    kept.mkdir(parents=True, exist_ok=True)
    chosen = [app for app in apps if not given.names or app.folder.name in given.names]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        wrongs = [wrong for app in chosen for wrong in _played(browser, app, beside, kept)]
        browser.close()
    print(f"\nPictures and reports: {kept}")
    return 1 if wrongs or not chosen else 0


def _played(browser: Browser, app: Official, beside: dict[str, Path], kept: Path) -> list[str]:
    print(f"\n{app.name}", flush=True)
    if app.lacks:
        print(f"  passed over: its folder lacks {', '.join(app.lacks)}")
        return []
    with staged(browser, app, beside, kept) as stage:
        PLAYS.get(app.slug, boot)(stage)
        wrongs = [*stage.failed, *stage.watch.wrong(), *stage.elsewhere.wrong()]
    print(f"  works: {', '.join(stage.done) or 'nothing'}")
    for wrong in wrongs:
        print("  WRONG: " + wrong.replace("\n", "\n         "))
    return wrongs


def boot(stage: Stage) -> None:
    """An app that we have no play for: it shows something, and complains about nothing."""
    tab = stage.open()
    with stage.step("boot", tab):
        tab.wait_for_timeout(8000)
        assert tab.locator("[role=application]").first.inner_text().strip()


if __name__ == "__main__":
    raise SystemExit(main())
