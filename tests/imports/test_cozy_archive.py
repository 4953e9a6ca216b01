"""The archive of a Cozy: everything in it comes in under its own id, beside what is here, and once."""

import json
import zipfile
from typing import Any

import pytest

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.documents.ports import RESERVED, Doctype
from cozy.rooms.files import service as files
from cozy.rooms.photos import service as photos
from tests.imports import cozies
from tests.imports.conftest import bodies, tree_of


def words(body) -> dict[str, int]:
    (part,) = body.parts
    return {
        **part.added,
        **{word: getattr(part, word) for word in ("same", "changed", "beside") if getattr(part, word)},
    }


async def names(inside) -> set[str]:
    """Every file outside of the bin, but the list of what was left out."""
    return {name for name in await inside(tree_of) if not name.startswith("/Imports/")}


ALL = {"contact": 2, "document": 10, "file": 4}
NUMBER = sum(ALL.values())


@pytest.fixture
async def came(bring, tmp_path):
    """The archive, brought into a new home."""
    body = await bring(*cozies.archive(tmp_path / "parts"))
    assert (body.state, body.parts[0].title) == ("done", "Cozy")
    return body


@pytest.mark.on_disk
async def test_files_come_with_their_folders_dates_tags_and_versions(came, inside):
    assert await names(inside) == {"/Administrative/Flat/lease.txt", "/sea.jpg", "/empty"}
    lease = await inside(files.fetch, "f1")
    assert (await inside(files.full_path, lease)) == "/Administrative/Flat/lease.txt"
    assert lease.body["tags"] == ["flat"]
    assert lease.body["created_at"].startswith("2019-03-04T05:06:07")
    assert lease.updated_at.startswith("2020-04-05T04:07:08.123456")
    assert lease.body["metadata"] == {"qualification": {"label": "lease"}}
    assert lease.body["cozyMetadata"]["createdOn"] == "https://ana.example/"
    content = await inside(files.content_by_hash, lease.sha256)
    assert content.inline == cozies.NEW_LEASE
    (version,) = await inside(files.versions_of, "f1")
    assert (version.id, version.body["tags"], version.size) == ("f1/1-abc", ["kept"], len(cozies.LEASE))
    assert (await inside(files.fetch, "d2")).body["tags"] == ["home"]


async def test_what_is_in_the_bin_lies_in_the_bin(came, inside, house, home):
    bye = await inside(files.fetch, "f3")
    assert bye.is_trashed
    restored = await house.write(home, SYSTEM, files.restore, "d3")
    assert restored.path == "/Old"


async def test_albums_have_their_photos(came, inside):
    assert await inside(photos.albums.ids_in, "al1") == ["f2"]


async def test_people_are_seen_by_phones_and_their_groups_are_theirs(came, inside):
    (item,) = await inside(collections.items.of_ids, "io.cozy.contacts", ["c1"])
    assert "Anna" in item.text
    assert "Choir" in item.text
    people = {each["fullname"]: each for each in await inside(bodies, "io.cozy.contacts")}
    assert [each["address"] for each in people["Ana"]["email"]] == [
        "ana@elsewhere.example",
        "alice@example.org",
    ]


async def test_other_documents_are_as_they_were(came, inside):
    operation = await inside(documents.fetch, "io.cozy.bank.operations", "o1")
    assert operation.body == {"label": "Baker", "amount": -2.5}
    assert operation.rev == cozies.DOCUMENTS["io.cozy.bank.operations"][0]["_rev"]
    account = await inside(documents.fetch, "io.cozy.accounts", "a1")
    assert account.body["auth"] == {"login": "ana", "credentials_encrypted": "bmFjbA=="}
    assert (await inside(documents.fetch, "io.cozy.settings", "io.cozy.settings.theme")).body == {
        "dark": True
    }


