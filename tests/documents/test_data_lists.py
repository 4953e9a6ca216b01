"""`/data`, many documents at once: lists, queries and indexes (cozy-stack docs/data-system.md, mango.md)."""

import pytest

from tests.documents.conftest import EVENTS

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ten(client):
    """Ten documents, a0 to a9, of which a5 is deleted."""
    docs = [{"_id": f"a{n}", "n": n, "foo": {"bar": "one", "qux": "two"}} for n in range(10)]
    answer = await client.post(f"{EVENTS}/_bulk_docs", json={"docs": docs})
    await client.delete(f"{EVENTS}/a5", params={"rev": answer.json()[5]["rev"]})


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["rows"]]


@pytest.mark.parametrize(
    ("params", "found", "offset"),
    [
        ({}, "a0 a1 a2 a3 a4 a6 a7 a8 a9", 0),
        ({"limit": "2", "skip": "4"}, "a4 a6", 4),
        ({"limit": "0"}, "", 0),
        ({"startkey": '"a4"', "endkey": '"a7"'}, "a4 a6 a7", 4),
        ({"startkey": '"a4"', "endkey": '"a7"', "inclusive_end": "false"}, "a4 a6", 4),
        ({"start_key": '"a4"', "end_key": '"a1"', "descending": "true"}, "a4 a3 a2 a1", 4),
        ({"startkey_docid": "a4", "endkey_docid": "a7"}, "a4 a6 a7", 4),
        ({"start_key_doc_id": "a8", "startkey": '"a1"'}, "a8 a9", 7),
        ({"key": '"a3"'}, "a3", 3),
        ({"descending": "true", "limit": "1"}, "a9", 0),
    ],
)
async def test_a_list_goes_by_ids(client, ten, params, found, offset):
    answer = await client.get(f"{EVENTS}/_all_docs", params=params)
    assert ids(answer) == found.split()
    assert (answer.json()["total_rows"], answer.json()["offset"]) == (9, offset)


async def test_a_list_shows_documents_or_some_of_their_fields(client, ten):
    first = (await client.get(f"{EVENTS}/_all_docs", params={"include_docs": "true"})).json()["rows"][0]
    assert first["doc"] == {
        "_id": "a0",
        "_rev": first["value"]["rev"],
        "n": 0,
        "foo": {"bar": "one", "qux": "two"},
    }

    params = {"include_docs": "true", "Fields": "n,nosuchfield,foo.qux", "DesignDocs": "false"}
    rows = (await client.get(f"{EVENTS}/_all_docs", params=params)).json()["rows"]
    assert rows[1]["doc"] == {"n": 1, "foo": {"qux": "two"}}


async def test_documents_are_given_in_the_order_asked_for(client, ten):
    answer = await client.post(
        f"{EVENTS}/_all_docs", params={"include_docs": "true"}, json={"keys": ["a7", "none", "a5", "a0"]}
    )
    there, none, deleted, last = answer.json()["rows"]
    assert (there["doc"]["n"], last["doc"]["n"]) == (7, 0)
    assert none == {"key": "none", "error": "not_found"}
    assert (deleted["value"]["deleted"], deleted["doc"]) == (True, None)


@pytest.mark.parametrize(
    "params", [{"limit": "x"}, {"startkey": "a"}, {"keys": "{}"}, {"skip": "-1"}, {"startkey_docid": "\0"}]
)
async def test_nonsense_is_refused(client, params):
    answer = await client.get(f"{EVENTS}/_all_docs", params=params)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_normal_docs_come_in_pages(client, ten):
    first = (await client.get(f"{EVENTS}/_normal_docs", params={"limit": "7"})).json()
    assert (first["total_rows"], len(first["rows"]), "execution_stats" in first) == (9, 7, False)
    rest = await client.get(f"{EVENTS}/_normal_docs", params={"bookmark": first["bookmark"]})
    assert [row["_id"] for row in rest.json()["rows"]] == ["a8", "a9"]
    skipped = await client.get(f"{EVENTS}/_normal_docs", params={"skip": "8", "execution_stats": "true"})
    assert [row["_id"] for row in skipped.json()["rows"]] == ["a9"]
    assert skipped.json()["execution_stats"]["results_returned"] == 1


async def test_nothing_is_an_empty_list(client):
    answer = await client.get("/data/io.cozy.nothing/_normal_docs")
    assert answer.json() == {"rows": [], "total_rows": 0, "bookmark": ""}
    assert (await client.post("/data/io.cozy.nothing/_find", json={"selector": {}})).json()["docs"] == []


