"""Getting a home at the host's own address, by an invitation, with scripts, on every screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSPHRASE, check, check_everywhere, on_its_own
from tests.program import apart

SETTINGS = """
[contexts.default]
homes_below = "host.localhost"
moving_in = "anybody"
plans = ["small", "large"]
brand = {name = "École des Lilas", colour = "#ffd400"}
help_link = "https://help.example.org/"
terms = {version = "1.0.0-20260101", url = "https://host.example.org/terms"}
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("host")
    (folder / "cozy.toml").write_text(SETTINGS)
    mail = {"COZY_SMTP_URL": "smtp://127.0.0.1:9"}  # which nobody answers
    with on_its_own(folder, COZY_CONFIG=str(folder / "cozy.toml"), **mail) as running:
        yield running


def test_somebody_moves_in_with_the_keyboard(tab: Page, host):
    invite = ("--config", host.cozy.env["COZY_CONFIG"], "homes", "invite", "zoe@example.org", "--json")
    (made,) = apart(lambda: host.cozy(*invite)).json
    host.add_home("zoe.host.localhost")
    tab.goto(f"{host.origin('host.localhost')}/")
    expect(tab.get_by_label("Mail address")).to_be_visible()
    link = made["link"].replace(":8080", f":{host.port}")
    tab.goto(link)
    tab.keyboard.type("zoe")  # the field has the focus
    expect(tab.get_by_text("Somebody lives there already.")).to_be_visible()
    expect(tab.get_by_role("link", name="chez-zoe.host.localhost")).to_be_visible()
    check_everywhere(tab)
    tab.keyboard.type("2")
    expect(tab.get_by_text("zoe2.host.localhost is free.")).to_be_visible()
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("Your first name or nickname")).to_be_focused()
    check_everywhere(tab)
    tab.keyboard.type("Zoé")
    tab.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    tab.get_by_label("I agree").check()
    tab.get_by_role("button", name="Make my home").press("Enter")
    expect(tab.get_by_role("heading", name="Your recovery code")).to_be_visible()
    check(tab)
    tab.get_by_role("link", name="Enter my home").click()
    tab.wait_for_url("http://zoe2.host.localhost*/my")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Zoé")