async def test_what_was_about_the_other_home_stays_there_and_is_named(came, inside):
    assert words(came) == ALL
    assert {each.name for each in came.left} == {
        "com.bitwarden.ciphers: 1", "io.cozy.apps/drive", "io.cozy.apps/notes", "io.cozy.jobs: 1", "io.cozy.permissions: 1",
        "io.cozy.sessions: 1", "io.cozy.settings: 1",
    }  # fmt: skip
    for doctype in ("io.cozy.sessions", "io.cozy.permissions", "com.bitwarden.ciphers", "io.cozy.apps"):
        assert [each for each in await inside(bodies, doctype) if "codes" in each or "data" in each] == []
    assert (await inside(documents.fetch, "io.cozy.settings", "io.cozy.settings.instance")).body[
        "public_name"
    ] == "Alice"


async def test_the_same_again_adds_nothing_however_it_is_packed(came, bring, inside, tmp_path):
    before = await names(inside)
    again = await bring(*cozies.archive(tmp_path / "parts"))
    assert words(again) == {"same": NUMBER}
    unpacked = tmp_path / "unpacked"
    for part in cozies.archive(tmp_path / "parts"):
        with zipfile.ZipFile(part) as opened:
            opened.extractall(unpacked)
    assert words(await bring(unpacked)) == {"same": NUMBER}
    assert await names(inside) == before
    assert len(await inside(bodies, "io.cozy.contacts")) == 2


async def test_a_folder_of_parts_is_one_archive(bring, tmp_path):
    cozies.archive(tmp_path / "parts")
    assert words(await bring(tmp_path / "parts")) == ALL


async def test_the_tar_on_a_server_brings_its_documents(bring, inside, tmp_path):
    body = await bring(cozies.at_rest(tmp_path / "export.tar.gz"))
    assert words(body) == {"contact": 2, "document": 9}
    assert (await inside(documents.fetch, "io.cozy.bookmarks", "b1")).body["title"] == "Example"


async def test_a_file_whose_content_is_missing_takes_no_other_ones(bring, inside, tmp_path):
    entries = [each for each in cozies.part_2() if each[0] != "Files/sea.jpg"]
    body = await bring(cozies.zipped(tmp_path / "part.zip", [*cozies.part_1(), *entries]))
    assert "My Cozy/Data/io.cozy.files/f2.json" in {each.name for each in body.left}
    assert await names(inside) == {"/Administrative/Flat/lease.txt", "/empty"}


async def test_a_content_that_is_not_what_its_document_says_stays_out(bring, inside, tmp_path):
    entries = [
        (name, b"second leasE" if name.endswith("lease.txt") else data) for name, data in cozies.part_2()
    ]
    body = await bring(cozies.zipped(tmp_path / "part.zip", [*cozies.part_1(), *entries]))
    (left,) = [each for each in body.left if "lease" in each.name]
    assert left.why.startswith("It holds something else")
    assert await names(inside) == {"/sea.jpg", "/empty"}


async def test_what_is_here_stays_and_the_other_stands_beside(bring, inside, tmp_path, house, home):
    def lived(work):
        flat = files.create_path(work, "/Administrative/Flat")
        files.create_file(work, flat.id, "lease.txt", inline_content(b"mine"), "")
        documents.create(work, "io.cozy.bank.operations", {"label": "Butcher"}, id_="o1")
        documents.create(work, "io.cozy.photos.albums", {"name": "Brittany"}, id_="al0")

    await house.write(home, SYSTEM, lived)
    body = await bring(*cozies.archive(tmp_path / "parts"))
    assert body.parts[0].beside == 2
    assert await names(inside) == {
        "/Administrative/Flat/lease.txt", "/Administrative/Flat/lease (2).txt", "/sea.jpg", "/empty",
    }  # fmt: skip
    labels = {each["label"] for each in await inside(bodies, "io.cozy.bank.operations")}
    assert labels == {"Baker", "Butcher"}
    again = await bring(*cozies.archive(tmp_path / "parts"))
    assert again.parts[0].added == {}
    assert again.parts[0].beside == 0


