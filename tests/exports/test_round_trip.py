"""The open folder read back: a home that was taken along, brought into an empty one and taken along again, is the same."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import as_leaf, next_leaf
from cozy.rooms.exports import service
from cozy.rooms.files import service as files
from cozy.rooms.imports import service as imports
from cozy.rooms.imports.model import Import, Source
from tests.exports.conftest import CARD, EVENT
from tests.exports.test_open_folder import read_me, taken_to


def documents_of(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Every document of an export, by type and id."""
    return {
        (path.stem, each["_id"]): each
        for path in (folder / "Data").glob("*.json")
        if path.name != "schema.json"
        for each in json.loads(path.read_text())
    }


def files_of(folder: Path) -> dict[str, bytes | list[bytes]]:
    """Every file of an export that is not about the export itself. Cards and events: in whichever order, which is that of the
    addresses at which programs know them; these do not come along.
    """
    own = {"manifest.json", "manifest-sha256.txt", "index.html", "Data", "Pages"}
    return {
        path.relative_to(folder).as_posix(): sorted(path.read_bytes().splitlines())
        if path.suffix in {".ics", ".vcf"}
        else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in own
    }


def also(work) -> None:
    """What the home of these tests holds beside."""
    photo = files.at_path(work, "/sea.jpg")
    files.refer(work, photo.id, [files.Target("io.cozy.home.walls", "w1")])
    folder = files.at_path(work, "/Papers: all")
    files.change(work, folder.id, files.Change(tags=["paper"]))
    inner = files.create_folder(work, folder.id, "Going")
    files.create_file(work, inner.id, "gone.txt", inline_content(b"in a folder in the bin"), "")
    files.trash(work, inner.id)
    files.create_folder(work, files.create_folder(work, files.ROOT, "Other").id, "nothing yet")
    runs = files.create_file(
        work, files.ROOT, "run", inline_content(b"#!/bin/sh"), "", files.Details(executable=True, tags=["x"])
    )
    files.change(work, runs.id, files.Change(cozy_metadata={"favorite": True}))
    shelf = collections.shelves.create(work, "calendars", {"name": "Choir", "color": "#ff0000"})
    collections.items.put(work, "calendars", shelf.id, "a.ics", EVENT.replace("tea-1", "song-1"))
    book = collections.shelves.create(work, "contacts", {"name": "Work"})
    group = documents.create(work, "io.cozy.contacts.groups", {"name": "Friends"})
    member = {
        "fullname": "Berta",
        "relationships": {"groups": {"data": [{"_id": group.id, "_type": group.doctype}]}},
    }
    collections.items.save(work, "contacts", member, collection=book.id)
    picture = base64.b64encode(bytes(range(256)) * 40).decode()
    card = CARD.replace("anna-1", "photo-1").replace("END:", f"PHOTO;ENCODING=b;TYPE=JPEG:{picture}\r\nEND:")
    collections.items.put(work, "contacts", book.id, "p.vcf", card)
    collections.items.put(work, "contacts", book.id, "q.vcf", card.replace("photo-1", "photo-2"))
    collections.items.delete(work, "contacts", book.id, "q.vcf")
    attached = f"ATTACH;ENCODING=BASE64;VALUE=BINARY:{picture}\r\nSUMMARY"
    collections.items.put(
        work, "calendars", shelf.id, "c.ics", EVENT.replace("tea-1", "song-3").replace("SUMMARY", attached)
    )
    collections.items.delete(work, "calendars", shelf.id, "a.ics")
    collections.items.put(work, "calendars", shelf.id, "b.ics", EVENT.replace("tea-1", "song-2"))
    first = documents.create(work, "io.cozy.todo.lists", {"what": "a"}, id_="t")
    documents.update(work, first, {"what": "b"})
    documents.graft(work, "io.cozy.todo.lists", "t", next_leaf(as_leaf(first), {"what": "c"}))
    documents.create(
        work, "io.cozy.accounts", {"account_type": "bank", "auth": {"credentials_encrypted": "bmFjbA=="}}
    )
    documents.create(work, "io.cozy.settings", {"dark": True}, id_="io.cozy.settings.theme")
    documents.create(work, "io.cozy.bookmarks", {"url": "https://example.org/"})


@pytest.fixture
async def out(house: House, lived_in: Home, target: Path) -> Path:
    """The home, taken along."""
    await house.write(lived_in, SYSTEM, also)
    assert (await taken_to(house, lived_in, target)).left_out == []
    return target


async def brought(house: House, home: Home, *paths: Path) -> Import:
    sources = [Source(path.name, path=str(path)) for path in paths]
    made = await house.write(home, SYSTEM, imports.prepare, sources, by_job=False)
    looked = await imports.look(house, home, made.id)
    assert looked.body.state == "planned", looked.body.why
    await house.write(home, SYSTEM, imports.begin, made.id, by_job=False)
    return (await imports.run(house, home, made.id)).body


