"""A drive over real connections: two homes on two addresses of loopback, and sockets between them."""

import asyncio
import json
import os
import socket
from contextlib import AsyncExitStack

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from cozy.app.house import home_of, opened
from cozy.app.server import Server, configured, serving
from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import origin_of
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.files import service as files
from cozy.rooms.homes.model import Profile
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.neighbours.service import meeting
from cozy.rooms.sharing import service as sharings
from cozy.web.call import PROVED_EVERY_S
from tests.drives.conftest import OWNER, Drive, _join, _share

ALICE, BOB = "127.0.0.2", "127.0.0.3"
SOON_S = 30.0


@pytest.fixture
async def drive(tmp_path):
    """Alice's folder `Team`, in which Bob is; each home has an address of its own, where the program listens."""
    meeting.forget()
    async with AsyncExitStack() as stack:
        first = socket.create_server((ALICE, 0))
        port = first.getsockname()[1]
        second = socket.create_server((BOB, port))
        settings = Settings(
            data=str(tmp_path / "data"), public_url=f"http://:{port}", outside_allowed="127.0.0.0/8"
        )
        house = await stack.enter_async_context(opened(settings))
        homes = []
        for domain, name in ((ALICE, "Alice"), (BOB, "Bob")):
            profile = Profile(public_name=name, email=f"{name.lower()}@example.org")
            homes.append(
                home_of(settings, await auth.open_home(house, domain, profile, origin_of(settings, domain)))
            )
        server = Server(configured(serving(house), settings))
        running = asyncio.ensure_future(server.serve([first, second]))
        alice, bob = homes
        root = (await house.write(alice, OWNER, files.create_folder, files.ROOT, "Team")).id
        sharing, token = await house.write(alice, OWNER, _share, root, bob)
        await house.write(bob, SYSTEM, _join, sharing, token)
        made = Drive(house, alice, bob, sharing.id, root, token)
        await made.meet()
        yield made
        server.should_exit = True
        await running


@pytest.fixture
async def at_bob(drive):
    token = await drive.house.read(drive.bob, SYSTEM, auth.mint)
    async with httpx2.AsyncClient(
        base_url=drive.bob.origin, headers={"authorization": f"Bearer {token}"}
    ) as client:
        yield client


async def test_a_large_file_goes_there_and_comes_back_in_parts(drive, at_bob):
    content = os.urandom(3 * 1024 * 1024)

    async def pieces():
        for at in range(0, len(content), 100_000):
            yield content[at : at + 100_000]

    params = {"Type": "file", "Name": "a (b) ~ é%2F.bin"}
    made = await at_bob.post(drive.path, params=params, content=pieces())
    assert made.status_code == 201, made.text
    file = made.json()["data"]
    assert file["attributes"]["name"] == params["Name"]
    where = f"{drive.path}/download/{file['id']}"
    assert (await at_bob.get(where)).content == content
    part = await at_bob.get(where, headers={"range": "bytes=1000000-2000000"})
    assert (part.status_code, part.content) == (206, content[1_000_000:2_000_001])
    found = await drive.house.read(drive.alice, SYSTEM, neighbours.fetch, drive.bob.origin)
    assert found.public_key, "and all of it was signed by the key that is known"


async def test_a_download_under_way_breaks_off_when_its_owner_takes_the_member_out(drive, at_bob):
    params = {"Type": "file", "Name": "film.bin"}
    made = await at_bob.post(drive.path, params=params, content=_zeros())
    where = f"{drive.path}/download/{made.json()['data']['id']}"
    async with at_bob.stream("GET", where) as coming:
        assert coming.status_code == 200
        pieces = coming.aiter_raw()
        await anext(pieces)
        await drive.member(status="revoked")
        await asyncio.sleep(2 * PROVED_EVERY_S)  # nobody reads, so that the other side waits
        with pytest.raises(httpx2.RemoteProtocolError):
            async for _ in pieces:
                pass


async def _zeros():
    for _ in range(64):
        yield bytes(1024 * 1024)


async def test_a_socket_hears_of_the_drive_alone_until_its_owner_is_out(drive, at_bob):
    uri = f"{drive.bob.origin.replace('http:', 'ws:')}{drive.path}/realtime"
    token = at_bob.headers["authorization"].removeprefix("Bearer ")
    async with connect(uri, subprotocols=[Subprotocol("io.cozy.websocket")], proxy=None) as line:
        await line.send(json.dumps({"method": "AUTH", "payload": token}))
        heard = asyncio.ensure_future(_event(line))
        while not heard.done():  # nothing says when the other home listens: something happens until it does
            await drive.house.write(drive.alice, OWNER, _touch, drive.root)
            await asyncio.wait([heard], timeout=0.05)
        assert heard.result()[0] in {"CREATED", "UPDATED"}
        await drive.house.write(drive.alice, OWNER, _outside)
        file = await drive.house.write(drive.alice, OWNER, _file, drive.root)
        while (said := await _event(line))[1]["name"].startswith("again"):
            pass
        assert (said[0], said[1]["name"]) == ("CREATED", "inside.txt")
        await drive.house.write(drive.alice, OWNER, files.change, file.id, files.Change(dir_id=files.ROOT))
        assert (await _event(line))[0] == "DELETED"
        await drive.member(status="revoked")
        async with asyncio.timeout(SOON_S):
            with pytest.raises(ConnectionClosed):
                await _drained(line)


async def test_who_looks_at_a_drive_knows_of_it_and_what_follows_it_in_the_background_does_not(drive, at_bob):
    async def follow(query):
        uri = f"{drive.bob.origin.replace('http:', 'ws:')}{drive.path}/realtime{query}"
        token = at_bob.headers["authorization"].removeprefix("Bearer ")
        async with connect(uri, subprotocols=[Subprotocol("io.cozy.websocket")], proxy=None) as line:
            await line.send(json.dumps({"method": "AUTH", "payload": token}))
            heard = asyncio.ensure_future(_event(line))
            while not heard.done():
                await drive.house.write(drive.alice, OWNER, _touch, drive.root)
                await asyncio.wait([heard], timeout=0.05)
        return (await at_bob.get("/sharings/news")).json()["meta"]["count"]

    await drive.house.write(drive.bob, SYSTEM, _invited, drive.id)
    assert await follow("?background=true") == 1
    assert await follow("") == 0


async def test_a_socket_with_another_token_hears_nothing(drive):
    uri = f"{drive.bob.origin.replace('http:', 'ws:')}{drive.path}/realtime"
    async with connect(uri, proxy=None) as line:
        await line.send(json.dumps({"method": "AUTH", "payload": "nonsense"}))
        async with asyncio.timeout(SOON_S):
            assert json.loads(await line.recv())["event"] == "error"
            with pytest.raises(ConnectionClosed):
                await line.recv()


async def _drained(line):
    """Whatever is still said, until it hangs up."""
    while True:
        await line.recv()


async def _event(line):
    async with asyncio.timeout(SOON_S):
        said = json.loads(await line.recv())
    return said["event"], said["payload"].get("doc", {})


def _invited(work, sharing_id):
    sharings.shortcuts.lead_to(work, sharings.fetch(work, sharing_id))


def _touch(work, root):
    files.create_folder(work, root, files.free_name(work, root, "again", is_folder=True))


def _outside(work):
    files.create_file(work, files.ROOT, "outside.txt", inline_content(b"x"), "text/plain")


def _file(work, root):
    return files.create_file(work, root, "inside.txt", inline_content(b"x"), "text/plain")