@pytest.mark.on_disk
async def test_a_newer_archive_brings_what_is_new_and_leaves_what_was_changed_here(
    came, bring, inside, tmp_path, house, home, monkeypatch
):
    await house.write(home, SYSTEM, files.overwrite, "f4", inline_content(b"written here"), "text/plain")
    later = cozies.file("f1", "lease.txt", b"third lease", "d2", tags=["flat"])
    mended = cozies.file("f4", "empty", b"written there")
    others = [each for each in cozies.FILES if each[0]["_id"] not in {"f1", "f4"}]
    monkeypatch.setattr(cozies, "FILES", [
        (later, "/Administrative/Flat/lease.txt", b"third lease"), (mended, "/empty", b"written there"), *others,
    ])  # fmt: skip
    body = await bring(*cozies.archive(tmp_path / "later"))
    assert (body.parts[0].changed, body.parts[0].beside) == (1, 1)
    lease = await inside(files.fetch, "f1")
    assert (await inside(files.content_by_hash, lease.sha256)).inline == b"third lease"
    assert {each.size for each in await inside(files.versions_of, "f1")} == {
        len(cozies.NEW_LEASE),
        len(cozies.LEASE),
    }
    assert await names(inside) == {"/Administrative/Flat/lease.txt", "/sea.jpg", "/empty", "/empty (2)"}


async def test_what_was_thrown_away_for_good_comes_again(came, bring, inside, tmp_path, house, home):
    def gone(work):
        files.trash(work, "f4")
        files.destroy(work, "f4")
        documents.delete(work, documents.fetch(work, "io.cozy.bookmarks", "b1"))

    await house.write(home, SYSTEM, gone)
    body = await bring(*cozies.archive(tmp_path / "parts"))
    assert body.parts[0].added == {"file": 1, "document": 1}
    assert "/empty" in await names(inside)
    assert words(await bring(*cozies.archive(tmp_path / "parts"))) == {"same": NUMBER}


HOSTILE = [
    {"_id": "h1", "text": "a\0b"}, {"_id": "h2", "text": "\ud800"}, {"_id": "h\0", "text": "x"}, {"_id": 7}, [], {"_id": "_design/x"},
    {"_id": "h3", "_rev": "999999999-x", "_revisions": {"start": "no", "ids": [1, None]}}, {"_id": "h4", "_rev": 5, "cozyMetadata": 3},
]  # fmt: skip


async def test_documents_that_are_none_stay_out_and_stop_nothing(bring, inside, tmp_path):
    deep = b'{"_id": "deep", "a": ' + b"[" * 3000 + b"]" * 3000 + b"}"
    entries = [
        (f"Data/io.cozy.todo.items/{n}.json", json.dumps(each).encode()) for n, each in enumerate(HOSTILE)
    ]
    contacts = [{"_id": "c", "fullname": 3, "email": {"a": 1}, "cozyMetadata": {"item": {"text": "BEGIN:cozy-inline:" + "a" * 64}}},
                {"_id": "d", "me": True, "email": "x", "cozyMetadata": {"item": {"text": 7, "uid": []}}}]  # fmt: skip
    odd: list[dict[str, Any]] = [
        {"type": "directory", "name": "a/b", "dir_id": "o1", "path": 7, "tags": "x", "created_at": "long ago"},
        {"type": "file", "name": "..", "dir_id": 3, "size": "1", "referenced_by": [1, {"type": "t"}], "metadata": [], "tags": [2]},
        {"type": "file", "name": "x\0", "dir_id": "o2", "size": 1, "mime": 4, "class": [], "cozyMetadata": "no"},
        {"type": "elephant"},
    ]  # fmt: skip
    for n, each in enumerate(odd):
        entries += [
            (f"Data/io.cozy.files/o{n}.json", json.dumps({"_id": f"o{n}", **each}).encode()),
            (f"Files/o{n}", b"1"),
        ]
    entries += [
        (f"Data/io.cozy.contacts/{n}.json", json.dumps(each).encode()) for n, each in enumerate(contacts)
    ]
    entries += [
        ("Data/io.cozy.todo.items/deep.json", deep),
        ("Data/io.cozy.todo.items/x.json", b'{"_id'),
        *cozies.part_1(),
    ]
    body = await bring(cozies.zipped(tmp_path / "odd.zip", entries))
    assert (body.state, body.why) == ("done", "")
    assert (await inside(documents.fetch, "io.cozy.bookmarks", "b1")).body["title"] == "Example"
    assert {
        each.id for each in (await inside(documents.find, "io.cozy.todo.items", Query(selector={}))).documents
    } == {"h3", "h4"}
    again = await bring(cozies.zipped(tmp_path / "odd.zip", entries))
    assert again.parts[0].added == {}


