"""A folder that is shared: what happens in it in one home happens in all."""

import pytest

from cozy.rooms.files import service as files
from cozy.rooms.files.model import FILES
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.permissions import service as permissions
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import Rule
from tests.replication.town import Town, md5

pytestmark = pytest.mark.anyio


async def trip(town: Town, *members: str, **options: object) -> tuple[str, str]:
    """A folder with a file and a folder in it, shared by Alice; its sharing and its id."""
    folder = await town.folder("alice", files.ROOT, "Trip")
    await town.file("alice", folder.id, "plan.txt", b"by train")
    inner = await town.folder("alice", folder.id, "Pics")
    await town.file("alice", inner.id, "sea.txt", b"blue")
    sharing = await town.share_folder(folder.id, *members, **options)
    await town.settle()
    return sharing, folder.id


WHOLE = {"/plan.txt": md5(b"by train"), "/Pics": "", "/Pics/sea.txt": md5(b"blue")}


async def same(town: Town, sharing: str, *whose: str) -> dict[str, str]:
    """What is in all of these homes."""
    first, *others = await town.trees(sharing, *whose)
    assert all(other == first for other in others)
    return first


async def test_the_first_copy_is_whole_and_lies_where_what_others_share_does(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    assert await same(town, sharing) == WHOLE
    root = await town.look("bob", await town.root("bob", sharing))
    assert await town.see("bob", tree.path_of, root) == "/Shared with me/Trip"
    assert root.body["referenced_by"] == [{"type": "io.cozy.sharings", "id": sharing}]
    copy = await town.at("bob", sharing, "plan.txt")
    own = await town.at("alice", sharing, "plan.txt")
    assert copy.id != own.id
    assert copy.rev == own.rev


async def test_everything_that_a_member_does_reaches_everybody(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    root = await town.root("bob", sharing)
    plan = await town.at("bob", sharing, "plan.txt")
    await town.write("bob", plan.id, b"by ship")
    maps = await town.folder("bob", root, "Maps")
    await town.file("bob", maps.id, "isle.txt", b"an isle")
    photos = await town.at("bob", sharing, "Pics")
    await town.do("bob", files.change, photos.id, files.Change(name="Pictures", dir_id=maps.id))
    await town.settle()
    assert await same(town, sharing) == {
        "/plan.txt": md5(b"by ship"), "/Maps": "", "/Maps/isle.txt": md5(b"an isle"), "/Maps/Pictures": "",
        "/Maps/Pictures/sea.txt": md5(b"blue"),
    }  # fmt: skip
    assert md5(b"by train") in await town.kept("alice")


async def test_the_ledger_tells_what_the_other_home_got_and_did(town: Town):
    async def told(who: str) -> set[tuple[str, str, int]]:
        home = town.homes[who]
        await permissions.ledger.flush_home(town.house, home)
        lines = await town.see(who, permissions.ledger.entries)
        await town.do(who, permissions.ledger.forget)
        return {
            (each.title.partition(" ")[0], each.verb, each.documents)
            for each in lines
            if each.doctype == FILES
        }

    sharing, _ = await trip(town, "bob")
    files_and_folders = len(await town.tree("alice", sharing))
    assert await told("alice") == {("bob", "GET", files_and_folders)}
    assert await told("bob") == {("alice", "POST", files_and_folders)}
    plan = await town.at("bob", sharing, "plan.txt")
    await town.write("bob", plan.id, b"by ship")
    sea = await town.at("bob", sharing, "Pics/sea.txt")
    await town.do("bob", files.trash, sea.id)
    await town.file("bob", await town.root("bob", sharing), "isle.txt", b"an isle")
    await town.settle()
    assert await told("alice") == {("bob", "PUT", 1), ("bob", "DELETE", 1), ("bob", "POST", 1)}
    assert await told("bob") == {("alice", "GET", 2)}


async def test_what_is_thrown_away_lies_in_every_bin(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    photos = await town.at("carol", sharing, "Pics")
    await town.do("carol", files.trash, photos.id)
    await town.settle()
    assert await same(town, sharing) == {"/plan.txt": md5(b"by train")}
    for name in ("alice", "bob", "carol"):
        (binned,) = await town.do(name, files.children, files.TRASH)
        assert binned.name == "Pics"
        assert md5(b"blue") in await town.kept(name)


async def test_what_is_taken_out_of_the_bin_is_there_again_for_everybody(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    photos = await town.at("carol", sharing, "Pics")
    await town.do("carol", files.trash, photos.id)
    await town.settle()
    await town.do("carol", files.restore, photos.id)
    await town.settle()
    assert await same(town, sharing) == WHOLE


async def test_another_may_take_it_out_of_their_bin_too(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    photos = await town.at("carol", sharing, "Pics")
    await town.do("carol", files.trash, photos.id)
    await town.settle()
    (binned,) = await town.do("bob", files.children, files.TRASH)
    await town.do("bob", files.restore, binned.id)
    await town.settle()
    assert await same(town, sharing) == WHOLE


async def test_what_is_moved_out_stays_with_who_did_and_is_in_the_bins_of_the_others(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    photos = await town.at("bob", sharing, "Pics")
    await town.do("bob", files.change, photos.id, files.Change(dir_id=files.ROOT))
    await town.settle()
    assert await same(town, sharing) == {"/plan.txt": md5(b"by train")}
    moved = await town.look("bob", photos.id)
    assert moved.path == "/Pics"
    assert md5(b"blue") in await town.kept("alice")


async def test_what_was_moved_out_may_come_in_again(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    photos = await town.at("bob", sharing, "Pics")
    await town.do("bob", files.change, photos.id, files.Change(dir_id=files.ROOT))
    await town.settle()
    await town.do("bob", files.change, photos.id, files.Change(dir_id=await town.root("bob", sharing)))
    await town.settle()
    assert await same(town, sharing) == WHOLE


async def test_what_two_moved_out_and_one_moves_in_again_is_not_taken_from_the_other(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    for name in ("bob", "carol"):
        plan = await town.at(name, sharing, "plan.txt")
        await town.do(name, files.change, plan.id, files.Change(dir_id=files.ROOT))
    await town.settle()
    theirs = await town.do("carol", files.at_path, "/plan.txt")
    await town.write("carol", theirs.id, b"Carol's own")
    mine = await town.do("bob", files.at_path, "/plan.txt")
    await town.do("bob", files.change, mine.id, files.Change(dir_id=await town.root("bob", sharing)))
    await town.settle()
    assert await same(town, sharing) == WHOLE
    kept = await town.do("carol", files.at_path, "/plan.txt")
    assert kept.md5sum == md5(b"Carol's own")


async def test_a_restored_copy_does_not_take_what_another_moved_out(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    plan = await town.at("bob", sharing, "plan.txt")
    await town.do("bob", files.change, plan.id, files.Change(dir_id=files.ROOT))
    await town.settle()
    (binned,) = await town.do("carol", files.children, files.TRASH)
    await town.do("carol", files.restore, binned.id)
    await town.settle()
    assert await same(town, sharing) == WHOLE
    assert (await town.do("bob", files.at_path, "/plan.txt")).md5sum == md5(b"by train")


async def test_the_folder_may_be_put_elsewhere_and_called_otherwise(town: Town):
    sharing, _ = await trip(town, "bob")
    await town.do(
        "bob", files.change, await town.root("bob", sharing), files.Change(name="Isle", dir_id=files.ROOT)
    )
    await town.file("alice", await town.root("alice", sharing), "new.txt", b"new")
    await town.settle()
    assert (await town.do("bob", files.at_path, "/Isle/new.txt")).md5sum == md5(b"new")
    assert (await town.do("alice", files.at_path, "/Trip")).name == "Trip"


async def test_only_what_others_see_is_told(town: Town):
    sharing, _ = await trip(town, "bob")
    plan = await town.at("bob", sharing, "plan.txt")
    town.ways.asked.clear()
    await town.do("bob", files.refer, plan.id, [files.Target("io.cozy.photos.albums", "my-album")])
    await town.settle()
    assert town.ways.asked == []


async def test_a_home_that_is_away_is_told_when_it_is_back(town: Town):
    sharing, folder = await trip(town, "bob", "carol")
    town.ways.cut = {"bob.localhost"}
    await town.file("alice", folder, "new.txt", b"new")
    for _ in range(3):
        await town.beat("alice", "carol")
    assert "/new.txt" in await town.tree("carol", sharing)
    assert "/new.txt" not in await town.tree("bob", sharing)
    town.ways.cut = set()
    await town.settle()
    assert "/new.txt" in await same(town, sharing)


async def test_an_answer_that_is_lost_changes_nothing(town: Town):
    folder = await town.folder("alice", files.ROOT, "Trip")
    for at in range(3):
        await town.file("alice", folder.id, f"{at}.txt", str(at).encode())
    sharing = await town.share_folder(folder.id, "bob")
    fates = iter(["after"] * 4)
    town.ways.fails = lambda: next(fates, "")
    await town.settle()
    assert len(await same(town, sharing, "alice", "bob")) == 3


async def test_who_may_only_read_keeps_what_they_changed_as_a_version(town: Town):
    sharing, _ = await trip(town, "bob", readers=("bob",))
    plan = await town.at("bob", sharing, "plan.txt")
    await town.write("bob", plan.id, b"Bob's")
    await town.file("bob", await town.root("bob", sharing), "own.txt", b"Bob's own")
    await town.settle()
    assert await town.tree("alice", sharing) == WHOLE
    await town.write("alice", (await town.at("alice", sharing, "plan.txt")).id, b"by ship")
    await town.settle()
    assert (await town.at("bob", sharing, "plan.txt")).md5sum == md5(b"by ship")
    assert {md5(b"Bob's"), md5(b"Bob's own")} <= await town.kept("bob")


async def test_one_file_may_be_shared_alone(town: Town):
    plan = await town.file("alice", files.ROOT, "plan.txt", b"by train")
    await town.file("alice", files.ROOT, "secret.txt", b"secret")
    rule = Rule(
        "io.cozy.files",
        title="plan.txt",
        values=(plan.id,),
        mime="text/plain",
        add="sync",
        update="sync",
        remove="sync",
    )
    await town.share([rule], "bob")
    await town.settle()
    copy = await town.do("bob", files.at_path, "/Shared with me/plan.txt")
    await town.do("bob", files.change, copy.id, files.Change(name="trip.txt", dir_id=files.ROOT))
    await town.write("bob", copy.id, b"by ship")
    await town.settle()
    mine = await town.look("alice", plan.id)
    assert (mine.name, mine.dir_id, mine.md5sum) == ("trip.txt", files.ROOT, md5(b"by ship"))
    assert md5(b"secret") not in await town.kept("bob")


async def test_an_album_brings_its_pictures(town: Town):
    from cozy.rooms.documents import service as documents

    album = await town.do("alice", documents.create, "io.cozy.photos.albums", {"name": "Sea"})
    picture = await town.file("alice", files.ROOT, "sea.txt", b"blue")
    target = files.Target("io.cozy.photos.albums", album.id)
    await town.do("alice", files.refer, picture.id, [target])
    rules = [
        Rule("io.cozy.photos.albums", title="Sea", values=(album.id,), add="sync", update="sync", remove="sync"),
        Rule(
            "io.cozy.files", title="Sea", selector="referenced_by", values=(f"io.cozy.photos.albums/{album.id}",),
            add="sync", update="sync", remove="sync",
        ),
    ]  # fmt: skip
    sharing = await town.share(rules, "bob")
    await town.settle()
    there = await town.see("bob", sharings.fetch, sharing)
    their_album = there.rules[0].values[0]
    (id_,) = await town.see("bob", tree.linked_to, "io.cozy.photos.albums", their_album)
    copy = await town.look("bob", id_)
    assert copy.md5sum == md5(b"blue")
    other = await town.file("bob", files.ROOT, "sand.txt", b"white")
    await town.do("bob", files.refer, other.id, [files.Target("io.cozy.photos.albums", their_album)])
    await town.do("bob", files.unrefer, copy.id, [files.Target("io.cozy.photos.albums", their_album)])
    await town.settle()
    linked = await town.see("alice", tree.linked_to, "io.cozy.photos.albums", album.id)
    assert [(await town.look("alice", each)).md5sum for each in linked] == [md5(b"white")]
    assert (await town.look("alice", picture.id)).dir_id == files.ROOT


async def test_when_it_is_over_the_copies_stay_and_nothing_is_told(town: Town):
    sharing, folder = await trip(town, "bob", "carol")
    from cozy.rooms.replication import service as replication

    await town.do("alice", sharings.ended_by_rule, sharing)
    for name in ("alice", "bob"):
        await town.do(name, replication.beginning.end, sharing, keep=True)
    await town.file("alice", folder, "new.txt", b"new")
    await town.settle("alice")
    assert (
        await town.do("bob", files.at_path, "/Shared with me/Trip (no longer shared)/plan.txt")
    ).md5sum == md5(b"by train")
    assert md5(b"new") not in await town.kept("bob")


async def test_to_throw_the_folder_away_is_to_leave(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    await town.do("bob", files.trash, await town.root("bob", sharing))
    await town.settle("bob")
    assert not (await town.see("bob", sharings.fetch, sharing)).active
    assert await same(town, sharing, "alice", "carol") == WHOLE


@pytest.mark.parametrize("is_there", [True, False])
async def test_what_comes_under_an_id_of_another_sharing_is_taken_in(town: Town, is_there: bool):
    sharing, _ = await trip(town, "bob")
    other = await town.folder("alice", files.ROOT, "Other")
    into = await town.share_folder(other.id, "bob")
    await town.settle()
    own = await town.at("alice", sharing, "Pics")

    async def moved(who: str, id_: str, to: str) -> None:
        await town.do(who, files.change, id_, files.Change(dir_id=await town.root(who, to)))
        await town.settle()

    await moved("bob", (await town.at("bob", sharing, "Pics")).id, into)
    back = await town.at("alice", into, "Pics")
    await moved("alice", back.id, sharing)
    if not is_there:
        await town.do("alice", files.trash, back.id)
        await town.settle()
    restored = await town.do("alice", files.restore, own.id)
    await town.settle()
    await moved("alice", restored.id, into)
    name = f"/{restored.name}"
    assert await same(town, into, "alice", "bob") == {name: "", f"{name}/sea.txt": md5(b"blue")}
    left = {"/Pics": "", "/Pics/sea.txt": md5(b"blue")} if is_there else {}
    assert await same(town, sharing, "alice", "bob") == {"/plan.txt": md5(b"by train"), **left}
