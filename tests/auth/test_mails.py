"""What the owner is told by mail of who comes in, by a real mail server."""

from contextlib import asynccontextmanager

import anyio
import pytest

from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import origin_of
from cozy.kernel.settings import Settings
from cozy.rooms.auth import jobs
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.events import ClientConnected, DeviceEntered, HintAsked
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.model.clients import Introduction
from cozy.rooms.homes.model import Profile
from tests.conftest import DOMAIN

from .conftest import REDIRECT, answered, consent

CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
SOMEBODY = Visitor(address="198.51.100.7", user_agent=CHROME)
RECIPES = Introduction(redirect_uris=(REDIRECT,), client_name="Recipes", software_id="recipes")


@asynccontextmanager
async def posting(tmp_path, clock, mailbox):
    """A house that sends mail, and Zoé's home in it."""
    settings = Settings(data=str(tmp_path / "data"), smtp_url=f"smtp://127.0.0.1:{mailbox.port}")
    profile = Profile(public_name="Zoé", email="zoe@example.org", locale="fr")
    async with opened(settings, clock=clock) as house:
        yield (
            house,
            home_of(settings, await auth.open_home(house, DOMAIN, profile, origin_of(settings, DOMAIN))),
        )


async def received(mailbox):
    with anyio.fail_after(10):
        await mailbox.arrived.wait()
    [mail] = mailbox.messages
    return mail["Subject"], mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()


async def test_the_hint_comes_by_mail(tmp_path, clock, mailbox):
    async with posting(tmp_path, clock, mailbox) as (house, home):
        await auth.hint.put(house, home, "les mots du jardin")
        await jobs.mail_hint.run(house, home, HintAsked())
        _, text, html = await received(mailbox)
        assert "les mots du jardin" in text
        assert "les mots du jardin" in html


async def test_what_is_over_by_now_is_not_told_of(tmp_path, clock, mailbox):
    async with posting(tmp_path, clock, mailbox) as (house, home):
        await jobs.mail_hint.run(house, home, HintAsked())
        assert mailbox.messages == []


def told(work):
    return [event for event in work.published if isinstance(event, DeviceEntered)]


def test_the_first_device_of_a_home_is_no_news(work):
    auth.sessions.open_(work, SOMEBODY)
    assert told(work) == []


@pytest.mark.parametrize("is_known", [True, False])
def test_only_a_device_that_nobody_knows_is_news(work, is_known):
    device = auth.sessions.open_(work, SOMEBODY).device
    visitor = Visitor(address="203.0.113.9", device=device if is_known else "")
    id_ = auth.sessions.open_(work, visitor).session.partition(".")[0]
    assert told(work) == ([] if is_known else [DeviceEntered(id_)])


async def test_a_program_is_news_once(program, owner, house, home):
    sent = await consent(owner, program.asking())
    client = await house.read(home, SYSTEM, auth.clients.find, program.known["client_id"])
    code = answered(sent.headers["location"])["code"]

    def published(work):
        auth.exchanging.with_code(work, client, code)
        return [event for event in work.published if isinstance(event, ClientConnected)]

    assert await house.write(home, SYSTEM, published) == [ClientConnected(client.id)]
    known = await house.read(home, SYSTEM, auth.clients.find, client.id)
    assert known.last_refreshed_at
