"""Passwords of devices: made on a page, shown once, good for what they say until they are stopped."""

from __future__ import annotations

import base64
import html
import plistlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import device_passwords
from cozy.rooms.auth.model.device_passwords import Wanted
from cozy.rooms.auth.model.systems import SYSTEMS
from cozy.rooms.auth.store import credentials
from cozy.rooms.permissions import service as permissions

from .conftest import found

CONNECT = "/my/settings/devices/connect"
NEW = f"{CONNECT}/other"
DEVICES = "/my/settings/devices"
PASSWORD = r"<span>([a-z2-9]{5}(?:-[a-z2-9]{5}){4})</span>"
FILES = "/dav/files/"
STEPS = {
    "iphone": "Owlfiles", "mac": "Connect to Server", "android": "DAVx⁵", "thunderbird": "Find Calendars",
    "windows": "Add a network location", "linux": "dav://alice.localhost:8080/dav/files/", "other": "rclone config create",
}  # fmt: skip


def basic(password: str, name: str = "alice") -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}


@pytest.fixture
async def device(house, home) -> AsyncIterator[Callable[..., httpx2.AsyncClient]]:
    """A program without cookies, at an address."""
    opened: list[httpx2.AsyncClient] = []

    def device(password: str, *, client: str = "127.0.0.1", origin: str = home.origin) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(serving(house), client=(client, 40_000))
        opened.append(httpx2.AsyncClient(transport=transport, base_url=origin, headers=basic(password)))
        return opened[-1]

    yield device
    for client in opened:
        await client.aclose()


@pytest.fixture
def everything_offered(monkeypatch) -> None:
    """Calendars and contacts answer to devices, too."""
    monkeypatch.setattr(device_passwords, "OFFERED", ("files", "calendars", "contacts"))


@pytest.fixture
def made(house, home: Home) -> Callable[..., Awaitable[str]]:
    """`await made(may_write=False)`: a new password."""

    async def made(**wanted) -> str:
        known: dict[str, Any] = {"name": "Laptop", "areas": ("files",), "may_write": True}
        new = await auth.device_passwords.make(house, home, SYSTEM, Wanted(**{**known, **wanted}))
        return new.password

    return made


async def listing(client: httpx2.AsyncClient, **headers: str) -> int:
    answer = await client.request("PROPFIND", FILES, headers={"depth": "0", **headers})
    return answer.status_code


async def test_a_password_is_made_on_a_page_shown_once_and_opens_files(owner, device):
    answer = await owner.submit(NEW, page=NEW, name="Laptop", may="change", areas=["files"])
    password = found(PASSWORD, answer.text)
    assert "http://alice.localhost:8080/dav/files/" in answer.text
    assert await listing(device(password)) == 207
    for page in (NEW, DEVICES, "/my/access", "/my/access/devices"):
        assert password not in (await owner.get(page)).text


async def test_it_is_listed_with_what_it_may_do(owner):
    await owner.submit(NEW, page=NEW, name="Laptop", may="see", end="7", areas=["files"])
    for page in (DEVICES, "/my/access/devices"):
        shown = (await owner.get(page)).text
        assert "Laptop" in shown
        assert "Can see your files." in shown
        assert "Until 25 July 2026" in shown


async def test_each_device_has_its_form_and_its_steps(owner):
    chooser = (await owner.get(CONNECT)).text
    assert "not reached by https" in chooser
    systems = [each.key for each in SYSTEMS.values() if each.offered]
    for system, word in STEPS.items():
        page = f"{CONNECT}/{system}"
        assert (f'{page}"' in chooser) == (system in systems)
        if system in systems:
            made = await owner.submit(
                page, page=page, name="Mine", may="change", areas=list(device_passwords.OFFERED)
            )
            for text in ((await owner.get(page)).text, made.text):
                assert word in html.unescape(text)
    assert (await owner.get(f"{CONNECT}/toaster")).status_code == 404


async def test_what_is_offered_decides_what_can_be_chosen(owner, everything_offered, monkeypatch):
    shown = (await owner.get(f"{CONNECT}/iphone")).text
    assert re.findall(r'name="areas" value="(\w+)"', shown) == ["calendars", "contacts", "files"]
    assert "Thunderbird" in (await owner.get(CONNECT)).text
    monkeypatch.setattr(device_passwords, "OFFERED", ("files",))
    assert 'name="areas"' not in (await owner.get(f"{CONNECT}/iphone")).text
    assert "Thunderbird" not in (await owner.get(CONNECT)).text
    assert (await owner.get(f"{CONNECT}/thunderbird")).status_code == 404


