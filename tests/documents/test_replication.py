"""Revisions, conflicts and the order of changes: what CouchDB's replicas rely on."""

import asyncio
import hashlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument, UpdateConflict
from cozy.rooms.documents.model import Leaf, ancestry, generation, wins_over
from tests.conftest import OWNER

NOTES = "test.notes"

# A history: each edit names its parent among those before (-1: none) and whether it deletes.
histories = st.lists(st.tuples(st.integers(-1, 8), st.booleans()), min_size=1, max_size=10)


def tree(history: list[tuple[int, bool]]) -> list[Leaf]:
    """Every revision of a history, with its ancestry."""
    edits: list[Leaf] = []
    for number, (parent, deleted) in enumerate(history):
        above = edits[parent % len(edits)] if parent >= 0 and edits else None
        past = above.revisions if above else ()
        digest = hashlib.md5(f"{number} {past}".encode()).hexdigest()
        edits.append(Leaf(f"{len(past) + 1}-{digest}", deleted, {"edit": number}, (digest, *past)))
    return edits


def state(work: Work, id_: str) -> tuple[str, set[str]]:
    """The winner and the losers, as a replica sees them."""
    (change,) = [change for change in documents.changes(work, NOTES) if change.id == id_]
    return change.rev, {leaf.rev for leaf in documents.conflicts(work, NOTES, id_)}


def leaves(edits: list[Leaf]) -> list[Leaf]:
    """The ends of the branches."""
    return [
        edit for edit in edits if not any(edit.rev in ancestry(other) for other in edits if other is not edit)
    ]


@given(history=histories, data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replicas_that_hear_the_same_edits_in_any_order_agree(work: Work, history, data):
    edits = tree(history)
    ends = leaves(edits)
    winner = ends[0]
    for end in ends:
        winner = end if wins_over(end, winner) else winner
    id_ = f"doc-{documents.last_seq(work)}"
    for replica in ("a", "b"):
        heard = data.draw(st.permutations(edits + data.draw(st.lists(st.sampled_from(edits)))))
        for edit in heard:
            documents.graft(work, NOTES, id_ + replica, edit)
        assert state(work, id_ + replica) == (winner.rev, {end.rev for end in ends} - {winner.rev})


@given(history=histories)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hearing_an_edit_again_changes_nothing(work: Work, history):
    edits = tree(history)
    id_ = f"doc-{documents.last_seq(work)}"
    for edit in edits:
        documents.graft(work, NOTES, id_, edit)
    before = documents.last_seq(work), state(work, id_)
    for edit in edits:
        documents.graft(work, NOTES, id_, edit)
    assert (documents.last_seq(work), state(work, id_)) == before


def leaf(digit: str, *past: str, deleted: bool = False) -> Leaf:
    revisions = tuple(part * 32 for part in (digit, *past))
    return Leaf(f"{len(revisions)}-{revisions[0]}", deleted, {"digit": digit}, revisions)


def test_deleting_the_winner_of_a_conflict_lets_the_next_one_win(work: Work):
    for edit in (leaf("a"), leaf("b"), leaf("c")):
        documents.graft(work, NOTES, "note", edit)
    assert documents.fetch(work, NOTES, "note").rev == leaf("c").rev
    documents.delete(work, documents.fetch(work, NOTES, "note"))
    assert documents.fetch(work, NOTES, "note").body == {"digit": "b"}
    documents.delete(work, documents.fetch(work, NOTES, "note"))
    documents.delete(work, documents.fetch(work, NOTES, "note"))
    with pytest.raises(NoDocument):
        documents.fetch(work, NOTES, "note")


def test_an_edit_of_the_winner_leaves_the_losers(work: Work):
    for edit in (leaf("a"), leaf("b")):
        documents.graft(work, NOTES, "note", edit)
    edited = documents.update(work, documents.fetch(work, NOTES, "note"), {"digit": "new"})
    assert state(work, "note") == (edited.rev, {leaf("a").rev})


def test_the_same_edit_of_the_same_revision_has_the_same_name_everywhere(work: Work):
    here = documents.create(work, NOTES, {"b": 1, "a": [True, None, "é"]}, id_="one")
    there = documents.create(work, NOTES, {"a": [True, None, "é"], "b": 1}, id_="two")
    assert here.rev == there.rev
    assert documents.update(work, here, {}).rev == documents.update(work, there, {}).rev


def test_an_edit_of_what_is_no_longer_current_is_refused(work: Work):
    first = documents.create(work, NOTES, {})
    documents.update(work, first, {"text": "one"})
    for action in (
        lambda: documents.update(work, first, {"text": "two"}),
        lambda: documents.delete(work, first),
    ):
        with pytest.raises(UpdateConflict):
            action()


def test_a_tombstone_keeps_the_id_and_nothing_else_and_can_be_written_over(work: Work):
    first = documents.create(work, NOTES, {"secret": "s"}, id_="note")
    documents.delete(work, first)
    (tombstone,) = documents.changes(work, NOTES)
    assert (tombstone.id, tombstone.deleted, tombstone.body) == ("note", True, {})
    again = documents.create(work, NOTES, {"text": "again"}, id_="note")
    assert generation(again.rev) == 3
    with pytest.raises(UpdateConflict):
        documents.create(work, NOTES, {}, id_="note")


def test_changes_come_once_each_in_order_and_go_on_from_anywhere(work: Work):
    made = [documents.create(work, NOTES, {"n": n}) for n in range(5)]
    documents.update(work, made[1], {"n": 10})
    everything = documents.changes(work, NOTES)
    assert [change.body["n"] for change in everything] == [0, 2, 3, 4, 10]
    for at in range(5):
        assert documents.changes(work, NOTES, everything[at].seq) == everything[at + 1 :]
        assert documents.pending(work, NOTES, everything[at].seq) == 4 - at


async def test_numbers_are_without_gaps_in_the_order_of_commits(house: House, home: Home):
    """A follower that reads beside many writers, some of whom fail, never misses a change."""

    def add(work: Work, number: int) -> None:
        documents.create(work, NOTES, {"n": number})
        if number % 7 == 0:
            raise ZeroDivisionError

    start = await house.read(home, OWNER, documents.last_seq)
    writing = [asyncio.create_task(house.write(home, OWNER, add, number)) for number in range(200)]
    seen: list[int] = []
    while len(seen) < 171:
        since = seen[-1] if seen else start
        seen += [change.seq for change in await house.read(home, OWNER, documents.changes, NOTES, since)]
        await asyncio.sleep(0)
    await asyncio.gather(*writing, return_exceptions=True)
    assert seen == list(range(start + 1, start + 172))


def test_homes_do_not_see_each_other(work: Work):
    documents.create(work, NOTES, {"mine": True}, id_="note")
    neighbour = replace(work, home="home-2")
    assert documents.changes(neighbour, NOTES) == []
    with pytest.raises(NoDocument):
        documents.fetch(neighbour, NOTES, "note")
