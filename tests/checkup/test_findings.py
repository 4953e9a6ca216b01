"""Every kind of inconsistency, planted in a real home, is found: that line and no other."""

import base64
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cozy.app import migrations
from cozy.backends.sqlite import SqliteStorage
from cozy.kernel.db import Db
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.checkup import service as checkup
from cozy.rooms.checkup.model import KINDS, Finding
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Leaf
from cozy.rooms.files import service as files
from cozy.rooms.files.model import order_key
from cozy.rooms.homes import service as homes
from tests.conftest import OWNER

NOTES = "test.notes"
BIG = b"\x00\x01" * 100_000


class Full:
    """A home with a bit of everything, and hands to break it with."""

    def __init__(self, house: House, home: Home) -> None:
        self.house = house
        self.home = home
        self.ids: dict[str, str] = {}

    async def furnish(self) -> None:
        content = await self.house.blobs.put(self.home.id, _once(BIG))
        small = await self.house.blobs.put(self.home.id, _once(b"small"))
        newer = await self.house.blobs.put(self.home.id, _once(b"newer"))
        gone = await self.house.blobs.put(self.home.id, _once(b"gone"))
        self.blob = content.blob or ""
        self.big = content.sha256
        self.small = small.sha256

        def fill(work: Work) -> dict[str, str]:
            folder = files.create_folder(work, files.ROOT, "folder")
            inner = files.create_folder(work, folder.id, "inner")
            big = files.create_file(work, inner.id, "big.bin", content, "")
            text = files.create_file(work, folder.id, "small.txt", newer, "")
            files.overwrite(work, text.id, small, "")
            trashed = files.create_file(work, files.ROOT, "gone.txt", gone, "")
            files.trash(work, trashed.id)
            note = documents.create(work, NOTES, {"text": "hello"}, id_="note")
            for letter in "abc":
                documents.graft(
                    work, NOTES, "note", Leaf("1-" + letter * 32, False, {"text": letter}, (letter * 32,))
                )
            return {
                "folder": folder.id,
                "inner": inner.id,
                "big": big.id,
                "text": text.id,
                "trashed": trashed.id,
                "note": note.id,
            }

        self.ids = await self.house.write(self.home, OWNER, fill)

    async def run(self, sql: str, **params: Any) -> None:
        changed = await self.house.storage.home(self.home.id).write(
            lambda db: db.run(sql, **{"home": self.home.id, **params})
        )
        assert changed >= 1

    async def edit(
        self, which: str, change: Callable[[dict[str, Any]], None], doctype: str = "io.cozy.files"
    ) -> None:
        """Change a document's body behind every room's back."""
        id_ = self.ids.get(which, which)

        def fn(db: Db) -> int:
            where = {"home": self.home.id, "doctype": doctype, "id": id_}
            row = db.one(
                "SELECT body FROM documents WHERE home_id = :home AND doctype = :doctype AND id = :id",
                **where,
            )
            assert row is not None
            body = json.loads(row[0])
            change(body)
            return db.run(
                "UPDATE documents SET body = :body WHERE home_id = :home AND doctype = :doctype AND id = :id",
                body=json.dumps(body), **where,
            )  # fmt: skip

        assert await self.house.storage.home(self.home.id).write(fn) == 1

    async def check(self, *, scrub: bool = False) -> list[tuple[str, str]]:
        """kind and id of what is found."""
        found: list[Finding] = []
        looked: list[int] = []
        await checkup.check(self.house, self.home, found.append, looked.append, scrub=scrub)
        await checkup.check_host(self.house, found.append)
        return [(finding.kind, finding.id) for finding in found]


async def _once(data: bytes):
    yield data


@pytest.fixture
async def full(house: House, home: Home) -> Full:
    full = Full(house, home)
    await full.furnish()
    return full


def contents_folder(full: Full) -> Path:
    return Path(full.house.settings.data) / "homes" / full.home.id / "contents"


