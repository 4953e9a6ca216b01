"""What homes cost: counted in memory, written by day, told by day and month."""

import csv
import io

import httpx2
import pytest

from cozy.app.server import application, serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.meter import Spent
from cozy.rooms.files import service as files
from cozy.rooms.hosting.service import usage
from tests.conftest import DOMAIN

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
async def nothing_left(house):
    yield
    for table in ("usage_days", "failures"):
        await house.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))


@pytest.fixture
async def days(hoster):
    async def days(**asked):
        answer = await hoster.get(f"/instances/{DOMAIN}/usage", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return days


async def test_requests_and_bytes_are_counted_and_written_down_by_day(house, home, acting, days, clock):
    client = await acting("cli", "", "*")
    made = await client.upload("letter.txt", b"x" * 5000)
    got = await client.get(f"/files/download/{made['id']}")
    assert len(got.content) == 5000
    assert await days() == []
    await usage.flush(house)
    (today,) = await days()
    assert today["day"] == "2026-07-18"
    assert today["stored"] == await house.read(home, SYSTEM, files.usage) == 5000
    assert (today["requests"], today["received"]) == (2, 5000)
    assert 5000 < today["sent"] < 8000
    clock.advance(days=1)
    await client.get(f"/files/{made['id']}")
    await usage.flush(house)
    await usage.flush(house)
    assert [(each["day"], each["requests"]) for each in await days()] == [
        ("2026-07-18", 2),
        ("2026-07-19", 1),
    ]
    assert [each["day"] for each in await days(**{"from": "2026-07-19"})] == ["2026-07-19"]


async def test_what_is_refused_and_what_is_asked_of_no_home_counts_too_or_not_at_all(house, home, anonymous):
    await anonymous.get("/files/io.cozy.files.root-dir")
    transport = httpx2.ASGITransport(serving(house))
    async with httpx2.AsyncClient(transport=transport, base_url="http://nobody.localhost:8080") as client:
        await client.get("/my")
    spent, _ = house.meter.take()
    assert [(each.domain, known.requests) for each, known in spent] == [(DOMAIN, 1)]


async def test_what_cannot_be_written_down_is_held_on_to(house, home, days, monkeypatch):
    house.meter.note(home, Spent(3, 30, 300))
    house.meter.fail("files.tidy")

    def broken(*_):
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(usage.store.usage, "add", broken)
        await usage.flush(house)
    assert await days() == []
    house.meter.note(home, Spent(1, 10, 100))
    await usage.flush(house)
    (today,) = await days()
    assert (today["requests"], today["received"], today["sent"]) == (4, 40, 400)


async def test_a_statement_has_every_home_of_the_month_and_rounds_when_the_owner_was_there(
    house, home, hoster, clock
):
    await hoster.post("/instances", params={"Domain": "bob.localhost"})
    for _ in range(8):  # days
        house.meter.note(home, Spent(10, 100, 1000, True))
        await usage.flush(house)
        clock.advance(days=1)
    (alice, bob) = (await hoster.get("/statements/2026-07")).json()
    assert (alice["domain"], alice["requests"], alice["received"], alice["sent"]) == (DOMAIN, 80, 800, 8000)
    assert alice["active_weeks"] == 2
    assert (bob["domain"], bob["requests"], bob["active_weeks"]) == ("bob.localhost", 0, 0)
    one = (await hoster.get(f"/instances/{DOMAIN}/statements/2026-07")).json()
    assert one == [alice]
    assert (await hoster.get("/statements/2026-06")).json() == []
    assert (await hoster.delete("/instances/bob.localhost")).status_code == 204


async def test_a_home_that_rests_costs_what_it_holds_and_one_that_is_gone_what_it_cost(
    house, home, hoster, acting, clock
):
    client = await acting("cli", "", "*")
    await client.upload("letter.txt", b"x" * 5000)
    await usage.flush(house)
    clock.advance(days=31)
    (august,) = (await hoster.get("/statements/2026-08")).json()
    assert (august["stored"], august["requests"]) == (5000, 0)
    await hoster.delete(f"/instances/{DOMAIN}")
    (july,) = (await hoster.get("/statements/2026-07")).json()
    assert (july["domain"], july["stored"], july["requests"]) == (DOMAIN, 5000, 1)
    assert (await hoster.get("/statements/2026-08")).json() == [august]  # the month in which it went
    clock.advance(days=31)
    assert (await hoster.get("/statements/2026-09")).json() == []


async def test_a_statement_is_a_table_too(house, home, hoster):
    house.meter.note(home, Spent(10, 100, 1000))
    await usage.flush(house)
    answer = await hoster.get("/statements/2026-07.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="statement-2026-07.csv"'
    (line,) = csv.DictReader(io.StringIO(answer.text))
    assert (line["domain"], line["requests"], line["sent"]) == (DOMAIN, "10", "1000")


@pytest.mark.parametrize(
    ("url", "parameter"),
    [
        ("/statements/2026-13", "month"),
        ("/statements/now", "month"),
        (f"/instances/{DOMAIN}/usage?from=yesterday", "from"),
        (f"/instances/{DOMAIN}/usage?to=2026-02-30", "to"),
    ],
)
async def test_what_is_no_day_and_no_month_is_said(hoster, home, url, parameter):
    answer = await hoster.get(url)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["source"] == {"parameter": parameter}


async def test_failures_are_counted_by_kind_for_a_week(house, home, hoster, clock):
    for job in ("files.tidy", "search.read", "search.read"):
        house.meter.fail(job)
    await usage.flush(house)
    clock.advance(days=3)
    house.meter.fail("search.read")
    await usage.flush(house)
    assert (await hoster.get("/failures")).json() == [
        {"job": "search.read", "tries": 3, "last_day": "2026-07-21"},
        {"job": "files.tidy", "tries": 1, "last_day": "2026-07-18"},
    ]
    clock.advance(days=5)
    assert [each["tries"] for each in (await hoster.get("/failures")).json()] == [1]


async def test_the_pages_tell_the_same(house, home, hoster):
    house.meter.note(home, Spent(1234, 100, 1000))
    house.meter.fail("files.tidy")
    await usage.flush(house)
    costs = (await hoster.get("/my/costs")).text
    assert "1234 requests" in costs
    assert "/statements/2026-07.csv" in costs
    assert '<option value="2026-06">' in costs
    assert "files.tidy" in (await hoster.get("/my/jobs")).text


async def test_a_server_writes_down_what_its_meter_holds_when_it_ends(settings, home, house):
    async with application(settings) as (running, _):
        running.meter.note(home, Spent(7))
        running.meter.fail("files.tidy")
    (today,) = await house.read_host(usage.of_days, home.id, "2020-01-01", "2099-01-01")
    assert today.requests >= 7
    assert [each.job for each in await house.read_host(usage.failures, 36500)] == ["files.tidy"]
