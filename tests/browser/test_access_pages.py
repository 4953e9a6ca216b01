"""Who can see what: open to everybody (axe-core), in both lights and languages, by keyboard, without scripts."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from cozy.kernel.clock import iso
from cozy.kernel.ledger import Sum
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.model.clients import Introduction
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.browser import samples
from tests.browser.conftest import (
    DESK,
    LOOKS,
    NARROW,
    PHONE,
    Running,
    check,
    check_everywhere,
    fits,
    look_like,
    visit,
)
from tests.browser.drive import Drive, moved_in, toast

pytestmark = pytest.mark.browser
HOMES = count(1)
BACK = "https://menus.example.org/back"


def lived_in(work: Work) -> dict[str, str]:
    """The sample home, and one grant of each kind."""
    ids = samples.furnish(work)
    app = permissions.grant(
        work, "app", "recipes",
        {
            "files": Rule("io.cozy.files", ("GET", "POST"), (ids["trip"],), description="To keep recipes and their photos"),
            "contacts": Rule("io.cozy.contacts", description="To invite people"),
            "jobs": Rule("io.cozy.jobs", ("POST",), ("sendmail",), "worker"),
            "own": Rule("com.example.recipes"),
        },
        title="Recipes", purpose="Recipes, and menus for the week",
    )  # fmt: skip
    power = permissions.grant(
        work, "konnector", "power", {"bills": Rule("io.cozy.bills")}, title="Power", expires_at=iso(work.now + timedelta(days=40))
    )  # fmt: skip
    phone = permissions.grant(
        work, "oauth", "0123", {"files": Rule("io.cozy.files"), "contacts": Rule("io.cozy.contacts", ("GET",))}, title="Alice’s phone"
    )  # fmt: skip
    link = permissions.grant(
        work, "share", "drive", {"files": Rule("io.cozy.files", ("GET",), (ids["trip"],))}
    )
    sums = [
        Sum("app", "recipes", "io.cozy.files", "GET", work.now, 1, 12),
        Sum("client", "0123", "io.cozy.contacts", "GET", work.now, 1, 148),
        Sum("share", link.id, "io.cozy.files", "GET", work.now, 1, 3),
    ]
    permissions.ledger.record(work, sums)
    said = Introduction(redirect_uris=(BACK,), client_name="Menus", software_id="menus")
    client = auth.clients.register(work, Visitor(address="127.0.0.1"), said)
    return {**ids, "app": app.id, "power": power.id, "phone": phone.id, "link": link.id, "client": client.id}


@pytest.fixture
def drive(running: Running) -> Drive:
    """A home of the test's own: tests take grants away."""
    return moved_in(running, f"alice{next(HOMES)}.localhost", lived_in)


def grant(drive: Drive, name: str) -> str:
    return f"{drive.origin}/my/access/grants/{drive.ids[name]}"


def consent(drive: Drive) -> str:
    """Where a program sends the owner to ask for leave."""
    asked = {
        "client_id": drive.ids["client"], "redirect_uri": BACK, "response_type": "code", "state": "s",
        "scope": "io.cozy.files io.cozy.contacts:GET io.cozy.jobs:POST:sendmail:worker com.example.menus",
    }  # fmt: skip
    return f"{drive.origin}/auth/authorize?{urlencode(asked)}"


def addresses(drive: Drive) -> list[str]:
    tabs = [f"{drive.origin}/my/access{tab}" for tab in ("", "/people", "/links", "/apps", "/devices")]
    return [
        *tabs,
        *(grant(drive, name) for name in ("app", "power", "phone", "link")),
        f"{grant(drive, 'app')}/stop",
        *(f"{drive.origin}/my/file/{drive.ids[name]}/who" for name in ("trip", "House")),
        f"{drive.origin}/my/drive",
        drive.folder("trip"),
    ]


def test_no_page_shuts_anybody_out(open_context, drive):
    page = drive.come_in(open_context(reduced_motion="reduce"))
    for url in addresses(drive):
        visit(page, url)
        check_everywhere(page)
    for viewport, light in LOOKS:
        look_like(page, viewport, light)
        visit(page, f"{drive.origin}/my/access")
        page.get_by_role("link", name="Stop Alice’s phone").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_css("opacity", "1")
        check(page)
    drive.do(lambda work: homes.change_profile(work, replace(homes.profile(work), locale="fr")))
    page.set_viewport_size(NARROW)
    for url in addresses(drive):
        page.goto(url)
        fits(page)


def test_a_device_is_stopped_by_keyboard_alone(open_context, drive):
    page: Page = drive.come_in(open_context())
    page.goto(f"{drive.origin}/my/access")
    stop = page.get_by_role("link", name="Stop Alice’s phone")
    stop.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Stop “Alice’s phone”?")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    toast(page, "Alice’s phone sees nothing of your home any more.")
    expect(page.get_by_role("link", name="Alice’s phone", exact=True)).to_have_count(0)
    assert drive.look(lambda work: permissions.of_source(work, "oauth", "0123")) is None