async def test_a_whole_home_has_no_findings(full: Full):
    assert await full.check(scrub=True) == []


# Documents


async def test_body_malformed(full: Full):
    await full.run("UPDATE documents SET body = '[1]' WHERE home_id = :home AND doctype = 'test.notes'")
    assert await full.check() == [("body-malformed", "test.notes/note")]


@pytest.mark.parametrize("rev", ["1", "0-" + "a" * 32, "1-X Y", "1-" + "a" * 65, "x-" + "a" * 32])
async def test_rev_malformed(full: Full, rev: str):
    await full.run("UPDATE documents SET rev = :rev WHERE home_id = :home AND id = 'note'", rev=rev)
    assert await full.check() == [("rev-malformed", "test.notes/note")]


@pytest.mark.parametrize("revisions", ["", "c" * 31, "not hexadecimal", f"{'c' * 32} {'c' * 32}"])
async def test_revisions_wrong(full: Full, revisions: str):
    await full.run(
        "UPDATE documents SET revisions = :revs WHERE home_id = :home AND doctype = 'io.cozy.files' AND id = :id",
        revs=revisions, id=full.ids["folder"],
    )  # fmt: skip
    assert await full.check() == [("revisions-wrong", f"io.cozy.files/{full.ids['folder']}")]


async def test_seq_shared(full: Full):
    await full.run(
        """UPDATE documents SET seq = (SELECT MAX(seq) FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files')
            WHERE home_id = :home AND id = 'note'"""
    )
    assert [kind for kind, _ in await full.check()] == ["seq-shared"]


async def test_seq_behind(full: Full):
    await full.run("UPDATE counters SET value = value - 1 WHERE home_id = :home AND name = 'seq'")
    assert await full.check() == [("seq-behind", full.home.id)]


async def add_leaf(full: Full, rev: str, revisions: str, id_: str = "note") -> None:
    await full.run(
        """INSERT INTO leaves (home_id, doctype, id, rev, deleted, body, revisions)
           VALUES (:home, 'test.notes', :id, :rev, :no, '{}', :revisions)""",
        id=id_, rev=rev, revisions=revisions, no=False,
    )  # fmt: skip


async def test_leaf_orphan(full: Full):
    await add_leaf(full, "1-" + "0" * 32, "0" * 32, "nothing")
    assert await full.check() == [("leaf-orphan", "test.notes/nothing")]


@pytest.mark.parametrize(
    ("rev", "revisions"), [("1-!", "!"), ("1-" + "0" * 32, ""), ("1-" + "0" * 32, "1" * 32)]
)
async def test_leaf_malformed(full: Full, rev: str, revisions: str):
    await add_leaf(full, rev, revisions)
    assert await full.check() == [("leaf-malformed", "test.notes/note")]


async def test_leaf_wins(full: Full):
    await add_leaf(full, "2-" + "0" * 32, f"{'0' * 32} {'1' * 32}")
    assert await full.check() == [("leaf-wins", "test.notes/note")]


async def test_leaf_past(full: Full):
    def edit(work: Work) -> str:
        note = documents.fetch(work, NOTES, "note")
        documents.update(work, note, {"text": "changed"})
        return note.rev

    past = await full.house.write(full.home, OWNER, edit)
    await add_leaf(full, past, past.partition("-")[2])
    assert await full.check() == [("leaf-past", "test.notes/note")]


# The tree of files


async def test_root_missing(full: Full):
    """What the root held is lost with it, and said to be."""
    await full.run(
        "UPDATE documents SET deleted = :yes WHERE home_id = :home AND id = :id", yes=True, id=files.ROOT
    )
    kinds = [kind for kind, _ in await full.check()]
    assert kinds[0] == "root-missing"
    assert set(kinds[1:]) == {"parent-missing"}


async def test_trash_missing(full: Full):
    def empty(work: Work) -> None:
        while files.empty_trash(work):
            pass

    await full.house.write(full.home, OWNER, empty)
    await full.run(
        "UPDATE documents SET deleted = :yes WHERE home_id = :home AND id = :id", yes=True, id=files.TRASH
    )
    assert await full.check() == [("trash-missing", files.TRASH)]


