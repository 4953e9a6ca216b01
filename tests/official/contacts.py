"""Contacts: people."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from .stage import Stage, until


def play(stage: Stage) -> None:
    """A contact is made in one window, seen in two, and changed."""
    tab = stage.open()
    second = stage.open()
    with stage.step("boot", tab):
        expect(create(tab)).to_be_visible()
        expect(create(second)).to_be_visible()
        second.wait_for_timeout(1500)  # for its socket
    with stage.step("create a contact", tab, second):
        create(tab).click()
        form = tab.get_by_role("dialog")
        form.locator("input[name=givenName]").fill("Jeanne")
        form.locator("input[name=familyName]").fill("Élan")
        form.locator("input[name^=email]").first.fill("jeanne@example.org")
        form.get_by_role("button", name="Save").click()
        until(lambda: "Élan" in _names(stage))
        for each in (tab, second):
            expect(each.get_by_text("jeanne@example.org").first).to_be_visible()
    with stage.step("look at it", tab):
        tab.get_by_text("Élan").first.click()
        expect(tab.get_by_role("dialog")).to_contain_text("jeanne@example.org")
    with stage.step("look at somebody whom a phone sent", tab):
        tab.keyboard.press("Escape")
        card = "BEGIN:VCARD\nVERSION:3.0\nUID:u1\nFN:Zoe Phone\nN:Phone;Zoe;;;\nTEL;TYPE=CELL:0612\nX-ODD:1\nEND:VCARD\n"
        sent = stage.api("PUT", "/dav/contacts/contacts/u1.vcf", card, {"content-type": "text/vcard"})
        assert sent.status == 201, sent
        tab.get_by_text("Zoe").first.click()
        dialog = tab.get_by_role("dialog")
        expect(dialog).to_contain_text("0612")
        expect(dialog).not_to_contain_text("VCARD")


def create(tab: Page) -> Locator:
    """What begins a new contact."""
    return (
        tab.get_by_role("button", name=re.compile("^Create")).or_(tab.get_by_text("Create a contact")).first
    )


def _names(stage: Stage) -> list[str]:
    answer = stage.api(
        "POST", "/data/io.cozy.contacts/_find", '{"selector": {}}', {"content-type": "application/json"}
    )
    return [contact.get("name", {}).get("familyName", "") for contact in answer.json["docs"]]
