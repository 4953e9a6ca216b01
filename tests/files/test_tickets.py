"""Secret links, and metadata that wait for their file."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import BadMetadata


async def link(client, **query):
    answer = await client.post("/files/downloads", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["links"]["related"]


async def test_a_link_opens_without_a_session_and_in_ranges(client, anonymous):
    file = await client.upload("été.txt", b"0123456789")
    url = await link(client, Id=file["id"])
    assert url.startswith("/files/downloads/")
    assert url.endswith("/%C3%A9t%C3%A9.txt")
    whole = await anonymous.get(url)
    assert (whole.status_code, whole.content) == (200, b"0123456789")
    assert whole.headers["content-disposition"].startswith("inline")
    part = await anonymous.get(url, headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    saved = await anonymous.get(url, params={"Dl": "1"})
    assert saved.headers["content-disposition"].startswith("attachment")
    assert (await anonymous.head(url)).headers["content-length"] == "10"


async def test_a_link_can_be_made_by_path_and_carry_another_name(client, anonymous):
    await client.upload("a.txt", b"hi")
    url = await link(client, Path="/a.txt", Filename="b c.txt")
    assert url.endswith("/b%20c.txt")
    assert 'filename="b c.txt"' in (await anonymous.get(url)).headers["content-disposition"]


async def test_a_link_leads_to_an_old_version(client, anonymous):
    file = await client.upload("a.txt", b"old")
    await client.put(f"/files/{file['id']}", content=b"new")
    shown = await client.get(f"/files/{file['id']}")
    held = shown.json()["data"]["relationships"]["old_versions"]["data"][0]["id"]
    assert (await anonymous.get(await link(client, VersionId=held))).content == b"old"


async def test_a_link_ends_after_ten_minutes(client, anonymous, clock):
    file = await client.upload("a.txt")
    url = await link(client, Id=file["id"])
    clock.advance(minutes=9)
    assert (await anonymous.get(url)).status_code == 200
    clock.advance(minutes=2)
    assert (await anonymous.get(url)).status_code == 400


async def test_a_secret_that_never_was_is_refused(anonymous):
    assert (await anonymous.get("/files/downloads/nonsense/a.txt")).status_code == 400


async def test_a_link_needs_the_right_to_read(anonymous, client):
    file = await client.upload("a.txt")
    assert (await anonymous.post("/files/downloads", params={"Id": file["id"]})).status_code == 401


@pytest.mark.parametrize(
    ("query", "status"), [({"Id": "x"}, 404), ({"Path": "/x"}, 404), ({"Id": files.ROOT}, 400)]
)
async def test_a_link_leads_to_a_file_only(client, query, status):
    assert (await client.post("/files/downloads", params=query)).status_code == status


async def test_a_page_behind_a_link_is_saved_and_never_run(client, anonymous):
    file = await client.upload("a.html", b"<script>alert(1)</script>")
    answer = await anonymous.get(await link(client, Id=file["id"]))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "sandbox"


async def test_metadata_wait_ten_minutes_for_their_file(client, house, home, clock):
    attributes = {
        "qualification": {"label": "telecom_invoice"},
        "category": "album",
        "datetime": "2017-04-22T01:00:00-05:00",
    }
    body = {"data": {"type": "io.cozy.files.metadata", "attributes": attributes}}
    answer = await client.post("/files/upload/metadata", json=body)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert (data["type"], data["attributes"]) == ("io.cozy.files.metadata", attributes)
    assert await house.read(home, SYSTEM, files.metadata_of, data["id"]) == attributes
    clock.advance(minutes=11)
    with pytest.raises(BadMetadata):
        await house.read(home, SYSTEM, files.metadata_of, data["id"])


@pytest.mark.parametrize("name", ["carbonCopy", "electronicSafe"])
async def test_certificates_need_leave_of_their_own(client, house, home, anonymous, name):
    body = {"data": {"type": "io.cozy.files.metadata", "attributes": {name: True}}}
    assert (await client.post("/files/upload/metadata", json=body)).status_code == 201
    token = await house.read(home, SYSTEM, auth.mint, "io.cozy.files")
    answer = await anonymous.post(
        "/files/upload/metadata", json=body, headers={"authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 403
