"""What the owner can see and change of who gets in."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.homes import service as homes

from .conftest import PASSPHRASE, found, key

SECURITY = "/my/settings/security"
NEW = "cerise plume orchestre granit"


@pytest.mark.parametrize(
    "path",
    [
        "/my/settings", "/my/settings/display", "/my/settings/mail", "/my/settings/devices", SECURITY,
        f"{SECURITY}/passphrase", f"{SECURITY}/second-step", f"{SECURITY}/second-step/off",
        f"{SECURITY}/second-step/codes", f"{SECURITY}/recovery-code", f"{SECURITY}/passkeys/new",
    ],
)  # fmt: skip
async def test_settings_are_the_owners_alone(owner, new_browser, client, path):
    assert (await owner.get(path)).status_code == 200
    assert (await new_browser().get(path)).status_code == 303
    assert (await client.get(path)).status_code == 303


async def test_changing_the_passphrase_ends_the_other_sessions(owner, new_browser):
    other = new_browser()
    await other.log_in()
    page = f"{SECURITY}/passphrase"
    answer = await owner.submit(page, page=page, passphrase=key(), next=key(NEW))
    assert answer.headers["location"] == SECURITY
    assert await owner.is_in()
    assert not await other.is_in()
    assert (await other.log_in(PASSPHRASE)).status_code == 401
    assert (await other.log_in(NEW)).status_code == 303


async def test_changing_the_passphrase_needs_the_present_one(owner, new_browser):
    page = f"{SECURITY}/passphrase"
    answer = await owner.submit(page, page=page, passphrase=key("not the right words"), next=key(NEW))
    assert answer.status_code == 422
    assert "This is not the passphrase of this home." in answer.text
    assert (await new_browser().log_in(PASSPHRASE)).status_code == 303


async def test_the_present_passphrase_cannot_be_guessed_from_inside(owner):
    page = f"{SECURITY}/passphrase"
    for _ in range(10):
        await owner.submit(page, page=page, passphrase=key("not the right words"), next=key(NEW))
    answer = await owner.submit(page, page=page, passphrase=key(), next=key(NEW))
    assert answer.status_code == 422
    assert "Too many tries" in answer.text


async def test_the_mail_address_needs_the_passphrase(owner, house, home):
    page = "/my/settings/mail"
    wrong = await owner.submit(page, page=page, passphrase=key("nope"), email="mallory@example.org")
    assert wrong.status_code == 422
    right = await owner.submit(page, page=page, passphrase=key(), email="alice@example.net")
    assert right.status_code == 303
    assert (await house.read(home, SYSTEM, homes.profile)).email == "alice@example.net"


async def test_a_recovery_code_is_shown_once(owner):
    page = f"{SECURITY}/recovery-code"
    answer = await owner.submit(page, page=page, passphrase=key())
    code = found(r"<span>((?:[A-Z0-9]{4}-){5}[A-Z0-9]{4})</span>", answer.text)
    for path in (page, SECURITY):
        assert code not in (await owner.get(path)).text


async def test_the_devices_are_listed_by_name(owner, new_browser):
    other = new_browser("198.51.100.7")
    other.headers["user-agent"] = (
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
    )
    await other.log_in()
    page = (await owner.get("/my/settings/devices")).text
    assert "Chrome on Android" in page
    assert "198.51.100.7" in page
    assert page.count("This device") == 1


async def test_a_device_is_logged_out_at_once(owner, new_browser):
    other = new_browser()
    await other.log_in()
    page = (await owner.get("/my/settings/devices")).text
    url = found(r'action="(/my/settings/devices/[0-9a-f]{32}/end)"', page)
    assert (await owner.submit(url, page="/my/settings/devices")).status_code == 303
    assert not await other.is_in()
    assert await owner.is_in()
    assert (await owner.submit(url, page="/my/settings/devices")).status_code == 303


async def test_all_other_devices_are_logged_out_at_once(owner, new_browser):
    others = [new_browser(), new_browser()]
    for other in others:
        await other.log_in()
    await owner.submit("/my/settings/devices/others/end", page="/my/settings/devices")
    assert [await other.is_in() for other in others] == [False, False]
    assert await owner.is_in()


async def test_name_language_and_time_zone_are_the_owners_to_choose(owner, house, home):
    answer = await owner.submit(
        "/my/settings", page="/my/settings", public_name="Alix", locale="fr", tz="Europe/Paris"
    )
    assert answer.status_code == 303
    profile = await house.read(home, SYSTEM, homes.profile)
    assert (profile.public_name, profile.locale, profile.tz) == ("Alix", "fr", "Europe/Paris")
    assert "Enregistré." in (await owner.get("/my/settings")).text


async def test_theme_and_shortcuts_show_on_the_next_page(owner):
    answer = await owner.submit("/my/settings/display", page="/my/settings/display", theme="dark")
    assert answer.status_code == 303
    page = (await owner.get("/my/settings/display")).text
    assert 'data-theme="dark"' in page
    assert 'data-shortcuts=""' in page


@pytest.mark.parametrize(
    ("url", "fields", "sentence"),
    [
        ("/my/settings", {"public_name": "", "locale": "fr", "tz": "UTC"}, "Give a name"),
        (
            "/my/settings",
            {"public_name": "A", "locale": "de", "tz": "UTC"},
            "This language is not available.",
        ),
        ("/my/settings", {"public_name": "A", "locale": "fr", "tz": "Mars/Base"}, "time zone is not known"),
        ("/my/settings/display", {"theme": "pink"}, "This theme does not exist."),
    ],
)
async def test_what_cannot_be_used_is_said_in_the_form(owner, url, fields, sentence):
    answer = await owner.submit(url, page=url, **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
