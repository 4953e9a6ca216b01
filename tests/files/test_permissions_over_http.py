"""Tokens of narrow scope."""

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from tests.conftest import Client

ROOT = "io.cozy.files.root-dir"


@pytest.fixture
async def holding(house, home):
    """`await holding(scope)`: a client that may do so much."""
    clients = []

    async def holding(scope, name="command line"):
        token = await house.read(home, SYSTEM, auth.mint, scope, name=name)
        headers = {"authorization": f"Bearer {token}"}
        transport = httpx2.ASGITransport(serving(house))
        clients.append(Client(transport=transport, base_url=home.origin, headers=headers))
        return clients[-1]

    yield holding
    for client in clients:
        await client.aclose()


async def make(client, inside=""):
    return (await client.post(f"/files/{inside}", params={"Type": "directory", "Name": "new"})).status_code


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("io.cozy.files", 201), ("io.cozy.files.*", 201), ("*", 201), ("io.cozy.files:POST", 201),
        ("io.cozy.files:GET", 403), ("io.cozy.events", 403), ("io.cozy.filesystem.*", 403),
    ],
)  # fmt: skip
async def test_making_needs_leave_to_post(holding, scope, status):
    assert await make(await holding(scope)) == status


async def test_leave_for_a_folder_covers_what_is_in_it_and_nothing_else(client, holding):
    mine, inner = await client.mkdir("mine"), None
    inner = await client.mkdir("inner", mine["id"])
    file = await client.upload("file", b"hello", inner["id"])
    hidden = await client.upload("hidden", b"secret")
    narrow = await holding(f"io.cozy.files:ALL:{mine['id']}")
    assert await make(narrow, inner["id"]) == 201
    assert await make(narrow) == 403
    assert (await narrow.get(f"/files/download/{file['id']}")).content == b"hello"
    assert (await narrow.get("/files/metadata", params={"Path": "/mine/inner/file"})).status_code == 200
    assert (
        await narrow.patch(f"/files/{file['id']}", json={"data": {"attributes": {"name": "x"}}})
    ).status_code == 200
    for url in (f"/files/{hidden['id']}", f"/files/download/{hidden['id']}", "/files/download?Path=/hidden"):
        assert (await narrow.get(url)).status_code == 404
    assert (await narrow.put(f"/files/{hidden['id']}", content=b"x")).status_code == 404
    assert (await narrow.post(f"/files/{hidden['id']}/copy", params={"DirID": mine["id"]})).status_code == 404
    out = {"data": {"attributes": {"dir_id": ROOT}}}
    assert (await narrow.patch(f"/files/{file['id']}", json=out)).status_code == 403
    made = await narrow.post(
        "/files/", params={"Type": "directory", "Path": "/mine/a/b", "Recursive": "true"}
    )
    assert made.status_code == 201


async def test_leave_to_read_is_not_leave_to_change(client, holding):
    file = await client.upload("file")
    reader = await holding("io.cozy.files:GET")
    url = f"/files/{file['id']}"
    assert (await reader.get(url)).status_code == 200
    for answer in (
        await reader.patch(url, json={"data": {"attributes": {"name": "x"}}}),
        await reader.put(url, content=b"x"),
        await reader.delete(url),
        await reader.post(f"{url}/copy"),
        await reader.delete("/files/trash"),
        await reader.delete("/files/versions"),
    ):
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "/files/_changes"), ("POST", "/files/_all_docs"), ("POST", "/files/_find"),
        ("POST", "/files/shared-drives"), ("DELETE", "/files/versions"), ("GET", "/files/trash"),
    ],
)  # fmt: skip
async def test_what_shows_every_file_needs_leave_for_every_file(client, holding, method, url):
    mine = await client.mkdir("mine")
    narrow = await holding(f"io.cozy.files:ALL:{mine['id']}")
    body = {"keys": [mine["id"]], "selector": {"name": "mine"}} if method == "POST" else None
    assert (await narrow.request(method, url, json=body)).status_code == 403
    assert (await (await holding("io.cozy.files")).request(method, url, json=body)).status_code < 300


async def test_leave_to_throw_away_is_not_leave_to_remove_for_good(client, holding):
    file = await client.upload("file")
    patcher = await holding("io.cozy.files:GET,PATCH")
    assert (await patcher.delete(f"/files/{file['id']}")).status_code == 200
    assert (await patcher.delete(f"/files/trash/{file['id']}")).status_code == 403
    gone = {"data": {"attributes": {"permanent_delete": True}}}
    assert (await patcher.patch(f"/files/{file['id']}", json=gone)).status_code == 403
    assert (
        await patcher.patch("/files/", json={"data": [{"id": file["id"], **gone["data"]}]})
    ).status_code == 403


async def test_certificates_need_leave_of_their_own(holding):
    params = {"Type": "file", "Name": "bill", "Metadata": '{"carbonCopy": true, "label": "x"}'}
    plain = await (await holding("io.cozy.files")).post("/files/", params=params)
    assert plain.json()["data"]["attributes"]["metadata"] == {"label": "x"}
    certified = await holding("io.cozy.files io.cozy.certified.carbon_copy")
    answer = await certified.post("/files/", params={**params, "Name": "bill2"})
    assert answer.json()["data"]["attributes"]["metadata"] == {"carbonCopy": True, "label": "x"}


async def test_apps_are_named_in_what_they_do(client, holding):
    drive, photos = await holding("io.cozy.files", "drive"), await holding("io.cozy.files", "photos")
    file = await drive.upload("me")
    made = file["attributes"]["cozyMetadata"]
    assert (made["createdByApp"], made["uploadedBy"]) == ("drive", {"slug": "drive"})
    await photos.put(f"/files/{file['id']}", content=b"new")
    answer = await drive.patch(f"/files/{file['id']}", json={"data": {"attributes": {"name": "you"}}})
    known = answer.json()["data"]["attributes"]["cozyMetadata"]
    assert known["createdByApp"] == "drive"
    assert known["uploadedBy"] == {"slug": "photos"}
    assert [edit["slug"] for edit in known["updatedByApps"]] == ["photos", "drive"]
    assert "createdByApp" not in (await client.upload("by-hand"))["attributes"]["cozyMetadata"]
