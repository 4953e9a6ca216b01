"""The lists of sharings that apps ask for at every start."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from tests.conftest import postgres  # noqa: F401 (on both engines)

EMPTY = {"data": [], "meta": {"count": 0}}


@pytest.fixture
async def drive(acting):
    return await acting("app", "drive", "io.cozy.files")


@pytest.fixture
async def keep(house, home):
    async def keep(doctype, id_, **members):
        return await house.write(home, SYSTEM, documents.create, doctype, members, id_=id_)

    return keep


@pytest.mark.parametrize("url", ["/sharings/doctype/io.cozy.files", "/sharings/drives"])
async def test_where_nothing_is_shared_lists_are_empty(drive, url):
    answer = await drive.get(url, params={"shared_docs": "false"})
    assert (answer.status_code, answer.json()) == (200, EMPTY)
    assert answer.headers["content-type"] == "application/vnd.api+json"


async def test_sharings_are_listed_by_doctype_without_what_homes_trust_each_other_by(drive, keep):
    rules = [{"title": "Photos", "doctype": "io.cozy.files", "values": ["f1"]}]
    await keep(
        "io.cozy.sharings", "s1", active=True, owner=True, rules=rules, credentials=[{"state": "hush"}]
    )
    await keep(
        "io.cozy.sharings", "s2", active=True, rules=[{"doctype": "io.cozy.contacts", "values": ["c1"]}]
    )
    await keep("io.cozy.shared", "io.cozy.files/f1", infos={"s1": {"rule": 0}})
    await keep("io.cozy.shared", "io.cozy.contacts/c1", infos={"s2": {"rule": 0}})
    answer = await drive.get("/sharings/doctype/io.cozy.files")
    assert "hush" not in answer.text
    [data] = answer.json()["data"]
    assert (data["type"], data["id"], data["links"]) == ("io.cozy.sharings", "s1", {"self": "/sharings/s1"})
    assert data["attributes"] == {
        "app_slug": "",
        "active": True,
        "owner": True,
        "rules": rules,
        "members": [],
    }
    assert data["relationships"] == {"shared_docs": {"data": [{"type": "io.cozy.files", "id": "f1"}]}}
    [bare] = (await drive.get("/sharings/doctype/io.cozy.files", params={"shared_docs": "false"})).json()[
        "data"
    ]
    assert bare["relationships"] == {"shared_docs": {"data": []}}


async def test_only_active_drives_are_listed(drive, keep):
    await keep("io.cozy.sharings", "s1", active=True, drive=True, rules=[])
    await keep("io.cozy.sharings", "s2", active=False, drive=True, rules=[])
    await keep("io.cozy.sharings", "s3", active=True, rules=[])
    assert [each["id"] for each in (await drive.get("/sharings/drives")).json()["data"]] == ["s1"]


async def test_invitations_that_nobody_looked_at_are_counted(drive, client):
    assert (await drive.get("/sharings/news")).json() == {"meta": {"count": 0}}
    for name, status in (("a.url", "new"), ("b.url", "seen")):
        sharing = {"sharing": {"status": status}}
        made = await client.post(
            "/files/upload/metadata", json={"data": {"type": "io.cozy.files.metadata", "attributes": sharing}}
        )
        await client.upload(name, MetadataID=made.json()["data"]["id"])
    assert (await drive.get("/sharings/news")).json() == {"meta": {"count": 1}}


async def test_who_may_not_use_a_doctype_sees_no_sharing_of_it(acting, anonymous):
    notes = await acting("app", "notes", "io.cozy.notes", "io.cozy.files:GET:some-folder")
    for url in ("/sharings/doctype/io.cozy.files", "/sharings/drives"):
        assert (await notes.get(url)).status_code == 403
        assert (await anonymous.get(url)).status_code == 401
    assert (await notes.get("/sharings/news")).status_code == 200
    assert (await anonymous.get("/sharings/news")).status_code == 401
