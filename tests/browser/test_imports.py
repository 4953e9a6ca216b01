"""Bring your data here: parts are chosen, looked through, brought in and let go of, while the page tells how far it is."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import check, check_everywhere, log_in, visit
from tests.imports.archives import EVERYTHING, jpeg, zipped


def parts_in(folder: Path) -> list[Path]:
    """Two parts of one archive."""
    pictures = {f"Pictures/2020/{n}.jpg": jpeg(n) for n in range(12)}
    return [
        zipped(folder / "all-1.zip", EVERYTHING | {"../evil": b"x"}),
        zipped(folder / "all-2.zip", pictures),
    ]


def test_what_is_chosen_comes_in_and_the_page_follows(owner: Page, home, tmp_path):
    visit(owner, f"{home}/my/import")
    check_everywhere(owner)
    with owner.expect_file_chooser() as chooser:
        owner.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(parts_in(tmp_path))
    ticked = owner.get_by_role("main").get_by_role("checkbox")
    expect(ticked).to_have_count(2)
    owner.get_by_role("button", name="Look what is in it").click()
    begin = owner.get_by_role("button", name="Bring it in")
    expect(begin).to_be_visible()  # by itself, once it was looked through
    main = owner.get_by_role("main")
    for said in ("12 photos and films", "2 contacts", "2 mails", "../evil"):
        expect(main.get_by_text(said)).to_be_visible()
    check_everywhere(owner)
    begin.click()
    expect(owner.get_by_role("heading", name="The originals")).to_be_visible()
    expect(main.get_by_text("12 photos and films")).to_be_visible()
    check(owner)
    owner.get_by_role("button", name="Put the originals into the bin").click()
    expect(main.get_by_text("They are in the bin.")).to_be_visible()
    owner.get_by_role("link", name="Bring your data here").first.click()
    expect(owner.get_by_role("main").get_by_role("link", name="all-1")).to_be_visible()
    visit(owner, f"{home}/my/archive")
    owner.get_by_role("link", name="Bookmarks").click()
    owner.get_by_label("Words in it").fill("roses")
    owner.get_by_role("button", name="Search").last.click()
    expect(owner.get_by_role("link", name="Roses & more")).to_be_visible()
    check(owner)


def test_it_is_found_within_two_taps_and_without_scripts(open_context, home):
    page = open_context(java_script_enabled=False).new_page()
    log_in(page, home)
    page.goto(f"{home}/my/settings")
    page.get_by_role("link", name="Bring your data here").click()
    expect(page.get_by_role("heading", name="Bring your data here")).to_be_visible()
    page.get_by_text("Google", exact=True).click()
    expect(page.get_by_text("takeout.google.com")).to_be_visible()
