"""What the owner is told by mail, by a real mail server."""

import anyio
import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.events import ClientConnected, DeviceEntered
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.model.clients import Introduction
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Profile
from cozy.rooms.notifications import jobs, service
from cozy.rooms.notifications.events import DigestDue, MailDue
from cozy.rooms.notifications.model import Preferences, Rule
from cozy.rooms.notifications.service import preferences
from tests.auth.conftest import REDIRECT
from tests.jobs.conftest import at_work

from .conftest import failed, tell

CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
SOMEBODY = Visitor(address="198.51.100.7", user_agent=CHROME)
RECIPES = Introduction(redirect_uris=(REDIRECT,), client_name="Recipes", software_id="recipes")
ZOE = Profile(public_name="Zoé", email="zoe@example.org", locale="fr", tz="Europe/Paris")


@pytest.fixture
def postgres():
    """Mails are the same on every engine."""
    return ""


@pytest.fixture
def settings(tmp_path, mailbox):
    return Settings(
        data=str(tmp_path / "data"), smtp_url=f"smtp://127.0.0.1:{mailbox.port}", mail_from="home@example.net"
    )


@pytest.fixture
async def home(house, home):
    await house.write(home, SYSTEM, homes.change_profile, ZOE)
    return home


async def arrived(mailbox, number=1):
    with anyio.fail_after(30):
        while len(mailbox.messages) < number:
            mailbox.arrived = anyio.Event()
            await mailbox.arrived.wait()
    mail = mailbox.messages[-1]
    return mail["Subject"], mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()


async def test_a_device_that_was_not_here_before_is_told_of(house, home, mailbox):
    async with at_work(house) as house:
        await house.write(home, SYSTEM, auth.sessions.open_, SOMEBODY)  # the first one is no news
        await house.write(home, SYSTEM, auth.sessions.open_, SOMEBODY)
        subject, text, html = await arrived(mailbox)
    assert subject == "Un nouvel appareil a ouvert alice.localhost"
    [told] = await house.read(home, SYSTEM, service.listed)
    for body in (text, html):
        assert "Chrome, Android" in body
        assert "198.51.100.7" in body
        assert f"http://alice.localhost:8080/my/notifications/{told.id}" in body
    assert await house.read(home, SYSTEM, service.link_of, told) == "/my/settings/devices"


async def test_a_program_that_was_let_in_is_told_of(house, home, mailbox):
    async with at_work(house) as house:
        client = await house.write(home, SYSTEM, auth.clients.register, SOMEBODY, RECIPES)
        await house.write(home, SYSTEM, lambda work: work.publish(ClientConnected(client.id)))
        _, text, html = await arrived(mailbox)
    assert "Recipes" in text
    assert "Recipes" in html


async def test_who_is_gone_by_now_is_not_told_of(house, home):
    for job, event in (
        (jobs.tell_new_device, DeviceEntered("gone")),
        (jobs.tell_new_client, ClientConnected("gone")),
    ):
        await house.write(home, SYSTEM, job.run, event)
    assert await house.read(home, SYSTEM, service.listed) == []


async def test_what_names_say_is_never_markup(house, home, mailbox):
    notice = failed()
    notice = notice.__class__(kind=notice.kind, values={"name": "<b>x</b>\r\nBcc: eve@example.org"})
    told = await house.write(home, SYSTEM, tell, notice)
    await jobs.mail.run(house, home, MailDue(told.id))
    [mail] = mailbox.messages
    assert mail["Bcc"] is None
    assert "<b>x" not in mail.get_body(("html",)).get_content()


async def test_a_mail_can_be_known_again_and_what_was_read_needs_none(house, home, mailbox):
    told = await house.write(home, SYSTEM, tell, failed())
    for _ in range(2):
        await jobs.mail.run(house, home, MailDue(told.id))
    assert {mail["Message-ID"] for mail in mailbox.messages} == {f"<notification-{told.id}@example.net>"}
    await house.write(home, SYSTEM, service.read, told.id)
    await jobs.mail.run(house, home, MailDue(told.id))
    assert len(mailbox.messages) == 2


async def test_an_app_writes_its_mail_itself(house, home, mailbox):
    from cozy.rooms.notifications.model import Notification
    from cozy.rooms.notifications.service import telling

    now = "2026-07-18T14:02:00.000000Z"
    draft = Notification(
        source_id="cozy/app/bank/news/", originator="app", slug="bank", category="news", created_at=now, last_sent=now,
        title="News", content_html="<h1>News</h1><p>You &amp; me</p>",
    )  # fmt: skip
    told = await house.write(home, SYSTEM, telling.keep, draft, None)
    await jobs.mail.run(house, home, MailDue(told.id))
    [mail] = mailbox.messages
    assert (mail["To"], mail["Subject"]) == ("zoe@example.org", "[bank] News")
    assert "<h1>News</h1>" in mail.get_body(("html",)).get_content()
    assert "You & me" in mail.get_body(("plain",)).get_content()


async def test_what_an_app_says_is_never_taken_for_what_the_home_says(house, home, mailbox):
    from cozy.rooms.notifications.model import Notification
    from cozy.rooms.notifications.service import telling

    now = "2026-07-18T14:02:00.000000Z"
    draft = Notification(
        source_id="cozy/app/bank/news/", originator="app", slug="bank", category="news", created_at=now, last_sent=now,
        title="Your passphrase ends today", message="Choose another one.",
    )  # fmt: skip
    told = await house.write(home, SYSTEM, telling.keep, draft, None)
    await house.write(home, SYSTEM, service.digest.gather, told)
    await jobs.mail.run(house, home, MailDue(told.id))
    await jobs.mail_digest.run(house, home, DigestDue())
    one, digest = mailbox.messages
    assert one["Subject"] == "[bank] Your passphrase ends today"
    for mail in (one, digest):
        for form in ("plain", "html"):
            assert "[bank] Your passphrase ends today" in mail.get_body((form,)).get_content()


async def test_the_daily_mail_comes_at_its_hour_with_what_is_not_read(house, home, mailbox, clock):
    chosen = Preferences({"connector_failed": Rule("daily", push=False)}, digest_at="18:00")
    await house.write(home, SYSTEM, preferences.choose, chosen)
    told = [await house.write(home, SYSTEM, tell, failed(str(number))) for number in range(3)]
    async with at_work(house) as house:
        await house.write(home, SYSTEM, tell, failed("last"))
        for _ in range(6_000):
            if len((await house.read(home, SYSTEM, service.digest.waiting))[0]) == 4:
                break
            await anyio.sleep(0.01)
        await house.write(home, SYSTEM, service.read, told[0].id)
        clock.advance(hours=2)
        subject, text, html = await arrived(mailbox)
    assert subject == "3 nouvelles de votre maison"
    for body in (text, html):
        assert told[0].id not in body
        assert all(each.id in body for each in told[1:])
    await jobs.mail_digest.run(house, home, DigestDue())
    assert len(mailbox.messages) == 1


class TestWithoutAServer:
    @pytest.fixture
    def settings(self, tmp_path):
        return Settings(data=str(tmp_path / "data"))

    async def test_nothing_waits_for_ever(self, house, home):
        chosen = Preferences({"connector_failed": Rule("daily")})
        await house.write(home, SYSTEM, preferences.choose, chosen)
        told = await house.write(home, SYSTEM, tell, failed())
        await jobs.mail.run(house, home, MailDue(told.id))
        await house.write(home, SYSTEM, service.digest.gather, told)
        await jobs.mail_digest.run(house, home, DigestDue())
        assert await house.read(home, SYSTEM, service.digest.waiting) == ([], [])
