"""What a member does in a drive, through their own home."""

import pytest

from cozy.kernel.outside import Reply, Unreachable
from tests.drives.conftest import bearer


async def child(client, drive, name):
    (found,) = await named(client, drive, name)
    return found


async def named(client, drive, name):
    """What is called so at the top of the drive: one, or none."""
    listed = (await client.get(f"{drive.path}/{drive.root}")).json()["included"]
    return [each for each in listed if each["attributes"]["name"] == name]


async def test_the_drive_is_on_the_list_of_both(drive, at_bob, at_alice):
    for client, is_own in ((at_bob, False), (at_alice, True)):
        (listed,) = (await client.get("/sharings/drives")).json()["data"]
        assert listed["id"] == drive.id
        assert listed["attributes"].get("owner", False) is is_own
        assert "credentials" not in listed["attributes"]


async def test_the_folder_is_listed_as_of_the_drive(drive, at_bob):
    told = (await at_bob.get(f"{drive.path}/{drive.root}")).json()
    assert told["data"]["attributes"]["driveId"] == drive.id
    (notes,) = told["included"]
    assert (notes["attributes"]["name"], notes["attributes"]["driveId"]) == ("notes.txt", drive.id)


async def test_a_file_comes_whole_and_in_part(drive, at_bob):
    notes = await child(at_bob, drive, "notes.txt")
    whole = await at_bob.get(f"{drive.path}/download/{notes['id']}")
    assert (whole.status_code, whole.content) == (200, b"hello team")
    part = await at_bob.get(f"{drive.path}/download/{notes['id']}", headers={"range": "bytes=6-"})
    assert (part.status_code, part.content) == (206, b"team")
    assert part.headers["content-range"] == "bytes 6-9/10"
    known = await at_bob.get(
        f"{drive.path}/download/{notes['id']}", headers={"if-none-match": whole.headers["etag"]}
    )
    assert known.status_code == 304


async def test_what_comes_from_another_home_is_never_a_page_of_ours(drive, at_bob):
    made = await at_bob.post(
        f"{drive.path}/{drive.root}", params={"Type": "file", "Name": "x.html"}, content=b"<script>", headers={"content-type": "text/html"}
    )  # fmt: skip
    got = await at_bob.get(f"{drive.path}/download/{made.json()['data']['id']}")
    assert got.headers["content-security-policy"].startswith("sandbox")
    assert got.headers["content-disposition"].startswith("attachment")


async def test_files_and_folders_are_made_changed_thrown_away_and_put_back(drive, at_bob, at_alice):
    folder = await at_bob.post(drive.path, params={"Type": "directory", "Name": "Plans"})
    assert folder.status_code == 201, folder.text
    assert folder.headers["location"] == f"{drive.bob.origin}{drive.path}/{folder.json()['data']['id']}"
    inside = f"{drive.path}/{folder.json()['data']['id']}"
    file = (await at_bob.post(inside, params={"Type": "file", "Name": "a.txt"}, content=b"one")).json()[
        "data"
    ]
    where = f"{drive.path}/{file['id']}"
    assert (await at_bob.put(where, content=b"two")).status_code == 200
    patch = {
        "data": {
            "type": "io.cozy.files",
            "id": file["id"],
            "attributes": {"name": "b.txt", "dir_id": drive.root},
        }
    }
    assert (await at_bob.patch(where, json=patch)).json()["data"]["attributes"]["name"] == "b.txt"
    assert (await at_alice.get("/files/metadata", params={"Path": "/Team/b.txt"})).status_code == 200
    assert (await at_bob.delete(where)).status_code == 200
    assert await named(at_bob, drive, "b.txt") == []
    assert (await at_bob.post(f"{drive.path}/trash/{file['id']}")).status_code == 200
    assert await child(at_bob, drive, "b.txt")


async def test_links_and_archives_lead_through_the_drive(drive, at_bob):
    notes = await child(at_bob, drive, "notes.txt")
    link = (await at_bob.post(f"{drive.path}/downloads", params={"Id": notes["id"]})).json()["links"][
        "related"
    ]
    assert link.startswith(f"{drive.path}/downloads/")
    assert (await at_bob.get(link, headers={"authorization": ""})).content == b"hello team"
    body = {"data": {"attributes": {"name": "all", "ids": [drive.root]}}}
    archive = (await at_bob.post(f"{drive.path}/archive", json=body)).json()["links"]["related"]
    assert archive.startswith(f"{drive.path}/archive/")
    assert (await at_bob.get(archive)).content.startswith(b"PK")