async def test_who_ticks_nothing_is_asked_again(owner, everything_offered, house, home):
    page = f"{CONNECT}/iphone"
    answer = await owner.submit(page, page=page, name="Mine", may="see")
    assert answer.status_code == 422
    assert "checked" not in "".join(re.findall(r'name="areas"[^>]*>', answer.text))
    assert await house.read(home, SYSTEM, auth.device_passwords.listed) == []


async def test_one_for_calendars_is_told_in_words(owner, everything_offered):
    page = f"{CONNECT}/thunderbird"
    day = {"end": "date", "day": "2026-12-31"}
    answer = await owner.submit(page, page=page, name="Desk", may="see", areas=["calendars"], **day)
    assert answer.status_code == 200
    for where in (DEVICES, "/my/access/devices"):
        shown = (await owner.get(where)).text
        assert "Can see your calendars, your to-do lists and your dated notes." in shown
        assert "Until 31 December 2026" in shown


async def test_what_says_the_same_is_chosen_once(owner, made, house, home):
    await made(areas=("calendars", "contacts"))
    (grant,) = await house.read(home, SYSTEM, auth.device_passwords.listed)
    page = f"/my/access/grants/{grant.id}"
    shown = (await owner.get(page)).text
    for said in ("your calendars", "your contacts", "your to-do lists"):
        assert shown.count(f"See, add, change and delete {said}<") == 1
    offered = re.findall(r'name="keep" [^>]*value="([^"]+)"', shown)
    kept = [title for title in offered if "contacts" not in title]
    await owner.submit(page, page=page, keep=kept, see_only=["io.cozy.calendars"])
    (narrowed,) = await house.read(home, SYSTEM, auth.device_passwords.listed)
    assert set(narrowed.rules) == set(device_passwords.AREAS["calendars"])
    assert {title for title, rule in narrowed.rules.items() if rule.verbs == ("GET",)} == {
        "io.cozy.calendars",
        "io.cozy.calendar.events",
    }


async def test_an_iphone_sets_itself_up_with_a_profile(owner, everything_offered, device, anonymous):
    page = f"{CONNECT}/iphone"
    made = await owner.submit(
        page, page=page, name="Ana's iPhone", may="change", areas=["calendars", "contacts"]
    )
    password, address = (
        found(PASSWORD, made.text),
        found(r'href="(/auth/profile/[^"]+)/cozy\.mobileconfig"', made.text),
    )
    assert "<svg" in made.text
    told = await anonymous.get(address)
    assert "Set up “Ana&#39;s iPhone”" in told.text
    assert password not in told.text
    assert (await anonymous.head(f"{address}/cozy.mobileconfig")).status_code == 200
    fetched = await anonymous.get(f"{address}/cozy.mobileconfig")
    assert fetched.headers["content-type"] == "application/x-apple-aspen-config"
    assert fetched.headers["cache-control"] == "no-store"
    profile = plistlib.loads(fetched.content)
    assert (profile["PayloadType"], profile["PayloadOrganization"]) == ("Configuration", "alice.localhost")
    calendars, contacts = profile["PayloadContent"]
    assert (calendars["PayloadType"], contacts["PayloadType"]) == (
        "com.apple.caldav.account",
        "com.apple.carddav.account",
    )
    expected = {
        "AccountDescription": "alice.localhost", "HostName": "alice.localhost", "Port": 8080, "UseSSL": False,
        "PrincipalURL": "http://alice.localhost:8080/dav/principals/me/", "Username": "alice.localhost", "Password": password,
    }  # fmt: skip
    for prefix, account in (("CalDAV", calendars), ("CardDAV", contacts)):
        assert {
            key.removeprefix(prefix): value for key, value in account.items() if key.startswith(prefix)
        } == expected
    assert len({each["PayloadUUID"] for each in (profile, calendars, contacts)}) == 3
    for again in (address, f"{address}/cozy.mobileconfig"):
        gone = await anonymous.get(again)
        assert gone.status_code == 404
        assert "works once" in gone.text


async def test_what_a_profile_sets_up_answers_and_is_seen(owner, device, anonymous, house, home):
    page = f"{CONNECT}/iphone"
    made = await owner.submit(page, page=page, name="iPhone", may="see", areas=["calendars", "contacts"])
    fetched = await anonymous.get(found(r'href="(/auth/profile/[^"]+)"', made.text))
    assert "Not used yet" in (await owner.get(DEVICES)).text
    for account in plistlib.loads(fetched.content)["PayloadContent"]:
        prefix = "CalDAV" if "CalDAVHostName" in account else "CardDAV"
        phone = device(account[f"{prefix}Password"])
        where = account[f"{prefix}PrincipalURL"]
        body = '<d:propfind xmlns:d="DAV:"><d:prop><d:current-user-principal/></d:prop></d:propfind>'
        answer = await phone.request("PROPFIND", where, content=body, headers={"depth": "0"})
        assert answer.status_code == 207
        assert "/dav/principals/me/" in answer.text
        homes = {"CalDAV": "/dav/calendars/", "CardDAV": "/dav/contacts/"}
        assert (await phone.request("PROPFIND", homes[prefix], headers={"depth": "1"})).status_code == 207
        assert (await phone.request("MKCALENDAR", "/dav/calendars/mine/")).status_code == 403
        assert (await phone.request("PROPFIND", FILES, headers={"depth": "0"})).status_code == 403
    await permissions.ledger.flush_home(house, home)
    assert "Not used yet" not in (await owner.get(DEVICES)).text


