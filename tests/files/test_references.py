"""What files are part of, and which devices leave a folder out."""

import json

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth

ALBUM = {"type": "io.cozy.photos.albums", "id": "album/1"}
OTHER = {"type": "io.cozy.playlists", "id": "list"}
PHONE = {"type": "io.cozy.oauth.clients", "id": "phone"}
REFERENCES = "/data/io.cozy.photos.albums/album%2F1/relationships/references"
NOT_SYNCHRONIZING = "/data/io.cozy.oauth.clients/phone/relationships/not_synchronizing"


async def request(client, method, url, data):
    return await client.request(method, url, json={"data": data})


def named(*files):
    return [{"type": "io.cozy.files", "id": file["id"]} for file in files]


async def test_a_file_is_part_of_documents_once_each(client):
    file = await client.upload("me")
    url = f"/files/{file['id']}/relationships/referenced_by"
    one = await request(client, "POST", url, ALBUM)
    two = await request(client, "POST", url, [ALBUM, OTHER, OTHER])
    assert one.json() == {"data": [ALBUM], "meta": {"rev": one.json()["meta"]["rev"], "count": 1}}
    assert two.json()["data"] == [ALBUM, OTHER]
    assert two.json()["meta"]["rev"].startswith("3-")
    shown = (await client.get(f"/files/{file['id']}")).json()["data"]["relationships"]["referenced_by"]
    assert shown["data"] == [ALBUM, OTHER]
    less = await request(client, "DELETE", url, [ALBUM, PHONE])
    assert (less.json()["data"], less.json()["meta"]["count"]) == ([OTHER], 1)
    assert (await client.get(REFERENCES)).json()["data"] == []


async def test_a_list_shows_what_its_files_are_part_of(client):
    file = await client.upload("me")
    folder = await client.mkdir("left out")
    await request(client, "POST", f"/files/{file['id']}/relationships/referenced_by", [ALBUM])
    await request(client, "POST", f"/files/{folder['id']}/relationships/not_synchronized_on", [PHONE])
    listed = (await client.get("/files/io.cozy.files.root-dir/relationships/contents")).json()["data"]
    shown = {each["attributes"]["name"]: each["relationships"] for each in listed}
    assert shown["me"]["referenced_by"]["data"] == [ALBUM]
    assert shown["left out"]["not_synchronized_on"]["data"] == [PHONE]


async def test_a_reference_survives_a_new_content_and_a_new_name(client):
    file = await client.upload("me")
    await request(client, "POST", f"/files/{file['id']}/relationships/referenced_by", [ALBUM])
    await client.put(f"/files/{file['id']}", content=b"new")
    await client.patch(f"/files/{file['id']}", json={"data": {"attributes": {"name": "you"}}})
    assert (await client.get(REFERENCES)).json()["data"] == named(file)


async def test_many_files_are_put_into_an_album_and_taken_out(client):
    files = [await client.upload(f"photo{n}") for n in range(3)]
    assert (await request(client, "POST", REFERENCES, named(*files))).status_code == 204
    answer = (await client.get(REFERENCES)).json()
    assert (answer["data"], answer["meta"]) == (named(*files), {"count": 3})
    assert (await request(client, "DELETE", REFERENCES, named(*files[:2]))).status_code == 204
    assert (await client.get(REFERENCES)).json()["data"] == named(files[2])


async def test_an_album_with_a_file_that_is_not_there_is_refused_as_a_whole(client):
    file = await client.upload("me")
    assert (await request(client, "POST", REFERENCES, named(file, {"id": "nothing"}))).status_code == 404
    assert (await client.get(REFERENCES)).json()["data"] == []


@pytest.mark.parametrize(
    ("sort", "order"), [("", "012"), ("id", "012"), ("-id", "210"), ("datetime", "201"), ("-datetime", "102")]
)
async def test_an_album_is_read_in_pages_in_the_order_asked(client, sort, order):
    taken = ['{"datetime": "2020-05-01T00:00:00Z"}', '{"datetime": "2021-05-01T00:00:00Z"}', "{}"]
    files = [
        await client.upload(f"photo{n}", Metadata=metadata, CreatedAt="2019-01-01T00:00:00Z")
        for n, metadata in enumerate(taken)
    ]
    await request(client, "POST", REFERENCES, named(*files))
    params = {"page[limit]": "2", "include": "files"} | ({"sort": sort} if sort else {})
    first = (await client.get(REFERENCES, params=params)).json()
    second = (await client.get(first["links"]["next"])).json()
    assert "links" not in second
    assert first["data"] + second["data"] == named(*(files[int(n)] for n in order))
    assert [file["id"] for file in first["included"] + second["included"]] == [
        files[int(n)]["id"] for n in order
    ]


async def test_an_order_that_is_none_is_refused(client):
    assert (await client.get(REFERENCES, params={"sort": "size"})).status_code == 400


