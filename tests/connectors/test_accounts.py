"""Accounts of connectors, from the form to the bin: over HTTP, with the connector in its box."""

import asyncio
import re

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.accounts import service as accounts
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.connectors.model import EVERY, fields_of, is_by_form, rhythm
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from tests.connectors.conftest import last_job
from tests.jobs.conftest import every

ITEM = "<item><guid>{0}</guid><title>Article {0}</title><description>Text</description></item>"
FEED = "<rss version='2.0'><channel><title>News</title>{}</channel></rss>"
MAILBOX = {
    "field-server": "imap.example.org", "field-login": "alice", "field-password": "open sesame", "field-what": "all", "field-since": "year",
    "field-port": "993", "field-folders": "INBOX", "field-security": "tls", "folder": "/Mails", "every": "never",
}  # fmt: skip


class Reader(httpx2.AsyncClient):
    """The owner's browser, without scripts."""

    async def submit(self, url, **fields):
        """Send a form; its token is on every page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', (await self.get("/my/connectors")).text)
        assert token
        return await self.post(url, data={"csrf_token": token[1], **fields})


@pytest.fixture
async def reader(house, home):
    """The owner, who is in."""
    opened = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    transport = httpx2.ASGITransport(serving(house))
    async with Reader(
        transport=transport, base_url=home.origin, cookies={"cozy-session": opened.session}
    ) as reader:
        yield reader


async def until(house, home, found):
    """What `found` gives, once it gives something: a reaction of the home is on its way."""
    for _ in range(1_000):
        if held := await house.read(home, SYSTEM, found):
            return held
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


async def test_an_account_brings_what_is_there_and_is_removed_with_it(reader, house, home, clock, site):
    url = site.give("/rss", FEED.format(ITEM.format(1) + ITEM.format(2)).encode())
    assert "Feed of a site" in (await reader.get("/my/connectors")).text
    assert "Address of the feed" in (await reader.get("/my/connectors/feeds/add")).text

    added = await reader.submit(
        "/my/connectors/feeds/add", **{"field-url": url, "folder": "/News", "every": "daily"}
    )
    assert added.status_code == 303, added.text
    here = added.headers["location"]
    assert (await last_job(house, home))["state"] == "done"
    assert "2 new files" in (await reader.get(here)).text

    clock.advance(minutes=1)
    assert (await reader.submit(f"{here}/test")).status_code == 303
    assert (await last_job(house, home))["message"]["dry_run"]
    assert "The log-in works. There is nothing new." in (await reader.get(here)).text

    assert "Every file that it brought" in (await reader.get(f"{here}/remove")).text
    removed = await reader.submit(f"{here}/remove", what="all")
    assert removed.headers["location"] == "/my/connectors"
    assert (await reader.get(here)).status_code == 404

    def binned(work):
        query = Query(selector={"trashed": True, "type": "file"})
        return len(documents.find(work, "io.cozy.files", query).documents) == 2

    assert await until(house, home, binned)
    assert await house.read(home, SYSTEM, accounts.triggers) == []


async def test_who_sees_what_names_a_connector_in_the_owners_language(reader, house, home, site):
    def in_french(work):
        homes.change_profile(work, replace(homes.profile(work), locale="fr"))

    await house.write(home, SYSTEM, in_french)
    url = site.give("/rss", FEED.format("").encode())
    await reader.submit("/my/connectors/feeds/add", **{"field-url": url, "folder": "/News", "every": "never"})
    grant = await house.read(home, SYSTEM, permissions.of_source, "konnector", "feeds")
    assert (grant.title, grant.purpose.split()[0]) == ("Flux d’un site", "Garde")


async def test_a_failure_is_told_once_in_words_that_say_what_to_do(reader, house, home, clock, site):
    url = site.give("/rss", b"BEGIN:VCALENDAR")
    added = await reader.submit(
        "/my/connectors/feeds/add", **{"field-url": url, "folder": "/News", "every": "never"}
    )
    here, told = added.headers["location"], []
    for _ in range(2):
        assert (await last_job(house, home))["state"] == "errored"
        assert "follow it in the calendar" in (await reader.get(here)).text
        told.append(await until(house, home, lambda work: every(work, "io.cozy.notifications")))
        clock.advance(minutes=1)
        await reader.submit(f"{here}/run")
    assert [len(each) for each in told] == [1, 1]
    assert told[0][0]["link"] == here


async def test_what_is_typed_wrong_is_said_beside_its_field(reader):
    for change, said in (
        ({"field-server": ""}, "This is needed."),
        ({"field-what": "nothing"}, "Choose one of what is offered."),
        ({"field-port": "many"}, "This is to be a number."),
        ({"folder": "Mails"}, "Such a folder cannot be made"),
        ({"every": "always"}, "Choose one of what is offered."),
    ):
        answer = await reader.submit("/my/connectors/mailbox/add", **{**MAILBOX, **change})
        assert (answer.status_code, said in answer.text) == (422, True), change
        assert "open sesame" not in answer.text
    assert (await reader.submit("/my/connectors/nowhere/add")).status_code == 404
    assert (await reader.get("/my/accounts/nowhere")).status_code == 404


async def test_a_password_stays_when_none_is_typed_and_goes_to_no_other_server(reader, house, home):
    here = (await reader.submit("/my/connectors/mailbox/add", **MAILBOX)).headers["location"]
    id_ = here.rpartition("/")[2]
    await last_job(house, home)
    kept = {**MAILBOX, "field-password": "", "field-what": "bills", "folder": "/Elsewhere", "every": "weekly"}
    assert (await reader.submit(f"{here}/edit", **kept)).status_code == 303

    def password(work):
        account = accounts.fetch(work, id_)
        return accounts.secrets.opened(work, account.body)["auth"], account.body["folderPath"]

    auth_, folder = await house.read(home, SYSTEM, password)
    assert (auth_["password"], auth_["what"], folder) == ("open sesame", "bills", "/Elsewhere")
    assert "Once a week" in (await reader.get(here)).text

    moved = await reader.submit(f"{here}/edit", **{**kept, "field-server": "evil.example"})
    assert (moved.status_code, "Type the password again" in moved.text) == (422, True)
    typed = await reader.submit(
        f"{here}/edit", **{**kept, "field-server": "new.example", "field-password": "another"}
    )
    assert typed.status_code == 303
    assert (await house.read(home, SYSTEM, password))[0]["password"] == "another"


@pytest.mark.parametrize("often", EVERY)
def test_how_often_is_read_back_from_the_line_that_says_so(often):
    line = rhythm.cron(often, "an account")
    assert rhythm.every("@cron" if line else "@webhook", line) == often


def test_fields_of_the_ecosystem_are_read_and_what_is_no_field_is_passed_over():
    manifest = {
        "fields": {
            "login": {"type": "text", "isRequired": False}, "password": {"type": "password"}, "junk": 1,
            "bank": {"type": "dropdown", "options": [{"name": "One", "value": "1"}, "two"]},
            "advancedFields": {"folderPath": {"advanced": True}, "since": {"type": "date", "default": 3}},
        },
        "locales": {"fr": {"fields": {"login": {"label": "Identifiant"}, "bank": {"options": {"1": "Un"}}}}},
    }  # fmt: skip
    fields = fields_of(manifest, "fr")
    assert [(field.name, field.kind, field.is_required) for field in fields] == [
        ("login", "text", False), ("password", "password", True), ("bank", "choice", True), ("since", "date", True),
    ]  # fmt: skip
    assert fields[0].label == "Identifiant"
    assert fields[2].options == (("1", "Un"), ("two", "two"))
    assert fields_of({"fields": ["junk"], "locales": 1}, "fr") == []
    assert not is_by_form({"fields": {"account": {"doctype": "io.cozy.accounts"}}})
