"""Everybody who may stand before a shared folder, and everything they may try: each cell is allowed or told nothing.

Members of a sharing hold copies of their own; their rows come with the rooms that let them in here.
"""

from __future__ import annotations

import base64
import re

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.permissions import service as permissions
from tests.conftest import Client
from tests.links.conftest import code_of
from tests.search.conftest import caught_up

YES, NO = True, False
DOES = ("read", "list", "thumbnail", "version", "zip", "search", "changes", "write", "share on")
# What each may do with what is in the folder by the API, in the order of DOES.
ALLOWED = {
    "owner": (YES, YES, YES, YES, YES, YES, YES, YES, YES),
    "link": (YES, YES, YES, YES, YES, YES, NO, NO, NO),
    "link to change": (YES, YES, YES, YES, YES, YES, NO, YES, NO),
    "link to look at": (NO, NO, NO, NO, NO, NO, NO, NO, NO),
    "letter box": (NO, NO, NO, NO, NO, NO, NO, YES, NO),
    "link with its password": (YES, YES, YES, YES, YES, YES, NO, NO, NO),
    "link without its password": (NO, NO, NO, NO, NO, NO, NO, NO, NO),
    "ended link": (NO, NO, NO, NO, NO, NO, NO, NO, NO),
    "withdrawn link": (NO, NO, NO, NO, NO, NO, NO, NO, NO),
    "link to another folder": (NO, NO, NO, NO, NO, NO, NO, NO, NO),
    "stranger": (NO, NO, NO, NO, NO, NO, NO, NO, NO),
}


@pytest.fixture
async def everybody(given, share, house, home, act, clock):
    """Clients by name."""
    transport = httpx2.ASGITransport(serving(house))
    clients: dict[str, Client] = {}

    def come(name, **headers):
        clients[name] = Client(transport=transport, base_url=home.origin, headers=headers)

    holidays = given["Holidays"]
    made = {
        "link": await share("file", holidays), "link to change": await share("file", holidays, "change"),
        "link to look at": await share("file", holidays, "look"), "letter box": await share("file", holidays, "drop"),
        "link with its password": await share("file", holidays, password="tilleul"),
        "link without its password": await share("file", holidays, password="tilleul"),
        "ended link": await share("file", holidays, expires_at="2026-07-18T15:00:00Z"),
        "withdrawn link": await share("file", holidays), "link to another folder": await share("file", given["Secret"]),
    }  # fmt: skip
    for name, known in made.items():
        come(name, authorization=f"Bearer {code_of(known)}")
    secret = made["link with its password"].link
    cookie = await house.read(home, SYSTEM, permissions.passwords.cookie_for, secret.id)
    clients["link with its password"].cookies.set(f"cozy-pass{secret.id}", cookie, domain="alice.localhost")
    clock.advance(hours=2)
    await act(
        lambda work: permissions.withdraw(work, permissions.fetch(work, made["withdrawn link"].link.id))
    )
    token = await house.read(home, SYSTEM, auth.mint)
    come("owner", authorization=f"Bearer {token}")
    come("stranger")
    yield clients
    for client in clients.values():
        await client.aclose()


def doing(given, version):
    """One request for each deed."""
    rules = {"files": {"type": "io.cozy.files", "verbs": ["GET"], "values": [given["Holidays"]]}}
    said = ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}"
        for key, value in {"name": "new.txt", "dir_id": given["Holidays"], "on_conflict": "keep_both"}.items()
    )
    tus = {
        "tus-resumable": "1.0.0",
        "upload-length": "3",
        "content-type": "application/offset+octet-stream",
        "upload-metadata": said,
    }
    archive = {"data": {"attributes": {"name": "x", "ids": [given["Plans"]]}}}
    return {
        "read": ("GET", f"/files/download/{given['route.txt']}", {}),
        "list": ("GET", f"/files/{given['Holidays']}", {}),
        "thumbnail": ("GET", f"/files/{given['beach.jpg']}", {}),
        "version": ("GET", f"/files/download/{given['route.txt']}/{version}", {}),
        "zip": ("POST", "/files/archive", {"json": archive}),
        "search": ("POST", "/search", {"json": {"q": "route"}}),
        "changes": ("GET", "/files/_changes", {}),
        "write": ("POST", "/files/tus", {"headers": tus, "content": b"new"}),
        "share on": (
            "POST",
            "/permissions?codes=a",
            {"json": {"data": {"attributes": {"permissions": rules}}}},
        ),
    }


async def test_each_may_do_what_the_table_says(everybody, given, client, act):
    await act(caught_up)
    await client.put(
        f"/files/{given['route.txt']}", content=b"right, then left", headers={"content-type": "text/plain"}
    )
    told = (await client.get(f"/files/{given['route.txt']}")).json()["data"]["relationships"]["old_versions"][
        "data"
    ]
    version = told[0]["id"].partition("/")[2]
    wrong = []
    for name, cells in ALLOWED.items():
        for deed, is_allowed in zip(DOES, cells, strict=True):
            method, path, more = doing(given, version)[deed]
            answer = await everybody[name].request(method, path, **more)
            was_done = answer.status_code < 300 and (deed != "search" or "route.txt" in answer.text)
            if was_done is not is_allowed:
                wrong.append(f"{name}: {deed}: {answer.status_code} {answer.text[:100]}")
            if not is_allowed and b"left, then right" in answer.content:
                wrong.append(f"{name}: {deed} tells what is in it")
    assert wrong == []


PAGES = {
    "link": 200, "link to change": 200, "link to look at": 200, "letter box": 200, "link with its password": 200,
    "link without its password": 303, "ended link": 404, "withdrawn link": 404, "link to another folder": 200,
}  # fmt: skip


async def test_each_page_shows_as_much(everybody, given):
    for name, status in PAGES.items():
        client = everybody[name]
        code = client.headers.pop("authorization").removeprefix("Bearer ")
        front = await client.get(f"/s/{code}")
        assert front.status_code == status, name
        inside = await client.get(f"/s/{code}/file/{given['beach.jpg']}")
        sees = name in {"link", "link to change", "link to look at", "link with its password"}
        assert (inside.status_code == 200) is sees, name
        assert ("beach.jpg" in front.text) is sees, name


async def test_a_session_on_the_page_of_a_link_opens_no_more_than_the_link(given, share, house, home):
    """The owner's browser on the address of a link to the one folder asks for what is in the other."""
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
    code = code_of(await share("file", given["Holidays"]))
    transport = httpx2.ASGITransport(serving(house))
    async with Client(
        transport=transport, base_url=home.origin, cookies={"cozy-session": entered.session}
    ) as owner:
        for path in (f"file/{given['diary.txt']}", f"folder/{given['Secret']}", f"zip/{given['Secret']}"):
            assert (await owner.get(f"/s/{code}/{path}")).status_code == 404
        sent = await owner.post(f"/s/{code}/add", files={"files": ("a.txt", b"x")})
        assert sent.status_code == 403
        assert not re.search(
            r"/my/(drive|photos|settings)[^\"]*\"[^>]*data-room", (await owner.get(f"/s/{code}")).text
        )