async def test_a_query_answers_as_couchdb_does(client, ten):
    query = {"selector": {"n": {"$gt": 2}}, "sort": ["n"], "limit": 3, "fields": ["_id", "foo.bar"]}
    found = (await client.post(f"{EVENTS}/_find", json={**query, "execution_stats": True})).json()
    assert found["docs"] == [{"_id": id_, "foo": {"bar": "one"}} for id_ in ("a3", "a4", "a6")]
    assert (found["limit"], found["next"]) == (3, True)
    assert found["execution_stats"]["results_returned"] == 3
    after = await client.post(f"{EVENTS}/_find", json={**query, "bookmark": found["bookmark"]})
    assert [doc["_id"] for doc in after.json()["docs"]] == ["a7", "a8", "a9"]
    assert after.json()["next"] is False


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"selector": {"n": {"$no": 1}}}, "invalid_operator"),
        ({"selector": {}, "bookmark": "x"}, "invalid_bookmark"),
        ({"selector": []}, "bad_request"),
        ({}, "bad_request"),
    ],
)
async def test_a_bad_query_says_so_in_couchdbs_words(client, query, error):
    answer = await client.post(f"{EVENTS}/_find", json=query)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_a_query_without_an_index_answers_and_says_so(client):
    await client.put("/data/io.cozy.unindexed/a", json={"n": 1})
    found = (await client.post("/data/io.cozy.unindexed/_find", json={"selector": {"n": 1}})).json()
    assert len(found["docs"]) == 1
    assert found["warning"].startswith("No matching index found")


@pytest.mark.parametrize("use_index", ["_design/by_n", "by_n", ["_design/by_n", "by_n"]])
async def test_clients_that_name_an_index_that_is_not_there_are_told_to_make_it(client, use_index):
    where, query = "/data/io.cozy.named", {"selector": {"n": 1}, "use_index": use_index}
    await client.put(f"{where}/a", json={"n": 1})
    found = (await client.post(f"{where}/_find", json=query)).json()
    said = "_design/by_n was not used because it does not contain a valid index for this query."
    assert found["warning"].split("\n")[0] == said
    assert len(found["docs"]) == 1
    index = {"ddoc": "by_n", "name": "by_n", "index": {"fields": ["n"]}}
    await client.post(f"{where}/_index", json=index)
    answer = (await client.post(f"{where}/_find", json=query)).json()
    assert "warning" not in answer, answer["warning"]


async def test_an_index_is_made_once_and_used(client):
    docs = [{"n": n} for n in range(3000)]
    await client.post("/data/io.cozy.steps/_bulk_docs", json={"docs": docs})
    index = {"index": {"fields": ["n"]}}
    made = (await client.post("/data/io.cozy.steps/_index", json=index)).json()
    again = (await client.post("/data/io.cozy.steps/_index", json=index)).json()
    assert (made["result"], again["result"]) == ("created", "exists")
    assert (made["id"], made["name"]) == (again["id"], again["name"])
    found = (
        await client.post("/data/io.cozy.steps/_find", json={"selector": {"n": 7}, "sort": ["n"]})
    ).json()
    assert ([doc["n"] for doc in found["docs"]], found.get("warning")) == ([7], None)


async def test_design_documents_are_kept_as_couchdb_writes_them(client, made):
    await made(a=1)
    asked = {
        "index": {"fields": ["a", {"b": "asc"}], "partial_filter_selector": {"c": 1}},
        "ddoc": "mine",
        "name": "by",
    }
    assert (await client.post(f"{EVENTS}/_index", json=asked)).json()["id"] == "_design/mine"

    design = (await client.get(f"{EVENTS}/_design/mine")).json()
    assert (design["_id"], design["language"]) == ("_design/mine", "query")
    assert design["views"]["by"] == {
        "map": {"fields": {"a": "asc", "b": "asc"}, "partial_filter_selector": {"c": 1}},
        "reduce": "_count",
        "options": {"def": asked["index"]},
    }
    rows = (await client.get(f"{EVENTS}/_design_docs", params={"include_docs": "true"})).json()["rows"]
    assert rows == [
        {"id": "_design/mine", "key": "_design/mine", "value": {"rev": design["_rev"]}, "doc": design}
    ]  # fmt: skip
    listed = (await client.get(f"{EVENTS}/_index")).json()["indexes"]
    assert [(line["ddoc"], line["name"]) for line in listed] == [(None, "_all_docs"), ("_design/mine", "by")]
    assert (await client.get(f"{EVENTS}/_all_docs")).json()["total_rows"] == 1