@pytest.mark.parametrize("member", ["name", "dir_id", "trashed"])
async def test_file_malformed(full: Full, member: str):
    await full.edit("big", lambda body: body.pop(member))
    assert await full.check() == [("file-malformed", full.ids["big"])]


async def test_version_malformed(full: Full):
    id_ = await version_id(full)
    await full.edit(id_, lambda body: body.pop("md5sum"), "io.cozy.files.versions")
    assert await full.check() == [("file-malformed", id_)]


async def version_id(full: Full) -> str:
    def fn(db: Db) -> str:
        row = db.one(
            "SELECT id FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files.versions'",
            home=full.home.id,
        )
        assert row is not None
        return str(row[0])

    return await full.house.storage.home(full.home.id).read(fn)


async def rename(full: Full, which: str, name: str) -> None:
    """Another name, with all that goes with a name."""
    await full.edit(which, lambda body: body.update(name=name))
    body = {"type": "file", "name": name}
    await full.run(
        "UPDATE documents SET sort_key = :key WHERE home_id = :home AND doctype = 'io.cozy.files' AND id = :id",
        key=order_key(body), id=full.ids[which],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["a/b", "..", "e\u0301", "x" * 256])
async def test_name_wrong(full: Full, name: str):
    await rename(full, "big", name)
    assert await full.check() == [("name-wrong", full.ids["big"])]


async def test_parent_missing(full: Full):
    await full.edit("big", lambda body: body.update(dir_id="nowhere"))
    assert await full.check() == [("parent-missing", full.ids["big"])]


async def test_parent_not_folder(full: Full):
    await full.edit("big", lambda body: body.update(dir_id=full.ids["text"]))
    assert await full.check() == [("parent-not-folder", full.ids["big"])]


async def test_folder_cycle(full: Full):
    await full.edit("folder", lambda body: body.update(dir_id=full.ids["inner"]))
    both = sorted((full.ids["folder"], full.ids["inner"]))
    assert await full.check() == [("folder-cycle", id_) for id_ in both]


@pytest.mark.parametrize("path", ["/other", "/folder/other", ""])
async def test_path_wrong(full: Full, path: str):
    await full.edit("inner", lambda body: body.update(path=path))
    assert await full.check() == [("path-wrong", full.ids["inner"])]


@pytest.mark.parametrize(("which", "trashed"), [("big", True), ("trashed", False)])
async def test_trashed_wrong(full: Full, which: str, trashed: bool):
    await full.edit(which, lambda body: body.update(trashed=trashed))
    assert await full.check() == [("trashed-wrong", full.ids[which])]


async def test_sort_key_wrong(full: Full):
    await full.run(
        "UPDATE documents SET sort_key = 'z' WHERE home_id = :home AND doctype = 'io.cozy.files' AND id = :id",
        id=full.ids["big"],
    )  # fmt: skip
    assert await full.check() == [("sort-key-wrong", full.ids["big"])]


@pytest.mark.parametrize("broken", ["size = size + 1", "folder_id = 'nobody'"])
async def test_sum_wrong(full: Full, broken: str):
    await full.run(
        f"UPDATE folder_sums SET {broken} WHERE home_id = :home AND folder_id = :id", id=full.ids["inner"]
    )
    gone = [] if "size" in broken else ["nobody"]
    assert sorted(await full.check()) == sorted(("sum-wrong", id_) for id_ in (full.ids["inner"], *gone))


async def test_version_orphan(full: Full):
    id_ = await version_id(full)
    await full.run("UPDATE documents SET id = 'nobody/1' WHERE home_id = :home AND id = :id", id=id_)
    assert await full.check() == [("version-orphan", "nobody/1")]


