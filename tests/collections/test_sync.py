"""What changed since a client last asked."""

import pytest

from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import BadToken
from cozy.rooms.collections.service import items, shelves, sync
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Edit
from cozy.rooms.documents.service import bulk, replicas, single
from tests.collections.conftest import BOXES, CARDS, card


def names(found):
    return [entry.name for entry in found.changed], found.gone


def test_a_client_hears_of_every_change_once(work):
    for name in "abc":
        items.put(work, "cards", "box", f"{name}.card", card(name))
    first = sync.changes(work, "cards", "box", 0, 100)
    assert names(first) == (["a.card", "b.card", "c.card"], [])
    items.put(work, "cards", "box", "b.card", card("b", "Other"))
    items.delete(work, "cards", "box", "a.card")
    second = sync.changes(work, "cards", "box", first.last, 100)
    assert names(second) == (["b.card"], ["a.card"])
    assert names(sync.changes(work, "cards", "box", second.last, 100)) == ([], [])
    items.put(work, "cards", "box", "a.card", card("a"))
    assert names(sync.changes(work, "cards", "box", second.last, 100)) == (["a.card"], [])


def test_a_long_list_of_changes_comes_in_parts(work):
    for name in "abcde":
        items.put(work, "cards", "box", f"{name}.card", card(name))
    items.delete(work, "cards", "box", "b.card")
    seen, since, parts = [], 1, 0
    while True:
        part = sync.changes(work, "cards", "box", since, 2)
        seen += [*(entry.name for entry in part.changed), *part.gone]
        parts += 1
        since = part.last
        if part.is_whole:
            break
    assert (sorted(seen), parts) == (["a.card", "b.card", "c.card", "d.card", "e.card"], 3)


def test_an_item_that_moves_is_gone_from_where_it_was(work):
    shelves.create(work, "cards", {"name": "Second"}, "second")
    items.put(work, "cards", "box", "a.card", card())
    since = sync.last(work, "cards", "box")
    items.move(work, "cards", ("box", "a.card"), ("second", "a.card"), overwrites=False)
    assert names(sync.changes(work, "cards", "box", since, 100)) == ([], ["a.card"])
    assert names(sync.changes(work, "cards", "second", 0, 100)) == (["a.card"], [])


def test_a_token_counts_in_its_home_and_epoch_only(work):
    items.put(work, "cards", "box", "a.card", card())
    token = sync.token(work, sync.last(work, "cards", "box"))
    assert sync.since(work, token) == sync.last(work, "cards", "box")
    assert sync.since(work, "") == 0
    for wrong in (
        token + "9",
        token.replace("home-1", "home-2"),
        "http://elsewhere/7",
        "urn:cozy:sync:",
        "٣",
    ):
        with pytest.raises(BadToken):
            sync.since(work, wrong)
    sync.begin_epoch(work)
    with pytest.raises(BadToken):
        sync.since(work, token)


def test_documents_that_came_silently_are_found(work):
    documents.create(work, CARDS, {"title": "Silent"}, id_="silent")
    assert items.entries(work, "cards", "box") == []
    collections.follow_all(work)
    assert [entry.name for entry in items.entries(work, "cards", "box")] == ["silent.card"]


def deletions_in_parts(work, since, limit):
    seen, parts = [], 0
    while True:
        part = sync.changes(work, "cards", "box", since, limit)
        seen, since, parts = [*seen, *part.gone], part.last, parts + 1
        if part.is_whole:
            return seen, parts


def test_every_deletion_of_a_bulk_is_told_however_many_there_are(work):
    bulk.write(work, CARDS, [Edit(f"{i:02}", "", {"title": "x"}) for i in range(25)])
    since = sync.last(work, "cards", "box")
    held = documents.fetch_many(work, CARDS, [f"{i:02}" for i in range(25)])
    bulk.write(work, CARDS, [Edit(id_, each.rev, {}, deleted=True) for id_, each in held.items()])
    seen, parts = deletions_in_parts(work, since, 10)
    assert (sorted(seen), parts) == ([f"{i:02}.card" for i in range(25)], 3)


def test_erasing_a_doctype_makes_clients_ask_for_everything_again(work):
    single.make(work, CARDS, {"title": "x"})
    token = sync.token(work, sync.last(work, "cards", "box"))
    replicas.erase(work, CARDS)
    with pytest.raises(BadToken):
        sync.since(work, token)
    assert items.entries(work, "cards", "box") == []


def test_what_was_in_a_collection_that_an_app_deletes_is_in_the_default_one(work):
    shelves.create(work, "cards", {"name": "Second"}, "second")
    for name in "abc":
        items.put(work, "cards", "second", f"{name}.card", card(name))
    since, away = sync.last(work, "cards", "box"), documents.fetch(work, BOXES, "second")
    single.remove(work, BOXES, "second", away.rev)
    told = sync.changes(work, "cards", "box", since, 2)
    assert (len(told.changed), told.is_whole) == (3, True)
    assert len(items.entries(work, "cards", "box")) == 3
    one = documents.fetch(work, CARDS, told.changed[0].id)
    items.save(work, "cards", {**one.body, "title": "Still mine"}, id_=one.id)


def test_what_an_app_puts_into_a_collection_that_is_not_there_is_in_the_default_one(work):
    document = single.make(work, CARDS, {"title": "x", "collection": "nowhere"})
    assert [entry.id for entry in items.entries(work, "cards", "box")] == [document.id]
