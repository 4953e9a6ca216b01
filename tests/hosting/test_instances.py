"""The API of the administration, as cozy-stack's docs/admin.md shows it."""

import asyncio
import inspect
import re

import httpx2
import pytest

from cozy.app.house import home_of, opened
from cozy.app.server import serving
from cozy.app.wiring import ADMIN_DOORS
from cozy.kernel.caller import SYSTEM
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.hosting import service
from cozy.rooms.hosting.routes import instances
from cozy.rooms.notifications import service as notifications
from tests.conftest import DOMAIN
from tests.jobs.conftest import at_work, until

pytestmark = pytest.mark.anyio
MEDIA_TYPE = "application/vnd.api+json"
BOB = {
    "DiskQuota": "5000000000", "Domain": "bob.localhost:8080", "Email": "bob@example.com", "Locale": "fr",
    "PublicName": "Bob", "Settings": "partner:cozy,context:family,tos:1.0.0-20260101", "SwiftLayout": "-1",
    "UUID": "60bac7e8-abd9-11ee-8201-9cb6d0907fa3", "feature_sets": "b-set,a-set", "sponsorships": "",
    "OrgDomain": "example.com", "OrgID": "org-123-abc", "Timezone": "Europe/Paris", "OIDCID": "bob-there",
}  # fmt: skip


@pytest.fixture
def settings(settings):
    """Two contexts, one with secrets."""
    contexts = {
        "family": {
            "help_link": "https://help.example.org/",
            "features": ["notes.beta"],
            "feature_ratios": {"new_search": [{"ratio": 0.1, "value": True}]},
            "terms": {"version": "2.0.0-20270901", "url": "https://example.org/terms"},
            "registries": ["https://apps.example.org/"],
            "oidc": {"client_id": "cozy", "client_secret": "never-told", "jwt_secret": "nor-this"},
        },
        "default": {"help_link": "https://help.example.org/"},
    }
    return Settings(data=settings.data, postgres=settings.postgres, contexts=contexts, features={"a": 1})


@pytest.fixture
async def bob(hoster, home):
    """A home that a script makes; gone at the end where all share a database."""
    answer = await hoster.post("/instances", params=BOB)
    assert answer.status_code == 201, answer.text
    yield answer.json()
    await hoster.delete("/instances/bob.localhost")


async def test_homes_are_listed_with_their_number(hoster, home, bob):
    answer = await hoster.get("/instances")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    body = answer.json()
    assert body["meta"] == {"count": 2}
    assert [each["attributes"]["domain"] for each in body["data"]] == [DOMAIN, "bob.localhost"]
    alice = body["data"][0]
    assert (alice["type"], alice["id"]) == ("instances", home.id)
    assert alice["links"] == {"self": f"/instances/{home.id}"}
    assert (await hoster.get("/instances/count")).json() == {"count": 2}


async def test_a_list_of_more_than_is_read_at_once_is_whole(hoster, home, bob, monkeypatch):
    monkeypatch.setattr(instances, "MOST", 1)
    body = (await hoster.get("/instances")).json()
    assert [each["attributes"]["domain"] for each in body["data"]] == [DOMAIN, "bob.localhost"]
    assert body["meta"] == {"count": 2}


async def test_a_host_without_homes_has_an_empty_list(hoster):
    assert (await hoster.get("/instances")).json() == {"data": [], "meta": {"count": 0}}


async def test_a_list_comes_in_pages(hoster, home, bob):
    first = (await hoster.get("/instances", params={"page[limit]": "1"})).json()
    assert [each["attributes"]["domain"] for each in first["data"]] == [DOMAIN]
    second = (await hoster.get(first["links"]["next"])).json()
    assert [each["attributes"]["domain"] for each in second["data"]] == ["bob.localhost"]
    assert "links" not in second
    skipped = (await hoster.get("/instances", params={"page[limit]": "5", "page[skip]": "1"})).json()
    assert skipped["data"] == second["data"]
    assert (await hoster.get("/instances", params={"page[limit]": "x"})).status_code == 400


