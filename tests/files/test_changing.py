"""PATCH and copy: names, places, labels."""

import pytest

ROOT = "io.cozy.files.root-dir"


async def patch(client, file, headers=None, **attributes):
    body = {"data": {"type": "io.cozy.files", "id": file["id"], "attributes": attributes}}
    return await client.patch(f"/files/{file['id']}", json=body, headers=headers)


def error(answer):
    return answer.json()["errors"][0]


async def test_a_file_is_renamed_moved_and_labelled_at_once(client):
    folder = await client.mkdir("into")
    file = await client.upload("me", b"foo", Tags="foo")
    answer = await patch(
        client, file, name="moved", dir_id=folder["id"], tags=["b", "b", "c"], executable=True
    )
    data = answer.json()["data"]
    assert answer.status_code == 200
    assert (
        data["attributes"] | {"name": "moved", "dir_id": folder["id"], "executable": True}
        == data["attributes"]
    )
    assert data["attributes"]["tags"] == ["b", "c"]
    assert data["meta"]["rev"].startswith("2-")
    assert (await client.get("/files/metadata", params={"Path": "/into/moved"})).status_code == 200


async def test_it_can_be_found_by_its_path(client):
    file = await client.upload("me")
    body = {"data": {"type": "io.cozy.files", "attributes": {"name": "you"}}}
    answer = await client.patch("/files/metadata", params={"Path": "/me"}, json=body)
    assert (answer.json()["data"]["id"], answer.json()["data"]["attributes"]["name"]) == (file["id"], "you")


async def test_a_folder_takes_what_is_in_it_along(client):
    folder = await client.mkdir("old")
    inner = await client.mkdir("inner", folder["id"])
    await client.upload("file", inside=inner["id"])
    beside = await client.mkdir("old-beside")
    into = await client.mkdir("into")
    answer = await patch(client, folder, name="new", dir_id=into["id"])
    assert answer.json()["data"]["attributes"]["path"] == "/into/new"
    assert (await client.get("/files/metadata", params={"Path": "/into/new/inner/file"})).status_code == 200
    assert (await client.get(f"/files/{beside['id']}")).json()["data"]["attributes"]["path"] == "/old-beside"


async def test_moving_may_be_asked_as_a_relationship(client):
    folder = await client.mkdir("into")
    file = await client.upload("me")
    parent = {"data": {"type": "io.cozy.files", "id": folder["id"]}}
    body = {"data": {"type": "io.cozy.files", "id": file["id"], "relationships": {"parent": parent}}}
    answer = await client.patch(f"/files/{file['id']}", json=body)
    assert answer.json()["data"]["attributes"]["dir_id"] == folder["id"]


async def test_a_folder_does_not_go_into_itself(client):
    folder = await client.mkdir("me")
    inner = await client.mkdir("inner", folder["id"])
    for place in (folder, inner):
        answer = await patch(client, folder, dir_id=place["id"])
        assert (answer.status_code, error(answer)["source"]) == (412, {"parameter": "dir-id"})


async def test_a_place_that_is_not_there_is_refused(client):
    file = await client.upload("me")
    assert (await patch(client, file, dir_id="nowhere")).status_code == 404
    assert (await patch(client, file, dir_id="io.cozy.files.trash-dir")).status_code == 404


async def test_a_taken_name_is_refused(client):
    folder = await client.mkdir("folder")
    file = await client.upload("file")
    assert (await patch(client, file, name="folder")).status_code == 409
    assert (await patch(client, folder, name="file")).status_code == 409
    assert (await client.get(f"/files/{folder['id']}")).json()["data"]["attributes"]["path"] == "/folder"


async def test_a_stale_revision_is_refused(client):
    file = await client.upload("me")
    stale = await patch(client, file, {"if-match": "1-badbad"}, name="you")
    assert (stale.status_code, error(stale)["source"]) == (412, {"parameter": "If-Match"})
    assert (await patch(client, file, {"if-match": file["meta"]["rev"]}, name="you")).status_code == 200


@pytest.mark.parametrize(
    ("attributes", "parameter"),
    [
        ({"name": "a/b"}, "name"),
        ({"name": ""}, "name"),
        ({"updated_at": "2001-01-01T00:00:00Z"}, "UpdatedAt"),
    ],
)
async def test_values_that_cannot_be_are_refused(client, attributes, parameter):
    answer = await patch(client, await client.upload("me"), **attributes)
    assert (answer.status_code, error(answer)["source"]) == (422, {"parameter": parameter})


async def test_a_body_that_makes_no_sense_is_refused(client):
    file = await client.upload("me")
    for body in (b"", b"[]", b'{"data": {"attributes": {"name": 3}}}'):
        assert (await client.patch(f"/files/{file['id']}", content=body)).status_code == 400


async def test_dates_can_be_set_and_the_zero_date_is_none(client):
    file = await client.upload("me", CreatedAt="2016-01-01T00:00:00Z")
    set_ = await patch(client, file, updated_at="2017-01-01T00:00:00Z")
    assert set_.json()["data"]["attributes"]["updated_at"].startswith("2017-01-01T00:00:00")
    zero = await patch(client, file, updated_at="0001-01-01T00:00:00Z")
    assert zero.json()["data"]["attributes"]["updated_at"].startswith("2017-01-01T00:00:00")


