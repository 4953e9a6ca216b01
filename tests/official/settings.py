"""Settings: who the owner is, what is connected, who is in."""

from __future__ import annotations

from playwright.sync_api import expect

from .stage import Stage, until


def play(stage: Stage) -> None:
    """The profile, and each page of the menu."""
    tab = stage.open()
    with stage.step("show the profile", tab):
        name = tab.locator("input[name=public_name]")
        expect(name).to_have_value("Alice")
        expect(tab.get_by_text("alice@example.org").first).to_be_visible()
    with stage.step("change the name", tab):
        name.fill("Alice Martin")
        name.blur()
        until(
            lambda: stage.api("GET", "/settings/instance").data["attributes"]["public_name"] == "Alice Martin"
        )
        tab.reload()
        expect(name).to_have_value("Alice Martin")
    with stage.step("show the storage", tab):
        tab.get_by_text("Storage", exact=True).first.click()
        expect(tab.get_by_text("GB").first).to_be_visible()
    with stage.step("show the devices", tab):
        tab.get_by_text("Connected devices", exact=True).first.click()
        tab.wait_for_timeout(2500)
        expect(tab.get_by_text("went wrong")).to_have_count(0)
    with stage.step("show the sessions", tab):
        tab.get_by_text("Web connections", exact=True).first.click()
        expect(tab.get_by_text("Chrome").first).to_be_visible()
        expect(tab.get_by_text("went wrong")).to_have_count(0)
