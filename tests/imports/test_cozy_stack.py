"""The wire of cozy-stack's imports and moves (docs/move.md, web/move/move.go, model/move/request.go), with this home as the target."""

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect

from cozy.kernel.caller import SYSTEM
from cozy.kernel.jobs import DayPassed
from cozy.rooms.accounts import service as accounts
from cozy.rooms.imports import jobs as imports_jobs
from cozy.rooms.imports import service as imports
from cozy.rooms.imports.errors import NoArchive
from cozy.rooms.jobs.model import JOBS, Task
from tests.imports.conftest import bodies, tree_of
from tests.imports.cozies import FILES, archive
from tests.imports.cozy_stack import CURSORS, MAC, CozyStack, served
from tests.realtime.conftest import port  # noqa: F401

TOKEN = "the-token-of-the-source"
JSON_API = {"content-type": "application/vnd.api+json"}


@pytest.fixture
def settings(settings):
    return replace(settings, outside_allowed="127.0.0.0/8")


@pytest.fixture
def there(tmp_path):
    """The other Cozy, which has an archive in three parts."""
    stack = CozyStack(archive(tmp_path / "archive"))
    server = served(stack)
    yield stack
    server.shutdown()
    server.server_close()


@pytest.fixture
async def mover(acting):
    """Who holds the token that cozy-move got: `io.cozy.imports` as a whole."""
    return await acting("oauth", "move", "io.cozy.imports")


def notified(there: CozyStack) -> bytes:
    """What the source sends when its archive is ready (model/move/doc.go, NotifyTarget)."""
    attributes = {"url": there.shown, "vault": True, "move_from": {"url": f"{there.origin}/", "token": TOKEN}}
    return json.dumps({"data": {"attributes": attributes}}).encode()


async def worked(house, home) -> None:
    """The job that was asked for, as the worker does it."""
    (job,) = [each for each in await house.read(home, SYSTEM, bodies, JOBS) if each["worker"] == "import"]
    await imports_jobs._import(house, home, Task(id="t", worker="import", message=job["message"]))


async def test_a_cozy_that_moves_here_comes_in_whole_and_is_told(mover, house, home, there):
    before = await house.read(home, SYSTEM, tree_of)
    expected = await mover.post(f"/move/importing?source={there.origin}")
    assert expected.status_code == 204
    answer = await mover.post("/move/imports", content=notified(there), headers=JSON_API)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{home.origin}/move/importing")
    followed = await mover.get("/move/importing")  # as Go's client does, which wants to see 200
    assert (followed.status_code, followed.headers["refresh"]) == (200, "10")
    await worked(house, home)
    (body,) = [each.body for each in await house.read(home, SYSTEM, imports.all_)]
    assert (body.state, body.why, body.title, body.vault) == ("done", "", "127.0.0.1", True)
    here = await house.read(home, SYSTEM, tree_of)
    assert len(here) == len(before) + len(FILES)
    assert len(await house.read(home, SYSTEM, bodies, "io.cozy.bank.operations")) == 1
    data = [path for method, path, _ in there.asked if method == "GET" and "/data/" in path]
    assert data == [
        f"/move/exports/data/{MAC}",
        *(f"/move/exports/data/{MAC}?cursor={each}" for each in CURSORS),
    ]
    assert [each for each in there.asked if each[0] == "POST"] == [
        ("POST", "/move/finalize?subdomain=nested", f"Bearer {TOKEN}")
    ]
    assert not list(arriving(house, home).iterdir())
    assert await house.read(home, SYSTEM, accounts.listed, "cozy-archive") == []
    await worked(house, home)  # a job may run twice
    assert len([each for each in there.asked if each[0] == "POST"]) == 1


def arriving(house, home):
    """Where parts are kept."""
    return Path(house.settings.data) / "homes" / home.id / "arriving"


async def test_where_it_breaks_the_source_is_told_once_and_its_owner_may_try_again(mover, house, home, there):
    there.broken = 99
    await mover.post("/move/imports", content=notified(there), headers=JSON_API)
    await worked(house, home)
    (found,) = await house.read(home, SYSTEM, imports.all_)
    assert found.body.state == "failed"
    assert [each for each in there.asked if each[0] == "POST"] == [("POST", "/move/abort", f"Bearer {TOKEN}")]
    there.broken = 1  # one part breaks off once
    await house.write(home, SYSTEM, imports.go_on, found.id)
    await imports_jobs._import(house, home, Task(id="t", worker="import", message={"import": found.id}))
    (found,) = await house.read(home, SYSTEM, imports.all_)
    assert found.body.state == "done"
    assert len([each for each in there.asked if each[0] == "POST"]) == 1


async def test_whoever_is_killed_fetches_only_what_is_missing(mover, house, home, there):
    await mover.post("/move/imports", content=notified(there), headers=JSON_API)
    (found,) = await house.read(home, SYSTEM, imports.all_)
    (source,) = found.body.sources
    first = await imports.elsewhere.parts(house, home, source)
    first[1].unlink()
    (first[0].parent / "all").unlink()
    there.asked.clear()
    assert len(await imports.elsewhere.parts(house, home, source)) == 3
    assert [path for _, path, _ in there.asked if "/data/" in path] == [
        f"/move/exports/data/{MAC}?cursor={CURSORS[0]}"
    ]