async def test_a_design_document_is_copied_and_deleted(client):
    await client.post(f"{EVENTS}/_index", json={"index": {"fields": ["a"]}, "ddoc": "one"})
    rev = (await client.get(f"{EVENTS}/_design/one")).json()["_rev"]
    to = {"destination": "_design/two"}
    copied = await client.post(f"{EVENTS}/_design/one/copy", params={"rev": rev}, headers=to)
    assert (copied.status_code, copied.json()) == (201, {"ok": True, "id": "_design/two", "rev": rev})
    assert (await client.post(f"{EVENTS}/_design/one/copy", headers=to)).status_code == 409
    assert (await client.post(f"{EVENTS}/_design/one/copy")).status_code == 400

    assert (await client.delete(f"{EVENTS}/_design/one")).status_code == 400
    assert (await client.delete(f"{EVENTS}/_design/one", params={"rev": "1-no"})).status_code == 409
    gone = await client.delete(f"{EVENTS}/_design/one", params={"rev": rev})
    assert (gone.status_code, gone.json()["id"]) == (200, "_design/one")
    assert (await client.get(f"{EVENTS}/_design/one")).status_code == 404

    (name,) = (await client.get(f"{EVENTS}/_design/two")).json()["views"]
    assert (await client.delete(f"{EVENTS}/_index/_design/two/json/{name}")).json() == {"ok": True}
    assert ids(await client.get(f"{EVENTS}/_design_docs")) == []
    again = await client.post(f"{EVENTS}/_index", json={"index": {"fields": ["a"]}, "ddoc": "one"})
    assert again.json()["result"] == "created"


async def test_an_index_may_be_a_filter_and_nothing_else(client, made):
    """cozy-client asks for it where a query has no more than a partial index."""
    await made(a=1)
    await made(a=1, trashed=True)
    partial = {"trashed": True}
    index = {"index": {"fields": [], "partial_filter_selector": partial}, "ddoc": "by__filter_(trashed_true)"}
    made_once = (await client.post(f"{EVENTS}/_index", json=index)).json()
    again = (await client.post(f"{EVENTS}/_index", json=index)).json()
    assert (made_once["result"], again["result"]) == ("created", "exists")
    query = {"selector": partial, "use_index": f"_design/{index['ddoc']}"}
    found = (await client.post(f"{EVENTS}/_find", json=query)).json()
    assert len(found["docs"]) == 1
    assert "was not used" not in found.get("warning", "")
    listed = (await client.get(f"{EVENTS}/_index")).json()["indexes"]
    assert listed[1]["def"]["fields"] == []
    gone = await client.delete(f"{EVENTS}/_index/{index['ddoc']}/json/{made_once['name']}")
    assert gone.json() == {"ok": True}


@pytest.mark.parametrize("fields", [[""], [7], [{"a": "up"}], ['a\\"b'], [f"f{n}" for n in range(21)]])
async def test_an_index_of_nonsense_is_refused(client, fields):
    assert (await client.post(f"{EVENTS}/_index", json={"index": {"fields": fields}})).status_code == 400


async def test_a_doctype_begins_and_ends(client, made):
    assert (await client.put(EVENTS)).status_code == 201
    await made(a=1)
    assert (await client.put(EVENTS)).json()["error"] == "file_exists"
    status = (await client.get(f"{EVENTS}/")).json()
    assert (status["db_name"], status["doc_count"], status["doc_del_count"]) == ("io.cozy.events", 1, 0)

    await client.post(f"{EVENTS}/_index", json={"index": {"fields": ["a"]}})
    await client.put(f"{EVENTS}/_local/x", json={"a": 1})
    assert (await client.delete(EVENTS)).json() == {"ok": True, "deleted": True}
    assert (await client.get(f"{EVENTS}/")).json()["doc_count"] == 0
    assert ids(await client.get(f"{EVENTS}/_design_docs")) == []
    assert (await client.get(f"{EVENTS}/_local/x")).status_code == 404


async def test_what_is_indexed_may_be_long(client):
    await client.post("/data/io.cozy.novels/_index", json={"index": {"fields": ["text"]}})
    text = "".join(f"{n * 7919 % 100_003:x}" for n in range(5_000))
    for value in (text, [text], {"a": text}):
        assert (await client.post("/data/io.cozy.novels", json={"text": value})).status_code == 201
    found = await client.post("/data/io.cozy.novels/_find", json={"selector": {"text": text}})
    assert len(found.json()["docs"]) == 1
    again = await client.post("/data/io.cozy.novels/_index", json={"index": {"fields": ["text", "n"]}})
    assert again.json()["result"] == "created"