# What every home has of its own, and what does not come along.
OWN = {
    ("io.cozy.files", files.ROOT), ("io.cozy.files", files.TRASH), ("io.cozy.settings", "io.cozy.settings.instance"),
}  # fmt: skip
STAYING = {"io.cozy.permissions"}


async def test_nothing_differs_when_it_was_brought_into_an_empty_home_and_taken_along_again(
    house, lived_in, out, other, tmp_path
):
    body = await brought(house, other, out)
    assert (body.state, body.parts[0].format) == ("done", "cozy")
    assert {each.name for each in body.left} == {"io.cozy.permissions: 1", "io.cozy.settings: 1"}
    await house.write(other, SYSTEM, without_the_list)
    await taken_to(house, other, tmp_path / "again")
    before, after = documents_of(out), documents_of(tmp_path / "again")
    wanted = {key: told for key, told in before.items() if key not in OWN and key[0] not in STAYING}
    found = {key: told for key, told in after.items() if key not in OWN}
    assert found.keys() == wanted.keys()
    for key, told in wanted.items():
        assert found[key] == told, key
    assert files_of(tmp_path / "again") == files_of(out)
    assert dates_of(tmp_path / "again") == dates_of(out)
    assert read_me(tmp_path / "again").returncode == 0


def without_the_list(work) -> None:
    """The list of what did not come along is a file of the import."""
    folder = files.at_path(work, "/Imports")
    files.trash(work, folder.id)
    files.destroy(work, folder.id)


def dates_of(folder: Path) -> dict[str, int]:
    """The dates of files and folders."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for top in ("Files", "Bin", "Versions")
        for path in (folder / top).rglob("*")
        if path.is_file() or top != "Versions"
    }


async def test_the_same_again_adds_nothing_as_a_tar_too(house, lived_in, out, other, tmp_path):
    first = await brought(house, other, out)
    number = sum(first.parts[0].added.values())
    again = await brought(house, other, out)
    assert (again.parts[0].added, again.parts[0].same) == ({}, number)
    async with service.taken(house, lived_in) as opened:
        (tmp_path / "all.tar").write_bytes(b"".join([piece async for piece in service.tar(opened, "Cozy")]))
    again = await brought(house, other, tmp_path / "all.tar")
    assert (again.parts[0].added, again.parts[0].same) == ({}, number)


async def test_brought_into_the_home_that_it_comes_from_it_adds_nothing(house, lived_in, out):
    body = await brought(house, lived_in, out)
    (part,) = body.parts
    assert (part.added, part.changed, part.beside) == ({}, 0, 0)


async def test_items_are_seen_by_phones_with_their_pictures(house, out, other):
    await brought(house, other, out)

    def cards(work) -> list[str]:
        shelves = collections.shelves.all_(work, "contacts")
        return [item.text for shelf in shelves for item in collections.items.page(work, "contacts", shelf.id)]

    found = await house.read(other, SYSTEM, cards)
    (with_picture,) = [text for text in found if "photo-1" in text]
    assert base64.b64encode(bytes(range(256)) * 40).decode() in with_picture.replace("\r\n ", "")
    assert any("anna-1" in text for text in found)
    assert any("CATEGORIES:Friends" in text for text in found)


async def test_a_person_who_is_here_otherwise_stays_and_the_other_stands_beside(house, out, other):
    mine = CARD.replace("anna@example.org", "anna@here.example")
    await house.write(other, SYSTEM, collections.items.put, "contacts", "contacts", "mine.vcf", mine)
    body = await brought(house, other, out)
    assert body.parts[0].beside == 1

    def mails(work) -> set[str]:
        found = collections.items.page(work, "contacts", "contacts")
        return {line for item in found for line in item.text.splitlines() if line.startswith("EMAIL")}

    assert await house.read(other, SYSTEM, mails) == {"EMAIL:anna@here.example", "EMAIL:anna@example.org"}
    again = await brought(house, other, out)
    assert (again.parts[0].added, again.parts[0].beside) == ({}, 0)


async def test_a_file_laid_beside_comes_as_a_file_and_a_changed_one_is_named(house, out, other):
    (out / "Files" / "laid.txt").write_text("from me")
    (out / "Files" / "run").write_text("changed")
    body = await brought(house, other, out)
    assert await house.read(other, SYSTEM, files.found_at, "/laid.txt") is not None
    assert "changed, or is damaged" in {each.name.rpartition("/")[2]: each.why for each in body.left}["run"]


async def test_what_changed_since_comes_as_a_tar_of_that_alone(house, lived_in, out, other, tmp_path):
    await brought(house, other, out)
    before = service.summed((out / "manifest-sha256.txt").read_bytes())
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, "new.txt", inline_content(b"new"), "")
    async with service.taken(house, lived_in) as opened:
        pieces = [piece async for piece in service.tar(opened, "Cozy", before)]
    (tmp_path / "since.tar").write_bytes(b"".join(pieces))
    body = await brought(house, other, tmp_path / "since.tar")
    assert body.parts[0].added == {"file": 1}
    assert body.left == []
