"""The console of the administration, as a browser without scripts shows it."""

import re

import httpx2
import pytest

from cozy import ui
from cozy.app.admin import administration
from cozy.kernel.caller import SYSTEM
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings
from cozy.rooms.homes import service as homes
from cozy.rooms.hosting.events import HostSpoke
from cozy.rooms.hosting.pages.kinds import KINDS
from cozy.rooms.hosting.service import plans, telling, tokens
from cozy.rooms.notifications import service as notifications
from tests.conftest import DOMAIN
from tests.hosting.conftest import ADMIN

pytestmark = pytest.mark.anyio


class Browser(httpx2.AsyncClient):
    """Somebody at the console."""

    async def submit(self, url, /, page="", **fields):
        shown = await self.get(page or url)
        token = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
        assert token, shown.text
        return await self.post(url, data={"csrf_token": token[1], **fields})

    async def landed(self, answer):
        assert answer.status_code == 303, answer.text
        return (await self.get(answer.headers["location"])).text


@pytest.fixture
def settings(settings):
    contexts = {"family": {}}
    return Settings(data=settings.data, postgres=settings.postgres, contexts=contexts)


@pytest.fixture
async def outside_door(house):
    transport = httpx2.ASGITransport(administration(house), client=("192.0.2.9", 1))
    async with Browser(transport=transport, base_url=ADMIN) as browser:
        yield browser


@pytest.fixture
async def console(outside_door, token, home, house):
    """A browser that is in."""
    assert (await outside_door.submit("/my/login", token=token)).status_code == 303
    yield outside_door
    for table in ("admin_sessions", "messages"):
        await house.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))


async def test_who_is_not_in_is_led_to_the_log_in_whatever_the_page(outside_door, token, home):
    for path in ("/", "/my", f"/my/homes/{DOMAIN}", "/my/homes/nobody.localhost", "/my/nothing"):
        answer = await outside_door.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/my/login")
    assert (await outside_door.post(f"/my/homes/{DOMAIN}/destroy")).headers["location"] == "/my/login"


async def test_a_wrong_token_is_refused_in_words(outside_door, token):
    answer = await outside_door.submit("/my/login", token=f"{token}x")
    assert answer.status_code == 422
    assert "This token opens nothing here." in answer.text
    assert "cozy-admin" not in answer.cookies


async def test_the_cookie_opens_the_console_and_no_longer_than_its_token(console, house, token, clock):
    assert (await console.get("/my")).status_code == 200
    assert (await console.get("/")).headers["location"] == "/my"
    clock.advance(hours=13)
    assert (await console.get("/my")).status_code == 303
    clock.advance(hours=-13)
    await house.write_host(tokens.revoke, token.partition(".")[0])
    assert (await console.get("/my")).status_code == 303


async def test_going_ends_it_at_once(console):
    kept = dict(console.cookies)
    await console.submit("/my/logout", page="/my")
    console.cookies.update(kept)
    assert (await console.get("/my")).status_code == 303


async def test_a_form_of_another_page_does_nothing(console, house):
    other = {"origin": "https://evil.example.org", "sec-fetch-site": "cross-site"}
    answer = await console.post(f"/my/homes/{DOMAIN}/closed", headers=other)
    assert answer.status_code == 403
    answer = await console.post(f"/my/homes/{DOMAIN}/closed")  # without the page's token
    assert answer.status_code == 403
    assert (await house.read_host(homes.at, DOMAIN)).state == "active"


async def test_homes_are_found_by_address_and_state(console, hoster):
    await hoster.post("/instances", params={"Domain": "bob-1.localhost"})
    await hoster.patch("/instances/bob-1.localhost", params={"Blocked": "true", "Deleting": "true"})
    try:
        everything = (await console.get("/my")).text
        assert "2 homes on this host" in everything
        for query, found, others in [
            ("?q=bob", "bob-1.localhost", DOMAIN),
            ("?q=ALICE", DOMAIN, "bob-1.localhost"),
            ("?state=blocked", "bob-1.localhost", DOMAIN),
            ("?state=leaving", "bob-1.localhost", DOMAIN),
            ("?state=active", DOMAIN, "bob-1.localhost"),
        ]:
            shown = (await console.get(f"/my{query}")).text
            assert f'href="/my/homes/{found}"' in shown, query
            assert f'href="/my/homes/{others}"' not in shown, query
        for nothing in ("?q=%25", "?q=_", "?state=moving", "?state=gone", "?q=%27--"):
            assert "There is no such home" in (await console.get(f"/my{nothing}")).text
    finally:
        await hoster.delete("/instances/bob-1.localhost")