async def test_link_missing(full: Full):
    await full.edit(
        "big", lambda body: body.update(referenced_by=[{"type": "io.cozy.photos.albums", "id": "album"}])
    )
    assert await full.check() == [("link-missing", full.ids["big"])]


@pytest.mark.parametrize("which", ["big", "nobody"])
async def test_link_extra(full: Full, which: str):
    id_ = full.ids.get(which, which)
    await full.run(
        """INSERT INTO file_links (home_id, kind, doctype, target_id, file_id)
           VALUES (:home, 'referenced_by', 'io.cozy.photos.albums', 'album', :id)""",
        id=id_,
    )
    assert await full.check() == [("link-extra", id_)]


# Items of calendars and address books

CONTACTS = "io.cozy.contacts"


@pytest.fixture
async def person(full: Full) -> str:
    """The id of a person whom a phone wrote, with a picture."""
    picture = base64.b64encode(os.urandom(6000)).decode()
    text = f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:Théo\r\nN:;Théo;;;\r\nPHOTO;ENCODING=b;TYPE=JPEG:{picture}\r\nEND:VCARD\r\n"
    entry, _ = await full.house.write(
        full.home, OWNER, collections.items.put, "contacts", "contacts", "u.vcf", text
    )
    assert await full.check(scrub=True) == []
    return entry.id


async def test_item_orphan(full: Full, person: str):
    await full.run("UPDATE items SET rev = '1-other' WHERE home_id = :home AND id = :id", id=person)
    where = f"{CONTACTS}/{person}"
    assert await full.check() == [("item-orphan", where), ("item-missing", where)]


async def test_item_missing(full: Full, person: str):
    await full.run("DELETE FROM items WHERE home_id = :home AND id = :id", id=person)
    assert await full.check() == [("item-missing", f"{CONTACTS}/{person}")]


async def test_item_also_gone(full: Full, person: str):
    await full.run(
        """INSERT INTO items_gone (home_id, kind, collection, name, seq)
           VALUES (:home, 'contacts', 'contacts', 'u.vcf', 1)"""
    )
    assert await full.check() == [("item-also-gone", f"{CONTACTS}/{person}")]


async def test_value_missing(full: Full, person: str):
    await full.run("DELETE FROM inline_values WHERE home_id = :home")
    assert await full.check() == [("value-missing", f"{CONTACTS}/{person}")]


async def test_value_damaged_is_found_by_the_scrub(full: Full, person: str):
    await full.run("UPDATE inline_values SET value = 'AAAA' WHERE home_id = :home")
    assert await full.check() == []
    assert [kind for kind, _ in await full.check(scrub=True)] == ["value-damaged"]


# What is shown on the disk


@pytest.mark.parametrize("which", ["shown", "not shown", "files"])
async def test_live_folder_wrong(full: Full, which: str):
    await full.run(
        """INSERT INTO live_folders (home_id, id, inside, name, inode, due)
           SELECT home_id, id, '', '', 1, 0 FROM documents WHERE home_id = :home AND doctype = 'io.cozy.files'
              AND body->>'type' = 'directory' AND id <> :trash""",
        trash=files.TRASH,
    )
    assert await full.check() == []
    if which == "shown":
        await full.run(
            "UPDATE live_folders SET id = 'nobody' WHERE home_id = :home AND id = :id", id=full.ids["inner"]
        )
    elif which == "not shown":
        await full.run("DELETE FROM live_folders WHERE home_id = :home AND id = :id", id=full.ids["inner"])
    else:
        await full.run(
            "INSERT INTO live_folder_files (home_id, inside, name, said, stamp) VALUES (:home, 'nobody', 'a', '', '')"
        )
    wrong = {"shown": ["nobody", full.ids["inner"]], "not shown": [full.ids["inner"]], "files": ["nobody"]}
    assert sorted(await full.check()) == sorted(("live-folder-wrong", id_) for id_ in wrong[which])


# Contents


async def test_content_missing(full: Full):
    await full.run("DELETE FROM contents WHERE home_id = :home AND sha256 = :sha256", sha256=full.small)
    assert await full.check() == [("content-missing", full.ids["text"])]


