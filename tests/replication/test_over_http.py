"""What another home asks, as cozy-stack's tests do (web/sharings/replicator_test.go)."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import Rule
from cozy.rooms.sharing.model.ids import xored
from tests.replication.town import Town, md5

pytestmark = pytest.mark.anyio
TESTS = "io.cozy.replicator.tests"


class Peer(httpx2.AsyncClient):
    """Bob's home, as it speaks to Alice's."""

    sharing: str
    key: bytes

    def at(self, path: str) -> str:
        return f"/sharings/{self.sharing}/{path}"


async def peer_of(town: Town, sharing: str) -> Peer:
    found = await town.see("bob", sharings.fetch, sharing)
    secrets = found.credentials[0]
    assert secrets.access_token is not None
    headers = {"authorization": f"Bearer {secrets.access_token.access_token}"}
    peer = Peer(
        transport=httpx2.ASGITransport(town.ways.app), base_url=town.homes["alice"].origin, headers=headers
    )
    peer.sharing, peer.key = sharing, secrets.key
    return peer


@pytest.fixture
async def plain(town: Town) -> AsyncIterator[Peer]:
    rule = Rule(
        TESTS, title="tests", selector="foo", values=("bar", "baz"), add="sync", update="sync", remove="sync"
    )
    async with await peer_of(town, await town.share([rule], "bob")) as peer:
        yield peer


@pytest.fixture
async def filed(town: Town) -> AsyncIterator[Peer]:
    folder = await town.folder("alice", files.ROOT, "Trip")
    async with await peer_of(town, await town.share_folder(folder.id, "bob")) as peer:
        yield peer


async def noted(town: Town) -> None:
    """Alice's home looks at what changed. Bob's is not told: who knows its key would ask it to sign."""
    town.ways.cut = {"bob.localhost"}
    await town.beat("alice")
    town.ways.cut = set()


def hello(id_: str, rev: str = "1-5f9ba207fefdc250e35f7cd866c84cc6", **more: Any) -> dict[str, Any]:
    return {
        "_id": id_, "_rev": rev, "_revisions": {"start": int(rev[0]), "ids": [rev[2:]]}, "type": "file", "name": "hello.txt",
        "created_at": "2018-04-23T18:11:42.343937292+02:00", "updated_at": "2018-04-23T18:11:42.343937292+02:00", "size": "6",
        "md5sum": "WReFt5RgHiErJg4lklY2/Q==", "mime": "text/plain", "class": "text", "executable": False, "trashed": False,
        "tags": [], **more,
    }  # fmt: skip


ID = "0190a1b2c3d4e5f60718293a4b5c6d7e"


async def test_nobody_else_is_answered(town: Town, plain: Peer):
    path = plain.at("_revs_diff")
    assert (await plain.post(path, json={"id": ["1-111"]}, headers={"authorization": ""})).status_code == 401
    assert (await plain.post("/sharings/other/_revs_diff", json={"id": ["1-111"]})).status_code == 403
    assert (await plain.post(path, json={"id": ["1-111"]})).status_code == 200
    assert (await plain.post(path, content=b"null")).status_code == 400


async def test_revisions_that_are_not_known_are_asked_for(town: Town, plain: Peer):
    document = await town.do("alice", documents.create, TESTS, {"foo": "bar"})
    later = await town.do("alice", documents.update, document, {"foo": "bar", "n": 2})
    await noted(town)
    known, unknown = f"{TESTS}/{document.id}", f"{TESTS}/{ID}"
    asked = {known: [document.rev, later.rev], unknown: ["1-6b"]}
    assert (await plain.post(plain.at("_revs_diff"), json=asked)).json() == {unknown: {"missing": ["1-6b"]}}
    answer = await plain.post(plain.at("_revs_diff"), json={known: [later.rev, "2-4b", "4-4d"]})
    assert answer.json() == {known: {"missing": ["2-4b", "4-4d"]}}


async def test_documents_come_with_their_revisions(town: Town, plain: Peer):
    sent = {
        TESTS: [
            {"_id": ID, "_rev": "3-fff", "_revisions": {"start": 3, "ids": ["fff", "eee", "dd"]}, "this": "is it", "foo": "baz"},
            {"_id": "other", "_rev": "1-aaa", "_revisions": {"start": 1, "ids": ["aaa"]}, "foo": "elsewhere"},
        ],
        "io.cozy.permissions": [{"_id": "mine", "_rev": "1-aaa", "_revisions": {"start": 1, "ids": ["aaa"]}, "foo": "bar"}],
    }  # fmt: skip
    answer = await plain.post(plain.at("_bulk_docs"), json=sent)
    assert (answer.status_code, answer.json()) == (200, [])
    (found,) = await town.see("alice", documents.changes, TESTS)
    assert (found.id, found.rev, found.body) == (ID, "3-fff", {"this": "is it", "foo": "baz"})
    assert "mine" not in await town.see("alice", documents.fetch_many, "io.cozy.permissions", ["mine"])


async def test_a_document_that_is_not_shared_is_left_alone(town: Town, plain: Peer):
    own = await town.do("alice", documents.create, TESTS, {"foo": "private"})
    sent = {
        TESTS: [{"_id": own.id, "_rev": "9-fff", "_revisions": {"start": 9, "ids": ["fff"]}, "foo": "bar"}]
    }
    assert (await plain.post(plain.at("_bulk_docs"), json=sent)).status_code == 200
    assert (await town.see("alice", documents.fetch, TESTS, own.id)).body == {"foo": "private"}


async def test_a_file_comes_with_its_content(town: Town, filed: Peer):
    told = await filed.put(filed.at(f"io.cozy.files/{ID}/metadata"), json=hello(ID))
    assert told.status_code == 200
    key = told.json()["key"]
    assert (await filed.put(filed.at(f"io.cozy.files/{key}"), content=b"wrong\n")).status_code == 422
    assert (await filed.put(filed.at(f"io.cozy.files/{key}"), content=b"world\n")).status_code == 204
    found = await town.do("alice", files.at_path, "/Trip/hello.txt")
    assert (found.id, found.rev, found.md5sum) == (ID, "1-5f9ba207fefdc250e35f7cd866c84cc6", md5(b"world\n"))
    assert (await filed.put(filed.at(f"io.cozy.files/{ID}/metadata"), json=hello(ID))).status_code == 204
    assert (await filed.put(filed.at(f"io.cozy.files/{key}"), content=b"world\n")).status_code == 404


async def test_another_name_needs_no_content(town: Town, filed: Peer):
    told = await filed.put(filed.at(f"io.cozy.files/{ID}/metadata"), json=hello(ID))
    await filed.put(filed.at(f"io.cozy.files/{told.json()['key']}"), content=b"world\n")
    ids = ["6f9ba207fefdc250e35f7cd866c84cc6", "5f9ba207fefdc250e35f7cd866c84cc6"]
    renamed = hello(ID, f"2-{ids[0]}", name="bye.txt") | {"_revisions": {"start": 2, "ids": ids}}
    assert (await filed.put(filed.at(f"io.cozy.files/{ID}/metadata"), json=renamed)).status_code == 204
    assert (await town.do("alice", files.at_path, "/Trip/bye.txt")).rev == f"2-{ids[0]}"


async def test_a_file_is_refused_that_has_no_business_here(town: Town, filed: Peer):
    own = await town.file("alice", files.ROOT, "own.txt", b"own")
    answer = await filed.put(filed.at(f"io.cozy.files/{own.id}/metadata"), json=hello(own.id, "9-ffff"))
    assert answer.status_code == 403
    assert (await filed.put(filed.at("io.cozy.files/other/metadata"), json=hello(ID))).status_code == 422
    assert (await filed.put(filed.at(f"io.cozy.files/{ID}/metadata"), json={"_id": ID})).status_code == 400


async def test_a_folder_may_be_asked_for(town: Town, filed: Peer):
    trip = await town.do("alice", files.at_path, "/Trip")
    folder = await town.folder("alice", trip.id, "zorglub")
    inner = await town.folder("alice", folder.id, "inner")
    await noted(town)
    theirs = xored(folder.id, filed.key)
    shown = (await filed.get(filed.at(f"io.cozy.files/{theirs}"))).json()
    assert (shown["_id"], shown["_rev"], shown["type"], shown["name"]) == (
        theirs,
        folder.rev,
        "directory",
        "zorglub",
    )
    assert "dir_id" not in shown
    assert "path" not in shown
    shown = (await filed.get(filed.at(f"io.cozy.files/{xored(inner.id, filed.key)}"))).json()
    assert shown["dir_id"] == theirs
    for other in (trip.id, files.ROOT, ID):
        assert (await filed.get(filed.at(f"io.cozy.files/{xored(other, filed.key)}"))).status_code == 404


async def test_who_may_only_read_sends_nothing(town: Town):
    folder = await town.folder("alice", files.ROOT, "Trip")
    sharing = await town.share_folder(folder.id, "bob", readers=("bob",))
    async with await peer_of(town, sharing) as peer:
        assert (await peer.put(peer.at(f"io.cozy.files/{ID}/metadata"), json=hello(ID))).status_code == 403
        assert (await peer.post(peer.at("_bulk_docs"), json={})).status_code == 403
        assert (await peer.post(peer.at("reupload"))).status_code == 204


async def test_the_first_copy_is_counted(town: Town, filed: Peer):
    sharing = await town.see("bob", sharings.fetch, filed.sharing)
    from msgspec.structs import replace

    await town.do(
        "bob", sharings.keeping.put, replace(sharing, initial_number_of_files_to_sync=2, initial_sync=True)
    )
    trip = await town.do("alice", files.at_path, "/Trip")
    for name in ("a.txt", "b.txt"):
        await town.file("alice", trip.id, name, name.encode())
    await town.settle()
    ended = await town.see("bob", sharings.fetch, filed.sharing)
    assert not ended.initial_sync
    assert not ended.initial_number_of_files_to_sync