async def test_several_homes_are_closed_and_opened_at_once(console, house):
    shown = await console.landed(
        await console.submit("/my", action="close", ids=[DOMAIN, "nobody.localhost"])
    )
    assert "1 home is closed." in shown
    assert (await house.read_host(homes.at, DOMAIN)).state == "blocked"
    shown = await console.landed(await console.submit("/my", action="open", ids=[DOMAIN]))
    assert "1 home is open." in shown
    assert (await house.read_host(homes.at, DOMAIN)).state == "active"


async def test_the_page_of_a_home_changes_quota_and_context(console, house):
    url = f"/my/homes/{DOMAIN}"
    assert "Saved." in await console.landed(await console.submit(url, quota="50 GB", context="family"))
    listing = await house.read_host(homes.at, DOMAIN)
    assert (listing.quota, listing.hosted.context) == (50 * 10**9, "family")
    shown = (await console.get(url)).text
    assert "used of 50" in shown
    assert 'value="50GB"' in shown
    wrong = await console.submit(url, quota="much", context="")
    assert (wrong.status_code, "A quota is a size such as 50GB" in wrong.text) == (422, True)
    await console.submit(url, quota="none", context="")
    assert (await house.read_host(homes.at, DOMAIN)).quota is None
    assert (await console.get("/my/homes/nobody.localhost")).status_code == 404


async def test_a_home_is_closed_with_a_reason_opened_kept_and_logged_out(console, house, hoster, reader):
    url = f"/my/homes/{DOMAIN}"
    assert (await reader.get("/my/settings")).status_code == 200
    assert "Everybody was logged out." in await console.landed(
        await console.submit(f"{url}/log-out", page=url)
    )
    assert (await reader.get("/my/settings")).status_code == 303
    closed = await console.landed(await console.submit(f"{url}/closed", page=url, reason="unpaid"))
    assert "Why: unpaid" in closed
    assert "This home is open." in await console.landed(await console.submit(f"{url}/open", page=url))
    await hoster.patch(f"/instances/{DOMAIN}", params={"Deleting": "true"})
    assert "asked on 18 July 2026" in (await console.get(url)).text
    assert "This home stays." in await console.landed(await console.submit(f"{url}/stays", page=url))


async def test_a_home_is_made_on_a_page_and_destroyed_by_who_types_its_address(console, house):
    wrong = await console.submit("/my/homes/new", domain="nodot", locale="en")
    assert (wrong.status_code, "This cannot be the address of a home" in wrong.text) == (422, True)
    made = await console.submit("/my/homes/new", domain="zoe.localhost", locale="fr", quota="1GB")
    assert made.status_code == 201
    assert "http://zoe.localhost:8080/auth/passphrase_renew?token=" in made.text
    assert (await house.read_host(homes.at, "zoe.localhost")).quota == 10**9
    url = "/my/homes/zoe.localhost/destroy"
    kept = await console.submit(url, address="zoe")
    assert (kept.status_code, "Nothing was destroyed" in kept.text) == (422, True)
    assert "zoe.localhost is destroyed." in await console.landed(
        await console.submit(url, address="zoe.localhost")
    )
    assert (await console.get("/my/homes/zoe.localhost")).status_code == 404


async def test_every_home_is_told_what_the_host_says_once(console, house, home, hoster):
    await hoster.post("/instances", params={"Domain": "bob.localhost"})
    try:
        assert (await console.submit("/my/messages", title=" ")).status_code == 422
        told = await console.landed(await console.submit("/my/messages", title="We move", body="On Sunday."))
        assert "under way" in told
        await telling.carry_on(house)
        message = (await house.read_host(telling.said))[0]
        assert (message.told, message.done) == (2, True)
        spoken = HostSpoke(message.id, message.title, message.body)
        for _ in range(2):  # as a job may run
            await house.write(home, SYSTEM, telling.tell_owner, spoken)
        found = await house.read(home, SYSTEM, notifications.listed)
        assert "2 homes told" in (await console.get("/my/messages")).text
    finally:
        await hoster.delete("/instances/bob.localhost")
    assert [(each.title, each.message) for each in found] == [("We move", "On Sunday.")]


