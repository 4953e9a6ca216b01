"""The journal, over HTTP: the ledger in words, by holder and day, taken away and deleted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.ledger import Sum
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from cozy.rooms.permissions.model.ledger import Entry

TODAY, BEFORE = datetime(2026, 7, 18, 12, 30, tzinfo=UTC), datetime(2026, 7, 15, 9, 5, tzinfo=UTC)
USES = [
    Sum("app", "recipes", "io.cozy.files", "GET", TODAY, 2, 1200),
    Sum("app", "recipes", "io.cozy.contacts", "PATCH", TODAY, 1, 1),
    Sum("app", "recipes", "io.cozy.settings", "GET", TODAY, 3, 0),
    Sum("client", "0123", "com.example.steps", "POST", BEFORE, 4, 2),
    Sum("cli", "command line", "*", "DELETE", BEFORE, 1, 7),
]


@pytest.fixture
async def used(house, home, granted):
    """What an app, a device and the command line did."""
    await granted(
        "app", "recipes", {"f": Rule("io.cozy.files"), "c": Rule("io.cozy.contacts")}, title="Recipes"
    )
    await house.write(home, SYSTEM, permissions.ledger.record, USES)


@pytest.fixture
def lines(look):
    """The ledger itself."""

    async def lines() -> list[Entry]:
        return await look(permissions.ledger.entries)

    return lines


async def test_what_was_done_is_told_in_sentences_by_day(reader, used):
    page = (await reader.get("/my/access/journal")).text
    today, before = page.split("Wednesday 15 July")
    assert "Recipes read 1,200 files" in today
    assert "Recipes changed 1 contact" in today
    assert "Recipes looked at your settings" in today
    assert ">12:30</time>" in today
    assert "A device added 2 documents kept as “com.example.steps”" in before
    assert "The command line deleted 7 documents" in before


async def test_a_request_is_in_the_journal_at_once(reader, client):
    await client.get("/data/io.cozy.contacts/_all_docs")
    page = (await reader.get("/my/access/journal")).text
    assert "The command line" in page
    assert "contact" in page


async def test_what_the_owner_does_is_not_in_it(reader):
    await reader.get("/my/drive")
    assert "Nothing was read or changed" in (await reader.get("/my/access/journal")).text


@pytest.mark.parametrize(
    ("query", "told", "untold"),
    [
        ("who=app:recipes", "Recipes read 1,200 files", "A device added"),
        ("who=client:0123", "A device added", "Recipes read"),
        ("day=2026-07-15", "A device added", "Recipes read"),
        ("who=client:0123&day=2026-07-18", "Nothing was read or changed", "A device added"),
        ("who=owner:x&day=yesterday&skip=-1", "Recipes read 1,200 files", "Nothing was read"),
    ],
)
async def test_lines_are_picked_by_holder_and_day(reader, used, query, told, untold):
    page = (await reader.get(f"/my/access/journal?{query}")).text
    assert told in page
    assert untold not in page


async def test_a_long_journal_is_read_a_page_at_a_time(reader, house, home):
    uses = [Sum("app", f"app{n:03}", "io.cozy.files", "GET", TODAY, 1, 1) for n in range(205)]
    await house.write(home, SYSTEM, permissions.ledger.record, uses)
    page = (await reader.get("/my/access/journal")).text
    assert page.count("</time>") == 200
    assert 'href="/my/access/journal?skip=200"' in page
    assert (await reader.get("/my/access/journal?skip=200")).text.count("</time>") == 5


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_what_is_shown_can_be_taken_away(reader, used, form):
    page = (await reader.get("/my/access/journal?who=client:0123")).text
    url = f"/permissions/ledger/export?as={form}&amp;kind=client&amp;name=0123"
    assert f'href="{url}"' in page
    file = await reader.get(url.replace("&amp;", "&"))
    assert file.headers["content-disposition"].startswith("attachment")
    assert "com.example.steps" in file.text
    assert "recipes" not in file.text


async def test_what_is_shown_is_deleted_once_the_owner_is_sure(reader, used, lines):
    question = (await reader.get("/my/access/journal/delete?who=app:recipes&day=2026-07-18")).text
    assert "Delete these lines of the journal?" in question
    assert "Recipes" in question
    assert len(await lines()) == 5
    answer = await reader.submit("/my/access/journal/delete", who="app:recipes", day="2026-07-18")
    assert "3 lines deleted." in await reader.landed(answer)
    assert {entry.name for entry in await lines()} == {"0123", "command line"}


async def test_all_of_it_is_deleted(reader, used, lines):
    assert "Delete the journal?" in (await reader.get("/my/access/journal/delete")).text
    await reader.submit("/my/access/journal/delete", who="", day="")
    assert await lines() == []


async def test_the_last_access_stands_beside_each_grant(reader, used, granted, look):
    await granted("app", "dice", {"f": Rule("io.cozy.files")}, title="Dice")
    page = (await reader.get("/my/access")).text
    assert 'datetime="2026-07-18T12:30:00+00:00"' in page
    assert "Never used" in page
    given = await look(permissions.of_source, "app", "recipes")
    page = (await reader.get(f"/my/access/grants/{given.id}")).text
    assert "Recipes read 1,200 files" in page
    assert 'href="/my/access/journal?who=app%3Arecipes"' in page


async def test_a_holder_that_is_gone_keeps_the_name_that_it_had(reader, used, house, home, look):
    await house.write(home, SYSTEM, permissions.withdraw, await look(permissions.of_source, "app", "recipes"))
    assert "Recipes read 1,200 files" in (await reader.get("/my/access/journal")).text