async def test_nothing_that_only_homes_write_comes_along(house, home, bring, inside, tmp_path):
    """Such as what an export left out last time: the next one would leave out what somebody else says."""
    own = sorted(
        {each.name for each in house.ports[Doctype] if not each.is_readable} - {"io.cozy.deleted"}
        | {"io.cozy.exports.places"}
        | {name for name, each in RESERVED.items() if not each.is_readable}
    )
    entries = [
        (f"Data/{doctype}/x.json", json.dumps(cozies.doc("x", sha256="0" * 64)).encode()) for doctype in own
    ]
    body = await bring(cozies.zipped(tmp_path / "own.zip", [*entries, *cozies.part_1()]))
    assert body.state == "done"
    assert [doctype for doctype in own if await inside(documents.fetch_many, doctype, ["x"])] == []


async def test_no_folder_comes_to_lie_in_itself(bring, inside, tmp_path):
    """Whatever later archives say of where it is: what is in it would be nowhere any more."""
    outer, inner = cozies.folder("d1", "/Outer"), cozies.folder("d2", "/Outer/Inner", "d1")
    held = cozies.file("f1", "a.txt", b"a", "d2")

    def entries(*folders):
        found = [(f"Data/io.cozy.files/{told['_id']}.json", json.dumps(told).encode()) for told in folders]
        return [
            *found,
            ("Data/io.cozy.files/f1.json", json.dumps(held).encode()),
            ("Files/Outer/Inner/a.txt", b"a"),
        ]

    await bring(cozies.zipped(tmp_path / "1.zip", entries(outer, inner)))
    assert await names(inside) == {"/Outer/Inner/a.txt"}
    for number, dir_id in enumerate(("d1", "d2")):
        moved = outer | {"dir_id": dir_id, "_rev": f"{4 + number}-{number:032x}"}
        body = await bring(cozies.zipped(tmp_path / f"2{number}.zip", entries(moved, inner)))
        assert body.state == "done"
        assert len(await names(inside)) == 1


async def test_the_folders_of_every_home_stay_where_they_are(bring, inside, tmp_path):
    """Whatever an open folder tells as what lost a conflict about them, even by somebody who knows their revisions."""
    root = (await inside(documents.fetch, "io.cozy.files", files.ROOT)).rev
    digest = root.partition("-")[2]
    told = {
        "_type": "io.cozy.files", "_id": files.ROOT, "_rev": f"2-{'a' * 32}", "_revisions": {"start": 2, "ids": ["a" * 32, digest]},
        "type": "directory", "name": "moved", "dir_id": files.TRASH, "path": "/.cozy_trash/moved",
    }  # fmt: skip
    entries = [
        ("manifest.json", b'{"format": "cozy-open-folder", "version": 1}'),
        ("Data/conflicts.json", b"[\n" + json.dumps(told).encode() + b"\n]\n"),
    ]
    body = await bring(cozies.zipped(tmp_path / "open.zip", entries))
    assert (body.state, body.parts[0].title) == ("done", "Cozy")
    assert (await inside(documents.fetch, "io.cozy.files", files.ROOT)).rev == root
