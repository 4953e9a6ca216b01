"""A home moves between a host that keeps homes in SQLite and one that keeps them in PostgreSQL, and back."""

import itertools
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from cozy.app.house import home_of, opened
from cozy.app.server import serving
from cozy.kernel.carrying import HomeGone, NoHomeFile
from cozy.kernel.settings import Settings
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.moves import service as moves
from tests.conftest import OWNER
from tests.moves.two import NEW, OLD, Cut, Pair

pytestmark = pytest.mark.postgres
LARGE = os.urandom(200_000)


@pytest.fixture
async def pair(tmp_path, postgres_url):
    pair = Pair(tmp_path, {NEW: postgres_url})
    await pair.start()
    yield pair
    with suppress(Exception):
        await pair.new.storage.drop(pair.home_id)
    for table in ("homes", "moves", "departures", "arrivals"):
        await pair.new.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))
    await pair.close()


@pytest.fixture
async def home(pair):
    home = await pair.make()
    async with pair.client() as client:
        await client.upload("small.txt", b"hello")
        await client.upload("large.bin", LARGE)
    await pair.old.write(
        home,
        OWNER,
        documents.create,
        "io.cozy.tests",
        {"b": [1.0, 2.5, True, None], "a": "é\t\\ \U0001f600"},
        id_="odd",
    )
    return home


def _all(work):
    rows = work.db.all(
        "SELECT doctype, id, rev, seq FROM documents WHERE home_id = :home ORDER BY doctype, id",
        home=work.home,
    )
    return [tuple(row) for row in rows]


async def _holds_all(pair, domain):
    async with pair.client(domain) as client:
        for name, data in (("small.txt", b"hello"), ("large.bin", LARGE)):
            found = await client.get("/files/download", params={"Path": f"/{name}"})
            assert (found.status_code, found.content) == (200, data)
        odd = (await client.get("/data/io.cozy.tests/odd")).json()
        assert (odd["b"], odd["a"]) == ([1.0, 2.5, True, None], "é\t\\ \U0001f600")
        assert (await client.upload(f"at {domain}.txt", b"more"))["id"]


async def _back(pair):
    await moves.leaving.erase(pair.old, pair.home_id)
    code = await pair.old.write_host(moves.expecting.expect, OLD, None)
    there = home_of(pair.new.settings, await pair.new.read_host(homes.at, NEW))
    await moves.leaving.begin(pair.new, there, f"http://{OLD}:8080#{code}")
    return there


async def test_a_home_moves_into_the_tables_of_a_hoster_and_back_into_a_file(pair, home):
    before = await pair.old.read(home, OWNER, _all)
    await pair.begin(home)
    assert (await pair.carry_on()).state == "arrived"
    there = await pair.new.read(home, OWNER, _all)
    assert [row for row in there if row in before] == before
    assert await pair.lives_at() == [NEW]
    await _holds_all(pair, NEW)
    moved = await _back(pair)
    before = await pair.new.read(moved, OWNER, _all)
    assert (await moves.leaving.carry_on(pair.new, home.id)).state == "arrived"
    there = await pair.old.read(home, OWNER, _all)
    assert [row for row in there if row in before] == before
    assert await pair.lives_at() == [OLD]
    await _holds_all(pair, OLD)
    with pytest.raises(HomeGone):
        await pair.new.write(moved, OWNER, documents.create, "io.cozy.tests", {})
    await moves.leaving.erase(pair.new, home.id)
    assert await pair.new.storage.homes() == []
    async with pair.client(NEW) as client:
        assert (await client.get("/files/metadata")).headers[
            "location"
        ] == f"http://{OLD}:8080/files/metadata"


@pytest.mark.parametrize("at", range(2, 12, 3))
async def test_whatever_request_was_the_last_one_it_goes_on_both_ways(pair, home, at):
    await pair.begin(home)
    pair.between.ends = (at, True)
    with suppress(Cut):
        await pair.carry_on()
    pair.between.ends = None
    assert (await pair.carry_on()).state == "arrived"
    await _back(pair)
    pair.between.asked.clear()
    pair.between.ends = (at, True)
    with suppress(Cut):
        await moves.leaving.carry_on(pair.new, home.id)
    assert len(await pair.lives_at()) <= 1
    pair.between.ends = None
    assert (await moves.leaving.carry_on(pair.new, home.id)).state == "arrived"
    assert await pair.lives_at() == [OLD]
    async with pair.client(OLD) as client:
        found = await client.get("/files/download", params={"Path": "/large.bin"})
        assert (found.status_code, found.content) == (200, LARGE)


class InTurns:
    """Workers of one host behind an address: each request goes to the next one."""

    def __init__(self, *apps):
        self.apps = itertools.cycle(apps)

    async def __call__(self, scope, receive, send):
        await next(self.apps)(scope, receive, send)


async def test_whichever_worker_is_asked_they_take_a_home_in_together(pair, postgres_url):
    home = await pair.make()
    async with pair.client() as client:
        await client.upload("small.txt", b"hello")
    await pair.old.write(home, OWNER, documents.create, "io.cozy.tests", {"a": LARGE.hex() * 40})
    settings = Settings(data=str(pair.folder / "another worker"), postgres=postgres_url)
    async with opened(settings) as another:
        another = replace(another, outside=pair.between)
        pair.between.apps[NEW] = InTurns(pair.between.apps[NEW], serving(another))
        code = await another.write_host(moves.expecting.expect, NEW, None)
        await moves.leaving.begin(pair.old, home, f"http://{NEW}:8080#{code}")
        before = await pair.old.read(home, OWNER, _all)
        assert (await pair.carry_on()).state == "arrived"
        assert len([path for _, path in pair.between.asked if path.endswith("/blocks")]) > 4
        there = await another.read(home, OWNER, _all)
        assert [row for row in there if row in before] == before
        left = await another.storage.host.read(lambda db: db.one("SELECT count(*) FROM arriving_blocks"))
        assert left == (0,)
        assert not list(pair.folder.rglob("*coming*"))
        killed, at_work = (Path(settings.data) / f"arriving-{name}" for name in ("killed", "at-work"))
        killed.mkdir()
        at_work.mkdir()
        os.utime(killed, (0, 0))
        with pytest.raises(NoHomeFile):
            await another.storage.coming("0" * 32).check()
        assert list(pair.folder.rglob("arriving-*")) == [at_work]
