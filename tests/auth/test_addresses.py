"""Another mail address, the way to log in and how many devices there are, as the app of the settings asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import anyio
import pytest
from msgspec.structs import replace

from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Hosted
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes

from .conftest import found, key, second_step

NEW = "alice@new.example.net"
GIVEN = {"passphrase": key(), "email": NEW}


@pytest.fixture
def settings(settings, mailbox):
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{mailbox.port}")


@pytest.fixture
def delivered(house, home, mailbox):
    """`async with delivered() as mails`: on leaving, those that ask to confirm an address are there."""

    @asynccontextmanager
    async def delivered() -> AsyncIterator[list[EmailMessage]]:
        mails: list[EmailMessage] = []
        mailbox.messages.clear()
        yield mails
        await house.write_host(homes.hasten, home.id)
        async with Worker(poll_s=0.02).running(house):
            with anyio.fail_after(20):
                while not mails:
                    await asyncio.sleep(0.02)
                    mails += [
                        mail for mail in mailbox.messages if mail["Subject"].startswith("Your mail address")
                    ]

    return delivered


def link_in(mails):
    [mail] = mails
    text = mail.get_body(("plain",)).get_content()
    return mail, found(r"http://alice\.localhost:8080(/settings/email/confirm\?token=\S+)", text)


async def email(client):
    told = (await client.get("/settings/instance")).json()["data"]["attributes"]
    return told["email"], told.get("pending_email")


async def test_an_address_counts_once_its_mail_was_read(app, delivered, owner):
    async with delivered() as mails:
        assert (await app.post("/settings/email", json=GIVEN)).status_code == 204
    assert await email(app) == ("alice@example.org", NEW)
    mail, link = link_in(mails)
    assert (mail["To"], mail["Subject"]) == (NEW, "Your mail address for alice.localhost")
    assert link in mail.get_body(("html",)).get_content()
    answer = await owner.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/settings")
    assert await email(app) == (NEW, None)
    assert (await owner.get(link)).status_code == 400


async def test_a_link_asks_who_opens_it(app, delivered, new_browser):
    async with delivered() as mails:
        await app.post("/settings/email", json=GIVEN)
    _, link = link_in(mails)
    answer = await new_browser().get(link)
    assert answer.headers["location"].startswith(
        "/auth/login?redirect=%2Fsettings%2Femail%2Fconfirm%3Ftoken%3D"
    )
    assert await email(app) == ("alice@example.org", NEW)


async def test_the_mail_is_sent_again_and_only_the_last_address_counts(app, delivered, owner):
    async with delivered() as mails:
        await app.post("/settings/email", json=GIVEN)
    _, first = link_in(mails)
    async with delivered() as mails:
        assert (await app.post("/settings/email/resend")).status_code == 204
    mail, again = link_in(mails)
    assert (mail["To"], again != first) == (NEW, True)
    await app.post("/settings/email", json=GIVEN | {"email": "other@example.net"})
    for link in (first, again):
        assert (await owner.get(link)).status_code == 400
    assert await email(app) == ("alice@example.org", "other@example.net")


async def test_a_change_is_taken_back(app, delivered, owner):
    async with delivered() as mails:
        await app.post("/settings/email", json=GIVEN)
    _, link = link_in(mails)
    assert (await app.delete("/settings/email")).status_code == 204
    assert await email(app) == ("alice@example.org", None)
    assert (await owner.get(link)).status_code == 400
    assert (await app.post("/settings/email/resend")).status_code == 400
    assert (await app.delete("/settings/email")).status_code == 204


async def test_a_link_ends_with_its_week(app, delivered, owner, clock):
    async with delivered() as mails:
        await app.post("/settings/email", json=GIVEN)
    _, link = link_in(mails)
    clock.advance(days=8)
    await owner.log_in()
    assert (await owner.get(link)).status_code == 400


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"passphrase": key("another one")}, 400),
        ({"passphrase": ""}, 400),
        ({"email": "nobody"}, 422),
        ({"email": 3}, 400),
    ],
)
async def test_without_the_passphrase_or_an_address_nothing_happens(app, given, status):
    assert (await app.post("/settings/email", json=GIVEN | given)).status_code == status
    assert await email(app) == ("alice@example.org", None)


async def test_mails_to_strangers_are_few(app):
    answers = [(await app.post("/settings/email", json=GIVEN)).status_code for _ in range(6)]
    assert answers == [204] * 5 + [429]


@pytest.mark.parametrize(
    "scope", ["io.cozy.settings:GET,PUT", "io.cozy.settings:POST:io.cozy.settings.instance"]
)
async def test_who_may_not_change_all_settings_gives_no_address(acting, lock, scope):
    other = await acting("app", "notes", scope)
    for method, url in (
        ("POST", "/settings/email"),
        ("POST", "/settings/email/resend"),
        ("DELETE", "/settings/email"),
    ):
        assert (await other.request(method, url, json=GIVEN)).status_code == 403


class TestOnAHostWithoutMail:
    """Nobody waits for a mail that never comes."""

    @pytest.fixture
    def settings(self, settings):
        return replace(settings, smtp_url="")

    async def test_it_says_so(self, app):
        assert (await app.post("/settings/email", json=GIVEN)).status_code == 503
        assert await email(app) == ("alice@example.org", None)


class TestTheWayToLogIn:
    """/settings/instance/auth_mode."""

    url = "/settings/instance/auth_mode"

    async def test_what_is_so_already_is_fine(self, app, house, home):
        assert (await app.put(self.url, json={"auth_mode": "basic"})).status_code == 204
        await second_step(house, home)
        assert (await app.put(self.url, json={"auth_mode": "two_factor_mail"})).status_code == 204

    async def test_no_app_switches_the_second_step(self, app, house, home):
        assert (await app.put(self.url, json={"auth_mode": "two_factor_mail"})).status_code == 403
        await second_step(house, home)
        assert (await app.put(self.url, json={"auth_mode": "basic"})).status_code == 403
        assert await house.read(home, SYSTEM, auth.facts.mode) == "two_factor_mail"

    @pytest.mark.parametrize("body", [{"auth_mode": "magic"}, {}, {"auth_mode": 2}])
    async def test_what_is_no_way_is_refused(self, app, body):
        assert (await app.put(self.url, json=body)).status_code == 400


class TestHowManyAreConnected:
    """/settings/clients-usage."""

    async def told(self, app):
        data = (await app.get("/settings/clients-usage")).json()["data"]
        assert (data["type"], data["id"]) == ("io.cozy.settings", "io.cozy.settings.clients-usage")
        return data["attributes"]

    async def test_without_a_limit_there_is_always_room(self, app, connected):
        assert await self.told(app) == {"count": 1, "limitReached": False, "limitExceeded": False}

    @pytest.mark.parametrize(
        ("limit", "reached", "exceeded"), [(2, False, False), (1, True, False), (0, True, True)]
    )
    async def test_a_limit_of_the_host_is_told(self, app, connected, house, home, limit, reached, exceeded):
        await house.write_host(
            homes.change, home.domain, hosted=Hosted(flags={"cozy.oauthclients.max": limit})
        )
        house.relisted[home.domain] += 1
        told = {"limit": limit, "count": 1, "limitReached": reached, "limitExceeded": exceeded}
        assert await self.told(app) == told

    async def test_a_limit_that_is_no_number_is_none(self, app, house, home):
        await house.write_host(homes.change, home.domain, hosted=Hosted(flags={"cozy.oauthclients.max": -1}))
        house.relisted[home.domain] += 1
        assert "limit" not in await self.told(app)

    async def test_it_needs_a_grant(self, acting):
        other = await acting("client", "phone", "io.cozy.settings:GET:io.cozy.settings.instance")
        assert (await other.get("/settings/clients-usage")).status_code == 403
