"""The worker that sends mails for apps, by a real mail server (cozy-stack docs/workers.md)."""

import asyncio
import base64
from types import SimpleNamespace

import pytest
import structlog

from cozy.kernel.caller import SYSTEM
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import BadMail
from cozy.rooms.jobs.jobs.sendmail import send_mail
from cozy.rooms.jobs.model import JOBS, Options, Task
from cozy.rooms.jobs.service.running import Asked
from tests.auth.conftest import mailbox
from tests.jobs.conftest import at_work, every, until

__all__ = ["mailbox"]
PLAIN, HTML = (
    {"type": "text/plain", "body": "Hey!"},
    {"type": "text/html", "body": "<h1>Hey!</h1>\n<p>You &amp; me</p>"},
)


@pytest.fixture
def postgres():
    """Mails are the same on every engine."""
    return ""


@pytest.fixture
def settings(tmp_path, mailbox):
    return Settings(
        data=str(tmp_path / "data"), smtp_url=f"smtp://127.0.0.1:{mailbox.port}", mail_from="Home <home@example.net>",
        support_address="help@example.net",
    )  # fmt: skip


@pytest.fixture
async def send(house, home, mailbox):
    async def send(**message):
        await send_mail(
            house, home, Task("job-1", "sendmail", {"subject": "Hey", "parts": [PLAIN], **message})
        )
        return mailbox.messages

    return send


async def test_a_notice_goes_to_the_owner_in_both_forms(send):
    [mail] = await send(mode="noreply", parts=[HTML, PLAIN], to=[{"email": "eve@example.org"}])
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "Alice <alice@example.org>",
        "Home <home@example.net>",
        "Hey",
    )
    assert mail.get_body(("plain",)).get_content().split() == ["Hey!"]
    assert "<h1>Hey!</h1>" in mail.get_body(("html",)).get_content()
    assert mail["Message-ID"] == "<job-1@example.net>"


async def test_a_mail_of_html_alone_gets_a_plain_text(send):
    [mail] = await send(mode="campaign", parts=[HTML])
    assert mail.get_body(("plain",)).get_content().splitlines() == ["Hey!", "You & me"]


async def test_a_mail_in_the_owners_name_says_where_to_answer(send):
    to = [{"name": "Bob, the builder", "email": "bob@example.org"}, {"email": "eve@example.org"}]
    files = [{"filename": "à lire.txt", "content": base64.b64encode(b"attached").decode()}]
    [mail] = await send(mode="from", to=to, attachments=files)
    assert mail["To"] == '"Bob, the builder" <bob@example.org>, eve@example.org'
    assert (mail["From"], mail["Reply-To"]) == ("Alice <home@example.net>", "Alice <alice@example.org>")
    [file] = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("à lire.txt", "attached")


async def test_an_address_that_waits_to_be_confirmed_gets_its_mail(house, home, send):
    with pytest.raises(BadMail):
        await send(mode="pending")
    await house.write(home, SYSTEM, homes.expect_email, "new@example.org")
    [mail] = await send(mode="pending")
    assert mail["To"] == "Alice <new@example.org>"


async def test_the_support_is_asked_and_the_owner_has_a_copy(send):
    asked, copy = await send(mode="support")
    assert (asked["To"], asked["Reply-To"]) == ("help@example.net", "Alice <alice@example.org>")
    assert "alice.localhost" in asked.get_body(("plain",)).get_content()
    assert (copy["To"], copy["Reply-To"]) == ("Alice <alice@example.org>", "help@example.net")
    assert asked["Message-ID"] != copy["Message-ID"]


@pytest.mark.parametrize(
    "message",
    [{"mode": "whisper"}, {"mode": "noreply", "subject": ""}, {"mode": "noreply", "parts": []}, {"mode": "from"},
     {"mode": "from", "to": [{"email": "nobody"}]}, {"mode": "from", "to": [{"email": "a@b.org>, <eve@example.org"}]},
     {"mode": "from", "to": [{"email": "a@example.org"}] * 101}, {"mode": "noreply", "parts": [{"type": "image/png", "body": ""}]},
     {"mode": "noreply", "attachments": [{"filename": "a", "content": "é"}]}],
)  # fmt: skip
async def test_what_is_no_mail_is_not_sent(send, mailbox, message):
    with pytest.raises(BadMail):
        await send(**message)
    assert mailbox.messages == []


async def test_no_line_of_a_mail_makes_another(send):
    [mail] = await send(
        mode="from",
        subject="Hey\r\nBcc: eve@example.org",
        to=[{"name": "B\r\nCc: x", "email": "bob@example.org"}],
    )
    assert mail["Subject"] == "Hey Bcc: eve@example.org"
    assert mail["Bcc"] is None
    assert mail["Cc"] is None


class TestWithoutAServer:
    @pytest.fixture
    def settings(self, tmp_path):
        return Settings(data=str(tmp_path / "data"))

    async def test_nothing_is_said_to_be_sent(self, send):
        with pytest.raises(Unavailable):
            await send(mode="noreply")


def tried(work):
    """How the jobs stand, and how often each has failed."""
    return sorted((each["state"], each.get("try_count", 0)) for each in every(work, JOBS))


class TestAgainstAServerThatSaysNothing:
    @pytest.fixture
    async def mailbox(self):
        """Somewhere that takes connections, and never a mail."""
        silent, gone = SimpleNamespace(port=0, messages=[]), asyncio.Event()

        async def listen(reader, writer):
            await reader.read()
            writer.close()
            await writer.wait_closed()
            gone.set()

        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        silent.port = server.sockets[0].getsockname()[1]
        yield silent
        server.close()
        async with asyncio.timeout(30):
            await gone.wait()

    async def test_its_job_is_ended_and_says_why(self, house, home, mailbox):
        message = {"mode": "noreply", "subject": "Hey", "parts": [PLAIN]}
        asked = Asked(worker="sendmail", message=message, options=Options(timeout=1))
        with structlog.testing.capture_logs():
            async with at_work(house) as house:
                await house.write(home, SYSTEM, jobs.running.push, asked)
                await house.write(home, SYSTEM, jobs.running.push, Asked(worker="log"))
                await until(house, home, tried, [("done", 0), ("queued", 1)])
        job = next(
            each for each in await house.read(home, SYSTEM, every, JOBS) if each["worker"] == "sendmail"
        )
        assert (job["error"], job["try_count"]) == ("timeout: it took longer than 1 seconds", 1)
