"""POST /files: folders and files."""

import base64
import hashlib
import json

import pytest

ROOT = "io.cozy.files.root-dir"


def md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


async def post(client, inside="", data=b"", headers=None, **query):
    return await client.post(f"/files/{inside}", params=query, content=data, headers=headers)


def error(answer):
    return answer.json()["errors"][0]


async def test_a_folder_is_made_in_the_root(client):
    answer = await post(client, Type="directory", Name="phone", Tags="bills, konnectors,bills")
    data = answer.json()["data"]
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/vnd.api+json"
    assert answer.headers["location"].endswith(data["links"]["self"])
    assert data["attributes"]["path"] == "/phone"
    assert data["attributes"]["tags"] == ["bills", "konnectors"]
    assert data["relationships"]["parent"]["data"] == {"type": "io.cozy.files", "id": ROOT}
    assert data["meta"]["rev"].startswith("1-")


async def test_a_folder_is_made_in_another(client):
    parent = await client.mkdir("Documents")
    child = await client.mkdir("phone", parent["id"])
    assert child["attributes"]["path"] == "/Documents/phone"
    assert child["attributes"]["dir_id"] == parent["id"]


async def test_folders_are_made_along_a_path(client):
    answer = await post(client, Type="directory", Path="/a/b/c", Recursive="true")
    again = await post(client, Type="directory", Path="/a/b/c", Recursive="true")
    assert answer.json()["data"]["attributes"]["path"] == "/a/b/c"
    assert again.json()["data"]["id"] == answer.json()["data"]["id"]


async def test_a_folder_at_a_path_needs_the_one_above(client):
    assert (await post(client, Type="directory", Path="/a/b")).status_code == 404
    assert (await post(client, Type="directory", Path="/a")).status_code == 201
    assert (await post(client, Type="directory", Path="/a/b")).status_code == 201
    assert (await post(client, Type="directory", Path="/a")).status_code == 409


@pytest.mark.parametrize(
    ("query", "status", "source"),
    [
        ({"Name": "x"}, 422, {"pointer": "/data/attributes/type"}),
        ({"Type": "link", "Name": "x"}, 422, {"pointer": "/data/attributes/type"}),
        ({"Type": "directory"}, 422, {"parameter": "name"}),
        ({"Type": "file"}, 422, {"parameter": "name"}),
        ({"Type": "directory", "Name": "a/b"}, 422, {"parameter": "name"}),
        ({"Type": "file", "Name": "a\nb"}, 422, {"parameter": "name"}),
        ({"Type": "directory", "Path": "a/b", "Recursive": "true"}, 422, {"parameter": "path"}),
        ({"Type": "directory", "Path": "a/b"}, 422, {"parameter": "path"}),
        ({"Type": "directory", "Name": "x", "CreatedAt": "yesterday"}, 422, {"parameter": "CreatedAt"}),
        ({"Type": "file", "Name": "x", "UpdatedAt": "2026-13-01"}, 422, {"parameter": "UpdatedAt"}),
        ({"Type": "file", "Name": "x", "Metadata": "{"}, 422, {"parameter": "Metadata"}),
        ({"Type": "directory", "Name": ".cozy_trash"}, 409, None),
    ],
)
async def test_what_cannot_be_made_is_refused_with_its_cause(client, query, status, source):
    answer = await post(client, **query)
    assert (answer.status_code, error(answer)["status"]) == (status, str(status))
    assert error(answer).get("source") == source


@pytest.mark.parametrize("kind", ["file", "directory"])
async def test_what_has_no_parent_is_refused(client, kind):
    answer = await post(client, "nowhere", Type=kind, Name="x")
    assert answer.status_code == 404
    assert error(answer)["detail"] == "Parent directory with given DirID does not exist"


@pytest.mark.parametrize("kind", ["file", "directory"])
async def test_nothing_is_made_in_the_bin(client, kind):
    folder = await client.mkdir("thrown-away")
    await client.delete(f"/files/{folder['id']}")
    answer = await post(client, folder["id"], Type=kind, Name="x")
    assert answer.status_code == 404
    assert error(answer)["detail"] == "Parent directory is in the trash"


@pytest.mark.parametrize("kind", ["file", "directory"])
async def test_a_taken_name_is_refused(client, kind):
    await client.upload("taken")
    answer = await post(client, Type=kind, Name="taken")
    assert (answer.status_code, error(answer)["detail"]) == (409, "file already exists")


async def test_a_file_knows_what_it_holds(client):
    headers = {"content-type": "text/plain; charset=utf-8", "content-md5": md5(b"hello")}
    answer = await post(
        client, data=b"hello", headers=headers, Type="file", Name="hello.txt", Executable="true"
    )
    attributes = answer.json()["data"]["attributes"]
    assert answer.status_code == 201
    assert attributes["size"] == "5"
    assert attributes["md5sum"] == md5(b"hello")
    assert (attributes["mime"], attributes["class"]) == ("text/plain", "text")
    assert (attributes["executable"], attributes["encrypted"], attributes["trashed"]) == (True, False, False)
    assert attributes["cozyMetadata"]["uploadedOn"] == attributes["cozyMetadata"]["createdOn"]


