"""What a member's home tries that means ill."""

import pytest

from cozy.backends.disk import inline_content
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import Rule
from cozy.rooms.sharing.model.ids import xored
from tests.replication.test_over_http import ID, TESTS, Peer, hello, peer_of
from tests.replication.town import Town

pytestmark = pytest.mark.anyio


@pytest.fixture
async def trip(town: Town):
    folder = await town.folder("alice", files.ROOT, "Trip")
    async with await peer_of(town, await town.share_folder(folder.id, "bob")) as peer:
        yield peer


@pytest.fixture
async def plain(town: Town):
    rule = Rule(TESTS, title="t", selector="foo", values=("bar",), add="sync", update="sync", remove="sync")
    async with await peer_of(town, await town.share([rule], "bob")) as peer:
        yield peer


@pytest.mark.parametrize("id_", ["io.cozy.files.shared-with-me-dir", "io.cozy.files.shared-drives-dir"])
async def test_nobody_makes_the_folder_where_others_put_things(town: Town, trip: Peer, id_):
    sent = {"io.cozy.files": [hello(id_, type="directory", name="Mine", tags=[])]}
    assert (await trip.post(trip.at("_bulk_docs"), json=sent)).status_code == 200
    assert await town.see("alice", tree.look, id_) is None


async def test_nobody_plants_what_is_no_document(town: Town, plain: Peer):
    body = {
        "_id": "_design/all",
        "_rev": "1-" + "a" * 32,
        "foo": "bar",
        "views": {},
        "language": "javascript",
    }
    assert (await plain.post(plain.at("_bulk_docs"), json={TESTS: [body]})).status_code == 200
    assert await town.see("alice", documents.fetch_many, TESTS, ["_design/all"]) == {}


@pytest.mark.parametrize("name", ["..", ".", "a/b", "", "x\0y", "/etc/passwd", "." * 400])
async def test_no_name_leads_out_of_the_folder(town: Town, trip: Peer, name):
    before = await town.see("alice", tree.folders_below, await town.look("alice", files.ROOT))
    sent = {"io.cozy.files": [hello(ID, type="directory", name=name)]}
    assert (await trip.post(trip.at("_bulk_docs"), json=sent)).status_code in {400, 422}
    assert await town.see("alice", tree.folders_below, await town.look("alice", files.ROOT)) == before


@pytest.mark.parametrize("dir_id", [files.ROOT, files.TRASH, "letters"])
async def test_nothing_is_put_into_a_folder_that_is_not_shared(town: Town, trip: Peer, dir_id):
    letters = await town.folder("alice", files.ROOT, "Letters")
    where = letters.id if dir_id == "letters" else dir_id
    before = [each.id for each in await town.see("alice", files.children, where)]
    sent = {"io.cozy.files": [hello(ID, type="directory", name="Inside", dir_id=where)]}
    await trip.post(trip.at("_bulk_docs"), json=sent)
    await trip.put(trip.at(f"io.cozy.files/{ID[:-1]}0/metadata"), json=hello(ID[:-1] + "0", dir_id=where))
    assert [each.id for each in await town.see("alice", files.children, where)] == before


async def test_nothing_is_taken_out_that_is_not_shared(town: Town, trip: Peer):
    letter = await town.file("alice", files.ROOT, "letter.txt", b"private")
    gone = {"_id": letter.id, "_rev": "9-" + "f" * 32, "_deleted": True}
    assert (await trip.post(trip.at("_bulk_docs"), json={"io.cozy.files": [gone]})).status_code == 200
    assert (await trip.get(trip.at(f"io.cozy.files/{letter.id}"))).status_code == 404
    told = await trip.put(trip.at(f"io.cozy.files/{letter.id}/metadata"), json=hello(letter.id))
    assert told.status_code in {403, 404}
    assert not (await town.look("alice", letter.id)).is_trashed


async def test_doctypes_that_no_rule_is_about_are_left_out(town: Town, plain: Peer):
    body = {"_id": "x1", "_rev": "1-" + "a" * 32, "foo": "bar"}
    kinds = [
        "io.cozy.permissions",
        "io.cozy.settings",
        "io.cozy.oauth.clients",
        "io.cozy.sharings",
        "io.cozy.contacts",
        "io.cozy.triggers",
    ]
    assert (
        await plain.post(plain.at("_bulk_docs"), json={kind: [body] for kind in kinds})
    ).status_code == 200
    for kind in kinds:
        assert await town.see("alice", documents.fetch_many, kind, ["x1"]) == {}


async def test_who_writes_again_and_again_drives_out_nothing(town: Town):
    folder = await town.folder("alice", files.ROOT, "Trip")
    diary = await town.file("alice", folder.id, "diary.txt", b"by hand")
    sharing = await town.share_folder(folder.id, "bob")
    await town.settle()
    there = xored(diary.id, (await town.see("bob", sharings.fetch, sharing)).credentials[0].key)
    for number in range(5):
        await town.write("bob", there, f"junk {number}".encode())
        await town.settle()
    kept = await town.do("alice", files.versions_of, diary.id)
    assert diary.md5sum in {version.body["md5sum"] for version in kept}


async def test_what_comes_from_elsewhere_was_not_written_here(town: Town):
    """Else it would count as the owner's own, of which later versions take the place of earlier ones."""
    diary = await town.file("alice", files.ROOT, "diary.txt", b"by hand")
    said = {
        "mime": "text/plain",
        "class": "text",
        "cozyMetadata": {"uploadedOn": f"{town.homes['alice'].origin}/"},
    }
    wanted = tree.Replica(id=diary.id, dir_id=files.ROOT, name="diary.txt", members=said)
    written = await town.do("alice", tree.put_file, wanted, inline_content(b"junk"))
    assert "uploadedOn" not in written.body["cozyMetadata"]
