"""A link that is taken back while something it shows is on its way."""

import asyncio
import socket
from contextlib import asynccontextmanager

import httpx2
import pytest

from cozy.app.server import Server, configured, serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.permissions import service as permissions
from cozy.web.call import PROVED_EVERY_S
from tests.conftest import OWNER
from tests.links.conftest import code_of

LARGE = 48 * 1024 * 1024  # bytes: more than what waits on a way


@pytest.fixture
async def visitor(house, home):
    """Somebody at the other end of a real connection."""
    first = socket.create_server(("127.0.0.1", 0))
    server = Server(configured(serving(house), house.settings))
    running = asyncio.ensure_future(server.serve([first]))
    at = f"http://127.0.0.1:{first.getsockname()[1]}"
    async with httpx2.AsyncClient(base_url=at, headers={"host": home.domain}, timeout=60) as client:
        yield client
    server.stop()
    await running


@pytest.fixture
async def film(client):
    """A folder with a large file: the ids of both, and the hash."""
    folder = (await client.mkdir("Films"))["id"]
    file = await client.upload("film.mp4", bytes(LARGE), inside=folder)
    return folder, file


@asynccontextmanager
async def coming(visitor, where, **headers):
    """A download whose beginning is there."""
    async with visitor.stream("GET", where, headers=headers) as answer:
        assert answer.status_code == 200
        pieces = answer.aiter_raw()
        await anext(pieces)
        yield pieces


async def later(pieces):
    """The rest, once there was time to ask again; meanwhile the other side waits, since nobody reads."""
    await asyncio.sleep(2 * PROVED_EVERY_S)
    async for _ in pieces:
        pass


async def test_a_zip_breaks_off(house, home, visitor, share, film):
    known = await share("file", film[0])
    async with coming(visitor, f"/s/{code_of(known)}/zip") as pieces:
        await house.write(home, OWNER, permissions.links.revoke, known.link)
        with pytest.raises(httpx2.RemoteProtocolError):
            await later(pieces)


async def test_what_a_token_downloads_breaks_off(house, home, visitor, share, film):
    known = await share("file", film[0])
    token = next(iter(known.link.codes.values()))
    where = f"/files/download/{film[1]['id']}"
    async with coming(visitor, where, authorization=f"Bearer {token}") as pieces:
        await house.write(home, OWNER, permissions.links.revoke, known.link)
        with pytest.raises(httpx2.RemoteProtocolError):
            await later(pieces)


async def test_what_a_browser_downloads_breaks_off_when_it_is_logged_out(house, home, visitor, film):
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
    cookie = f"cozy-session={entered.session}"
    where = f"/files/download/{film[1]['id']}"
    async with coming(visitor, where, cookie=cookie, **{"sec-fetch-site": "same-origin"}) as pieces:
        await house.write(home, OWNER, auth.sessions.end_all_but, "")
        with pytest.raises(httpx2.RemoteProtocolError):
            await later(pieces)


async def test_what_nobody_takes_back_goes_to_its_end(house, home, visitor, film):
    token = await house.read(home, SYSTEM, auth.mint)
    where = f"/files/download/{film[1]['id']}"
    async with visitor.stream("GET", where, headers={"authorization": f"Bearer {token}"}) as answer:
        size = 0
        async for piece in answer.aiter_raw():
            if not size:
                await asyncio.sleep(1.2)  # meanwhile it is looked twice whether the token is good
            size += len(piece)
    assert size == LARGE