async def test_the_secrets_of_the_other_cozy_stand_in_no_document(mover, house, home, there):
    await mover.post("/move/imports", content=notified(there), headers=JSON_API)

    texts = [
        str(await house.read(home, SYSTEM, bodies, kind))
        for kind in ("io.cozy.imports", "io.cozy.accounts", JOBS)
    ]
    assert there.origin in texts[1]
    assert TOKEN not in "".join(texts)
    assert MAC not in "".join(texts)


async def test_it_is_checked_before_whether_there_is_an_archive_and_room(acting, there):
    app = await acting("app", "settings", "io.cozy.imports:POST")

    async def checked(url):
        wished = {"data": {"attributes": {"url": url}}}
        return await app.post("/move/imports/precheck", json=wished, headers=JSON_API)

    assert (await checked(there.shown)).status_code == 204
    for wrong in ("nonsense", there.shown[:-4], there.origin, "http://[::1", f"ftp://x/#/exports/{MAC}"):
        assert (await checked(wrong)).status_code == 412
    there.state = "exporting"
    answer = await checked(there.shown)
    assert (answer.status_code, answer.json()["errors"][0]["source"]) == (412, {"parameter": "url"})


async def test_what_does_not_fit_is_refused_before_it_is_fetched(house, home, there):
    there.total_size = 10_000
    small = replace(home, quota=5_000)
    with pytest.raises(imports.elsewhere.TooLittleRoom):
        await imports.elsewhere.check(house, small, there.shown)


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        (f"https://settings.ana.example/#/exports/{MAC}", f"https://ana.example/move/exports/{MAC}"),
        (
            f"https://ana-settings.cozy.example/#/exports/{MAC}",
            f"https://ana.cozy.example/move/exports/{MAC}",
        ),
        (f" https://ana.example:8443/?x=1#/exports/{MAC}\n", f"https://ana.example:8443/move/exports/{MAC}"),
    ],
)
def test_the_address_that_people_see_leads_to_the_one_for_programs(shown, asked):
    assert imports.elsewhere.address(shown) == asked


@pytest.mark.parametrize(
    "shown",
    [f"https://ana.example/exports/{MAC}", "https://ana.example/#/exports/", f"javascript:#/exports/{MAC}"],
)
def test_no_other_address_does(shown):
    with pytest.raises(NoArchive):
        imports.elsewhere.address(shown)


async def test_only_who_may_brings_something_in(acting, anonymous, there):
    app = await acting("app", "drive", "io.cozy.files:ALL")
    for path in ("/move/imports", "/move/imports/precheck", "/move/importing"):
        assert (await app.post(path, content=notified(there))).status_code == 403
        assert (await anonymous.post(path, content=notified(there))).status_code == 401


async def test_the_owner_brings_one_in_by_its_address_and_sees_it_first(reader, house, home, there):
    reader.page = "/my/import"
    answer = await reader.submit("/my/import/elsewhere", address=there.shown)
    assert answer.status_code == 303
    assert (await reader.get("/move/importing")).headers["location"] == answer.headers["location"]
    await worked(house, home)
    page = await reader.get(answer.headers["location"])
    assert "Bring it in" in page.text
    there.state = "error"
    assert "no archive of a Cozy" in await reader.landed(
        await reader.submit("/my/import/elsewhere", address=there.shown)
    )


async def test_what_was_fetched_for_one_that_is_forgotten_goes(mover, house, home, there):
    await mover.post("/move/imports", content=notified(there), headers=JSON_API)
    (found,) = await house.read(home, SYSTEM, imports.all_)
    await imports.elsewhere.parts(house, home, found.body.sources[0])
    await imports_jobs.sweep_arrivals.run(house, home, DayPassed())
    assert len(list(arriving(house, home).iterdir())) == 1

    def fails(body):
        body.state = "failed"

    await house.write(home, SYSTEM, imports.finding.change, found.id, fails)
    await house.write(home, SYSTEM, imports.forget, found.id)
    await imports_jobs.sweep_arrivals.run(house, home, DayPassed())
    assert not list(arriving(house, home).iterdir())
    assert await house.read(home, SYSTEM, accounts.listed, "cozy-archive") == []


async def test_a_page_that_waits_is_told_when_it_is_here(mover, house, home, there, port):  # noqa: F811
    uri = f"{home.origin.replace('http:', 'ws:')}/move/importing/realtime"
    await mover.post("/move/imports", content=notified(there), headers=JSON_API)
    async with connect(uri, host="127.0.0.1", port=port, proxy=None) as waiting:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await waiting.recv()
        await worked(house, home)
        async with asyncio.timeout(10):
            assert json.loads(await waiting.recv()) == {"redirect": f"{home.origin}/auth/login"}
