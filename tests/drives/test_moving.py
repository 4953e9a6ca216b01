"""Things moved and copied between a member's own files and a drive."""

import itertools
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from cozy.kernel.outside import Reply


async def at(client, path):
    answer = await client.get("/files/metadata", params={"Path": path})
    return answer.json()["data"]["id"] if answer.status_code == 200 else None


def body(drive, *, source, into, copy=False, out=False):
    there = {"instance": drive.alice.origin, "sharing_id": drive.id}
    sides = {
        "source": {**(there if out else {}), **source},
        "dest": {**({} if out else there), "dir_id": into},
    }
    return {**sides, "copy": copy}


async def test_a_folder_goes_into_the_drive_with_all_that_is_in_it(drive, at_bob, at_alice):
    folder = (await at_bob.mkdir("Mine"))["id"]
    await at_bob.upload("a.txt", b"one", inside=folder)
    await at_bob.mkdir("Inner", folder)
    made = await at_bob.post(
        "/sharings/drives/move", json=body(drive, source={"dir_id": folder}, into=drive.root)
    )
    assert made.status_code == 201, made.text
    assert made.json()["data"]["attributes"]["driveId"] == drive.id
    assert await at(at_alice, "/Team/Mine/a.txt")
    assert await at(at_alice, "/Team/Mine/Inner")
    assert await at(at_bob, "/Mine") is None


async def test_a_file_comes_out_of_the_drive_as_a_copy_and_finds_a_name(drive, at_bob, at_alice):
    notes = await at(at_alice, "/Team/notes.txt")
    asked = body(drive, source={"file_id": notes}, into="io.cozy.files.root-dir", out=True, copy=True)
    names = [
        (await at_bob.post("/sharings/drives/move", json=asked)).json()["data"]["attributes"]["name"]
        for _ in range(2)
    ]
    assert names == ["notes.txt", "notes (2).txt"]
    copied = await at(at_bob, "/notes.txt")
    assert (await at_bob.get(f"/files/download/{copied}")).content == b"hello team"
    assert await at(at_alice, "/Team/notes.txt")


async def test_what_is_moved_out_lies_in_the_bin_of_the_home_that_it_was_in(drive, at_bob, at_alice):
    notes = await at(at_alice, "/Team/notes.txt")
    asked = body(drive, source={"file_id": notes}, into="io.cozy.files.root-dir", out=True)
    assert (await at_bob.post("/sharings/drives/move", json=asked)).status_code == 201
    shown = (await at_alice.get(f"/files/{notes}")).json()["data"]["attributes"]
    assert shown["trashed"] is True


async def test_in_one_home_a_thing_is_moved_and_not_copied(drive, at_alice):
    private = await at(at_alice, "/private.txt")
    asked = body(drive, source={"file_id": private}, into=drive.root)
    made = (await at_alice.post("/sharings/drives/move", json=asked)).json()["data"]
    assert made["id"] == private
    assert await at(at_alice, "/Team/private.txt") == private


async def test_who_may_only_look_takes_copies_and_nothing_else(drive, at_bob, at_alice):
    await drive.member(read_only=True)
    notes, mine = await at(at_alice, "/Team/notes.txt"), (await at_bob.upload("a.txt"))["id"]
    out = {"source": {"file_id": notes}, "into": "io.cozy.files.root-dir", "out": True}
    assert (await at_bob.post("/sharings/drives/move", json=body(drive, **out))).status_code == 403
    assert (await at_bob.post("/sharings/drives/move", json=body(drive, **out, copy=True))).status_code == 201
    into = body(drive, source={"file_id": mine}, into=drive.root)
    assert (await at_bob.post("/sharings/drives/move", json=into)).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"source": {"file_id": "a"}, "dest": {"dir_id": "b"}},
        {"source": {"file_id": "a", "dir_id": "c"}, "dest": {"dir_id": "b", "sharing_id": "s"}},
        {"source": {"file_id": "a"}, "dest": {"sharing_id": "s"}},
        {
            "source": {"file_id": "a", "instance": "https://x.example.org"},
            "dest": {"dir_id": "b", "sharing_id": "s"},
        },
    ],
)
async def test_what_says_not_all_is_refused(client, asked):
    assert (await client.post("/sharings/drives/move", json=asked)).status_code == 400


async def test_nothing_outside_of_the_drive_is_taken_out_of_it(drive, at_bob, at_alice):
    private = await at(at_alice, "/private.txt")
    asked = body(drive, source={"file_id": private}, into="io.cozy.files.root-dir", out=True, copy=True)
    assert (await at_bob.post("/sharings/drives/move", json=asked)).status_code in {403, 404}


class Liar:
    """What the owner's home says of the drive, once it has gone mad. how: in which way."""

    def __init__(self, how):
        self.how, self.ids, self.asked = how, itertools.count(), 0

    def __call__(self, url):
        self.asked += 1
        assert self.asked < 1_000, "it goes on and on"
        *_, id_ = (parts := urlsplit(url)).path.split("/")
        if "/download/" in parts.path:
            return Reply(200, {}, b"x" * (1_000 if self.how == "long" else 3), url)
        skip = int(parse_qs(parts.query)["page[skip]"][0])
        inside = self.inside(id_, skip)
        contents = {"data": [], "meta": {"count": 10**9 if self.how == "wide" else len(inside)}}
        told = {**self.folder(id_), "relationships": {"contents": contents}}
        return Reply(200, {}, msgspec.json.encode({"data": told, "included": inside}), url)

    def inside(self, id_, skip):
        match self.how:
            case "loop":
                return [self.folder(id_)]
            case "deep":
                return [self.folder(f"deeper{next(self.ids)}")]
            case "wide":
                return [self.file(f"wider{next(self.ids)}") for _ in range(200)]
            case _:
                return [] if skip else [self.file("one")]

    def folder(self, id_):
        return {"type": "io.cozy.files", "id": id_, "attributes": {"type": "directory", "name": "Folder"}}

    def file(self, id_):
        told = {"type": "file", "name": "one.txt", "size": "5", "mime": "text/plain"}
        return {"type": "io.cozy.files", "id": id_, "attributes": told}


@pytest.mark.parametrize("how", ["loop", "deep", "wide", "long", "short"])
async def test_what_an_owners_home_tells_without_end_ends(drive, at_bob, inside, how):
    inside.answers[f"{drive.alice.origin}/sharings/drives/"] = Liar(how)
    asked = body(drive, source={"dir_id": "any"}, into="io.cozy.files.root-dir", out=True, copy=True)
    answer = await at_bob.post("/sharings/drives/move", json=asked)
    assert answer.status_code == 502, answer.text
    assert "tells of" in answer.json()["errors"][0]["detail"]
    assert await at(at_bob, "/Folder/one.txt") is None
