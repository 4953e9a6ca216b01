"""What a home refuses holds nothing else up: it is set aside, and comes when it can."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.replication import store
from cozy.rooms.replication.service import sending, shortage
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model.ids import xored
from cozy.rooms.sharing.pages import faces
from tests.replication.test_documents import TODOS, bodies, sync
from tests.replication.town import Town, md5

pytestmark = pytest.mark.anyio
HEAVY = b"heavy"


def heavy(status: int):
    """A home that refuses whatever has to do with something heavy."""
    return lambda path, body: status if path.endswith("_bulk_docs") and HEAVY in body else 0


async def things(town: Town) -> str:
    """Ten things to do, one of them heavy, in a sharing of Alice's with Bob, whose home refuses that one."""
    for at in range(10):
        title = "heavy" if at == 4 else f"thing {at}"
        await town.do("alice", documents.create, TODOS, {"list": "home", "title": title})
    town.ways.refuses = heavy(413)
    return await town.share([sync(TODOS, "home", selector="list")], "bob")


async def aside(town: Town, sharing: str) -> list[int]:
    """The statuses by which Bob's home refused what it has not."""
    return [one.status for one in await town.see("alice", store.aside, sharing)]


async def titles(town: Town, who: str) -> set[str]:
    return {one["title"] for one in await bodies(town, who, TODOS)}


@pytest.mark.parametrize("status", [400, 403, 409, 413, 422, 500, 507])
async def test_one_document_that_is_refused_holds_no_other_up(town: Town, clock, status: int):
    sharing = await things(town)
    town.ways.refuses = heavy(status)
    clock.advance(seconds=1)
    await town.serve()
    assert await titles(town, "bob") == await titles(town, "alice") - {"heavy"}
    assert await aside(town, sharing) == [status]
    assert sum(path.endswith("_bulk_docs") for _, path in town.ways.asked) < 12


async def test_what_was_refused_is_sent_when_it_is_another_one(town: Town, clock):
    sharing = await things(town)
    clock.advance(seconds=1)
    await town.serve()
    (one,) = await town.see("alice", store.aside, sharing)
    found = await town.see("alice", documents.fetch, TODOS, one.id.partition("/")[2])
    await town.do("alice", documents.update, found, {**found.body, "title": "light"})
    clock.advance(seconds=1)
    await town.serve()
    assert "light" in await titles(town, "bob")
    assert await aside(town, sharing) == []


async def test_what_was_refused_is_sent_again_later_and_later(town: Town, clock):
    sharing = await things(town)
    clock.advance(seconds=1)
    await town.serve()
    tries = []
    for seconds in (5, 10, 10, 60):
        town.ways.asked.clear()
        clock.advance(seconds=seconds)
        await town.serve("alice")
        tries.append(sum(path.endswith("_bulk_docs") for _, path in town.ways.asked))
    assert tries == [1, 0, 1, 0]
    town.ways.refuses = lambda path, body: 0
    clock.advance(minutes=20)
    await town.serve()
    assert "heavy" in await titles(town, "bob")
    assert await aside(town, sharing) == []


async def test_what_was_refused_and_is_gone_is_forgotten(town: Town, clock):
    sharing = await things(town)
    clock.advance(seconds=1)
    await town.serve()
    (one,) = await town.see("alice", store.aside, sharing)
    found = await town.see("alice", documents.fetch, TODOS, one.id.partition("/")[2])
    await town.do("alice", documents.delete, found)
    town.ways.refuses = lambda path, body: 0
    clock.advance(seconds=1)
    await town.serve()
    assert await aside(town, sharing) == []
    assert await titles(town, "bob") == await titles(town, "alice")


async def test_a_home_that_knows_this_one_no_more_is_sent_nothing_more(town: Town, clock):
    sharing = await things(town)
    town.ways.refuses = lambda path, body: 401
    clock.advance(seconds=1)
    await town.serve("alice")
    assert await aside(town, sharing) == []
    assert await titles(town, "bob") == set()