@pytest.mark.parametrize(
    ("name", "content_type", "mime", "kind"),
    [
        ("shortcut.url", "application/octet-stream", "application/internet-shortcut", "shortcut"),
        ("wet.jpg", "", "image/jpeg", "image"),
        ("bill.pdf", "application/octet-stream", "application/pdf", "pdf"),
        ("song", "Audio/MP3", "audio/mp3", "audio"),
        ("drawing.svg", "text/xml", "image/svg+xml", "image"),
        ("secret", "", "application/octet-stream", "files"),
    ],
)
async def test_the_kind_comes_from_the_client_else_from_the_name(client, name, content_type, mime, kind):
    answer = await post(client, headers={"content-type": content_type}, Type="file", Name=name)
    attributes = answer.json()["data"]["attributes"]
    assert (attributes["mime"], attributes["class"]) == (mime, kind)


async def test_a_media_type_that_is_none_is_refused(client):
    answer = await post(client, headers={"content-type": "foo / bar"}, Type="file", Name="x")
    assert (answer.status_code, error(answer)["source"]) == (422, {"parameter": "mime"})


async def test_a_body_that_is_not_what_was_sent_is_refused(client):
    answer = await post(client, data=b"foo", headers={"content-md5": md5(b"bar")}, Type="file", Name="x")
    assert (answer.status_code, error(answer)["source"]) == (412, {"parameter": "Content-MD5"})
    assert (await client.get("/files/metadata", params={"Path": "/x"})).status_code == 404


async def test_a_checksum_that_is_none_is_refused(client):
    for wrong in ("nonsense!", base64.b64encode(b"short").decode(), "ÿ".encode("latin-1")):
        answer = await post(client, data=b"foo", headers={"content-md5": wrong}, Type="file", Name="x")
        assert (answer.status_code, error(answer)["source"]) == (422, {"parameter": "Content-MD5"})


@pytest.mark.parametrize("size", ["2", "42", "100000"])
async def test_a_body_of_another_length_than_announced_is_refused(client, size):
    async def pieces():
        yield b"baz"

    query = {"Type": "file", "Name": "x", "Size": size}
    answer = await client.post("/files/", params=query, content=pieces())
    assert (answer.status_code, error(answer)["source"]) == (412, {"parameter": "Content-Length"})
    assert (await client.get("/files/metadata", params={"Path": "/x"})).status_code == 404


DATE = {"date": "Mon, 19 Sep 2016 12:38:04 GMT"}


@pytest.mark.parametrize("kind", ["file", "directory"])
@pytest.mark.parametrize(
    ("query", "headers", "created", "updated"),
    [
        ({}, {}, "2026-07-18T14:02:00", "2026-07-18T14:02:00"),
        ({}, DATE, "2016-09-19T12:38:04", "2016-09-19T12:38:04"),
        ({}, {"date": "nonsense"}, "2026-07-18T14:02:00", "2026-07-18T14:02:00"),
        ({"CreatedAt": "2016-09-18T10:24:53Z"}, {}, "2016-09-18T10:24:53", "2026-07-18T14:02:00"),
        ({"CreatedAt": "2016-09-18T10:24:53Z"}, DATE, "2016-09-18T10:24:53", "2016-09-19T12:38:04"),
        ({"CreatedAt": "2016-09-18T12:24:53+02:00", "UpdatedAt": "2020-05-12T12:25:00Z"}, DATE,
         "2016-09-18T10:24:53", "2020-05-12T12:25:00"),
        ({"CreatedAt": "2020-05-12T12:25:00Z", "UpdatedAt": "2016-09-18T10:24:53Z"}, {},
         "2020-05-12T12:25:00", "2020-05-12T12:25:00"),
    ],
)  # fmt: skip
async def test_dates_come_from_the_query_else_the_date_header_else_the_clock(
    client, kind, query, headers, created, updated
):
    answer = await post(client, headers=headers, Type=kind, Name="dated", **query)
    attributes = answer.json()["data"]["attributes"]
    assert attributes["created_at"].startswith(created)
    assert attributes["updated_at"].startswith(updated)


async def test_metadata_of_the_client_are_kept(client):
    sent = {"gps": {"city": "Paris"}, "carbonCopy": True}
    answer = await post(client, Type="file", Name="x", Metadata=json.dumps(sent))
    assert answer.json()["data"]["attributes"]["metadata"] == sent


async def test_metadata_may_be_sent_ahead(client, clock):
    body = {"data": {"type": "io.cozy.files.metadata", "attributes": {"label": "report", "device-id": "1"}}}
    waiting = (await client.post("/files/upload/metadata", json=body)).json()["data"]["id"]
    for kind in ("file", "directory"):
        answer = await post(client, Type=kind, Name=kind, MetadataID=waiting)
        assert answer.json()["data"]["attributes"]["metadata"] == {"label": "report", "device-id": "1"}
    file = await client.upload("older")
    written = await client.put(f"/files/{file['id']}", params={"MetadataID": waiting}, content=b"new")
    assert written.json()["data"]["attributes"]["metadata"]["label"] == "report"
    clock.advance(minutes=11)
    late = await post(client, Type="file", Name="late", MetadataID=waiting)
    assert (late.status_code, error(late)["source"]) == (422, {"parameter": "MetadataID"})


async def test_the_account_that_a_file_comes_from_is_kept(client):
    answer = await post(client, Type="file", Name="x", SourceAccount="acc", SourceAccountIdentifier="me@shop")
    made = answer.json()["data"]["attributes"]["cozyMetadata"]
    assert (made["sourceAccount"], made["sourceAccountIdentifier"]) == ("acc", "me@shop")


async def test_the_drives_that_are_shared_have_a_folder(client):
    first = await client.post("/files/shared-drives")
    second = await client.post("/files/shared-drives")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["data"]["id"] == second.json()["data"]["id"] == "io.cozy.files.shared-drives-dir"
    assert second.json()["data"]["attributes"]["path"] == "/Drives"
