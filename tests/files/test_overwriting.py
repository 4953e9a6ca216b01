"""PUT /files/:id."""

import base64
import hashlib

from cozy.kernel.blobs import INLINE_LIMIT

LARGE = b"x" * (INLINE_LIMIT + 1)


async def put(client, file, data=b"new", headers=None, **query):
    return await client.put(f"/files/{file['id']}", content=data, headers=headers, params=query)


async def test_a_file_gets_a_new_content_under_the_same_id(client, clock):
    file = await client.upload("me", b"foo", Executable="true", Tags="a")
    clock.advance(minutes=1)
    answer = await put(client, file, b"newer", {"content-type": "audio/mp3"}, Executable="false")
    data = answer.json()["data"]
    attributes, before = data["attributes"], file["attributes"]
    assert (answer.status_code, data["id"]) == (200, file["id"])
    assert data["meta"]["rev"].startswith("2-")
    assert attributes["size"] == "5"
    assert attributes["md5sum"] == base64.b64encode(hashlib.md5(b"newer").digest()).decode()
    assert (attributes["mime"], attributes["class"], attributes["executable"]) == (
        "audio/mp3",
        "audio",
        False,
    )
    assert attributes["tags"] == ["a"]
    assert attributes["created_at"] == before["created_at"]
    assert attributes["updated_at"] > before["updated_at"]
    assert attributes["cozyMetadata"]["uploadedAt"] > before["cozyMetadata"]["uploadedAt"]
    assert (await client.get(f"/files/download/{file['id']}")).content == b"newer"


async def test_dates_come_from_the_query_else_the_header_and_are_not_before_the_making(client):
    file = await client.upload("me", CreatedAt="2016-01-01T00:00:00Z")
    date = {"date": "Mon, 02 Jan 2017 15:04:05 GMT"}
    given = await put(client, file, b"1", date, UpdatedAt="2017-12-16T13:37:01.345Z")
    assert given.json()["data"]["attributes"]["updated_at"].startswith("2017-12-16T13:37:01.345")
    header = await put(client, file, b"2", date)
    assert header.json()["data"]["attributes"]["updated_at"].startswith("2017-01-02T15:04:05")
    older = await put(client, file, b"3", UpdatedAt="2006-01-01T00:00:00Z")
    assert older.json()["data"]["attributes"]["updated_at"].startswith("2016-01-01T00:00:00")


async def test_a_stale_revision_is_refused_and_nothing_changes(client, home, house):
    file = await client.upload("me", b"foo")
    before = {blob.key for blob in house.blobs.stored(home.id)}
    for data in (b"small", LARGE):
        answer = await put(client, file, data, {"if-match": "1-badbad"})
        assert (answer.status_code, answer.json()["errors"][0]["source"]) == (412, {"parameter": "If-Match"})
    assert (await client.get(f"/files/download/{file['id']}")).content == b"foo"
    assert {blob.key for blob in house.blobs.stored(home.id)} == before
    assert (await put(client, file, LARGE, {"if-match": file["meta"]["rev"]})).status_code == 200


async def test_what_is_not_a_file_is_refused(client):
    folder = await client.mkdir("folder")
    assert (await put(client, folder)).status_code == 400
    assert (await put(client, {"id": "nothing"})).status_code == 404
    assert (await put(client, {"id": "nothing"}, LARGE)).status_code == 404


async def test_where_a_file_comes_from_is_filled_in_but_not_replaced(client):
    file = await client.upload("me")
    first = await put(client, file, b"1", SourceAccount="one")
    second = await put(client, file, b"2", SourceAccount="two", SourceAccountIdentifier="me@shop")
    assert first.json()["data"]["attributes"]["cozyMetadata"]["sourceAccount"] == "one"
    known = second.json()["data"]["attributes"]["cozyMetadata"]
    assert (known["sourceAccount"], known["sourceAccountIdentifier"]) == ("one", "me@shop")
