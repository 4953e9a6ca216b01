"""The bin."""

import pytest

ROOT = "io.cozy.files.root-dir"
TRASH = "io.cozy.files.trash-dir"


def error(answer):
    return answer.json()["errors"][0]


async def attributes(client, file):
    return (await client.get(f"/files/{file['id']}")).json()["data"]["attributes"]


async def test_a_file_goes_into_the_bin_once(client):
    file = await client.upload("me", b"hello")
    answer = await client.delete(f"/files/{file['id']}")
    thrown = answer.json()["data"]["attributes"]
    assert answer.status_code == 200
    assert (thrown["trashed"], thrown["dir_id"], thrown["restore_path"]) == (True, TRASH, "/")
    assert thrown["cozyMetadata"]["trashedBy"] == {
        "kind": "member", "displayName": "Alice", "domain": "alice.localhost",
    }  # fmt: skip
    assert thrown["cozyMetadata"]["trashedAt"] == thrown["cozyMetadata"]["updatedAt"]
    assert (await client.get("/files/download", params={"Path": "/.cozy_trash/me"})).content == b"hello"
    again = await client.delete(f"/files/{file['id']}")
    assert (again.status_code, error(again)["detail"]) == (400, "File or directory is already in the trash")


async def test_a_stale_revision_is_refused(client):
    file = await client.upload("me")
    assert (await client.delete(f"/files/{file['id']}", headers={"if-match": "1-badbad"})).status_code == 412
    assert (
        await client.delete(f"/files/{file['id']}", params={"rev": file["meta"]["rev"]})
    ).status_code == 200


async def test_a_folder_takes_what_is_in_it_along_and_back(client):
    folder = await client.mkdir("folder")
    inner = await client.mkdir("inner", folder["id"])
    file = await client.upload("me", inside=inner["id"])
    thrown = await client.delete(f"/files/{folder['id']}")
    assert thrown.json()["data"]["attributes"]["path"] == "/.cozy_trash/folder"
    child = await attributes(client, file)
    assert child["trashed"] is True
    assert "trashedAt" not in child["cozyMetadata"]
    back = await client.post(f"/files/trash/{folder['id']}")
    assert (back.status_code, back.json()["data"]["attributes"]["path"]) == (200, "/folder")
    assert "restore_path" not in back.json()["data"]["attributes"]
    assert (await attributes(client, file))["trashed"] is False
    assert (await attributes(client, inner))["path"] == "/folder/inner"


async def test_patch_throws_away_too(client):
    file = await client.upload("me")
    body = {"data": {"attributes": {"move_to_trash": True}}}
    answer = await client.patch(f"/files/{file['id']}", json=body)
    assert answer.json()["data"]["attributes"]["cozyMetadata"]["trashedBy"]["displayName"] == "Alice"


async def test_patch_removes_for_good_what_is_in_the_bin(client):
    file = await client.upload("me")
    body = {"data": {"attributes": {"permanent_delete": True}}}
    assert (await client.patch(f"/files/{file['id']}", json=body)).status_code == 400
    await client.delete(f"/files/{file['id']}")
    assert (await client.patch(f"/files/{file['id']}", json=body)).status_code == 200
    assert (await client.get(f"/files/{file['id']}")).status_code == 404


async def test_what_is_in_the_bin_does_not_move_out_by_itself(client):
    file, folder = await client.upload("me"), await client.mkdir("folder")
    for item in (file, folder):
        await client.delete(f"/files/{item['id']}")
        body = {"data": {"attributes": {"dir_id": ROOT}}}
        assert (await client.patch(f"/files/{item['id']}", json=body)).status_code == 400


@pytest.mark.parametrize("kind", ["file", "directory"])
async def test_what_comes_back_to_a_taken_name_gets_another(client, kind):
    async def make():
        return await (client.upload("me.txt") if kind == "file" else client.mkdir("me.txt"))

    first = await make()
    await client.delete(f"/files/{first['id']}")
    await make()
    back = (await client.post(f"/files/trash/{first['id']}")).json()["data"]
    assert back["id"] == first["id"]
    assert back["attributes"]["name"] == ("me (2).txt" if kind == "file" else "me.txt (2)")


async def test_a_folder_that_is_gone_is_made_again(client):
    folder = await client.mkdir("folder")
    file = await client.upload("me", inside=folder["id"])
    await client.delete(f"/files/{file['id']}")
    await client.delete(f"/files/{folder['id']}")
    back = (await client.post(f"/files/trash/{file['id']}")).json()["data"]["attributes"]
    assert back["dir_id"] not in {ROOT, folder["id"]}
    assert (await client.get("/files/metadata", params={"Path": "/folder/me"})).status_code == 200


async def test_a_file_comes_back_out_of_a_folder_that_stays_in_the_bin(client):
    folder = await client.mkdir("folder")
    file = await client.upload("me", inside=folder["id"])
    await client.delete(f"/files/{folder['id']}")
    assert (await client.post(f"/files/trash/{file['id']}")).json()["data"]["attributes"]["trashed"] is False
    assert (await client.get("/files/metadata", params={"Path": "/folder/me"})).status_code == 200


async def test_what_is_not_in_the_bin_neither_comes_back_nor_goes(client):
    file = await client.upload("me")
    assert (await client.post(f"/files/trash/{file['id']}")).status_code == 400
    assert (await client.delete(f"/files/trash/{file['id']}")).status_code == 400
    assert (await client.get(f"/files/{file['id']}")).status_code == 200


async def test_the_bin_is_listed_in_pages_and_emptied(client, home, house):
    folder = await client.mkdir("folder")
    await client.upload("inside", b"x" * 100_000, folder["id"])
    files = [await client.upload(name, name.encode()) for name in ("a", "b", "c")]
    for item in (folder, *files):
        await client.delete(f"/files/{item['id']}")
    page = (await client.get("/files/trash", params={"page[limit]": "3"})).json()
    assert ([item["id"] for item in page["data"]], page["meta"]) == (
        [folder["id"], files[0]["id"], files[1]["id"]], {"count": 4},
    )  # fmt: skip
    rest = (await client.get(page["links"]["next"])).json()
    assert [item["id"] for item in rest["data"]] == [files[2]["id"]]
    assert (await client.delete(f"/files/trash/{files[0]['id']}")).status_code == 204
    assert (await client.delete("/files/trash")).status_code == 204
    assert (await client.get("/files/trash")).json()["data"] == []
    assert (await client.get(f"/files/{folder['id']}")).status_code == 404
    assert list(house.blobs.stored(home.id)) == []
