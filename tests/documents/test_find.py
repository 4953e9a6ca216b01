"""Mango: what a query finds, in which order, page after page."""

import re
from functools import cmp_to_key
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cozy.kernel.caller import SYSTEM
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import BadQuery
from cozy.rooms.documents.model import Query
from cozy.rooms.documents.store import mango

TREES = "org.example.trees"


@pytest.fixture
def work(db, clock):
    """A home with nothing in it."""
    return Work("home-1", "http://alice.localhost:8080", SYSTEM, clock.now, db, Settings(), {})


# A second reading of CouchDB's rules, straight from the selector: the compiled SQL must agree with it.


def meets(doc, selector, negated=False):
    """Whether a document meets a selector; negated: whether it meets its negation, in which absence meets nothing."""
    results = [_meets_member(doc, key, value, negated) for key, value in selector.items()]
    if not results:
        return True
    return any(results) if negated else all(results)


def _meets_member(doc, key, value, negated, found=None):
    if key == "$not":
        return meets(doc, value, not negated)
    if key in {"$and", "$or", "$nor"}:
        results = [meets(doc, part, negated is not (key == "$nor")) for part in value]
        wants_all = {"$and": not negated, "$or": negated, "$nor": not negated}[key]
        return not results or (all if wants_all else any)(results)
    return _meets_field(_lookup(doc, key.split(".")), value, negated)


def _meets_field(held, condition, negated):
    """held: [] when the field is absent, else [value]."""
    if not isinstance(condition, dict) or not condition:
        condition = {"$eq": condition}
    results = []
    for op, arg in condition.items():
        if op == "$not":
            results.append(_meets_field(held, arg, not negated))
        elif not op.startswith("$"):
            inner = _lookup(held[0], op.split(".")) if held else []
            results.append(_meets_field(inner, arg, negated))
        elif op == "$exists":
            results.append(bool(held) is (arg is not negated))
        else:
            results.append(bool(held) and _holds(held[0], op, arg) is not negated)
    return any(results) if negated else all(results)


def _lookup(value, names):
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return []
        value = value[name]
    return [value]


def _holds(value, op, arg):
    if op in {"$eq", "$ne", "$gt", "$gte", "$lt", "$lte"}:
        sign = compare(value, arg)
        return {
            "$eq": sign == 0, "$ne": sign != 0, "$gt": sign > 0, "$gte": sign >= 0, "$lt": sign < 0, "$lte": sign <= 0
        }[op]  # fmt: skip
    if op in {"$in", "$nin"}:
        members = value if isinstance(value, list) else [value]
        return any(compare(m, a) == 0 for m in members for a in arg) is (op == "$in")
    if op == "$all":
        holds = (
            isinstance(value, list) and arg != [] and all(any(compare(m, a) == 0 for m in value) for a in arg)
        )
        return holds or (isinstance(value, list) and arg == [value])
    if op == "$size":
        return isinstance(value, list) and len(value) == arg
    if op == "$type":
        return _type(value) == arg
    if op == "$mod":
        return type(value) is int and value % arg[0] == arg[1]
    if op == "$regex":
        return isinstance(value, str) and bool(re.search(arg, value))
    if op == "$elemMatch":
        return isinstance(value, list) and any(_meets_field([m], arg, False) for m in value)
    assert op == "$allMatch"
    return isinstance(value, list) and value != [] and all(_meets_field([m], arg, False) for m in value)


_TYPES = ["null", "boolean", "number", "string", "array", "object"]


def _type(value):
    names = {
        type(None): "null",
        bool: "boolean",
        int: "number",
        float: "number",
        str: "string",
        list: "array",
    }
    return names.get(type(value), "object")


def compare(a, b):
    """CouchDB's order of JSON values: below zero, zero, above zero."""
    if _type(a) != _type(b):
        return _TYPES.index(_type(a)) - _TYPES.index(_type(b))
    if a is None:
        return 0
    if isinstance(a, list):
        signs = [s for s in map(compare, a, b) if s]
        return signs[0] if signs else len(a) - len(b)
    if isinstance(a, dict):
        return compare([list(p) for p in sorted(a.items())], [list(p) for p in sorted(b.items())])
    return (a > b) - (a < b)


NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-4, 6), st.sampled_from([0.5, 2.0, -1.5]),
    st.sampled_from(["", "a", "b", "B", "é", "\U0001f600", "[1]", "{", "2", "a'b", ":p0"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=3)
SIMPLE = st.one_of(
    st.builds(
        lambda op, arg: {op: arg}, st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]), VALUES
    ),
    st.builds(
        lambda op, arg: {op: arg}, st.sampled_from(["$in", "$nin", "$all"]), st.lists(VALUES, max_size=3)
    ),
    st.builds(lambda low, high: {"$gt": low, "$lte": high}, SCALARS, SCALARS),
    st.builds(lambda arg: {"$exists": arg}, st.booleans()),
    st.builds(lambda arg: {"$type": arg}, st.sampled_from(_TYPES)),
    st.builds(lambda arg: {"$size": arg}, st.integers(0, 3)),
    st.builds(lambda arg: {"$mod": arg}, st.sampled_from([[2, 0], [3, 1]])),
    st.builds(lambda arg: {"$regex": arg}, st.sampled_from(["^a", "b|é", "."])),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(lambda c: {"$not": c}, inner),
        st.builds(lambda op, c: {op: c}, st.sampled_from(["$elemMatch", "$allMatch"]), inner),
    ),
    max_leaves=2,
)
FIELDS = st.sampled_from(["a", "b", "c", "a.b", "c.a"])
SELECTORS = st.recursive(
    st.dictionaries(FIELDS, CONDITIONS | SCALARS, min_size=1, max_size=2),
    lambda inner: st.one_of(
        st.builds(
            lambda op, parts: {op: parts},
            st.sampled_from(["$and", "$or", "$nor"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(lambda part: {"$not": part}, inner),
    ),
    max_leaves=3,
)


def ids(found):
    return [document.id for document in found.documents]


def plant(work, *bodies: dict[str, Any]):
    for number, body in enumerate(bodies):
        documents.create(work, TREES, body, id_=f"{number:04}")


def find(work, selector, **asked):
    return documents.find(work, TREES, Query(selector=selector, **asked))


def pages(work, selector, **asked):
    """Every id, page by page."""
    seen, bookmark = [], ""
    while True:
        page = find(work, selector, bookmark=bookmark, **asked)
        seen += ids(page)
        if not page.next or len(seen) > 20:
            return seen
        bookmark = page.bookmark


def empty(work):
    work.db.run(
        "DELETE FROM documents WHERE home_id = :home AND doctype = :doctype", home=work.home, doctype=TREES
    )


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(BODIES, max_size=8), selector=SELECTORS)
def test_the_compiled_query_agrees_with_the_rules_read_a_second_time(work, bodies, selector):
    empty(work)
    plant(work, *bodies)
    assert ids(find(work, selector)) == [f"{i:04}" for i, body in enumerate(bodies) if meets(body, selector)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bodies=st.lists(st.dictionaries(NAMES, SCALARS, max_size=3), max_size=8), selector=SELECTORS,
    by=st.lists(NAMES, min_size=1, max_size=2, unique=True), direction=st.sampled_from(["asc", "desc"]),
)  # fmt: skip
def test_pages_follow_the_order_of_types_and_leave_out_what_lacks_a_field(
    work, bodies, selector, by, direction
):
    empty(work)
    plant(work, *bodies)
    expected = [
        i for i, body in enumerate(bodies) if meets(body, selector) and all(name in body for name in by)
    ]
    expected.sort(
        key=cmp_to_key(
            lambda i, j: compare([*(bodies[i][n] for n in by), i], [*(bodies[j][n] for n in by), j])
        ),
        reverse=direction == "desc",
    )
    got = pages(work, selector, sort=[{name: direction} for name in by], limit=2)
    assert got == [f"{i:04}" for i in expected]


def test_a_bookmark_leads_on_although_documents_came_in_between(work):
    plant(work, *({"height": height} for height in (10, 20, 30, 40)))
    first = find(work, {"height": {"$gt": 0}}, sort=["height"], limit=2)
    documents.create(work, TREES, {"height": 5}, id_="new")
    second = find(work, {"height": {"$gt": 0}}, sort=["height"], limit=2, bookmark=first.bookmark)
    assert (ids(first), ids(second), second.next) == (["0000", "0001"], ["0002", "0003"], False)


def test_deleted_documents_and_other_doctypes_are_not_found(work):
    plant(work, {"kind": "oak"}, {"kind": "oak"})
    documents.delete(work, documents.fetch(work, TREES, "0000"))
    documents.create(work, "org.example.doors", {"kind": "oak"})
    assert ids(find(work, {"kind": "oak"})) == ["0001"]


def test_a_field_whose_name_holds_a_dot_is_spelt_with_a_backslash(work):
    plant(work, {"a.b": 1}, {"a": {"b": 1}})
    assert ids(find(work, {"a\\.b": 1})) == ["0000"]


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "a:home", "100%", "$x y", "[0]", "ключ"])
def test_any_member_name_can_be_asked_for(work, name):
    plant(work, {name: 1}, {name: 2})
    assert ids(
        find(work, {"$and": [{"x": {"$exists": False}}, {"\\$x y" if name == "$x y" else name: 1}]})
    ) == ([] if name == "$x y" else ["0000"])


