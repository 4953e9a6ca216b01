"""A token for one folder reaches nothing else, and learns nothing of it."""

from __future__ import annotations

import pytest

from tests.security.conftest import folder_of


@pytest.fixture
async def tree(client, holding):
    """Alice's folders `mine` and `hidden`, what is in them, and a token for `mine`."""
    mine, hidden = await folder_of(client, "mine"), await folder_of(client, "hidden")
    deep = await folder_of(client, "deep", hidden)
    file = (await client.upload("file", b"mine", mine))["id"]
    secret = (await client.upload("secret", b"hidden", hidden))["id"]
    await client.put(f"/files/{secret}", content=b"hidden again")
    binned = (await client.upload("binned", b"x", hidden))["id"]
    await client.delete(f"/files/{binned}")
    versions = (await client.get(f"/files/{secret}")).json()["data"]["relationships"]["old_versions"]["data"]
    names = {
        "mine": mine,
        "hidden": hidden,
        "deep": deep,
        "file": file,
        "secret": secret,
        "binned": binned,
        "version": versions[0]["id"],
    }
    return await holding(f"io.cozy.files:ALL:{mine} io.cozy.photos.albums:ALL:album"), names


def attributes(**values):
    return {"data": {"attributes": values}}


@pytest.mark.parametrize(
    ("method", "url", "params", "body"),
    [
        ("GET", "/files/{hidden}", {}, None),
        ("GET", "/files/{secret}", {}, None),
        ("GET", "/files/{hidden}/relationships/contents", {}, None),
        ("GET", "/files/{hidden}/size", {}, None),
        ("GET", "/files/download/{secret}", {}, None),
        ("GET", "/files/download/{version}", {}, None),
        ("GET", "/files/download", {"Path": "/hidden/secret"}, None),
        ("GET", "/files/metadata", {"Path": "/hidden/secret"}, None),
        ("GET", "/files/metadata", {"Path": "/mine/../hidden/secret"}, None),
        ("GET", "/files/metadata", {"Path": "/"}, None),
        ("GET", "/files/trash", {}, None),
        ("GET", "/files/_changes", {}, None),
        ("POST", "/files/_find", {}, {"selector": {}}),
        ("POST", "/files/_all_docs", {}, {"keys": ["{secret}"]}),
        ("POST", "/files/downloads", {"Id": "{secret}"}, None),
        ("POST", "/files/downloads", {"Path": "/hidden/secret"}, None),
        ("POST", "/files/downloads", {"VersionId": "{version}"}, None),
        ("POST", "/files/archive", {}, attributes(ids=["{mine}", "{secret}"])),
        ("POST", "/files/archive", {}, attributes(files=["/hidden"])),
        ("POST", "/files/archive", {}, attributes(pages=[{"id": "{secret}", "page": 1}])),
        ("POST", "/files/{secret}/copy", {"DirID": "{mine}"}, None),
        ("POST", "/files/{file}/copy", {"DirID": "{hidden}"}, None),
        ("PATCH", "/files/{file}", {}, attributes(dir_id="{hidden}")),
        ("PATCH", "/files/{secret}", {}, attributes(dir_id="{mine}")),
        ("PATCH", "/files/{secret}", {}, attributes(name="x")),
        ("PATCH", "/files/{secret}", {}, attributes(move_to_trash=True)),
        ("PATCH", "/files/{binned}", {}, attributes(permanent_delete=True)),
        ("PATCH", "/files/metadata", {"Path": "/hidden/secret"}, attributes(name="x")),
        ("PATCH", "/files/", {}, {"data": [{"id": "{secret}", "attributes": {"name": "x"}}]}),
        ("PUT", "/files/{secret}", {}, {}),
        ("DELETE", "/files/{secret}", {}, None),
        ("POST", "/files/trash/{binned}", {}, None),
        ("DELETE", "/files/trash/{binned}", {}, None),
        ("DELETE", "/files/trash", {}, None),
        ("DELETE", "/files/versions", {}, None),
        ("DELETE", "/files/{version}", {}, None),
        ("PATCH", "/files/{version}", {}, attributes(tags=["x"])),
        ("POST", "/files/revert/{version}", {}, None),
        ("POST", "/files/{secret}/versions", {"Tags": "x"}, attributes()),
        ("POST", "/files/{hidden}", {"Type": "directory", "Name": "x"}, None),
        ("POST", "/files/{hidden}", {"Type": "file", "Name": "x"}, None),
        ("POST", "/files/shared-drives", {}, None),
        ("POST", "/files/{secret}/relationships/referenced_by", {}, {"data": [{"type": "a", "id": "b"}]}),
        ("DELETE", "/files/{secret}/relationships/referenced_by", {}, {"data": [{"type": "a", "id": "b"}]}),
        ("POST", "/files/{hidden}/relationships/not_synchronized_on", {}, {"data": [{"type": "a", "id": "b"}]}),
        ("POST", "/data/io.cozy.photos.albums/album/relationships/references", {}, {"data": [{"type": "io.cozy.files", "id": "{secret}"}]}),
        ("GET", "/data/io.cozy.photos.albums/other/relationships/references", {}, None),
    ],
)  # fmt: skip
async def test_what_is_outside_is_out_of_reach(client, tree, method, url, params, body):
    token, names = tree
    before = (await client.get("/files/_changes")).json()["last_seq"]

    def named(value):
        if isinstance(value, str):
            return value.format(**names) if "{" in value else value
        if isinstance(value, dict):
            return {key: named(each) for key, each in value.items()}
        return [named(each) for each in value] if isinstance(value, list) else value

    answer = await token.request(method, named(url), params=named(params), json=named(body))
    assert answer.status_code in {403, 404}, answer.text
    assert (await client.get("/files/_changes")).json()["last_seq"] == before


