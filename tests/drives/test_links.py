"""Links that members make to what lies in a drive: they open no more, and no longer, than their maker may."""

import pytest

from cozy.rooms.files import service as files
from cozy.rooms.sharing import service as sharings
from tests.drives.conftest import OWNER, bearer
from tests.drives.test_member import child

READ, WRITE = ["GET"], ["GET", "POST", "PUT", "PATCH", "DELETE"]


def body(id_, verbs=READ, title="files", **more):
    rules = {title: {"type": "io.cozy.files", "verbs": verbs, "values": [id_]}}
    return {"data": {"type": "io.cozy.permissions", "attributes": {"permissions": rules, **more}}}


@pytest.fixture
async def notes(drive, at_bob):
    return (await child(at_bob, drive, "notes.txt"))["id"]


async def linked(client, drive, id_, verbs=READ):
    made = await client.post(f"{drive.path}/permissions?codes=link", json=body(id_, verbs))
    assert made.status_code == 200, made.text
    return made.json()["data"]


async def opens(drive, link, id_, method="GET"):
    """What the code of a link gets at the owner's home."""
    code = link["attributes"]["shortcodes"]["link"]
    async with await bearer(drive.house, drive.alice, code) as guest:
        if method == "GET":
            return (await guest.get(f"/files/download/{id_}")).status_code
        return (await guest.put(f"/files/{id_}", content=b"changed")).status_code


async def test_a_member_makes_changes_and_takes_back_a_link(drive, at_bob, notes):
    link = await linked(at_bob, drive, notes)
    assert await opens(drive, link, notes) == 200
    where = f"{drive.path}/permissions/{link['id']}"
    shown = (await at_bob.get(f"{drive.path}/permissions", params={"ids": notes})).json()["data"]
    assert [each["id"] for each in shown] == [link["id"]]
    assert shown[0]["attributes"]["shortcodes"] == link["attributes"]["shortcodes"]
    assert await opens(drive, link, notes, "PUT") == 403
    assert (await at_bob.patch(where, json=body(notes, WRITE))).status_code == 200
    assert await opens(drive, link, notes, "PUT") == 200
    assert (
        await at_bob.patch(where, json={"data": {"attributes": {"expires_at": "2020-01-01T00:00:00Z"}}})
    ).status_code == 200
    assert await opens(drive, link, notes) in {400, 401}
    assert (await at_bob.delete(where)).status_code == 204
    assert (await at_bob.delete(where)).status_code == 404


async def test_there_is_one_link_to_a_thing(drive, at_bob, at_alice, notes):
    await linked(at_alice, drive, notes)
    assert (await at_bob.post(f"{drive.path}/permissions?codes=link", json=body(notes))).status_code == 409


async def test_only_the_maker_and_the_owner_change_a_link(drive, at_bob, at_alice, notes):
    link = await linked(at_alice, drive, notes)
    where = f"{drive.path}/permissions/{link['id']}"
    assert (await at_bob.delete(where)).status_code == 403
    assert (await at_bob.patch(where, json=body(notes, WRITE))).status_code == 403
    assert (await at_alice.delete(where)).status_code == 204
    of_bob = await linked(at_bob, drive, notes)
    assert (await at_alice.delete(f"{drive.path}/permissions/{of_bob['id']}")).status_code == 204


async def test_a_link_is_about_one_thing_of_the_drive(drive, at_bob, at_alice, notes):
    private = (await at_alice.get("/files/metadata", params={"Path": "/private.txt"})).json()["data"]["id"]
    where = f"{drive.path}/permissions"
    two = body(notes)
    two["data"]["attributes"]["permissions"]["files"]["values"] = [notes, private]
    of_all = body(notes)
    of_all["data"]["attributes"]["permissions"]["files"]["values"] = []
    of_tag = body("x")
    of_tag["data"]["attributes"]["permissions"]["files"]["selector"] = "tags"
    for wrong in (body(private), two, of_all, of_tag, {"data": {"attributes": {"permissions": {}}}}):
        assert (await at_bob.post(f"{where}?codes=link", json=wrong)).status_code == 400, wrong
    link = await linked(at_bob, drive, notes)
    for changes in (
        body(private),
        body(notes, title="other"),
        {"data": {"attributes": {"codes": {"a": ""}}}},
    ):
        assert (await at_bob.patch(f"{where}/{link['id']}", json=changes)).status_code == 400, changes
    for ids in ("", private, f"{notes},nowhere"):
        assert (await at_bob.get(where, params={"ids": ids})).status_code == 422, ids
    secret = await at_alice.post("/permissions?codes=link", json=body(private))
    assert (await at_bob.delete(f"{where}/{secret.json()['data']['id']}")).status_code == 400


async def test_who_may_only_look_makes_links_to_look(drive, at_bob, at_alice, notes):
    await linked(at_alice, drive, drive.root, WRITE)
    await drive.member(read_only=True)
    where = f"{drive.path}/permissions"
    assert (await at_bob.post(f"{where}?codes=link", json=body(notes, WRITE))).status_code == 403
    link = await linked(at_bob, drive, notes)
    assert (await at_bob.patch(f"{where}/{link['id']}", json=body(notes, WRITE))).status_code == 403
    listed = (await at_bob.get(where, params={"ids": f"{notes},{drive.root}"})).json()["data"]
    assert [each["id"] for each in listed] == [link["id"]]


async def test_the_link_of_a_member_ends_with_what_they_may_do(drive, at_bob, notes):
    link = await linked(at_bob, drive, notes, WRITE)
    await drive.member(read_only=True)
    assert await opens(drive, link, notes, "PUT") == 403
    assert await opens(drive, link, notes) == 200
    await drive.house.write(drive.alice, OWNER, files.change, notes, files.Change(dir_id=files.ROOT))
    assert await opens(drive, link, notes) == 403
    await drive.house.write(drive.alice, OWNER, files.change, notes, files.Change(dir_id=drive.root))
    assert await opens(drive, link, notes) == 200
    await drive.house.write(drive.alice, OWNER, sharings.ending.revoke_member, drive.id, 1)
    assert await opens(drive, link, notes) in {400, 401}


async def test_guests_of_a_link_make_no_other(drive, at_bob, notes):
    link = await linked(at_bob, drive, drive.root, WRITE)
    async with await bearer(drive.house, drive.alice, link["attributes"]["shortcodes"]["link"]) as guest:
        asked = await guest.post(f"{drive.path}/permissions?codes=link", json=body(notes))
        assert asked.status_code == 403
        assert (await guest.delete(f"{drive.path}/permissions/{link['id']}")).status_code == 403