def test_a_number_in_a_path_counts_into_a_list(work):
    plant(work, {"rings": [4, 8]}, {"rings": [8, 4]})
    assert ids(find(work, {"rings.1": 8})) == ["0000"]


def test_ids_are_fields_too(work):
    plant(work, {}, {}, {})
    assert ids(find(work, {"_id": {"$gt": "0000"}}, sort=[{"_id": "desc"}])) == ["0002", "0001"]
    assert ids(find(work, {"_id": {"$in": ["0001", "no"]}, "_rev": {"$gt": None}})) == ["0001"]


def test_a_page_holds_a_hundred_unless_asked_and_a_thousand_at_most(work):
    plant(work, *({"n": n} for n in range(1002)))
    assert [len(find(work, {"n": {"$gte": 0}}, limit=limit).documents) for limit in (100, 5000)] == [
        100,
        1000,
    ]
    assert find(work, {}, limit=5000).limit == 1000


def test_skipping_works_with_conditions_that_only_python_knows(work):
    plant(work, *({"n": str(n)} for n in range(9)))
    assert ids(find(work, {"n": {"$regex": "[2468]"}}, skip=1, limit=2)) == ["0004", "0006"]


def test_numbers_and_texts_that_a_database_cannot_hold_do_no_harm(work):
    plant(work, {"n": 3})
    assert ids(find(work, {"n": {"$lt": 10**40}})) == ["0000"]
    assert ids(find(work, {"n": {"$gt": -(10**400)}})) == ["0000"]
    if work.db.engine == "sqlite":
        assert ids(find(work, {"n": {"$gt": "a\0b"}})) == []
    else:
        with pytest.raises(BadQuery):
            find(work, {"n": {"$gt": "a\0b"}})


def test_a_pattern_that_takes_for_ever_is_given_up(work):
    plant(work, {"n": "a" * 60 + "!"})
    with pytest.raises(BadQuery) as refused:
        find(work, {"n": {"$regex": "^(a|a)*[xyz]"}})
    assert refused.value.facts["error"] == "timeout"


def test_a_thousand_alternatives_are_not_too_deep(work):
    plant(work, {"n": 3})
    assert ids(find(work, {"$or": [{"n": n} for n in range(1900)]})) == ["0000"]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ({"worker": {"$or": ["konnector", "client"]}}, ["0000", "0001"]),
        ({"worker": {"$nor": ["konnector", {"$regex": "^c"}]}}, ["0002"]),
        ({"$or": ["konnector"]}, []),
    ],
)
def test_a_bare_value_among_alternatives_means_equality(work, selector, found):
    """As cozy-client asks for the jobs of connectors (Q.partialIndex with `$or`)."""
    plant(work, {"worker": "konnector"}, {"worker": "client"}, {"worker": "zip"}, {"other": 1})
    assert ids(find(work, selector)) == found


def test_the_cost_is_told_when_asked(work):
    plant(work, {"n": 1}, {"n": 2})
    stats = find(work, {"n": 1}, execution_stats=True).stats
    assert stats
    assert (stats.total_docs_examined, stats.results_returned) == (2, 1)
    assert find(work, {"n": 1}).stats is None