async def test_health_tells_versions_and_tries_the_mail(console, house, monkeypatch):
    shown = (await console.get("/my/health")).text
    assert "SQLite" in shown or "PostgreSQL" in shown
    assert "No work is late." in shown
    refused = await console.submit("/my/health", to="me@example.org")
    assert (refused.status_code, "This host has no mail server" in refused.text) == (422, True)
    assert (await console.submit("/my/health", to="me")).status_code == 422


async def test_a_mail_that_leaves_and_one_that_does_not(console, house, monkeypatch):
    sent = []

    class Post:
        configured = True
        works = True

        async def send(self, message):
            if not self.works:
                raise Unavailable("The mail could not be sent.")
            sent.append(message)

    post = Post()
    monkeypatch.setattr(type(house.mailer), "configured", True)
    monkeypatch.setattr(type(house.mailer), "send", lambda self, message: post.send(message))
    done = await console.landed(await console.submit("/my/health", to=" me@example.org "))
    assert "The mail is on its way to me@example.org." in done
    assert [message.to for message in sent] == ["me@example.org"]
    post.works = False
    answer = await console.submit("/my/health", to="me@example.org")
    assert (answer.status_code, "The mail could not be sent." in answer.text) == (422, True)


async def test_pages_speak_french_too(console):
    answer = await console.submit("/my/language", page="/my/login", locale="fr")
    assert answer.headers["location"] == "/my"
    assert "maison sur cet hôte" in (await console.get("/my")).text


def test_the_kind_of_what_a_host_says_has_the_hosts_words():
    said = KINDS[0].say(ui.words("en"), {"title": "We move", "body": "On Sunday."})
    assert (said.title, said.text) == ("We move", "On Sunday.")


async def test_whose_bill_is_open_and_who_asks_for_a_plan_are_found_and_answered_at_once(
    console, hoster, house
):
    await hoster.put("/plans/family", json={"title": "Family", "price": 500, "changeable": True})
    await house.write_host(plans.ask, DOMAIN, "family")
    await console.submit(f"/my/homes/{DOMAIN}/bill", page=f"/my/homes/{DOMAIN}", open="1")
    assert "Its bill is open: from 17 August 2026 on" in (await console.get(f"/my/homes/{DOMAIN}")).text
    listed = (await console.get("/my")).text
    assert ("Bill open</span>" in listed, "Asks for: Family" in listed) == (True, True)
    for state, action, said in (
        ("asking", "give", "1 home has its plan."),
        ("unpaid", "paid", "The bill of 1 home is paid."),
    ):
        page = f"/my?state={state}"
        assert DOMAIN in (await console.get(page)).text
        answer = await console.submit("/my", page=page, ids=DOMAIN, action=action, state=state)
        assert answer.headers["location"] == page
        shown = await console.landed(answer)
        assert (said in shown, "There is no such home" in shown) == (True, True)
    known = (await hoster.get(f"/instances/{DOMAIN}")).json()["data"]["attributes"]
    assert (known["plan"], "unpaid_since" in known) == ("family", False)
    costs = (await console.get("/my/costs")).text
    assert ("<dt>Total</dt><dd>€5.00</dd>" in costs, "August 2025" in costs) == (True, True)
    await hoster.delete("/plans/family")


async def test_a_quota_is_written_as_people_write_it_in_french_too(console, hoster):
    page = f"/my/homes/{DOMAIN}"
    for typed, quota in (("1,5 To", "1500000000000"), ("50 Go", "50000000000"), ("", None)):
        assert (await console.submit(page, quota=typed, context="")).status_code == 303
        known = (await hoster.get(f"/instances/{DOMAIN}")).json()["data"]["attributes"]
        assert known.get("disk_quota") == quota
