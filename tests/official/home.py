"""Home: the apps that are there, and what leads to them."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .stage import Stage


def play(stage: Stage) -> None:
    """It shows the apps, and opens one."""
    tab = stage.open()
    with stage.step("show apps", tab):
        for name in ("Drive", "Settings", "Photos"):
            expect(tab.get_by_text(name, exact=True).first).to_be_visible()
        icons = tab.locator("img[src*='/icon'], img[src^='blob:'], [class*=icon] svg")
        expect(icons.first).to_be_visible()
        tab.wait_for_timeout(3000)
    with stage.step("show who is in", tab):
        portrait = tab.locator("img[src*='/public/avatar']").first
        expect(portrait).to_be_visible()
        assert portrait.evaluate("image => image.naturalWidth") > 0
    with stage.step("go to an app", tab):
        tab.get_by_text("Drive", exact=True).first.click()
        tab.wait_for_url(re.compile(r"//drive\."))
        expect(tab.get_by_text("Administrative").first).to_be_visible()