async def test_a_profile_says_only_what_was_chosen_and_goes_after_ten_minutes(
    owner, everything_offered, anonymous, clock
):
    page = f"{CONNECT}/mac"
    made = await owner.submit(page, page=page, name="Mac", may="see", areas=["contacts", "files"])
    address = found(r'href="(/auth/profile/[^"]+)"', made.text)
    clock.advance(minutes=9)
    kept = await anonymous.get(address)
    assert [each["PayloadType"] for each in plistlib.loads(kept.content)["PayloadContent"]] == [
        "com.apple.carddav.account"
    ]
    late = found(
        r'href="(/auth/profile/[^"]+)"',
        (await owner.submit(page, page=page, name="Mac", areas=["contacts"])).text,
    )
    clock.advance(minutes=11)
    assert (await anonymous.get(late)).status_code == 404


async def test_a_profile_goes_with_its_password_and_is_kept_unreadable(
    owner, everything_offered, anonymous, house, home
):
    page = f"{CONNECT}/mac"
    made = await owner.submit(page, page=page, name="Mac", may="see", areas=["contacts"])
    password, address = found(PASSWORD, made.text), found(r'href="(/auth/profile/[^"]+)"', made.text)
    (kept,) = await house.read(home, SYSTEM, credentials.of_kind, "apple_profile")
    assert password not in str(kept)
    assert kept.id not in address
    (grant,) = await house.read(home, SYSTEM, auth.device_passwords.listed)
    await house.write(home, SYSTEM, permissions.withdraw, grant)
    assert (await anonymous.get(address)).status_code == 404


async def test_one_for_files_alone_needs_no_profile(owner, everything_offered, house, home):
    page = f"{CONNECT}/iphone"
    made = await owner.submit(page, page=page, name="iPad", may="see", areas=["files"])
    assert "/auth/profile/" not in made.text
    assert '<svg class="qr' not in made.text
    assert await house.read(home, SYSTEM, credentials.of_kind, "apple_profile") == []


async def test_an_android_phone_opens_davx5_with_everything_filled_in(owner, everything_offered):
    page = f"{CONNECT}/android"
    made = await owner.submit(page, page=page, name="Phone", may="change", areas=["calendars"])
    password = found(PASSWORD, made.text)
    assert f'href="caldav://alice.localhost:{password}@alice.localhost:8080/dav/"' in made.text
    assert (
        auth.reaching.davx5("https://a.example", "a.example", "x-y") == "davx5://a.example:x-y@a.example/dav/"
    )


async def test_a_name_is_needed(owner, house, home):
    answer = await owner.submit(NEW, page=NEW, name="  ", may="change")
    assert answer.status_code == 422
    assert "Give the device a name" in answer.text
    assert await house.read(home, SYSTEM, auth.device_passwords.listed) == []


@pytest.mark.parametrize("path", [NEW, CONNECT])
async def test_the_page_is_the_owners_alone(new_browser, client, path):
    assert (await new_browser().get(path)).status_code == 303
    assert (await client.get(path)).status_code == 303


async def test_stopping_it_takes_effect_at_once(owner, device, made, house, home):
    laptop = device(await made())
    assert await listing(laptop) == 207
    (grant,) = await house.read(home, SYSTEM, auth.device_passwords.listed)
    stop = f"/my/access/grants/{grant.id}/stop"
    await owner.submit(stop, page=stop)
    assert await listing(laptop) == 401


async def test_one_that_has_ended_opens_nothing(device, made, clock):
    laptop = device(await made(expires_at="2026-07-19T00:00:00.000000Z"))
    assert await listing(laptop) == 207
    clock.advance(days=1)
    assert await listing(laptop) == 401


async def test_what_only_sees_changes_nothing(device, made):
    viewer = device(await made(may_write=False))
    assert await listing(viewer) == 207
    assert (await viewer.put(f"{FILES}cat.txt", content=b"meow")).status_code == 403
    for method in ("MKCOL", "DELETE", "PROPPATCH", "LOCK"):
        assert (await viewer.request(method, f"{FILES}x")).status_code == 403


