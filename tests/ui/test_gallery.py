"""The gallery in a real browser: nothing inaccessible, nothing wider than the screen, nothing refused by the policy."""

import os
import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.axe import faults, pale
from tests.ui.gallery import served

SAMPLES = [
    "drive",
    "grid",
    "selected",
    "toast",
    "empty",
    "dialog",
    "settings",
    "login",
    "welcome",
    "preview",
    "problem",
]
HEIGHTS = {320: 700, 390: 844, 1280: 900}
Light = Literal["light", "dark"]
LOOKS: list[tuple[int, Light]] = [(1280, "light"), (390, "dark")]
# Another light changes colours, and nothing else.
OTHER_LIGHT: list[tuple[int, Light]] = [(1280, "dark"), (390, "light")]
NARROWEST = 320

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def base():
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser, base: str):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=base)
    page = context.new_page()
    said: list[str] = []
    page.on(
        "console",
        lambda message: (
            said.append(f"{message.text} {message.location['url']}")
            if message.type == "error" and "422" not in message.text
            else None
        ),
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


def settle(page: Page) -> None:
    """All of the page is here, answers, and stands still."""
    expect(page.locator("html[data-js=ready]")).to_be_attached()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})))")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_accessible_fits_and_keeps_to_the_policy(tab: Page, base: str, name: str):
    foreign: list[str] = []
    tab.on("request", lambda request: None if request.url.startswith(base) else foreign.append(request.url))
    tab.goto(f"/my/g/{name}")
    settle(tab)
    for width, scheme in LOOKS:
        look_like(tab, width, scheme)
        picture(tab, f"{name}-{width}-{scheme}")
        assert faults(tab) == [], (width, scheme)
        fits(tab)
    for width, scheme in OTHER_LIGHT:
        look_like(tab, width, scheme)
        picture(tab, f"{name}-{width}-{scheme}")
        assert pale(tab) == [], (width, scheme)
    look_like(tab, NARROWEST, "light")
    picture(tab, f"{name}-{NARROWEST}-light")
    fits(tab)
    assert foreign == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_what_opens_over_a_page_is_accessible(tab: Page, width: int, scheme: Light):
    look_like(tab, width, scheme)
    for name, opened in (
        ("Ajouter", "#add-menu"),
        ("Actions\xa0: Budget vacances.xlsx", "#row-menu"),
        ("Nouveau dossier", "dialog#question"),
    ):
        tab.goto("/my/g/drive")
        settle(tab)
        target = tab.locator(f"[aria-label='{name}'], .btn:has-text('{name}')").locator("visible=true").first
        target.click()
        expect(tab.locator(opened)).to_be_visible()
        settle(tab)
        picture(tab, f"open-{opened.strip('#').replace('#', '-')}-{width}-{scheme}")
        assert faults(tab) == [], name
        fits(tab)


def fits(tab: Page) -> None:
    """No sideways scroll."""
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def look_like(tab: Page, width: int, scheme: Light) -> None:
    """Another screen, by day or by night."""
    tab.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    tab.emulate_media(color_scheme=scheme)
    tab.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})))")


def picture(tab: Page, name: str) -> None:
    """For who would like to look: COZY_SHOTS is a folder."""
    if folder := os.environ.get("COZY_SHOTS"):
        tab.screenshot(path=f"{folder}/{name}.png")


def test_a_boosted_page_says_its_title_and_takes_the_focus(tab: Page):
    tab.goto("/my/g/drive")
    settle(tab)
    tab.locator(".side .nav").get_by_role("link", name="Réglages").click()
    expect(tab).to_have_title("Réglages · Cozy")
    expect(tab.locator("[aria-invalid=true]")).to_be_focused()
    expect(tab.locator("#live")).to_have_text("Réglages · Cozy")
    tab.go_back()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Bretagne 2026")


def test_a_question_keeps_the_page_until_it_is_well_answered(tab: Page):
    tab.goto("/my/g/drive")
    settle(tab)
    tab.get_by_role("link", name="Nouveau dossier").first.click()
    dialog = tab.get_by_role("dialog", name="Nouveau dossier")
    expect(dialog.get_by_label("Nom du dossier")).to_be_focused()
    tab.keyboard.type("a/b")
    tab.keyboard.press("Enter")
    field = dialog.get_by_label("Nom du dossier")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("a/b")
    expect(field).to_be_focused()
    field.fill("Été")
    dialog.get_by_role("button", name="Créer").click()
    expect(dialog).to_be_hidden()
    expect(tab.get_by_text("Mis à la corbeille.")).to_be_visible()
    expect(tab).to_have_url(re.compile("/my/g/toast$"))


