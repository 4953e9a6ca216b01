"""Documents that are no files: contacts, todos, events."""

import pytest

from cozy.rooms.documents import service as documents
from cozy.rooms.sharing.model import Rule
from cozy.rooms.sharing.model.ids import xored
from tests.replication.town import Town

pytestmark = pytest.mark.anyio
TODOS = "io.cozy.todos"


def sync(doctype: str, *values: str, selector: str = "", **modes: str) -> Rule:
    said = {"add": "sync", "update": "sync", "remove": "sync"} | modes
    add, update, remove = said["add"], said["update"], said["remove"]
    return Rule(
        doctype, title="Things", values=values, selector=selector, add=add, update=update, remove=remove
    )


async def key_of(town: Town, member: str, sharing: str) -> bytes:
    from cozy.rooms.sharing import service as sharings

    found = await town.see(member, sharings.fetch, sharing)
    return found.credentials[0].key


async def bodies(town: Town, who: str, doctype: str) -> list[dict]:
    return [dict(one.body) for one in await found(town, who, doctype)]


async def found(town: Town, who: str, doctype: str) -> list[documents.Document]:
    changes = await town.see(who, documents.changes, doctype)
    ids = [one.id for one in changes if not one.deleted]
    there = await town.see(who, documents.fetch_many, doctype, ids)
    return [there[id_] for id_ in ids]


async def test_what_meets_a_rule_is_in_every_home_under_another_id(town: Town):
    todo = await town.do("alice", documents.create, TODOS, {"list": "home", "title": "Paint"})
    await town.do("alice", documents.create, TODOS, {"list": "work", "title": "Sell"})
    sharing = await town.share([sync(TODOS, "home", selector="list")], "bob", "carol")
    await town.settle()
    for name in ("bob", "carol"):
        (copy,) = await found(town, name, TODOS)
        assert copy.body == todo.body
        assert copy.rev == todo.rev
        assert copy.id == xored(todo.id, await key_of(town, name, sharing))


async def test_a_change_by_a_member_reaches_the_other_members(town: Town):
    await town.do("alice", documents.create, TODOS, {"list": "home", "title": "Paint"})
    await town.share([sync(TODOS, "home", selector="list")], "bob", "carol")
    await town.settle()
    (copy,) = await found(town, "bob", TODOS)
    await town.do("bob", documents.update, copy, {**copy.body, "title": "Paint it red"})
    await town.do("bob", documents.create, TODOS, {"list": "home", "title": "Wait"})
    await town.settle()
    for name in ("alice", "carol"):
        assert {one["title"] for one in await bodies(town, name, TODOS)} == {"Paint it red", "Wait"}


async def test_two_changes_at_once_are_a_conflict_with_the_same_winner_everywhere(town: Town):
    await town.do("alice", documents.create, TODOS, {"list": "home", "title": "Paint"})
    await town.share([sync(TODOS, "home", selector="list")], "bob", "carol")
    await town.settle()
    for name in ("alice", "bob", "carol"):
        (copy,) = await found(town, name, TODOS)
        await town.do(name, documents.update, copy, {**copy.body, "title": name})
    await town.settle()
    winners, losers = set(), set()
    for name in ("alice", "bob", "carol"):
        (copy,) = await found(town, name, TODOS)
        winners.add((copy.rev, copy.body["title"]))
        losing = await town.see(name, documents.conflicts, TODOS, copy.id)
        losers.add(tuple(sorted((leaf.rev, leaf.body["title"]) for leaf in losing)))
    assert len(winners) == len(losers) == 1
    assert len(losers.pop()) == 2


async def test_what_is_deleted_is_deleted_everywhere(town: Town):
    todo = await town.do("alice", documents.create, TODOS, {"list": "home", "title": "Paint"})
    await town.share([sync(TODOS, todo.id)], "bob")
    await town.settle()
    (copy,) = await found(town, "bob", TODOS)
    await town.do("bob", documents.delete, copy)
    await town.settle()
    assert await found(town, "alice", TODOS) == []


async def test_who_hears_late_of_an_edit_and_a_deletion_at_once_has_what_the_others_have(town: Town):
    titles = [f"Paint {n}" for n in range(8)]  # of some the deletion is told first, of others the edit
    for title in titles:
        await town.do("alice", documents.create, TODOS, {"list": "home", "title": title})
    await town.share([sync(TODOS, "home", selector="list")], "bob", "carol")
    await town.settle()
    town.ways.cut = {"bob.localhost"}
    for todo in await found(town, "alice", TODOS):
        await town.do("alice", documents.delete, todo)
    for copy in await found(town, "carol", TODOS):
        await town.do("carol", documents.update, copy, {**copy.body, "title": f"{copy.body['title']} red"})
    for _ in range(4):  # to and fro between the others
        await town.beat("alice", "carol")
    town.ways.cut = set()
    await town.settle()
    for name in ("alice", "bob", "carol"):
        assert {one["title"] for one in await bodies(town, name, TODOS)} == {
            f"{title} red" for title in titles
        }


