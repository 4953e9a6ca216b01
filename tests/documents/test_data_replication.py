"""`/data`, what PouchDB asks to replicate both ways."""

import pytest

from tests.documents.conftest import EVENTS

pytestmark = pytest.mark.anyio


async def feed(client, **params):
    answer = await client.get(f"{EVENTS}/_changes", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def graft(client, *docs):
    answer = await client.post(f"{EVENTS}/_bulk_docs", json={"docs": docs, "new_edits": False})
    assert (answer.status_code, answer.json()) == (201, []), answer.text


async def test_the_feed_is_read_in_parts(client, made):
    begin = (await feed(client, style="all_docs"))["last_seq"]
    ids = [(await made(n=n))["id"] for n in range(3)]
    first = await feed(client, since=begin, limit=2)
    assert ([line["id"] for line in first["results"]], first["pending"]) == (ids[:2], 1)
    rest = await feed(client, since=first["last_seq"], include_docs="true")
    assert [(line["id"], line["doc"]["n"]) for line in rest["results"]] == [(ids[2], 2)]
    assert (rest["pending"], (await feed(client, since=rest["last_seq"]))["results"]) == (0, [])
    assert (await feed(client, since="now"))["results"] == []
    back = await feed(client, descending="true", limit=1)
    assert [line["id"] for line in back["results"]] == ids[2:]


async def test_a_deletion_is_a_change(client, made):
    new = await made(n=1)
    await client.delete(f"{EVENTS}/{new['id']}", params={"rev": new["rev"]})
    (line,) = (await feed(client, include_docs="true"))["results"]
    assert (line["deleted"], line["doc"]) == (
        True, {"_id": new["id"], "_rev": line["changes"][0]["rev"], "_deleted": True}
    )  # fmt: skip


async def test_the_feed_is_filtered_by_ids_or_a_selector(client, made):
    ids = [(await made(n=n))["id"] for n in range(3)]
    url = f"{EVENTS}/_changes"
    named = await client.post(url, params={"filter": "_doc_ids"}, json={"doc_ids": [ids[2], ids[0], "none"]})
    assert [line["id"] for line in named.json()["results"]] == [ids[0], ids[2]]
    picked = await client.post(url, params={"filter": "_selector"}, json={"selector": {"n": {"$gt": 0}}})
    assert [line["id"] for line in picked.json()["results"]] == ids[1:]
    assert len((await client.post(url)).json()["results"]) == 3


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("POST", {"feed": "continuous"}),
        ("GET", {"feed": "eventsource"}),
        ("GET", {"feed": "longpoll", "timeout": "x"}),
        ("GET", {"feed": "longpoll", "heartbeat": "-1"}),
        ("POST", {"style": "not_a_valid_style"}),
        ("POST", {"limit": "not_a_number"}),
        ("POST", {"inlude_docs": "true"}),
        ("GET", {"filter": "_doc_ids"}),
        ("GET", {"since": "x"}),
        ("GET", {"seq_interval": "x"}),
    ],
)
async def test_what_the_feed_does_not_know_is_refused(client, method, params):
    assert (await client.request(method, f"{EVENTS}/_changes", params=params)).status_code == 400


async def test_replicas_pick_the_same_winner_and_keep_the_loser(client):
    base = {"_id": "a", "_rev": "1-base", "_revisions": {"start": 1, "ids": ["base"]}}
    mine = {"_id": "a", "_rev": "2-aaa", "n": 1, "_revisions": {"start": 2, "ids": ["aaa", "base"]}}
    yours = {"_id": "a", "_rev": "2-bbb", "n": 2, "_revisions": {"start": 2, "ids": ["bbb", "base"]}}
    await graft(client, yours, base)
    await graft(client, mine, mine)
    await graft(client, base)

    (line,) = (await feed(client, style="all_docs"))["results"]
    assert line["changes"] == [{"rev": "2-bbb"}, {"rev": "2-aaa"}]
    (line,) = (await feed(client))["results"]
    assert line["changes"] == [{"rev": "2-bbb"}]

    known = {"a": ["1-base", "2-aaa", "2-ccc"], "b": ["1-x"], "c": []}
    assert (await client.post(f"{EVENTS}/_revs_diff", json=known)).json() == {
        "a": {"missing": ["2-ccc"]}, "b": {"missing": ["1-x"]}
    }  # fmt: skip


