"""From the store to an open app and out again: by mouse, by keyboard alone, without scripts; every page open to everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from tests.apps.offers import RECIPES, offer, offer_all
from tests.browser import samples
from tests.browser.conftest import NARROW, PHONE, Running, check, check_everywhere, fits, on_its_own, visit
from tests.browser.drive import Drive, moved_in, toast

pytestmark = pytest.mark.browser
HOMES = count(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where apps are offered."""
    return offer_all(tmp_path_factory.mktemp("offers"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Running]:
    """A server that offers them."""
    with on_its_own(tmp_path_factory.mktemp("store"), COZY_APPS_OFFERED=str(folder)) as running:
        yield running


@pytest.fixture
def drive(running: Running) -> Drive:
    """A home of the test's own: nothing is installed there yet."""
    return moved_in(running, f"alice{next(HOMES)}.localhost", samples.furnish)


def install(page: Page, drive: Drive, slug: str) -> None:
    page.goto(f"{drive.origin}/my/store/{slug}/install")
    page.get_by_role("button", name="Install").click()
    expect(page.get_by_role("link", name="Remove ")).to_be_visible()


def test_an_app_is_found_narrowed_installed_opened_and_removed(open_context, drive):
    page = drive.come_in(open_context())
    page.goto(f"{drive.origin}/my/apps")
    page.get_by_role("link", name="Add apps").first.click()
    page.get_by_label("What would you like to do?").fill("menus")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".offers li")).to_have_count(1)
    page.get_by_role("link", name="Recipes").click()
    expect(page.locator("main")).to_contain_text("To keep photos of the recipes")
    page.get_by_role("link", name="Install").click()
    page.get_by_role("checkbox", name="See your contacts").uncheck()
    page.get_by_label("How far: your files").select_option("Only see")
    page.get_by_label("Until when").select_option("For a month")
    page.get_by_role("button", name="Install").click()
    toast(page, "Recipes is installed.")
    given = drive.look(lambda work: permissions.of_source(work, "app", "recipes"))
    assert set(given.rules) == {"files", "mail", "own"}
    assert given.rules["files"].verbs == ("GET",)
    assert given.expires_at
    page.get_by_role("link", name="Open", exact=True).click()
    page.wait_for_url(f"http://recipes.{drive.host}/**")
    expect(page.get_by_role("heading", name="Recipes")).to_be_visible()
    page.goto(f"{drive.origin}/my/apps/recipes")
    page.get_by_role("link", name="Remove Recipes").click()
    dialog = page.get_by_role("dialog", name="Remove “Recipes”?")
    expect(dialog).to_contain_text("com.example.recipes")
    dialog.get_by_role("button", name="Remove").click()
    toast(page, "Recipes is gone.")
    assert drive.look(lambda work: permissions.of_source(work, "app", "recipes")) is None


@pytest.mark.parametrize("field", ["Last day", "See your contacts"])
def test_nothing_is_installed_by_pressing_enter(open_context, drive, field):
    page = drive.come_in(open_context())
    page.goto(f"{drive.origin}/my/store/recipes/install")
    page.get_by_label("Until when").select_option("Until a day that you choose")
    page.get_by_label(field).focus()
    page.keyboard.press("Enter")
    page.goto(f"{drive.origin}/my/apps")
    expect(page.locator("main")).to_contain_text("No app yet")


def test_an_app_is_installed_by_keyboard_alone(open_context, drive):
    page = drive.come_in(open_context())
    page.goto(f"{drive.origin}/my/store/recipes")
    page.get_by_role("link", name="Install").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_role("checkbox", name="See your contacts").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Install").focus()
    page.keyboard.press("Enter")
    toast(page, "Recipes is installed.")
    given = drive.look(lambda work: permissions.of_source(work, "app", "recipes"))
    assert set(given.rules) == {"files", "mail", "own"}


def test_without_scripts_an_app_is_installed_and_removed(open_context, drive):
    page = drive.come_in(open_context(java_script_enabled=False, viewport=PHONE))
    page.goto(f"{drive.origin}/my/store")
    page.get_by_role("link", name="Power").click()
    page.get_by_role("link", name="Install").click()
    page.get_by_role("button", name="Install").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Power")
    page.get_by_role("link", name="Remove Power").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("No app yet")


@pytest.fixture
def newer(folder: Path) -> Iterator[Callable[[], None]]:
    """Offers another version of Recipes, which sees more, until the test is over."""
    more = {**RECIPES["permissions"], "calendar": {"type": "io.cozy.calendar.events", "verbs": ["GET"]}}
    yield lambda: offer(folder, {**RECIPES, "version": "2.0.0", "permissions": more})
    offer(folder, RECIPES)


def test_a_new_version_that_asks_for_more_waits_for_an_answer(open_context, drive, newer):
    page = drive.come_in(open_context(bypass_csp=True, reduced_motion="reduce"))
    install(page, drive, "recipes")
    newer()
    page.goto(f"{drive.origin}/my/store/recipes")
    page.get_by_role("link", name="See what is new").click()
    expect(page.locator("main")).to_contain_text("See your calendars")
    check(page)
    page.get_by_role("button", name="Update").click()
    toast(page, "Recipes is up to date.")
    expect(page.locator("main")).to_contain_text("See your calendars")


def test_no_page_shuts_anybody_out(open_context, drive):
    page = drive.come_in(open_context(reduced_motion="reduce"))
    for slug in ("recipes", "power"):
        install(page, drive, slug)
    here = f"{drive.origin}/my"
    urls = [f"{here}/apps", f"{here}/apps/recipes", f"{here}/connectors/power", f"{here}/apps/recipes/uninstall", f"{here}/apps/recipes/allow",
            f"{here}/store", f"{here}/store?q=nothing", f"{here}/store/recipes", f"{here}/store/dice/install"]  # fmt: skip
    for url in urls:
        visit(page, url)
        check_everywhere(page)
    drive.do(lambda work: homes.change_profile(work, replace(homes.profile(work), locale="fr")))
    page.set_viewport_size(NARROW)
    for url in urls:
        page.goto(url)
        fits(page)


def test_the_first_page_leads_to_what_is_installed(open_context, drive):
    page = drive.come_in(open_context(reduced_motion="reduce"))
    install(page, drive, "recipes")
    visit(page, f"{drive.origin}/my")
    check_everywhere(page)
    page.get_by_role("link", name="Recipes").click()
    page.wait_for_url(f"http://recipes.{drive.host}/**")
    expect(page.get_by_role("heading", name="Recipes")).to_be_visible()