@pytest.mark.parametrize("recursive", ["true", "false"])
@pytest.mark.parametrize("tail", ["", "/x", "/deep", "/deep/x", "/secret", "/secret/x"])
async def test_making_a_path_does_not_tell_which_folders_there_are(tree, recursive, tail):
    token, _ = tree
    params = {"Type": "directory", "Recursive": recursive}
    there = await token.post("/files/", params={**params, "Path": f"/hidden{tail}"})
    not_there = await token.post("/files/", params={**params, "Path": f"/nobody{tail}"})
    assert there.status_code == not_there.status_code
    assert there.text == not_there.text


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
async def test_a_hidden_file_looks_like_none(tree, method):
    token, names = tree
    body = {"data": {"attributes": {}}}
    there = await token.request(method, f"/files/{names['secret']}", json=body)
    not_there = await token.request(method, "/files/nobody", json=body)
    assert (there.status_code, there.text) == (not_there.status_code, not_there.text)


async def test_an_album_shows_only_the_files_that_the_token_may_read(client, tree):
    token, names = tree
    album = "/data/io.cozy.photos.albums/album/relationships/references"
    data = [{"type": "io.cozy.files", "id": names[name]} for name in ("file", "secret")]
    assert (await client.post(album, json={"data": data})).status_code == 204
    seen = (await token.get(album, params={"include": "files"})).json()
    assert [file["id"] for file in seen["included"]] == [names["file"]]
    seen = (await client.get(album, params={"include": "files"})).json()
    assert {file["id"] for file in seen["included"]} == {names["file"], names["secret"]}


async def test_an_upload_begun_elsewhere_is_out_of_reach(client, tree):
    token, names = tree
    tus = {"tus-resumable": "1.0.0"}
    import base64

    where = base64.b64encode(names["hidden"].encode()).decode()
    metadata = f"filename YQ==,dir_id {where}"
    begun = await client.post(
        "/files/tus", headers={**tus, "upload-length": "3", "upload-metadata": metadata}
    )
    assert begun.status_code == 201
    url = begun.headers["location"]
    sent = {**tus, "upload-offset": "0", "content-type": "application/offset+octet-stream"}
    assert (
        await token.post("/files/tus", headers={**tus, "upload-length": "3", "upload-metadata": metadata})
    ).status_code == 404
    assert (await token.head(url, headers=tus)).status_code in {403, 404}
    assert (await token.patch(url, content=b"abc", headers=sent)).status_code in {403, 404}
    assert (await token.delete(url, headers=tus)).status_code in {403, 404}
    assert (await client.patch(url, content=b"abc", headers=sent)).status_code == 204
