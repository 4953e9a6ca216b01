"""The ledger tells who read or wrote how much of what, and is the owner's."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from cozy.app import ledger as pencil
from cozy.kernel.caller import NOBODY, SYSTEM, Caller, Verb
from cozy.kernel.home import Home
from cozy.kernel.ledger import OTHERS, SUMS, Ledger, Use
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model.ledger import Entry, Holder, Picked
from tests.conftest import OWNER
from tests.permissions.conftest import linked

NOTES = "io.cozy.notes"
NOW = datetime(2026, 7, 18, 14, 2, tzinfo=UTC)
APP = Caller("app", name="notes")
HOME = Home("home-1", "alice.localhost", "http://alice.localhost:8080")


@pytest.fixture
def written(house, home):
    """`await written()`: (name, doctype, verb, requests, documents) of every line."""

    async def written(*members):
        await permissions.ledger.flush(house)
        found = await house.read(home, SYSTEM, permissions.ledger.entries)
        members = members or ("name", "doctype", "verb", "requests", "documents")
        return sorted(tuple(getattr(entry, member) for member in members) for entry in found)

    return written


async def test_each_use_is_counted(holder, written):
    app = await holder(f"{NOTES} io.cozy.files", "app", "notes", title="Notes")
    made = [(await app.post(f"/data/{NOTES}", json={"n": n})).json() for n in range(3)]
    await app.get(f"/data/{NOTES}/{made[0]['id']}")
    await app.delete(f"/data/{NOTES}/{made[0]['id']}", params={"rev": made[0]["rev"]})
    await app.post(f"/data/{NOTES}/_find", json={"selector": {}})
    await app.get(f"/data/{NOTES}/_all_docs")
    await app.get(f"/data/{NOTES}/_changes")
    assert await written() == [
        ("notes", NOTES, "DELETE", 1, 1), ("notes", NOTES, "GET", 4, 8), ("notes", NOTES, "POST", 3, 3),
    ]  # fmt: skip
    assert (
        await written("title", "kind", "day", "last_at")
        == [("Notes", "app", "2026-07-18", "2026-07-18T14:02:00.000000Z")] * 3
    )


async def test_files_count_as_they_are_looked_at(client, holder, written):
    folder = await client.mkdir("photos")
    ids = [(await client.upload(f"{n}.txt", b"x", folder["id"]))["id"] for n in range(3)]
    await written()
    app = await holder("io.cozy.files", "app", "drive")
    await app.get(f"/files/{folder['id']}")  # the folder and three files
    await app.get(f"/files/download/{ids[0]}")
    await app.post("/files/archive", json={"data": {"attributes": {"ids": [folder["id"]]}}})
    await app.upload("new.txt")
    patches = [{"id": id_, "attributes": {"name": f"y{id_}"}} for id_ in ids[:2]]
    await app.patch("/files/", json={"data": patches})
    await app.post("/data/albums/a/relationships/references", json={"data": [{"type": "io.cozy.files", "id": ids[0]}]})  # fmt: skip
    lines = {
        (verb, requests, documents)
        for name, _, verb, requests, documents in await written()
        if name == "drive"
    }
    assert lines == {("GET", 3, 9), ("POST", 1, 1), ("PATCH", 2, 3)}


async def test_what_is_refused_or_not_there_is_no_use(holder, written):
    app = await holder(f"{NOTES}:GET", "app", "notes")
    for answer in (
        await app.post(f"/data/{NOTES}", json={}),
        await app.get(f"/data/{NOTES}/nothing"),
        await app.get("/data/io.cozy.events/_all_docs"),
        await app.get(f"/data/{NOTES}/_changes", params={"feed": "continuous"}),
    ):
        assert answer.status_code >= 400
    assert await written() == []


async def test_the_owner_and_nobody_are_not_in_it(house, home, anonymous, reader, written):
    await anonymous.get("/data")
    assert (await reader.get("/my/access")).status_code == 200
    assert (await reader.get("/data/io.cozy.notes/_all_docs", headers={"sec-fetch-site": "same-origin"})).status_code == 200  # fmt: skip
    assert await written() == []


async def test_every_kind_of_holder_is_in_it(client, holder, as_, written):
    for type_, name in (("app", "notes"), ("konnector", "bank"), ("oauth", "phone")):
        await (await holder(NOTES, type_, name)).get(f"/data/{NOTES}/_all_docs")
    made = await linked(client, {"notes": {"type": NOTES, "verbs": ["GET"]}}, codes="bob")
    await as_(made["attributes"]["shortcodes"]["bob"]).get(f"/data/{NOTES}/_all_docs")
    lines = await written("kind", "name", "doctype", "verb")
    assert lines == [
        ("app", "notes", NOTES, "GET"),
        ("cli", "command line", "io.cozy.permissions", "POST"),
        ("client", "phone", NOTES, "GET"),
        ("konnector", "bank", NOTES, "GET"),
        ("share", made["id"], NOTES, "GET"),
    ]


async def test_a_day_is_a_line_of_its_own(holder, written, clock):
    app = await holder(NOTES, "app", "notes")
    for hours in (9, 1, 1):
        await app.get(f"/data/{NOTES}/_all_docs")
        await written()
        clock.advance(hours=hours)
    assert await written("day", "requests", "last_at") == [
        ("2026-07-18", 2, "2026-07-18T23:02:00.000000Z"),
        ("2026-07-19", 1, "2026-07-19T00:02:00.000000Z"),
    ]


def entry(day="2026-07-18", name="notes", doctype=NOTES, verb: Verb = "GET", at="14:02"):
    return Entry(day, "app", name, doctype, verb, 2, 5, f"{day}T{at}:00.000000Z", "=Notes()")


@pytest.fixture
async def lines(house, home):
    """Four lines."""
    given = [
        entry(),
        entry(verb="POST", at="15:00"),
        entry("2026-07-17"),
        entry(name="drive", doctype="io.cozy.files"),
    ]
    await house.write(
        home, SYSTEM, lambda work: [permissions.ledger.store.ledger.add(work, one) for one in given]
    )
    return given


async def test_the_owner_reads_it_page_by_page(reader, lines):
    url, seen = "/permissions/ledger?page[limit]=3", []
    while url:
        page = (await reader.get(url)).json()
        assert len(page["data"]) <= 3
        seen += [line["attributes"] for line in page["data"]]
        url = page.get("links", {}).get("next")
    assert [(line["day"], line["name"], line["verb"]) for line in seen] == [
        ("2026-07-18", "notes", "POST"),
        ("2026-07-18", "drive", "GET"),
        ("2026-07-18", "notes", "GET"),
        ("2026-07-17", "notes", "GET"),
    ]
    assert seen[0]["requests"] == 2
    assert seen[0]["documents"] == 5


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=app&name=drive", 1), ("kind=app", 4), ("kind=client", 0), (f"doctype={NOTES}", 3),
        ("since=2026-07-18", 3), ("until=2026-07-17", 1), ("since=2026-07-17&until=2026-07-17&kind=app&name=notes", 1),
    ],
)  # fmt: skip
async def test_by_holder_doctype_and_days(reader, lines, query, count):
    assert len((await reader.get(f"/permissions/ledger?{query}")).json()["data"]) == count
    assert len((await reader.get(f"/permissions/ledger/export?{query}")).json()["ledger"]) == count


@pytest.mark.parametrize(
    "query", ["kind=owner", "kind=x", "name=drive", "since=yesterday", "until=2026-13-01"]
)
async def test_what_it_cannot_be_asked(reader, query):
    for path in ("/permissions/ledger", "/permissions/ledger/export"):
        assert (await reader.get(f"{path}?{query}")).status_code == 400
    assert (await reader.get("/permissions/ledger/export?as=pdf")).status_code == 400


async def test_the_owner_takes_it_away_as_a_table_that_runs_nothing(reader, lines):
    answer = await reader.get("/permissions/ledger/export?as=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="ledger-2026-07-18.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["day"] for row in rows] == ["2026-07-17", "2026-07-18", "2026-07-18", "2026-07-18"]
    assert rows[0]["documents"] == "5"
    assert {row["title"] for row in rows} == {"'=Notes()"}


@pytest.mark.parametrize(("query", "left"), [("", 0), ("?kind=app&name=notes", 1), ("?until=2026-07-17", 3)])
async def test_the_owner_deletes_it(house, home, reader, holder, lines, query, left):
    """With what was noted a moment ago and not written yet."""
    await (await holder(NOTES, "app", "notes")).get(f"/data/{NOTES}/_all_docs")
    token = (await reader.get("/my/access")).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = await reader.request("DELETE", f"/permissions/ledger{query}", headers={"x-csrf-token": token})
    assert answer.json() == {"meta": {"count": 4 - left}}
    assert len(await house.read(home, SYSTEM, permissions.ledger.entries)) == left


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", ["/permissions/ledger", "/permissions/ledger/export"])
async def test_it_is_nobody_elses(client, holder, anonymous, lines, method, path):
    if method == "DELETE" and path.endswith("export"):
        return
    for other in (client, anonymous, await holder("io.cozy.permissions", "app", "settings")):
        assert (await other.request(method, path)).status_code in {401, 403}


def test_each_holder_was_last_seen_at_some_moment(work):
    given = permissions.grant(work, "app", "notes", {})
    assert permissions.ledger.last_access(work, given) == ""
    for at in (NOW, NOW + timedelta(hours=2), NOW + timedelta(hours=1)):
        ledger = Ledger()
        ledger.note(HOME, APP, Use("GET", NOTES), at)
        permissions.ledger.record(work, ledger.take_of(HOME.id))
    assert permissions.ledger.last_access(work, given) == "2026-07-18T16:02:00.000000Z"
    assert permissions.ledger.last_accesses(work) == {Holder("app", "notes"): "2026-07-18T16:02:00.000000Z"}
    assert permissions.ledger.forget(work, Picked(holder=Holder("app", "notes"))) == 1
    assert permissions.ledger.last_accesses(work) == {}


def test_one_home_holds_a_bounded_number_of_sums():
    ledger = Ledger()
    for number in range(SUMS + 10):
        ledger.note(HOME, APP, Use("GET", f"io.cozy.kind{number}"), NOW)
    sums = ledger.take_of(HOME.id)
    assert len(sums) == SUMS + 1
    assert [one.requests for one in sums if one.doctype == OTHERS] == [10]
    assert ledger.take() == []


@pytest.mark.parametrize("caller", [OWNER, NOBODY, Caller("system")])
def test_what_is_nobodys_business_is_not_noted(caller):
    ledger = Ledger()
    ledger.note(HOME, caller, Use("GET", NOTES), NOW)
    assert ledger.take() == []


async def test_it_is_written_each_moment_and_at_the_end(house, home):
    async with pencil.writing(house, every_s=0.01):
        house.ledger.note(home, APP, Use("GET", NOTES), NOW)
        while not await house.read(home, SYSTEM, permissions.ledger.entries):  # noqa: ASYNC110  nobody signals it
            await asyncio.sleep(0.01)
        house.ledger.note(home, APP, Use("GET", NOTES), NOW)
    assert [one.requests for one in await house.read(home, SYSTEM, permissions.ledger.entries)] == [2]


async def test_a_home_that_cannot_be_written_holds_no_other_up(house, home):
    house.ledger.note(Home("lost", "lost.localhost", ""), APP, Use("GET", NOTES), NOW)
    house.ledger.note(home, APP, Use("GET", NOTES), NOW)
    await permissions.ledger.flush(house)
    assert len(await house.read(home, SYSTEM, permissions.ledger.entries)) == 1
    assert "lost" not in await house.storage.homes()
