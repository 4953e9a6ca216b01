"""What both engines promise of an index (`kernel.search`)."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from cozy.backends.fulltext import Fts5, Tsvector
from cozy.kernel.db import Db, Row
from cozy.kernel.search import Said, Term, Wanted
from cozy.rooms.search import store
from cozy.rooms.search.model import Entry, Kind
from cozy.rooms.search.service.index import index_of


@pytest.fixture
def index(work):
    return index_of(work)


@pytest.fixture
def put(work, index):
    """Puts an entry of these words; its number."""

    def put(id_: str, said: Said, kind: Kind = "file", at="2026-01-01", place="") -> int:
        number = store.save(work, Entry("io.cozy.files", id_, kind, id_, at=at, place=place))
        index.put(work.db, work.home, number, replace(said, kind=kind))
        return number

    return put


def test_a_title_tells_more_than_a_text(work, index, put):
    low = put("a", Said(text=["cat", "dog"]), at="2026-02-01")
    high = put("b", Said(title=["cat"], text=["bird"]))
    assert index.find(work.db, work.home, Wanted(terms=(Term(("cat",)),)), 10) == [high, low]
    assert index.find(work.db, work.home, Wanted(terms=(Term(("cat",), part="title"),)), 10) == [high]
    assert index.find(work.db, work.home, Wanted(terms=(Term((), ("bi",)),)), 10) == [high]


def test_terms_are_all_any_or_none(work, index, put):
    one, two = put("a", Said(text=["cat", "dog"])), put("b", Said(text=["cat"]))
    cat, dog = Term(("cat",)), Term(("dog", "hound"))
    assert index.find(work.db, work.home, Wanted(terms=(cat, dog)), 10) == [one]
    assert index.find(work.db, work.home, Wanted(terms=(cat, dog), is_any=True), 10)[0] == one
    assert index.find(work.db, work.home, Wanted(terms=(cat,), without=(dog,)), 10) == [two]
    assert index.holds(work.db, work.home, dog)
    assert not index.holds(work.db, work.home, Term(("bird",)))


def test_entries_are_narrowed_by_kind_time_and_place(work, index, put):
    old = put("a", Said(text=["cat"]), kind="photo", at="2020-05-01", place="x")
    new = put("b", Said(text=["cat"]), at="2026-05-01T10:00:00Z", place="y")

    def found(**narrow):
        return index.find(work.db, work.home, Wanted(terms=(Term(("cat",)),), **narrow), 10)

    assert found(kinds=("photo", "video")) == [old]
    assert found(since="2026-05-01", until="2026-05-02") == [new]
    assert found(places=("y",)) == [new]
    assert index.find(work.db, work.home, Wanted(until="2021"), 10) == [old]
    assert index.find(work.db, work.home, Wanted(), 10) == [new, old]


NARROW: dict[str, Any] = {
    "extensions": ("pdf",),
    "places": ("x",),
    "since": "2026-01-01",
    "until": "2026-02-01",
    "kinds": ("file",),
}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_words_are_narrowed_by_lists_without_a_look_at_each_row(work):
    steps: list[str] = []

    def explained(sql: str, **asked: object) -> list[Row]:
        steps.extend(row[3] for row in work.db.all(f"EXPLAIN QUERY PLAN {sql}", **asked))
        return []

    wanted = Wanted(terms=(Term(("cat",)),), **NARROW)
    Fts5().find(cast("Db", SimpleNamespace(all=explained)), work.home, wanted, 10)
    tables = [step for step in steps if "search_entries" in step]
    assert len(tables) == 3
    assert all("USING COVERING INDEX search_entries_by_" in step for step in tables), steps


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_words_are_looked_up_in_their_index_and_vectors_opened_of_what_was_found_alone(work, put):
    put("a", Said(text=["cat", "dog"]))
    steps: list[str] = []

    def explained(sql: str, **asked: object) -> list[Row]:
        if "@@" in sql:
            steps.extend(row[0] for row in work.db.all(f"EXPLAIN {sql}", **asked) if "Scan" in row[0])
        return work.db.all(sql, **asked)

    def first(sql: str, **asked: object) -> Row | None:
        return next(iter(explained(sql, **asked)), None)

    db = cast("Db", SimpleNamespace(all=explained, one=first, run=work.db.run))
    terms = (Term(("cat",)), Term(("dog",)))
    assert Tsvector().holds(db, work.home, terms[0])
    assert len(Tsvector().find(db, work.home, Wanted(terms=terms), 10)) == 1
    looked = [step for step in steps if "search_entries" in step]
    assert len(looked) == 2 * (1 + len(terms) + 2), steps
    assert all("Bitmap" in step for step in looked), steps
    assert work.db.one("SELECT current_setting('enable_seqscan'), current_setting('enable_indexscan')") == (
        "on",
        "on",
    )


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_begins_with_three_letters_is_in_an_index_of_its_own(work):
    (sql,) = work.db.one("SELECT sql FROM sqlite_schema WHERE name = 'search_index'")
    assert "prefix='3'" in sql


def test_kinds_alone_are_found_the_latest_first(work, index, put):
    days = [
        put(str(n), Said(), kind=("photo", "pdf", "mail")[n % 3], at=f"2026-05-0{n + 1}") for n in range(6)
    ]
    assert index.find(work.db, work.home, Wanted(kinds=("photo", "pdf")), 3) == [days[4], days[3], days[1]]
    assert index.find(work.db, work.home, Wanted(kinds=("photo",), until="2026-05-02"), 3) == [days[0]]


def test_a_kind_is_no_word(work, index, put):
    number = put("a", Said(text=["cat"]), kind="photo")
    assert not index.holds(work.db, work.home, Term(("photo",)))
    assert not index.holds(work.db, work.home, Term((), ("pho",)))
    cat, dog = Term(("cat",)), Term(("dog",))
    wanted = Wanted(terms=(cat, dog), is_any=True, kinds=("photo", "video"))
    assert index.find(work.db, work.home, wanted, 10) == [number]


def test_a_rare_word_tells_more_than_a_frequent_one(work, index, put):
    rare = put("rare", Said(text=["heron", "x"]), at="2020-01-01")
    for n in range(12):
        put(f"many {n}", Said(text=["bird", "x"]))
    wanted = Wanted(terms=(Term(("bird",)), Term(("heron",))), is_any=True)
    assert index.find(work.db, work.home, wanted, 10)[0] == rare


def test_what_is_put_again_is_found_by_its_new_words_only_and_what_is_dropped_by_none(work, index, put):
    number = put("a", Said(title=["cat"], text=["x"] * 20_000))
    assert put("a", Said(title=["dog"])) == number
    assert not index.holds(work.db, work.home, Term(("cat",)))
    index.drop(work.db, work.home, number)
    store.forget(work, number)
    assert index.find(work.db, work.home, Wanted(terms=(Term(("dog",)),)), 10) == []
    put("b", Said(title=["dog"]))
    index.clear(work.db, work.home)
    store.clear(work)
    assert not index.holds(work.db, work.home, Term(("dog",)))


def test_a_home_finds_nothing_of_another_one(work, index, put):
    put("a", Said(title=["cat"]))
    if work.db.engine == "postgres":
        assert index.find(work.db, "another", Wanted(terms=(Term(("cat",)),)), 10) == []
        assert not index.holds(work.db, "another", Term(("cat",)))
    assert index.find(work.db, work.home, Wanted(terms=(Term(("cat",)),)), 10) != []