@pytest.mark.parametrize("change", [{"md5sum": "AAAA"}, {"md5sum": ""}])
async def test_content_mismatch(full: Full, change: dict[str, str]):
    await full.edit("big", lambda body: body.update(change))
    assert await full.check() == [("content-mismatch", full.ids["big"])]


@pytest.mark.on_disk
async def test_content_malformed(full: Full):
    os.rename(
        contents_folder(full) / full.blob[:2] / full.blob, contents_folder(full) / full.blob[:2] / "stranger"
    )
    await full.run(
        "UPDATE contents SET blob = 'stranger' WHERE home_id = :home AND sha256 = :sha256", sha256=full.big
    )
    assert await full.check() == [("content-malformed", full.big)]


async def test_content_unused(full: Full):
    await full.run(
        """INSERT INTO contents (home_id, sha256, md5, size, inline) VALUES (:home, :sha256, 'x', 1, :inline)""",
        sha256="0" * 64, inline=b"x",
    )  # fmt: skip
    assert await full.check() == [("content-unused", "0" * 64)]


@pytest.mark.on_disk
async def test_content_size_inline(full: Full):
    await full.run(
        "UPDATE contents SET inline = :inline WHERE home_id = :home AND sha256 = :sha256",
        inline=b"smal", sha256=full.small,
    )  # fmt: skip
    assert await full.check() == [("content-size", full.small)]


@pytest.mark.on_disk
async def test_content_size(full: Full):
    os.truncate(contents_folder(full) / full.blob[:2] / full.blob, 1000)
    assert await full.check() == [("content-size", full.blob)]


@pytest.mark.parametrize("where", ["blob", "inline"])
@pytest.mark.on_disk
async def test_content_damaged_is_found_by_the_scrub(full: Full, where: str):
    if where == "blob":
        with (contents_folder(full) / full.blob[:2] / full.blob).open("r+b") as file:
            file.seek(777)
            file.write(b"!")
    else:
        await full.run(
            "UPDATE contents SET inline = :inline WHERE home_id = :home AND sha256 = :sha256",
            inline=b"smell", sha256=full.small,
        )  # fmt: skip
    assert await full.check() == []
    assert await full.check(scrub=True) == [("content-damaged", full.big if where == "blob" else full.small)]


@pytest.mark.on_disk
async def test_blob_missing(full: Full):
    (contents_folder(full) / full.blob[:2] / full.blob).unlink()
    assert await full.check(scrub=True) == [("blob-missing", full.blob)]


@pytest.mark.parametrize(("hours", "found"), [(25, True), (23, False)])
@pytest.mark.on_disk
async def test_blob_unused(full: Full, hours: int, found: bool):
    """A young one is an upload under way."""
    for name in ("0" * 64 + "-00000000", "f" * 64 + "-00000000", full.big + "-00000000"):
        path = contents_folder(full) / name[:2] / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"left")
        os.utime(path, (time.time() - hours * 3600,) * 2)
    expected = (
        sorted(["0" * 64 + "-00000000", "f" * 64 + "-00000000", full.big + "-00000000"]) if found else []
    )
    assert await full.check() == [("blob-unused", key) for key in expected]


async def test_usage_wrong(full: Full):
    await full.run("UPDATE counters SET value = value + 1 WHERE home_id = :home AND name = 'bytes'")
    assert await full.check() == [("usage-wrong", full.home.id)]


@pytest.mark.on_disk
async def test_upload_unknown(full: Full):
    for upload in ("young", "old"):
        await full.house.blobs.begin(full.home.id, upload)
    path = contents_folder(full).parent / "uploads" / "old.upload"
    os.utime(path, (time.time() - 90_000,) * 2)
    assert await full.check() == [("upload-unknown", "old")]


