"""Two people at once: everybody ends with the same, and nothing is lost."""

import pytest

from cozy.rooms.files import service as files
from tests.replication.test_files import WHOLE, same, trip
from tests.replication.town import Town, md5

pytestmark = pytest.mark.anyio


async def test_one_renames_and_the_other_moves(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    plan, theirs = await town.at("bob", sharing, "plan.txt"), await town.at("carol", sharing, "plan.txt")
    photos = await town.at("carol", sharing, "Pics")
    await town.do("bob", files.change, plan.id, files.Change(name="way.txt"))
    await town.do("carol", files.change, theirs.id, files.Change(dir_id=photos.id))
    await town.settle()
    found = await same(town, sharing)
    assert sorted(found.values()) == sorted(WHOLE.values())


async def test_two_write_into_one_file(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    for name in ("alice", "bob", "carol"):
        plan = await town.at(name, sharing, "plan.txt")
        await town.write(name, plan.id, f"by {name}".encode())
    await town.settle()
    found = await same(town, sharing)
    assert {md5(f"by {name}".encode()) for name in ("alice", "bob", "carol")} <= set(found.values())
    assert len([path for path in found if path.startswith("/plan")]) == 3


async def test_who_may_only_look_keeps_no_copy_that_nobody_else_has(town: Town):
    sharing, _ = await trip(town, "bob", "carol", readers=("carol",))
    town.ways.cut = {"bob.localhost"}
    plan, theirs = await town.at("alice", sharing, "plan.txt"), await town.at("bob", sharing, "plan.txt")
    await town.write("alice", plan.id, b"by alice")
    await town.beat("alice")
    assert (await town.at("carol", sharing, "plan.txt")).md5sum == md5(b"by alice")
    town.ways.cut = {"bob.localhost", "carol.localhost"}
    await town.do("alice", files.change, plan.id, files.Change(dir_id=files.ROOT))  # hers alone from now on
    for n in range(3):
        await town.write("bob", theirs.id, f"by bob {n}".encode())
    town.ways.cut = {"carol.localhost"}
    for _ in range(4):
        await town.beat("alice", "bob")
    town.ways.cut = set()
    await town.settle()
    found = await same(town, sharing)
    assert {path: found[path] for path in found if path.startswith("/plan")} == {
        "/plan.txt": md5(b"by bob 2")
    }


async def test_who_only_renames_makes_no_second_file(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    plan, theirs = await town.at("bob", sharing, "plan.txt"), await town.at("carol", sharing, "plan.txt")
    for name in ("a.txt", "b.txt"):
        await town.do("bob", files.change, plan.id, files.Change(name=name))
    await town.do("carol", files.change, theirs.id, files.Change(name="c.txt"))
    await town.settle()
    assert len(await same(town, sharing)) == len(WHOLE)


async def test_two_make_a_file_of_one_name(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    for name in ("alice", "bob", "carol"):
        await town.file(name, await town.root(name, sharing), "new.txt", name.encode())
    await town.settle()
    found = await same(town, sharing)
    assert found["/new.txt"] == md5(b"alice")
    assert {found["/new (2).txt"], found["/new (3).txt"]} == {md5(b"bob"), md5(b"carol")}


async def test_two_make_a_folder_of_one_name(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    for name in ("alice", "bob"):
        folder = await town.folder(name, await town.root(name, sharing), "Maps")
        await town.file(name, folder.id, "map.txt", name.encode())
    await town.settle()
    found = await same(town, sharing)
    assert found["/Maps/map.txt"] == md5(b"alice")
    assert found["/Maps (2)/map.txt"] == md5(b"bob")


async def test_a_folder_that_is_gone_comes_back_for_what_is_put_into_it(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    photos, theirs = await town.at("bob", sharing, "Pics"), await town.at("carol", sharing, "Pics")
    await town.file("bob", photos.id, "sun.txt", b"yellow")
    await town.beat("bob")
    await town.do("carol", files.trash, theirs.id)
    await town.settle()
    await same(town, sharing)
    for name in ("alice", "bob", "carol"):
        assert md5(b"blue") in await town.kept(name)
    assert md5(b"yellow") in await town.kept("bob")


async def test_a_write_that_crosses_a_removal_is_not_lost(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    plan, theirs = await town.at("bob", sharing, "plan.txt"), await town.at("carol", sharing, "plan.txt")
    await town.write("bob", plan.id, b"by ship")
    await town.do("carol", files.trash, theirs.id)
    await town.settle()
    await same(town, sharing)
    assert md5(b"by ship") in await town.kept("bob")


async def test_what_is_moved_out_of_a_folder_before_that_goes_stays(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    sea, photos = await town.at("bob", sharing, "Pics/sea.txt"), await town.at("bob", sharing, "Pics")
    await town.do("bob", files.change, sea.id, files.Change(dir_id=await town.root("bob", sharing)))
    await town.do("bob", files.trash, photos.id)
    await town.settle()
    assert await same(town, sharing) == {"/plan.txt": md5(b"by train"), "/sea.txt": md5(b"blue")}


async def test_two_folders_moved_into_each_other_are_no_circle(town: Town):
    sharing, folder = await trip(town, "bob", "carol")
    await town.folder("alice", folder, "Maps")
    await town.settle()
    for name, what, where in (("bob", "Pics", "Maps"), ("carol", "Maps", "Pics")):
        moved, into = await town.at(name, sharing, what), await town.at(name, sharing, where)
        await town.do(name, files.change, moved.id, files.Change(dir_id=into.id))
    await town.settle()
    found = await same(town, sharing)
    assert sorted(path.rpartition("/")[2] for path in found) == ["Maps", "Pics", "plan.txt", "sea.txt"]


async def test_what_is_told_late_does_not_bring_back_what_went(town: Town):
    sharing, _ = await trip(town, "bob")
    plan = await town.at("bob", sharing, "plan.txt")
    town.ways.cut = {"alice.localhost"}
    await town.write("bob", plan.id, b"by ship")
    await town.beat("bob")
    await town.do("bob", files.trash, plan.id)
    town.ways.cut = set()
    await town.settle()
    assert "/plan.txt" not in await same(town, sharing, "alice", "bob")


async def test_names_may_be_swapped(town: Town):
    sharing, folder = await trip(town, "bob")
    await town.folder("alice", folder, "Maps")
    await town.settle()
    photos, maps = await town.at("alice", sharing, "Pics"), await town.at("alice", sharing, "Maps")
    await town.do("alice", files.change, photos.id, files.Change(name="Aside"))
    await town.do("alice", files.change, maps.id, files.Change(name="Pics"))
    await town.do("alice", files.change, photos.id, files.Change(name="Maps"))
    await town.settle()
    found = await same(town, sharing, "alice", "bob")
    assert len(found) == 4
    assert md5(b"blue") in found.values()


async def test_a_copy_that_went_before_others_made_theirs_is_gone_everywhere(town: Town):
    sharing, _ = await trip(town, "bob", "carol")
    for name in ("alice", "carol"):
        plan = await town.at(name, sharing, "plan.txt")
        await town.write(name, plan.id, f"by {name}".encode())
    await town.beat("carol")
    copy = await town.at("alice", sharing, "plan (2).txt")
    await town.do("alice", files.change, copy.id, files.Change(dir_id=files.ROOT))
    await town.settle()
    assert set(await same(town, sharing)) == {"/plan.txt", "/Pics", "/Pics/sea.txt"}
    assert {md5(b"by alice"), md5(b"by carol")} <= await town.kept("alice")
    assert md5(b"by carol") in await town.kept("carol")
