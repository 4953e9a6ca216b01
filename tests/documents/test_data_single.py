"""`/data`, documents one by one (cozy-stack docs/data-system.md)."""

import pytest

from tests.documents.conftest import EVENTS

pytestmark = pytest.mark.anyio


async def test_a_document_comes_back_as_it_was_made(client, made):
    new = await made(summary="Lunch", cozyMetadata={"createdByApp": "agenda"})
    assert (new["ok"], new["type"], new["rev"][:2]) == (True, "io.cozy.events", "1-")

    answer = await client.get(f"{EVENTS}/{new['id']}")

    assert answer.json() == new["data"]
    assert answer.json() == {
        "_id": new["id"], "_type": "io.cozy.events", "_rev": new["rev"], "summary": "Lunch",
        "cozyMetadata": {"createdByApp": "agenda"},
    }  # fmt: skip
    assert answer.headers["etag"] == f'"{new["rev"]}"'


async def test_an_id_may_hold_a_slash(client):
    answer = await client.put(f"{EVENTS}/with%2Fslash", json={"a": 1})
    assert (answer.status_code, answer.json()["id"]) == (200, "with/slash")
    assert (await client.get(f"{EVENTS}/with%2Fslash")).json()["a"] == 1


async def test_an_update_names_the_revision_that_it_changes(client, made):
    new = await made(a=1)
    body = {"_id": new["id"], "_type": "io.cozy.events", "_rev": new["rev"], "a": 2}

    answer = await client.put(f"{EVENTS}/{new['id']}", json=body)
    assert (answer.status_code, answer.json()["data"]["a"]) == (200, 2)
    assert answer.json()["rev"].startswith("2-")

    late = await client.put(f"{EVENTS}/{new['id']}", json=body)
    assert late.status_code == 409
    assert late.json() == {
        "ok": False, "status": "409", "error": "conflict", "reason": "Document update conflict"
    }  # fmt: skip


async def test_a_fixed_id_is_taken_once(client):
    assert (await client.put(f"{EVENTS}/fixed", json={"a": 1})).status_code == 200
    assert (await client.put(f"{EVENTS}/fixed", json={"a": 1})).status_code == 409


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{EVENTS}/a", {"_id": "a"}),
        (f"{EVENTS}/a", {"_rev": "1-abc"}),
        (f"{EVENTS}/a", {"_id": "b", "_rev": "1-abc"}),
        (f"{EVENTS}/a", {"_id": "a", "_rev": "nonsense"}),
        (f"{EVENTS}/_foo", {"a": 1}),
        (f"{EVENTS}/a", {"_foo": 1}),
        (f"{EVENTS}/a", {"text": "nul \0"}),
        (f"{EVENTS}/a%00", {"a": 1}),
        (f"{EVENTS}/{'a' * 1001}", {"a": 1}),
        ("/data/wr%C3%B6ng/a", {"a": 1}),
        (f"{EVENTS}/a", {"_attachments": {"a.txt": {"data": "aGk="}}}),
    ],
)
async def test_what_cannot_be_stored_is_refused(client, path, body):
    answer = await client.put(path, json=body)
    assert (answer.status_code, answer.json()["status"]) == (400, "400")


async def test_depth_has_a_limit(client):
    deep = "[" * 300 + "]" * 300
    answer = await client.post(EVENTS, content='{"a":' + deep + "}")
    assert (answer.status_code, answer.json()["error"]) == (400, "doc_validation")


async def test_a_new_document_gets_its_id_from_us(client):
    assert (await client.post(f"{EVENTS}/", json={"_id": "mine"})).status_code == 400


async def test_deletion_leaves_a_tombstone(client, made):
    new = await made(a=1)
    answer = await client.delete(f"{EVENTS}/{new['id']}", headers={"if-match": new["rev"]})

    assert (answer.status_code, answer.json()["deleted"], answer.json()["rev"][:2]) == (200, True, "2-")
    gone = await client.get(f"{EVENTS}/{new['id']}")
    assert gone.status_code == 404
    assert (gone.json()["error"], gone.json()["reason"]) == ("not_found", "deleted")
    again = await client.delete(f"{EVENTS}/{new['id']}", params={"rev": answer.json()["rev"]})
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("params", "headers", "status"),
    [
        ({}, {}, 400),
        ({"rev": "1-aa"}, {"if-match": "1-bb"}, 400),
        ({"rev": "1-aa"}, {}, 409),
        ({}, {"if-match": "1-aa"}, 409),
    ],
)
async def test_a_deletion_names_the_revision_that_it_ends(client, made, params, headers, status):
    new = await made(a=1)
    answer = await client.delete(f"{EVENTS}/{new['id']}", params=params, headers=headers)
    assert answer.status_code == status


async def test_what_is_missing_says_how(client, made):
    assert (await client.get(f"{EVENTS}/none")).json()["reason"] == "wrong_doctype"
    await made(a=1)
    assert (await client.get(f"{EVENTS}/none")).json() == {
        "ok": False, "status": "404", "error": "not_found", "reason": "missing"
    }  # fmt: skip


async def test_a_losing_branch_can_be_read_and_ended(client):
    docs = [{"_id": "a", "_rev": f"1-{c}", "n": c} for c in "ab"]
    await client.post(f"{EVENTS}/_bulk_docs", json={"docs": docs, "new_edits": False})

    won = (await client.get(f"{EVENTS}/a", params={"conflicts": "true", "revs": "true"})).json()
    assert (won["_rev"], won["_conflicts"]) == ("1-b", ["1-a"])
    assert won["_revisions"] == {"start": 1, "ids": ["b"]}
    assert (await client.get(f"{EVENTS}/a", params={"rev": "1-a"})).json()["n"] == "a"

    ended = await client.delete(f"{EVENTS}/a", params={"rev": "1-a"})
    assert ended.json()["rev"].startswith("2-")
    after = (await client.get(f"{EVENTS}/a", params={"conflicts": "true"})).json()
    assert (after["_rev"], "_conflicts" in after) == ("1-b", False)


async def test_errors_without_a_route_speak_the_same_language(client):
    assert (await client.get("/data/a/b/c/d")).json()["error"] == "not_found"
    answer = await client.patch(f"{EVENTS}/a")
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")
    assert (await client.get("/data/")).json() == {"message": "welcome to a cozy API"}
