"""POST /contacts/myself: the contact that is the owner (cozy-stack web/contacts/contacts_test.go)."""

import pytest

MYSELF = "/contacts/myself"


@pytest.fixture
async def app(acting):
    return await acting("app", "contacts", "io.cozy.contacts")


async def test_the_owner_is_made_a_contact_out_of_their_profile(app):
    answer = await app.post(MYSELF)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["type"], data["links"]) == ("io.cozy.contacts", {"self": "/contacts/myself"})
    assert data["meta"]["rev"].startswith("1-")
    assert data["attributes"] == {
        "me": True, "fullname": "Alice", "displayName": "Alice",
        "email": [{"address": "alice@example.org", "primary": True}],
        "cozy": [{"url": "http://alice.localhost:8080", "primary": True}],
        "indexes": {"byFamilyNameGivenNameEmailCozyUrl": "alice@example.org"},
    }  # fmt: skip


async def test_there_is_one_and_it_stays_as_it_was_written(app):
    first = (await app.post(MYSELF)).json()["data"]
    url = f"/data/io.cozy.contacts/{first['id']}"
    document = (await app.get(url)).json()
    await app.put(url, json={**document, "note": "That is me"})
    again = (await app.post(MYSELF)).json()["data"]
    assert (again["id"], again["attributes"]["note"]) == (first["id"], "That is me")
    found = await app.post("/data/io.cozy.contacts/_find", json={"selector": {"me": True}})
    assert len(found.json()["docs"]) == 1


async def test_who_may_not_read_contacts_makes_none(acting, anonymous, app):
    stranger = await acting("app", "notes", "io.cozy.notes")
    narrow = await acting("app", "one", "io.cozy.contacts:GET:some-contact")
    assert (await stranger.post(MYSELF)).status_code == 403
    assert (await narrow.post(MYSELF)).status_code == 403
    assert (await anonymous.post(MYSELF)).status_code == 401
    found = await app.post("/data/io.cozy.contacts/_find", json={"selector": {"me": True}})
    assert found.json()["docs"] == []