async def test_a_home_is_made_as_a_script_asks(house, hoster, bob):
    shown = bob["data"]["attributes"]
    expected = {
        "domain": "bob.localhost", "disk_quota": "5000000000", "context": "family", "tos": "1.0.0-20260101",
        "tos_latest": "2.0.0-20270901", "blocked": False, "deleting": False, "moved": False, "state": "active",
        "onboarding_finished": True, "uuid": BOB["UUID"], "org_id": "org-123-abc", "org_domain": "example.com",
        "feature_sets": ["a-set", "b-set"], "partner": "cozy",
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert bob["meta"] == {"ignored": ["SwiftLayout"]}
    listing = await house.read_host(homes.at, "bob.localhost")
    profile = await house.read(home_of(house.settings, listing), SYSTEM, homes.profile)
    assert (profile.public_name, profile.email, profile.locale, profile.tz) == (
        "Bob", "bob@example.com", "fr", "Europe/Paris",
    )  # fmt: skip


async def test_its_owner_comes_in_by_the_link_of_the_answer_once(house, hoster, bob):
    link = bob["data"]["links"]["register"]
    assert link.startswith("http://bob.localhost:8080/auth/passphrase_renew?token=")
    transport = httpx2.ASGITransport(serving(house))
    async with httpx2.AsyncClient(transport=transport) as browser:
        assert (await browser.get(link)).status_code == 200
        again = await hoster.post("/instances/bob.localhost/magic_link")
        assert again.status_code == 201
        assert set(again.json()) == {"code", "link"}
        home = await _home(house, "bob.localhost")
        key = auth.passphrase.derive("orage tilleul boussole velours", "bob.localhost", 1000)
        await auth.reset.renew(house, home, link.partition("=")[2], key)
        assert (await browser.get(link)).status_code == 404
        assert (await browser.get(again.json()["link"])).status_code == 404
    assert (await hoster.post("/instances/bob.localhost/magic_link")).status_code == 400


async def test_a_link_of_the_host_is_void_once_somebody_came_in_by_another_way(house, hoster, bob):
    link = bob["data"]["links"]["register"]
    home = await _home(house, "bob.localhost")
    await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(serving(house))) as browser:
        assert (await browser.get(link)).status_code == 404
    assert (await hoster.post("/instances/bob.localhost/magic_link")).status_code == 400


async def test_a_home_may_be_made_with_a_passphrase_and_then_needs_no_link(house, hoster, home):
    asked = {"Domain": "zoe.localhost", "Passphrase": "orage tilleul boussole velours"}
    made = (await hoster.post("/instances", params=asked)).json()
    assert "register" not in made["data"]["links"]
    assert (await hoster.post("/instances/zoe.localhost/magic_link")).status_code == 400
    assert (await hoster.delete("/instances/zoe.localhost")).status_code == 204