async def test_metadata_are_replaced_as_a_whole(client):
    folder = await client.mkdir("me")
    await patch(client, folder, metadata={"decoration": {"color": "#FFF"}})
    answer = await patch(client, folder, metadata={"only": True})
    assert answer.json()["data"]["attributes"]["metadata"] == {"only": True}
    renamed = await patch(client, folder, name="you")
    assert renamed.json()["data"]["attributes"]["metadata"] == {"only": True}


async def test_a_favourite_is_marked_and_unmarked(client):
    file = await client.upload("me")
    marked = await patch(client, file, cozyMetadata={"favorite": True, "createdOn": "https://evil.example/"})
    known = marked.json()["data"]["attributes"]["cozyMetadata"]
    assert known["favorite"] is True
    assert known["createdOn"] == file["attributes"]["cozyMetadata"]["createdOn"]
    unmarked = await patch(client, file, cozyMetadata={"favorite": False})
    assert unmarked.json()["data"]["attributes"]["cozyMetadata"]["favorite"] is False


async def test_what_is_not_the_clients_to_say_stays(client):
    file = await client.upload("me", b"foo")
    answer = await patch(
        client, file, size="9999", md5sum="x", trashed=True, restore_path="/", type="directory"
    )
    attributes = answer.json()["data"]["attributes"]
    assert {name: attributes[name] for name in ("size", "md5sum", "trashed", "type")} == {
        name: file["attributes"][name] for name in ("size", "md5sum", "trashed", "type")
    }


async def test_another_extension_is_another_kind(client):
    file = await client.upload("me.txt")
    renamed = (await patch(client, file, name="me.pdf")).json()["data"]["attributes"]
    assert (renamed["mime"], renamed["class"]) == ("application/pdf", "pdf")
    unknown = (await patch(client, file, name="me.old-one")).json()["data"]["attributes"]
    assert unknown["mime"] == "application/pdf"


async def test_the_homes_own_folders_stay(client):
    for id_ in (ROOT, "io.cozy.files.trash-dir"):
        assert (await patch(client, {"id": id_}, name="mine")).status_code == 403
        assert (await client.delete(f"/files/{id_}")).status_code == 403


async def test_many_change_at_once_and_each_stands_alone(client):
    folder = await client.mkdir("into")
    one, two, three = [await client.upload(name) for name in ("one", "two", "three")]
    ok = {"type": "io.cozy.files", "id": one["id"], "attributes": {"dir_id": folder["id"]}}
    binned = {"type": "io.cozy.files", "id": two["id"], "attributes": {"move_to_trash": True}}
    taken = {"type": "io.cozy.files", "id": three["id"], "attributes": {"name": "into"}}
    missing = {"type": "io.cozy.files", "id": "nothing", "attributes": {"name": "x"}}
    answer = await client.patch("/files/", json={"data": [taken, ok, missing, binned]})
    assert answer.status_code == 409
    assert [(e["status"], e["source"]["pointer"]) for e in answer.json()["errors"]] == [
        ("409", three["id"]), ("404", "nothing"),
    ]  # fmt: skip
    assert (await client.get("/files/metadata", params={"Path": "/into/one"})).status_code == 200
    assert (await client.get(f"/files/{two['id']}")).json()["data"]["attributes"]["trashed"] is True


async def test_many_changes_that_all_succeed_need_no_words(client):
    file = await client.upload("one")
    body = {"data": [{"type": "io.cozy.files", "id": file["id"], "attributes": {"name": "two"}}]}
    answer = await client.patch("/files/", json=body)
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_copy_lies_beside_the_original(client):
    album = {"type": "io.cozy.photos.albums", "id": "a"}
    file = await client.upload("bar.txt", b"content", Tags="x", Metadata='{"label": "y", "carbonCopy": true}')
    await client.post(f"/files/{file['id']}/relationships/referenced_by", json={"data": [album]})
    answer = await client.post(f"/files/{file['id']}/copy")
    copied = answer.json()["data"]
    assert answer.status_code == 201
    assert copied["id"] != file["id"]
    assert copied["attributes"]["name"] == "bar (copy).txt"
    assert copied["attributes"]["tags"] == ["x"]
    assert copied["attributes"]["metadata"] == {"label": "y"}
    assert copied["relationships"]["referenced_by"]["data"] is None
    assert (await client.get(f"/files/download/{copied['id']}")).content == b"content"
    again = (await client.post(f"/files/{file['id']}/copy")).json()["data"]
    assert again["attributes"]["name"] == "bar (copy) (2).txt"


async def test_a_copy_may_get_a_name_and_a_place(client):
    folder = await client.mkdir("into")
    file = await client.upload("bar.txt")
    answer = await client.post(f"/files/{file['id']}/copy", params={"Name": "My-copy", "DirID": folder["id"]})
    attributes = answer.json()["data"]["attributes"]
    assert (attributes["name"], attributes["dir_id"], attributes["mime"]) == (
        "My-copy",
        folder["id"],
        "text/plain",
    )


async def test_a_folder_is_not_copied_as_a_file(client):
    folder = await client.mkdir("me")
    assert (await client.post(f"/files/{folder['id']}/copy")).status_code == 400