async def test_upload_cut(full: Full):
    await full.run(
        """INSERT INTO uploads (home_id, id, size, details, expires_at) VALUES (:home, 'up', 1, '{}', '2027')"""
    )
    assert await full.check() == [("upload-cut", "up")]


async def test_job_given_up(full: Full):
    await full.run(
        """INSERT INTO jobs (home_id, id, name, argument, due_at, tries, last_error)
           VALUES (:home, 'job', 'bell.answer', '{}', '9999-12-31T23:59:59.999999Z', 9, 'no')"""
    )
    assert await full.check() == [("job-given-up", "job")]


# Homes and their databases


async def test_database_missing(full: Full):
    await full.house.write_host(homes.enlist, "lost", "lost.localhost", None, "key")
    assert await full.check() == [("database-missing", "lost")]


async def test_database_unlisted(full: Full):
    await full.house.storage.add("nobody")
    assert await full.check() == [("database-unlisted", "nobody")]


class TestOnSqlite:
    """What only files can have, and what an index of PostgreSQL's own keeps out there."""

    @pytest.fixture
    def postgres(self) -> str:
        return ""

    async def test_name_shared(self, full: Full):
        await full.house.storage.home(full.home.id).write(lambda db: db.run("DROP INDEX files_by_name"))
        await rename(full, "text", "inner")
        second = max(full.ids["text"], full.ids["inner"])
        assert await full.check() == [("name-shared", second)]

    async def test_seq_shared_within_a_doctype(self, full: Full):
        await full.house.storage.home(full.home.id).write(lambda db: db.run("DROP INDEX documents_by_seq"))
        await full.run(
            """UPDATE documents SET seq = (SELECT MAX(seq) FROM documents WHERE home_id = :home)
                WHERE home_id = :home AND id = :id""",
            id=full.ids["big"],
        )
        assert [kind for kind, _ in await full.check()] == ["seq-shared"]

    async def test_foreign_rows(self, full: Full):
        await full.run("INSERT INTO counters (home_id, name, value) VALUES ('other', 'seq', 1)")
        assert await full.check() == [("foreign-rows", "counters")]

    async def test_database_damaged(self, full: Full):
        path = Path(full.house.settings.data) / "homes" / full.home.id / "home.db"
        await full.house.storage.close()
        data = bytearray(path.read_bytes())
        page = 4096 * 9
        data[page : page + 4096] = b"\xff" * 4096
        path.write_bytes(data)
        found: list[Finding] = []
        storage = SqliteStorage(Path(full.house.settings.data), migrations.of)
        await checkup.check(replace(full.house, storage=storage), full.home, found.append, lambda n: None)
        await storage.close()
        assert "database-damaged" in {finding.kind for finding in found}
        assert {finding.kind for finding in found} <= {"database-damaged", "database-unreadable"}

    async def test_database_unreadable(self, full: Full):
        path = Path(full.house.settings.data) / "homes" / full.home.id / "home.db"
        await full.house.storage.close()
        path.write_bytes(b"not a database at all" * 1000)
        found: list[Finding] = []
        storage = SqliteStorage(Path(full.house.settings.data), migrations.of)
        await checkup.check(replace(full.house, storage=storage), full.home, found.append, lambda n: None)
        await storage.close()
        assert [finding.kind for finding in found] == ["database-damaged", "database-unreadable"]


async def test_a_reader_of_the_host_sees_no_names(full: Full):
    await rename(full, "big", "a/secret")
    await full.edit("inner", lambda body: body.update(path="/secret"))
    found: list[Finding] = []
    await checkup.check(full.house, full.home, found.append, lambda n: None)
    assert len(found) == 2
    assert all("secret" not in str(finding) for finding in found)


def test_every_kind_is_planted_above():
    text = Path(__file__).read_text()
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []


async def test_a_check_looks_at_everything_that_it_counts(full: Full):
    looked: list[int] = []
    await checkup.check(full.house, full.home, lambda finding: None, looked.append, scrub=True)
    assert sum(looked) == await checkup.count(full.house, full.home, scrub=True)