def test_escape_gives_the_focus_back(tab: Page):
    tab.goto("/my/g/drive")
    settle(tab)
    opener = tab.get_by_role("link", name="Nouveau dossier").first
    opener.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_list_is_used_by_keyboard_alone(tab: Page):
    tab.goto("/my/g/drive")
    settle(tab)
    tab.locator("main").focus()
    for key in ("ArrowDown", "ArrowDown", "Space", "ArrowDown", "ArrowDown", "Shift+Space"):
        tab.keyboard.press(key)
    expect(tab.locator("tr:has(.pick input:checked)")).to_have_count(3)
    expect(tab.locator("[data-count]")).to_have_text("3 éléments")
    tab.keyboard.press("Escape")
    expect(tab.locator(".selbar")).to_be_hidden()
    tab.keyboard.press("F2")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.keyboard.press("m")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.keyboard.press("Backspace")
    expect(tab.get_by_role("heading", level=1)).to_be_focused()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Delete")
    expect(tab.get_by_text("Mis à la corbeille.")).to_be_visible()


def test_letters_are_shortcuts_outside_fields_only(tab: Page):
    tab.goto("/my/g/empty")
    settle(tab)
    tab.keyboard.press("/")
    expect(tab.locator("#q")).to_be_focused()
    tab.keyboard.type("gs?n")
    expect(tab.locator("#q")).to_have_value("gs?n")
    tab.locator("main").focus()
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    tab.keyboard.press("Escape")
    tab.keyboard.press("n")
    expect(tab.locator("#add-menu")).to_be_visible()
    expect(tab.locator("#add-menu a").first).to_be_focused()
    tab.keyboard.press("Escape")
    tab.keyboard.press("g")
    tab.keyboard.press("s")
    expect(tab).to_have_title("Réglages · Cozy")


def test_a_passphrase_is_judged_honestly(tab: Page):
    tab.goto("/my/g/settings")
    meter = tab.locator(".strength")
    for secret, level in (
        ("Azerty2024!", "1"),
        ("soleil", "1"),
        ("girafe lampe", "1"),
        ("girafe lampe tunnel", "2"),
        ("girafe lampe tunnel vendange mousse", "3"),
        ("k7#vQ2pLx9!mZw4t", "4"),
        ("lxGtGuAkCpeRp_NArPNhhBuKCjamGJGM", "4"),
    ):
        tab.get_by_label("Nouvelle phrase").fill(secret)
        expect(meter).to_have_attribute("data-level", level)


def test_a_list_grows_when_its_end_is_near(tab: Page):
    tab.goto("/my/g/drive")
    expect(tab.get_by_role("link", name="Suite Budget vacances.xlsx", exact=True)).to_be_attached()
    expect(tab.locator("tr.more")).to_have_count(0)


def test_everything_is_there_without_scripts(browser: Browser, base: str):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{base}/my/g/drive")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("link", name="Envoyer des fichiers")).to_be_visible()
    page.goto(f"{base}/my/g/dialog")
    page.get_by_label("Nom du dossier").fill("a/b")
    page.get_by_role("button", name="Créer").click()
    expect(page.get_by_text("Essayez sans.")).to_be_visible()
    context.close()


def test_the_last_pages_can_be_read_offline_until_nobody_is_in(browser: Browser, base: str):
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=base)
    page = context.new_page()
    page.goto("/my/g/empty")
    page.wait_for_function(
        "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
    )
    page.goto("/my/g/drive")
    page.wait_for_function(
        "async () => (await (await caches.open('pages-1')).match('/my/g/drive')) !== undefined"
    )
    context.set_offline(True)
    page.goto("/my/g/drive")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bretagne 2026")
    expect(page.get_by_text("Vous pouvez relire les dernières pages vues")).to_be_visible()
    page.goto("/my/g/preview")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes hors ligne")
    context.set_offline(False)
    page.goto("/my/g/login")
    page.wait_for_function("async () => !(await caches.has('pages-1'))")
    context.set_offline(True)
    page.goto("/my/g/drive")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes hors ligne")
    context.close()