async def test_many_revisions_are_read_at_once(client):
    await graft(
        client,
        {"_id": "a", "_rev": "2-aaa", "n": 1, "_revisions": {"start": 2, "ids": ["aaa", "base"]}},
        {"_id": "a", "_rev": "2-bbb", "n": 2, "_revisions": {"start": 2, "ids": ["bbb", "base"]}},
        {"_id": "gone", "_rev": "2-x", "_deleted": True},
    )
    asked = [
        {"id": "a"},
        {"id": "a", "rev": "2-aaa"},
        {"id": "a", "rev": "1-base"},
        {"id": "gone", "rev": "2-x"},
    ]
    answer = await client.post(f"{EVENTS}/_bulk_get", params={"revs": "true"}, json={"docs": asked})
    best, losing, old, gone = [result["docs"] for result in answer.json()["results"]]
    assert best[0]["ok"]["_revisions"] == {"start": 2, "ids": ["bbb", "base"]}
    assert (losing[0]["ok"]["n"], gone[0]["ok"]["_deleted"]) == (1, True)
    assert old[0]["error"]["reason"] == "missing"

    latest = await client.post(f"{EVENTS}/_bulk_get", params={"latest": "true"}, json={"docs": [asked[2]]})
    assert {one["ok"]["_rev"] for one in latest.json()["results"][0]["docs"]} == {"2-aaa", "2-bbb"}


async def test_each_of_many_writes_stands_for_itself(client, made):
    old = await made(n=1)
    docs = [
        {"_id": old["id"], "_rev": old["rev"], "n": 2},
        {"_id": old["id"], "_rev": old["rev"], "n": 3},
        {"_id": "new", "n": 4},
        {"n": 5},
        {"_id": "new", "n": 6},
    ]
    results = (await client.post(f"{EVENTS}/_bulk_docs", json={"docs": docs})).json()
    assert [one.get("error", "ok") for one in results] == ["ok", "conflict", "ok", "ok", "conflict"]
    assert (await client.get(f"{EVENTS}/{old['id']}")).json()["n"] == 2
    assert (await client.get(f"{EVENTS}/{results[3]['id']}")).json()["n"] == 5

    dead = {"_id": "new", "_rev": results[2]["rev"], "_deleted": True}
    await client.post(f"{EVENTS}/_bulk_docs", json={"docs": [dead]})
    assert (await client.get(f"{EVENTS}/new")).json()["reason"] == "deleted"
    back = (await client.post(f"{EVENTS}/_bulk_docs", json={"docs": [{"_id": "new"}]})).json()
    assert back[0]["rev"].startswith("3-")


@pytest.mark.parametrize(
    "doc",
    [
        {"_id": "a"},
        {"_id": "a", "_rev": "2-a", "_revisions": {"start": 1, "ids": ["a"]}},
        {"_id": "a", "_rev": "1-a", "_revisions": {"start": 1, "ids": ["b"]}},
        {"_id": "a", "_rev": "1-a", "_revisions": {"start": 1, "ids": ["a", "b"]}},
        {"_id": "a", "_rev": "2-a", "_revisions": {"start": 2, "ids": ["a", "b c"]}},
        {"_id": "_design/a", "_rev": "1-a"},
    ],
)
async def test_a_history_that_cannot_be_is_refused(client, doc):
    answer = await client.post(f"{EVENTS}/_bulk_docs", json={"docs": [doc], "new_edits": False})
    assert answer.status_code == 400


async def test_checkpoints_are_kept_apart(client):
    url = f"{EVENTS}/_local/check%2Fpoint"
    assert (await client.get(url)).json()["reason"] == "missing"
    first = await client.put(url, json={"last_seq": "7"})
    assert (first.status_code, first.json()) == (201, {"ok": True, "id": "_local/check/point", "rev": "0-1"})
    assert (await client.put(url, json={"last_seq": "8"})).status_code == 409
    assert (await client.put(url, json={"_rev": "0-1", "last_seq": "8"})).json()["rev"] == "0-2"
    assert (await client.get(url)).json() == {"_id": "_local/check/point", "_rev": "0-2", "last_seq": "8"}
    assert (await feed(client))["results"] == []
    assert (await client.post(f"{EVENTS}/_ensure_full_commit")).status_code == 201


async def test_ten_thousand_documents_are_written_and_listed_at_once(client):
    docs = [{"_id": f"{n:05}", "n": n, "text": "x" * 100} for n in range(10_000)]
    results = (await client.post(f"{EVENTS}/_bulk_docs", json={"docs": docs})).json()
    assert all(one["ok"] for one in results)
    assert len((await feed(client, include_docs="true", style="all_docs"))["results"]) == 10_000
