"""A client of Nextcloud would like to connect, in a real Chromium: on a phone and a desk, without scripts, in both languages."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from .conftest import DESK, PASSPHRASE, PHONE, check

pytestmark = pytest.mark.browser


def asked(home: str, path: str, **fields: str) -> Any:
    """What the home answers the program, outside of the browser; None until it is let in."""
    host = home.removeprefix("http://")
    connection = HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]), timeout=15)
    headers = {
        "host": host,
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "attic (Desktop Client - Linux)",
    }
    connection.request("POST", path, urlencode(fields), headers)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return said if answer.status == 200 else None


@pytest.mark.parametrize(
    ("options", "locale", "words"),
    [
        ({"viewport": PHONE, "color_scheme": "dark"}, "en", ("Passphrase", "Enter", "Allow", "The device is connected")),
        ({"viewport": DESK, "java_script_enabled": False, "locale": "fr-FR"}, "fr",
         ("Phrase secrète", "Entrer", "Autoriser", "L’appareil est connecté")),
    ],
    ids=["phone", "without scripts, in French"],
)  # fmt: skip
def test_a_program_waits_until_the_owner_agrees(running, open_context, options, locale, words):
    home = running.add_home(f"zoe-{locale}.localhost", "--locale", locale)
    begun = asked(home, "/index.php/login/v2")
    token = begun["poll"]["token"]
    tab = open_context(**options).new_page()
    tab.goto(begun["login"])
    passphrase, enter, allow, done = words
    tab.get_by_label(passphrase, exact=True).fill(PASSPHRASE)
    tab.get_by_role("button", name=enter, exact=True).click()
    expect(tab.locator("input[name=name]")).to_have_value("attic (Desktop Client - Linux)")
    if options.get("java_script_enabled", True):
        check(tab)
    assert asked(home, "/index.php/login/v2/poll", token=token) is None
    tab.get_by_role("button", name=allow).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(done)
    assert asked(home, "/index.php/login/v2/poll", token=token)["server"] == home