async def test_one_for_contacts_opens_no_files(device, made):
    assert await listing(device(await made(areas=("contacts",)))) == 403


async def test_it_opens_nothing_but_dav(device, made):
    laptop = device(await made())
    assert (await laptop.get("/files/io.cozy.files.root-dir")).status_code == 400
    assert (await laptop.get("/data/io.cozy.files/_all_docs")).status_code == 400
    assert (await laptop.get("/my/drive")).status_code in {303, 400}


async def test_one_for_a_folder_opens_what_is_in_it(client, device, made):
    photos = await client.mkdir("Trips")
    laptop = device(await made(folder=photos["id"]))
    assert (await laptop.put(f"{FILES}Trips/cat.txt", content=b"meow")).status_code == 201
    assert (await laptop.get(f"{FILES}Trips/cat.txt")).text == "meow"
    assert (await laptop.put(f"{FILES}cat.txt", content=b"meow")).status_code == 403
    assert await listing(laptop) == 403


async def test_one_for_a_folder_comes_with_the_address_of_that_folder(client, owner, device):
    folder = await client.mkdir("Été & co")
    page = f"{NEW}?folder={folder['id']}"
    assert f"{CONNECT}?folder={folder['id']}" in (await owner.get(f"/my/file/{folder['id']}/who")).text
    assert page in (await owner.get(f"{CONNECT}?folder={folder['id']}")).text
    answer = await owner.submit(page, page=page, name="Frame", may="see", folder=folder["id"])
    address = "/dav/files/%C3%89t%C3%A9%20%26%20co/"
    assert f"http://alice.localhost:8080{address}" in answer.text
    frame = device(found(PASSWORD, answer.text))
    assert (await frame.request("PROPFIND", address, headers={"depth": "1"})).status_code == 207
    assert (await owner.get(f"{NEW}?folder=none")).status_code == 404


async def test_wrong_ones_are_asked_for_another_and_counted(device, made, clock):
    right = await made()
    wrong = right[:-1] + ("a" if right[-1] != "a" else "b")
    guesser = device(wrong)
    statuses = [await listing(guesser) for _ in range(31)]
    assert statuses == [401] * 30 + [429]
    assert await listing(device(right)) == 429
    clock.advance(minutes=16)
    assert await listing(device(right)) == 207


async def test_a_device_that_is_in_stays_in_while_others_guess(device, made):
    laptop = device(await made())
    assert await listing(laptop) == 207
    for _ in range(40):
        await listing(device("nonsense"))
    assert await listing(laptop) == 207


async def test_who_has_none_is_asked_for_one(anonymous):
    answer = await anonymous.request("PROPFIND", FILES)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="Cozy", charset="UTF-8"'


async def test_it_is_not_taken_without_encryption_from_elsewhere(device, made):
    password = await made()
    assert await listing(device(password, client="192.0.2.1")) == 403
    assert await listing(device(password, client="::1")) == 207
    assert await listing(device(password, client="::ffff:127.0.0.1")) == 207


async def test_a_page_of_another_site_cannot_use_what_a_browser_remembers(device, made):
    """Browsers send a password that was typed once to the same host again, whoever asks."""
    laptop = device(await made())
    assert await listing(laptop, **{"sec-fetch-site": "cross-site"}) == 401
    assert await listing(laptop, origin="https://evil.example") == 401
    assert await listing(laptop, origin="http://alice.localhost:8080") == 207


async def test_a_new_passphrase_ends_them(owner, device, made, house, home):
    laptop = device(await made())
    await auth.reset.change(house, home, SYSTEM, auth.passphrase.derive("cerise plume orchestre granit", "x"))
    assert await listing(laptop) == 401


async def test_the_ledger_says_which_device_it_was(device, made, house, home):
    await listing(device(await made(name="Grandma's laptop")))
    await permissions.ledger.flush_home(house, home)
    (entry,) = await house.read(home, SYSTEM, permissions.ledger.entries)
    assert (entry.kind, entry.title, entry.doctype, entry.verb) == (
        "device",
        "Grandma's laptop",
        "io.cozy.files",
        "GET",
    )


async def test_what_is_kept_of_one_goes_with_it(made, house, home):
    password = await made()
    kept = await house.read(home, SYSTEM, credentials.of_kind, "device_password")
    assert [each.id for each in kept] == [password[:5]]
    assert not re.search(password[6:11], str(kept[0].details))
    (grant,) = await house.read(home, SYSTEM, auth.device_passwords.listed)
    await house.write(home, SYSTEM, permissions.withdraw, grant)
    await house.write(home, SYSTEM, auth.device_passwords.forget, grant.source_id)
    assert await house.read(home, SYSTEM, credentials.of_kind, "device_password") == []
