"""A folder that is shared, and whoever has its address."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.links import service as links
from cozy.rooms.links.model import Kind, Mode
from cozy.rooms.links.service.making import Known, Wish
from cozy.rooms.permissions.service import passwords
from tests.browser import samples
from tests.conftest import OWNER, Client


def picture() -> bytes:
    """A small JPEG."""
    return samples.picture(0.4, 64, 48)


@pytest.fixture
def share(house, home) -> Callable[..., Awaitable[Known]]:
    """Makes a link as the owner does: `await share("file", folder_id, "drop", password="tilleul")`."""

    async def share(kind: Kind, id_: str, mode: Mode = "see", *, password: str = "", **more: Any) -> Known:
        sealed = await passwords.seal(password)

        def make(work: Work) -> Known:
            return links.making.make(
                work, links.things.of(work, kind, id_), Wish(mode=mode, sealed=sealed, **more)
            )

        return await house.write(home, OWNER, make)

    return share


def found(pattern: str, text: str) -> str:
    """What a pattern's group, or all of it, stands for in a page."""
    seen = re.search(pattern, text)
    assert seen, f"no {pattern} in {text}"
    return seen[seen.lastindex or 0]


def code_of(known: Known) -> str:
    """Its short code."""
    return known.address.rpartition("/")[2]


@pytest.fixture
async def guest(house, home):
    """A browser of somebody who is nobody here."""
    transport = httpx2.ASGITransport(serving(house))
    async with Client(transport=transport, base_url=home.origin) as client:
        yield client


@pytest.fixture
async def given(client) -> dict[str, str]:
    """Ids by name: `Holidays` holds `beach.jpg`, `Plans` with `route.txt`; beside it `Secret` with `diary.txt`."""
    ids = {}
    for name, inside in [("Holidays", ""), ("Secret", ""), ("Plans", "Holidays")]:
        ids[name] = (await client.mkdir(name, *([ids[inside]] if inside else [])))["id"]
    for name, data, inside in [
        ("beach.jpg", picture(), "Holidays"), ("route.txt", b"left, then right", "Plans"), ("diary.txt", b"dear diary", "Secret"),
    ]:  # fmt: skip
        made = await client.upload(name, data, inside=ids[inside])
        ids[name] = made["id"]
    return ids


@pytest.fixture
def act(house, home):
    """Does something in the home: `await act(fn, *args)`."""

    async def act(fn, *args):
        return await house.write(home, SYSTEM, fn, *args)

    return act
