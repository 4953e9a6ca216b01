"""Grants that name files by what they are part of, or by what is said of them, and files in such folders."""

import pytest

from tests.permissions.conftest import as_, holder, linked

__all__ = ["as_", "holder"]

ALBUM = "io.cozy.photos.albums"


@pytest.fixture
async def tree(client):
    """An album with a photo and a folder; a photo in the folder; a photo elsewhere."""
    folder, other = await client.mkdir("summer"), await client.mkdir("other")
    deep = await client.mkdir("deep", folder["id"])
    ids = {
        "folder": folder["id"],
        "photo": (await client.upload("photo.jpg", b"photo", other["id"]))["id"],
        "inside": (await client.upload("inside.jpg", b"inside", deep["id"]))["id"],
        "outside": (await client.upload("outside.jpg", b"outside", other["id"], Tags="red"))["id"],
    }
    data = [{"type": "io.cozy.files", "id": ids[name]} for name in ("photo", "folder")]
    added = await client.post(f"/data/{ALBUM}/a1/relationships/references", json={"data": data})
    assert added.status_code == 204
    return ids


async def seen(client, ids):
    """Whose content the client can read."""
    answers = {name: await client.get(f"/files/download/{id_}") for name, id_ in ids.items() if name != "folder"}  # fmt: skip
    assert {answer.status_code for answer in answers.values()} <= {200, 403, 404}
    return {name for name, answer in answers.items() if answer.status_code == 200}


@pytest.mark.parametrize("value", [f"{ALBUM}/a1", "a1"])
async def test_an_album_opens_its_photos_and_what_its_folders_hold(holder, tree, value):
    app = await holder(f"io.cozy.files:GET:{value}:referenced_by")
    assert await seen(app, tree) == {"photo", "inside"}
    assert (await app.get(f"/files/{tree['folder']}")).status_code == 200
    assert (await app.get(f"/data/io.cozy.files/{tree['inside']}")).status_code == 200
    assert (await app.get(f"/data/io.cozy.files/{tree['outside']}")).status_code == 403
    assert (await app.delete(f"/files/{tree['photo']}")).status_code == 403
    assert (await app.get("/files/_changes")).status_code == 403
    assert (await app.post("/files/_find", json={"selector": {}})).status_code == 403
    assert (await app.get("/data/io.cozy.files/_all_docs")).status_code == 403


@pytest.mark.parametrize("value", [f"{ALBUM}/a2", "a2", f"{ALBUM}/", ALBUM, "", "/a1"])
async def test_another_album_opens_nothing(holder, tree, value):
    app = await holder(f"io.cozy.files:GET:{value or 'x'}:referenced_by")
    assert await seen(app, tree) == set()


async def test_a_photo_that_leaves_the_album_is_out_of_reach(client, holder, tree):
    app = await holder(f"io.cozy.files:GET:{ALBUM}/a1:referenced_by")
    body = {"data": [{"type": "io.cozy.files", "id": tree["photo"]}]}
    gone = await client.request("DELETE", f"/data/{ALBUM}/a1/relationships/references", json=body)
    assert gone.status_code == 204
    assert await seen(app, tree) == {"inside"}


async def test_nobody_brings_a_file_into_reach_by_referencing_it(holder, tree):
    """Who may change an album, and only its photos, adds none that is not theirs."""
    app = await holder(f"io.cozy.files:ALL:{ALBUM}/a1:referenced_by {ALBUM}")
    body = {"data": [{"type": "io.cozy.files", "id": tree["outside"]}]}
    answer = await app.post(f"/data/{ALBUM}/a1/relationships/references", json=body)
    assert answer.status_code in {403, 404}
    reference = {"data": [{"type": ALBUM, "id": "a1"}]}
    answer = await app.post(f"/files/{tree['outside']}/relationships/referenced_by", json=reference)
    assert answer.status_code in {403, 404}
    assert await seen(app, tree) == {"photo", "inside"}


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("red:tags", {"outside"}), ("outside.jpg:name", {"outside"}), ("image/jpeg:mime", {"photo", "inside", "outside"}),
        ("image:class", {"photo", "inside", "outside"}), ("summer:name", {"inside"}), ("blue:tags", set()),
        ("file:type", {"photo", "inside", "outside"}),
    ],
)  # fmt: skip
async def test_what_is_said_of_a_file_or_of_its_folder_may_be_named(holder, tree, rule, names):
    assert await seen(await holder(f"io.cozy.files:GET:{rule}"), tree) == names


async def test_the_whole_tree_is_in_the_root(holder, tree):
    app = await holder("io.cozy.files:GET:io.cozy.files.root-dir")
    assert await seen(app, tree) == {"photo", "inside", "outside"}


async def test_a_link_to_an_album_shows_it_and_nothing_else(client, as_, tree):
    await client.put(f"/data/{ALBUM}/a1", json={"name": "Summer"})
    rules = {
        "album": {"type": ALBUM, "verbs": ["GET"], "values": ["a1"]},
        "files": {"type": "io.cozy.files", "verbs": ["GET"], "values": [f"{ALBUM}/a1"], "selector": "referenced_by"},
    }  # fmt: skip
    guest = as_((await linked(client, rules, codes="bob"))["attributes"]["shortcodes"]["bob"])
    assert (await guest.get(f"/data/{ALBUM}/a1")).json()["name"] == "Summer"
    listed = (
        await guest.get(f"/data/{ALBUM}/a1/relationships/references", params={"include": "files"})
    ).json()
    assert {file["id"] for file in listed["included"]} == {tree["photo"], tree["folder"]}
    assert await seen(guest, tree) == {"photo", "inside"}
    for method, path in (
        ("GET", f"/data/{ALBUM}/_all_docs"),
        ("GET", f"/data/{ALBUM}/a2"),
        ("PUT", f"/data/{ALBUM}/a1"),
        ("PUT", f"/data/{ALBUM}/a2"),
        ("POST", f"/data/{ALBUM}"),
        ("GET", "/data/_all_doctypes"),
        ("GET", "/data/io.cozy.permissions/_all_docs"),
    ):
        assert (await guest.request(method, path, json={})).status_code == 403, path


@pytest.mark.parametrize("verbs", [["GET"], ["GET", "POST"], ["ALL"]])
async def test_a_guest_in_a_folder_does_what_the_link_says(client, as_, tree, verbs):
    rules = {"files": {"type": "io.cozy.files", "verbs": verbs, "values": [tree["folder"]]}}
    guest = as_((await linked(client, rules, codes="bob"))["attributes"]["shortcodes"]["bob"])
    assert await seen(guest, tree) == {"inside"}
    shown = await guest.get(f"/files/{tree['folder']}")
    assert [item["attributes"]["name"] for item in shown.json()["included"]] == ["deep"]
    added = await guest.post(f"/files/{tree['folder']}", params={"Type": "file", "Name": "new"}, content=b"x")
    assert added.status_code == (201 if verbs != ["GET"] else 403)
    renamed = await guest.patch(f"/files/{tree['inside']}", json={"data": {"attributes": {"name": "y"}}})
    assert renamed.status_code == (200 if verbs == ["ALL"] else 403)
    archive = {"data": {"attributes": {"ids": [tree["folder"]]}}}
    assert (await guest.post("/files/archive", json=archive)).status_code == 200
    assert (await guest.delete(f"/files/{tree['inside']}")).status_code == (200 if verbs == ["ALL"] else 403)