async def test_devices_leave_folders_out(client):
    folder, file = await client.mkdir("Videos"), await client.upload("file")
    url = f"/files/{folder['id']}/relationships/not_synchronized_on"
    added = await request(client, "POST", url, [PHONE])
    assert (added.status_code, added.json()["data"], added.json()["meta"]["count"]) == (200, [PHONE], 1)
    relationship = (await client.get(f"/files/{folder['id']}")).json()["data"]["relationships"][
        "not_synchronized_on"
    ]
    assert relationship["data"] == [PHONE]
    listed = (await client.get(NOT_SYNCHRONIZING, params={"include": "files"})).json()
    assert (listed["data"], listed["included"][0]["attributes"]["name"]) == (named(folder), "Videos")
    removed = await request(client, "DELETE", url, [PHONE])
    assert (removed.json()["data"], removed.json()["meta"]["count"]) == ([], 0)
    refused = await request(client, "POST", f"/files/{file['id']}/relationships/not_synchronized_on", [PHONE])
    assert refused.status_code == 400


async def test_a_device_leaves_many_folders_out(client):
    folders = [await client.mkdir(name) for name in ("Videos", "Music")]
    file = await client.upload("file")
    assert (await request(client, "POST", NOT_SYNCHRONIZING, named(*folders))).status_code == 204
    assert (await client.get(NOT_SYNCHRONIZING)).json()["data"] == named(*folders)
    assert (await request(client, "POST", NOT_SYNCHRONIZING, named(file))).status_code == 400
    assert (await request(client, "DELETE", NOT_SYNCHRONIZING, named(*folders))).status_code == 204
    assert (await client.get(NOT_SYNCHRONIZING)).json()["data"] == []


@pytest.mark.parametrize("url", [REFERENCES, NOT_SYNCHRONIZING])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_leave_is_needed_for_the_document_or_for_every_file(
    client, anonymous, house, home, url, method
):
    folder = await client.mkdir("folder")

    async def status(scope):
        token = await house.read(home, SYSTEM, auth.mint, scope)
        headers = {"authorization": f"Bearer {token}"}
        json = None if method == "GET" else {"data": named(folder)}
        return (await anonymous.request(method, url, json=json, headers=headers)).status_code

    doctype = url.split("/")[2]
    fine = 200 if method == "GET" else 204
    assert (await anonymous.request(method, url, json={"data": []})).status_code == 401
    assert await status("io.cozy.contacts") == 403
    assert await status(f"{doctype}:ALL:another io.cozy.files:GET") == (200 if method == "GET" else 403)
    assert await status("io.cozy.files") == fine
    assert await status(f"{doctype} io.cozy.files:ALL:{folder['id']}") == fine


async def test_what_is_removed_for_good_is_part_of_nothing(client):
    file = await client.upload("me")
    await request(client, "POST", REFERENCES, named(file))
    await client.delete(f"/files/{file['id']}")
    await client.delete("/files/trash")
    assert (await client.get(REFERENCES)).json() == {"data": [], "meta": {"count": 0}}


async def album_of(client, count):
    """An album with photos of one month each, and their keys as clients know them."""
    files = [
        await client.upload(f"{n}.jpg", b"x", Metadata=json.dumps({"datetime": f"2016-0{n}-18T20:38:04Z"}))
        for n in range(1, count + 1)
    ]
    await request(client, "POST", REFERENCES, named(*files))
    return [file["id"] for file in files]


def cursor(*key, id_=""):
    return {"page[cursor]": json.dumps([[ALBUM["type"], ALBUM["id"], *key], id_])}


async def test_photos_pages_through_an_album_by_cursors_of_its_own(client):
    """cozy-client's HasManyFiles: it begins with `[doctype, id]`, goes on with the last it has, and drops that one."""
    ids = await album_of(client, 5)
    asked = {"include": "files", "sort": "datetime", "page[limit]": "3"}
    first = (await client.get(REFERENCES, params={**asked, **cursor()})).json()
    assert [file["id"] for file in first["data"]] == ids[:3]
    assert "next" in first["links"]
    last = first["included"][-1]["attributes"]["metadata"]["datetime"]
    more = (await client.get(REFERENCES, params={**asked, **cursor(last, id_=ids[2])})).json()
    assert [file["id"] for file in more["data"]] == ids[2:]
    assert "links" not in more


@pytest.mark.parametrize(("sort", "expected"), [("id", slice(2, None)), ("-datetime", slice(2, None, -1))])
async def test_such_a_cursor_fits_each_order(client, sort, expected):
    ids = await album_of(client, 4)
    key = ("2016-03-18T20:38:04Z",) if "datetime" in sort else ()
    found = (await client.get(REFERENCES, params={"sort": sort, **cursor(*key, id_=ids[2])})).json()["data"]
    assert [file["id"] for file in found] == sorted(ids)[expected]


@pytest.mark.parametrize("text", ["[", "[1]", '[["a"]]', '[["a"], 1]', '["a", "b"]', "[" * 5000])
async def test_a_cursor_that_is_none_is_refused(client, text):
    assert (await client.get(REFERENCES, params={"page[cursor]": text})).status_code == 400
