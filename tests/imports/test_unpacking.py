"""What apps ask the workers `zip` and `unzip` for (cozy-stack docs/workers.md)."""

import io
import zipfile
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.rooms.files import service as files
from tests.files.settling import settled
from tests.imports.conftest import tree_of

Ask = Callable[..., Awaitable[dict[str, Any]]]


def packed(held: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return out.getvalue()


def locked() -> bytes:
    """A zip that says that its one file is locked by a password."""
    data = bytearray(packed({"a.txt": b"1"}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1
    return bytes(data)


def said(**message: object) -> dict[str, Any]:
    return {"data": {"attributes": {"arguments": message}}}


@pytest.fixture
def on_page() -> str:
    return "/my/drive"


@pytest.fixture
def ask(house, home, client) -> Ask:
    """Asks a worker, and waits; the job as it ended."""

    async def ask(worker: str, **message: object) -> dict[str, Any]:
        answer = await client.post(f"/jobs/queue/{worker}", json=said(**message))
        assert answer.status_code == 202, answer.text
        await settled(house, home)
        return (await client.get(f"/jobs/{answer.json()['data']['id']}")).json()["data"]["attributes"]

    return ask


@pytest.fixture
def given_(house, home):
    """Puts a file of these bytes into a folder; its id."""

    async def given_(name: str, data: bytes, folder: str = files.ROOT) -> str:
        made = await house.write(home, SYSTEM, files.create_file, folder, name, inline_content(data), "")
        return made.id

    return given_


@pytest.fixture
def folder(house, home):
    async def folder(name: str) -> str:
        return (await house.write(home, SYSTEM, files.create_folder, files.ROOT, name)).id

    return folder


async def test_a_zip_is_unpacked_into_a_folder_and_a_second_time_changes_nothing(
    house, home, ask, given_, folder
):
    where = await folder("Letters")
    await given_("a.txt", b"another", where)
    archive = packed({"a.txt": b"one", "deep/er/b.txt": b"two", "../out.txt": b"three"})
    id_ = await given_("letters", archive)
    for _ in range(2):
        ended = await ask("unzip", zip=id_, destination=where)
        assert (ended["state"], ended["error"]) == ("errored", "1 of its files could not be unpacked.")
        there = {path for path in await house.read(home, SYSTEM, tree_of) if path.startswith("/Letters/")}
        assert there == {"/Letters/a.txt", "/Letters/a (2).txt", "/Letters/deep/er/b.txt"}
    assert (await ask("unzip", zip=await given_("b.zip", packed({"c.txt": b"3"})), destination=where))["state"] == "done"  # fmt: skip


async def test_what_is_no_zip_is_not_unpacked(ask, given_, folder):
    ended = await ask("unzip", zip=await given_("no.zip", b"no zip at all"), destination=await folder("d"))
    assert (ended["state"], ended["error"]) == ("errored", "This is no zip archive.")


async def test_files_and_folders_are_packed_into_a_zip_in_the_home(house, home, ask, given_, folder):
    inside, where = await folder("Photos of Théo"), await folder("Archives")
    await given_("cat.jpg", b"cat", inside)
    one = await given_("one.pdf", b"1")
    wanted = {"selection/one.pdf": one, "théo": inside, "../../out.pdf": one}
    for _ in range(2):
        ended = await ask("zip", files=wanted, dir_id=where, filename="selection.zip")
        assert ended["state"] == "done", ended
    [made] = await house.read(home, SYSTEM, files.children, where)
    _, content = await house.read(home, SYSTEM, files.open_content, made.id)
    data = b"".join([piece async for piece in files.content_pieces(house, home, content)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {"selection/one.pdf": b"1", "théo/": b"", "théo/cat.jpg": b"cat", "out.pdf": b"1"}
    assert (made.name, made.mime) == ("selection.zip", "application/zip")


async def test_an_app_has_packed_and_unpacked_only_what_it_may_read_and_where_it_may_write(
    acting, given_, folder
):
    mine, own = await given_("secret.zip", packed({"a": b"1"})), await folder("Own")
    app = await acting("app", "notes", "io.cozy.jobs", "io.cozy.triggers", f"io.cozy.files:ALL:{own}")
    for worker, message in (
        ("unzip", {"zip": mine, "destination": own}),
        ("zip", {"files": {"a": mine}, "dir_id": own}),
        ("zip", {"files": {"a": own}, "dir_id": files.ROOT}),
    ):
        asked = await app.post(f"/jobs/queue/{worker}", json=said(**message))
        planned = {"type": "@in", "arguments": "1s", "worker": worker, "message": message}
        trigger = await app.post("/jobs/triggers", json={"data": {"attributes": planned}})
        assert {asked.status_code, trigger.status_code} <= {403, 404}, (worker, asked.text, trigger.text)
    allowed = await app.post("/jobs/queue/zip", json=said(files={"a": own}, dir_id=own))
    assert allowed.status_code == 202, allowed.text
    assert (await app.post("/jobs/queue/zip", json=said(files={}))).status_code == 400
    assert (await app.post("/jobs/queue/unzip", json=said(zip=3))).status_code == 422


async def test_the_owner_unpacks_a_zip_into_a_folder_beside_it(house, home, reader, given_, folder):
    where = await folder("Post")
    held = {"one.zip": {"a.txt": b"1", "b/c.txt": b"2"}, "two.zip": {"Both/a.txt": b"3", "Both/b.txt": b"4"}}
    for name, files_ in held.items():
        asked = await reader.submit(f"/my/file/{await given_(name, packed(files_), where)}/unpack")
        assert asked.status_code == 303, asked.text
        await settled(house, home)
        assert asked.headers["location"].startswith("/my/drive/")
    there = {path for path in await house.read(home, SYSTEM, tree_of) if path.startswith("/Post/")}
    assert there == {
        f"/Post/{each}"
        for each in ("one.zip", "two.zip", "one/a.txt", "one/b/c.txt", "Both/a.txt", "Both/b.txt")
    }


async def test_a_zip_that_cannot_be_unpacked_says_why_and_leaves_no_folder(house, home, reader, given_):
    before = {each.id for each in await house.read(home, SYSTEM, files.children, files.ROOT)}
    odd = {"no zip archive": b"no zip", "nothing in there": packed({}), "locked by a password": locked()}
    ids = {await given_(f"{said}.zip", data): said for said, data in odd.items()}
    for id_, said in ids.items():
        answer = await reader.submit(f"/my/file/{id_}/unpack")
        assert answer.headers["location"] == f"/my/file/{id_}"
        assert said in (await reader.get(answer.headers["location"])).text
    assert {
        each.id for each in await house.read(home, SYSTEM, files.children, files.ROOT)
    } == before | ids.keys()
