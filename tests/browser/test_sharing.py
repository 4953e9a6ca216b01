"""Sharing with people: open to everybody (axe-core), in both lights and languages, by keyboard, on a phone, without scripts."""

from __future__ import annotations

from itertools import count

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.sharing import store
from cozy.rooms.sharing.model import Standing
from cozy.rooms.sharing.service import keeping, people
from tests.browser.conftest import NARROW, PHONE, Running, check, check_everywhere, fits, visit
from tests.browser.drive import Drive, moved_in, toast
from tests.sharing.shared import BOB, CAROL, given_by_owner, given_to_owner

pytestmark = pytest.mark.browser
HOMES = count(1)
DAN = replace(
    BOB,
    name="Dan",
    public_name="",
    email="dan@example.org",
    instance="http://dan.localhost:8080",
    read_only=True,
)


def lived_in(work: Work) -> dict[str, str]:
    """A home that shares, is shared with, and is invited; with somebody in its address book."""
    contacts.people.save(work, {"fullname": "Sam Reed", "email": [{"address": "sam@example.org"}]})
    ours = given_by_owner(work, "Brittany", BOB, CAROL, DAN)
    store.put_standing(work, ours.id, 3, Standing(heard_at="2026-01-02T10:00:00Z", trouble="gone"))
    copied = given_to_owner(work, "Tides", is_in=True, initial_sync=True)
    asked = given_to_owner(work, "Roscoff")
    alone = files.create_folder(work, files.ROOT, "Recipes")
    return {
        "ours": ours.id, "copied": copied.id, "asked": asked.id, "alone": alone.id, "bob": people.key_of(BOB),
        "carol": people.key_of(CAROL),
    }  # fmt: skip


@pytest.fixture
def drive(running: Running) -> Drive:
    return moved_in(running, f"alice{next(HOMES)}.localhost", lived_in)


def addresses(drive: Drive) -> list[str]:
    at, ids = f"{drive.origin}/my/shared", drive.ids
    return [
        at,
        f"{at}/{ids['ours']}",
        f"{at}/{ids['asked']}",
        f"{at}/people/{ids['bob']}",
        f"{at}/with/folder/{ids['alone']}",
    ]


def test_no_page_shuts_anybody_out(open_context, drive):
    page = drive.come_in(open_context(reduced_motion="reduce"))
    for url in addresses(drive):
        visit(page, url)
        check_everywhere(page)
    drive.do(lambda work: homes.change_profile(work, replace(homes.profile(work), locale="fr")))
    page.set_viewport_size(NARROW)
    for url in addresses(drive):
        page.goto(url)
        fits(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_is_invited_by_name_and_the_invitation_taken_back(open_context, drive, scripts):
    page: Page = drive.come_in(open_context(java_script_enabled=scripts, viewport=PHONE))
    page.goto(f"{drive.origin}/my/shared/with/folder/{drive.ids['alone']}")
    field = page.get_by_label("With whom?")
    field.fill("Nobody Known")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.locator("main")).to_contain_text("Nobody in your contacts is called so")
    field.fill("sam reed")
    page.get_by_label("What they may do").select_option("Only look")
    page.get_by_role("button", name="Invite", exact=True).click()
    toast(page, "Sam Reed is not told yet: this home sends no mail.")
    page.goto(f"{drive.origin}/my/shared/by-me")
    page.get_by_role("link", name="Recipes", exact=True).click()
    expect(page.locator(".members")).to_contain_text("Sam Reed")
    expect(page.locator(".members")).to_contain_text("May look")
    page.get_by_role("button", name="Stop: Sam Reed").click()
    toast(page, "The invitation of Sam Reed is withdrawn.")
    expect(page.locator(".members")).not_to_contain_text("Sam Reed")
    page.get_by_role("button", name="Undo").click()
    toast(page, "Sam Reed is invited again.")
    expect(page.locator(".members")).to_contain_text("Sam Reed")


def test_an_invitation_is_declined_by_keyboard_alone(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/shared")
    decline = page.get_by_role("link", name="Decline Roscoff")
    decline.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Decline the folder “Roscoff”?")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    check(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    toast(page, "You declined the folder “Roscoff”.")
    expect(page.locator("main")).not_to_contain_text("Roscoff")
    assert drive.ids["asked"] not in drive.look(lambda work: [each.id for each in keeping.all_(work)])
