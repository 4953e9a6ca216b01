"""Leave: everything is asked for with the passphrase, followed, fetched with a break, and removed."""

import subprocess
import sys
import zipfile

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSPHRASE, PHONE, check, check_everywhere, log_in, on_its_own, visit
from tests.exports.conftest import webdav_shelf
from tests.program import apart


def test_everything_is_taken_along(owner: Page, home, tmp_path):
    visit(owner, f"{home}/my/settings")
    owner.get_by_role("link", name="Leave", exact=True).click()
    main = owner.get_by_role("main")
    expect(main.get_by_role("heading", name="Take everything along")).to_be_visible()
    check_everywhere(owner)
    main.get_by_role("link", name="Take everything along").click()
    field = owner.get_by_label("Your passphrase")
    expect(field).to_be_visible()
    check_everywhere(owner)
    field.fill("not this one, surely")
    main.get_by_role("button", name="Take it along").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    check(owner)
    field.fill(PASSPHRASE)
    main.get_by_role("button", name="Take it along").click()
    link = main.get_by_role("link", name=".zip")
    expect(link).to_be_visible()  # by itself, once it is ready
    main.get_by_text("All in one file, or with a program").click()
    check_everywhere(owner)
    with owner.expect_download() as download:
        link.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    done = apart(
        lambda: subprocess.run(
            [sys.executable, "-I", tmp_path / "out" / "read_me.py"],
            capture_output=True,
            text=True,
            check=True,
        )
    )
    assert done.stdout.endswith("all as they were.\n")
    owner.get_by_role("link", name="Leave", exact=True).click()
    expect(main.get_by_text("Everything, as it was on")).to_be_visible()
    check_everywhere(owner)
    main.get_by_role("link", name="Everything, as it was on").click()
    main.get_by_role("button", name="Remove it now").click()
    expect(main.get_by_text("Everything, as it was on")).to_have_count(0)


def test_it_works_without_scripts(open_context, home):
    page = open_context(java_script_enabled=False).new_page()
    log_in(page, home)
    page.goto(f"{home}/my/settings")
    page.get_by_role("link", name="Leave", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Take everything along").click()
    page.get_by_label("Your passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Take it along").click()
    link = page.get_by_role("link", name=".zip")
    for _ in range(40):
        again = page.get_by_role("link", name="Look again")
        if link.count() >= 1:
            break
        if again.count():
            again.click()
        page.wait_for_timeout(250)
    expect(link).to_be_visible()


def test_it_is_in_sight_in_the_settings(owner: Page, home):
    visit(owner, f"{home}/my/settings")
    leave = owner.get_by_role("link", name="Leave", exact=True)
    assert leave.evaluate(
        "link => link.getBoundingClientRect().right < link.closest('.chips').getBoundingClientRect().right"
    )
    owner.set_viewport_size(PHONE)
    owner.get_by_role("main").get_by_role("link", name="Take everything along").click()
    expect(owner.get_by_role("main").get_by_role("link", name="Take everything along")).to_have_attribute(
        "href", "/my/leave/new"
    )


def test_a_place_for_backups_is_named(owner: Page, home):
    visit(owner, f"{home}/my/leave")
    owner.get_by_role("link", name="Name a place").click()
    expect(owner.get_by_label("Address", exact=True)).to_be_visible()
    check_everywhere(owner)
    owner.get_by_label("Address", exact=True).fill("https://127.0.0.1/dav")
    owner.get_by_label("Your passphrase").fill(PASSPHRASE)
    owner.get_by_role("button", name="Back up there").click()
    expect(owner.get_by_role("alert")).to_be_visible()  # nothing is asked in the network of the server
    check(owner)


def test_a_backup_is_followed_made_again_and_left_off(open_context, tmp_path):
    (tmp_path / "host").mkdir()
    with (
        webdav_shelf(tmp_path / "shelf") as (folder, address),
        on_its_own(tmp_path / "host", COZY_OUTSIDE_ALLOWED="127.0.0.0/8") as running,
    ):
        home = running.add_home("alice.localhost")
        page = open_context(viewport=PHONE).new_page()
        log_in(page, home)
        visit(page, f"{home}/my/leave")
        main = page.get_by_role("main")
        main.get_by_role("link", name="Name a place").click()
        page.get_by_label("Address", exact=True).fill(address)
        page.get_by_label("Login, or access key").fill("alice")
        page.get_by_label("Password, or secret key", exact=True).fill("there")
        page.get_by_label("Your passphrase").fill(PASSPHRASE)
        main.get_by_role("button", name="Back up there").click()
        expect(main.get_by_role("heading", name="Backups to 127.0.0.1")).to_be_visible()
        now = main.get_by_role("button", name="Back up now")
        expect(main.get_by_text("None yet")).to_have_count(0, timeout=60_000)  # by itself, once it is made
        expect(main.get_by_text("Next one")).to_be_visible()
        assert (folder / "index.html").exists()
        check_everywhere(page)
        now.click()
        expect(now).to_be_visible(timeout=60_000)
        main.get_by_role("button", name="Make no more backups there").click()
        expect(main.get_by_role("link", name="Name a place")).to_be_visible()
        assert (folder / "index.html").exists()


def test_the_page_of_a_move_goes_on_by_itself(owner: Page, home):
    visit(owner, f"{home}/my/leave/move")
    main = owner.get_by_role("main")
    main.get_by_label("Invitation").fill("http://camille.localhost:9#code")
    main.get_by_label("Your passphrase").fill(PASSPHRASE)
    main.get_by_role("button", name="Move my home").click()
    expect(main.get_by_text("Your home is moving to http://camille.localhost:9")).to_be_visible()
    expect(main.get_by_role("alert")).to_be_visible()  # nobody is there, which the program finds out later
    check(owner)
    main.get_by_role("button", name="Stay here").click()
    expect(main.get_by_role("heading", name="Take everything along")).to_be_visible()
