"""Uploads that do not fit."""

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.blobs import INLINE_LIMIT
from cozy.kernel.caller import SYSTEM
from cozy.kernel.problem import OutOfSpace
from cozy.rooms.auth import service as auth
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from tests.conftest import Client

ROOM = 200_000


@pytest.fixture
async def client(house, home):
    """A client of a home that may hold 200,000 bytes."""
    await house.write_host(homes.change, home.domain, quota=ROOM)
    token = await house.read(replace(home, quota=ROOM), SYSTEM, auth.mint)
    headers = {"authorization": f"Bearer {token}"}
    transport = httpx2.ASGITransport(serving(house))
    async with Client(transport=transport, base_url=home.origin, headers=headers) as client:
        yield client


async def pieces(size: int):
    for start in range(0, size, 10_000):
        yield b"x" * min(10_000, size - start)


async def post(client, size: int, **query):
    content = pieces(size)
    return await client.post("/files/", params={"Type": "file", "Name": "large", **query}, content=content)


@pytest.mark.parametrize("query", [{}, {"Size": str(ROOM + 1)}])
async def test_what_does_not_fit_is_refused_before_or_during_the_stream(client, house, home, query):
    answer = await post(client, ROOM + 1, **query)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["detail"] == "The file is too big and exceeds the disk quota"
    assert list(house.blobs.stored(home.id)) == []
    assert await house.read(home, SYSTEM, files.usage) == 0


async def test_what_fits_to_the_byte_is_taken(client, house, home):
    assert (await post(client, ROOM)).status_code == 201
    assert await house.read(home, SYSTEM, files.usage) == ROOM
    small = await client.post("/files/", params={"Type": "file", "Name": "small"}, content=b"x")
    assert small.status_code == 413
    assert await house.read(home, SYSTEM, files.usage) == ROOM


async def test_old_versions_and_copies_count(client):
    half = b"x" * (ROOM // 2)
    file = await client.upload("half", half)
    assert (await client.put(f"/files/{file['id']}", content=b"y" * (ROOM // 2))).status_code == 200
    assert (await client.put(f"/files/{file['id']}", content=half + b"z")).status_code == 413
    assert (await client.post(f"/files/{file['id']}/copy")).status_code == 413


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_full_disk_is_told_and_leaves_nothing(client, house, home, monkeypatch, method):
    file = await client.upload("there", b"before")

    async def full(home_id, chunks, limit=None):
        async for _ in chunks:
            raise OutOfSpace

    monkeypatch.setattr(house.blobs, "put", full)
    url = f"/files/{file['id']}" if method == "PUT" else "/files/?Type=file&Name=new"
    answer = await client.request(method, url, content=b"x" * (INLINE_LIMIT + 1))
    assert answer.status_code == 507
    assert (await client.get(f"/files/download/{file['id']}")).content == b"before"
    assert (await client.get("/files/metadata", params={"Path": "/new"})).status_code == 404