@pytest.mark.parametrize(
    ("query", "error", "text"),
    [
        ({"selector": {"a": {"$foo": 1}}}, "invalid_operator", "Invalid operator: $foo"),
        ({"selector": {"a": {"$in": 1}}}, "bad_arg", "Bad argument for operator $in: 1"),
        ({"selector": {"a": {"$regex": "("}}}, "bad_arg", 'Bad argument for operator $regex: "("'),
        ({"selector": {"$and": {}}}, "bad_arg", "Bad argument for operator $and: {}"),
        ({"selector": {"a": {"$mod": [0, 1]}}}, "bad_arg", "Bad argument for operator $mod: [0,1]"),
        ({"selector": {"a": {"$exists": 1}}}, "bad_arg", "Bad argument for operator $exists: 1"),
        ({"selector": [1]}, "invalid_selector_json", "Selector must be a JSON object, not: [1]"),
        ({"selector": {}, "sort": [{"a": "up"}]}, "invalid_sort_dir", "Invalid sort direction: up"),
        ({"selector": {}, "sort": [3]}, "invalid_sort_field", "Invalid sort field: 3"),
        ({"selector": {}, "sort": "a"}, "invalid_sort_json", "Sort must be an array of sort specs, not: a"),
        (
            {"selector": {}, "sort": ["a", {"b": "desc"}]}, "unsupported_mixed_sort",
            "Sort currently only support a single direction for all fields.",
        ),
        ({"selector": {}, "bookmark": "@@"}, "invalid_bookmark", "Invalid bookmark value: @@"),
        ({"selector": {}, "limit": -1}, "invalid_limit", "`limit` is a whole number, not below zero."),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_told_in_couchdbs_words(work, query, error, text):
    with pytest.raises(BadQuery) as refused:
        documents.find(work, TREES, Query(**query))
    assert (refused.value.facts["error"], refused.value.detail) == (error, text)


def test_a_selector_without_end_is_refused(work):
    selector: dict[str, Any] = {"a": 1}
    for _ in range(500):
        selector = {"$not": selector}
    with pytest.raises(BadQuery):
        find(work, selector)


def index(work, *paths):
    expressions = ", ".join(mango.key(work.db.engine, path) for path in paths)
    work.db.run(
        f"CREATE INDEX trees ON documents (home_id, {expressions}, id) WHERE doctype = '{TREES}' AND NOT deleted"
    )


def test_a_query_that_no_index_serves_says_so(work):
    plant(work, {"n": 1})
    assert find(work, {"n": 1}).warning == "No matching index found, create an index to optimize query time."
    assert find(work, {"_id": {"$gt": None}}).warning == ""
    index(work, ("n",))
    assert find(work, {"n": 1}).warning == ""
    assert find(work, {"n": {"$gt": None}}, sort=["n"]).warning == ""


def test_an_index_of_other_fields_serves_no_query(work):
    plant(work, *({"n": n, "m": n % 7} for n in range(60)))
    for n in range(120):  # among much else, reading all of an index can look quick
        documents.create(work, "io.cozy.todos", {"label": "x" * 100, "n": n})
    index(work, ("n",))
    assert find(work, {"m": 2}).warning == "No matching index found, create an index to optimize query time."
    assert find(work, {"m": 2, "n": 1}).warning == ""


@pytest.mark.slow
def test_an_index_serves_queries_among_a_hundred_thousand(work):
    json = "jsonb" if work.db.engine == "postgres" else "TEXT"
    work.db.run(
        f"""INSERT INTO documents (home_id, doctype, id, rev, seq, deleted, sort_key, body, revisions)
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
            SELECT :home, :doctype, CAST(100000 + i AS TEXT), '1-x', 1000 + i, false, '', CAST(
                   '{{"calendar": "c' || (i % 10) || '", "date": "2016' || (100000 + i * 7919 % 100000) || '"}}' AS {json}
                   ), 'x' FROM n""",
        home=work.home, doctype=TREES,
    )  # fmt: skip
    index(work, ("calendar",), ("date",))
    work.db.run("ANALYZE documents")
    for name, query in {
        "range": Query(
            selector={"calendar": "c9", "date": {"$gt": "2016150000", "$lt": "2016160000"}},
            sort=["calendar", "date"],
        ),
        "newest": Query(selector={"calendar": "c9"}, sort=[{"calendar": "desc"}, {"date": "desc"}]),
        "from": Query(selector={"calendar": "c9", "date": {"$gt": "2016150000"}}, sort=["calendar", "date"]),
        "exists": Query(selector={"calendar": {"$gt": None}}, sort=["calendar", "date"], limit=50),
    }.items():
        found = documents.find(work, TREES, query)
        assert found.next
        assert found.warning == "", name