async def test_what_no_longer_meets_the_rule_leaves_the_other_homes(town: Town):
    todo = await town.do("alice", documents.create, TODOS, {"list": "home", "title": "Paint"})
    await town.share([sync(TODOS, "home", selector="list")], "bob")
    await town.settle()
    await town.do("alice", documents.update, todo, {**todo.body, "list": "secret"})
    await town.settle()
    assert await found(town, "bob", TODOS) == []
    assert [one["list"] for one in await bodies(town, "alice", TODOS)] == ["secret"]


async def test_by_push_only_the_owner_changes(town: Town):
    todo = await town.do("alice", documents.create, TODOS, {"title": "Paint"})
    await town.share([sync(TODOS, todo.id, add="push", update="push", remove="push")], "bob")
    await town.settle()
    (copy,) = await found(town, "bob", TODOS)
    await town.do("bob", documents.update, copy, {"title": "Bob's"})
    await town.settle()
    assert await bodies(town, "alice", TODOS) == [{"title": "Paint"}]
    await town.do("alice", documents.update, todo, {"title": "Paint twice"})
    await town.settle()
    (copy,) = await found(town, "bob", TODOS)
    losing = await town.see("bob", documents.conflicts, TODOS, copy.id)
    assert {copy.body["title"], *(leaf.body["title"] for leaf in losing)} == {"Paint twice", "Bob's"}


async def test_who_may_only_read_hears_and_is_not_heard(town: Town):
    todo = await town.do("alice", documents.create, TODOS, {"title": "Paint"})
    await town.share([sync(TODOS, todo.id)], "bob", readers=("bob",))
    await town.settle()
    (copy,) = await found(town, "bob", TODOS)
    await town.do("bob", documents.update, copy, {"title": "Bob's"})
    await town.settle()
    assert await bodies(town, "alice", TODOS) == [{"title": "Paint"}]


async def test_a_rule_with_revoke_ends_the_sharing_when_its_document_goes(town: Town):
    from cozy.rooms.sharing import service as sharings

    todo = await town.do("alice", documents.create, TODOS, {"title": "Paint"})
    sharing = await town.share([sync(TODOS, todo.id, remove="revoke")], "bob")
    await town.settle()
    await town.do("alice", documents.delete, todo)
    await town.settle("alice")
    assert not (await town.see("alice", sharings.fetch, sharing)).active
    assert await bodies(town, "bob", TODOS) == [{"title": "Paint"}]


async def test_what_a_member_had_before_is_not_told(town: Town):
    await town.do("bob", documents.create, TODOS, {"list": "home", "title": "Bob's own"})
    await town.do("alice", documents.create, TODOS, {"list": "home", "title": "Paint"})
    await town.share([sync(TODOS, "home", selector="list")], "bob")
    await town.settle()
    assert [one["title"] for one in await bodies(town, "alice", TODOS)] == ["Paint"]
    assert {one["title"] for one in await bodies(town, "bob", TODOS)} == {"Paint", "Bob's own"}


async def test_an_event_names_the_copy_of_its_calendar(town: Town):
    calendar = await town.do("alice", documents.create, "io.cozy.calendar.calendars", {"name": "Trip"})
    await town.do(
        "alice", documents.create, "io.cozy.calendar.events", {"summary": "Train", "collection": calendar.id}
    )
    rules = [
        sync("io.cozy.calendar.calendars", calendar.id),
        sync("io.cozy.calendar.events", calendar.id, selector="collection"),
    ]
    await town.share(rules, "bob")
    await town.settle()
    (copy,) = await found(town, "bob", "io.cozy.calendar.calendars")
    (event,) = await found(town, "bob", "io.cozy.calendar.events")
    assert copy.id != calendar.id
    assert event.body["collection"] == copy.id
    await town.do(
        "bob", documents.create, "io.cozy.calendar.events", {"summary": "Hotel", "collection": copy.id}
    )
    await town.settle()
    assert {
        (one["summary"], one["collection"]) for one in await bodies(town, "alice", "io.cozy.calendar.events")
    } == {
        ("Train", calendar.id),
        ("Hotel", calendar.id),
    }