async def test_a_file_that_is_refused_holds_no_other_up_and_comes_later(town: Town, clock):
    folder = await town.folder("alice", files.ROOT, "Trip")
    made = [await town.file("alice", folder.id, f"{at}.txt", str(at).encode()) for at in range(12)]
    sharing = await town.share_folder(folder.id, "bob")
    town.ways.refuses = lambda path, body: 403 if md5(b"3").encode() in body and "metadata" in path else 0
    clock.advance(seconds=1)
    await town.serve()
    assert len(await town.tree("bob", sharing)) == len(made) - 1
    assert await aside(town, sharing) == [403]
    town.ways.refuses = lambda path, body: 0
    clock.advance(minutes=2)
    await town.serve()
    assert await town.tree("bob", sharing) == await town.tree("alice", sharing)
    assert await aside(town, sharing) == []


async def test_a_file_without_room_holds_no_other_up(town: Town, clock):
    await town.allow("bob", 400)
    folder = await town.folder("alice", files.ROOT, "Trip")
    await town.file("alice", folder.id, "a film", b"x" * 1000)
    for at in range(12):
        await town.file("alice", folder.id, f"{at}.txt", str(at).encode())
    sharing = await town.share_folder(folder.id, "bob")
    clock.advance(seconds=1)
    await town.serve()
    assert set(await town.tree("bob", sharing)) == {f"/{at}.txt" for at in range(12)}
    assert await aside(town, sharing) == [413]


async def test_what_there_was_no_room_for_comes_as_soon_as_there_is(town: Town, clock):
    own = await town.file("bob", files.ROOT, "own", b"y" * 900)
    await town.allow("bob", 1_500)
    folder = await town.folder("alice", files.ROOT, "Trip")
    await town.file("alice", folder.id, "a film", b"x" * 1_000)
    sharing = await town.share_folder(folder.id, "bob")
    clock.advance(seconds=1)
    await town.serve()
    small = await town.file("bob", files.ROOT, "small", b"z")
    for gone in (small, own):
        assert await town.tree("bob", sharing) == {}
        await town.do("bob", files.trash, gone.id)
        await town.do("bob", files.destroy, gone.id)
        clock.advance(seconds=6)
        await town.serve()
        clock.advance(seconds=1)
        await town.serve()
    assert set(await town.tree("bob", sharing)) == {"/a film"}
    assert await aside(town, sharing) == []


async def test_when_the_host_gives_more_room_the_rest_comes_within_a_day(town: Town, clock):
    await town.allow("bob", 400)
    folder = await town.folder("alice", files.ROOT, "Trip")
    await town.file("alice", folder.id, "a film", b"x" * 1000)
    sharing = await town.share_folder(folder.id, "bob")
    clock.advance(seconds=1)
    await town.serve()
    await town.allow("bob", 4_000)
    await town.house.write(town.homes["bob"], SYSTEM, shortage.look)
    clock.advance(seconds=6)
    await town.serve()
    clock.advance(seconds=1)
    await town.serve()
    assert set(await town.tree("bob", sharing)) == {"/a film"}


async def test_the_page_of_a_sharing_says_what_a_home_did_not_take(town: Town, clock):
    await town.allow("bob", 100)
    folder = await town.folder("alice", files.ROOT, "Trip")
    await town.file("alice", folder.id, "the film", b"x" * 1000)
    await town.file("alice", folder.id, "the odd one", b"odd")
    town.ways.refuses = lambda path, body: 422 if b"the odd one" in body else 0
    sharing = await town.share_folder(folder.id, "bob")
    clock.advance(seconds=1)
    await town.serve()
    found = await town.see("alice", sharings.fetch, sharing)
    _, bob = await town.see("alice", faces.rows, found)
    assert bob.aside == (
        "Their home has no room for the film, which comes as soon as there is some.",
        "Their home did not take the odd one. It is sent again when it changes, and once a day.",
    )


async def test_a_home_says_which_folders_it_does_not_take_and_these_are_set_aside(town: Town, clock):
    folder = await town.folder("alice", files.ROOT, "Trip")
    sharing = await town.share_folder(folder.id, "bob")
    await town.settle()
    private = await town.folder("bob", files.ROOT, "Private")
    peer = sharings.peer_of(await town.see("alice", sharings.fetch, sharing), 1)
    assert peer is not None
    told = {"_id": private.id, "_rev": "1-" + "a" * 32, "type": "directory", "name": "Guessed"}
    part = {"io.cozy.files": [told]}
    refused = await sending._tell(town.house, town.homes["alice"], peer, part)
    assert refused == {f"io.cozy.files/{xored(private.id, peer.key)}": 403}
    assert (await town.look("bob", private.id)).name == "Private"