async def test_nothing_outside_of_the_drive_is_seen_or_changed(drive, at_bob, at_alice):
    private = (await at_alice.get("/files/metadata", params={"Path": "/private.txt"})).json()["data"]["id"]
    for method, rest in [
        ("GET", private), ("GET", f"download/{private}"), ("DELETE", private), ("PATCH", private), ("GET", "metadata?Path=/private.txt"),
        ("GET", "io.cozy.files.root-dir"), ("POST", f"downloads?Id={private}"), ("DELETE", "trash"), ("POST", "io.cozy.files.root-dir?Type=directory&Name=x"),
    ]:  # fmt: skip
        json = {"data": {"attributes": {"name": "mine"}}} if method == "PATCH" else None
        answer = await at_bob.request(method, f"{drive.path}/{rest}", json=json)
        assert answer.status_code in {403, 404}, (method, rest, answer.text)
    move = {"data": {"attributes": {"dir_id": "io.cozy.files.root-dir"}}}
    notes = await child(at_bob, drive, "notes.txt")
    assert (await at_bob.patch(f"{drive.path}/{notes['id']}", json=move)).status_code in {403, 404, 422}


async def test_a_member_who_may_only_look_changes_nothing_by_whatever_way(drive, at_bob):
    await drive.member(read_only=True)
    notes = await child(at_bob, drive, "notes.txt")
    assert (await at_bob.get(f"{drive.path}/download/{notes['id']}")).status_code == 200
    assert (await at_bob.delete(f"{drive.path}/{notes['id']}")).status_code == 403
    assert (await at_bob.post(drive.path, params={"Type": "directory", "Name": "x"})).status_code == 403


@pytest.mark.parametrize("read_only", [False, True])
async def test_the_token_of_a_drive_opens_nothing_else(drive, read_only):
    """Not even the folder itself at /files, where nobody asks whether its holder may write."""
    await drive.member(read_only=read_only)
    async with await bearer(drive.house, drive.alice, drive.token) as anywhere:
        assert (await anywhere.get(f"/files/{drive.root}")).status_code == 403
        assert (await anywhere.delete(f"/files/{drive.root}")).status_code == 403
        assert (await anywhere.get("/files/_changes")).status_code == 403


@pytest.mark.parametrize("status", ["pending", "seen", "revoked"])
async def test_who_is_not_in_or_not_any_more_sees_nothing(drive, at_bob, status):
    await drive.member(status=status)
    assert (await at_bob.get(f"{drive.path}/{drive.root}")).status_code == 403


async def test_a_stolen_token_is_refused_without_the_signature_of_the_home(drive, at_bob):
    async with await bearer(drive.house, drive.alice, drive.token) as thief:
        assert (await thief.get(f"{drive.path}/{drive.root}")).status_code == 200, "not met yet"
        await drive.meet()
        assert (await thief.get(f"{drive.path}/{drive.root}")).status_code == 403
    assert (await at_bob.get(f"{drive.path}/{drive.root}")).status_code == 200


async def test_a_home_that_is_away_is_said_to_be(drive, at_bob, inside):
    inside.answers[drive.alice.origin] = Unreachable(host="alice.localhost")
    answer = await at_bob.get(f"{drive.path}/{drive.root}")
    assert answer.status_code == 502
    assert "does not answer" in answer.text


async def test_where_the_other_home_sends_us_on_nobody_goes(drive, at_bob, inside):
    inside.answers[f"{drive.alice.origin}{drive.path}"] = Reply(
        302, {"location": "https://evil.example.org"}, b"", ""
    )
    assert (await at_bob.get(f"{drive.path}/{drive.root}")).status_code == 502


async def test_an_app_needs_leave_for_every_file_of_its_own_home(drive, house):
    async with await bearer(drive.house, drive.bob, await drive.limited_app()) as app:
        assert (await app.get(f"{drive.path}/{drive.root}")).status_code == 403


async def test_the_token_of_who_asks_stays_at_home(drive, at_bob, inside):
    token = at_bob.headers["authorization"].removeprefix("Bearer ")
    await at_bob.get(f"{drive.path}/{drive.root}", params={"bearer_token": token, "page[limit]": 1})
    assert not any(token in url for url in inside.asked)
    assert any("page" in url for url in inside.asked)


