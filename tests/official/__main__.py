"""Play official Cozy apps, as they were built, on this server: `script/official-apps FOLDER [NAME…]`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from . import contacts, drive, home, photos, settings, store
from .stage import CHROMIUM, Official, Stage, found, staged
from .watching import fault_of

Play = Callable[[Stage], None]
PLAYS: dict[str, Play] = {
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
    asked.add_argument(
        "--open", action="store_true", help="only open each app, without playing what its users do"
    )
    given = asked.parse_args()
    apps = found(given.folder)
    beside = {app.slug: app.folder for app in apps if not app.lacks}
    kept = given.keep or Path(tempfile.mkdtemp(prefix="cozy-official-"))
    kept.mkdir(parents=True, exist_ok=True)
    chosen = [app for app in apps if not given.names or app.folder.name in given.names]
    plays = {} if given.open else PLAYS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        outcomes = [_played(browser, app, beside, kept, plays) for app in chosen]
        browser.close()
    print("\n" + "\n".join(outcome.line for outcome in outcomes))
    print(f"\nPictures and reports: {kept}")
    return 0 if outcomes and all(outcome.is_good for outcome in outcomes) else 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an app did. lacks: files without which it could not be played."""

    name: str
    works: int = 0
    wrongs: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether all of it works. Of one that could not be played nothing is known, which is no failure."""
        return bool(self.lacks) or (self.works > 0 and not self.wrongs)

    @property
    def line(self) -> str:
        """As the summary tells it."""
        if self.lacks:
            return f"{self.name}: not played, incomplete"
        return f"{self.name}: {self.works} steps work, {len(self.wrongs)} things are wrong"


def _played(
    browser: Browser, app: Official, beside: dict[str, Path], kept: Path, plays: dict[str, Play]
) -> Outcome:
    print(f"\n{app.name}", flush=True)
    if app.lacks:
        print(f"  not played: its folder lacks {', '.join(app.lacks)}")
        return Outcome(app.name, lacks=tuple(app.lacks))
    try:
        with staged(browser, app, beside, kept) as stage:
            _perform(stage, plays.get(app.slug, boot))
    except Exception as error:
        print(f"  WRONG: not played: {error}")
        return Outcome(app.name, wrongs=(str(error),))
    wrongs = [*stage.failed, *stage.watch.wrong(), *stage.elsewhere.wrong()]
    print(f"  works: {', '.join(stage.done) or 'nothing'}")
    for own in sorted({fault_of(app.name, wrong) for wrong in wrongs} - {""}):
        print(f"  its own mistake: when {own}")
    wrongs = [wrong for wrong in wrongs if not fault_of(app.name, wrong)]
    for wrong in wrongs:
        print("  WRONG: " + wrong.replace("\n", "\n         "))
    return Outcome(app.name, len(stage.done), tuple(wrongs))


def _perform(stage: Stage, play: Play) -> None:
    """Play; what breaks off between two steps is noted like a step."""
    try:
        play(stage)
    except Exception as error:
        stage.fail("the play broke off", error)


def boot(stage: Stage) -> None:
    """An app that we have no play for: it shows something, and complains about nothing."""
    tab = stage.open()
    with stage.step("boot", tab):
        tab.wait_for_timeout(8000)
        assert tab.locator("[role=application]").first.inner_text().strip()


if __name__ == "__main__":
    raise SystemExit(main())