@pytest.mark.parametrize(
    ("name", "stopped"),
    [("Brittany 2026", "opens nothing any more"), ("Recipes", "sees nothing of your home any more")],
)
def test_a_link_or_an_app_is_stopped_with_one_tap_and_works_again_with_another(
    open_context, drive, name, stopped
):
    page = drive.come_in(open_context(viewport=PHONE, has_touch=True))
    page.goto(f"{drive.origin}/my/access")
    page.get_by_role("button", name=f"Stop {name}").tap()
    toast(page, stopped)
    expect(page.locator("main")).to_contain_text("Ended")
    page.get_by_role("button", name="Undo").tap()
    toast(page, "works again")
    expect(page.locator("main")).not_to_contain_text("Ended")


def test_who_sees_a_line_keeps_to_its_column(open_context, drive):
    rules = {"files": Rule("io.cozy.files", ("GET",))}
    drive.do(
        lambda work: permissions.grant(work, "oauth", "0456", rules, title="The old laptop in the kitchen")
    )
    page = drive.come_in(open_context(viewport=DESK))
    page.goto(f"{drive.origin}/my/drive")
    lines = page.locator("[data-list] tbody tr")
    expect(lines.first.locator(".who")).to_contain_text("The old laptop in the kitchen")
    over = "row => row.querySelector('.who').getBoundingClientRect().right - row.querySelector('td:has(.who) + td').getBoundingClientRect().left"
    assert [line.evaluate(over) for line in lines.all() if line.evaluate(over) > 0] == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_file_leads_to_who_sees_it_and_to_what_they_may_do(open_context, drive, scripts, viewport):
    page = drive.come_in(open_context(java_script_enabled=scripts, viewport=viewport))
    page.goto(drive.file("Packing list.md"))
    page.locator(".head").get_by_role("link", name="You and 3 others").click()
    asked = page.get_by_role("dialog") if scripts else page.get_by_role("main")
    expect(asked.get_by_role("heading")).to_have_text("Who sees “Packing list.md”")
    expect(asked.locator("b")).to_have_text(
        ["You", "Recipes", "Alice’s phone", "Whoever has the link"], ignore_case=True
    )
    asked.get_by_role("link", name="Whoever has the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Brittany 2026")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("opens nothing any more").first).to_be_visible()
    page.goto(drive.file("Packing list.md"))
    expect(page.locator(".head")).to_contain_text("You, Recipes and Alice’s phone")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_grant_is_narrowed_and_given_an_end(open_context, drive, scripts):
    page = drive.come_in(open_context(java_script_enabled=scripts, locale="en-GB"))
    page.goto(f"{drive.origin}/my/access/apps")
    page.get_by_role("link", name="Recipes", exact=True).click()
    page.get_by_role("checkbox", name="See, add, change and delete your contacts").uncheck()
    page.get_by_label("How far: your files").select_option("Only see")
    page.get_by_label("Until when").select_option("Until a day that you choose")
    page.get_by_label("Last day").fill("2020-01-01")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Choose a day that is still to come.")
    expect(page.get_by_role("checkbox", name="See, add, change and delete your contacts")).not_to_be_checked()
    page.get_by_label("Last day").fill("2035-08-03")
    page.get_by_role("button", name="Save").click()
    toast(page, "Saved.")
    expect(page.locator("main")).to_contain_text("Until 3 August 2035")
    kept = drive.look(lambda work: permissions.fetch(work, drive.ids["app"]).rules)
    assert set(kept) == {"files", "jobs", "own"}
    assert kept["files"].verbs == ("GET",)


def test_without_scripts_an_app_is_asked_about_and_stopped(open_context, drive):
    page = drive.come_in(open_context(java_script_enabled=False, viewport=PHONE))
    page.goto(f"{drive.origin}/my/access")
    page.get_by_role("link", name="Stop Alice’s phone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stop “Alice’s phone”?")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("main")).not_to_contain_text("Alice’s phone")


def test_a_phone_finds_the_rest_of_the_rooms_under_more(open_context, drive):
    page = drive.come_in(open_context(viewport=PHONE))
    page.goto(f"{drive.origin}/my")
    tabs = page.get_by_role("navigation", name="Tabs")
    tabs.get_by_role("link", name="Shared").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shared")
    tabs.get_by_role("button", name="More").click()
    page.get_by_role("region", name="More").get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_journal_is_read_taken_away_and_deleted(open_context, drive, scripts):
    page = drive.come_in(open_context(java_script_enabled=scripts, viewport=PHONE, accept_downloads=True))
    page.goto(f"{drive.origin}/my/access")
    page.get_by_role("link", name="Journal").click()
    expect(page.locator(".journal li")).to_have_count(3)
    page.get_by_label("Who", exact=True).select_option("Recipes")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".journal li")).to_have_count(1)
    expect(page.locator(".journal li")).to_have_text(
        "Recipes read 12 files" + page.locator(".journal time").inner_text()
    )
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take away as a table (CSV)").click()
    table = taken.value.path().read_text().splitlines()
    assert len(table) == 2
    assert "recipes,io.cozy.files,GET,1,12" in table[1]
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".journal li")).to_have_count(2)
    assert {entry.kind for entry in drive.look(permissions.ledger.entries)} == {"client", "share"}
