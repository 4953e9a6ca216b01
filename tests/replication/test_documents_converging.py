"""Whatever people do with documents that are no files, in one sharing or in two at once: everybody ends with the same."""

import random

import pytest

from cozy.kernel.problem import Problem
from cozy.rooms.documents import service as documents
from tests.replication.test_documents import TODOS, bodies, found, sync
from tests.replication.town import Town

pytestmark = pytest.mark.anyio
DEEDS = (*("create",) * 3, *("edit",) * 4, "take_out", "delete", "cut", "tell")


async def shared_with_both(town: Town, *, is_one: bool) -> None:
    for people in [("bob", "carol")] if is_one else [("bob",), ("carol",)]:
        await town.share([sync(TODOS, "home", selector="list")], *people)


async def titles(town: Town, who: str, wanted: str = "home") -> list[str]:
    return sorted(one["title"] for one in await bodies(town, who, TODOS) if one["list"] == wanted)


async def act(town: Town, lot: random.Random, who: str, deed: str, text: str) -> None:
    if deed == "cut":
        town.ways.cut.symmetric_difference_update({f"{who}.localhost"})
        return
    if deed == "tell":
        await town.beat(who)
        return
    here = [one for one in await found(town, who, TODOS) if one.body["list"] == "home"]
    if deed == "create" or not here:
        await town.do(who, documents.create, TODOS, {"list": "home", "title": text})
        return
    one = lot.choice(here)
    if deed == "delete":
        await town.do(who, documents.delete, one)
    else:
        where = f"of {who}" if deed == "take_out" else "home"
        await town.do(who, documents.update, one, {"list": where, "title": text})


@pytest.mark.parametrize("seed", [3, 10])
@pytest.mark.parametrize("is_one", [True, False], ids=["one", "two"])
async def test_deeds_by_lot(town: Town, seed: int, is_one: bool):
    lot = random.Random(seed)
    await shared_with_both(town, is_one=is_one)
    for step in range(1, 61):
        town.ways.fails = lambda: lot.choice(["before", "after"]) if lot.random() < 0.15 else ""
        try:
            await act(town, lot, lot.choice(["alice", "bob", "carol"]), lot.choice(DEEDS), str(step))
        except Problem:
            pass
        if step % 20 == 0:
            town.ways.fails = lambda: ""
            town.ways.cut.clear()
            await town.settle()
            first = await titles(town, "alice")
            assert [await titles(town, who) for who in ("bob", "carol")] == [first, first]


async def test_what_one_takes_out_while_another_changes_it_stays_for_all_and_with_who_took_it_out(town: Town):
    todo = await town.do("alice", documents.create, TODOS, {"list": "home", "title": "Paint"})
    await shared_with_both(town, is_one=True)
    await town.settle()
    (copy,) = await found(town, "bob", TODOS)
    await town.do("bob", documents.update, copy, {"list": "home", "title": "Paint it red"})
    await town.do("alice", documents.update, todo, {"list": "of alice", "title": "Paint"})
    await town.settle()
    assert [await titles(town, who) for who in ("alice", "bob", "carol")] == [["Paint it red"]] * 3
    assert await titles(town, "alice", "of alice") == ["Paint"]
    assert not await titles(town, "bob", "of alice") + await titles(town, "carol", "of alice")


async def test_what_is_taken_out_after_two_changed_it_at_once_is_out_for_all(town: Town):
    todo = await town.do("alice", documents.create, TODOS, {"list": "home", "title": "Paint"})
    await shared_with_both(town, is_one=True)
    await town.settle()
    for who in ("alice", "bob"):
        (copy,) = await found(town, who, TODOS)
        await town.do(who, documents.update, copy, {"list": "home", "title": who})
    await town.settle()
    todo = (await town.see("alice", documents.fetch_many, TODOS, [todo.id]))[todo.id]
    await town.do("alice", documents.update, todo, {"list": "of alice", "title": "mine"})
    await town.settle()
    assert [await titles(town, who) for who in ("alice", "bob", "carol")] == [[], [], []]
    assert await titles(town, "alice", "of alice") == ["mine"]
