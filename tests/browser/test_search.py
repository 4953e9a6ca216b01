"""The box at the top in a browser: results while one types, by keyboard alone, on the page of results, and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from cozy.backends.disk import inline_content
from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.files import service as files
from tests.browser.conftest import DESK, PHONE, check, visit
from tests.browser.drive import Drive, furnished

pytestmark = pytest.mark.browser


def furnish(work: Work) -> dict[str, str]:
    """Some files, one with a text to be read, and somebody."""
    trip = files.create_folder(work, files.ROOT, "Voyage en Bretagne")
    text = "Le train pour Brest part à neuf heures, avec deux valises et un parapluie."
    files.create_file(work, trip.id, "Itinéraire.txt", inline_content(text.encode()), "")
    kept = files.create_file(work, trip.id, "Billet de train.pdf", inline_content(b"%PDF-1.4"), "")
    contacts.people.save(work, {"fullname": "Anaïs Le Train", "company": "Gare de Brest"})
    return {"ticket": kept.id}


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("search"), furnish) as drive:
        yield drive


@pytest.mark.parametrize(
    ("viewport", "light"), [(DESK, "light"), (PHONE, "dark")], ids=["desk by day", "phone by night"]
)
def test_everything_is_found_by_keyboard_alone(open_context, drive, viewport, light):
    page = drive.come_in(
        open_context(viewport=viewport, color_scheme=light, bypass_csp=True, reduced_motion="reduce")
    )
    visit(page, f"{drive.origin}/my/drive")
    page.keyboard.press("/")
    box = page.get_by_role("combobox").or_(page.get_by_role("searchbox")).first
    expect(box).to_be_focused()
    page.keyboard.type("bilet train", delay=30)
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Billet de train.pdf")
    check(page)
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "hit-1")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/search?**")
    hits = page.locator(".hits > li")
    expect(hits.first).to_contain_text("Billet de train.pdf")
    check(page)


def test_the_page_of_results_follows_what_is_typed_and_reads_what_is_in_files(open_context, drive):
    page = drive.come_in(open_context(bypass_csp=True))
    visit(page, f"{drive.origin}/my/search?q=parapluie")
    expect(page.locator(".hits mark").first).to_be_visible(timeout=60_000)
    page.locator("#q").fill("train")
    expect(page.locator(".hits > li")).to_have_count(3)
    page.get_by_role("navigation", name="What").get_by_role("link", name="Contacts").click()
    expect(page.locator(".hits > li")).to_have_count(1)
    expect(page.locator(".hits > li")).to_contain_text("Anaïs Le Train")
    page.locator("#q").fill("bretagne brest")  # the chip that was chosen stays
    expect(page.locator(".hits > li")).to_have_count(1)
    expect(page.locator(".hits > li")).to_contain_text("Anaïs Le Train")
    page.locator(".hits a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anaïs Le Train")


def test_without_scripts_the_box_is_a_form(open_context, drive):
    page = drive.come_in(open_context(java_script_enabled=False, viewport={"width": 320, "height": 640}))
    page.goto(f"{drive.origin}/my")
    page.locator("#q").fill("bretagne")
    page.locator("#q").press("Enter")
    expect(page.locator(".hits > li")).to_have_count(1)
    page.get_by_role("link", name="Voyage en Bretagne").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Voyage en Bretagne")
