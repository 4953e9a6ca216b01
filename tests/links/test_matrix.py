"""Everybody who may stand before a shared folder, and everything they may try: each cell is done, or refused and nothing told."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.files import service as files
from cozy.rooms.sharing.model.ids import xored
from tests.conftest import Client
from tests.links.conftest import code_of
from tests.links.everybody import KEY, Person, everybody
from tests.realtime.conftest import port
from tests.search.conftest import caught_up

__all__ = ["everybody", "port"]

# Members of a drive come by /sharings/drives/:id, the homes of those with copies by /sharings/:id; whatever is not to be had there
# they try where the owner does. A drive's members make links that show, and no more than they may. Who is invited to copies looks before they say yes, as cozy-stack's previews do.
TABLE = """
                               read  list  thumbnail  version  zip  search  changes  websocket  write  share on
owner                          yes   yes   yes        yes      yes  yes     yes      yes        yes    yes
of the drive, reads and writes yes   yes   yes        yes      yes  .       yes      yes        yes    yes
of the drive, only reads       yes   yes   yes        yes      yes  .       yes      yes        .      yes
of the drive, pending          .     .     .          .        .    .       .        .          .      .
of the drive, revoked          .     .     .          .        .    .       .        .          .      .
with copies, reads and writes  .     yes   .          .        .    .       .        .          yes    .
with copies, only reads        .     yes   .          .        .    .       .        .          .      .
with copies, pending           yes   yes   yes        yes      yes  yes     .        yes        .      .
with copies, revoked           .     .     .          .        .    .       .        .          .      .
link                           yes   yes   yes        yes      yes  yes     .        yes        .      .
link to change                 yes   yes   yes        yes      yes  yes     .        yes        yes    .
link to look at                .     .     .          .        .    .       .        .          .      .
letter box                     .     .     .          .        .    .       .        .          yes    .
link with its password         yes   yes   yes        yes      yes  yes     .        yes        .      .
link without its password      .     .     .          .        .    .       .        .          .      .
ended link                     .     .     .          .        .    .       .        .          .      .
withdrawn link                 .     .     .          .        .    .       .        .          .      .
link to another folder         .     .     .          .        .    .       .        .          .      .
stranger                       .     .     .          .        .    .       .        .          .      .
"""


def allowed() -> dict[str, dict[str, bool]]:
    """The table: by name, then by deed."""
    head, *lines = TABLE.strip("\n").splitlines()
    deeds = re.split(r"\s{2,}", head.strip())
    width = len(head) - len(head.lstrip())
    return {
        line[:width].strip(): {
            deed: cell == "yes" for deed, cell in zip(deeds, line[width:].split(), strict=True)
        }
        for line in lines
    }


SECRETS = (b"left, then right", b"route.txt", b"beach.jpg")  # what, and how it is called


@dataclass
class Try:
    """Somebody before the folder. told: everything that was answered."""

    person: Person
    client: Client
    given: dict[str, str]
    version: str
    told: bytes = b""

    async def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        answer = await self.client.request(
            method, path, headers=self.person.headers | more.pop("headers", {}), **more
        )
        self.told += answer.content
        return answer

    def at(self, rest: str) -> str:
        """Where files are for them: in the drive, else in the home."""
        return f"/sharings/drives/{self.person.drive}/{rest}" if self.person.drive else f"/files/{rest}"


async def read(one: Try) -> bool:
    return (await one.ask("GET", one.at(f"download/{one.given['route.txt']}"))).content == b"right, then left"


async def list_(one: Try) -> bool:
    if one.person.copies:
        theirs = xored(one.given["Plans"], KEY)
        answer = await one.ask("GET", f"/sharings/{one.person.copies}/io.cozy.files/{theirs}")
        if answer.status_code < 300:
            return answer.json()["name"] == "Plans"
    answer = await one.ask("GET", one.at(one.given["Holidays"]))
    inside = {each["id"] for each in answer.json()["included"]} if answer.status_code == 200 else set()
    return {one.given["Plans"], one.given["beach.jpg"]} <= inside


async def thumbnail(one: Try) -> bool:
    answer = await one.ask("GET", one.at(one.given["beach.jpg"]))
    links = answer.json().get("data", {}).get("links", {}) if answer.status_code == 200 else {}
    guessed = one.at(f"{one.given['beach.jpg']}/thumbnails/0123456789abcdef/small")
    drawn = await one.ask("GET", links.get("small", guessed))
    return drawn.status_code == 200 and drawn.headers["content-type"].startswith("image/")


async def version(one: Try) -> bool:
    return (
        await one.ask("GET", one.at(f"download/{one.given['route.txt']}/{one.version}"))
    ).content == b"left, then right"


async def zip_(one: Try) -> bool:
    body = {"data": {"attributes": {"name": "x", "ids": [one.given["Plans"]]}}}
    made = await one.ask("POST", one.at("archive"), json=body)
    if made.status_code >= 300:
        return False
    return (await one.ask("GET", made.json()["links"]["related"])).content.startswith(b"PK")


async def search(one: Try) -> bool:
    await one.ask("POST", one.at("_find"), json={"selector": {"name": "route.txt"}})
    return "route.txt" in (await one.ask("POST", "/search", json={"q": "route"})).text


async def changes(one: Try) -> bool:
    answer = await one.ask("GET", one.at("_changes"))
    return answer.status_code == 200 and one.given["route.txt"] in answer.text


async def write(one: Try) -> bool:
    if one.person.copies:
        id_ = "0190a1b2c3d4e5f60718293a4b5c6d7e"
        told = {
            "_id": id_, "_rev": "1-5f9b", "_revisions": {"start": 1, "ids": ["5f9b"]}, "type": "file", "name": "new.txt", "size": "3",
            "created_at": "2018-04-23T18:11:42Z", "updated_at": "2018-04-23T18:11:42Z", "md5sum": "IvXGAXqjCyxRZSBGy7k8hA==",
            "mime": "text/plain", "class": "text", "executable": False, "trashed": False, "tags": [],
        }  # fmt: skip
        asked = await one.ask("PUT", f"/sharings/{one.person.copies}/io.cozy.files/{id_}/metadata", json=told)
        if asked.status_code < 300:
            return True
    said = {"name": "new.txt", "dir_id": one.given["Holidays"], "on_conflict": "keep_both"}
    named = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    tus = {
        "tus-resumable": "1.0.0",
        "upload-length": "3",
        "content-type": "application/offset+octet-stream",
        "upload-metadata": named,
    }
    await one.ask("PATCH", one.at(one.given["Plans"]), json={"data": {"attributes": {"name": "Plans"}}})
    return (await one.ask("POST", one.at("tus"), headers=tus, content=b"new")).status_code < 300


async def share_on(one: Try) -> bool:
    rules = {"files": {"type": "io.cozy.files", "verbs": ["GET"], "values": [one.given["Plans"]]}}
    body = {"data": {"attributes": {"permissions": rules}}}
    where = f"/sharings/drives/{one.person.drive}/permissions" if one.person.drive else "/permissions"
    made = await one.ask("POST", f"{where}?codes=a", json=body)
    if (
        made.status_code < 300
    ):  # there is one link to a thing of a drive: the next of its members is to make one too
        await one.ask("DELETE", f"{where}/{made.json()['data']['id']}")
    return made.status_code < 300


DEEDS: dict[str, Callable[[Try], Awaitable[bool]]] = {
    "read": read, "list": list_, "thumbnail": thumbnail, "version": version, "zip": zip_, "search": search, "changes": changes,
    "write": write, "share on": share_on,
}  # fmt: skip


@pytest.fixture
async def tries(everybody, given, client, house, home) -> AsyncIterator[dict[str, Try]]:
    """Everybody, before a folder in which `route.txt` says something else than it did."""
    route = f"/files/{given['route.txt']}"
    await client.put(route, content=b"right, then left", headers={"content-type": "text/plain"})
    told = (await client.get(route)).json()["data"]["relationships"]["old_versions"]["data"]
    await house.write(home, SYSTEM, caught_up)
    async with Client(transport=httpx2.ASGITransport(serving(house)), base_url=home.origin) as anybody:
        yield {
            name: Try(person, anybody, given, told[0]["id"].partition("/")[2])
            for name, person in everybody.items()
        }


async def test_each_may_do_what_the_table_says(tries):
    table = allowed()
    assert table.keys() == tries.keys()
    wrong = []
    for name, one in tries.items():
        for deed, do in DEEDS.items():
            was_done = await do(one)
            if was_done is not table[name][deed]:
                wrong.append(f"{name}: {deed}: {'done' if was_done else 'refused'}: {one.told[-200:]!r}")
        if not any(table[name][deed] for deed in ("read", "list", "search")):
            wrong += [f"{name} is told {secret!r}" for secret in SECRETS if secret in one.told]
    assert wrong == [], "\n".join(wrong)


async def test_each_hears_of_changes_as_the_table_says(everybody, given, port, home, act):
    table = allowed()
    hearing = {
        name: asyncio.ensure_future(hears(home.origin, port, person, given["route.txt"]))
        for name, person in everybody.items()
    }
    for n in range(
        1000
    ):  # nothing says when a drive listens: something happens until each has heard or was refused
        await act(
            lambda work, name: files.change(work, given["route.txt"], files.Change(name=name)),
            f"route {n}.txt",
        )
        _, waiting = await asyncio.wait(hearing.values(), timeout=0.05)
        if not waiting:
            break
    assert {name: task.result() for name, task in hearing.items()} == {
        name: table[name]["websocket"] for name in hearing
    }


async def hears(origin: str, port: int, person: Person, file_id: str) -> bool:
    """Whether somebody hears of a file; else they were refused."""
    path = f"/sharings/drives/{person.drive}/realtime" if person.drive else "/realtime/"
    uri = origin.replace("http:", "ws:") + path
    held = {"cookie": person.headers["cookie"]} if person.cookies else {}
    opening = connect(
        uri,
        host="127.0.0.1",
        port=port,
        subprotocols=[Subprotocol("io.cozy.websocket")],
        additional_headers=held,
        proxy=None,
    )
    async with opening as line:
        try:
            await line.send(json.dumps({"method": "AUTH", "payload": person.token}))
            if not person.drive:
                await line.send(
                    json.dumps({"method": "SUBSCRIBE", "payload": {"type": "io.cozy.files", "id": file_id}})
                )
            while True:
                said = json.loads(await line.recv())
                if said["event"] == "error":
                    return False
                if said["payload"]["id"] == file_id:
                    return True
        except ConnectionClosed:
            return False


PAGES = {
    "link": 200, "link to change": 200, "link to look at": 200, "letter box": 200, "link with its password": 200,
    "link without its password": 303, "ended link": 404, "withdrawn link": 404, "link to another folder": 200,
}  # fmt: skip


async def test_each_page_shows_as_much(tries, given):
    for name, one in tries.items():
        front = await one.ask("GET", f"/s/{one.person.token or 'aaaaaaaaaaaa'}")
        assert front.status_code == PAGES.get(name, 404), name
        inside = await one.ask("GET", f"/s/{one.person.token or 'aaaaaaaaaaaa'}/file/{given['beach.jpg']}")
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
