"""Store: apps that are offered, installed and uninstalled."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from . import contacts
from .stage import Stage, until

OFFERED = re.compile("(Cozy |Twake )?Contacts")


def play(stage: Stage) -> None:
    """The list, one app, and that app for a while."""
    tab = stage.open()
    with stage.step("list", tab):
        expect(tab.get_by_text(OFFERED).first).to_be_visible()
        tab.wait_for_timeout(1500)
    with stage.step("details", tab):
        tab.get_by_text(OFFERED).first.click()
        expect(tab.get_by_text(re.compile("^Show permissions$", re.IGNORECASE))).to_be_visible()
    with stage.step("install", tab):
        tab.get_by_text(re.compile("^Install$", re.IGNORECASE)).last.click()
        tab.get_by_role("dialog").get_by_text(re.compile("^Install$", re.IGNORECASE)).last.click()
        expect(tab.get_by_text(re.compile("^Uninstall$", re.IGNORECASE))).to_be_visible()
        assert stage.api("GET", "/apps/contacts").data["attributes"]["state"] == "ready"
    with stage.step("open what was installed") as pictures:
        other = stage.context.new_page()
        other.goto(stage.origin.replace("//store.", "//contacts."))
        pictures.append(other)
        expect(contacts.create(other)).to_be_visible()
    with stage.step("uninstall", tab):
        tab.get_by_text(re.compile("^Uninstall$", re.IGNORECASE)).last.click()
        tab.get_by_role("dialog").get_by_text(re.compile("^Uninstall$", re.IGNORECASE)).last.click()
        until(lambda: stage.api("GET", "/apps/contacts").status == 404)
        expect(tab.get_by_text(re.compile("^Install$", re.IGNORECASE)).last).to_be_visible()
