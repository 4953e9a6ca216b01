"""The API of exports as every Cozy knows it: asked for, told of and fetched part by part, by whoever has its name alone."""

import base64
import io
import zipfile
from pathlib import Path

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.exports import service
from tests.exports.test_round_trip import brought

WISHED = {"data": {"attributes": {"parts_size": 10, "with_doctypes": []}}}


@pytest.fixture
async def name(acting, house: House, lived_in: Home, monkeypatch) -> str:
    """The name of an archive that an app asked for, and that is ready."""
    monkeypatch.setattr("cozy.rooms.exports.service.making.part_size", lambda export, size: 3_000)
    app = await acting("app", "settings", "io.cozy.exports:POST")
    answer = await app.post("/move/exports", json=WISHED)
    assert (answer.status_code, answer.content) == (201, b"")
    (made,) = await house.read(lived_in, SYSTEM, service.all_)
    named = await house.read(lived_in, SYSTEM, service.name_of, made.id)
    waiting = await app.get(f"/move/exports/{named}")
    assert waiting.json()["data"]["attributes"]["state"] == "exporting"
    assert (await app.get(f"/move/exports/data/{named}")).status_code == 404
    await service.make(house, lived_in, made.id)
    return named


async def test_another_cozy_fetches_all_parts_by_the_name_alone(
    anonymous, house, lived_in, name, other, tmp_path: Path
):
    answer = await anonymous.get(f"/move/exports/{name}")
    told = answer.json()["data"]
    assert (answer.status_code, told["type"], told["attributes"]["state"]) == (200, "io.cozy.exports", "done")
    cursors = told["attributes"]["parts_cursors"]
    assert cursors
    assert all(cursor.startswith("io.cozy.") for cursor in cursors)
    paths = []
    for number, cursor in enumerate(["", *cursors]):
        part = await anonymous.get(f"/move/exports/data/{name}", params={"cursor": cursor} if cursor else {})
        assert (part.status_code, part.headers["content-type"]) == (200, "application/zip")
        assert f"My%20Cozy%20-%20part{number:03d}.zip" in part.headers["content-disposition"].replace(
            " ", "%20"
        )
        with zipfile.ZipFile(io.BytesIO(part.content)) as archive:
            assert archive.testzip() is None
            if number:
                assert archive.namelist()[0] == f"My Cozy/Data/{cursor}.json"
        paths.append(tmp_path / f"{number}.zip")
        paths[-1].write_bytes(part.content)
    body = await brought(house, other, *paths)
    assert body.state == "done"
    assert (
        await house.read(other, SYSTEM, documents.find, "io.cozy.bank.operations", Query(selector={}))
    ).documents


async def test_a_part_goes_on_where_it_broke_off(anonymous, name):
    whole = (await anonymous.get(f"/move/exports/data/{name}")).content
    rest = await anonymous.get(f"/move/exports/data/{name}", headers={"range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, whole[100:])


async def test_no_other_name_opens_it(anonymous, house, lived_in, name):
    (made,) = await house.read(lived_in, SYSTEM, service.all_)
    for wrong in (
        made.id,
        base64.urlsafe_b64encode(f"{made.id}:{'A' * 32}".encode()).decode(),
        "%FF",
        "x",
        name[:-4],
    ):
        assert (await anonymous.get(f"/move/exports/{wrong}")).status_code == 404
        assert (await anonymous.get(f"/move/exports/data/{wrong}")).status_code == 404
    assert (await anonymous.get(f"/move/exports/data/{name}?cursor=io.cozy.files/no")).status_code == 404
    await service.remove(house, lived_in, made.id)
    assert (await anonymous.get(f"/move/exports/{name}")).status_code == 404


async def test_only_who_may_asks_for_one(acting, anonymous, name):
    app = await acting("app", "drive", "io.cozy.files:ALL")
    assert (await app.post("/move/exports", json=WISHED)).status_code == 403
    assert (await anonymous.post("/move/exports", json=WISHED)).status_code == 401


async def test_only_some_doctypes_where_they_are_named(acting, house, lived_in):
    app = await acting("app", "settings", "io.cozy.exports:POST")
    wished = {"data": {"attributes": {"with_doctypes": ["io.cozy.bank.operations"]}}}
    assert (await app.post("/move/exports", json=wished)).status_code == 201
    (made,) = await house.read(lived_in, SYSTEM, service.all_)
    await service.make(house, lived_in, made.id)
    (made,) = await house.read(lived_in, SYSTEM, service.all_)
    held = await service.reading(house, lived_in, made.body)
    (part,) = made.body.parts
    names = [line.path for line in await held.lines(part)]
    assert [path.split("/")[2] for path in names] == ["instance.json", "io.cozy.bank.operations"]


async def test_the_page_lets_the_owner_choose_it_and_shows_its_address(reader, house, lived_in, name):
    page = await reader.get("/my/leave/new")
    assert 'value="archive"' in page.text
    (made,) = await house.read(lived_in, SYSTEM, service.all_)
    shown = await reader.get(f"/my/leave/{made.id}")
    assert name not in shown.text  # nobody typed the passphrase in this browser
    secret = await house.read(lived_in, SYSTEM, service.secret, made.id)
    reader.cookies.set("cozy-leave", secret)
    shown = await reader.get(f"/my/leave/{made.id}")
    assert f"{lived_in.origin}/#/exports/{name}" in shown.text