async def test_the_feed_tells_of_the_drive_and_of_the_rest_only_that_it_is_not_there(drive, at_bob):
    query = {"include_docs": "true", "include_file_path": "true"}
    told = (await at_bob.get(f"{drive.path}/_changes", params=query)).json()["results"]
    living = [each for each in told if not each.get("deleted")]
    assert [each["doc"]["name"] for each in living] == ["notes.txt"]
    assert living[0]["doc"]["path"] == f"//io.cozy.files.shared-drives-dir/1/{drive.id}/notes.txt"
    assert "secret" not in str(told)
    assert "private.txt" not in str(told)
    only = (await at_bob.get(f"{drive.path}/_changes", params={"skip_deleted": "true"})).json()["results"]
    assert len(only) == 1


async def test_what_a_member_does_is_in_the_ledger_under_their_home(drive, at_bob):
    await at_bob.get(f"{drive.path}/{drive.root}")
    held = drive.house.ledger.take_of(drive.alice.id)
    assert {(each.kind, each.doctype, each.verb) for each in held} == {("client", "io.cozy.files", "GET")}


async def test_the_bin_tells_who_threw_it_away(drive, at_bob, at_alice):
    notes = await child(at_bob, drive, "notes.txt")
    thrown = (await at_bob.delete(f"{drive.path}/{notes['id']}")).json()["data"]["attributes"]
    kept = (await at_alice.get(f"/files/{notes['id']}")).json()["data"]["attributes"]
    bob = {"kind": "member", "displayName": "Bob", "domain": drive.bob.origin.partition("://")[2]}
    assert thrown["cozyMetadata"]["trashedBy"] == kept["cozyMetadata"]["trashedBy"] == bob


async def test_a_drive_that_is_none_is_not_found(drive, at_bob, at_alice):
    for client in (at_bob, at_alice):
        assert (await client.get("/sharings/drives/none/x")).status_code == 404


@pytest.mark.parametrize("up", ["%2e%2e", "%2E.", ".%2e", "x%2F..%2F..", "x%2f%2e%2e%2f.."])
async def test_nobody_gets_by_a_secret_address_at_what_no_secret_opens(drive, at_bob, inside, up):
    """The client of this home would resolve these, or a proxy before the other one, and ask for them with the token of the drive."""
    notes = await child(at_bob, drive, "notes.txt")
    inside.asked.clear()
    for rest in (
        f"downloads/{up}/{drive.root}",
        f"download/thumbnails/{up}/{notes['id']}",
        f"archive/{up}/_changes",
    ):
        answer = await at_bob.get(f"{drive.path}/{rest}", headers={"authorization": ""})
        assert answer.status_code == 404, answer.text
        assert (await at_bob.get(f"{drive.path}/{rest}")).status_code == 404
    assert inside.asked == []


async def test_a_member_destroys_nothing(drive, at_bob, at_alice):
    """Neither what it throws away nor what a file held before it wrote."""
    notes = await child(at_bob, drive, "notes.txt")
    assert (await at_bob.put(f"{drive.path}/{notes['id']}", content=b"junk")).status_code == 200
    shown = (await at_alice.get(f"/files/{notes['id']}")).json()
    (version,) = shown["data"]["relationships"]["old_versions"]["data"]
    assert (await at_bob.delete(f"{drive.path}/{version['id']}")).status_code == 403
    assert (await at_bob.delete(f"{drive.path}/{notes['id']}")).status_code == 200
    assert (await at_bob.delete(f"{drive.path}/trash/{notes['id']}")).status_code == 403
    assert (await at_alice.get(f"/files/download/{version['id']}")).content == b"hello team"


async def test_what_was_thrown_away_before_a_member_came_is_not_theirs_to_see(drive, at_bob, at_alice):
    notes = (await child(at_bob, drive, "notes.txt"))["id"]
    assert (await at_alice.delete(f"/files/{notes}")).status_code == 200
    assert (await at_bob.get(f"{drive.path}/{notes}")).status_code == 200
    await drive.joined("2040-01-01T00:00:00Z")
    for method, rest in (("GET", notes), ("GET", f"download/{notes}"), ("POST", f"trash/{notes}")):
        assert (await at_bob.request(method, f"{drive.path}/{rest}")).status_code in {403, 404}
