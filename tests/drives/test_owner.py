"""Drives are made, and used by the owner's own programs."""

import pytest


@pytest.fixture
async def folder(client):
    return (await client.mkdir("Project"))["id"]


def body(**attributes):
    return {"data": {"type": "io.cozy.sharings", "attributes": attributes}}


async def test_a_folder_becomes_a_drive(client, folder):
    made = await client.post("/sharings/drives", json=body(folder_id=folder))
    assert made.status_code == 201, made.text
    told = made.json()["data"]["attributes"]
    assert (told["drive"], told["drive_root_type"], told["description"]) == (True, "directory", "Project")
    assert told["rules"][0]["values"] == [folder]
    again = await client.post("/sharings/drives", json=body(folder_id=folder))
    assert again.status_code == 409


async def test_a_new_folder_becomes_one(client):
    made = await client.post("/sharings/drives", json=body(name="Product team"))
    root = made.json()["data"]["attributes"]["rules"][0]["values"][0]
    shown = (await client.get(f"/files/{root}")).json()["data"]["attributes"]
    assert (shown["name"], shown["dir_id"]) == ("Product team", "io.cozy.files.shared-drives-dir")


async def test_a_file_becomes_one_that_knows_nothing_of_folders(client):
    file = (await client.upload("report.txt"))["id"]
    made = (await client.post("/sharings/drives", json=body(file_id=file))).json()["data"]
    assert made["attributes"]["drive_root_type"] == "file"
    where = f"/sharings/drives/{made['id']}"
    assert (await client.get(f"{where}/{file}")).json()["data"]["attributes"]["driveId"] == made["id"]
    assert (await client.get(f"{where}/download/{file}")).content == b"hello"
    for method, rest in [
        ("POST", ""),
        ("GET", f"/{file}/size"),
        ("POST", f"/{file}/copy"),
        ("GET", "/metadata"),
        ("POST", "/archive"),
    ]:
        assert (await client.request(method, f"{where}{rest}")).status_code == 422, rest


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ({}, 400),
        ({"folder_id": "x", "name": "y"}, 400),
        ({"folder_id": "nowhere"}, 404),
        ({"folder_id": "io.cozy.files.root-dir"}, 400),
        ({"folder_id": "io.cozy.files.trash-dir"}, 400),
        ({"name": "a/b"}, 422),
    ],
)
async def test_what_can_be_no_drive_is_refused(client, attributes, status):
    assert (await client.post("/sharings/drives", json=body(**attributes))).status_code == status


async def test_what_lies_in_a_drive_or_around_one_can_be_no_other(client, folder):
    inner = (await client.mkdir("Inner", folder))["id"]
    assert (await client.post("/sharings/drives", json=body(folder_id=inner))).status_code == 201
    assert (await client.post("/sharings/drives", json=body(folder_id=folder))).status_code == 409


async def test_the_owners_own_program_sees_the_drive_and_no_more_through_it(client, folder):
    made = (await client.post("/sharings/drives", json=body(folder_id=folder))).json()["data"]
    where = f"/sharings/drives/{made['id']}"
    inside = (await client.upload("in.txt", inside=folder))["id"]
    outside = (await client.upload("out.txt"))["id"]
    assert (await client.get(f"{where}/{inside}")).status_code == 200
    assert (await client.get(f"{where}/{outside}")).status_code == 404
    assert (await client.head(f"{where}/{inside}")).status_code == 200


async def test_a_program_that_may_only_look_changes_nothing(client, acting, folder):
    made = (await client.post("/sharings/drives", json=body(folder_id=folder))).json()["data"]
    app = await acting("client", "viewer", f"io.cozy.files:GET:{folder}")
    where = f"/sharings/drives/{made['id']}"
    assert (await app.get(f"{where}/{folder}")).status_code == 200
    assert (await app.post(where, params={"Type": "directory", "Name": "x"})).status_code == 403
    stranger = await acting("client", "stranger", "io.cozy.files:GET:elsewhere")
    assert (await stranger.get(f"{where}/{folder}")).status_code == 403