@pytest.mark.parametrize(
    ("asked", "status", "parameter"),
    [
        ({"Domain": DOMAIN}, 409, "domain"),
        ({"Domain": "nodot"}, 422, "domain"),
        ({}, 422, "Domain"),
        ({"Domain": "c.localhost", "DiskQuota": "much"}, 422, "DiskQuota"),
        ({"Domain": "c.localhost", "DiskQuota": "-2"}, 422, "DiskQuota"),
        ({"Domain": "c.localhost", "Locale": "tlh"}, 422, "locale"),
        ({"Domain": "c.localhost", "Email": "nobody"}, 422, "email"),
        ({"Domain": "c.localhost", "Passphrase": "abc"}, 422, "passphrase"),
        ({"Domain": "c.localhost", "ContextName": "other"}, 404, "context"),
        ({"Domain": "c.localhost", "TOSSigned": "yes"}, 422, "TOSSigned"),
        ({"Domain": "c.localhost", "Settings": "nothing"}, 422, "Settings"),
        ({"Domain": "c.localhost", "Colour": "blue"}, 422, "Colour"),
    ],
)
async def test_what_cannot_be_made_says_why_and_leaves_nothing(house, hoster, home, asked, status, parameter):
    before = await house.storage.homes()
    answer = await hoster.post("/instances", params=asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["source"] == {"parameter": parameter}
    assert await house.storage.homes() == before


async def test_one_home_is_shown_by_its_address_with_or_without_a_port(hoster, home):
    shown = await hoster.get(f"/instances/{DOMAIN}:8080")
    assert shown.json()["data"]["attributes"]["prefix"] == home.id
    assert (await hoster.get("/instances/nobody.localhost")).status_code == 404
    assert (await hoster.get(f"/instances/{DOMAIN}/prefix")).json() == home.id


async def test_a_home_is_blocked_with_a_reason_and_opened_again(house, hoster, home, anonymous):
    url = f"/instances/{DOMAIN}"
    asked = {"Blocked": "true", "BlockingReason": "PAYMENT_FAILED", "FromCloudery": "true"}
    blocked = (await hoster.patch(url, params=asked)).json()
    shown = blocked["data"]["attributes"]
    assert (shown["blocked"], shown["blocking_reason"], shown["state"]) == (True, "PAYMENT_FAILED", "blocked")
    assert blocked["meta"] == {"ignored": ["FromCloudery"]}
    assert (await anonymous.get("/auth/login")).status_code == 503
    opened = (await hoster.patch(url, params={"Blocked": "false"})).json()["data"]["attributes"]
    assert (opened["blocked"], "blocking_reason" in opened) == (False, False)
    assert (await anonymous.get("/auth/login")).status_code == 200


async def test_quota_context_terms_and_books_change(house, hoster, home):
    url = f"/instances/{DOMAIN}"
    asked = {"DiskQuota": "1000", "ContextName": "family", "TOSSigned": "2.0.0-20270901", "UUID": "u-1"}
    shown = (await hoster.patch(url, params=asked)).json()["data"]["attributes"]
    assert (shown["disk_quota"], shown["context"], shown["tos"], shown["uuid"]) == (
        "1000", "family", "2.0.0-20270901", "u-1",
    )  # fmt: skip
    assert "tos_latest" not in shown
    shown = (await hoster.patch(url, params={"DiskQuota": "-1"})).json()["data"]["attributes"]
    assert "disk_quota" not in shown
    assert shown["uuid"] == "u-1"


async def test_that_a_home_is_to_be_deleted_is_noted_and_taken_back(hoster, home):
    url = f"/instances/{DOMAIN}"
    assert (await hoster.patch(url, params={"Deleting": "true"})).json()["data"]["attributes"]["deleting"]
    shown = (await hoster.patch(url, params={"Deleting": "false"})).json()["data"]["attributes"]
    assert shown["deleting"] is False


@pytest.mark.parametrize("name", ["Email", "PublicName", "Locale", "Timezone", "Phone", "MagicLink"])
async def test_what_the_owner_says_of_themself_is_not_the_hosts_to_change(house, hoster, home, name):
    before = await house.read(home, SYSTEM, homes.profile)
    answer = await hoster.patch(f"/instances/{DOMAIN}", params={name: "eve@example.org"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "hosting.owners_to_say"
    assert await house.read(home, SYSTEM, homes.profile) == before


async def test_a_home_is_destroyed(house, hoster, home, bob):
    listing = await house.read_host(homes.at, "bob.localhost")
    assert (await hoster.delete("/instances/bob.localhost")).status_code == 204
    assert (await hoster.get("/instances/bob.localhost")).status_code == 404
    assert listing.id not in await house.storage.homes()
    assert (await hoster.delete("/instances/bob.localhost")).status_code == 404


async def test_when_a_home_was_last_used_is_told_as_a_day(house, hoster, home, clock):
    url = f"/instances/{DOMAIN}/last-activity"
    assert (await hoster.get(url)).json() == {"last-activity": "2026-07-18"}
    clock.advance(days=3)
    await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    assert (await hoster.get(url)).json() == {"last-activity": "2026-07-21"}


async def test_how_much_a_home_holds_is_told(house, hoster, home, acting):
    client = await acting("cli", "", "*")
    await client.upload("letter.txt", b"x" * 1234)
    url = f"/instances/{DOMAIN}/disk-usage"
    used = await house.read(home, SYSTEM, files.usage)
    assert (await hoster.get(url)).json() == {"used": str(used)} == {"used": "1234"}
    await hoster.patch(f"/instances/{DOMAIN}", params={"DiskQuota": "99999"})
    assert (await hoster.get(url)).json() == {"used": "1234", "quota": "99999"}


async def test_sessions_are_ended(house, hoster, home, reader):
    assert (await reader.get("/my/settings")).status_code == 200
    assert (await hoster.delete(f"/instances/{DOMAIN}/sessions")).status_code == 204
    assert (await reader.get("/my/settings")).status_code == 303


async def test_contexts_are_told_without_their_secrets(hoster, home):
    default, family = (await hoster.get("/instances/contexts")).json()
    assert (default["context"], family["context"]) == ("default", "family")
    assert family["registries"] == ["https://apps.example.org/"]
    assert family["config"]["help_link"] == "https://help.example.org/"
    assert family["oidc"] == {"client_id": "cozy"}
    assert (await hoster.get("/instances/contexts/family")).json() == family
    assert (await hoster.get("/instances/contexts/other")).status_code == 404
    assert "never-told" not in (await hoster.get("/instances/contexts")).text


async def test_feature_flags_and_sets_of_a_home_change(hoster, home, acting):
    url = f"/instances/{DOMAIN}/feature"
    assert (await hoster.patch(f"{url}/flags", json={"a": 2, "b": True})).json() == {"a": 2, "b": True}
    assert (await hoster.patch(f"{url}/flags", json={"b": None})).json() == {"a": 2}
    assert (await hoster.get(f"{url}/flags")).json() == {"a": 2}
    assert (await hoster.get(f"{url}/sets")).json() == []
    assert (await hoster.put(f"{url}/sets", json=["z", "y"])).json() == ["y", "z"]
    assert (await hoster.get(f"{url}/sets")).json() == ["y", "z"]
    app = await acting("app", "notes", "io.cozy.notes:GET")
    assert (await app.get("/settings/flags")).json()["data"]["attributes"] == {"a": 2}
    assert (await hoster.patch(f"{url}/flags", json=[1])).status_code == 400


async def test_feature_flags_of_contexts_and_of_all_are_told(hoster, home):
    assert (await hoster.get("/instances/feature/config/family")).json() == {"notes.beta": True}
    assert (await hoster.get("/instances/feature/contexts/family")).json() == {
        "new_search": [{"ratio": 0.1, "value": True}]
    }
    assert (await hoster.get("/instances/feature/defaults")).json() == {"a": 1}


async def test_every_route_is_described(hoster, home):
    described = (await hoster.get("/openapi.json")).json()
    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]["/instances/{domain}"]) == {"get", "patch", "delete"}
    making = described["paths"]["/instances"]["post"]
    assert [each["name"] for each in making["parameters"] if each["required"]] == ["Domain"]
    assert set(making["responses"]) == {"201", "401", "409", "422"}
    assert (await hoster.get("/version")).json()["version"]
    told = {(method.upper(), path) for path, known in described["paths"].items() for method in known}
    routes = [route for doors in ADMIN_DOORS for route in doors.table if not route.path.startswith("/my")]
    assert told == {(route.method, route.path) for route in routes if route.path != "/"}
    for route in routes:
        source = inspect.getsource(route.handler)
        known = described["paths"].get(route.path, {}).get(route.method.lower(), {})
        names = {each["name"] for each in known.get("parameters", []) if each["in"] == "query"}
        assert set(re.findall(r'call\.query\("([^"]+)"', source)) <= names, route.path
        assert ("decoded(" not in source and "body:" not in source) or "requestBody" in known, route.path


async def test_the_owner_of_one_home_is_told_something(hoster, home, house):
    url = f"/instances/{DOMAIN}/notifications"
    said = {
        "title": "Your card is over",
        "message": "Look at it",
        "preferred_channels": ["mobile"],
        "state": "-1",
    }
    answer = await hoster.post(url, json={"notification": said, "properties": {"multiple": True}})
    assert (answer.status_code, answer.json()["title"]) == (201, "Your card is over")
    async with at_work(house):
        await until(house, home, lambda work: len(notifications.listed(work)), 1)
    (shown,) = await house.read(home, SYSTEM, notifications.listed)
    assert (shown.title, shown.message) == ("Your card is over", "Look at it")
    assert (await hoster.post(url, json={"notification": {"title": "x" * 121}})).status_code == 422
    assert (
        await hoster.post("/instances/nobody.localhost/notifications", json={"notification": said})
    ).status_code == 404


async def _home(house, domain):
    return home_of(house.settings, await house.read_host(homes.at, domain))


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_two_processes_that_change_at_once_what_a_home_agreed_on_lose_nothing(house, home):
    async def setting(process, name):
        for number in range(10):
            await process.write_host(service.homes.set_flags, home.domain, {f"{name}{number}": True})

    async with opened(house.settings) as other:
        await asyncio.gather(setting(house, "a"), setting(other, "b"))
    assert len((await house.read_host(homes.at, home.domain)).hosted.flags) == 20
